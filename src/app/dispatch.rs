//! What keys do: each is looked up in the table of actions, where it is pressed.

use super::editor::Editor;
use super::popups::setting::{self, Setting};
use super::popups::{self, history};
use crate::app::composer::completion;
use crate::app::conversation::delivery;
use crate::app::conversation::persistence::save;
use crate::app::keys::{Action, Chord, Context, Edit, Row, option};
use crate::app::sidebar::navigation;
use crate::app::{Effect, Focus, Model, QUIT_ARMED, search, settings_panel, tray};
use crate::chat::MessageState;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub(super) use super::popups::help::toggle as toggle_help;

/// Takes one key.
pub(super) fn key(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    // A toast has been read, and quitting is armed for the very next key only.
    model.toast = None;
    let armed = model.quit_armed.take();
    let confirming = model.confirming.take();
    if model
        .keys
        .lookup(key, &[Context::All])
        .is_some_and(|row| row.action == Action::Interrupt)
    {
        model.quit_armed = armed;
    }
    if let Some(contexts) = model.popups.contexts() {
        return popup_key(model, key, contexts, confirming);
    }
    if !model.completion.entries().is_empty()
        && let Some(row) = model.keys.lookup(key, &[Context::Completion])
        && let Some(effects) = completion::act(model, row.action)
    {
        return effects;
    }
    match model.keys.lookup(key, contexts(model)) {
        Some(row) => press(model, row, confirming),
        None => typed(model, key),
    }
}

/// Where a key is looked up, the nearest first.
fn contexts(model: &Model) -> &'static [Context] {
    match (model.conversation().picked, model.focus) {
        (Some(_), _) => &[Context::Picked, Context::All],
        (None, Focus::Composer) => &[Context::Composer, Context::Text, Context::All],
        (None, Focus::Panel) => &[Context::Text, Context::All],
        (None, Focus::List) => &[Context::List, Context::All],
        (None, Focus::Settings) => &[Context::Settings, Context::All],
        (None, Focus::Tray) => &[Context::Tray, Context::All],
        (None, Focus::Find) => &[Context::Find, Context::Text, Context::All],
    }
}

/// A key while a popup has the keyboard: nothing of it reaches what lies behind, but for a few actions.
fn popup_key(
    model: &mut Model,
    key: KeyEvent,
    contexts: &[Context],
    confirming: Option<Action>,
) -> Vec<Effect> {
    if let Some(row) = model.keys.lookup(key, contexts) {
        return press(model, row, confirming);
    }
    if let Some(Action::Edit(edit)) = model
        .keys
        .lookup(key, &[Context::Text])
        .map(|row| row.action)
        && model.popups.edit(edit)
    {
        return Vec::new();
    }
    if let Some(row) = model.keys.lookup(key, &[Context::All]) {
        if popups::is_passed(row.action) {
            return (row.run)(model, "");
        }
        return Vec::new();
    }
    if let Some(c) = letter(key) {
        model.popups.type_text(c.encode_utf8(&mut [0; 4]));
    }
    Vec::new()
}

/// The letter that a key types.
fn letter(key: KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char(c) if (key.modifiers - KeyModifiers::SHIFT).is_empty() => Some(c),
        _ => None,
    }
}

/// Does what a row says, some of them when their key is pressed twice.
fn press(model: &mut Model, row: &'static Row, confirming: Option<Action>) -> Vec<Effect> {
    if row.is_confirmed && confirming != Some(row.action) {
        model.confirming = Some(row.action);
        let key = row.shown_key();
        model.toast(format!("{}? Press {key} again.", row.title));
        return Vec::new();
    }
    (row.run)(model, "")
}

/// A key that has no meaning of its own types.
fn typed(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let character = match letter(key) {
        Some(c) => c,
        // In the system message Enter is a new line: there is nothing to send.
        None if key.code == KeyCode::Enter && model.focus == Focus::Panel => '\n',
        None => return Vec::new(),
    };
    if model.conversation().picked.is_some() {
        let back = model.keys.shown_key(Action::Back);
        model.toast(format!(
            "{character} does nothing to a picked message. {back} goes back to writing."
        ));
        return Vec::new();
    }
    let mut bytes = [0; 4];
    let typed: &str = character.encode_utf8(&mut bytes);
    match model.focus {
        // What is typed at a setting is its value.
        Focus::Settings => {
            setting::open(model);
            if model.popups.top::<Setting>().is_some() {
                model.popups.type_text(typed);
            }
            return Vec::new();
        }
        // Typing goes on with the message being written.
        Focus::List => navigation::leave_list(model),
        Focus::Tray => model.focus = Focus::Composer,
        _ => {}
    }
    edit_field(model, |field| field.insert(typed));
    tell_option(model, character);
    Vec::new()
}

/// Tells once how Option becomes Alt, where the terminal has typed what Option makes of one of our keys.
fn tell_option(model: &mut Model, typed: char) {
    let letter = option::letter(typed).filter(|_| !model.has_told_option);
    let meant = letter.map(|letter| KeyEvent::new(KeyCode::Char(letter), KeyModifiers::ALT));
    let meant = meant.filter(|key| model.keys.lookup(*key, contexts(model)).is_some());
    if let Some(key) = meant {
        model.has_told_option = true;
        model.toast(format!(
            "Option types {typed} here. For {}, let the terminal send Option as Meta (iTerm2: Esc+).",
            Chord::of(key)
        ));
    }
}

