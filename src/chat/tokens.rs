//! How many tokens a text is likely to be, without a tokenizer (which would cost tens of
//! megabytes of memory).
//!
//! Counted by class of character: the byte-pair tokenizers of current models spend about one token
//! on four letters of Latin script, one on each CJK character and a little more on digits, which
//! Qwen's splits singly. An estimate, shown with `≈`.

/// The estimated number of tokens of `text`.
pub fn estimate(text: &str) -> usize {
    let mut counter = Counter::default();
    counter.push(text);
    counter.tokens()
}

/// Counts a text that arrives in pieces.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counter {
    /// Twelfths of a token, so that pieces add up without rounding.
    twelfths: usize,
}

impl Counter {
    /// Adds a piece.
    pub fn push(&mut self, piece: &str) {
        self.twelfths += piece.chars().map(weight).sum::<usize>();
    }

    /// The tokens so far, rounded up.
    pub fn tokens(self) -> usize {
        self.twelfths.div_ceil(12)
    }
}

/// The tokens of a text that may grow, as far as they were counted. It comes of the text and is no part of what that is, so
/// that two of them are always equal.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    counter: Counter,
    /// How much of the text was counted, in bytes, and of which rewrite of it.
    seen: usize,
    rewrites: u64,
}

impl Tally {
    /// Counts what is new in a text that was rewritten so many times; all of it, where it is another one than before.
    #[must_use]
    pub fn of(mut self, text: &str, rewrites: u64) -> Self {
        if self.rewrites != rewrites || self.seen > text.len() {
            self = Self::default();
        }
        self.counter.push(text.get(self.seen..).unwrap_or(""));
        (self.seen, self.rewrites) = (text.len(), rewrites);
        self
    }

    /// The tokens so far, rounded up.
    pub fn tokens(self) -> usize {
        self.counter.tokens()
    }
}

impl PartialEq for Tally {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Twelfths of a token that a character adds.
fn weight(c: char) -> usize {
    match c {
        'a'..='z' | 'A'..='Z' => 3,
        ' ' => 1,
        '0'..='9' => 12,
        '\n' | '\t' => 5,
        '!'..='~' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => {
            9
        }
        '\u{0}'..='\u{24f}' | '\u{370}'..='\u{52f}' => 6,
        '\u{20000}'..='\u{3ffff}' => 24,
        _ => 12,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_add_up_to_the_whole() {
        let text = "The quick brown fox; 3.14 完了 🎉\n";
        let mut counter = Counter::default();
        for c in text.chars() {
            counter.push(c.encode_utf8(&mut [0; 4]));
        }
        assert_eq!(counter.tokens(), estimate(text));
    }

    #[test]
    fn a_text_that_grows_is_counted_on_and_one_that_was_rewritten_anew() {
        let mut tally = Tally::default();
        for (text, rewrites) in [("one", 0), ("one two", 0), ("three", 1), ("th", 1)] {
            tally = tally.of(text, rewrites);
            assert_eq!(tally.tokens(), estimate(text));
        }
    }

    #[test]
    fn english_prose_is_near_a_token_for_four_to_five_bytes() {
        let text =
            "It was the best of times, it was the worst of times, it was the age of wisdom. "
                .repeat(100);
        let tokens = estimate(&text);
        assert!(
            (text.len() / 5..text.len() * 2 / 7).contains(&tokens),
            "{tokens}"
        );
    }

    #[test]
    fn nothing_is_no_token() {
        assert_eq!(estimate(""), 0);
    }
}
