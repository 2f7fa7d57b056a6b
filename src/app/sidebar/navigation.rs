//! Moving between conversations: the list, new ones, titles, the trash.
//!
//! A reply goes on while another conversation is seen; scroll position, draft and queue stay with
//! theirs.

use super::Deleted;
use crate::app::conversation::OpenConversation;
use crate::app::conversation::origins;
use crate::app::conversation::persistence::save;
use crate::app::conversation::source;
use crate::app::conversation::versions;
use crate::app::keys::{Action, Context};
use crate::app::{Effect, Focus, Model, Purpose, search, settings_panel};
use crate::chat::{Change, Conversation, ConversationId, MessageId, Settings, Summary, Unsent};
use crate::chat::{export, import_changes};

/// Open conversations in which nothing happens are given up beyond this many, the least recently
/// used first; the disk has them, but not their scroll position and what could be undone.
const OPEN_KEPT: usize = 16;

/// Reads those open conversations again that have grown on disk without this window.
pub(in crate::app) fn changed_elsewhere(model: &Model) -> Vec<Effect> {
    let idle = model.open.values().filter(|open| open.turn.is_none());
    let stale = idle.filter(|open| {
        let saved = model.library.summary(open.conversation.id);
        saved.is_some_and(|saved| saved.messages > open.conversation.messages().count())
    });
    stale
        .map(|open| Effect::Load {
            id: open.conversation.id,
            purpose: Purpose::Refresh,
        })
        .collect()
}

/// Takes a conversation that was read, and shows it where that was asked for.
pub(in crate::app) fn loaded(
    model: &mut Model,
    conversation: Conversation,
    (unsent, left_by): (Unsent, Vec<String>),
    settings: Settings,
    purpose: Purpose,
) -> Vec<Effect> {
    let id = conversation.id;
    let show = match purpose {
        Purpose::Copy => return copy(model, &conversation, unsent, settings),
        Purpose::Refresh => false,
        Purpose::Show(number) => number == 0 || number == model.library.shows,
    };
    match model.open.get_mut(&id) {
        // What is typed here and what is being received here is newer than the disk.
        Some(open) if open.turn.is_none() => {
            let before = open.take_saved(conversation);
            open.settings = settings;
            model.discarded.push(before);
        }
        Some(_) => model.discarded.push(conversation),
        None if show => {
            let open = OpenConversation::from_disk(conversation, (unsent, left_by), settings);
            model.open.insert(id, open);
        }
        None => {
            model.discarded.push(conversation);
            return Vec::new();
        }
    }
    if show {
        show_open(model, id)
    } else {
        Vec::new()
    }
}

/// Goes to a conversation, reading it first where it is not open; to the first of these words in a
/// message, if one is named. Closes what lies over the screen now, not when it was read: what is opened meanwhile stays.
pub(in crate::app) fn go_to(
    model: &mut Model,
    id: ConversationId,
    message: Option<(MessageId, String)>,
) -> Vec<Effect> {
    model.popups.clear();
    model.library.landing = message.map(|(message, words)| (id, message, words));
    if model.open.contains_key(&id) {
        return show_open(model, id);
    }
    model.library.shows += 1;
    let purpose = Purpose::Show(model.library.shows);
    vec![Effect::Load { id, purpose }]
}

fn show_open(model: &mut Model, id: ConversationId) -> Vec<Effect> {
    let before = std::mem::replace(&mut model.current, id);
    if before != id
        && model
            .open
            .get(&before)
            .is_some_and(OpenConversation::is_untouched)
    {
        model.open.remove(&before);
    }
    model.library.shows += 1;
    model.uses += 1;
    for id in [before, id] {
        if let Some(open) = model.open.get_mut(&id) {
            open.used = model.uses;
        }
    }
    give_up_idle(model);
    list_unsaved(model);
    model.library.selected = Some(id);
    let open = model.conversation_mut();
    open.is_unread = false;
    open.composer.editor.set_width(0);
    let described = source::describe(&open.conversation);
    if model.panel.is_some() {
        model.show_system();
    }
    if before != id && model.focus == Focus::Tray {
        model.tray_at = 0;
        model.focus = Focus::Composer;
    }
    if matches!(model.focus, Focus::Panel | Focus::Settings | Focus::Find) {
        model.focus = Focus::Composer;
    }
    let mut effects = vec![described];
    if model.panel.is_some() {
        model.setting_at = 0;
        effects.extend(settings_panel::inspect(model));
    }
    effects.extend(origins::check_all(model.conversation()));
    if let Some((_, message, words)) = model.library.landing.take_if(|(at, ..)| *at == id) {
        effects.extend(versions::show_message(model, message));
        search::land(model.conversation_mut(), message, &words);
    }
    effects
}

