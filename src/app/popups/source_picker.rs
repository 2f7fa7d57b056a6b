//! The Space of a conversation: those that are offered, those that were used, and any that is typed. One is looked at before
//! it is used.

use super::picker::Menu;
use super::{Page, Popup, Step, login};
use crate::app::conversation::{source, versions};
use crate::app::editor::Editor;
use crate::app::fuzzy::matching;
use crate::app::keys::Context;
use crate::app::{DEMO_SPACE, Effect, Model, SpaceChoice};
use crate::chat::{Failure, FailureKind, MessageState, Role, SpaceInput};

/// The popup that chooses a Space.
#[derive(Debug, Default)]
pub struct SourcePicker {
    /// What is typed, and the mark.
    pub menu: Menu,
    all: Vec<SpaceChoice>,
    found: Vec<SpaceChoice>,
    /// What is known of the one that was chosen.
    pub check: Option<SpaceCheck>,
}

/// A Space that is looked at before it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpaceCheck {
    /// The Space, as it was named.
    pub space: String,
    /// What is wrong with it; `None` while it is looked at.
    pub failure: Option<Failure>,
}

impl SourcePicker {
    /// The Spaces that are found, best first; before them what is typed itself, where it looks like a name or an address.
    pub fn found(&self) -> &[SpaceChoice] {
        &self.found
    }

    fn find(&mut self) {
        let query = self.menu.query.text().trim().to_owned();
        let mut found: Vec<SpaceChoice> = matching(&query, &self.all, |choice| &choice.id)
            .into_iter()
            .cloned()
            .collect();
        // What is written out whole is meant, whatever else holds it.
        if !query.is_empty() {
            found.sort_by_key(|choice| choice.id != query);
        }
        let is_new = !found.iter().any(|choice| choice.id == query);
        if is_new && query.contains(['/', ':']) {
            let about = "as it is written".to_owned();
            found.insert(0, SpaceChoice { id: query, about });
        }
        self.found = found;
    }
}

impl Popup for SourcePicker {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Menu]
    }

    fn field(&mut self) -> Option<&mut Editor> {
        Some(&mut self.menu.query)
    }

    fn on_edit(&mut self) {
        if self.menu.is_edited() {
            self.check = None;
            self.find();
        }
    }

    fn select(&mut self, step: Step, _: Page) {
        self.menu.select(step, self.found.len());
        self.check = None;
    }

    /// The chosen one is looked at before it is used.
    fn accept(mut self: Box<Self>, model: &mut Model) -> Vec<Effect> {
        let choice = self.found.get(self.menu.at).cloned();
        self.check = choice.as_ref().map(|choice| SpaceCheck {
            space: choice.id.clone(),
            failure: None,
        });
        model.popups.put_back(self);
        choice
            .into_iter()
            .map(|choice| Effect::Inspect(choice.id))
            .collect()
    }
}

/// The Spaces that are offered, and those that were used.
fn all(model: &Model) -> Vec<SpaceChoice> {
    let mut all = model.defaults.catalog.clone();
    for summary in &model.library.summaries {
        if !all.iter().any(|choice| choice.id == summary.space) {
            all.push(SpaceChoice {
                id: summary.space.clone(),
                about: "used before".to_owned(),
            });
        }
    }
    all
}

/// Opens it; one that is named already is looked at.
pub(in crate::app) fn open_with(model: &mut Model, name: &str) -> Vec<Effect> {
    if versions::is_busy(model) {
        return Vec::new();
    }
    let mut picker = SourcePicker {
        all: all(model),
        ..SourcePicker::default()
    };
    picker.menu.query.set(name);
    picker.find();
    if name.is_empty() {
        model.popups.push(picker);
        return Vec::new();
    }
    Box::new(picker).accept(model)
}

/// A Space was looked at. One that answers is used from now on; of another one the popup says why
/// not, and the conversation stays where it was.
pub(in crate::app) fn on_inspected(
    model: &mut Model,
    asked: &str,
    (space, chosen): (&str, Option<String>),
    found: Result<Vec<SpaceInput>, Failure>,
) -> Vec<Effect> {
    let picker = model.popups.find::<SourcePicker>();
    let check = picker.and_then(|picker| picker.check.as_mut());
    let check = check.filter(|check| check.space == asked);
    let is_awaited = check.is_some();
    if let (Some(check), Err(failure)) = (check, &found) {
        check.failure = Some(failure.clone());
    }
    let asks_login = matches!(&found, Err(failure) if failure.kind == FailureKind::Login);
    if is_awaited && asks_login {
        // Its settings are known once it is open to this user.
        model.popups.close_all::<SourcePicker>();
        let effects = source::use_space(model, space, chosen);
        login::ask(model, None);
        return effects;
    }
    let Ok(inputs) = found else {
        return Vec::new();
    };
    model.inputs.insert(space.to_owned(), inputs);
    if !is_awaited {
        // What answered may be called otherwise than was thought.
        return vec![source::describe(&model.conversation().conversation)];
    }
    model.popups.close_all::<SourcePicker>();
    source::use_space(model, space, chosen)
}

/// Goes on with the embedded Space in this conversation, and asks it what the other Space could
/// not be asked.
pub(in crate::app) fn use_demo(model: &mut Model) -> Vec<Effect> {
    if versions::is_busy(model) {
        return Vec::new();
    }
    let open = model.conversation_mut();
    if open.conversation.space == DEMO_SPACE {
        model.toast("This is the embedded Space already. /source goes to another.");
        return Vec::new();
    }
    let failed = open.conversation.head().filter(|head| {
        head.role == Role::Assistant && head.state == MessageState::Failed && head.text.is_empty()
    });
    let retries = failed.is_some();
    let mut effects = source::use_space(model, DEMO_SPACE, None);
    if retries {
        effects.extend(versions::retry(model));
    }
    effects
}
