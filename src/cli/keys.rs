//! The keys that the settings give to actions.

use crate::app::actions::{action, customise, name, rows};
use crate::app::keys::{Chord, NoKey};
use crate::config::Settings;

/// Applies the keys of the settings. An unknown action or key becomes a complaint, and the table's
/// keys stay.
pub fn take(settings: &mut Settings) {
    let mut changes = Vec::new();
    for (named, keys) in settings.keys.clone() {
        let Some(action) = action(&named) else {
            let known: Vec<String> = rows().iter().map(|row| name(row.action)).collect();
            let known = known.iter().map(String::as_str);
            settings.complain(("keys", &named), "is not an action", known);
            continue;
        };
        let chords: Result<Vec<Chord>, NoKey> = keys.all().iter().map(|key| key.parse()).collect();
        match chords {
            Ok(chords) => changes.push((action, chords)),
            Err(error) => {
                let wrong = format!("is invalid: {error}");
                settings.complain(("keys", &named), &wrong, std::iter::empty());
            }
        }
    }
    if !changes.is_empty() {
        customise(&changes);
    }
}
