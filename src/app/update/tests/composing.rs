//! Before a message is sent: what it costs, what is in the tray, what was written before.

use super::*;
use crate::app::Certainty;
use crate::app::popups::login;
use crate::app::popups::text_view::TextView;
use crate::app::token_budget::{TokenBudget, token_budget};
use crate::chat::{Attachment, Cost, Price, ProviderNames};
use std::sync::Arc;

fn attach(user: &mut User, names: &[&str]) {
    for name in names {
        let read = Ok(Attachment::new(*name, format!("text of {name}")));
        let id = user.model.current;
        user.tell(Event::Attached(id, read));
    }
}

fn tray(user: &User) -> Vec<String> {
    let tray = user.model.conversation().composer.tray();
    tray.iter().map(|attached| attached.name.clone()).collect()
}

/// A user whose model holds so many tokens.
fn with_window(window: usize) -> User {
    let mut user = User::new();
    let names = ProviderNames {
        window: Some(window),
        ..user.model.names()
    };
    let conversation = &user.model.conversation().conversation;
    let described = Event::Described {
        space: conversation.space.clone(),
        model: conversation.model.clone(),
        names,
        certainty: Certainty::Told,
    };
    user.tell(described);
    user
}

#[test]
fn the_ledger_tells_each_part_and_their_sum() {
    let mut user = with_window(1000);
    attach(&mut user, &["a.txt", "b.txt"]);
    user.types("What is it?");
    let budget = token_budget(&user.model, (0, 7));
    let names: Vec<&str> = budget.parts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["past", "a.txt", "b.txt", "draft"]);
    let sum: usize = budget.parts.iter().map(|(_, tokens)| tokens).sum();
    assert_eq!(
        (budget.total, budget.window, budget.excess()),
        (sum, Some(1000), None)
    );
}

#[test]
fn what_is_more_than_the_model_holds_is_told_first_and_sent_when_that_is_said_again() {
    let mut user = with_window(10);
    user.types("a message of many more words than this model can ever hold at a time");
    user.key(KeyCode::Enter);
    assert!(user.model.conversation().conversation.is_empty());
    let (remark, _) = user.model.toast.clone().unwrap();
    assert!(remark.contains("more than the model holds"), "{remark}");
    // Another text is told of again.
    user.types(" and more");
    user.key(KeyCode::Enter);
    assert!(user.model.conversation().conversation.is_empty());
    user.key(KeyCode::Enter);
    assert_eq!(user.path().len(), 2);
}

/// What the source was asked to count, in order: the numbers of the questions, and their texts.
fn to_count(user: &User) -> Vec<(u64, Vec<String>)> {
    let asked = user.effects.iter().filter_map(|effect| match effect {
        Effect::CountTokens(request) => Some(request),
        _ => None,
    });
    let texts = |messages: &[Arc<Message>]| messages.iter().map(|m| m.text.clone()).collect();
    asked
        .map(|request| (request.number, texts(&request.messages)))
        .collect()
}

#[test]
fn what_the_source_counts_once_typing_rests_is_the_total_until_the_draft_is_another() {
    let mut user = with_window(1000);
    user.sends("one").hears(0, done("two"));
    user.types("three");
    assert_eq!(to_count(&user), [], "typing has not rested");
    user.wait(300);
    let (number, texts) = to_count(&user).pop().unwrap();
    assert_eq!(texts, ["one", "two", "three"]);
    user.tell(Event::Counted(number, Some(123)));
    let budget = |user: &User| token_budget(&user.model, (0, 7));
    assert_eq!((budget(&user).total, budget(&user).is_exact), (123, true));
    let sum = |budget: &TokenBudget| budget.parts.iter().map(|(_, tokens)| tokens).sum::<usize>();
    assert_eq!(sum(&budget(&user)), 123);
    user.types("!");
    assert!(!budget(&user).is_exact);
    user.tell(Event::Counted(number, Some(123)));
    assert!(!budget(&user).is_exact, "the answer is late");
    user.wait(300);
    assert_eq!(to_count(&user).len(), 2);
}

#[test]
fn a_source_that_does_not_count_is_asked_again_only_behind_a_reply() {
    let mut user = User::new();
    user.types("one").wait(300);
    let (number, _) = to_count(&user).pop().unwrap();
    user.tell(Event::Counted(number, None));
    user.types(" two").wait(300);
    assert_eq!(to_count(&user).len(), 1);
    user.key(KeyCode::Enter).hears(0, done("two"));
    user.types("three").wait(300);
    assert_eq!(to_count(&user).len(), 2);
}

