//! A whole CSI sequence in its parts. What it stands for is in [`super::keys`], [`super::mouse`] and [`super::answers`].

use vte::{Params, Parser, Perform};

/// A CSI sequence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Control {
    /// `<`, `=`, `>` or `?` in front of the numbers, or what stands between them and the last letter.
    marks: Vec<u8>,
    /// The numbers, each with those that colons divide from it. One that is left out is 0.
    numbers: Vec<Vec<u16>>,
    /// The letter that ends it.
    pub last: char,
}

impl Control {
    /// Reads what stands behind `ESC [`, the last letter included; none where it is no sequence of this form.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut reading = Reading::default();
        let mut parser = Parser::new();
        parser.advance(&mut reading, b"\x1b[");
        // Only rxvt ends a sequence so; the parser would wait for a letter.
        if let [numbers @ .., b'$'] = bytes {
            parser.advance(&mut reading, numbers);
            parser.advance(&mut reading, b"~");
            let control = reading.control?;
            return Some(Self {
                last: '$',
                ..control
            });
        }
        parser.advance(&mut reading, bytes);
        reading.control
    }

    /// The mark in front of the numbers, or none where there is none and nothing between them and the letter.
    pub fn mark(&self) -> Option<u8> {
        self.marks.first().copied()
    }

    /// Whether these are its marks: that in front of the numbers and what stands before the letter.
    pub fn has_marks(&self, marks: &[u8]) -> bool {
        self.marks == marks
    }

    /// The number at `index`; 0 where it is left out.
    pub fn number(&self, index: usize) -> u16 {
        self.part(index, 0)
    }

    /// The number behind `part` colons within that at `index`; 0 where it is left out.
    pub fn part(&self, index: usize, part: usize) -> u16 {
        let parts = self.numbers.get(index);
        parts
            .and_then(|parts| parts.get(part))
            .copied()
            .unwrap_or(0)
    }

    /// How many numbers it has; one that is left out counts.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether nothing stands before its letter.
    pub fn is_bare(&self) -> bool {
        self.marks.is_empty() && self.numbers == [[0]]
    }

    /// Whether a bracketed paste begins here.
    pub fn begins_paste(&self) -> bool {
        self.marks.is_empty() && self.last == '~' && self.number(0) == 200
    }

    /// Whether the window was given the keyboard or lost it, if it tells that.
    pub fn focus(&self) -> Option<bool> {
        match self.last {
            'I' if self.is_bare() => Some(true),
            'O' if self.is_bare() => Some(false),
            _ => None,
        }
    }
}

/// What the parser finds.
#[derive(Default)]
struct Reading {
    control: Option<Control>,
}

impl Perform for Reading {
    fn csi_dispatch(&mut self, params: &Params, marks: &[u8], has_more: bool, last: char) {
        if !has_more {
            self.control = Some(Control {
                marks: marks.to_vec(),
                numbers: params.iter().map(<[u16]>::to_vec).collect(),
                last,
            });
        }
    }
}
