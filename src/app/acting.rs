//! What keys do.

use super::editor::Editor;
use super::keymap::{Action, Context, Edit, lookup, shown_key};
use super::update::{page, quit};
use super::{
    Effect, Focus, Model, Overlay, QUIT_ARMED, TextView, attaching, choosing, completing, find,
    history, ledger, login, outline, presets, sending, settings, shelf, switcher, switching, trash,
    tree,
};
use crate::sanitize;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// How far a page of the list of conversations goes.
const LIST_PAGE: isize = 8;

/// Takes one key.
pub(super) fn key(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    // A remark has been read, and quitting is armed for the very next key only.
    model.remark = None;
    let armed = model.quit_armed.take();
    if lookup(key, &[Context::All]) == Some(Action::Interrupt) {
        model.quit_armed = armed;
    }
    if let Some(effects) = overlay_key(model, key).or_else(|| completing::key(model, key)) {
        return effects;
    }
    let contexts: &[Context] = match (model.conversation().picked, model.focus) {
        _ if model.overlay.is_some() => &[Context::All],
        (Some(_), _) => &[Context::Picked, Context::All],
        (None, Focus::Composer) => &[Context::Composer, Context::Text, Context::All],
        (None, Focus::Panel) => &[Context::Text, Context::All],
        (None, Focus::List) => &[Context::List, Context::All],
        (None, Focus::Settings) => &[Context::Settings, Context::All],
        (None, Focus::Shelf) => &[Context::Shelf, Context::All],
        (None, Focus::Find) => &[Context::Find, Context::Text, Context::All],
    };
    if let Some(action) = lookup(key, contexts) {
        return act(model, action);
    }
    if model.overlay.is_some() {
        return Vec::new();
    }
    let typed = match key.code {
        KeyCode::Char(c) if (key.modifiers - KeyModifiers::SHIFT).is_empty() => c,
        // In the system message Enter is a new line: there is nothing to send.
        KeyCode::Enter if model.focus == Focus::Panel => '\n',
        _ => return Vec::new(),
    };
    // Typing while a message is picked, or in the list, goes on with the message being written.
    model.conversation_mut().picked = None;
    match model.focus {
        Focus::List => switching::leave_list(model),
        Focus::Settings | Focus::Shelf => model.focus = Focus::Composer,
        _ => {}
    }
    let mut bytes = [0; 4];
    let typed: &str = typed.encode_utf8(&mut bytes);
    edit_field(model, |field| field.insert(typed));
    Vec::new()
}

/// Keys that mean something to the open overlay; `None` leaves the key to the table.
fn overlay_key(model: &mut Model, key: KeyEvent) -> Option<Vec<Effect>> {
    let limit = model.regions.overlay_scroll_limit;
    let plain = (key.modifiers - KeyModifiers::SHIFT).is_empty();
    match model.overlay.as_mut()? {
        Overlay::Help(row) | Overlay::Text(TextView { row, .. }) => match key.code {
            KeyCode::Up => *row = row.saturating_sub(1),
            KeyCode::Down => *row = (*row + 1).min(limit),
            KeyCode::Home if plain => *row = 0,
            KeyCode::End if plain => *row = limit,
            KeyCode::Char('q') | KeyCode::Enter if plain => model.overlay = None,
            _ => return None,
        },
        Overlay::Switcher(_) => match key.code {
            KeyCode::Enter => return Some(switcher::open_found(model)),
            _ if switcher::key(model, key) => {}
            _ => return None,
        },
        Overlay::Presets(_) => return presets::key(model, key),
        Overlay::Trash(_) => return trash::key(model, key),
        Overlay::SavePreset(_) => return presets::save_key(model, key),
        Overlay::Login(_) => return login::key(model, key),
        Overlay::Survey(_) => return attaching::key(model, key),
        Overlay::Setting(_, text) => match key.code {
            KeyCode::Enter => settings::close(model),
            _ if edits(text, key) => {}
            _ => return None,
        },
        Overlay::History(picker) => match key.code {
            KeyCode::Enter => return Some(history::take(model)),
            _ if picker.key(key) => {}
            _ => return None,
        },
        Overlay::Outline(picker) => match key.code {
            KeyCode::Enter => outline::jump(model),
            _ if lookup(key, &[Context::Outline]).is_some() => {
                return Some(outline::leave_out(model));
            }
            _ if picker.key(key) => {}
            _ => return None,
        },
        Overlay::Palette(picker) => match key.code {
            KeyCode::Enter => return Some(choosing::run_chosen(model)),
            _ if picker.key(key) => {}
            _ => return None,
        },
        Overlay::Spaces(..) => match key.code {
            KeyCode::Enter => return Some(choosing::check_chosen(model)),
            _ if choosing::space_key(model, key) => {}
            _ => return None,
        },
        Overlay::Rename(_, title) => match key.code {
            KeyCode::Enter => return Some(switching::rename(model)),
            _ if edits(title, key) => {}
            _ => return None,
        },
    }
    Some(Vec::new())
}

