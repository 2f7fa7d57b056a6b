use super::*;
use crate::app::turn::TurnId;
use crate::app::{Clock, Defaults, Regions, ReplyUpdate, StoreEvent, TurnRequest};
use crate::chat::{Change, Draft, Failure, Message, Role, Stage, Summary};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::time::Duration;

/// A model, and hands to use it with.
struct Person {
    model: Model,
    effects: Vec<Effect>,
}

impl Person {
    fn new() -> Self {
        let clock = Clock {
            wall: jiff::Timestamp::UNIX_EPOCH,
            uptime: Duration::from_secs(10),
        };
        let defaults = Defaults {
            space: "space".to_owned(),
            keeps: true,
            ..Defaults::default()
        };
        Self {
            model: Model::new(defaults, clock),
            effects: Vec::new(),
        }
    }

    fn tell(&mut self, event: Event) -> &mut Self {
        self.effects.extend(update(&mut self.model, event));
        self
    }

    /// Time goes on, long enough for any held key.
    fn wait(&mut self, millis: u64) -> &mut Self {
        let clock = self.model.clock;
        self.tell(Event::Clock(Clock {
            uptime: clock.uptime + Duration::from_millis(millis),
            ..clock
        }))
    }

    fn press(&mut self, code: KeyCode, modifiers: KeyModifiers) -> &mut Self {
        self.tell(Event::Input(Input::Key(KeyEvent::new(code, modifiers))));
        self.wait(50)
    }

    fn key(&mut self, code: KeyCode) -> &mut Self {
        self.press(code, KeyModifiers::NONE)
    }

    fn ctrl(&mut self, c: char) -> &mut Self {
        self.press(KeyCode::Char(c), KeyModifiers::CONTROL)
    }

    fn types(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.key(KeyCode::Char(c));
        }
        self
    }

    fn sends(&mut self, text: &str) -> &mut Self {
        self.types(text).key(KeyCode::Enter)
    }

    fn hears(&mut self, turn: u64, update: ReplyUpdate) -> &mut Self {
        self.tell(Event::Reply(TurnId(turn), update))
    }

    fn draft(&self) -> String {
        self.model.conversation().composer.editor.text()
    }

    fn path(&self) -> Vec<Message> {
        let conversation = &self.model.conversation().conversation;
        conversation
            .path()
            .map(|message| (**message).clone())
            .collect()
    }

    fn texts(&self) -> Vec<String> {
        self.path()
            .into_iter()
            .map(|message| message.text)
            .collect()
    }

    fn started(&self) -> Vec<&TurnRequest> {
        let requests = self.effects.iter().map(|effect| match effect {
            Effect::StartTurn(request) => Some(request),
            _ => None,
        });
        requests.flatten().collect()
    }
}

fn delta(text: &str) -> ReplyUpdate {
    ReplyUpdate::Delta(text.to_owned())
}

fn done(text: &str) -> ReplyUpdate {
    ReplyUpdate::Done(text.to_owned())
}

#[test]
fn enter_sends_what_was_typed_and_the_reply_grows_below_it() {
    let mut person = Person::new();
    person
        .sends("hello")
        .hears(0, delta("wor"))
        .hears(0, delta("ld"));
    assert_eq!(person.texts(), ["hello", "world"]);
    assert_eq!(person.path()[1].state, MessageState::Streaming);
    person.hears(0, done("world"));
    assert_eq!(person.path()[1].state, MessageState::Complete);
    assert_eq!(person.draft(), "");
    let request = person.started()[0];
    assert_eq!(request.messages.len(), 1);
    assert_eq!(request.messages[0].text, "hello");
}

#[test]
fn an_empty_message_is_not_sent() {
    let mut person = Person::new();
    person.key(KeyCode::Enter).sends("  ");
    assert!(person.started().is_empty());
}

#[test]
fn a_message_during_a_reply_is_queued_and_sent_when_the_reply_is_complete() {
    let mut person = Person::new();
    person.sends("one").sends("two");
    assert_eq!(person.model.conversation().queued.len(), 1);
    assert_eq!(person.started().len(), 1);
    person.hears(0, done("first reply"));
    assert_eq!(person.texts(), ["one", "first reply", "two", ""]);
    assert_eq!(person.started()[1].messages.len(), 3);
}

