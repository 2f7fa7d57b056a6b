//! How the source of replies is called, and when that is asked.

use super::*;
use crate::app::Certainty;
use crate::chat::{Fact, Learned, ProviderNames};

/// The names of this model.
fn names(model: &str) -> ProviderNames {
    ProviderNames {
        space: "space".to_owned(),
        model: model.to_owned(),
        ..ProviderNames::default()
    }
}

fn described(model: &str, name: &str) -> Event {
    described_as(Certainty::Told, model, name)
}

fn described_as(certainty: Certainty, model: &str, name: &str) -> Event {
    Event::Described {
        space: "space".to_owned(),
        model: model.to_owned(),
        names: names(name),
        certainty,
    }
}

/// What the store holds of these models.
fn learned(models: &[(&str, &str)]) -> Event {
    let learned = models
        .iter()
        .map(|(model, name)| Learned::new("space", model, Fact::Names(names(name))));
    Event::Store(StoreEvent::Learned(learned.collect()))
}

/// What was saved of the names of sources: the model that is asked for, and its name.
fn saved(user: &User) -> Vec<(String, String)> {
    let changes = user.effects.iter().filter_map(|effect| match effect {
        Effect::Save(changes) => Some(changes),
        _ => None,
    });
    let names = changes.flatten().filter_map(|change| match change {
        Change::Learn(learned) => {
            let Fact::Names(names) = learned.fact() else {
                return None;
            };
            Some((learned.model().to_owned(), names.model.clone()))
        }
        _ => None,
    });
    names.collect()
}

/// What the last question after names was for: the Space and the model.
fn asked(user: &User) -> Option<(&str, &str)> {
    user.effects.iter().rev().find_map(|effect| match effect {
        Effect::Describe { space, model } => Some((space.as_str(), model.as_str())),
        _ => None,
    })
}

/// A saved conversation with this model was chosen and read.
fn shown(model: &str) -> Event {
    let mut conversation = crate::chat::Conversation::new("space", model, "");
    conversation.append(Message::user("hello"));
    Event::Store(StoreEvent::Loaded {
        conversation: Box::new(conversation),
        unsent: Unsent::default(),
        left_by: Vec::new(),
        settings: crate::chat::Settings::new(),
        purpose: Purpose::Show(0),
    })
}

#[test]
fn the_model_is_named_as_soon_as_the_space_has_told_what_it_runs() {
    let mut user = User::new();
    user.sends("hello");
    user.effects.clear();
    user.hears(0, ReplyUpdate::Session(Some("hash".to_owned())));
    assert_eq!(asked(&user), Some(("space", "")));
    user.effects.clear();
    // Also where its conversation is not seen any more.
    user.ctrl('n').effects.clear();
    user.hears(0, done("hi"));
    assert_eq!(asked(&user), Some(("space", "")));
}

#[test]
fn conversations_with_different_models_of_one_space_are_each_called_by_theirs() {
    let mut user = User::new();
    user.tell(described("", "the default")).types("a draft");
    let first = user.model.current;
    assert_eq!(user.model.names().model, "the default");
    user.tell(shown("large"));
    assert_eq!(asked(&user), Some(("space", "large")));
    assert_eq!(user.model.names().model, "large", "until that is answered");
    user.tell(described("large", "The large one"));
    assert_eq!(user.model.names().model, "The large one");
    let effects = crate::app::sidebar::navigation::go_to(&mut user.model, first, None);
    user.effects.extend(effects);
    assert_eq!(user.model.names().model, "the default");
}

#[test]
fn a_model_that_nobody_named_is_called_the_default() {
    let user = User::new();
    assert_eq!(user.model.names().model, "default");
}

#[test]
fn a_model_is_called_as_an_earlier_run_has_learned_until_its_space_tells_otherwise() {
    let mut user = User::new();
    // The Space was not asked in this run: what is known of it without asking is less than what it told before.
    user.tell(learned(&[("", "the default"), ("large", "The large one")]))
        .tell(described_as(Certainty::Guessed, "", "default"));
    assert_eq!(user.model.names().model, "the default");
    user.tell(shown("large"));
    assert_eq!(user.model.names().model, "The large one");
    user.tell(described_as(Certainty::Guessed, "large", "large"));
    assert_eq!(user.model.names().model, "The large one");
    user.tell(shown(""));
    assert_eq!(user.model.names().model, "the default");
    user.tell(described("", "another one"));
    assert_eq!(user.model.names().model, "another one");
    user.tell(described_as(Certainty::Guessed, "", "default"));
    assert_eq!(
        user.model.names().model,
        "another one",
        "it is not forgotten"
    );
}

#[test]
fn the_name_of_a_plain_start_comes_with_the_first_answer_of_the_store() {
    let mut user = User::new();
    user.tell(described_as(Certainty::Guessed, "", "default"));
    assert_eq!(user.model.names().model, "default");
    user.tell(learned(&[("", "the default")]));
    assert_eq!(user.model.names().model, "the default");
}

#[test]
fn what_a_space_tells_is_saved_when_it_is_new_and_not_again() {
    let mut user = User::new();
    user.tell(described("", "the default"));
    assert_eq!(saved(&user), [], "what is saved is not known yet");
    user.tell(learned(&[("", "the default"), ("large", "Large")]));
    assert_eq!(saved(&user), [], "it is the same");
    let pair = |model: &str, name: &str| (model.to_owned(), name.to_owned());
    user.tell(described("large", "Larger"))
        .tell(described("large", "Larger"));
    assert_eq!(saved(&user), [pair("large", "Larger")]);
    user.effects.clear();
    user.tell(described_as(Certainty::Guessed, "small", "small"))
        .tell(described_as(Certainty::Known, "tiny", "Tiny"));
    assert_eq!(saved(&user), [], "that was not told by the Space");
    // What was told before the store had answered is saved with its answer.
    let mut user = User::new();
    user.tell(described("", "new"))
        .tell(learned(&[("", "old")]));
    assert_eq!(user.model.names().model, "new");
    assert_eq!(saved(&user), [pair("", "new")]);
}

#[test]
fn the_names_of_the_embedded_space_are_not_saved() {
    let mut user = User::new();
    user.tell(learned(&[])).tell(Event::Described {
        space: crate::app::DEMO_SPACE.to_owned(),
        model: String::new(),
        names: names("guided-tour"),
        certainty: Certainty::Told,
    });
    assert_eq!(saved(&user), []);
}