/// Gives a key to a field of one line; `false` when it means nothing there.
pub(super) fn edits(field: &mut Editor, key: KeyEvent) -> bool {
    match (lookup(key, &[Context::Text]), key.code) {
        (Some(Action::Edit(edit)), _) => {
            field.edit(edit);
        }
        (None, KeyCode::Char(c)) if (key.modifiers - KeyModifiers::SHIFT).is_empty() => {
            field.insert(c.encode_utf8(&mut [0; 4]));
        }
        _ => return false,
    }
    true
}

/// Changes the field that has the keyboard.
pub(super) fn edit_field(model: &mut Model, change: impl FnOnce(&mut Editor)) {
    match &mut model.overlay {
        Some(
            Overlay::Rename(_, field) | Overlay::Setting(_, field) | Overlay::SavePreset(field),
        ) => return change(field),
        Some(Overlay::Presets(shown)) => return shown.picker.change(change),
        Some(Overlay::Trash(Some(picker))) => return picker.change(change),
        Some(Overlay::Login(login)) => return change(login.field()),
        Some(Overlay::Switcher(switcher)) => return change(&mut switcher.menu.query),
        Some(Overlay::History(picker)) => return picker.change(change),
        Some(Overlay::Outline(picker)) => return picker.change(change),
        Some(Overlay::Palette(picker)) => return picker.change(change),
        Some(Overlay::Spaces(menu, _)) => return change(&mut menu.query),
        Some(Overlay::Help(_) | Overlay::Text(_) | Overlay::Survey(_) | Overlay::Trash(None)) => {
            return;
        }
        None => {}
    }
    let focus = model.focus;
    if let (Some(panel), Focus::Panel) = (&mut model.panel, model.focus) {
        change(panel);
        keep_system(model);
    } else if let (Some(find), Focus::Find) = (&mut model.conversation_mut().find, focus) {
        change(&mut find.query);
        find::typed(model.conversation_mut());
    } else {
        model.conversation_mut().composer.change(change);
    }
}

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Send => ledger::send_if_it_fits(model),
        Action::History => history::open(model),
        Action::Presets => presets::open(model),
        Action::Back => back(model),
        Action::Interrupt => interrupt(model),
        Action::Quit => quit(model),
        Action::Suspend => vec![Effect::Suspend],
        Action::CopyMessage => copy_message(model, false),
        Action::CopyClean => copy_message(model, true),
        Action::CopyCode(number) => copy_code(model, number),
        Action::Mouse => toggle_mouse(model),
        Action::SystemPanel => toggle_panel(model),
        Action::EditMessage => tree::edit(model),
        Action::Retry => tree::retry(model),
        Action::Continue => tree::go_on(model),
        Action::OlderVersion => tree::show_version(model, -1),
        Action::NewerVersion => tree::show_version(model, 1),
        Action::NewConversation => switching::new_conversation(model),
        Action::Switcher => switcher::open(model),
        Action::List => switching::toggle_list(model),
        Action::Previous => switching::step(model, -1),
        Action::Next => switching::step(model, 1),
        Action::ExternalEditor => {
            let text = model.conversation().composer.editor.text();
            vec![Effect::EditExternally(text)]
        }
        Action::Branch => outline::branch(model),
        Action::LeaveOut => tree::leave_out_picked(model),
        Action::Demo => sending::use_demo(model),
        Action::Spaces => choosing::open_spaces(model),
        Action::CopyReply => choosing::copy_reply(model),
        Action::CopyAll => choosing::copy_all(model),
        Action::Open => switching::open_selected(model),
        Action::Delete => switching::delete(model),
        Action::Undelete => switching::undelete(model),
        Action::Trash => trash::open(model),
        Action::Rename => switching::open_rename(model),
        Action::Pin => switching::pin(model),
        Action::Duplicate => switching::duplicate(model),
        Action::ListUp => switching::select(model, -1),
        Action::ListDown => switching::select(model, 1),
        Action::ListPageUp => switching::select(model, -LIST_PAGE),
        Action::ListPageDown => switching::select(model, LIST_PAGE),
        other => {
            move_or_edit(model, other);
            Vec::new()
        }
    }
}