#[test]
fn what_was_queued_comes_back_when_the_reply_fails_or_is_stopped() {
    let failure = Failure {
        kind: "space".to_owned(),
        message: "no".to_owned(),
        hint: "retry".to_owned(),
    };
    for end in [ReplyUpdate::Failed(failure), ReplyUpdate::Cancelled] {
        let mut person = Person::new();
        person.sends("one").sends("two").types("thr");
        person.hears(0, delta("par")).hears(0, end);
        assert_eq!(person.draft(), "two\n\nthr");
        assert_eq!(person.texts(), ["one", "par"]);
        assert!(person.model.conversation().queued.is_empty());
    }
}

#[test]
fn esc_stops_the_reply_at_the_server_and_keeps_what_came() {
    let mut person = Person::new();
    person
        .sends("hello")
        .hears(0, delta("some"))
        .key(KeyCode::Esc);
    assert!(person.effects.contains(&Effect::CancelTurn(TurnId(0))));
    person
        .hears(0, delta(" more"))
        .hears(0, ReplyUpdate::Cancelled);
    let reply = &person.path()[1];
    assert_eq!(
        (reply.text.as_str(), reply.state),
        ("some more", MessageState::Stopped)
    );
}

#[test]
fn a_second_esc_does_not_wait_for_the_server_and_late_events_are_dropped() {
    let mut person = Person::new();
    person
        .sends("hello")
        .hears(0, delta("some"))
        .key(KeyCode::Esc)
        .key(KeyCode::Esc);
    assert!(person.model.conversation().turn.is_none());
    person.hears(0, delta(" late")).hears(0, done("some late"));
    assert_eq!(person.path()[1].text, "some");
    assert_eq!(person.path()[1].state, MessageState::Stopped);
}

#[test]
fn a_failure_stands_with_the_reply_and_the_prompt_stays() {
    let mut person = Person::new();
    let failure = Failure {
        kind: "connect".to_owned(),
        message: "nobody there".to_owned(),
        hint: "check".to_owned(),
    };
    person
        .sends("hello")
        .hears(0, ReplyUpdate::Failed(failure.clone()));
    assert_eq!(person.path()[0].text, "hello");
    assert_eq!(person.path()[1].failure, Some(failure));
    assert_eq!(person.path()[1].state, MessageState::Failed);
}

#[test]
fn a_reply_of_which_nothing_came_is_not_sent_on() {
    let mut person = Person::new();
    person
        .sends("one")
        .hears(0, ReplyUpdate::Cancelled)
        .sends("two");
    let request = person.started()[1];
    let roles: Vec<Role> = request
        .messages
        .iter()
        .map(|message| message.role)
        .collect();
    assert_eq!(roles, [Role::User, Role::User]);
}

#[test]
fn ctrl_c_goes_down_its_ladder_a_step_at_a_time() {
    let mut person = Person::new();
    person.sends("hello").types("draft").ctrl('c');
    assert!(person.effects.contains(&Effect::CancelTurn(TurnId(0))));
    person.hears(0, ReplyUpdate::Cancelled).ctrl('c');
    assert_eq!(person.draft(), "");
    person.key(KeyCode::Up);
    assert_eq!(person.draft(), "draft");
    person.ctrl('c').ctrl('c');
    assert!(!person.effects.contains(&Effect::Quit));
    person.ctrl('c');
    assert!(person.effects.contains(&Effect::Quit));
}

#[test]
fn quitting_is_armed_only_for_a_moment() {
    let mut person = Person::new();
    person.ctrl('c').wait(10_000).ctrl('c');
    assert!(!person.effects.contains(&Effect::Quit));
}

#[test]
fn quitting_and_a_signal_stop_every_reply_first() {
    for end in [
        Event::Terminate,
        Event::Input(Input::Key(KeyEvent::new(
            KeyCode::Char('q'),
            KeyModifiers::CONTROL,
        ))),
    ] {
        let mut person = Person::new();
        person
            .sends("hello")
            .hears(0, delta("some"))
            .tell(end)
            .wait(50);
        let last = person.effects.last();
        assert_eq!(last, Some(&Effect::Quit));
        assert!(person.effects.contains(&Effect::CancelTurn(TurnId(0))));
        assert_eq!(person.path()[1].state, MessageState::Stopped);
    }
}

#[test]
fn a_pasted_newline_sends_nothing() {
    let mut person = Person::new();
    person.tell(Event::Input(Input::Paste("one\rtwo\r".to_owned())));
    for c in "three\nfour\n".chars() {
        let code = if c == '\n' {
            KeyCode::Enter
        } else {
            KeyCode::Char(c)
        };
        person.tell(Event::Input(Input::Key(KeyEvent::new(
            code,
            KeyModifiers::NONE,
        ))));
    }
    person.wait(50);
    assert!(person.started().is_empty());
    assert_eq!(person.draft(), "one\ntwo\nthree\nfour\n");
}

