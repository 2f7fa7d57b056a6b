//! Titles without the marks of emphasis: a title is one plain line, and `**` in it is only noise.
//!
//! Not a reading of Markdown, which `markdown` does: only marks that surely stand for emphasis go,
//! so that `2 * 3 * 4`, `*.rs`, `**kwargs` and `__init__` stay as they are.

use std::ops::Range;

/// A title that is made from a message ends after so many words.
const CUT_WORDS: usize = 12;

/// A run of one mark: `*`, `**`, `_`, `~~` and so on.
struct Run {
    range: Range<usize>,
    /// Whether emphasis may begin here, and whether it may end here.
    opens: bool,
    closes: bool,
}

/// A line without the pairs of marks around what is emphasised in it.
pub fn without_emphasis(line: &str) -> String {
    let runs = runs(line);
    let mut marks: Vec<Range<usize>> = Vec::new();
    let mut open: Vec<&Run> = Vec::new();
    for run in &runs {
        let mark = &line[run.range.clone()];
        let begun = open
            .iter()
            .rposition(|open| line[open.range.clone()] == *mark);
        match begun.filter(|_| run.closes) {
            Some(at) if belongs(line, open[at], run) => {
                marks.extend([open[at].range.clone(), run.range.clone()]);
                open.truncate(at);
            }
            _ if run.opens => open.push(run),
            _ => {}
        }
    }
    // A title that was cut before its end: the mark that begins it has none.
    let is_cut = line.split_whitespace().count() >= CUT_WORDS;
    let first = open.first().filter(|run| is_cut && run.range == (0..2));
    marks.extend(first.map(|run| run.range.clone()));
    marks.sort_by_key(|mark| mark.start);
    let mut plain = String::with_capacity(line.len());
    let mut at = 0;
    for mark in marks {
        plain.push_str(&line[at..mark.start]);
        at = mark.end;
    }
    plain.push_str(&line[at..]);
    plain
}

/// Names are written with underscores (`__init__`), so that these must hold several words.
fn belongs(line: &str, open: &Run, close: &Run) -> bool {
    let inner = &line[open.range.end..close.range.start];
    !line[open.range.clone()].starts_with('_') || inner.contains(' ')
}

fn runs(line: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut chars = line.char_indices().peekable();
    while let Some((start, mark)) = chars.next() {
        if !matches!(mark, '*' | '_' | '~') {
            continue;
        }
        let mut end = start + 1;
        while chars.next_if(|(_, next)| *next == mark).is_some() {
            end += 1;
        }
        let length = end - start;
        let is_mark = if mark == '~' {
            length == 2
        } else {
            length <= 3
        };
        let (before, after) = (
            line[..start].chars().next_back(),
            line[end..].chars().next(),
        );
        runs.push(Run {
            range: start..end,
            opens: is_mark && is_outside(before) && after.is_some_and(begins),
            closes: is_mark && before.is_some_and(ends) && is_outside(after),
        });
    }
    runs
}

/// Whether this can stand beside what is emphasised: no Latin letter, and no sign of a path or of
/// an operation. Chinese and Japanese have no spaces there.
fn is_outside(c: Option<char>) -> bool {
    c.is_none_or(|c| !c.is_ascii_alphanumeric() && !"/\\=&$+".contains(c))
}

/// Whether what is emphasised can begin so.
fn begins(c: char) -> bool {
    c.is_alphanumeric() || "\"'“‘«([`*_~".contains(c)
}

/// Whether it can end so.
fn ends(c: char) -> bool {
    c.is_alphanumeric() || "\"'”’»)].,:;!?…%`*_~。！？".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_emphasis_go() {
        for (line, plain) in [
            ("**Why** is the sky blue?", "Why is the sky blue?"),
            ("Hi · A *very* **good plan**.", "Hi · A very good plan."),
            ("***all*** of ~~it~~ this", "all of it this"),
            ("_two words_ and __two more__", "two words and two more"),
            ("**a *b* c**", "a b c"),
            ("这是**重点**内容", "这是重点内容"),
            (
                "**A title of twelve words that ends before the mark does that",
                "A title of twelve words that ends before the mark does that",
            ),
        ] {
            assert_eq!(without_emphasis(line), plain);
        }
    }

    #[test]
    fn signs_that_are_no_emphasis_stay() {
        for line in [
            "2 * 3 * 4",
            "x**2 + y**2",
            "**/*.rs and **/*.md",
            "def f(**kwargs): g(**kwargs)",
            "**kwargs is what?",
            "fix __init__ and _private_",
            "snake_case_names",
            "~/notes ~~~",
            "* an item",
            "**",
            "",
        ] {
            assert_eq!(without_emphasis(line), line);
        }
    }
}
