//! The switcher: one popup that finds conversations by their titles and messages by their words.
//!
//! Titles are searched here, with every key. Texts are searched in the store's index, beside the
//! loop ([`Effect::Search`]): what was indexed last answers first, all of it a moment later. An
//! answer to an earlier query is dropped. Find in the conversation that is seen is not here.

use super::picker::Menu;
use super::{Popup, Step};
use crate::app::editor::Editor;
use crate::app::event::Page;
use crate::app::event::SearchAnswer;
use crate::app::fuzzy::matching;
use crate::app::keys::Context;
use crate::app::sidebar::navigation;
use crate::app::{Effect, Focus, Library, Model};
use crate::chat::{SearchHit, Summary};

/// The most titles that are shown beside what is found in texts: typing on leaves fewer, and the
/// texts must be seen too.
const TITLES: usize = 8;

/// What is looked for in the switcher, and what was found.
#[derive(Debug, Default)]
pub struct Switcher {
    /// What is typed, and the mark among all that is found.
    pub menu: Menu,
    /// The places in the list of the titles that were found, best first.
    titles: Vec<usize>,
    /// The query and the edition of the list for which they were found.
    titles_of: Option<(String, u64)>,
    /// The messages that were found, newest first.
    hits: Vec<SearchHit>,
    /// The query that was asked for last, and its number.
    asked: Option<(u64, String)>,
    /// Whether more may be found yet.
    is_searching: bool,
}

/// Something that the switcher found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a> {
    /// A conversation, by its title.
    Title(&'a Summary),
    /// A message, by its words.
    Text(&'a SearchHit),
}

impl Switcher {
    /// All that is found: titles, best first, then messages, newest first.
    pub fn found<'a>(&'a self, summaries: &'a [Summary]) -> Vec<Found<'a>> {
        let titles = self.titles.iter().filter_map(|at| summaries.get(*at));
        let texts = self.hits.iter().map(Found::Text);
        titles.map(Found::Title).chain(texts).collect()
    }

    /// Finds titles anew where the query or the list is another one than before.
    fn find_titles(&mut self, library: &Library) {
        let of = (self.menu.query.text(), library.edition());
        if self.titles_of.as_ref() == Some(&of) {
            return;
        }
        let titles = library.summaries.iter().map(|summary| &*summary.title);
        let titles: Vec<(usize, &str)> = titles.enumerate().collect();
        let found = matching(&of.0, &titles, |(_, title)| title);
        let most = if is_searchable(&of.0) {
            TITLES
        } else {
            usize::MAX
        };
        self.titles = found.into_iter().map(|(at, _)| *at).take(most).collect();
        self.titles_of = Some(of);
    }

    /// Whether texts are still being searched.
    pub fn is_searching(&self) -> bool {
        self.is_searching
    }
}

/// Whether texts are searched for it: a single letter is in nearly all of them, a single
/// ideograph is a word.
fn is_searchable(query: &str) -> bool {
    let query = query.trim();
    query.chars().count() > 1 || query.chars().any(|c| !c.is_ascii() && c.is_alphanumeric())
}

impl Popup for Switcher {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Menu]
    }

    fn field(&mut self) -> Option<&mut Editor> {
        Some(&mut self.menu.query)
    }

    fn on_edit(&mut self) {
        self.menu.at = 0;
    }

    fn select(&mut self, step: Step, _: Page) {
        self.menu.select(step, self.titles.len() + self.hits.len());
    }

    /// Opens the conversation at the mark, a message that was found at its words.
    fn accept(self: Box<Self>, model: &mut Model) -> Vec<Effect> {
        let found = self.found(&model.library.summaries);
        let target = found.get(self.menu.at).map(|found| match found {
            Found::Title(summary) => (summary.id, None),
            Found::Text(hit) => {
                let words = marked_words(hit, &self.menu.query.text());
                (hit.conversation, Some((hit.message, words)))
            }
        });
        let Some((conversation, landing)) = target else {
            model.popups.put_back(self);
            return Vec::new();
        };
        model.focus = Focus::Composer;
        navigation::go_to(model, conversation, landing)
    }
}

/// Opens the switcher, with something to look for.
pub(in crate::app) fn open_with(model: &mut Model, query: &str) -> Vec<Effect> {
    let mut switcher = Switcher::default();
    switcher.menu.query.set(query);
    model.popups.push(switcher);
    vec![Effect::List]
}

/// What is to be marked in a message that was found: the whole query where it stands there like
/// that, else the first word of it.
fn marked_words(hit: &SearchHit, query: &str) -> String {
    let query = query.trim().trim_matches('"').to_lowercase();
    if hit.snippet.to_lowercase().contains(&query) {
        return query;
    }
    let first = hit.matches.first().cloned();
    let first = first.and_then(|place| hit.snippet.get(place));
    first.map(str::to_lowercase).unwrap_or(query)
}

/// Finds titles and asks for the texts where the query has changed. An empty query ends the search
/// before it.
pub(in crate::app) fn due(model: &mut Model) -> Option<Effect> {
    let number = model.finds + 1;
    let keeps = model.defaults.keeps;
    let switcher = model.popups.find::<Switcher>()?;
    switcher.find_titles(&model.library);
    let mut query = switcher.menu.query.text();
    if !is_searchable(&query) {
        query.clear();
    }
    let before = switcher.asked.as_ref().map_or("", |(_, query)| query);
    if query == before || !keeps {
        return None;
    }
    switcher.hits.clear();
    switcher.is_searching = !query.is_empty();
    switcher.asked = Some((number, query.clone()));
    model.finds = number;
    Some(Effect::Search { number, query })
}

/// Takes an answer. The mark stays at the message at which it stands.
pub(in crate::app) fn searched(model: &mut Model, answer: SearchAnswer) -> Vec<Effect> {
    let summaries = &model.library.summaries;
    let Some(switcher) = model.popups.find::<Switcher>() else {
        return Vec::new();
    };
    let awaited = switcher.asked.as_ref().map(|(number, _)| *number);
    if awaited != Some(answer.number) {
        return Vec::new();
    }
    let marked = match switcher.found(summaries).get(switcher.menu.at) {
        Some(Found::Text(hit)) => Some(hit.message),
        _ => None,
    };
    switcher.hits = answer.hits;
    switcher.is_searching = !answer.is_all;
    let found = switcher.found(summaries);
    let is_marked =
        |found: &Found| matches!(found, Found::Text(hit) if Some(hit.message) == marked);
    let place = found.iter().position(is_marked);
    let last = found.len().saturating_sub(1);
    switcher.menu.at = place.unwrap_or(switcher.menu.at).min(last);
    Vec::new()
}
