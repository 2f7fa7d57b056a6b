//! Before a message is sent: what it costs, what is on the shelf, what was written before.

use super::*;
use crate::app::ProviderNames;
use crate::app::ledger::ledger;
use crate::app::login;
use crate::chat::Attachment;

fn attach(person: &mut Person, names: &[&str]) {
    for name in names {
        let read = Ok(Attachment::new(*name, format!("text of {name}")));
        let id = person.model.current;
        person.tell(Event::Attached(id, read));
    }
}

fn shelf(person: &Person) -> Vec<String> {
    let shelf = person.model.conversation().composer.shelf();
    shelf.iter().map(|attached| attached.name.clone()).collect()
}

/// A person whose model holds so many tokens.
fn with_window(window: usize) -> Person {
    let mut person = Person::new();
    let names = ProviderNames {
        window: Some(window),
        ..person.model.names()
    };
    let space = person.model.conversation().conversation.space.clone();
    person.tell(Event::Described(space, names));
    person
}

#[test]
fn the_ledger_tells_each_part_and_their_sum() {
    let mut person = with_window(1000);
    attach(&mut person, &["a.txt", "b.txt"]);
    person.types("What is it?");
    let ledger = ledger(&person.model, (0, 7));
    let names: Vec<&str> = ledger.parts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["past", "a.txt", "b.txt", "draft"]);
    let sum: usize = ledger.parts.iter().map(|(_, tokens)| tokens).sum();
    assert_eq!(
        (ledger.total, ledger.window, ledger.excess()),
        (sum, Some(1000), None)
    );
}

#[test]
fn what_is_more_than_the_model_holds_is_told_first_and_sent_when_that_is_said_again() {
    let mut person = with_window(10);
    person.types("a message of many more words than this model can ever hold at a time");
    person.key(KeyCode::Enter);
    assert!(person.model.conversation().conversation.is_empty());
    let (remark, _) = person.model.remark.clone().unwrap();
    assert!(remark.contains("more than the model holds"), "{remark}");
    // Another text is told of again.
    person.types(" and more");
    person.key(KeyCode::Enter);
    assert!(person.model.conversation().conversation.is_empty());
    person.key(KeyCode::Enter);
    assert_eq!(person.path().len(), 2);
}

#[test]
fn what_will_be_sent_can_be_read_before() {
    let mut person = Person::new();
    attach(&mut person, &["a.txt"]);
    person.types("Read it.");
    person.press(KeyCode::Char('t'), KeyModifiers::ALT);
    let Some(Overlay::Text(view)) = &person.model.overlay else {
        panic!("a text is shown");
    };
    assert!(
        view.text
            .ends_with("\n\na.txt\n```txt\ntext of a.txt\n```\n\nRead it."),
        "{}",
        view.text
    );
    person.key(KeyCode::Esc);
    assert_eq!(person.draft(), "Read it.");
}

#[test]
fn chips_are_walked_looked_at_ordered_taken_into_the_text_and_removed() {
    let mut person = Person::new();
    attach(&mut person, &["a", "b", "c"]);
    person.types("x").key(KeyCode::Tab);
    assert_eq!(person.model.focus, Focus::Shelf);
    person.key(KeyCode::Down).key(KeyCode::Char('['));
    assert_eq!(shelf(&person), ["b", "a", "c"]);
    person.key(KeyCode::Enter);
    let Some(Overlay::Text(view)) = &person.model.overlay else {
        panic!("a text is shown");
    };
    assert_eq!(&*view.text, "text of b");
    person.key(KeyCode::Esc).key(KeyCode::Char('d'));
    assert_eq!(shelf(&person), ["a", "c"]);
    person.key(KeyCode::Char('e'));
    assert_eq!(shelf(&person), ["c"]);
    assert_eq!(person.draft(), "xtext of a");
    assert_eq!(person.model.focus, Focus::Composer);
}

#[test]
fn an_earlier_prompt_is_found_and_the_draft_comes_back() {
    let mut person = Person::new();
    person.types("a draft").ctrl('r');
    assert!(person.effects.contains(&Effect::Prompts));
    let prompts = ["borrow checker", "trip to Kyoto"].map(str::to_owned);
    person.tell(Event::Store(StoreEvent::Prompts(prompts.to_vec())));
    person.types("kyo").key(KeyCode::Esc);
    assert_eq!(person.draft(), "a draft");
    person.ctrl('r').types("kyo").key(KeyCode::Enter);
    assert_eq!(person.draft(), "trip to Kyoto");
    person.key(KeyCode::Up);
    assert_eq!(person.draft(), "a draft");
}

#[test]
fn up_walks_the_prompts_of_other_conversations_behind_this_ones() {
    let mut person = Person::new();
    let prompts = ["mine", "newer", "older"].map(str::to_owned);
    person.tell(Event::Store(StoreEvent::Prompts(prompts.to_vec())));
    person.sends("mine").hears(0, done("yes"));
    for expected in ["mine", "newer", "older", "older"] {
        person.key(KeyCode::Up);
        assert_eq!(person.draft(), expected);
    }
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
fn a_paste_or_a_file_with_hidden_characters_says_so_before_it_is_sent() {
    let mut person = Person::new();
    person.tell(Event::Input(Input::Paste("a\u{202e}b".to_owned())));
    let read = Ok(Attachment::new("notes.txt", "plain \u{200b}\u{1b}[31m"));
    let id = person.model.current;
    person.tell(Event::Attached(id, read));
    let shelf = person.model.conversation().composer.shelf();
    let hidden: Vec<usize> = shelf.iter().map(|attached| attached.hidden).collect();
    assert_eq!(hidden, [1, 2]);
}

#[test]
fn a_pause_in_typing_is_a_place_to_undo_to() {
    let mut person = Person::new();
    person.wait(0).types("so").wait(2000).types("on");
    person.press(KeyCode::Char('z'), KeyModifiers::ALT);
    assert_eq!(person.draft(), "so");
    person.press(KeyCode::Char('z'), KeyModifiers::ALT);
    assert_eq!(person.draft(), "");
}

#[test]
fn a_password_that_is_pasted_with_its_line_end_is_the_password_alone() {
    for end in ["", "\n", "\r\n", "\r"] {
        let mut person = Person::new();
        login::ask(&mut person.model);
        let paste = |text: &str| Event::Input(Input::Paste(format!("{text}{end}")));
        person.tell(paste("ann")).key(KeyCode::Tab);
        person.tell(paste("se cret ")).key(KeyCode::Enter);
        let logins = person.effects.iter().filter_map(|effect| match effect {
            Effect::Login { name, password, .. } => Some((name.as_str(), password.0.as_str())),
            _ => None,
        });
        assert_eq!(logins.collect::<Vec<_>>(), [("ann", "se cret ")]);
    }
}
