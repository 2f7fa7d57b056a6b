//! How a source of replies is called, by what its provider knows of it at this moment. Nothing is asked for that.

use crate::app::{Certainty, Event};
use crate::chat::ProviderNames;
use crate::provider::{Provider, ProviderInfo};

/// What a source is called, and the model that is asked for there; both as a conversation names them.
pub fn of(source: &dyn Provider, space: String, asked: String) -> Event {
    let info = source.info();
    // What is asked for and not known yet is called as the user called it.
    let resolved = info.resolve(&asked).unwrap_or(&asked);
    let model = ProviderInfo::shown(resolved).to_owned();
    let names = ProviderNames {
        space: shown_space(&space).to_owned(),
        speaker: if info.models.is_empty() {
            "Assistant".to_owned()
        } else {
            model.clone()
        },
        model,
        window: info.window(resolved),
        price: info.price(resolved),
    };
    Event::Described {
        space,
        model: asked,
        names,
        certainty: certainty(&info),
    }
}

/// A provider without a model has not heard of its Space yet, unless the Space answers: then it has no choice of them.
fn certainty(info: &ProviderInfo) -> Certainty {
    match info.working {
        Some(true) => Certainty::Told,
        _ if info.models.is_empty() => Certainty::Guessed,
        _ => Certainty::Known,
    }
}

/// A Space as the header shows it: `owner/name` as it is, an address by its host.
fn shown_space(space: &str) -> &str {
    match space.split_once("://") {
        Some((_, host)) => host.trim_end_matches('/'),
        None => space,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Qwen;

    #[test]
    fn a_space_that_was_not_asked_yet_has_told_nothing() {
        let mut info = Qwen::default().info();
        assert_eq!(certainty(&info), Certainty::Known, "the program knows it");
        info.models.clear();
        assert_eq!(certainty(&info), Certainty::Guessed);
        info.working = Some(false);
        assert_eq!(certainty(&info), Certainty::Guessed);
        info.working = Some(true);
        assert_eq!(certainty(&info), Certainty::Told);
    }
}
