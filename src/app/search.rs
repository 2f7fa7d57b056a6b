//! Finding words in the conversation that is seen: what is looked for, where it was found, and
//! which place is looked at.
//!
//! The places are rows of the transcript as it is laid out, so that what is counted is what is
//! marked. They are searched beside the loop ([`Effect::Find`]) and belong to one width and one
//! state of the texts: when either changes, they are searched again.

use crate::app::conversation::find::{Asked, Find, Since};
use crate::app::editor::Editor;
use crate::app::effect::{Effect, FindRequest};
use crate::app::rows::{Hits, RowId};
use crate::app::{Focus, Model, OpenConversation};
use crate::chat::{ConversationId, MessageId};
use std::sync::Arc;
use std::time::Duration;

/// The shortest pause between two searches because a reply has grown.
const GROWN_PAUSE: Duration = Duration::from_millis(500);
/// So many places are dropped in no time.
const FEW: usize = 1000;

/// Opens the search, or gives it the keyboard again.
pub(super) fn open(model: &mut Model) {
    model.conversation_mut().picked = None;
    model
        .conversation_mut()
        .find
        .get_or_insert_with(Find::default);
    model.focus = Focus::Find;
}

/// `/find WORDS`: opens the search with something to look for.
pub(super) fn open_with(model: &mut Model, words: &str) -> Vec<Effect> {
    open(model);
    if !words.is_empty() {
        let open = model.conversation_mut();
        if let Some(find) = &mut open.find {
            find.query.set(words);
        }
        typed(open);
    }
    Vec::new()
}

/// Marks words that were found elsewhere, and shows the first of them in a message. The keyboard
/// stays where it is.
pub(super) fn land(open: &mut OpenConversation, message: MessageId, words: &str) {
    open.find = Some(Find {
        query: Editor::new(words),
        landing: Some(message),
        ..Find::default()
    });
}

/// Ends the search, if there is one; the view stays where it is.
pub(super) fn close(model: &mut Model) -> bool {
    if model.focus == Focus::Find {
        model.focus = Focus::Composer;
    }
    let find = model.conversation_mut().find.take();
    let is_closed = find.is_some();
    if let Some(find) = find {
        discard(model, find.hits);
    }
    is_closed
}

/// Hands places on that are done with, where there are many.
fn discard(model: &mut Model, hits: Arc<Hits>) {
    if hits.len() > FEW {
        model.discarded.push(hits);
    }
}

/// Goes to the next place, or to the one before (`by` is −1), round the ends.
pub(super) fn step(model: &mut Model, by: isize) {
    let regions = model.regions.clone();
    let open = model.conversation_mut();
    let Some(find) = &mut open.find else { return };
    let Some(last) = find.hits.len().checked_sub(1) else {
        return;
    };
    find.at = Some(match find.at {
        Some(0) if by < 0 => last,
        Some(at) if by > 0 && at >= last => 0,
        Some(at) => at.saturating_add_signed(by).min(last),
        None => 0,
    });
    show(open, regions.top.zip(regions.bottom));
}

/// Asks for a search where what it depends on has changed. One at a time is on its way, unless
/// the query is another one.
pub(super) fn due(model: &mut Model) -> Option<Effect> {
    let width = model.regions.transcript_width;
    let number = model.finds + 1;
    let now = model.clock.uptime;
    let open = model.conversation_mut();
    let head = open.conversation.head().map(|head| head.id);
    let find = open.find.as_mut()?;
    let query = find.query.text();
    let same = find.asked.as_ref().is_some_and(|asked| {
        (asked.query.as_str(), asked.width, asked.head) == (&query, width, head)
    });
    let is_other_query = find.asked.as_ref().is_none_or(|asked| asked.query != query);
    let is_stale = match find.since {
        Since::Same => false,
        Since::Grown => now >= find.again_at,
        Since::Changed => true,
    };
    let is_due = is_other_query || ((!same || is_stale) && !find.is_searching);
    if !is_due {
        return None;
    }
    find.since = Since::Same;
    if query.is_empty() {
        let hits = std::mem::take(&mut find.hits);
        *find = Find {
            query: std::mem::take(&mut find.query),
            ..Find::default()
        };
        find.asked = Some(Asked {
            number,
            query,
            width,
            head,
            at: now,
        });
        discard(model, hits);
        return None;
    }
    find.is_searching = true;
    find.asked = Some(Asked {
        number,
        query: query.clone(),
        width,
        head,
        at: now,
    });
    let request = FindRequest {
        number,
        conversation: open.conversation.id,
        query,
        width,
        messages: open.conversation.path().map(Arc::clone).collect(),
    };
    model.finds = number;
    Some(Effect::Find(request))
}