/// Changes the field that has the keyboard, behind any popup.
pub(super) fn edit_field(model: &mut Model, change: impl FnOnce(&mut Editor)) {
    let focus = model.focus;
    if let (Some(panel), Focus::Panel) = (&mut model.panel, model.focus) {
        change(panel);
        settings_panel::apply_system(model);
    } else if let (Some(find), Focus::Find) = (&mut model.conversation_mut().find, focus) {
        change(&mut find.query);
        search::typed(model.conversation_mut());
    } else {
        model.conversation_mut().composer.change(change);
    }
}

/// Has the draft written in the user's own editor.
pub(super) fn edit_externally(model: &Model) -> Vec<Effect> {
    let text = model.conversation().composer.editor.text();
    vec![Effect::EditExternally(text)]
}

/// An editing step in the field that has the keyboard.
pub(super) fn edit_text(model: &mut Model, edit: Edit) {
    let focus = model.focus;
    if let (Some(panel), Focus::Panel) = (&mut model.panel, model.focus) {
        panel.edit(edit);
        settings_panel::apply_system(model);
        return;
    }
    let open = model.conversation_mut();
    if let (Some(find), Focus::Find) = (&mut open.find, focus) {
        if find.query.edit(edit) {
            search::typed(open);
        }
        return;
    }
    let mut composer = std::mem::take(&mut open.composer);
    let removed = composer.edit(edit, || history::walked(model));
    model.conversation_mut().composer = composer;
    if let Some(removed) = removed {
        model.discarded.push_attachment(removed);
    }
}

/// Message, then the panel, then the list: those that are there.
pub(super) fn next_pane(model: &mut Model) {
    let has_tray = tray::rows(model) > 0;
    let panes = [
        Some(Focus::Composer),
        has_tray.then_some(Focus::Tray),
        model.panel.as_ref().map(|_| Focus::Panel),
        (model.panel.is_some() && model.inputs().next().is_some()).then_some(Focus::Settings),
        model.library.is_shown.then_some(Focus::List),
        model.conversation().find.as_ref().map(|_| Focus::Find),
    ];
    let panes: Vec<Focus> = panes.into_iter().flatten().collect();
    let at = panes.iter().position(|pane| *pane == model.focus);
    model.conversation_mut().picked = None;
    model.focus = panes[at.map_or(0, |at| (at + 1) % panes.len())];
}

/// Esc: the first of its steps that applies.
pub(super) fn back(model: &mut Model) -> Vec<Effect> {
    if model.popups.close() || model.trouble.take().is_some() {
        return Vec::new();
    }
    if search::close(model) || model.conversation_mut().picked.take().is_some() {
        return Vec::new();
    }
    match model.focus {
        Focus::Composer => {}
        Focus::List => {
            navigation::leave_list(model);
            return Vec::new();
        }
        _ => {
            model.focus = Focus::Composer;
            return Vec::new();
        }
    }
    let open = model.conversation_mut();
    if open.is_held() {
        open.send_when_read = None;
        model.toast("The message is not sent.");
        return Vec::new();
    }
    if open.leave_edit() {
        return Vec::new();
    }
    delivery::stop(model)
}

/// Ctrl+C: the first of its steps that applies.
pub(super) fn interrupt(model: &mut Model) -> Vec<Effect> {
    if model.popups.close() {
        return Vec::new();
    }
    if model.conversation().turn.is_some() {
        return delivery::stop(model);
    }
    if !model.conversation().composer.is_empty() {
        let open = model.conversation_mut();
        if !open.leave_edit() {
            open.composer.set_aside();
        }
        let up = model.keys.shown_key(Action::Edit(Edit::Up));
        model.toast(format!("The draft is set aside. {up} brings it back."));
        return Vec::new();
    }
    if model.quit_armed.is_some() {
        return quit(model);
    }
    model.quit_armed = Some(model.clock.uptime + QUIT_ARMED);
    let key = model.keys.shown_key(Action::Interrupt);
    model.toast(format!("Press {key} again to quit."));
    Vec::new()
}

pub(super) fn toggle_mouse(model: &mut Model) -> Vec<Effect> {
    model.has_mouse = !model.has_mouse;
    let key = model.keys.shown_key(Action::Mouse);
    model.toast(if model.has_mouse {
        format!("The mouse scrolls. {key} gives it back to the terminal, which selects text.")
    } else {
        "The mouse selects text again.".to_owned()
    });
    vec![Effect::CaptureMouse(model.has_mouse)]
}

pub(super) fn unfold(model: &mut Model) {
    let open = model.conversation_mut();
    if let Some(id) = open.picked
        && !open.unfolded.remove(&id)
    {
        open.unfolded.insert(id);
    }
}

/// Ends every reply on its way, then the program.
pub(super) fn quit(model: &mut Model) -> Vec<Effect> {
    let mut effects = Vec::new();
    for open in model.open.values_mut() {
        if let Some(id) = open.turn.as_ref().map(|turn| turn.id) {
            effects.extend(save(open.end(MessageState::Stopped, |_| {})));
            effects.push(Effect::CancelTurn(id));
        }
    }
    effects.push(Effect::Quit);
    effects
}
