//! The one function that changes the model, and the actions behind the keys.
//!
//! Each function here takes the model and what happened, and returns what the world is asked to
//! do. None of them waits, and none knows how anything looks.

use super::editor::Editor;
use super::keymap::{Action, Context, Edit, lookup, shown_key};
use super::turn::{Turn, TurnId};
use super::{Effect, Event, Focus, Input, Model, Overlay, QUIT_ARMED, ReplyUpdate, TurnRequest};
use crate::chat::{ConversationId, Draft, MessageState};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEventKind};
use std::sync::Arc;

/// Rows that a turn of the mouse wheel moves.
const WHEEL_ROWS: isize = 3;

/// Takes one event and gives the effects that it asks for, in order.
pub fn update(model: &mut Model, event: Event) -> Vec<Effect> {
    match event {
        Event::Clock(clock) => {
            model.clock = clock;
            let due = model.guard.tick(clock.uptime);
            model.remark.take_if(|(_, until)| *until <= clock.uptime);
            model.quit_armed.take_if(|until| *until <= clock.uptime);
            inputs(model, due)
        }
        Event::Input(input) => {
            let meant = model.guard.take(input, model.clock.uptime);
            inputs(model, meant)
        }
        Event::Submit(conversation, draft) => submit(model, conversation, draft),
        Event::Reply(turn, update) => reply(model, turn, update),
        Event::Drawn(drawn) => {
            let open = model.conversation_mut();
            open.scroll.settle(&drawn);
            open.composer.editor.set_width(drawn.composer_width);
            if let Some(panel) = &mut model.panel {
                panel.set_width(drawn.panel_width);
            }
            model.drawn = drawn;
            Vec::new()
        }
        Event::Terminate => quit(model),
        Event::Resumed => Vec::new(),
    }
}

fn inputs(model: &mut Model, inputs: Vec<Input>) -> Vec<Effect> {
    inputs
        .into_iter()
        .flat_map(|input| match input {
            Input::Key(key) => self::key(model, key),
            Input::Paste(text) => {
                match (&mut model.panel, model.focus) {
                    (Some(panel), Focus::Panel) => {
                        panel.insert(&text.replace("\r\n", "\n").replace('\r', "\n"));
                        keep_system(model);
                    }
                    _ => model.conversation_mut().composer.paste(&text),
                }
                Vec::new()
            }
            Input::Mouse(mouse) => {
                match mouse.kind {
                    MouseEventKind::ScrollUp => scroll(model, -WHEEL_ROWS),
                    MouseEventKind::ScrollDown => scroll(model, WHEEL_ROWS),
                    _ => {}
                }
                Vec::new()
            }
            Input::Resize | Input::Focus(_) => Vec::new(),
        })
        .collect()
}

fn key(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let contexts: &[Context] = match (&model.overlay, model.conversation().picked, model.focus) {
        (Some(_), ..) => &[Context::All],
        (None, Some(_), _) => &[Context::Picked, Context::All],
        (None, None, Focus::Composer) => &[Context::Composer, Context::Text, Context::All],
        (None, None, Focus::Panel) => &[Context::Text, Context::All],
    };
    if let Some(action) = lookup(key, contexts) {
        return act(model, action);
    }
    if overlay_key(model, key) {
        return Vec::new();
    }
    let typed = match key.code {
        KeyCode::Char(c) if (key.modifiers - KeyModifiers::SHIFT).is_empty() => c,
        // In the system message Enter is a new line: there is nothing to send.
        KeyCode::Enter if model.focus == Focus::Panel => '\n',
        _ => return Vec::new(),
    };
    // Typing while a message is picked goes on with the message being written.
    model.conversation_mut().picked = None;
    type_text(model, typed.encode_utf8(&mut [0; 4]));
    Vec::new()
}

/// Keys of the open overlay that are no actions; with an overlay open nothing is typed below it.
fn overlay_key(model: &mut Model, key: KeyEvent) -> bool {
    let limit = model.drawn.overlay_scroll_limit;
    let Some(Overlay::Help(row)) = &mut model.overlay else {
        return false;
    };
    match key.code {
        KeyCode::Up => *row = row.saturating_sub(1),
        KeyCode::Down => *row = (*row + 1).min(limit),
        KeyCode::Home => *row = 0,
        KeyCode::End => *row = limit,
        KeyCode::Char('q') | KeyCode::Enter => model.overlay = None,
        _ => {}
    }
    true
}

