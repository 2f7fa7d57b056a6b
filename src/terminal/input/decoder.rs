//! Bytes of a terminal to events: a state machine that does no input of its own.
//!
//! Where a control sequence ends is decided here, because a keyboard knows forms that a screen does not: a lone ESC, SS3,
//! `CSI [ A` of the Linux console, `CSI 3 $` of rxvt, the three bytes behind `CSI M`, pastes. What a whole sequence holds
//! is read by [`Control`]. Bytes are taken one by one, so that their splitting changes nothing.
//!
//! Time decides in three places, always as the pause behind the last byte:
//! - ESC and nothing for 30 ms is the Esc key.
//! - An introducer (`ESC [`, `ESC O`, `ESC ]`, `ESC P` …) and nothing for 500 ms is that letter with Alt.
//! - A longer part of a sequence and nothing for 5 s is dropped: its end was lost, and typing must not be.

use super::control::Control;
use super::{Answer, Received, TerminalInput, answers, keys, mouse};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use std::time::{Duration, Instant};

/// How long an ESC waits for the rest of a sequence.
const ESC_HELD: Duration = Duration::from_millis(30);
/// How long an introducer waits for the rest, before it is a letter with Alt.
const INTRODUCER_HELD: Duration = Duration::from_millis(500);
/// How long a longer part of a sequence waits for its end.
const PART_HELD: Duration = Duration::from_secs(5);
/// The most bytes that are kept of one sequence. A longer one is read to its end and means nothing.
const LONGEST: usize = 1 << 13;
/// What ends a bracketed paste.
const PASTE_END: &[u8] = b"\x1b[201~";

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;

/// The state of reading.
#[derive(Debug)]
pub struct Decoder {
    state: State,
    /// Whether an ESC of its own stood before what is read: Alt is held.
    has_alt: bool,
    /// The bytes of a character, a sequence or a paste, as far as they have come.
    part: Vec<u8>,
    /// When the last byte came.
    last: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between events, or within a UTF-8 character.
    Text,
    /// Behind one ESC, or behind two.
    Escape { is_second: bool },
    /// Behind `ESC O` (SS3).
    SingleShift,
    /// Behind `ESC [` (CSI).
    Control,
    /// Behind `CSI [`, where the Linux console has one more letter.
    ConsoleKey,
    /// Behind `CSI M`, where three bytes tell what the mouse did.
    Mouse,
    /// Behind what introduces a string: `ESC ]` (OSC), `P` (DCS), `_` (APC), `^` (PM) or `X` (SOS).
    String { introducer: u8 },
    /// Behind an ESC within a string.
    StringEscape { introducer: u8 },
    /// Between `CSI 200 ~` and `CSI 201 ~`.
    Paste,
}

impl Decoder {
    /// Nothing was read yet, and it is now this late.
    pub fn new(now: Instant) -> Self {
        Self {
            state: State::Text,
            has_alt: false,
            part: Vec::new(),
            last: now,
        }
    }

    /// Takes bytes that were read at `now`, and adds what they complete.
    pub fn feed(&mut self, bytes: &[u8], now: Instant, out: &mut Vec<Received>) {
        for byte in bytes {
            self.last = now;
            self.byte(*byte, out);
        }
    }

    /// When [`Decoder::expire`] has something to do, if nothing is read before.
    pub fn deadline(&self) -> Option<Instant> {
        let held = match self.state {
            State::Text | State::Paste => return None,
            State::Escape { .. } => ESC_HELD,
            State::StringEscape { .. } => INTRODUCER_HELD,
            State::SingleShift | State::Control | State::String { .. } if self.part.is_empty() => {
                INTRODUCER_HELD
            }
            _ => PART_HELD,
        };
        Some(self.last + held)
    }

    /// Nothing more was there to be read at `now`: what has waited for long enough waits no longer.
    pub fn expire(&mut self, now: Instant, out: &mut Vec<Received>) {
        if self.deadline().is_some_and(|deadline| deadline <= now) {
            self.give_up(out);
        }
    }

    /// Ends what is being read, as far as it came.
    fn give_up(&mut self, out: &mut Vec<Received>) {
        match self.state {
            State::Escape { is_second } => {
                for _ in 0..=u8::from(is_second) {
                    self.key(keys::plain(KeyCode::Esc), out);
                }
            }
            State::StringEscape { .. } => self.key(keys::plain(KeyCode::Esc), out),
            _ => self.introducer_alone(out),
        }
        self.reset();
    }