/// Puts those conversations into the list that began here and are not in the one on disk yet: a
/// disk that is slow or full must not hide what somebody wrote.
pub(in crate::app) fn list_unsaved(model: &mut Model) {
    let library = &mut model.library;
    let unsaved = model.open.values().filter(|open| {
        let is_there = open.is_listed || open.is_untouched();
        !is_there
            && library
                .summaries
                .iter()
                .all(|summary| summary.id != open.conversation.id)
    });
    let mut unsaved: Vec<Summary> = unsaved.map(OpenConversation::summary).collect();
    if unsaved.is_empty() {
        return;
    }
    unsaved.sort_by_key(|summary| std::cmp::Reverse(summary.created_at));
    unsaved.append(&mut library.summaries);
    library.take(unsaved);
}

fn give_up_idle(model: &mut Model) {
    // What could not be saved yet is here alone.
    if model.trouble.is_some() {
        return;
    }
    let current = model.current;
    let idle = model.open.iter().filter(|(id, open)| {
        let is_busy = open.turn.is_some() || !open.queue.is_empty() || open.is_behind();
        **id != current && !is_busy
    });
    let mut idle: Vec<(u64, ConversationId)> = idle.map(|(id, open)| (open.used, *id)).collect();
    idle.sort_unstable_by_key(|(used, _)| std::cmp::Reverse(*used));
    for (_, id) in idle.into_iter().skip(OPEN_KEPT - 1) {
        let given_up = model.open.remove(&id);
        discard(model, given_up);
    }
}

/// Hands the texts of a conversation on that is done with.
fn discard(model: &mut Model, open: Option<OpenConversation>) {
    if let Some(open) = open {
        model.discarded.push((open.unsent(), open.conversation));
    }
}

/// Begins a new conversation, or stays in one that is still empty.
pub(in crate::app) fn new_conversation(model: &mut Model) -> Vec<Effect> {
    model.focus = Focus::Composer;
    model.popups.clear();
    if model.conversation().is_untouched() {
        // What was asked for before is not gone to any more.
        model.library.shows += 1;
        return Vec::new();
    }
    let open = model.defaults.conversation_like(model.conversation());
    let id = open.conversation.id;
    model.open.insert(id, open);
    show_open(model, id)
}

pub(in crate::app) fn toggle_list(model: &mut Model) -> Vec<Effect> {
    let library = &mut model.library;
    library.is_shown = !library.is_shown;
    library.selected = None;
    model.focus = if library.is_shown {
        Focus::List
    } else {
        Focus::Composer
    };
    model.conversation_mut().picked = None;
    mark_one(model);
    vec![Effect::List]
}

/// Marks a row of the list where none is marked, as when it is opened before it was read: the conversation that is seen.
/// One in which nothing was written is in no list; then the first.
pub(in crate::app) fn mark_one(model: &mut Model) {
    let library = &mut model.library;
    if library.selected.is_none() {
        let seen = library.summary(model.current).map(|summary| summary.id);
        let first = library.summaries.first().map(|summary| summary.id);
        library.selected = seen.or(first);
    }
}

/// Goes to the conversation above or below in the list.
pub(in crate::app) fn step(model: &mut Model, by: isize) -> Vec<Effect> {
    match model.library.beside(model.current, by) {
        Some(id) if id != model.current => go_to(model, id, None),
        _ => Vec::new(),
    }
}

/// Moves the mark of the list.
pub(in crate::app) fn select(model: &mut Model, by: isize) -> Vec<Effect> {
    let library = &mut model.library;
    let first = library.summaries.first().map(|summary| summary.id);
    library.selected = match library.selected {
        Some(id) => library.beside(id, by).or(library.selected),
        None => first,
    };
    Vec::new()
}

/// Leaves the list. One that lies over the transcript goes with that.
pub(in crate::app) fn leave_list(model: &mut Model) {
    model.focus = Focus::Composer;
    if model.regions.is_list_over {
        model.library.is_shown = false;
    }
}

pub(in crate::app) fn open_selected(model: &mut Model) -> Vec<Effect> {
    leave_list(model);
    match model.library.selected {
        Some(id) if id != model.current => go_to(model, id, None),
        _ => Vec::new(),
    }
}

/// The conversation at the list's mark while the list has the keyboard, else the one that is seen.
pub(in crate::app) fn chosen(model: &Model) -> ConversationId {
    let selected = model.library.selected;
    selected
        .filter(|_| model.focus == Focus::List)
        .unwrap_or(model.current)
}