fn type_text(model: &mut Model, text: &str) {
    match (&mut model.panel, model.focus) {
        (Some(panel), Focus::Panel) => {
            panel.insert(text);
            keep_system(model);
        }
        _ => model.conversation_mut().composer.insert(text),
    }
}

fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Send => return send(model),
        Action::Back => return back(model),
        Action::Interrupt => return interrupt(model),
        Action::Quit => return quit(model),
        Action::Suspend => return vec![Effect::Suspend],
        Action::CopyMessage => return copy_message(model),
        Action::Mouse => {
            model.has_mouse = !model.has_mouse;
            model.remark(if model.has_mouse {
                "The mouse scrolls here now; F4 gives it back to the terminal for selecting."
            } else {
                "The mouse is the terminal's again."
            });
            return vec![Effect::CaptureMouse(model.has_mouse)];
        }
        Action::NewLine => type_text(model, "\n"),
        Action::Help => {
            model.overlay = match model.overlay {
                Some(Overlay::Help(_)) => None,
                None => Some(Overlay::Help(0)),
            };
        }
        Action::SystemPanel => toggle_panel(model),
        Action::NextPane => {
            model.focus = match (model.focus, &model.panel) {
                (Focus::Composer, Some(_)) => Focus::Panel,
                _ => Focus::Composer,
            };
        }
        Action::PageUp => page(model, -1),
        Action::PageDown => page(model, 1),
        Action::Top => model.conversation_mut().scroll.to_start(),
        Action::End => model.conversation_mut().scroll.to_end(),
        Action::PickUp => model.conversation_mut().pick(-1),
        Action::PickDown => model.conversation_mut().pick(1),
        Action::Unfold => unfold(model),
        Action::Edit(edit) => self::edit(model, edit),
    }
    Vec::new()
}

fn edit(model: &mut Model, edit: Edit) {
    if let (Some(panel), Focus::Panel) = (&mut model.panel, model.focus) {
        panel.edit(edit);
        keep_system(model);
        return;
    }
    let open = model.conversation_mut();
    let mut composer = std::mem::take(&mut open.composer);
    composer.edit(edit, || open.earlier_prompts());
    open.composer = composer;
}

/// Enter: sends what is written, or queues it while a reply comes.
fn send(model: &mut Model) -> Vec<Effect> {
    let open = model.conversation_mut();
    if open.composer.draft().text.trim().is_empty() && open.composer.shelf().is_empty() {
        return Vec::new();
    }
    let draft = open.composer.take();
    submit(model, model.current, draft)
}

fn submit(model: &mut Model, id: ConversationId, draft: Draft) -> Vec<Effect> {
    let (now, wall) = (model.clock.uptime, model.clock.wall);
    let Some(open) = model.open.get_mut(&id) else {
        return Vec::new();
    };
    if open.turn.is_some() {
        open.queued.push_back(draft);
        return Vec::new();
    }
    let reply = open.begin(draft, wall);
    let turn = TurnId(model.turns);
    model.turns += 1;
    open.turn = Some(Turn::new(turn, reply, now));
    vec![Effect::StartTurn(TurnRequest {
        turn,
        conversation: id,
        messages: open.messages_to_send(),
        reply,
        system: Arc::clone(&open.conversation.system),
        model: open.conversation.model.clone(),
        space: open.conversation.space.clone(),
    })]
}

/// An update of a reply. One that belongs to no turn any more is dropped.
fn reply(model: &mut Model, turn: TurnId, update: ReplyUpdate) -> Vec<Effect> {
    let now = model.clock.uptime;
    let found = model
        .open
        .iter_mut()
        .find(|(_, open)| open.turn.as_ref().is_some_and(|running| running.id == turn));
    let Some((&id, open)) = found else {
        return Vec::new();
    };
    let is_complete = matches!(update, ReplyUpdate::Done(_));
    if !open.hear(update, now) {
        return Vec::new();
    }
    if !is_complete {
        // What was queued was meant to follow a whole reply: the person decides again.
        let queued = std::mem::take(&mut open.queued);
        if !queued.is_empty() {
            open.composer.give_back(queued);
        }
        return Vec::new();
    }
    match open.queued.pop_front() {
        Some(next) => submit(model, id, next),
        None => Vec::new(),
    }
}