    /// Nothing followed an introducer: somebody pressed that key with Alt.
    fn introducer_alone(&mut self, out: &mut Vec<Received>) {
        let letter = match self.state {
            _ if !self.part.is_empty() => return,
            State::SingleShift => b'O',
            State::Control => b'[',
            State::String { introducer } => introducer,
            _ => return,
        };
        self.has_alt = true;
        self.typed(char::from(letter), out);
    }

    fn reset(&mut self) {
        self.state = State::Text;
        self.has_alt = false;
        self.part.clear();
    }

    fn byte(&mut self, byte: u8, out: &mut Vec<Received>) {
        match self.state {
            State::Text => self.text(byte, out),
            State::Escape { is_second } => self.escape(byte, is_second, out),
            State::Paste => self.paste(byte, out),
            State::SingleShift => self.single_shift(byte, out),
            State::Control => self.control(byte, out),
            State::ConsoleKey => self.console_key(byte, out),
            State::Mouse => self.mouse(byte, out),
            State::String { introducer } => self.string(byte, introducer, out),
            State::StringEscape { introducer } => self.string_escape(byte, introducer, out),
        }
    }

    fn text(&mut self, byte: u8, out: &mut Vec<Received>) {
        if byte.is_ascii() {
            self.broken_character(out);
            if byte == ESC {
                self.state = State::Escape { is_second: false };
            } else {
                self.typed(char::from(byte), out);
                self.reset();
            }
            return;
        }
        self.part.push(byte);
        let character = std::str::from_utf8(&self.part).map(|text| text.chars().next());
        match character {
            Ok(character) => {
                self.typed(character.unwrap_or(char::REPLACEMENT_CHARACTER), out);
                self.reset();
            }
            Err(error) if error.error_len().is_none() => {}
            Err(_) if self.part.len() == 1 => self.broken_character(out),
            Err(_) => {
                // It is no part of the character before it, and may begin the next.
                self.part.pop();
                self.broken_character(out);
                self.text(byte, out);
            }
        }
    }

    /// A character that is not complete ends here.
    fn broken_character(&mut self, out: &mut Vec<Received>) {
        if !self.part.is_empty() {
            self.typed(char::REPLACEMENT_CHARACTER, out);
            self.reset();
        }
    }

    fn escape(&mut self, byte: u8, is_second: bool, out: &mut Vec<Received>) {
        self.has_alt = is_second;
        self.state = match byte {
            ESC => {
                if is_second {
                    self.key(keys::plain(KeyCode::Esc), out);
                }
                State::Escape { is_second: true }
            }
            b'[' => State::Control,
            b'O' => State::SingleShift,
            b']' | b'P' | b'_' | b'^' | b'X' => State::String { introducer: byte },
            _ => {
                if is_second {
                    self.has_alt = false;
                    self.key(keys::plain(KeyCode::Esc), out);
                }
                self.reset();
                self.has_alt = true;
                return self.text(byte, out);
            }
        };
    }

    /// What is being read is no sequence, because this byte cannot belong to one. It stands for itself.
    fn interrupted(&mut self, byte: u8, out: &mut Vec<Received>) {
        self.introducer_alone(out);
        self.reset();
        self.text(byte, out);
    }

    fn single_shift(&mut self, byte: u8, out: &mut Vec<Received>) {
        match byte {
            b'0'..=b'9' | b';' => self.gather(byte),
            b' '..=b'~' => {
                self.gather(byte);
                let key = keys::single_shift(&self.part);
                if let Some(key) = key {
                    self.key(key, out);
                }
                self.reset();
            }
            _ => self.interrupted(byte, out),
        }
    }

    fn control(&mut self, byte: u8, out: &mut Vec<Received>) {
        let is_first = self.part.is_empty();
        // rxvt ends its keys with a dollar sign while Shift is held. Elsewhere it stands before a letter, and behind
        // more than one number.
        let is_rxvt = byte == b'$' && !is_first && self.part.iter().all(u8::is_ascii_digit);
        match byte {
            b'[' if is_first => self.state = State::ConsoleKey,
            b'M' if is_first => self.state = State::Mouse,
            b'@'..=b'~' => self.control_end(byte, out),
            b'$' if is_rxvt => self.control_end(byte, out),
            b' '..=b'?' => self.gather(byte),
            _ => self.interrupted(byte, out),
        }
    }

