//! What is tried on the pages of `tests/spaces/pages`, small apps of every wiring: that each shows after one message and after
//! a second one what it shows in a browser, with a setting, a system message and a file where it has them, and that a
//! conversation goes on in a new session. Each page says at `/expected` what it must show.
//!
//! Run by the harness in `real_spaces.rs`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use spacechat::chat::{Attachment, Message, Role, SentFile};
use spacechat::provider::ConnectOptions as Options;
use spacechat::provider::{self, Provider, ReplyEvent, Request};
use tokio::runtime::Runtime;
use tokio_util::task::TaskTracker;

use crate::posts::{Post, differences, known};
use crate::scenarios::{Scenario, scenarios};
use crate::space::Space;

pub const ON_EVERY_VERSION: &[Scenario] = scenarios![
    every_page_shows_what_it_shows_in_a_browser,
    a_setting_reaches_the_answer_of_every_page_that_has_one,
    a_system_message_reaches_the_answer_of_every_page_that_has_a_box_for_it,
    a_file_reaches_the_answer_of_every_page_that_takes_one,
    every_page_goes_on_in_a_new_session,
    a_file_of_an_earlier_message_is_not_sent_with_a_later_one,
    every_page_is_sent_what_a_browser_sends_it,
    a_long_past_of_a_chat_interface_travels_once_up_and_twice_down,
];

/// What is put in place of a second reply where there was no first.
const NOT_BEGUN: &str = "there was no first reply";

/// The pages on which a script of their own sends, which only a browser runs: that is said, and nothing is sent.
fn is_scripted(page: &Value) -> bool {
    page["page"] == "p33"
}

/// What goes wrong, told together: a version's pages have mostly the same trouble.
#[derive(Default)]
struct Troubles(String);

impl Troubles {
    fn compare(&mut self, page: &Value, what: &str, told: &Result<String, String>, wanted: &Value) {
        let wanted = wanted.as_str().unwrap_or_default();
        let is_right = match told {
            // What is no text stands in a fence.
            Ok(told) if told.starts_with("```json") => told.contains(&json!(wanted).to_string()),
            Ok(told) => told == wanted,
            Err(error) if error.contains(NOT_BEGUN) => is_scripted(page),
            Err(error) => is_scripted(page) && error.contains("is a script"),
        };
        if !is_right {
            let told = told
                .as_ref()
                .map_or_else(|error| error.as_str(), String::as_str);
            // Writing to a string cannot fail.
            let _ = writeln!(
                self.0,
                "{} {what}: {told:?}, not {wanted}; {}",
                page["page"], page["about"]
            );
        }
    }

    fn none(self) {
        assert!(self.0.is_empty(), "\n{}", self.0);
    }
}

/// The visits of a version, and what a browser posted at each.
fn recorded(space: &Space) -> Vec<Value> {
    let recordings = match space.version {
        "4.44.0" => include_str!("../fixtures/pages/4.44.json"),
        "5.50.0" => include_str!("../fixtures/pages/5.50.json"),
        _ => include_str!("../fixtures/pages/6.31.json"),
    };
    serde_json::from_str(recordings).expect("the recordings are JSON")
}

fn every_page_is_sent_what_a_browser_sends_it(space: &Space) {
    let all = pages(space);
    let folder = tempfile::TempDir::new().expect("a folder can be made");
    let mut found = BTreeSet::new();
    for visit in recorded(space) {
        let name = word(&visit, "page");
        let Some(page) = all.iter().find(|page| page["page"] == name.as_str()) else {
            continue;
        };
        let request = match visit["with"].as_str() {
            None => Request::default(),
            Some(what) => request(what, &page[what], folder.path()),
        };
        let ours = Talk::at(space, page).two_turns(&request).posts;
        // When a phase of a visit was over can only be guessed, so the whole is compared.
        let browsers: Vec<Post> = ["load", "set", "first", "second"]
            .iter()
            .flat_map(|phase| texts(&visit[*phase]))
            .map(Post::read)
            .collect();
        found.extend(differences(&name, &browsers, &ours));
    }
    let version = space
        .version
        .rsplit_once('.')
        .map_or("", |(version, _)| version);
    let mut known = known(version);
    known.retain(|known| all.iter().any(|page| page["page"] == known.page()));
    let mut troubles = String::new();
    for new in found.difference(&known) {
        let _ = writeln!(troubles, "{version} {new}: not listed");
    }
    for old in known.difference(&found) {
        let _ = writeln!(troubles, "{version} {old}: listed and not met");
    }
    assert!(troubles.is_empty(), "\n{troubles}");
}

fn every_page_shows_what_it_shows_in_a_browser(space: &Space) {
    let mut troubles = Troubles::default();
    for page in pages(space) {
        let told = Talk::at(space, &page).two_turns(&Request::default());
        for (told, wanted) in told.replies.iter().zip(texts(&page["replies"])) {
            troubles.compare(&page, "as it opens", told, wanted);
        }
    }
    troubles.none();
}

