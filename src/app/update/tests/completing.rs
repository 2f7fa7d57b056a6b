use super::*;
use crate::app::attaching::{Found, Survey};
use crate::app::completing::PastedPath;
use crate::chat::{Attachment, Origin};

impl Person {
    /// What the list shows.
    fn listed(&self) -> Vec<&str> {
        let entries = self.model.completing.entries().iter();
        entries.map(|entry| entry.name.as_str()).collect()
    }

    /// Answers the last question for paths.
    fn finds(&mut self, paths: &[&str]) -> &mut Self {
        let number = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::CompletePath { number, .. } => Some(*number),
            _ => None,
        });
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        self.tell(Event::PathsFound(
            number.expect("paths were asked for"),
            paths,
        ))
    }

    fn pastes(&mut self, text: &str) -> &mut Self {
        self.tell(Event::Input(Input::Paste(text.to_owned())))
    }

    fn attaches(&self, path: &str) -> bool {
        self.effects.contains(&Effect::Attach(path.to_owned()))
    }
}

fn pasted(text: &str, path: &str) -> PastedPath {
    PastedPath {
        text: text.to_owned(),
        path: path.to_owned(),
    }
}

#[test]
fn a_command_is_completed_as_it_is_typed() {
    let mut person = Person::new();
    person.types("/s");
    assert_eq!(person.listed(), ["/system", "/space", "/search"]);
    person.key(KeyCode::Down).key(KeyCode::Tab);
    assert_eq!(person.draft(), "/space ");
    assert!(person.listed().is_empty());
}

#[test]
fn enter_runs_the_marked_command_and_waits_where_it_needs_words() {
    let mut person = Person::new();
    person.types("/he").key(KeyCode::Enter);
    assert!(matches!(person.model.overlay, Some(Overlay::Help(_))));
    assert_eq!(person.draft(), "");
    person.key(KeyCode::Esc).types("/ti").key(KeyCode::Enter);
    assert_eq!(person.draft(), "/title ");
}

#[test]
fn esc_closes_the_list_and_nothing_else_and_typing_goes_on() {
    let mut person = Person::new();
    person.sends("hello").types("/s").key(KeyCode::Esc);
    assert!(person.listed().is_empty());
    let stopped = |person: &Person| {
        let mut effects = person.effects.iter();
        effects.any(|effect| matches!(effect, Effect::CancelTurn(_)))
    };
    assert!(!stopped(&person));
    person.types("y");
    assert_eq!((person.draft().as_str(), person.listed().len()), ("/sy", 0));
    person.key(KeyCode::Esc);
    assert!(stopped(&person));
}

#[test]
fn a_path_behind_an_at_sign_is_attached_and_its_name_stays_in_the_sentence() {
    let mut person = Person::new();
    person
        .types("compare @li")
        .finds(&["src/lib.rs", "LICENSE"]);
    assert_eq!(person.listed(), ["src/lib.rs", "LICENSE"]);
    person.key(KeyCode::Enter);
    assert!(person.attaches("src/lib.rs"));
    assert_eq!(person.draft(), "compare src/lib.rs ");
    assert!(person.started().is_empty());
    person.key(KeyCode::Enter);
    assert_eq!(person.started().len(), 1);
}

#[test]
fn tab_goes_into_a_folder_and_enter_attaches_it() {
    let mut person = Person::new();
    person.types("@s").finds(&["src/"]).key(KeyCode::Tab);
    assert_eq!(person.draft(), "@src/");
    person.finds(&["src/", "src/lib.rs"]).key(KeyCode::Enter);
    assert!(person.attaches("src/"));
}

#[test]
fn an_at_sign_inside_a_word_and_a_name_that_is_no_path_complete_nothing() {
    let mut person = Person::new();
    person.types("me@home");
    let asks = |effect: &Effect| matches!(effect, Effect::CompletePath { .. });
    assert!(!person.effects.iter().any(asks));
    person.ctrl('u').types("@bob").finds(&[]);
    person.key(KeyCode::Enter);
    assert_eq!(person.texts()[0], "@bob");
}