/// Takes the answer to a search. After another query the view goes to the first place from where
/// it is; otherwise it stays.
pub(super) fn found(model: &mut Model, id: ConversationId, number: u64, hits: Hits) {
    let now = model.clock.uptime;
    let find = model.open.get_mut(&id).and_then(|open| open.find.as_mut());
    let asked = find.and_then(|find| {
        let asked = find.asked.as_ref()?;
        (asked.number == number).then_some((asked.at, find))
    });
    let Some((asked_at, find)) = asked else {
        discard(model, Arc::new(hits));
        return;
    };
    // However long the conversation is, searching it takes a part of the time alone.
    find.again_at = now + GROWN_PAUSE.max(now.saturating_sub(asked_at));
    find.is_searching = false;
    let before = std::mem::replace(&mut find.hits, Arc::new(hits));
    discard(model, before);
    look_at_found(model, id);
}

/// Has the view show one of the places that were just found, where it is to go to one.
fn look_at_found(model: &mut Model, id: ConversationId) {
    let view = model.regions.top.zip(model.regions.bottom);
    let Some(open) = model.open.get_mut(&id) else {
        return;
    };
    let Some(find) = &mut open.find else { return };
    let is_first = !std::mem::replace(&mut find.is_answered, true);
    if let Some(message) = find.landing.take() {
        match find.hits.first_in(message) {
            Some(at) => {
                find.at = Some(at);
                open.scroll.show_row(find.hits.list[at].place);
            }
            // It is in what does not show: a file, a thought that is folded.
            None if model.focus != Focus::Find => open.find = None,
            None => {}
        }
        return;
    }
    if is_first {
        let top = view.map(|(top, _)| order(open, top));
        let at = open.find.as_ref().and_then(|find| {
            // They stand in the order of the transcript. Looking at each would take as long as there are many.
            let is_above = |place| top.is_some_and(|top| order(open, place) < top);
            let last = find.hits.len().checked_sub(1)?;
            Some(find.hits.first_not(is_above).min(last))
        });
        if let Some(find) = &mut open.find {
            find.at = at;
        }
        show(open, view);
    } else {
        find.at = find.at.filter(|_| !find.hits.is_empty());
        find.at = find.at.map(|at| at.min(find.hits.len() - 1));
    }
}

/// The query was typed at: the place that was looked at counts no more.
pub(super) fn typed(open: &mut OpenConversation) {
    if let Some(find) = &mut open.find {
        find.at = None;
        find.landing = None;
        find.is_answered = false;
    }
}

/// Brings the place that is looked at into view, if it is not: a third of the way down.
fn show(open: &mut OpenConversation, view: Option<(RowId, RowId)>) {
    let Some(place) = open.find.as_ref().and_then(|find| {
        let hit = find.hits.list.get(find.at?)?;
        Some(hit.place)
    }) else {
        return;
    };
    let at = order(open, place);
    let is_seen =
        view.is_some_and(|(top, bottom)| order(open, top) <= at && at <= order(open, bottom));
    if !is_seen {
        open.scroll.show_row(place);
    }
}

/// A place as something that can be compared: message by its position in the path, block, row.
fn order(open: &OpenConversation, place: RowId) -> (usize, usize, usize) {
    let path = open.conversation.path_ids();
    let message = path.iter().position(|id| *id == place.message);
    (message.unwrap_or(usize::MAX), place.block, place.row)
}
