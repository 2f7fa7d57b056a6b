//! The single gate that all foreign text passes before it is shown: model text, titles, errors,
//! notices, file names, pasted text. What is stored, sent and copied stays the original.
//!
//! Escape sequences go whole, control characters and invisible characters become visible marks, tabs become spaces, and
//! every kind of line break becomes LF. [`Gate`] does this piece by piece, and any cutting into pieces gives the same
//! output; [`text()`] and [`line()`] do it at once. A [`SourceMap`] leads from the shown text back to the original, so
//! that copying copies the source. [`without_logins`] takes names and passwords out of addresses. A leaf: it knows no
//! other module.

mod class;
mod gate;
mod map;
mod secrets;
#[cfg(test)]
mod tests;

use class::Class;
pub use gate::Gate;
pub use map::SourceMap;
pub use secrets::without_logins;

/// Foreign text that is safe to show, with a map back to the original.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// What may be drawn. Its line breaks are all LF; it holds no other control character.
    pub text: String,
    /// How many invisible or direction-changing characters stand in `text` as visible marks.
    pub hidden: usize,
    /// How many escape sequences, control characters and excess combining marks are not in `text`
    /// as they were.
    pub removed: usize,
    /// From byte offsets of `text` to byte offsets of the original.
    pub map: SourceMap,
}

impl Shown {
    /// The byte offset in the original of the shown byte at `shown`; see [`SourceMap::offset`].
    pub fn source_offset(&self, shown: usize) -> usize {
        self.map.offset(shown)
    }
}

/// Passes a whole text through the gate.
pub fn text(original: &str) -> Shown {
    let mut gate = Gate::new();
    let mut text = String::with_capacity(original.len());
    gate.push(original, &mut text);
    gate.finish(&mut text);
    Shown {
        hidden: gate.hidden(),
        removed: gate.removed(),
        map: gate.into_map(),
        text,
    }
}

/// How many characters of a text do not show, as [`text()`] counts them: those that it marks, and those that it takes away
/// or replaces. Takes no memory, however long the text is, and a fraction of the time.
pub fn count_hidden(original: &str) -> usize {
    let mut gate = Gate::new();
    gate.count(original);
    gate.finish(&mut String::new());
    gate.hidden() + gate.removed()
}

/// Passes a text through the gate for a place that has a single line, such as a title, a name or a
/// notice: line breaks become spaces.
pub fn line(original: &str) -> String {
    text(original).text.replace('\n', " ")
}

/// Whether a text is shown as it is: it holds nothing but printable characters. What goes on
/// with other characters (combining marks, joiners, selectors) may be shown as it is, too.
pub fn is_printable(text: &str) -> bool {
    text.chars()
        .all(|c| matches!(class::of(c), Class::Plain(_)))
}

/// A text without its escape sequences, control characters and invisible characters, otherwise
/// as it is, tabs included: for a copy that holds nothing but what is seen.
pub fn without_hidden(original: &str) -> String {
    // A bell may end a sequence, so that the gate has to see it.
    const BELL: char = '\u{7}';
    let is_seen = |c: &char| {
        let class = class::of(*c);
        *c == BELL || !matches!(class, Class::Hidden | Class::Control(_) | Class::Dropped)
    };
    let parts = original.split('\t').map(|part| {
        let seen: String = part.chars().filter(is_seen).collect();
        text(&seen).text.replace('␇', "")
    });
    parts.collect::<Vec<_>>().join("\t")
}