#[test]
fn a_prompt_costs_what_its_tokens_do() {
    let mut user = with_window(1000);
    let (conversation, names) = (user.model.conversation(), user.model.names());
    let described = Event::Described {
        space: conversation.conversation.space.clone(),
        model: conversation.conversation.model.clone(),
        names: ProviderNames {
            price: Some(Price {
                prompt: Cost(2_000_000),
                reply: Cost(8_000_000),
            }),
            ..names
        },
        certainty: Certainty::Told,
    };
    user.tell(described);
    user.types("word");
    let budget = token_budget(&user.model, (0, 10_000));
    assert_eq!(budget.cost, Some(Cost(2 * budget.total as u64)));
}

#[test]
fn what_will_be_sent_can_be_read_before() {
    let mut user = User::new();
    attach(&mut user, &["a.txt"]);
    user.types("Read it.");
    user.press(KeyCode::Char('t'), KeyModifiers::ALT);
    let Some(view) = user.model.popups.top::<TextView>() else {
        panic!("a text is shown");
    };
    assert!(
        view.text
            .ends_with("\n\na.txt\n```txt\ntext of a.txt\n```\n\nRead it."),
        "{}",
        view.text
    );
    user.key(KeyCode::Esc);
    assert_eq!(user.draft(), "Read it.");
}

#[test]
fn what_option_types_in_place_of_an_alt_key_is_text_and_told_once() {
    let mut user = User::new();
    // Letters that some language has say nothing.
    user.types("ßçø");
    assert_eq!(user.model.toast, None);
    user.types("†");
    let (told, _) = user.model.toast.clone().unwrap();
    assert!(told.contains("For Alt+T"), "{told}");
    user.types("†");
    assert_eq!((user.model.toast.clone(), &*user.draft()), (None, "ßçø††"));
}

#[test]
fn a_message_is_counted_once_when_it_is_complete() {
    let mut user = User::new();
    user.sends("1111").hears(0, done("2222"));
    let counted: Vec<usize> = user.path().iter().map(Message::tokens).collect();
    for message in user.path() {
        // Another text of the same length, which would be counted otherwise.
        let conversation = &mut user.model.conversation_mut().conversation;
        conversation.change(message.id, |message| message.text = "aaaa".to_owned());
    }
    let again: Vec<usize> = user.path().iter().map(Message::tokens).collect();
    assert_eq!(again, counted);
}

/// A user with so much text behind them that it is not written out at once, and the number of the request for it.
fn with_long_past() -> (User, u64) {
    let mut user = User::new();
    user.sends("one")
        .hears(0, done(&"many words ".repeat(10_000)));
    user.types("Go on.");
    user.press(KeyCode::Char('t'), KeyModifiers::ALT);
    let mut requests = user.effects.iter().filter_map(|effect| match effect {
        Effect::WritePrompt(request) => Some(request.number),
        _ => None,
    });
    let number = requests.next_back().expect("it is written out elsewhere");
    (user, number)
}

#[test]
fn what_will_be_sent_of_a_long_conversation_is_written_out_elsewhere() {
    let (mut user, number) = with_long_past();
    let Some(view) = user.model.popups.top::<TextView>() else {
        panic!("its view is open at once");
    };
    assert_eq!((view.awaits, &*view.text), (Some(number), ""));
    let written = user.effects.iter().find_map(|effect| match effect {
        Effect::WritePrompt(request) => Some(request.text()),
        _ => None,
    });
    let written = written.unwrap();
    assert!(written.ends_with("words \nUser: Go on.\nAssistant:"));
    user.tell(Event::PromptWritten(number, written.as_str().into()));
    let view = user.model.popups.top::<TextView>();
    assert_eq!(view.map(|view| &*view.text), Some(written.as_str()));
}

#[test]
fn what_was_written_out_for_a_view_that_is_closed_is_shown_nowhere() {
    let (mut user, number) = with_long_past();
    user.key(KeyCode::Esc);
    user.tell(Event::PromptWritten(number, "late".into()));
    assert!(!user.model.popups.is_open());
    user.press(KeyCode::Char('t'), KeyModifiers::ALT);
    user.tell(Event::PromptWritten(number, "late".into()));
    let view = user.model.popups.top::<TextView>();
    assert_eq!(view.map(|view| &*view.text), Some(""));
    assert_eq!(user.draft(), "Go on.");
}