/// What changes only what is seen here and asks the world for nothing.
fn move_or_edit(model: &mut Model, action: Action) {
    match action {
        Action::NewLine => edit_field(model, |field| field.insert("\n")),
        Action::AtSign => edit_field(model, |field| field.insert("@")),
        Action::Slash => edit_field(model, |field| field.insert("/")),
        Action::Help => {
            model.overlay = match model.overlay {
                Some(Overlay::Help(_)) => None,
                _ => Some(Overlay::Help(0)),
            };
        }
        Action::Palette => choosing::open_palette(model),
        Action::SettingUp => settings::select(model, -1),
        Action::SettingDown => settings::select(model, 1),
        Action::SettingLess => settings::step(model, -1),
        Action::SettingMore => settings::step(model, 1),
        Action::ChangeSetting => settings::open(model),
        Action::ResetSetting => settings::reset_current(model),
        Action::NextPane => next_pane(model),
        Action::Outline => outline::open(model),
        Action::SavePreset => presets::open_save(model),
        Action::Ledger => ledger::show(model),
        Action::Shelf => shelf::enter(model),
        Action::ShelfUp => shelf::select(model, -1),
        Action::ShelfDown => shelf::select(model, 1),
        Action::Preview => shelf::preview(model),
        Action::Expand => shelf::expand(model),
        Action::RemoveChip => shelf::remove(model),
        Action::ChipEarlier => shelf::reorder(model, -1),
        Action::ChipLater => shelf::reorder(model, 1),
        Action::Find => find::open(model),
        Action::FindNext => find::step(model, 1),
        Action::FindPrevious => find::step(model, -1),
        Action::PageUp => page(model, -1),
        Action::PageDown => page(model, 1),
        Action::Top => model.conversation_mut().scroll.to_start(),
        Action::End => model.conversation_mut().scroll.to_end(),
        Action::PickUp => model.conversation_mut().pick(-1),
        Action::PickDown => model.conversation_mut().pick(1),
        Action::Unfold => unfold(model),
        Action::Edit(edit) => edit_text(model, edit),
        _ => {}
    }
}

fn edit_text(model: &mut Model, edit: Edit) {
    let focus = model.focus;
    if let (Some(panel), Focus::Panel) = (&mut model.panel, model.focus) {
        panel.edit(edit);
        keep_system(model);
        return;
    }
    let open = model.conversation_mut();
    if let (Some(find), Focus::Find) = (&mut open.find, focus) {
        if find.query.edit(edit) {
            find::typed(open);
        }
        return;
    }
    let mut composer = std::mem::take(&mut open.composer);
    composer.edit(edit, || history::walked(model));
    model.conversation_mut().composer = composer;
}