/// Puts a conversation in the trash.
pub(in crate::app) fn delete(model: &mut Model) -> Vec<Effect> {
    let id = chosen(model);
    let Some(summary) = model.library.summary(id) else {
        return Vec::new();
    };
    if model.opened(id).is_some_and(|open| open.turn.is_some()) {
        model.toast("A reply is still coming there. Stop it first.");
        return Vec::new();
    }
    let title = summary.title.clone();
    // Outside of the list its key would type a letter.
    model.toast(if model.focus == Focus::List {
        let key = model.keys.key_in(Action::Undelete, Context::List);
        format!("Deleted “{title}”. {key} brings it back.")
    } else {
        let palette = model.keys.shown_key(Action::Palette);
        format!("Deleted “{title}”. Bring it back with {palette} or in the list.")
    });
    let next = model.library.beside(id, 1).filter(|next| *next != id);
    let next = next.or_else(|| model.library.beside(id, -1).filter(|next| *next != id));
    model.library.remove(id);
    model.library.selected = next;
    let mut effects = Vec::new();
    if let Some(open) = model.open.get_mut(&id) {
        // A draft is part of what comes back.
        effects.extend(save(open.due(model.clock.uptime, true)));
    }
    let is_seen = id == model.current;
    if is_seen {
        let open = model.defaults.conversation();
        let fresh = open.conversation.id;
        model.open.insert(fresh, open);
        effects.extend(show_open(model, fresh));
        model.library.selected = next;
    }
    let open = model.open.remove(&id);
    let (seen, unseen) = if is_seen {
        (open.map(Box::new), None)
    } else {
        (None, open)
    };
    discard(model, unseen);
    model.library.deleted.push(Deleted { id, title, seen });
    effects.extend([
        Effect::Save(vec![Change::Delete { conversation: id }]),
        Effect::List,
    ]);
    effects
}

/// Brings back what was deleted last, and the view to it where it was deleted from there.
pub(in crate::app) fn undelete(model: &mut Model) -> Vec<Effect> {
    let Some(Deleted { id, title, seen }) = model.library.deleted.pop() else {
        let trash = model.keys.key_in(Action::Trash, Context::List);
        model.toast(format!(
            "Nothing more was deleted since the start. {trash} opens the trash."
        ));
        return Vec::new();
    };
    let mut effects = vec![
        Effect::Save(vec![Change::Restore { conversation: id }]),
        Effect::List,
    ];
    model.library.selected = Some(id);
    if let Some(open) = seen {
        model.open.insert(id, *open);
        effects.extend(show_open(model, id));
    }
    model.toast(format!("“{title}” is back."));
    effects
}

/// Puts a conversation at the head of the list, or back to its place.
pub(in crate::app) fn pin(model: &mut Model) -> Vec<Effect> {
    let id = chosen(model);
    let mut summaries = std::mem::take(&mut model.library.summaries);
    let Some(summary) = summaries.iter_mut().find(|summary| summary.id == id) else {
        model.library.summaries = summaries;
        return Vec::new();
    };
    let pinned = !summary.pinned;
    summary.pinned = pinned;
    model.library.take(summaries);
    model.toast(if pinned {
        "Pinned to the top of the list."
    } else {
        "Unpinned."
    });
    vec![
        Effect::Save(vec![Change::Pin {
            conversation: id,
            pinned,
        }]),
        // Where it stands when it is not pinned, the store knows.
        Effect::List,
    ]
}

/// Makes a conversation anew that holds the same, its draft included. One that is not open is read
/// first.
pub(in crate::app) fn duplicate(model: &mut Model) -> Vec<Effect> {
    let id = chosen(model);
    if model.library.summary(id).is_none() {
        return Vec::new();
    }
    if let Some(open) = model.open.get(&id) {
        let (unsent, settings) = (open.unsent(), open.settings.clone());
        let conversation = open.conversation.clone();
        return copy(model, &conversation, unsent, settings);
    }
    let purpose = Purpose::Copy;
    vec![Effect::Load { id, purpose }]
}

fn copy(
    model: &mut Model,
    conversation: &Conversation,
    unsent: Unsent,
    settings: Settings,
) -> Vec<Effect> {
    let title = conversation.shown_title();
    let mut copy = export::renamed(conversation);
    copy.title = Some(format!("{title} (copy)"));
    model.library.selected = Some(copy.id);
    model.toast(format!("Duplicated “{title}”."));
    vec![
        Effect::Save(import_changes(&copy, unsent, settings)),
        Effect::List,
    ]
}

/// Gives a conversation another title; without one its first words are shown.
pub(in crate::app) fn set_title(
    model: &mut Model,
    conversation: ConversationId,
    title: Option<String>,
) -> Vec<Effect> {
    let mut changes = Vec::new();
    if let Some(open) = model.open.get_mut(&conversation) {
        open.conversation.title.clone_from(&title);
        changes = open.save_fields();
    }
    changes.push(Change::SetTitle {
        conversation,
        title,
    });
    vec![Effect::Save(changes), Effect::List]
}

/// `/title WORDS`.
pub(in crate::app) fn retitle(model: &mut Model, title: &str) -> Vec<Effect> {
    set_title(model, model.current, Some(title.to_owned()))
}