/// Asks for the end of the reply that is seen; asked again, ends it here without waiting for the
/// server to confirm.
fn stop(model: &mut Model) -> Option<Effect> {
    let open = model.conversation_mut();
    let turn = open.turn.as_mut()?;
    if std::mem::replace(&mut turn.is_stopping, true) {
        open.end(MessageState::Stopped, |_| {});
        return None;
    }
    Some(Effect::CancelTurn(turn.id))
}

fn back(model: &mut Model) -> Vec<Effect> {
    if model.overlay.take().is_some() {
        return Vec::new();
    }
    if model.conversation_mut().picked.take().is_some() {
        return Vec::new();
    }
    if model.focus == Focus::Panel {
        model.focus = Focus::Composer;
        return Vec::new();
    }
    stop(model).into_iter().collect()
}

/// Ctrl+C: the first of its steps that applies.
fn interrupt(model: &mut Model) -> Vec<Effect> {
    model.overlay = None;
    if model.conversation().turn.is_some() {
        return stop(model).into_iter().collect();
    }
    if !model.conversation().composer.is_empty() {
        model.conversation_mut().composer.set_aside();
        model.remark("The draft is set aside; Up brings it back.");
        return Vec::new();
    }
    if model.quit_armed.is_some() {
        return quit(model);
    }
    model.quit_armed = Some(model.clock.uptime + QUIT_ARMED);
    model.remark("Press Ctrl+C again to quit.");
    Vec::new()
}

/// Ends every reply on its way, then the program.
fn quit(model: &mut Model) -> Vec<Effect> {
    let running = model.open.values_mut().filter_map(|open| {
        let id = open.turn.as_ref()?.id;
        open.end(MessageState::Stopped, |_| {});
        Some(Effect::CancelTurn(id))
    });
    running
        .collect::<Vec<_>>()
        .into_iter()
        .chain([Effect::Quit])
        .collect()
}

fn toggle_panel(model: &mut Model) {
    if model.panel.take().is_some() {
        model.focus = Focus::Composer;
    } else {
        let mut editor = Editor::new(model.system());
        editor.set_width(model.drawn.panel_width);
        model.panel = Some(editor);
        model.focus = Focus::Panel;
    }
}

/// The system message is in force as it is typed, from the next message on.
fn keep_system(model: &mut Model) {
    if let Some(text) = model.panel.as_ref().map(Editor::text)
        && *text != *model.system()
    {
        model.conversation_mut().conversation.system = text.into();
    }
}

fn scroll(model: &mut Model, rows: isize) {
    model.conversation_mut().scroll.by(rows);
}

/// A page is a screen less one row, so that the eye finds where it was.
fn page(model: &mut Model, pages: isize) {
    let height = model.drawn.transcript_height.max(2) - 1;
    let rows = isize::try_from(height).unwrap_or(isize::MAX) * pages;
    if let Some(Overlay::Help(row)) = &mut model.overlay {
        *row = row
            .saturating_add_signed(rows)
            .min(model.drawn.overlay_scroll_limit);
        return;
    }
    scroll(model, rows);
}

fn unfold(model: &mut Model) {
    let open = model.conversation_mut();
    if let Some(id) = open.picked
        && !open.unfolded.remove(&id)
    {
        open.unfolded.insert(id);
    }
}

fn copy_message(model: &mut Model) -> Vec<Effect> {
    let open = model.conversation();
    let Some(message) = open.picked.and_then(|id| open.conversation.message(id)) else {
        return Vec::new();
    };
    let text = message.text.clone();
    model.remark(format!(
        "Copied the message; {} leaves the choosing.",
        shown_key(Action::Back)
    ));
    vec![Effect::Copy(text)]
}

#[cfg(test)]
mod tests;