/// Message, then the panel, then the list: those that are there.
fn next_pane(model: &mut Model) {
    let has_shelf = shelf::rows(model) > 0;
    let panes = [
        Some(Focus::Composer),
        has_shelf.then_some(Focus::Shelf),
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
fn back(model: &mut Model) -> Vec<Effect> {
    if model.overlay.take().is_some() || model.trouble.take().is_some() {
        return Vec::new();
    }
    if find::close(model) || model.conversation_mut().picked.take().is_some() {
        return Vec::new();
    }
    match model.focus {
        Focus::Composer => {}
        Focus::List => {
            switching::leave_list(model);
            return Vec::new();
        }
        _ => {
            model.focus = Focus::Composer;
            return Vec::new();
        }
    }
    if model.conversation_mut().leave_edit() {
        return Vec::new();
    }
    sending::stop(model)
}

/// Ctrl+C: the first of its steps that applies.
fn interrupt(model: &mut Model) -> Vec<Effect> {
    model.overlay = None;
    if model.conversation().turn.is_some() {
        return sending::stop(model);
    }
    if !model.conversation().composer.is_empty() {
        let open = model.conversation_mut();
        if !open.leave_edit() {
            open.composer.set_aside();
        }
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

fn toggle_mouse(model: &mut Model) -> Vec<Effect> {
    model.has_mouse = !model.has_mouse;
    model.remark(if model.has_mouse {
        "The mouse scrolls here now; F4 gives it back to the terminal for selecting."
    } else {
        "The mouse is the terminal's again."
    });
    vec![Effect::CaptureMouse(model.has_mouse)]
}

fn toggle_panel(model: &mut Model) -> Vec<Effect> {
    if model.panel.take().is_some() {
        model.focus = Focus::Composer;
        Vec::new()
    } else {
        model.show_system();
        model.conversation_mut().picked = None;
        model.focus = Focus::Panel;
        model.setting_at = 0;
        settings::look(model)
    }
}

/// The system message is in force as it is typed, from the next message on.
fn keep_system(model: &mut Model) {
    if let Some(text) = model.panel.as_ref().map(Editor::text)
        && *text != *model.system()
    {
        let open = model.conversation_mut();
        open.conversation.system = text.into();
        open.kept.fields_changed();
    }
}

fn unfold(model: &mut Model) {
    let open = model.conversation_mut();
    if let Some(id) = open.picked
        && !open.unfolded.remove(&id)
    {
        open.unfolded.insert(id);
    }
}

/// Copies the picked message as it is, or as it is shown: without what cannot be seen.
fn copy_message(model: &mut Model, is_clean: bool) -> Vec<Effect> {
    let open = model.conversation();
    let Some(message) = open.picked.and_then(|id| open.conversation.message(id)) else {
        return Vec::new();
    };
    let leaves = shown_key(Action::Back);
    if is_clean {
        let text = sanitize::without_hidden(&message.text);
        model.remark(format!(
            "Copied the message without hidden characters; {leaves} leaves."
        ));
        return vec![Effect::Copy(text)];
    }
    let text = message.text.clone();
    let shown = sanitize::text(&text);
    model.remark(match shown.hidden + shown.removed {
        0 => format!("Copied the message; {leaves} leaves the choosing."),
        hidden => format!(
            "Copied the message with {hidden} hidden characters; {} copies it without them.",
            shown_key(Action::CopyClean)
        ),
    });
    vec![Effect::Copy(text)]
}

fn copy_code(model: &Model, number: u8) -> Vec<Effect> {
    let open = model.conversation();
    let message = open.picked.and_then(|id| open.conversation.message(id));
    let copy = message.map(|message| Effect::CopyCode {
        text: message.text.clone(),
        number: usize::from(number),
    });
    copy.into_iter().collect()
}