#[test]
fn a_large_paste_travels_whole_with_the_message() {
    let mut person = Person::new();
    let book = "word ".repeat(2000);
    person
        .tell(Event::Input(Input::Paste(book.clone())))
        .sends("What is it?");
    let sent = &person.started()[0].messages[0];
    assert_eq!(sent.prompt_text(), format!("{book}\n\nWhat is it?"));
}

#[test]
fn the_system_message_is_in_force_from_the_next_message_on() {
    let mut person = Person::new();
    person.sends("one").hears(0, done("1"));
    person
        .key(KeyCode::F(2))
        .types("Be brief")
        .key(KeyCode::Enter)
        .types("!");
    assert_eq!(person.model.system(), "Be brief\n!");
    person.key(KeyCode::Esc).sends("two");
    let requests = person.started();
    assert_eq!(
        (&*requests[0].system, &*requests[1].system),
        ("", "Be brief\n!")
    );
    assert_eq!(person.path()[2].system.as_deref(), Some("Be brief\n!"));
}

#[test]
fn esc_leaves_the_panel_before_it_stops_the_reply() {
    let mut person = Person::new();
    person.sends("one").key(KeyCode::F(2)).key(KeyCode::Esc);
    assert_eq!(person.model.focus, Focus::Composer);
    assert!(!person.effects.contains(&Effect::CancelTurn(TurnId(0))));
    person.key(KeyCode::Esc);
    assert!(person.effects.contains(&Effect::CancelTurn(TurnId(0))));
}

#[test]
fn with_the_help_open_nothing_is_typed_below_it() {
    let mut person = Person::new();
    person.key(KeyCode::F(1)).types("abc").key(KeyCode::Enter);
    assert_eq!(person.draft(), "");
    person.key(KeyCode::F(1)).key(KeyCode::Esc).types("x");
    assert_eq!(person.draft(), "x");
}

#[test]
fn the_view_follows_the_end_and_stays_put_elsewhere() {
    let mut person = Person::new();
    person.sends("one").hears(0, delta("a\nb\n"));
    assert!(person.model.conversation().scroll.is_following());
    person.key(KeyCode::PageUp);
    let top = person.path()[0].id;
    let place = crate::app::scroll::Place {
        message: top,
        block: 0,
        row: 0,
    };
    person.tell(Event::Drawn(Regions {
        top: Some(place),
        at_end: false,
        ..Regions::default()
    }));
    person.hears(0, delta("c\nd\n"));
    let scroll = person.model.conversation().scroll;
    assert_eq!(scroll.anchor, crate::app::scroll::Anchor::At(place));
    assert_eq!(scroll.unseen, 2);
    person.press(KeyCode::End, KeyModifiers::CONTROL);
    assert!(person.model.conversation().scroll.is_following());
}

#[test]
fn a_picked_message_is_copied_as_it_was_received() {
    let mut person = Person::new();
    person.sends("one").hears(0, done("**two** \u{202e}"));
    person.press(KeyCode::Up, KeyModifiers::ALT).types("c");
    assert!(
        person
            .effects
            .contains(&Effect::Copy("**two** \u{202e}".to_owned()))
    );
    person.key(KeyCode::Esc).types("c");
    assert_eq!(person.draft(), "c");
}

#[test]
fn the_program_wakes_by_itself_only_while_something_is_counted() {
    let mut person = Person::new();
    assert_eq!(person.model.wake_at(), None);
    person
        .sends("one")
        .hears(0, ReplyUpdate::Stage(Stage::Reading));
    assert!(person.model.wake_at().is_some());
    person.hears(0, done("")).wait(10_000);
    assert_eq!(person.model.wake_at(), None);
}

#[test]
fn a_rewritten_reply_is_told_apart_from_one_that_grew() {
    let mut person = Person::new();
    person.sends("one").hears(0, delta("abc"));
    person.hears(0, ReplyUpdate::Replace("abcd".to_owned()));
    assert_eq!(person.path()[1].rewrites, 0);
    person.hears(0, ReplyUpdate::Replace("x".to_owned()));
    assert_eq!(
        (person.path()[1].text.as_str(), person.path()[1].rewrites),
        ("x", 1)
    );
}