    fn control_end(&mut self, last: u8, out: &mut Vec<Received>) {
        let is_whole = self.part.len() < LONGEST;
        self.part.push(last);
        let control = Control::read(&self.part).filter(|_| is_whole);
        if control.as_ref().is_some_and(Control::begins_paste) {
            self.reset();
            self.state = State::Paste;
            return;
        }
        if let Some(control) = control {
            self.meaning(&control, out);
        }
        self.reset();
    }

    fn meaning(&mut self, control: &Control, out: &mut Vec<Received>) {
        if let Some(key) = keys::of(control) {
            self.key(key, out);
        } else if let Some(event) = mouse::of(control) {
            self.event(Event::Mouse(event), out);
        } else if let Some(has_focus) = control.focus() {
            let event = if has_focus {
                Event::FocusGained
            } else {
                Event::FocusLost
            };
            self.event(event, out);
        } else if let Some(answer) = answers::of(control, &self.part) {
            self.answer(answer, out);
        }
    }

    fn console_key(&mut self, byte: u8, out: &mut Vec<Received>) {
        if !matches!(byte, b' '..=b'~') {
            return self.interrupted(byte, out);
        }
        if let Some(key) = keys::console(byte) {
            self.key(key, out);
        }
        self.reset();
    }

    fn mouse(&mut self, byte: u8, out: &mut Vec<Received>) {
        if byte < b' ' {
            return self.interrupted(byte, out);
        }
        self.gather(byte);
        if let [buttons, column, row] = self.part[..] {
            if let Some(event) = mouse::of_bytes(buttons, column, row) {
                self.event(Event::Mouse(event), out);
            }
            self.reset();
        }
    }

    fn string(&mut self, byte: u8, introducer: u8, out: &mut Vec<Received>) {
        let is_first = self.part.is_empty();
        match byte {
            ESC => self.state = State::StringEscape { introducer },
            BEL => self.string_end(introducer, out),
            // No terminal answers with control characters: somebody types.
            0..b' ' | 0x7f => self.interrupted(byte, out),
            // An OSC begins with its number, or with the letter of a title.
            _ if is_first && introducer == b']' && !matches!(byte, b'0'..=b'9' | b'l' | b'L') => {
                self.interrupted(byte, out);
            }
            _ => self.gather(byte),
        }
    }

    fn string_escape(&mut self, byte: u8, introducer: u8, out: &mut Vec<Received>) {
        if byte == b'\\' {
            self.string_end(introducer, out);
        } else {
            // The string has no end, and another sequence begins.
            self.reset();
            self.escape(byte, false, out);
        }
    }

    fn string_end(&mut self, introducer: u8, out: &mut Vec<Received>) {
        if self.part.len() < LONGEST {
            let text = String::from_utf8_lossy(&self.part);
            let answer = Answer::Other(format!("{}{text}", char::from(introducer)));
            self.answer(answer, out);
        }
        self.reset();
    }

    fn paste(&mut self, byte: u8, out: &mut Vec<Received>) {
        self.part.push(byte);
        if byte == b'~' && self.part.ends_with(PASTE_END) {
            let length = self.part.len() - PASTE_END.len();
            let text = String::from_utf8_lossy(&self.part[..length]).into_owned();
            self.event(Event::Paste(text), out);
            self.reset();
        }
    }

    /// Keeps a byte of a sequence, up to a limit.
    fn gather(&mut self, byte: u8) {
        if self.part.len() < LONGEST {
            self.part.push(byte);
        }
    }

    fn typed(&mut self, character: char, out: &mut Vec<Received>) {
        if let Some(key) = keys::typed(character) {
            self.key(key, out);
        }
    }

    fn key(&mut self, mut key: KeyEvent, out: &mut Vec<Received>) {
        if self.has_alt {
            key.modifiers |= KeyModifiers::ALT;
        }
        self.event(Event::Key(key), out);
    }

    fn event(&mut self, event: Event, out: &mut Vec<Received>) {
        self.receive(TerminalInput::Event(event), out);
    }

    fn answer(&mut self, answer: Answer, out: &mut Vec<Received>) {
        self.receive(TerminalInput::Answer(answer), out);
    }

    fn receive(&mut self, input: TerminalInput, out: &mut Vec<Received>) {
        let at = self.last;
        out.push(Received { at, input });
    }
}
