use super::*;
use crate::app::files::PastedPath;
use crate::app::files::{FoundFile, Survey};
use crate::app::popups::help::Help;
use crate::chat::{Attachment, Origin};

impl User {
    /// What the list shows.
    fn listed(&self) -> Vec<&str> {
        let entries = self.model.completion.entries().iter();
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
    let mut user = User::new();
    user.types("/s");
    assert_eq!(user.listed(), ["/search", "/source", "/system"]);
    user.key(KeyCode::Down).key(KeyCode::Tab);
    assert_eq!(user.draft(), "/source ");
    assert!(user.listed().is_empty());
    user.ctrl('u').types("/sp");
    assert_eq!(user.listed(), ["/space"], "an older name goes on");
}

#[test]
fn enter_runs_the_marked_command_and_waits_where_it_needs_words() {
    let mut user = User::new();
    user.types("/he").key(KeyCode::Enter);
    assert!(user.model.popups.top::<Help>().is_some());
    assert_eq!(user.draft(), "");
    user.key(KeyCode::Esc).types("/ti").key(KeyCode::Enter);
    assert_eq!(user.draft(), "/title ");
}

#[test]
fn esc_closes_the_list_and_nothing_else_and_typing_goes_on() {
    let mut user = User::new();
    user.sends("hello").types("/s").key(KeyCode::Esc);
    assert!(user.listed().is_empty());
    let stopped = |user: &User| {
        let mut effects = user.effects.iter();
        effects.any(|effect| matches!(effect, Effect::CancelTurn(_)))
    };
    assert!(!stopped(&user));
    user.types("y");
    assert_eq!((user.draft().as_str(), user.listed().len()), ("/sy", 0));
    user.key(KeyCode::Esc);
    assert!(stopped(&user));
}

#[test]
fn a_path_behind_an_at_sign_is_attached_and_its_name_stays_in_the_sentence() {
    let mut user = User::new();
    user.types("compare @li").finds(&["src/lib.rs", "LICENSE"]);
    assert_eq!(user.listed(), ["src/lib.rs", "LICENSE"]);
    user.key(KeyCode::Enter);
    assert!(user.attaches("src/lib.rs"));
    assert_eq!(user.draft(), "compare src/lib.rs ");
    assert!(user.started().is_empty());
    let read = Ok(Attachment::new("src/lib.rs", "text"));
    user.tell(Event::Attached(user.model.current, read));
    user.key(KeyCode::Enter);
    assert_eq!(user.started().len(), 1);
}

#[test]
fn tab_goes_into_a_folder_and_enter_attaches_it() {
    let mut user = User::new();
    user.types("@s").finds(&["src/"]).key(KeyCode::Tab);
    assert_eq!(user.draft(), "@src/");
    user.finds(&["src/", "src/lib.rs"]).key(KeyCode::Enter);
    assert!(user.attaches("src/"));
}

#[test]
fn an_at_sign_inside_a_word_and_a_name_that_is_no_path_complete_nothing() {
    let mut user = User::new();
    user.types("me@home");
    let asks = |effect: &Effect| matches!(effect, Effect::CompletePath { .. });
    assert!(!user.effects.iter().any(asks));
    user.ctrl('u').types("@bob").finds(&[]);
    user.key(KeyCode::Enter);
    assert_eq!(user.texts()[0], "@bob");
}

#[test]
fn an_answer_to_an_older_question_is_dropped_and_what_no_longer_fits_goes_at_once() {
    let mut user = User::new();
    user.types("@a").finds(&["alpha", "beta"]).types("l");
    assert_eq!(user.listed(), ["alpha"]);
    user.tell(Event::PathsFound(1, vec!["stale".to_owned()]));
    assert_eq!(user.listed(), ["alpha"]);
}

#[test]
fn attach_sends_the_path_as_it_is_written_unless_the_mark_was_moved() {
    let mut user = User::new();
    user.types("/attach note").finds(&["my-notes", "notes.txt"]);
    user.key(KeyCode::Enter);
    assert!(user.attaches("note"));
    user.types("/attach note").finds(&["my-notes", "notes.txt"]);
    user.key(KeyCode::Down).key(KeyCode::Enter);
    assert!(user.attaches("notes.txt"));
}

#[cfg(unix)]
#[test]
fn a_pasted_path_that_is_there_can_be_attached_instead() {
    let mut user = User::new();
    let path = pasted("/tmp/a\\ b.txt", "/tmp/a b.txt");
    user.pastes("/tmp/a\\ b.txt");
    let asked = Effect::CheckPaths(user.model.current, vec![path.clone()]);
    assert!(user.effects.contains(&asked));
    assert_eq!(user.draft(), "/tmp/a\\ b.txt");
    user.tell(Event::PathChecked(user.model.current, path.clone()));
    assert_eq!(user.listed(), ["/tmp/a b.txt"]);
    user.key(KeyCode::Tab);
    assert!(user.attaches("/tmp/a b.txt"));
    assert_eq!(user.draft(), "");
    // Typing on declines it.
    user.pastes("/tmp/a\\ b.txt");
    user.tell(Event::PathChecked(user.model.current, path));
    user.types(" ");
    assert!(user.listed().is_empty());
}

#[cfg(unix)]
#[test]
fn a_path_is_known_where_a_terminal_types_its_first_characters() {
    let mut user = User::new();
    user.types("/h").pastes("ome/me/cat.png");
    let path = pasted("/home/me/cat.png", "/home/me/cat.png");
    let asked = user.effects.iter().find_map(|effect| match effect {
        Effect::CheckPaths(_, paths) => paths.first(),
        _ => None,
    });
    assert_eq!(asked, Some(&path));
}

#[test]
fn the_end_of_a_word_is_no_path_though_a_terminal_handed_it_over_on_its_own() {
    let mut user = User::new();
    let asks = |user: &User, path: &str| {
        let mut effects = user.effects.iter();
        effects.any(|effect| match effect {
            Effect::CheckPaths(_, paths) => paths.iter().any(|asked| asked.path == path),
            _ => false,
        })
    };
    user.types("see the lighthouse").pastes(".md");
    assert!(!asks(&user, ".md"));
    user.types(" or ").pastes("notes.md");
    assert!(asks(&user, "notes.md"));
}

#[test]
fn what_a_folder_holds_is_attached_on_the_users_word_only() {
    let survey = Survey {
        of: "src".to_owned(),
        taken: vec![FoundFile {
            path: "src/lib.rs".into(),
            name: "src/lib.rs".to_owned(),
            size: 5,
        }],
        ..Survey::default()
    };
    let mut user = User::new();
    let attached = |user: &User| {
        let mut effects = user.effects.iter();
        effects.any(|effect| matches!(effect, Effect::AttachAll(..)))
    };
    user.tell(Event::Surveyed(user.model.current, survey.clone()));
    user.key(KeyCode::Esc);
    assert!(!attached(&user) && !user.model.popups.is_open());
    user.tell(Event::Surveyed(user.model.current, survey));
    user.key(KeyCode::Enter);
    assert!(attached(&user) && !user.model.popups.is_open());
}

#[test]
fn files_are_looked_at_again_when_they_are_sent_and_when_the_window_is_looked_at() {
    let origin = Origin {
        path: "/notes.txt".into(),
        modified: None,
        size: 3,
    };
    let mut user = User::new();
    let attachment = Attachment {
        origin: Some(origin.clone()),
        ..Attachment::new("notes.txt", "old")
    };
    user.tell(Event::Attached(user.model.current, Ok(attachment)));
    let look = Effect::CheckOrigins(vec![origin.clone()]);
    let looks = |user: &User| {
        let effects = user.effects.iter();
        effects.filter(|effect| **effect == look).count()
    };
    assert_eq!(looks(&user), 0);
    user.tell(Event::Input(Input::Focus(true)));
    assert_eq!(looks(&user), 1);
    user.tell(Event::OriginsChecked(vec![(origin.clone(), true)]));
    assert!(user.model.changed.contains(&origin));
    user.sends("read it");
    assert_eq!(looks(&user), 2);
}

#[test]
fn paths_that_are_found_later_leave_a_mark_that_was_moved_at_its_path() {
    let mut user = User::new();
    user.types("look at @s").finds(&["src/a.rs", "src/b.rs"]);
    user.types("r");
    // Nothing was chosen yet: the best of the answer has the mark.
    user.finds(&["sr", "src/a.rs", "src/b.rs"]);
    assert_eq!(user.model.completion.at(), 0);
    user.types("c").key(KeyCode::Down);
    assert_eq!(user.listed()[user.model.completion.at()], "src/b.rs");
    user.finds(&["src/", "src/a.rs", "src/b.rs"]);
    assert_eq!(user.listed()[user.model.completion.at()], "src/b.rs");
}
