//! What is tried on the pages of `tests/spaces/pages`, small apps of every wiring: that each shows after one message and after
//! a second one what it shows in a browser, with a setting, a system message and a file where it has them, and that a
//! conversation goes on in a new session. Each page says at `/expected` what it must show.
//!
//! Run by the harness in `real_spaces.rs`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use spacechat::chat::{Message, Role};
use spacechat::http::Options;
use spacechat::provider::{self, Provider, ReplyEvent, Request};
use tokio::runtime::Runtime;
use tokio_util::task::TaskTracker;

use crate::scenarios::{Scenario, scenarios};
use crate::space::Space;

pub const ON_EVERY_VERSION: &[Scenario] = scenarios![
    every_page_shows_what_it_shows_in_a_browser,
    a_setting_reaches_the_answer_of_every_page_that_has_one,
    a_system_message_reaches_the_answer_of_every_page_that_has_a_box_for_it,
    a_file_reaches_the_answer_of_every_page_that_takes_one,
    every_page_goes_on_in_a_new_session,
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

fn every_page_shows_what_it_shows_in_a_browser(space: &Space) {
    let mut troubles = Troubles::default();
    for page in pages(space) {
        let told = Talk::at(space, &page).two_turns(&Request::default());
        for (told, wanted) in told.iter().zip(texts(&page["replies"])) {
            troubles.compare(&page, "as it opens", told, wanted);
        }
    }
    troubles.none();
}

fn a_setting_reaches_the_answer_of_every_page_that_has_one(space: &Space) {
    with(space, "setting", |given| Request {
        settings: [(word(given, "label"), given["value"].clone())].into(),
        ..Request::default()
    });
}

fn a_system_message_reaches_the_answer_of_every_page_that_has_a_box_for_it(space: &Space) {
    with(space, "system", |given| Request {
        system: word(given, "value"),
        ..Request::default()
    });
}

fn a_file_reaches_the_answer_of_every_page_that_takes_one(space: &Space) {
    let folder = tempfile::TempDir::new().expect("a folder can be made");
    with(space, "file", |given| Request {
        files: vec![example(folder.path(), &word(given, "name"))],
        ..Request::default()
    });
}

/// Tries every page that names `what`, with the request that is made of it.
fn with(space: &Space, what: &str, request: impl Fn(&Value) -> Request) {
    let mut troubles = Troubles::default();
    for page in pages(space).iter().filter(|page| !page[what].is_null()) {
        let given = &page[what];
        let told = Talk::at(space, page).two_turns(&request(given));
        for (told, wanted) in told.iter().zip(texts(&given["replies"])) {
            troubles.compare(page, what, told, wanted);
        }
    }
    troubles.none();
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
        let is_right = !history.starts_with("kept by the page") && told.as_ref().is_ok_and(is_told);
        if !is_right {
            troubles.compare(&page, &format!("({history})"), &told, &page["replies"][1]);
        }
    }
    troubles.none();
}

/// A conversation with one page.
struct Talk {
    provider: provider::Space,
    runtime: Runtime,
}

impl Talk {
    fn at(space: &Space, page: &Value) -> Self {
        Self {
            provider: provider::Space::new(
                space.url_of(&word(page, "page")),
                Options::default(),
                TaskTracker::new(),
            ),
            runtime: Runtime::new().expect("a runtime starts"),
        }
    }

    /// The replies to "one", with the files of `like`, and to "two" in the same session; what a page without a memory
    /// says to the whole past is put as its reply to "two".
    fn two_turns(&self, like: &Request) -> [Result<String, String>; 2] {
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
            Err(error) => return [Err(error), Err(NOT_BEGUN.to_owned())],
        };
        let prompt = format!("User: one\nAssistant: {text}\nUser: two\nAssistant:");
        let past = vec![
            Message::user("one"),
            Message::new(Role::Assistant, text.clone()),
            Message::user("two"),
        ];
        let second = self.turn(Request {
            session,
            ..request(past)
        });
        let second = second.map(|(text, _)| text);
        let is_told = matches!(self.history().as_str(), "in the prompt");
        let written = json!(prompt).to_string();
        let as_json = written.trim_matches('"');
        let put = |second: String| second.replace(&prompt, "two").replace(as_json, "two");
        [Ok(text), if is_told { second.map(put) } else { second }]
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