/// Everything that was asked to be kept, in order.
fn kept(person: &Person) -> Vec<Change> {
    let kept = person.effects.iter().map(|effect| match effect {
        Effect::Keep(changes) => changes.clone(),
        _ => Vec::new(),
    });
    kept.flatten().collect()
}

fn summary(title: &str) -> Summary {
    Summary {
        id: crate::chat::ConversationId::new(),
        title: title.to_owned(),
        preview: String::new(),
        space: "space".to_owned(),
        model: String::new(),
        created_at: jiff::Timestamp::UNIX_EPOCH,
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        messages: 2,
        has_draft: false,
        trashed: false,
    }
}

fn listed(summaries: &[Summary]) -> Event {
    Event::Store(StoreEvent::Listed(summaries.to_vec()))
}

/// A saved conversation with this id, as the store reads it.
fn saved(id: crate::chat::ConversationId, texts: &[&str]) -> Event {
    let mut conversation = crate::chat::Conversation::new("space", "", "");
    conversation.id = id;
    for text in texts {
        conversation.append(Message::user(*text));
    }
    Event::Store(StoreEvent::Loaded {
        conversation: Box::new(conversation),
        draft: Draft::default(),
        settings: crate::chat::Settings::new(),
        show: true,
    })
}

#[test]
fn message_and_reply_are_kept_with_their_head_in_one_piece_when_they_are_sent() {
    let mut person = Person::new();
    person.sends("hello");
    let sent = person.effects.iter().find_map(|effect| match effect {
        Effect::Keep(changes)
            if changes
                .iter()
                .any(|change| matches!(change, Change::AddMessage { .. })) =>
        {
            Some(changes)
        }
        _ => None,
    });
    let kinds: Vec<&str> = sent.unwrap().iter().map(Change::what).collect();
    assert_eq!(
        kinds,
        [
            "the conversation",
            "a message",
            "a message",
            "the place in the conversation"
        ]
    );
}

#[test]
fn pieces_of_a_reply_are_kept_within_a_quarter_of_a_second_and_only_once() {
    let mut person = Person::new();
    person.sends("hello").wait(300);
    person.effects.clear();
    person.hears(0, delta("one ")).hears(0, delta("two "));
    assert_eq!(kept(&person), []);
    person.wait(250).hears(0, delta("three")).wait(250);
    let pieces: Vec<Change> = kept(&person);
    let reply = person.path()[1].id;
    let append = |text: &str| Change::Append {
        message: reply,
        text: text.to_owned(),
    };
    assert_eq!(pieces, [append("one two "), append("three")]);
    person.effects.clear();
    person.hears(0, delta("!")).hears(0, done("one two three!"));
    assert_eq!(kept(&person)[0], append("!"));
    assert!(matches!(
        kept(&person)[1],
        Change::Finish {
            state: MessageState::Complete,
            ..
        }
    ));
}

#[test]
fn a_rewritten_reply_is_kept_whole() {
    let mut person = Person::new();
    person.sends("hello").hears(0, delta("abc")).wait(300);
    person.effects.clear();
    person
        .hears(0, ReplyUpdate::Replace("xyz".to_owned()))
        .wait(300);
    assert!(matches!(&kept(&person)[..], [Change::Replace { text, .. }] if text == "xyz"));
}

#[test]
fn a_draft_is_kept_as_it_is_typed() {
    let mut person = Person::new();
    person.types("unse").wait(300);
    let drafts: Vec<String> = kept(&person)
        .into_iter()
        .filter_map(|change| match change {
            Change::SaveDraft { draft, .. } => Some(draft.text),
            _ => None,
        })
        .collect();
    assert_eq!(drafts.last().map(String::as_str), Some("unse"));
    person.effects.clear();
    person.wait(1000);
    assert_eq!(kept(&person), []);
}

#[test]
fn an_empty_conversation_is_not_kept() {
    let mut person = Person::new();
    person
        .wait(1000)
        .ctrl('n')
        .wait(1000)
        .tell(Event::Terminate);
    assert_eq!(kept(&person), []);
}

#[test]
fn what_is_not_kept_yet_is_kept_before_the_program_quits() {
    let mut person = Person::new();
    person.sends("hello").wait(300);
    person.effects.clear();
    person.tell(Event::Reply(TurnId(0), delta("some")));
    person.tell(Event::Input(Input::Key(KeyEvent::new(
        KeyCode::Char('x'),
        KeyModifiers::NONE,
    ))));
    person.tell(Event::Terminate);
    let kinds: Vec<&str> = kept(&person).iter().map(Change::what).collect();
    assert_eq!(
        kinds,
        ["a part of a reply", "the end of a reply", "the draft"]
    );
    assert_eq!(person.effects.last(), Some(&Effect::Quit));
}

