//! The one function that changes the model: it sorts what happened to where it belongs.
//!
//! Nothing of what it sorts is done here: keys in [`super::dispatch`], the rest in its room. None of it waits, and none
//! knows how anything looks.

use super::dispatch::{self, edit_field};
use super::popups::{source_picker, switcher};
use crate::app::composer::completion;
use crate::app::conversation::delivery;
use crate::app::conversation::persistence::save;
use crate::app::conversation::{origins, scroll};
use crate::app::effect::TurnId;
use crate::app::popups::{login, sign_in};
use crate::app::tray::attachments;
use crate::app::{Effect, Event, Focus, Input, Model, Regions, counting, search};
use crate::app::{ReplyUpdate, source_events, store_events, token_budget, tray};
use crate::chat::FailureKind;
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
            let due = model.paste_detector.tick(clock.uptime);
            model.toast.take_if(|(_, until)| *until <= clock.uptime);
            model.quit_armed.take_if(|until| *until <= clock.uptime);
            inputs(model, due)
        }
        Event::Input(input) => {
            let meant = model.paste_detector.take(input, model.clock.uptime);
            inputs(model, meant)
        }
        Event::Submit(conversation, draft) => delivery::submit(model, conversation, draft),
        Event::Reply(turn, update) => reply(model, turn, update),
        Event::Store(event) => store_events::on_store_event(model, event),
        Event::Described { .. }
        | Event::Inspected { .. }
        | Event::LocalFound(_)
        | Event::GpuQuota(_)
        | Event::SpacesFound(..) => source_events::on_source_event(model, event),
        Event::Edited { .. } => {
            edited(model, event);
            Vec::new()
        }
        Event::Attached(..)
        | Event::Surveyed(..)
        | Event::PathsFound(..)
        | Event::PathChecked(..)
        | Event::OriginsChecked(_) => attachments::on_file_event(model, event),
        Event::Found(id, number, hits) => {
            search::found(model, id, number, hits);
            Vec::new()
        }
        Event::PromptWritten(number, text) => token_budget::on_prompt_written(model, number, text),
        Event::Counted(number, tokens) => counting::counted(model, number, tokens),
        Event::Searched(answer) => switcher::searched(model, answer),
        Event::Notify(words) => {
            model.toast(words);
            Vec::new()
        }
        Event::Drawn(regions) => {
            drawn(model, regions);
            let first = source_events::look_unsaved(model);
            return search::due(model).into_iter().chain(first).collect();
        }
        Event::Terminate => dispatch::quit(model),
        Event::Resumed => Vec::new(),
    };
    ask_what_is_due(model, &mut effects);
    let is_end = is_end || effects.contains(&Effect::Quit);
    gather(model, is_end, &mut effects);
    effects.extend(model.discarded.take().map(Effect::Discard));
    effects
}

/// Adds what must be asked for, now that the model is another one.
fn ask_what_is_due(model: &mut Model, effects: &mut Vec<Effect>) {
    effects.extend(search::due(model));
    effects.extend(completion::due(model));
    effects.extend(switcher::due(model));
    effects.extend(source_picker::due(model));
    effects.extend(counting::due(model));
    effects.extend(source_picker::quota_due(model));
    attachments::note_asked(model, effects);
}

/// Takes how a reply went on. Where the Space that is seen asks who is there, so does the program.
fn reply(model: &mut Model, turn: TurnId, update: ReplyUpdate) -> Vec<Effect> {
    let failure = match &update {
        ReplyUpdate::Failed(failure) => Some(failure.kind.clone()),
        _ => None,
    };
    let running = model.conversation().turn.as_ref();
    let is_seen = running.is_some_and(|running| running.id == turn);
    let queued = model.conversation().queue.len();
    let effects = delivery::reply(model, turn, update);
    let left = model.conversation().queue.len();
    tray::on_queue_taken(model, queued.saturating_sub(left));
    if is_seen && !model.popups.is_open() {
        let conversation = &model.conversation().conversation;
        let refused = conversation.head().map(|reply| reply.id);
        let space = conversation.space.clone();
        match failure {
            Some(FailureKind::Login) => login::ask(model, refused),
            Some(FailureKind::SignIn) => sign_in::ask(model, &space, refused),
            _ => {}
        }
    }
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
        effects.retain(|effect| !matches!(effect, Effect::Save(_) | Effect::List));
        return;
    }
    let now = model.clock.uptime;
    let due = model
        .open
        .values_mut()
        .filter_map(|open| save(open.due(now, is_end)));
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
                    MouseEventKind::ScrollUp => scroll::scroll(model, -WHEEL_ROWS),
                    MouseEventKind::ScrollDown => scroll::scroll(model, WHEEL_ROWS),
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
                effects.extend(origins::check_all(model.conversation()));
                effects
            }
            Input::Resize | Input::PastesAreBracketed => Vec::new(),
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

#[cfg(test)]
mod tests;
