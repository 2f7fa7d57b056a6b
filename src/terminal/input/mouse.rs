//! What the mouse did, in the three forms in which terminals tell it (xterm's `ctlseqs`, "Mouse Tracking").

use super::control::Control;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// What is added to every number in the older forms.
const OFFSET: u16 = 32;

/// A sequence with numbers: SGR's `CSI < buttons ; column ; row M` (or `m` for a button that goes up), and urxvt's
/// without `<`.
pub fn of(control: &Control) -> Option<MouseEvent> {
    if control.len() != 3 {
        return None;
    }
    let (column, row) = (control.number(1), control.number(2));
    if control.has_marks(b"<") && matches!(control.last, 'M' | 'm') {
        return event(control.number(0), column, row, control.last == 'm');
    }
    if control.has_marks(b"") && control.last == 'M' {
        return event(control.number(0).checked_sub(OFFSET)?, column, row, false);
    }
    None
}

/// The three bytes behind `CSI M`.
pub fn of_bytes(buttons: u8, column: u8, row: u8) -> Option<MouseEvent> {
    let number = |byte: u8| u16::from(byte).saturating_sub(OFFSET);
    event(number(buttons), number(column), number(row), false)
}

/// Columns and rows are counted from 1 in what comes, and from 0 in the event.
fn event(buttons: u16, column: u16, row: u16, goes_up: bool) -> Option<MouseEvent> {
    let moves = buttons & 32 != 0;
    let button = match buttons & 3 {
        0 => MouseButton::Left,
        1 => MouseButton::Middle,
        _ => MouseButton::Right,
    };
    let kind = match (buttons & 0b1100_0011, moves) {
        (0..=2, _) if goes_up => MouseEventKind::Up(button),
        (0..=2, false) => MouseEventKind::Down(button),
        (0..=2, true) => MouseEventKind::Drag(button),
        // The older forms do not tell which button goes up.
        (3, false) => MouseEventKind::Up(MouseButton::Left),
        (3, true) => MouseEventKind::Moved,
        (64, _) => MouseEventKind::ScrollUp,
        (65, _) => MouseEventKind::ScrollDown,
        (66, _) => MouseEventKind::ScrollLeft,
        (67, _) => MouseEventKind::ScrollRight,
        _ => return None,
    };
    let mut modifiers = KeyModifiers::NONE;
    modifiers.set(KeyModifiers::SHIFT, buttons & 4 != 0);
    modifiers.set(KeyModifiers::ALT, buttons & 8 != 0);
    modifiers.set(KeyModifiers::CONTROL, buttons & 16 != 0);
    Some(MouseEvent {
        kind,
        column: column.saturating_sub(1),
        row: row.saturating_sub(1),
        modifiers,
    })
}