#[test]
fn a_reply_goes_on_while_another_conversation_is_seen_and_is_told_as_unread() {
    let mut person = Person::new();
    let first = person.model.current;
    person.sends("hello").types("draft").ctrl('n');
    assert_ne!(person.model.current, first);
    assert_eq!(person.draft(), "");
    person
        .sends("second")
        .hears(0, delta("in the back"))
        .hears(0, done("in the back"));
    person.hears(1, delta("in front"));
    let back = person.model.opened(first).unwrap();
    assert!(back.is_unread);
    assert_eq!(back.conversation.head().unwrap().text, "in the back");
    assert_eq!(back.composer.editor.text(), "draft");
    assert_eq!(person.path()[1].text, "in front");
}

#[test]
fn the_switcher_opens_what_it_found() {
    let mut person = Person::new();
    let all = [summary("Trip to Kyoto"), summary("Rust lifetimes")];
    person
        .tell(listed(&all))
        .ctrl('o')
        .types("rust")
        .key(KeyCode::Enter);
    let load = Effect::Load {
        id: all[1].id,
        show: true,
    };
    assert!(person.effects.contains(&load), "{:?}", person.effects);
    person.tell(saved(all[1].id, &["what is 'static?"]));
    assert_eq!(person.model.current, all[1].id);
    assert_eq!(person.texts(), ["what is 'static?"]);
    assert!(person.model.overlay.is_none());
}

#[test]
fn the_list_is_walked_opened_and_left_by_keys() {
    let mut person = Person::new();
    let all = [summary("one"), summary("two"), summary("three")];
    person.tell(listed(&all)).key(KeyCode::F(3));
    assert_eq!(person.model.focus, Focus::List);
    person
        .key(KeyCode::Down)
        .key(KeyCode::Down)
        .key(KeyCode::Enter);
    assert!(person.effects.contains(&Effect::Load {
        id: all[1].id,
        show: true
    }));
    person
        .tell(saved(all[1].id, &["x"]))
        .press(KeyCode::PageDown, KeyModifiers::CONTROL);
    assert!(person.effects.contains(&Effect::Load {
        id: all[2].id,
        show: true
    }));
}

#[test]
fn a_conversation_is_renamed_deleted_and_brought_back() {
    let mut person = Person::new();
    let all = [summary("one"), summary("two")];
    person
        .tell(listed(&all))
        .key(KeyCode::F(3))
        .key(KeyCode::Down);
    person.types("r").types("!").key(KeyCode::Enter);
    let title = Change::SetTitle {
        conversation: all[0].id,
        title: Some("one!".to_owned()),
    };
    assert!(kept(&person).contains(&title));
    person.types("d");
    assert!(kept(&person).contains(&Change::Delete {
        conversation: all[0].id
    }));
    assert_eq!(person.model.library.summaries.len(), 1);
    person.types("u");
    assert!(kept(&person).contains(&Change::Restore {
        conversation: all[0].id
    }));
}

#[test]
fn deleting_what_is_seen_goes_to_an_empty_conversation() {
    let mut person = Person::new();
    let all = [summary("one")];
    person.tell(saved(all[0].id, &["x"])).tell(listed(&all));
    person.key(KeyCode::F(3)).types("d");
    assert_ne!(person.model.current, all[0].id);
    assert!(person.path().is_empty());
}

#[test]
fn an_edited_message_becomes_another_version_and_the_old_one_stays() {
    let mut person = Person::new();
    person.sends("first").hears(0, done("reply")).types("half");
    person
        .press(KeyCode::Up, KeyModifiers::ALT)
        .press(KeyCode::Up, KeyModifiers::ALT)
        .types("e");
    assert_eq!(person.draft(), "first");
    person.sends("!");
    assert_eq!(person.texts(), ["first!", ""]);
    assert_eq!(person.draft(), "half");
    let conversation = &person.model.conversation().conversation;
    assert_eq!(conversation.messages().count(), 4);
    assert_eq!(conversation.versions(person.path()[0].id).len(), 2);
    assert_eq!(person.started()[1].messages.len(), 1);
    person.hears(1, done("other reply"));
    person
        .press(KeyCode::Up, KeyModifiers::ALT)
        .press(KeyCode::Up, KeyModifiers::ALT)
        .types("[");
    assert_eq!(person.texts(), ["first", "reply"]);
    person.types("]");
    assert_eq!(person.texts(), ["first!", "other reply"]);
}

