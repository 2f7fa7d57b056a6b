//! How the source of replies is called, and when that is asked.

use super::*;
use crate::app::ProviderNames;

/// The names of this model.
fn names(model: &str) -> ProviderNames {
    ProviderNames {
        space: "space".to_owned(),
        model: model.to_owned(),
        ..ProviderNames::default()
    }
}

fn described(model: &str, name: &str) -> Event {
    Event::Described {
        space: "space".to_owned(),
        model: model.to_owned(),
        names: names(name),
    }
}

/// What the last question after names was for: the Space and the model.
fn asked(user: &User) -> Option<(&str, &str)> {
    user.effects.iter().rev().find_map(|effect| match effect {
        Effect::Describe { space, model } => Some((space.as_str(), model.as_str())),
        _ => None,
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
    let mut other = crate::chat::Conversation::new("space", "large", "");
    other.append(Message::user("hello"));
    let id = other.id;
    user.tell(Event::Store(StoreEvent::Loaded {
        conversation: Box::new(other),
        unsent: Unsent::default(),
        left_by: Vec::new(),
        settings: crate::chat::Settings::new(),
        purpose: Purpose::Show(0),
    }));
    assert_eq!(user.model.current, id);
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
