use super::*;
use crate::app::effect::TurnId;
use crate::app::{Clock, Defaults, Purpose, Regions, ReplyUpdate, StoreEvent, TurnRequest};
use crate::chat::{Change, Failure, Message, MessageState, Pending, Role, Stage, Summary, Unsent};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::time::Duration;

mod attaching;
mod commands;
mod completion;
mod composing;
mod finding;
mod keeping;
mod late_answers;
mod modality;
mod outcomes;
mod pickers;
mod presets;
mod sign_in;
mod source;
mod source_choice;
mod source_picker;
mod switcher;
mod switching;
mod unsaved;
mod version_tree;
mod versions;
mod waiting;

/// A model, and hands to use it with.
struct User {
    model: Model,
    effects: Vec<Effect>,
}

impl User {
    fn new() -> Self {
        let clock = Clock {
            wall: jiff::Timestamp::UNIX_EPOCH,
            uptime: Duration::from_secs(10),
        };
        let defaults = Defaults {
            file_form: crate::chat::FileForm::default(),
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
    let mut user = User::new();
    user.sends("hello")
        .hears(0, delta("wor"))
        .hears(0, delta("ld"));
    assert_eq!(user.texts(), ["hello", "world"]);
    assert_eq!(user.path()[1].state, MessageState::Streaming);
    user.hears(0, done("world"));
    assert_eq!(user.path()[1].state, MessageState::Complete);
    assert_eq!(user.draft(), "");
    let request = user.started()[0];
    assert_eq!(request.messages.len(), 1);
    assert_eq!(request.messages[0].text, "hello");
}

#[test]
fn an_empty_message_is_not_sent() {
    let mut user = User::new();
    user.key(KeyCode::Enter).sends("  ");
    assert!(user.started().is_empty());
}

#[test]
fn a_message_during_a_reply_is_queued_and_sent_when_the_reply_is_complete() {
    let mut user = User::new();
    user.sends("one").sends("two");
    assert_eq!(user.model.conversation().queue.len(), 1);
    assert_eq!(user.started().len(), 1);
    user.hears(0, done("first reply"));
    assert_eq!(user.texts(), ["one", "first reply", "two", ""]);
    assert_eq!(user.started()[1].messages.len(), 3);
}

#[test]
fn what_was_queued_comes_back_when_the_reply_fails_or_is_stopped() {
    let failure = Failure {
        kind: crate::chat::FailureKind::Space,
        message: "no".to_owned(),
        hint: "retry".to_owned(),
    };
    for end in [ReplyUpdate::Failed(failure), ReplyUpdate::Cancelled] {
        let mut user = User::new();
        user.sends("one").sends("two").types("thr");
        user.hears(0, delta("par")).hears(0, end);
        assert_eq!(user.draft(), "two\n\nthr");
        assert_eq!(user.texts(), ["one", "par"]);
        assert!(user.model.conversation().queue.is_empty());
    }
}

#[test]
fn esc_stops_the_reply_at_the_server_and_keeps_what_came() {
    let mut user = User::new();
    user.sends("hello")
        .hears(0, delta("some"))
        .key(KeyCode::Esc);
    assert!(user.effects.contains(&Effect::CancelTurn(TurnId(0))));
    user.hears(0, delta(" more"))
        .hears(0, ReplyUpdate::Cancelled);
    let reply = &user.path()[1];
    assert_eq!(
        (reply.text.as_str(), reply.state),
        ("some more", MessageState::Stopped)
    );
}

#[test]
fn a_second_esc_does_not_wait_for_the_server_and_late_events_are_dropped() {
    let mut user = User::new();
    user.sends("hello")
        .hears(0, delta("some"))
        .key(KeyCode::Esc)
        .key(KeyCode::Esc);
    assert!(user.model.conversation().turn.is_none());
    user.hears(0, delta(" late")).hears(0, done("some late"));
    assert_eq!(user.path()[1].text, "some");
    assert_eq!(user.path()[1].state, MessageState::Stopped);
}

#[test]
fn a_failure_stands_with_the_reply_and_the_prompt_stays() {
    let mut user = User::new();
    let failure = Failure {
        kind: crate::chat::FailureKind::Connect,
        message: "nobody there".to_owned(),
        hint: "check".to_owned(),
    };
    user.sends("hello")
        .hears(0, ReplyUpdate::Failed(failure.clone()));
    assert_eq!(user.path()[0].text, "hello");
    assert_eq!(user.path()[1].failure, Some(failure));
    assert_eq!(user.path()[1].state, MessageState::Failed);
}

#[test]
fn a_reply_of_which_nothing_came_is_not_sent_on() {
    let mut user = User::new();
    user.sends("one")
        .hears(0, ReplyUpdate::Cancelled)
        .sends("two");
    let request = user.started()[1];
    let roles: Vec<Role> = request
        .messages
        .iter()
        .map(|message| message.role)
        .collect();
    assert_eq!(roles, [Role::User, Role::User]);
}

#[test]
fn quitting_is_armed_only_for_a_moment() {
    let mut user = User::new();
    user.ctrl('c').wait(10_000).ctrl('c');
    assert!(!user.effects.contains(&Effect::Quit));
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
        let mut user = User::new();
        user.sends("hello")
            .hears(0, delta("some"))
            .tell(end)
            .wait(50);
        let last = user.effects.last();
        assert_eq!(last, Some(&Effect::Quit));
        assert!(user.effects.contains(&Effect::CancelTurn(TurnId(0))));
        assert_eq!(user.path()[1].state, MessageState::Stopped);
    }
}

#[test]
fn a_pasted_newline_sends_nothing() {
    let mut user = User::new();
    user.tell(Event::Input(Input::Paste("one\rtwo\r".to_owned())));
    user.wait(50);
    assert!(user.started().is_empty());
    assert_eq!(user.draft(), "one\ntwo\n");
}

#[test]
fn a_large_paste_travels_whole_with_the_message() {
    let mut user = User::new();
    let book = "word ".repeat(2000);
    user.tell(Event::Input(Input::Paste(book.clone())))
        .sends("What is it?");
    let sent = &user.started()[0].messages[0];
    assert_eq!(
        crate::chat::prompt_text(crate::chat::FileForm::default(), sent),
        format!("{book}\n\nWhat is it?")
    );
}

#[test]
fn the_system_message_is_in_force_from_the_next_message_on() {
    let mut user = User::new();
    user.sends("one").hears(0, done("1"));
    user.key(KeyCode::F(2))
        .types("Be brief")
        .key(KeyCode::Enter)
        .types("!");
    assert_eq!(user.model.system(), "Be brief\n!");
    user.key(KeyCode::Esc).sends("two");
    let requests = user.started();
    assert_eq!(
        (&*requests[0].system, &*requests[1].system),
        ("", "Be brief\n!")
    );
    assert_eq!(user.path()[2].system.as_deref(), Some("Be brief\n!"));
}

#[test]
fn esc_leaves_the_panel_before_it_stops_the_reply() {
    let mut user = User::new();
    user.sends("one").key(KeyCode::F(2)).key(KeyCode::Esc);
    assert_eq!(user.model.focus, Focus::Composer);
    assert!(!user.effects.contains(&Effect::CancelTurn(TurnId(0))));
    user.key(KeyCode::Esc);
    assert!(user.effects.contains(&Effect::CancelTurn(TurnId(0))));
}

#[test]
fn with_the_help_open_nothing_is_typed_below_it() {
    let mut user = User::new();
    user.key(KeyCode::F(1)).types("abc").key(KeyCode::Enter);
    assert_eq!(user.draft(), "");
    user.key(KeyCode::F(1)).key(KeyCode::Esc).types("x");
    assert_eq!(user.draft(), "x");
}

#[test]
fn the_view_follows_the_end_and_stays_put_elsewhere() {
    let mut user = User::new();
    user.sends("one").hears(0, delta("a\nb\n"));
    assert!(user.model.conversation().scroll.is_following());
    user.key(KeyCode::PageUp);
    let top = user.path()[0].id;
    let place = crate::app::rows::RowId {
        message: top,
        block: 0,
        row: 0,
        is_plain: false,
    };
    user.tell(Event::Drawn(Regions {
        top: Some(place),
        at_end: false,
        ..Regions::default()
    }));
    user.hears(0, delta("c\nd\n"));
    let scroll = user.model.conversation().scroll;
    assert_eq!(
        scroll.anchor,
        crate::app::conversation::scroll::Anchor::At(place)
    );
    assert_eq!(scroll.unseen, 2);
    user.press(KeyCode::End, KeyModifiers::CONTROL);
    assert!(user.model.conversation().scroll.is_following());
}

#[test]
fn a_picked_message_is_copied_as_it_was_received() {
    let mut user = User::new();
    user.sends("one").hears(0, done("**two** \u{202e}"));
    user.press(KeyCode::Up, KeyModifiers::ALT).types("c");
    assert!(
        user.effects
            .contains(&Effect::Copy("**two** \u{202e}".to_owned()))
    );
    user.key(KeyCode::Esc).types("c");
    assert_eq!(user.draft(), "c");
}

#[test]
fn the_program_wakes_by_itself_only_while_something_is_counted() {
    let mut user = User::new();
    assert_eq!(user.model.wake_at(), None);
    user.sends("one")
        .hears(0, ReplyUpdate::Stage(Stage::Reading));
    assert!(user.model.wake_at().is_some());
    user.hears(0, done("")).wait(10_000);
    assert_eq!(user.model.wake_at(), None);
}

/// Everything that was asked to be kept, in order.
fn kept(user: &User) -> Vec<Change> {
    let kept = user.effects.iter().map(|effect| match effect {
        Effect::Save(changes) => changes.clone(),
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
        pending: Pending::Nothing,
        state: None,
        pinned: false,
        trashed: false,
    }
}

fn listed(summaries: &[Summary]) -> Event {
    Event::Store(StoreEvent::Listed(summaries.to_vec()))
}

/// What a conversation was asked for last, to be read.
fn asked_for(user: &User, id: crate::chat::ConversationId) -> Option<Purpose> {
    user.effects.iter().rev().find_map(|effect| match effect {
        Effect::Load { id: asked, purpose } => (*asked == id).then_some(*purpose),
        _ => None,
    })
}

/// A saved conversation with this id, as the store reads it.
fn saved(id: crate::chat::ConversationId, texts: &[&str]) -> Event {
    saved_for(id, texts, Purpose::Show(0))
}

fn saved_for(id: crate::chat::ConversationId, texts: &[&str], purpose: Purpose) -> Event {
    let mut conversation = crate::chat::Conversation::new("space", "", "");
    conversation.id = id;
    for text in texts {
        conversation.append(Message::user(*text));
    }
    Event::Store(StoreEvent::Loaded {
        conversation: Box::new(conversation),
        unsent: Unsent::default(),
        left_by: Vec::new(),
        settings: crate::chat::Settings::new(),
        purpose,
    })
}