#[test]
fn esc_leaves_an_edit_and_the_draft_comes_back() {
    let mut person = Person::new();
    person.sends("first").hears(0, done("reply")).types("half");
    person
        .press(KeyCode::Up, KeyModifiers::ALT)
        .press(KeyCode::Up, KeyModifiers::ALT)
        .types("e");
    person.types(" changed").key(KeyCode::Esc);
    assert_eq!(person.draft(), "half");
    assert_eq!(person.started().len(), 1);
}

#[test]
fn another_reply_stands_beside_the_first_one() {
    let mut person = Person::new();
    person.sends("question").hears(0, done("one"));
    person
        .press(KeyCode::Up, KeyModifiers::ALT)
        .types("r")
        .hears(1, done("two"));
    assert_eq!(person.texts(), ["question", "two"]);
    assert_eq!(
        person.model.conversation().conversation.messages().count(),
        3
    );
    let moved = kept(&person)
        .into_iter()
        .filter(|change| matches!(change, Change::SetHead { .. }));
    assert_eq!(moved.count(), 2);
}

#[test]
fn a_reply_that_was_cut_off_can_go_on() {
    let mut person = Person::new();
    person
        .sends("question")
        .hears(0, delta("half a"))
        .hears(0, ReplyUpdate::Cancelled);
    person.press(KeyCode::Up, KeyModifiers::ALT).types("g");
    assert_eq!(person.started()[1].messages.len(), 3);
}

#[test]
fn the_tree_stays_as_it_is_while_a_reply_comes() {
    let mut person = Person::new();
    person.sends("question");
    person.press(KeyCode::Up, KeyModifiers::ALT).types("r");
    assert_eq!(person.started().len(), 1);
    assert_eq!(
        person.model.conversation().conversation.messages().count(),
        2
    );
}

#[test]
fn the_embedded_space_takes_over_where_another_failed() {
    let mut person = Person::new();
    let failure = Failure {
        kind: "connect".to_owned(),
        message: String::new(),
        hint: String::new(),
    };
    person
        .sends("hello")
        .hears(0, ReplyUpdate::Failed(failure))
        .key(KeyCode::F(5));
    let request = person.started()[1].clone();
    assert_eq!(request.space, crate::app::DEMO_SPACE);
    assert_eq!(request.messages[0].text, "hello");
}

#[test]
fn what_another_window_added_is_read_again_unless_a_reply_comes_here() {
    let mut person = Person::new();
    let mut all = [summary("one")];
    person.tell(saved(all[0].id, &["x"]));
    all[0].messages = 3;
    person.effects.clear();
    person.tell(listed(&all));
    assert!(person.effects.contains(&Effect::Load {
        id: all[0].id,
        show: false
    }));
    person.sends("more");
    person.effects.clear();
    person.tell(listed(&all));
    assert!(!person.effects.contains(&Effect::Load {
        id: all[0].id,
        show: false
    }));
}

#[test]
fn settings_travel_with_every_message_and_are_kept_with_their_conversation() {
    let mut person = Person::new();
    let set = |value: &str| {
        let one = ("heat".to_owned(), value.to_owned());
        crate::chat::Settings::from([one])
    };
    person.model.set(set("0.2"));
    person.sends("hello").hears(0, done("world"));
    assert_eq!(person.started()[0].settings, set("0.2"));
    let kept = person.effects.iter().any(|effect| {
        match effect {
        Effect::Keep(changes) => changes.iter().any(|change| {
            matches!(change, Change::SaveConversation { settings, .. } if *settings == set("0.2"))
        }),
        _ => false,
    }
    });
    assert!(kept);

    let id = crate::chat::ConversationId::new();
    let mut conversation = crate::chat::Conversation::new("space", "", "");
    conversation.id = id;
    person.tell(Event::Store(StoreEvent::Loaded {
        conversation: Box::new(conversation),
        draft: Draft::default(),
        settings: set("1.5"),
        show: true,
    }));
    person.sends("again");
    assert_eq!(person.started()[1].settings, set("1.5"));
}

#[test]
fn the_embedded_space_is_not_asked_for_the_settings_of_another() {
    let mut person = Person::new();
    let one = ("heat".to_owned(), "1".to_owned());
    person.model.set(crate::chat::Settings::from([one]));
    crate::app::sending::use_demo(&mut person.model);
    person.sends("hello");
    assert!(person.started()[0].settings.is_empty());
}