fn a_setting_reaches_the_answer_of_every_page_that_has_one(space: &Space) {
    with(space, "setting");
}

fn a_system_message_reaches_the_answer_of_every_page_that_has_a_box_for_it(space: &Space) {
    with(space, "system");
}

fn a_file_reaches_the_answer_of_every_page_that_takes_one(space: &Space) {
    with(space, "file");
}

/// Tries every page that names `what`, with it.
fn with(space: &Space, what: &str) {
    let folder = tempfile::TempDir::new().expect("a folder can be made");
    let mut troubles = Troubles::default();
    for page in pages(space).iter().filter(|page| !page[what].is_null()) {
        let given = &page[what];
        let told = Talk::at(space, page).two_turns(&request(what, given, folder.path()));
        for (told, wanted) in told.replies.iter().zip(texts(&given["replies"])) {
            troubles.compare(page, what, told, wanted);
        }
    }
    troubles.none();
}

/// A request with what a page names to be set, to be the system message, or to be sent along.
fn request(what: &str, given: &Value, folder: &Path) -> Request {
    match what {
        "setting" => Request {
            settings: [(word(given, "label"), given["value"].clone())].into(),
            ..Request::default()
        },
        "system" => Request {
            system: word(given, "value"),
            ..Request::default()
        },
        _ => Request {
            files: vec![example(folder, &word(given, "name"))],
            ..Request::default()
        },
    }
}

/// A page that is its own history is given the past and answers as if it had gone on; at the others the past is part of
/// the prompt.
fn every_page_goes_on_in_a_new_session(space: &Space) {
    let mut troubles = Troubles::default();
    for page in pages(space) {
        let talk = Talk::at(space, &page);
        let first = Message::new(Role::Assistant, word(&page["replies"], 0));
        let request = Request::new([Message::user("one"), first, Message::user("two")]);
        let told = talk.turn(request).map(|(text, _)| text);
        let history = talk.history();
        let is_told = |told: &String| told.contains("User: one") && told.contains("User: two");
        let is_right = !history.starts_with("in the page") && told.as_ref().is_ok_and(is_told);
        if !is_right {
            troubles.compare(&page, &format!("({history})"), &told, &page["replies"][1]);
        }
    }
    troubles.none();
}

/// Gradio's own chat page with a past of 4 MB. A browser sends it three times for a turn on 5.50 and 6.31, and is sent it
/// four times. On 4.44 the page needs it twice, and gives it back three times.
fn a_long_past_of_a_chat_interface_travels_once_up_and_twice_down(space: &Space) {
    const PAST: u32 = 4 << 20;
    let talk = Talk::at(space, &json!({"page": "p15"}));
    let passed = || -> Vec<f64> {
        let passed: Value = serde_json::from_str(&space.told("/passed")).expect("it tells JSON");
        let ways = passed["p15"].as_array().into_iter().flatten();
        ways.map(|bytes| bytes.as_f64().unwrap_or_default() / f64::from(PAST))
            .collect()
    };
    let mut messages = vec![Message::user("x".repeat(PAST as usize))];
    let (mut session, mut known) = (None, 0);
    let mut counted = Vec::new();
    for turn in 0..3 {
        let length = messages.last().map_or(0, |message| message.text.len());
        let before = passed();
        let told = talk.turn(Request {
            session: session.take(),
            ..Request::new(messages.clone())
        });
        let (reply, next) = told.expect("the server replies");
        assert_eq!(reply, format!("ANSWER {length} after {turn} of {known}"));
        if turn == 1 {
            let now = passed();
            counted = now
                .iter()
                .zip(before)
                .map(|(now, before)| now - before)
                .collect();
        }
        known += length + reply.len();
        session = next;
        messages.push(Message::new(Role::Assistant, reply));
        messages.push(Message::user("and on"));
    }
    let (up, down) = (counted[0], counted[1]);
    eprintln!(
        "{}: {up:.2} times the past up, {down:.2} times down",
        space.version
    );
    let (most_up, most_down) = match space.version {
        "4.44.0" => (2.1, 3.2),
        _ => (1.1, 2.2),
    };
    assert!(
        up < most_up && down < most_down,
        "{up:.2} up, {down:.2} down"
    );
}

/// At the pages that are their own history, a file that went with an earlier message stands where it stood.
fn a_file_of_an_earlier_message_is_not_sent_with_a_later_one(space: &Space) {
    let folder = tempfile::TempDir::new().expect("a folder can be made");
    let mut troubles = Troubles::default();
    for page in pages(space).iter().filter(|page| !page["file"].is_null()) {
        let (given, talk) = (&page["file"], Talk::at(space, page));
        let path = example(folder.path(), &word(given, "name"));
        let file = SentFile::read(&path).expect("the file can be read");
        let mut first = Message::user("one");
        first.attachments = vec![Arc::new(Attachment::file(file))];
        let reply = Message::new(Role::Assistant, word(&given["replies"], 0));
        let request = Request::new([first, reply, Message::user("two")]);
        let told = talk.turn(request).map(|(text, _)| text);
        if talk.history().starts_with("in the page") {
            troubles.compare(page, "earlier file", &told, &given["replies"][1]);
        }
    }
    troubles.none();
}

