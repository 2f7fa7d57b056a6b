//! The colours of the code in a message: asked for as far as lines are complete, taken when they come.

use crate::chat::MessageId;
use crate::markdown::{Code, CodeTokens, codes};
use crate::ui::caches::jobs::Job;
use crate::ui::caches::message_layout::{BodyText, MessageLayout, block};
use std::ops::Range;
use std::sync::Arc;

/// The longest code block that is coloured, in bytes.
const LARGEST_CODE: usize = 1 << 20;

/// What is known of the colours of a code block.
#[derive(Debug, Default)]
pub(super) struct Coloured {
    language: String,
    tokens: Arc<CodeTokens>,
    /// How many bytes of the code have tokens: whole lines.
    covered: usize,
    /// Whether more was asked for.
    is_asked: bool,
    /// Whether the language is one that nothing is known of.
    is_unknown: bool,
}

/// The tokens of some lines of a code block, as they come back from where they were made.
#[derive(Debug)]
pub struct Colours {
    /// The block's number in its message.
    pub number: usize,
    /// The rewrite of the message's text that they belong to.
    pub rewrites: u64,
    /// Where the first line begins in the code, and where the line behind the last one does.
    pub range: Range<usize>,
    /// The tokens; `None` for a language that is not known.
    pub tokens: Option<CodeTokens>,
}

impl MessageLayout {
    pub(super) fn tokens(&self, number: usize, code: &Code) -> Option<Arc<CodeTokens>> {
        let known = self.coloured.get(&number)?;
        (known.language == code.language).then(|| Arc::clone(&known.tokens))
    }

    /// Asks for the colours of the code in a piece, as far as its lines are complete.
    pub(super) fn want_colours(&mut self, message: MessageId, piece: usize, wanted: &mut Vec<Job>) {
        let BodyText::Markdown(growing, numbers) = &self.text else {
            return;
        };
        let Some((index, (block, first))) = self
            .pieces
            .get(piece)
            .and_then(|piece| Some((piece.block, block(growing, numbers, piece.block)?)))
        else {
            return;
        };
        let is_open = index >= growing.settled().len() && !self.is_finished;
        for (offset, code) in codes(std::slice::from_ref(block)).into_iter().enumerate() {
            let complete = if is_open {
                code.text.rfind('\n').map_or(0, |at| at + 1)
            } else {
                code.text.len()
            };
            let known = self.coloured.entry(first + offset).or_default();
            if known.language != code.language {
                *known = Coloured {
                    language: code.language.clone(),
                    ..Coloured::default()
                };
            }
            let is_worth_it = !code.language.is_empty() && complete <= LARGEST_CODE;
            if is_worth_it && known.covered < complete && !known.is_asked && !known.is_unknown {
                known.is_asked = true;
                wanted.push(Job::Colour {
                    message,
                    number: first + offset,
                    rewrites: self.rewrites,
                    language: code.language.clone(),
                    code: code.text[..complete].to_owned(),
                    from: known.covered,
                });
            }
        }
    }

    /// Takes tokens that were asked for; what they do not fit any more is left as it is.
    pub fn colour(&mut self, found: Colours) {
        let Some(known) = self.coloured.get_mut(&found.number) else {
            return;
        };
        if found.rewrites != self.rewrites || !known.is_asked || known.covered != found.range.start
        {
            return;
        }
        known.is_asked = false;
        match found.tokens {
            Some(tokens) => {
                Arc::make_mut(&mut known.tokens).extend(tokens);
                known.covered = found.range.end;
            }
            None => known.is_unknown = true,
        }
        self.forget_rows();
    }
}
