//! Makes inputs from a corpus: bytes are changed, cut out, doubled and mixed between inputs, pieces that mean something to one
//! of the targets are put in, and what is JSON is also changed as such, so that it stays JSON.

use super::chance::{Chance, boundary};
use serde_json::{Value, json};

/// The longest input that is made, in bytes.
const LONGEST: usize = 1 << 16;

/// Pieces that mean something to a terminal, to Markdown, to an event stream, or to JSON.
const PIECES: [&str; 80] = [
    "\x1b[200~",
    "\x1b[201~",
    "\x1b[?2004;1$y",
    "\x1b]11;",
    "\x1bO",
    "\x1b[M",
    "\x1b[1089::99;5u",
    "\x1b[27;2;13~",
    "\x1b",
    "\x1b[",
    "\x1b[31m",
    "\x1b]0;",
    "\x1b]8;;http://a\x1b\\",
    "\x1b]52;c;",
    "\x1bP",
    "\x1b_",
    "\x1b^",
    "\x1bX",
    "\x07",
    "\x1b\\",
    "\x18",
    "\x1a",
    "\0",
    "\x08",
    "\x7f",
    "\t",
    "\r",
    "\n",
    "\r\n",
    "\n\n",
    "\u{85}",
    "\u{90}",
    "\u{9b}",
    "\u{9c}",
    "\u{9d}",
    "\u{2028}",
    "\u{202e}",
    "\u{2066}",
    "\u{2069}",
    "\u{200b}",
    "\u{200d}",
    "\u{200c}",
    "\u{feff}",
    "\u{fe0f}",
    "\u{e0041}",
    "\u{e0100}",
    "\u{301}",
    "\u{93f}",
    "क",
    "م",
    "葛",
    "👩",
    "你",
    "é",
    "data: ",
    "data",
    ":",
    "event: x\n",
    "    ",
    "- ",
    "1. ",
    "> ",
    "```",
    "```rust\n",
    "~~~",
    "`",
    "*",
    "**",
    "| a | b |\n",
    "|---|:-:|\n",
    "[x]",
    "](",
    "[x]: /u\n",
    "[^1]: ",
    "<!--",
    "&#27;",
    "&#x202e;",
    "&zwj;",
    "$",
    "\\ud83d",
];

pub struct Mutator {
    corpus: Vec<Vec<u8>>,
    chance: Chance,
}

impl Mutator {
    pub fn new(corpus: Vec<Vec<u8>>, seed: u64) -> Self {
        Self {
            corpus,
            chance: Chance::new(seed),
        }
    }

    /// Another input, changed in one place or in some.
    pub fn next_input(&mut self) -> Vec<u8> {
        let mut input = self.kept();
        for _ in 0..=self.chance.below(6) {
            let is_changed = self.chance.below(2) == 0 && self.change_json(&mut input);
            if !is_changed {
                self.change_bytes(&mut input);
            }
        }
        input.truncate(LONGEST);
        input
    }

    fn kept(&mut self) -> Vec<u8> {
        self.corpus[self.chance.below(self.corpus.len())].clone()
    }

    fn change_bytes(&mut self, input: &mut Vec<u8>) {
        let at = self.chance.below(input.len() + 1);
        let length = self.chance.below(1 + (input.len() - at).min(200));
        let range = at..at + length;
        match self.chance.below(7) {
            0 => {
                let byte = self.byte();
                input.insert(at, byte);
            }
            1 if at < input.len() => input[at] = self.byte(),
            2 => {
                input.drain(range);
            }
            3 => {
                let times = 1 + self.chance.below(4).pow(4);
                let piece = input[range].repeat(times);
                input.splice(at..at, piece);
            }
            4 => {
                let other = self.kept();
                let from = self.chance.below(other.len() + 1);
                input.splice(range, other[from..].iter().copied().take(300));
            }
            _ => {
                let piece = PIECES[self.chance.below(PIECES.len())];
                let times = 1 + self.chance.below(4).pow(3);
                input.splice(at..at, piece.repeat(times).into_bytes());
            }
        }
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.chance.below(256)).expect("it is below 256")
    }

    /// Changes a value in one of the lines that are JSON; false where the chosen one is none.
    fn change_json(&mut self, input: &mut Vec<u8>) -> bool {
        let mut lines: Vec<Vec<u8>> = input
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        let at = self.chance.below(lines.len());
        let Ok(mut value) = serde_json::from_slice::<Value>(&lines[at]) else {
            return false;
        };
        let spare = self.some_value(&value);
        self.change_value(&mut value, spare);
        lines[at] = value.to_string().into_bytes();
        if self.chance.below(8) == 0 {
            lines.insert(at, lines[at].clone());
        }
        *input = lines.join(&b'\n');
        true
    }

    /// One of the values within `value`, or a plain one.
    fn some_value(&mut self, value: &Value) -> Value {
        let plain = [
            json!(null),
            json!(true),
            json!(false),
            json!(-1),
            json!(0),
            json!(1),
            json!(u64::MAX),
            json!(1e300),
            json!(""),
            json!("a\u{202e}\u{1b}[2J"),
            json!([]),
            json!({}),
            json!("append"),
            json!("delete"),
        ];
        let mut at = value;
        while self.chance.below(4) > 0 {
            let children: Vec<&Value> = match at {
                Value::Array(items) => items.iter().collect(),
                Value::Object(fields) => fields.values().collect(),
                _ => break,
            };
            if children.is_empty() {
                break;
            }
            at = children[self.chance.below(children.len())];
        }
        if self.chance.below(2) == 0 {
            plain[self.chance.below(plain.len())].clone()
        } else {
            at.clone()
        }
    }

    /// Puts `spare` in a place within `value`, or changes the place in another way.
    fn change_value(&mut self, value: &mut Value, spare: Value) {
        let goes_on = self.chance.below(6) > 0;
        match value {
            Value::Array(items) if goes_on && !items.is_empty() => {
                let at = self.chance.below(items.len());
                match self.chance.below(8) {
                    0 => {
                        items.remove(at);
                    }
                    1 => items.insert(at, spare),
                    2 => items.push(items[at].clone()),
                    3 => {
                        let other = self.chance.below(items.len());
                        items.swap(at, other);
                    }
                    _ => self.change_value(&mut items[at], spare),
                }
            }
            Value::Object(fields) if goes_on && !fields.is_empty() => {
                let at = self.chance.below(fields.len());
                let key = fields.keys().nth(at).cloned().unwrap_or_default();
                match self.chance.below(8) {
                    0 => {
                        fields.remove(&key);
                    }
                    _ => self.change_value(&mut fields[&key], spare),
                }
            }
            Value::String(text) if goes_on => {
                let piece = PIECES[self.chance.below(PIECES.len())];
                let at = boundary(text, self.chance.below(text.len() + 1));
                text.insert_str(at, piece);
            }
            _ => *value = spare,
        }
    }
}
