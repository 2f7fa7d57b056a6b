//! Separates thoughts from a reply while it comes, where a model writes them between tags and its server leaves them in.
//!
//! A tag counts at the beginning of the reply only: later on it is text. A closing tag alone, outside of code, makes a
//! thought of all before it, because some templates open the thought in the prompt. No more than a tag's length is held
//! back. A page shows its whole reply again and again, and is read by [`crate::provider::thoughts`].

use crate::provider::thoughts::TAGS;

/// A reply in two parts, as far as it came.
#[derive(Debug, Default)]
pub struct Parts {
    /// What the model said.
    pub text: String,
    /// What it thought.
    pub thoughts: String,
    /// What may be a part of a tag.
    held: String,
    /// Where in the thoughts the last one begins; `None` before the first.
    begin: Option<usize>,
    state: State,
}

/// Where the reply stands.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing was said yet: a tag may come.
    #[default]
    Start,
    /// In a thought that this tag ends.
    Thought(&'static str),
    /// In the text.
    Text,
    /// Behind a thought: the white space there is the template's.
    Behind,
    /// In the text of a reply whose thoughts come by themselves, or have come: no tag counts.
    Settled,
}

/// What a piece has changed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// Whether there are more thoughts.
    pub thoughts: bool,
    /// Whether the text is another one and not only longer.
    pub rewritten: bool,
}

impl Parts {
    /// The server separates thoughts itself: from here on no tag counts.
    pub fn settle(&mut self) {
        if self.state != State::Settled {
            self.finish();
            self.state = State::Settled;
        }
    }

    /// Takes more of the reply.
    pub fn push(&mut self, more: &str) -> Changed {
        let mut changed = Changed::default();
        match self.state {
            State::Settled => self.text.push_str(more),
            State::Behind => {
                self.text.push_str(more.trim_start());
                if !self.text.is_empty() {
                    self.state = State::Settled;
                }
            }
            State::Text => {
                let from = self.text.len();
                self.text.push_str(more);
                changed.rewritten = self.fold_before_lone_tag(from);
                changed.thoughts = changed.rewritten;
            }
            State::Start | State::Thought(_) => {
                self.held.push_str(more);
                changed.thoughts = self.sort_held();
            }
        }
        changed
    }

    /// Nothing more comes: what was held back belongs to where the reply stood.
    pub fn finish(&mut self) {
        let held = std::mem::take(&mut self.held);
        match self.state {
            State::Thought(_) => self.think(&held),
            // White space behind a thought, and nothing else.
            State::Start if self.begin.is_some() && held.trim().is_empty() => {}
            _ => self.text.push_str(&held),
        }
        trim_end(&mut self.thoughts);
    }

    /// More of a thought, which begins with its first word.
    fn think(&mut self, more: &str) {
        let is_first = Some(self.thoughts.len()) == self.begin;
        let more = if is_first { more.trim_start() } else { more };
        self.thoughts.push_str(more);
    }

    /// Moves what was held back to where it belongs, as far as that is certain. Whether thoughts came.
    fn sort_held(&mut self) -> bool {
        let mut has_thoughts = false;
        loop {
            match self.state {
                State::Start => {
                    let start = self.held.trim_start();
                    if let Some((open, close)) =
                        TAGS.iter().find(|(open, _)| start.starts_with(open))
                    {
                        self.held = start[open.len()..].to_owned();
                        self.state = State::Thought(close);
                        if !self.thoughts.is_empty() {
                            self.thoughts.push_str("\n\n");
                        }
                        self.begin = Some(self.thoughts.len());
                    } else if TAGS.iter().any(|(open, _)| open.starts_with(start)) {
                        return has_thoughts;
                    } else {
                        return self.begin_text() || has_thoughts;
                    }
                }
                State::Thought(close) => {
                    has_thoughts = true;
                    let end = self.held.find(close);
                    let keep = begun(&self.held, close);
                    let rest = self.held.split_off(end.unwrap_or(self.held.len() - keep));
                    let thought = std::mem::replace(&mut self.held, rest);
                    self.think(&thought);
                    if end.is_none() {
                        return has_thoughts;
                    }
                    trim_end(&mut self.thoughts);
                    self.held.drain(..close.len());
                    self.state = State::Start;
                }
                State::Text | State::Behind | State::Settled => return has_thoughts,
            }
        }
    }

