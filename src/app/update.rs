//! The one function that changes the model: it sorts what happened to where it belongs.
//!
//! What keys do is in [`super::dispatch`]; messages and replies in [`super::sending`]; moving
//! between conversations in [`super::switching`]; versions in [`super::tree`]. None of them
//! waits, and none knows how anything looks.

use super::dispatch::{self, edit_field};
use super::keep::keep;
use super::popups::{source_picker, switcher};
use super::{
    Effect, Event, Focus, Input, Model, Regions, attaching, completion, find, sending, switching,
};
use crate::chat::MessageState;
use crossterm::event::MouseEventKind;

/// Rows that a turn of the mouse wheel moves.
const WHEEL_ROWS: isize = 3;

/// Takes one event and gives the effects that it asks for, in order.
pub fn update(model: &mut Model, event: Event) -> Vec<Effect> {
    let is_end = matches!(event, Event::Terminate);
    let mut effects = match event {
        Event::Clock(clock) => {
            model.clock = clock;
            tell_time(model);
            let due = model.guard.tick(clock.uptime);
            model.remark.take_if(|(_, until)| *until <= clock.uptime);
            model.quit_armed.take_if(|until| *until <= clock.uptime);
            inputs(model, due)
        }
        Event::Input(input) => {
            let meant = model.guard.take(input, model.clock.uptime);
            inputs(model, meant)
        }
        Event::Submit(conversation, draft) => sending::submit(model, conversation, draft),
        Event::Reply(turn, update) => sending::reply(model, turn, update),
        Event::Store(event) => switching::hear(model, event),
        Event::Described(space, names) => {
            model.names.insert(space, names);
            Vec::new()
        }
        Event::Looked { asked, name, found } => source_picker::looked(model, &asked, &name, found),
        Event::Edited { .. } => {
            edited(model, event);
            Vec::new()
        }
        Event::Attached(..)
        | Event::Surveyed(..)
        | Event::PathsFound(..)
        | Event::PathSeen(..)
        | Event::OriginsSeen(_) => {
            attaching::hear(model, event);
            Vec::new()
        }
        Event::Found(id, number, hits) => {
            find::found(model, id, number, hits);
            Vec::new()
        }
        Event::Searched(answer) => switcher::searched(model, answer),
        Event::Said(words) => {
            model.remark(words);
            Vec::new()
        }
        Event::Drawn(regions) => {
            drawn(model, regions);
            return find::due(model).into_iter().collect();
        }
        Event::Terminate => quit(model),
        Event::Resumed => Vec::new(),
    };
    effects.extend(find::due(model));
    effects.extend(completion::due(model));
    effects.extend(switcher::due(model));
    let is_end = is_end || effects.contains(&Effect::Quit);
    gather(model, is_end, &mut effects);
    effects
}

/// Tells the fields that are written in what time it is.
fn tell_time(model: &mut Model) {
    let now = model.clock.uptime;
    let open = model.conversation_mut();
    open.composer.editor.set_time(now);
    if let Some(find) = &mut open.find {
        find.query.set_time(now);
    }
    if let Some(panel) = &mut model.panel {
        panel.set_time(now);
    }
}

/// A draft came back from the user's own editor.
fn edited(model: &mut Model, event: Event) {
    let Event::Edited {
        conversation,
        before,
        text,
    } = event
    else {
        return;
    };
    let is_open = model.open.contains_key(&conversation);
    let id = if is_open { conversation } else { model.current };
    if let Some(open) = model.open.get_mut(&id) {
        open.composer.take_edited(&before, &text);
    }
}

/// Takes over how the last frame came out.
fn drawn(model: &mut Model, regions: Regions) {
    let open = model.conversation_mut();
    open.scroll.settle(&regions);
    open.composer.editor.set_width(regions.composer_width);
    if let Some(panel) = &mut model.panel {
        panel.set_width(regions.panel_width);
    }
    model.regions = regions;
}

/// Adds what is due to be kept, in front of quitting; everything at the end.
fn gather(model: &mut Model, is_end: bool, effects: &mut Vec<Effect>) {
    if !model.defaults.keeps {
        effects.retain(|effect| !matches!(effect, Effect::Keep(_) | Effect::List));
        return;
    }
    let now = model.clock.uptime;
    let due = model
        .open
        .values_mut()
        .filter_map(|open| keep(open.due(now, is_end)));
    let due: Vec<Effect> = due.collect();
    let place = effects.iter().position(|effect| *effect == Effect::Quit);
    let place = place.unwrap_or(effects.len());
    effects.splice(place..place, due);
}

fn inputs(model: &mut Model, inputs: Vec<Input>) -> Vec<Effect> {
    inputs
        .into_iter()
        .flat_map(|input| match input {
            Input::Key(key) => dispatch::key(model, key),
            Input::Paste(text) => paste(model, &text).into_iter().collect(),
            Input::Mouse(mouse) => {
                match mouse.kind {
                    MouseEventKind::ScrollUp => scroll(model, -WHEEL_ROWS),
                    MouseEventKind::ScrollDown => scroll(model, WHEEL_ROWS),
                    _ => {}
                }
                Vec::new()
            }
            // Another window may have saved something while this one was not looked at.
            Input::Focus(has_focus) => {
                model.has_focus = has_focus;
                if !has_focus {
                    return Vec::new();
                }
                let mut effects = vec![Effect::List];
                effects.extend(attaching::look_at_all(model.conversation()));
                effects
            }
            Input::Resize => Vec::new(),
        })
        .collect()
}

fn paste(model: &mut Model, text: &str) -> Option<Effect> {
    let line = |text: &str| text.replace("\r\n", "\n").replace(['\r', '\n'], " ");
    if model.popups.is_open() {
        model
            .popups
            .type_text(&line(text.trim_end_matches(['\r', '\n'])));
        return None;
    }
    if !matches!(model.focus, Focus::Panel | Focus::Find) {
        model.focus = Focus::Composer;
        model.conversation_mut().picked = None;
        model.conversation_mut().composer.paste(text);
        return completion::pasted(model, text);
    }
    // A query is one line.
    let text = match model.focus {
        Focus::Find => line(text),
        _ => text.replace("\r\n", "\n").replace('\r', "\n"),
    };
    edit_field(model, |field| field.insert(&text));
    None
}

pub(super) fn scroll(model: &mut Model, rows: isize) {
    model.conversation_mut().scroll.by(rows);
}

/// A page is a screen less one row, so that the eye finds where it was.
pub(super) fn page(model: &mut Model, pages: isize) {
    let height = model.regions.transcript_height.max(2) - 1;
    scroll(model, isize::try_from(height).unwrap_or(isize::MAX) * pages);
}

/// Ends every reply on its way, then the program.
pub(super) fn quit(model: &mut Model) -> Vec<Effect> {
    let mut effects = Vec::new();
    for open in model.open.values_mut() {
        if let Some(id) = open.turn.as_ref().map(|turn| turn.id) {
            effects.extend(keep(open.end(MessageState::Stopped, |_| {})));
            effects.push(Effect::CancelTurn(id));
        }
    }
    effects.push(Effect::Quit);
    effects
}

#[cfg(test)]
mod tests;
