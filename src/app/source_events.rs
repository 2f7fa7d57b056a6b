//! What became known of sources, and where it belongs; and the first look for a server on this machine.
//!
//! What is known is kept in [`super::sources`]; what becomes of a source that was chosen is the picker's.

use super::conversation::source;
use super::popups::source_picker;
use super::sources::{LocalSource, SourceState};
use super::{Effect, Event, Model};

impl Model {
    /// The server of this machine that an empty conversation offers, where nobody has said what to talk to.
    pub fn offers_local(&self) -> Option<&LocalSource> {
        let space = &self.conversation().conversation.space;
        let found = self.sources.local.iter().flatten();
        let mut found = found.filter(|server| matches!(server.state, SourceState::Ready(_)));
        let first = found.next().filter(|_| self.defaults.is_unconfigured)?;
        (*space != first.name).then_some(first)
    }
}

/// Something became known of sources.
pub(super) fn on_source_event(model: &mut Model, event: Event) -> Vec<Effect> {
    match event {
        Event::Described {
            space,
            model: asked,
            names,
            certainty,
        } => return source::on_described(model, (space, asked), names, certainty),
        Event::Inspected {
            asked,
            name,
            model: chosen,
            found,
        } => return source_picker::on_inspected(model, &asked, (&name, chosen), found),
        Event::LocalFound(found) => {
            model.sources.take_local(found);
            source_picker::refresh(model);
        }
        Event::GpuQuota(told) => model.sources.gpu_quota = told,
        Event::SpacesFound(number, found) => source_picker::on_found(model, number, found),
        _ => {}
    }
    Vec::new()
}

/// The first look where nothing is kept: no list tells then whether anything was said before.
pub(super) fn look_unsaved(model: &mut Model) -> Option<Effect> {
    if model.defaults.keeps {
        return None;
    }
    first_look(model)
}

/// Looks for servers on this machine where nobody has said what to talk to: once, and not before something is seen.
pub(super) fn first_look(model: &mut Model) -> Option<Effect> {
    let is_due = model.defaults.is_unconfigured && !model.sources.has_asked;
    model.sources.has_asked = true;
    is_due.then_some(Effect::FindLocal)
}
