//! Which keys characters and sequences stand for: xterm's, and where they differ those of rxvt, of the Linux console, of
//! kitty's keyboard protocol and of xterm's `modifyOtherKeys`.

use super::control::Control;
use super::is_alt_graph;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

const CTRL: KeyModifiers = KeyModifiers::CONTROL;
const ALT: KeyModifiers = KeyModifiers::ALT;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;

/// A key with nothing held beside it.
pub fn plain(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

/// The key that sends a character by itself; none for the controls behind ASCII, which no key sends.
pub fn typed(character: char) -> Option<KeyEvent> {
    let ctrl = |offset: u8| {
        let code = KeyCode::Char(char::from(character as u8 + offset));
        KeyEvent::new(code, CTRL)
    };
    Some(match character {
        '\r' => plain(KeyCode::Enter),
        '\t' => plain(KeyCode::Tab),
        '\u{7f}' => plain(KeyCode::Backspace),
        '\u{1b}' => plain(KeyCode::Esc),
        '\0' => KeyEvent::new(KeyCode::Char(' '), CTRL),
        '\u{1}'..='\u{1a}' => ctrl(b'a' - 1),
        // Ctrl+\, Ctrl+], Ctrl+^ and Ctrl+_.
        '\u{1c}'..='\u{1f}' => ctrl(b'@'),
        '\u{80}'..='\u{9f}' => return None,
        letter if letter.is_uppercase() => KeyEvent::new(KeyCode::Char(letter), SHIFT),
        other => plain(KeyCode::Char(other)),
    })
}

/// The key of `CSI [` and a letter, which the Linux console sends for F1 to F5.
pub fn console(letter: u8) -> Option<KeyEvent> {
    match letter {
        b'A'..=b'E' => Some(plain(KeyCode::F(letter - b'A' + 1))),
        _ => None,
    }
}

/// The key of SS3 and these bytes: a letter, with xterm's modifiers before it in old terminals.
pub fn single_shift(bytes: &[u8]) -> Option<KeyEvent> {
    let (last, numbers) = bytes.split_last()?;
    let code = match last {
        b'M' => KeyCode::Enter,
        b'I' => KeyCode::Tab,
        b' ' => KeyCode::Char(' '),
        b'X' => KeyCode::Char('='),
        // The keypad in its application mode.
        b'j'..=b'y' => KeyCode::Char(char::from(last - b'j' + b'*')),
        b'a'..=b'd' => return Some(KeyEvent::new(arrow(last.to_ascii_uppercase())?, CTRL)),
        _ => letter_key(char::from(*last))?,
    };
    let modifier = numbers.rsplit(|byte| *byte == b';').next();
    let modifier = modifier.and_then(|digits| std::str::from_utf8(digits).ok());
    let modifier = modifier.and_then(|digits| digits.parse().ok()).unwrap_or(0);
    Some(KeyEvent::new(code, modifiers(modifier)))
}

/// The key that a CSI sequence stands for, if it is one.
pub fn of(control: &Control) -> Option<KeyEvent> {
    if !control.has_marks(b"") {
        return None;
    }
    match control.last {
        'u' => kitty(control),
        '~' | '^' | '$' | '@' => numbered(control),
        'Z' => Some(KeyEvent::new(
            KeyCode::BackTab,
            modifiers(control.number(1)) | SHIFT,
        )),
        'a'..='d' if control.is_bare() => {
            let letter = u8::try_from(control.last).ok()?.to_ascii_uppercase();
            Some(KeyEvent::new(arrow(letter)?, SHIFT))
        }
        // The cursor's place is told so too, and only in the first row it could be taken for F3.
        'R' if !is_f3(control) => None,
        letter if control.len() <= 2 => Some(event(letter_key(letter)?, control)),
        _ => None,
    }
}

fn is_f3(control: &Control) -> bool {
    control.is_bare()
        || control.len() == 2 && control.number(0) == 1 && (2..=16).contains(&control.number(1))
}

fn letter_key(letter: char) -> Option<KeyCode> {
    Some(match letter {
        'A'..='D' => arrow(u8::try_from(letter).ok()?)?,
        'E' => KeyCode::KeypadBegin,
        'F' => KeyCode::End,
        'H' => KeyCode::Home,
        'P' => KeyCode::F(1),
        'Q' => KeyCode::F(2),
        'R' => KeyCode::F(3),
        'S' => KeyCode::F(4),
        _ => return None,
    })
}

fn arrow(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        _ => return None,
    })
}

/// A key by its number: `CSI 5 ~`, `CSI 5 ; 3 ~`, rxvt's `CSI 5 ^`, and `CSI 27 ; modifiers ; character ~`.
fn numbered(control: &Control) -> Option<KeyEvent> {
    let number = u8::try_from(control.number(0)).ok()?;
    if number == 27 && control.len() == 3 {
        let character = character(control.number(2))?;
        return Some(with(character, modifiers(control.number(1)), None));
    }
    let code = match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number - 10),
        17..=21 => KeyCode::F(number - 11),
        23..=26 => KeyCode::F(number - 12),
        28 | 29 => KeyCode::F(number - 13),
        31..=34 => KeyCode::F(number - 14),
        _ => return None,
    };
    let mut key = event(code, control);
    key.modifiers |= match control.last {
        '^' => CTRL,
        '$' => SHIFT,
        '@' => CTRL | SHIFT,
        _ => KeyModifiers::NONE,
    };
    Some(key)
}