#[test]
fn an_answer_to_an_older_question_is_dropped_and_what_no_longer_fits_goes_at_once() {
    let mut person = Person::new();
    person.types("@a").finds(&["alpha", "beta"]).types("l");
    assert_eq!(person.listed(), ["alpha"]);
    person.tell(Event::PathsFound(1, vec!["stale".to_owned()]));
    assert_eq!(person.listed(), ["alpha"]);
}

#[test]
fn attach_sends_the_path_as_it_is_written_unless_the_mark_was_moved() {
    let mut person = Person::new();
    person
        .types("/attach note")
        .finds(&["my-notes", "notes.txt"]);
    person.key(KeyCode::Enter);
    assert!(person.attaches("note"));
    person
        .types("/attach note")
        .finds(&["my-notes", "notes.txt"]);
    person.key(KeyCode::Down).key(KeyCode::Enter);
    assert!(person.attaches("notes.txt"));
}

#[cfg(unix)]
#[test]
fn a_pasted_path_that_is_there_can_be_attached_instead() {
    let mut person = Person::new();
    let path = pasted("/tmp/a\\ b.txt", "/tmp/a b.txt");
    person.pastes("/tmp/a\\ b.txt");
    let asked = Effect::LookForPath(person.model.current, vec![path.clone()]);
    assert!(person.effects.contains(&asked));
    assert_eq!(person.draft(), "/tmp/a\\ b.txt");
    person.tell(Event::PathSeen(person.model.current, path.clone()));
    assert_eq!(person.listed(), ["/tmp/a b.txt"]);
    person.key(KeyCode::Tab);
    assert!(person.attaches("/tmp/a b.txt"));
    assert_eq!(person.draft(), "");
    // Typing on declines it.
    person.pastes("/tmp/a\\ b.txt");
    person.tell(Event::PathSeen(person.model.current, path));
    person.types(" ");
    assert!(person.listed().is_empty());
}

#[cfg(unix)]
#[test]
fn a_path_is_known_where_a_terminal_types_its_first_characters() {
    let mut person = Person::new();
    person.types("/h").pastes("ome/me/cat.png");
    let path = pasted("/home/me/cat.png", "/home/me/cat.png");
    let asked = person.effects.iter().find_map(|effect| match effect {
        Effect::LookForPath(_, paths) => paths.first(),
        _ => None,
    });
    assert_eq!(asked, Some(&path));
}

#[test]
fn what_a_folder_holds_is_attached_on_the_persons_word_only() {
    let survey = Survey {
        of: "src".to_owned(),
        taken: vec![Found {
            path: "src/lib.rs".into(),
            name: "src/lib.rs".to_owned(),
            size: 5,
        }],
        ..Survey::default()
    };
    let mut person = Person::new();
    let attached = |person: &Person| {
        let mut effects = person.effects.iter();
        effects.any(|effect| matches!(effect, Effect::AttachAll(..)))
    };
    person.tell(Event::Surveyed(person.model.current, survey.clone()));
    person.key(KeyCode::Esc);
    assert!(!attached(&person) && person.model.overlay.is_none());
    person.tell(Event::Surveyed(person.model.current, survey));
    person.key(KeyCode::Enter);
    assert!(attached(&person) && person.model.overlay.is_none());
}

#[test]
fn files_are_looked_at_again_when_they_are_sent_and_when_the_window_is_looked_at() {
    let origin = Origin {
        path: "/notes.txt".into(),
        modified: None,
        size: 3,
    };
    let mut person = Person::new();
    let attachment = Attachment {
        origin: Some(origin.clone()),
        ..Attachment::new("notes.txt", "old")
    };
    person.tell(Event::Attached(person.model.current, Ok(attachment)));
    let look = Effect::LookAtOrigins(vec![origin.clone()]);
    let looks = |person: &Person| {
        let effects = person.effects.iter();
        effects.filter(|effect| **effect == look).count()
    };
    assert_eq!(looks(&person), 0);
    person.tell(Event::Input(Input::Focus(true)));
    assert_eq!(looks(&person), 1);
    person.tell(Event::OriginsSeen(vec![(origin.clone(), true)]));
    assert!(person.model.changed.contains(&origin));
    person.sends("read it");
    assert_eq!(looks(&person), 2);
}
