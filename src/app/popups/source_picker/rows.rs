//! What the source picker lists: one row for each source and for each model that is known, in the order of the groups.
//!
//! Only made from what is known; what of it is shown for a query is the picker's.

use crate::app::Model;
use crate::app::sources::{SourceGroup, SourceState, Sources};
use crate::chat::Conversation;
use std::collections::HashSet;

/// How many sources that were used are listed.
const USED: usize = 5;
/// A source with more models than this does not list them while nothing is typed.
const FEW_MODELS: usize = 8;

/// A row of the picker: a source, one of its models, or one of its chats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    /// The source, by its name.
    pub source: String,
    /// The model that is asked for; `None` for the source's default.
    pub model: Option<String>,
    /// The chat of the page.
    pub chat: Option<String>,
    /// What it is shown as and found by.
    pub words: String,
    /// What it is.
    pub about: String,
    /// What it belongs to.
    pub group: SourceGroup,
    /// How the source is; `None` where that is not known, and for what belongs to the row above.
    pub state: Option<SourceState>,
    /// Whether the conversation talks to it.
    pub is_current: bool,
    /// Whether it is listed while nothing is typed.
    pub is_listed: bool,
}

impl SourceRow {
    /// The row of a source of which nothing is known.
    pub fn new(source: &str, group: SourceGroup) -> Self {
        Self {
            source: source.to_owned(),
            model: None,
            chat: None,
            words: source.to_owned(),
            about: String::new(),
            group,
            state: None,
            is_current: false,
            is_listed: true,
        }
    }

    /// The row of a model.
    fn of_model(source: &str, model: &str, group: SourceGroup) -> Self {
        Self {
            model: Some(model.to_owned()),
            words: format!("{source}:{model}"),
            ..Self::new(source, group)
        }
    }

    /// Whether it stands for the same as another row.
    pub fn is_same(&self, other: &Self) -> bool {
        (&self.source, &self.model, &self.chat) == (&other.source, &other.model, &other.chat)
    }
}

/// Every row, in the order in which they are listed.
pub fn all(model: &Model) -> Vec<SourceRow> {
    let mut list = List {
        sources: &model.sources,
        current: &model.conversation().conversation,
        has_models: HashSet::new(),
        rows: Vec::new(),
    };
    for row in used(model) {
        list.push(row);
    }
    // What the conversation talks to is always there.
    let current = &list.current.space;
    let is_known = list.rows.iter().any(|row| row.source == *current)
        || (model.sources.local.iter().flatten()).any(|server| server.name == *current)
        || (model.defaults.catalog.iter()).any(|choice| choice.id == *current && choice.is_listed);
    if !is_known {
        list.push(SourceRow::new(current, SourceGroup::Used));
    }
    // So that each can be taken back.
    for name in model.sources.signed_in() {
        if !list.rows.iter().any(|row| row.source == name) {
            list.push(SourceRow::new(name, SourceGroup::Used));
        }
    }
    for server in model.sources.local.iter().flatten() {
        let row = SourceRow {
            about: server.about.clone(),
            ..SourceRow::new(&server.name, SourceGroup::Local)
        };
        list.push(row);
    }
    let mut catalog: Vec<_> = model.defaults.catalog.iter().collect();
    catalog.sort_by_key(|choice| choice.group);
    for choice in catalog {
        let row = SourceRow {
            about: choice.about.clone(),
            state: choice.state.clone(),
            is_listed: choice.is_listed,
            ..SourceRow::new(&choice.id, choice.group)
        };
        if !list.rows.iter().any(|other| other.is_same(&row)) {
            list.push(row);
        }
    }
    list.rows
}

/// The models of one source alone.
pub fn models_of(model: &Model, source: &str) -> Vec<SourceRow> {
    let current = &model.conversation().conversation;
    let models = model.sources.models(source).iter();
    let row = |name: &String| {
        let row = SourceRow::of_model(source, name, SourceGroup::Model);
        SourceRow {
            is_current: is_current(&row, current),
            ..row
        }
    };
    models.map(row).collect()
}

/// The chats of a page.
pub fn chats_of(source: &str, names: &[String]) -> Vec<SourceRow> {
    let row = |name: &String| SourceRow {
        chat: Some(name.clone()),
        words: format!("chat: {name}"),
        ..SourceRow::new(source, SourceGroup::Chat)
    };
    names.iter().map(row).collect()
}

/// What conversations used, the newest first. What is built in has a place of its own.
fn used(model: &Model) -> Vec<SourceRow> {
    let mut summaries: Vec<_> = model.library.summaries.iter().collect();
    summaries.sort_by_key(|summary| std::cmp::Reverse(summary.updated_at));
    let mut rows: Vec<SourceRow> = Vec::new();
    for summary in summaries {
        let is_built_in = |group| group == SourceGroup::BuiltIn;
        let known = (model.defaults.catalog.iter()).find(|choice| choice.id == summary.space);
        if summary.space.is_empty() || known.is_some_and(|choice| is_built_in(choice.group)) {
            continue;
        }
        let mut row = match summary.model.as_str() {
            "" => SourceRow::new(&summary.space, SourceGroup::Used),
            name => SourceRow::of_model(&summary.space, name, SourceGroup::Used),
        };
        row.about = known.map(|choice| choice.about.clone()).unwrap_or_default();
        if !rows.iter().any(|other| other.is_same(&row)) {
            rows.push(row);
        }
        if rows.len() == USED {
            break;
        }
    }
    rows
}

fn is_current(row: &SourceRow, current: &Conversation) -> bool {
    row.source == current.space && row.model.as_deref().unwrap_or_default() == current.model
}

/// Rows that are being gathered.
struct List<'a> {
    sources: &'a Sources,
    current: &'a Conversation,
    /// The sources whose models are listed already.
    has_models: HashSet<String>,
    rows: Vec<SourceRow>,
}

impl List<'_> {
    /// Adds a source, with its models below it: those of the current one and of the servers of this machine.
    fn push(&mut self, mut row: SourceRow) {
        let name = row.source.clone();
        let group = row.group;
        row.state = self.sources.state(&name).cloned().or(row.state);
        row.is_current = is_current(&row, self.current);
        let models = self.sources.models(&name);
        let lists_models = (group == SourceGroup::Local || name == self.current.space)
            && self.has_models.insert(name.clone());
        let is_listed = row.is_listed && models.len() <= FEW_MODELS;
        if lists_models && models.len() > 1 {
            row.about = match row.about.as_str() {
                "" => format!("{} models", models.len()),
                about => format!("{about} · {} models", models.len()),
            };
        }
        self.rows.push(row);
        if !lists_models {
            return;
        }
        for model in models {
            let row = SourceRow::of_model(&name, model, group);
            // It may have been used under its own name.
            if self.rows.iter().take(USED).any(|other| other.is_same(&row)) {
                continue;
            }
            self.rows.push(SourceRow {
                is_current: is_current(&row, self.current),
                is_listed,
                ..row
            });
        }
    }
}