#[test]
fn chips_are_walked_looked_at_ordered_taken_into_the_text_and_removed() {
    let mut user = User::new();
    attach(&mut user, &["a", "b", "c"]);
    user.types("x").key(KeyCode::Tab);
    assert_eq!(user.model.focus, Focus::Tray);
    user.key(KeyCode::Down).key(KeyCode::Char('['));
    assert_eq!(tray(&user), ["b", "a", "c"]);
    user.key(KeyCode::Enter);
    let Some(view) = user.model.popups.top::<TextView>() else {
        panic!("a text is shown");
    };
    assert_eq!(&*view.text, "text of b");
    user.key(KeyCode::Esc).key(KeyCode::Char('d'));
    assert_eq!(tray(&user), ["a", "c"]);
    user.key(KeyCode::Char('e'));
    assert_eq!(tray(&user), ["c"]);
    assert_eq!(user.draft(), "xtext of a");
    assert_eq!(user.model.focus, Focus::Composer);
}

#[test]
fn an_earlier_prompt_is_found_and_the_draft_comes_back() {
    let mut user = User::new();
    user.types("a draft").ctrl('r');
    assert!(user.effects.contains(&Effect::Prompts));
    let prompts = ["borrow checker", "trip to Kyoto"].map(str::to_owned);
    user.tell(Event::Store(StoreEvent::Prompts(prompts.to_vec())));
    user.types("kyo").key(KeyCode::Esc);
    assert_eq!(user.draft(), "a draft");
    user.ctrl('r').types("kyo").key(KeyCode::Enter);
    assert_eq!(user.draft(), "trip to Kyoto");
    user.key(KeyCode::Up);
    assert_eq!(user.draft(), "a draft");
}

#[test]
fn up_walks_the_prompts_of_other_conversations_behind_this_ones() {
    let mut user = User::new();
    let prompts = ["mine", "newer", "older"].map(str::to_owned);
    user.tell(Event::Store(StoreEvent::Prompts(prompts.to_vec())));
    user.sends("mine").hears(0, done("yes"));
    for expected in ["mine", "newer", "older", "older"] {
        user.key(KeyCode::Up);
        assert_eq!(user.draft(), expected);
    }
}

#[test]
fn ctrl_c_goes_down_its_ladder_a_step_at_a_time() {
    let mut user = User::new();
    user.sends("hello").types("draft").ctrl('c');
    assert!(user.effects.contains(&Effect::CancelTurn(TurnId(0))));
    user.hears(0, ReplyUpdate::Cancelled).ctrl('c');
    assert_eq!(user.draft(), "");
    user.key(KeyCode::Up);
    assert_eq!(user.draft(), "draft");
    user.ctrl('c').ctrl('c');
    assert!(!user.effects.contains(&Effect::Quit));
    user.ctrl('c');
    assert!(user.effects.contains(&Effect::Quit));
}

#[test]
fn a_paste_or_a_file_with_hidden_characters_says_so_before_it_is_sent() {
    let mut user = User::new();
    user.tell(Event::Input(Input::Paste("a\u{202e}b".to_owned())));
    let read = Ok(Attachment::new("notes.txt", "plain \u{200b}\u{1b}[31m").counted());
    let id = user.model.current;
    user.tell(Event::Attached(id, read));
    let tray = user.model.conversation().composer.tray();
    let hidden: Vec<usize> = tray.iter().map(|attached| attached.hidden).collect();
    assert_eq!(hidden, [1, 2]);
}

#[test]
fn a_pause_in_typing_is_a_place_to_undo_to() {
    let mut user = User::new();
    user.wait(0).types("so").wait(2000).types("on");
    user.press(KeyCode::Char('z'), KeyModifiers::ALT);
    assert_eq!(user.draft(), "so");
    user.press(KeyCode::Char('z'), KeyModifiers::ALT);
    assert_eq!(user.draft(), "");
}

#[test]
fn a_password_that_is_pasted_with_its_line_end_is_the_password_alone() {
    for end in ["", "\n", "\r\n", "\r"] {
        let mut user = User::new();
        login::ask(&mut user.model, None);
        let paste = |text: &str| Event::Input(Input::Paste(format!("{text}{end}")));
        user.tell(paste("ann")).key(KeyCode::Tab);
        user.tell(paste("se cret ")).key(KeyCode::Enter);
        let logins = user.effects.iter().filter_map(|effect| match effect {
            Effect::Login { name, password, .. } => Some((name.as_str(), password.0.as_str())),
            _ => None,
        });
        assert_eq!(logins.collect::<Vec<_>>(), [("ann", "se cret ")]);
    }
}
