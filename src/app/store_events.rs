//! What the store has to say, and where it belongs.
//!
//! Only sorts: what a conversation or a list does with it is theirs.

use crate::app::conversation::{origins, source};
use crate::app::popups::{history, presets, trash};
use crate::app::sidebar::navigation;
use crate::app::{Effect, Model, Purpose, StoreEvent, source_events};

/// What the store has to say.
pub(super) fn on_store_event(model: &mut Model, event: StoreEvent) -> Vec<Effect> {
    match event {
        StoreEvent::Listed(summaries) => {
            let is_first = model.library.summaries.is_empty();
            for summary in &summaries {
                if let Some(open) = model.open.get_mut(&summary.id) {
                    open.is_listed = true;
                }
            }
            model.library.take(summaries);
            navigation::list_unsaved(model);
            navigation::mark_one(model);
            let mut effects = navigation::changed_elsewhere(model);
            if model.library.summaries.is_empty() {
                effects.extend(source_events::first_look(model));
            }
            if is_first && model.prompts.is_empty() {
                effects.push(Effect::Prompts);
                // What the command line went on with was opened before anything could be asked for.
                effects.extend(origins::check_all(model.conversation()));
            }
            effects
        }
        StoreEvent::Loaded {
            conversation,
            unsent,
            left_by,
            settings,
            purpose,
        } => navigation::loaded(model, *conversation, (unsent, left_by), settings, purpose),
        StoreEvent::HeadElsewhere(id) => {
            model.toast("Another window changed this conversation. Both versions are kept.");
            let purpose = Purpose::Refresh;
            vec![Effect::Load { id, purpose }]
        }
        StoreEvent::Prompts(prompts) => {
            history::on_prompts(model, prompts);
            Vec::new()
        }
        StoreEvent::Presets(number, saved) => {
            presets::on_presets(model, number, saved);
            Vec::new()
        }
        StoreEvent::Learned(saved) => source::on_learned(model, saved),
        StoreEvent::Trash(deleted) => {
            trash::on_trash(model, deleted);
            Vec::new()
        }
        StoreEvent::Trouble(words) => {
            model.trouble = Some(words);
            Vec::new()
        }
        StoreEvent::Recovered => {
            model.trouble = None;
            model.toast("Everything is saved again.");
            Vec::new()
        }
    }
}