    /// What was held back is the beginning of the text. Whether it holds thoughts after all.
    fn begin_text(&mut self) -> bool {
        let held = std::mem::take(&mut self.held);
        if self.begin.is_some() {
            // The space between a thought and the text is the template's.
            self.text.push_str(held.trim_start());
            self.state = State::Settled;
            return false;
        }
        self.text.push_str(&held);
        self.state = State::Text;
        self.fold_before_lone_tag(0)
    }

    /// Makes a thought of everything before a closing tag that stands alone at the beginning of a line outside of code, and
    /// ends in what came behind `from`.
    fn fold_before_lone_tag(&mut self, from: usize) -> bool {
        let stands_alone = |at: usize| {
            let before = &self.text[..at];
            let line = before.rsplit('\n').next().unwrap_or_default();
            let fences = before.lines();
            let fences = fences.filter(|line| line.trim_start().starts_with("```"));
            line.trim().is_empty() && fences.count() % 2 == 0
        };
        let found = TAGS.iter().filter_map(|(_, close)| {
            let mut begin = from.saturating_sub(close.len());
            while !self.text.is_char_boundary(begin) {
                begin -= 1;
            }
            let mut places = self.text[begin..].match_indices(close);
            let at = places.find(|(at, _)| stands_alone(begin + at))?.0;
            Some((begin + at, close.len()))
        });
        let Some((at, length)) = found.min() else {
            return false;
        };
        self.text[..at].trim().clone_into(&mut self.thoughts);
        self.text = self.text[at + length..].trim_start().to_owned();
        self.state = if self.text.is_empty() {
            State::Behind
        } else {
            State::Settled
        };
        true
    }
}

/// How many bytes at the end of `text` may begin `tag`.
fn begun(text: &str, tag: &str) -> usize {
    let lengths = (1..tag.len())
        .rev()
        .filter(|length| tag.is_char_boundary(*length));
    let mut begun = lengths.filter(|length| text.ends_with(&tag[..*length]));
    begun.next().unwrap_or_default()
}

fn trim_end(text: &mut String) {
    text.truncate(text.trim_end().len());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read<'a>(pieces: impl IntoIterator<Item = &'a str>) -> (String, String) {
        let mut parts = Parts::default();
        for piece in pieces {
            parts.push(piece);
        }
        parts.finish();
        (parts.thoughts, parts.text)
    }

    #[test]
    fn thoughts_are_what_stands_between_tags_at_the_beginning() {
        for (reply, thoughts, text) in [
            ("<think>\na\n</think>\n\nb", "a", "b"),
            ("\n <think>a</think>b", "a", "b"),
            ("<think>a", "a", ""),
            ("<think>a</think>\n", "a", ""),
            ("<think>a</think><think>b</think> c", "a\n\nb", "c"),
            ("a\n</think>\nb", "a", "b"),
            ("a <think>b</think>", "", "a <think>b</think>"),
            ("```\n</think>\n```", "", "```\n</think>\n```"),
            (
                "the tag `</think>` ends it",
                "",
                "the tag `</think>` ends it",
            ),
            ("<think>\n\n</think>\n\na", "", "a"),
            ("<thi", "", "<thi"),
            (" x", "", " x"),
        ] {
            let expected = (thoughts.to_owned(), text.to_owned());
            assert_eq!(read([reply]), expected, "{reply:?}");
        }
    }

    #[test]
    fn no_tag_counts_where_the_server_separates_thoughts_itself() {
        let mut parts = Parts::default();
        parts.settle();
        parts.push("<think>a</think>b");
        assert_eq!(parts.text, "<think>a</think>b");
    }

    proptest! {
        #[test]
        fn the_same_reply_is_read_the_same_way_however_it_is_cut(
            reply in "(<think>|</think>|◁think▷|◁/think▷|```|\n|a| |é){0,12}",
            cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6),
        ) {
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(reply.len() + 1)).collect();
            at.retain(|at| reply.is_char_boundary(*at));
            at.sort_unstable();
            let (mut pieces, mut from) = (Vec::new(), 0);
            for to in at.into_iter().chain([reply.len()]) {
                pieces.push(&reply[from..to]);
                from = to;
            }
            let whole: Vec<String> = reply.chars().map(String::from).collect();
            prop_assert_eq!(read(pieces), read(whole.iter().map(String::as_str)));
        }
    }
}