/// Kitty's `CSI character : shifted : base ; modifiers : kind u`. The base is the character of the same key in the layout
/// of the United States.
fn kitty(control: &Control) -> Option<KeyEvent> {
    let held = modifiers(control.number(1));
    let number = control.part(0, 0);
    let mut key = if let Some(code) = kitty_function(number) {
        KeyEvent::new(code, held)
    } else {
        let shifted = held.contains(SHIFT).then(|| control.part(0, 1));
        let shifted = shifted.filter(|shifted| *shifted != 0);
        let character = character(shifted.unwrap_or(number))?;
        let base = self::character(control.part(0, 2)).filter(|base| *base > ' ');
        with(character, held, base)
    };
    key.kind = kind(control);
    Some(key)
}

/// The keys without a character that mean something here: the keypad, and F13 and on. Others (locks, media keys, the
/// modifiers alone) mean nothing.
fn kitty_function(number: u16) -> Option<KeyCode> {
    /// From `KP_0` to `KP_9`, then the signs beside them.
    const KEYPAD: &[u8] = b"0123456789./*-+";
    let at = |first: u16| usize::from(number - first);
    Some(match number {
        57399..=57413 => KeyCode::Char(char::from(*KEYPAD.get(at(57399))?)),
        57414 => KeyCode::Enter,
        57415 => KeyCode::Char('='),
        57416 => KeyCode::Char(','),
        57417 => KeyCode::Left,
        57418 => KeyCode::Right,
        57419 => KeyCode::Up,
        57420 => KeyCode::Down,
        57421 => KeyCode::PageUp,
        57422 => KeyCode::PageDown,
        57423 => KeyCode::Home,
        57424 => KeyCode::End,
        57425 => KeyCode::Insert,
        57426 => KeyCode::Delete,
        57376..=57398 => KeyCode::F(u8::try_from(number - 57376).ok()? + 13),
        _ => return None,
    })
}

/// A character that a key can have. The private area is where kitty numbers its other keys; what does not fit into 16 bits
/// comes as the greatest number.
fn character(number: u16) -> Option<char> {
    let character = char::from_u32(u32::from(number))?;
    let is_key = matches!(character, '\r' | '\t' | '\u{1b}' | '\u{8}' | '\u{7f}');
    let is_other =
        character.is_control() || matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{ffff}');
    (is_key || !is_other).then_some(character)
}

/// The key of a character that is told with what is held beside it. A chord is the same key in every layout: Ctrl+с is
/// Ctrl+C, which `base` tells.
fn with(character: char, held: KeyModifiers, base: Option<char>) -> KeyEvent {
    if is_alt_graph(character, held) {
        return plain(KeyCode::Char(character));
    }
    let is_chord = held.intersects(CTRL | ALT);
    let character = match base {
        Some(base) if is_chord && !character.is_ascii() => base,
        _ => character,
    };
    // In terminals that send one byte for both, people know one key by the name of the other.
    match character {
        '[' if held == CTRL => return plain(KeyCode::Esc),
        'i' if held == CTRL => return plain(KeyCode::Tab),
        'm' if held == CTRL => return plain(KeyCode::Enter),
        '\u{1b}' if held == SHIFT => return plain(KeyCode::Esc),
        '\u{8}' | '\u{7f}' if held == SHIFT => return plain(KeyCode::Backspace),
        _ => {}
    }
    let code = match character {
        '\r' => KeyCode::Enter,
        '\t' if held.contains(SHIFT) => KeyCode::BackTab,
        '\t' => KeyCode::Tab,
        '\u{1b}' => KeyCode::Esc,
        '\u{8}' | '\u{7f}' => KeyCode::Backspace,
        character => KeyCode::Char(character),
    };
    KeyEvent::new(code, held)
}

/// The key of a sequence whose second number tells what is held and whether the key goes down, repeats or goes up.
fn event(code: KeyCode, control: &Control) -> KeyEvent {
    KeyEvent::new_with_kind(code, modifiers(control.number(1)), kind(control))
}

/// Kitty's kinds of key events, behind a colon.
fn kind(control: &Control) -> KeyEventKind {
    match control.part(1, 1) {
        2 => KeyEventKind::Repeat,
        3 => KeyEventKind::Release,
        _ => KeyEventKind::Press,
    }
}

/// Xterm's number of the modifiers that are held: 1 and a bit for each. Locks, with the bits behind, change nothing.
fn modifiers(number: u16) -> KeyModifiers {
    let bits = number.saturating_sub(1);
    let kinds = [
        SHIFT,
        ALT,
        CTRL,
        KeyModifiers::SUPER,
        KeyModifiers::HYPER,
        KeyModifiers::META,
    ];
    let held = kinds.into_iter().enumerate();
    held.filter(|(bit, _)| bits >> bit & 1 == 1)
        .fold(KeyModifiers::NONE, |all, (_, one)| all | one)
}
