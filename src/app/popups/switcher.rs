//! The switcher: one popup that finds conversations by their titles and messages by their words.
//!
//! Each conversation is one row, with a few of the messages that were found in it below. Titles are searched here, with
//! every key. Texts are searched in the store's index, beside the loop ([`Effect::Search`]): what was indexed last
//! answers first, all of it a moment later. An answer to an earlier query is dropped. Find in the conversation that is
//! seen is not here.

use super::picker::Menu;
use super::{Popup, Step};
use crate::app::editor::Editor;
use crate::app::event::Page;
use crate::app::event::SearchAnswer;
use crate::app::fuzzy::matching;
use crate::app::keys::Context;
use crate::app::sidebar::navigation;
use crate::app::{Effect, Focus, Library, Model};
use crate::chat::{ConversationId, MessageId, SearchHit};
use std::collections::HashMap;

/// The most titles that are shown beside what is found in texts: typing on leaves fewer, and the
/// texts must be seen too.
const TITLES: usize = 8;
/// The most messages of one conversation that are shown before all of them are asked for.
const PASSAGES: usize = 3;

/// What is looked for in the switcher, and what was found.
#[derive(Debug, Default)]
pub struct Switcher {
    /// What is typed, and the mark among the rows.
    pub menu: Menu,
    /// The conversations that were found by their titles, best first.
    titles: Vec<ConversationId>,
    /// The query and the edition of the list for which they were found.
    titles_of: Option<(String, u64)>,
    /// The messages that were found, newest first.
    hits: Vec<SearchHit>,
    /// What is shown of all that.
    rows: Vec<SwitcherRow>,
    /// The conversations of which all messages are shown that were found.
    unfolded: Vec<ConversationId>,
    /// The query that was asked for last, and its number.
    asked: Option<(u64, String)>,
    /// Whether more may be found yet.
    is_searching: bool,
}

/// A row of the switcher, by what it stands for: the mark stays at it wherever it moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SwitcherRow {
    /// A conversation.
    Conversation(ConversationId),
    /// A message in the conversation above, by its words.
    Passage(MessageId),
    /// That more was found in the conversation above.
    More(ConversationId),
}

impl Switcher {
    /// What is shown: the conversations that were found by their titles, best first, then those in which something else
    /// was found, newest first.
    pub fn rows(&self) -> &[SwitcherRow] {
        &self.rows
    }

    /// A message that was found.
    pub fn hit(&self, message: MessageId) -> Option<&SearchHit> {
        self.hits.iter().find(|hit| hit.message == message)
    }

    /// The messages that were found in a conversation, newest first.
    pub fn hits_in(&self, conversation: ConversationId) -> impl Iterator<Item = &SearchHit> {
        let hits = self.hits.iter();
        hits.filter(move |hit| hit.conversation == conversation)
    }

    /// How many of them are not shown.
    pub fn hidden_in(&self, conversation: ConversationId) -> usize {
        self.hits_in(conversation).count().saturating_sub(PASSAGES)
    }

    /// Finds titles anew where the query or the list is another one than before. Another query finds its own messages.
    fn find_titles(&mut self, library: &Library) {
        let of = (self.menu.query.text(), library.edition());
        if self.titles_of.as_ref() == Some(&of) {
            return;
        }
        let before = self.titles_of.as_ref().map(|(query, _)| query);
        if before != Some(&of.0) {
            self.hits.clear();
            self.rows.clear();
            self.unfolded.clear();
        }
        let found = matching(&of.0, &library.summaries, |summary| &summary.title);
        let most = if is_searchable(&of.0) {
            TITLES
        } else {
            usize::MAX
        };
        self.titles = found
            .into_iter()
            .map(|summary| summary.id)
            .take(most)
            .collect();
        self.titles_of = Some(of);
        self.arrange();
    }

    /// Puts each conversation once, with what was found in it below. The mark stays at its row; one that is new or gone
    /// goes to the best.
    fn arrange(&mut self) {
        let marked = self.rows.get(self.menu.at).copied();
        let mut order = self.titles.clone();
        let mut found: HashMap<ConversationId, Vec<MessageId>> = HashMap::new();
        for hit in &self.hits {
            let messages = found.entry(hit.conversation).or_default();
            if messages.is_empty() && !self.titles.contains(&hit.conversation) {
                order.push(hit.conversation);
            }
            messages.push(hit.message);
        }
        self.rows.clear();
        for id in order {
            self.rows.push(SwitcherRow::Conversation(id));
            let messages = found.remove(&id).unwrap_or_default();
            // A row that says "1 more" takes the room of that one.
            let is_whole = messages.len() <= PASSAGES + 1 || self.unfolded.contains(&id);
            let shown = if is_whole { messages.len() } else { PASSAGES };
            let messages = messages.into_iter().take(shown);
            self.rows.extend(messages.map(SwitcherRow::Passage));
            if !is_whole {
                self.rows.push(SwitcherRow::More(id));
            }
        }
        let place = marked.and_then(|marked| self.rows.iter().position(|row| *row == marked));
        self.menu.at = place.unwrap_or_else(|| self.best());
    }

    /// The row of the best that was found: a title, or, where no title was, the first message.
    fn best(&self) -> usize {
        usize::from(self.titles.is_empty() && self.rows.len() > 1)
    }

    /// Shows all that was found in a conversation, the mark at the first of what was hidden.
    fn show_all(&mut self, conversation: ConversationId) {
        let at = self.menu.at;
        self.unfolded.push(conversation);
        self.arrange();
        self.menu.at = at;
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

    fn select(&mut self, step: Step, _: Page) {
        self.menu.select(step, self.rows.len());
    }

    /// Opens the conversation at the mark, a message that was found at its words; shows more where there is more.
    fn accept(mut self: Box<Self>, model: &mut Model) -> Vec<Effect> {
        // What was typed together with this key counts.
        self.find_titles(&model.library);
        let target = match self.rows.get(self.menu.at).copied() {
            Some(SwitcherRow::Conversation(id)) => Some((id, None)),
            Some(SwitcherRow::Passage(message)) => self.hit(message).map(|hit| {
                let words = marked_words(hit, &self.menu.query.text());
                (hit.conversation, Some((message, words)))
            }),
            Some(SwitcherRow::More(id)) => {
                self.show_all(id);
                None
            }
            None => None,
        };
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
    switcher.is_searching = !query.is_empty();
    switcher.asked = Some((number, query.clone()));
    model.finds = number;
    Some(Effect::Search { number, query })
}

/// Takes an answer.
pub(in crate::app) fn searched(model: &mut Model, answer: SearchAnswer) -> Vec<Effect> {
    let Some(switcher) = model.popups.find::<Switcher>() else {
        return Vec::new();
    };
    let awaited = switcher.asked.as_ref().map(|(number, _)| *number);
    if awaited == Some(answer.number) {
        switcher.hits = answer.hits;
        switcher.is_searching = !answer.is_all;
        switcher.arrange();
    }
    Vec::new()
}