/// A conversation with one page.
struct Talk<'a> {
    space: &'a Space,
    page: String,
    provider: provider::SpaceProvider,
    runtime: Runtime,
}

/// What came of two turns.
struct Told {
    replies: [Result<String, String>; 2],
    /// What was posted for both.
    posts: Vec<Post>,
}

impl<'a> Talk<'a> {
    fn at(space: &'a Space, page: &Value) -> Self {
        let page = word(page, "page");
        Self {
            provider: provider::SpaceProvider::new(
                space.url_of(&page),
                Options::default(),
                TaskTracker::new(),
            ),
            runtime: Runtime::new().expect("a runtime starts"),
            space,
            page,
        }
    }

    /// The replies to "one", with the files of `like`, and to "two" in the same session; what a page without a memory
    /// says to the whole past is put as its reply to "two".
    fn two_turns(&self, like: &Request) -> Told {
        let request = |messages: Vec<Message>| Request {
            system: like.system.clone(),
            settings: like.settings.clone(),
            ..Request::new(messages)
        };
        let first = self.turn(Request {
            files: like.files.clone(),
            ..request(vec![Message::user("one")])
        });
        let (text, session) = match first {
            Ok(first) => first,
            Err(error) => {
                return Told {
                    replies: [Err(error), Err(NOT_BEGUN.to_owned())],
                    posts: Vec::new(),
                };
            }
        };
        let prompt = format!("User: one\nAssistant: {text}\nUser: two\nAssistant:");
        let past = vec![
            Message::user("one"),
            Message::new(Role::Assistant, text.clone()),
            Message::user("two"),
        ];
        // A look at the Space between two messages ends no session.
        let is_told = matches!(self.history().as_str(), "in the prompt");
        let second = self.turn(Request {
            session: session.clone(),
            ..request(past)
        });
        let posts = self.posts(session.as_ref());
        let second = second.map(|(text, _)| text);
        let written = json!(prompt).to_string();
        let as_json = written.trim_matches('"');
        let put = |second: String| second.replace(&prompt, "two").replace(as_json, "two");
        Told {
            replies: [Ok(text), if is_told { second.map(put) } else { second }],
            posts,
        }
    }

    /// What has been posted on the page in a session.
    fn posts(&self, session: Option<&provider::Session>) -> Vec<Post> {
        let lines = self.space.recorded();
        let lines = lines
            .lines()
            .map(|line| -> Value { serde_json::from_str(line).expect("the server records JSON") });
        let own = lines.filter(|line| {
            let hash = line["session_hash"].as_str();
            line["page"] == self.page.as_str()
                && session.is_some_and(|session| hash == session.session_hash())
        });
        own.map(|line| Post::read(&line)).collect()
    }

    /// How the past reaches the model, as the program tells it.
    fn history(&self) -> String {
        let report = self.runtime.block_on(self.provider.look());
        report
            .map(|report| report.history.words())
            .unwrap_or_default()
    }

    fn turn(&self, request: Request) -> Result<(String, Option<provider::Session>), String> {
        self.runtime.block_on(async {
            let (mut reply, mut session) = (self.provider.reply(request), None);
            while let Some(event) = reply.next().await {
                match event {
                    Ok(ReplyEvent::Session(told)) => session = Some(told),
                    Ok(ReplyEvent::Done(text)) => return Ok((text, session)),
                    Err(error) => return Err(format!("{}: {error}", error.kind())),
                    Ok(_) => {}
                }
            }
            Err("the reply has no end".to_owned())
        })
    }
}

/// What the server says of its pages. `PAGES=p01,p02` in the environment looks at these alone.
fn pages(space: &Space) -> Vec<Value> {
    let only = std::env::var("PAGES").unwrap_or_default();
    let pages: Vec<Value> =
        serde_json::from_str(&space.told("/expected")).expect("the server tells JSON");
    let is_wanted = |page: &Value| only.is_empty() || only.contains(&word(page, "page"));
    pages.into_iter().filter(is_wanted).collect()
}

fn texts(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn word(value: &Value, at: impl serde_json::value::Index + std::fmt::Debug) -> String {
    let word = value.get(&at).and_then(Value::as_str);
    word.unwrap_or_else(|| panic!("{at:?} is a text in {value}"))
        .to_owned()
}

/// A file of the kind that pages describe: eight by eight pixels, or six bytes of text.
fn example(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    let bytes: &[u8] = match name.rsplit('.').next() {
        Some("png") => include_bytes!("../spaces/pages/pixels.png"),
        _ => b"a note",
    };
    std::fs::write(&path, bytes).expect("the folder can be written");
    path
}
