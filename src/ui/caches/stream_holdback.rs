//! The end of a reply that grows: what of it is better not shown yet, because the rest of its line
//! may make something else of it.

/// What is known of the text that was let go.
#[derive(Debug, Clone, Copy, Default)]
pub struct StreamHoldback {
    /// Whether it ends within a line.
    is_mid_line: bool,
    /// Whether its last line is a row of a table.
    is_in_table: bool,
}

impl StreamHoldback {
    /// Takes what comes next, with what was held back before, and gives how many bytes of its end
    /// are held back: the beginning of a fence, of a rule or of a heading's underline; the
    /// unfinished row of a table, with which all columns would move; and a table's header until
    /// the line below it says that it is one.
    pub fn hold(&mut self, text: &str) -> usize {
        let held = self.held(text);
        let gone = &text[..text.len() - held];
        if let Some(last) = gone.strip_suffix('\n').unwrap_or(gone).rsplit('\n').next()
            && !gone.is_empty()
        {
            let is_row = is_row(last) && (gone.contains('\n') || !self.is_mid_line);
            self.is_in_table = is_row || (self.is_in_table && !gone.contains('\n'));
            self.is_mid_line = !gone.ends_with('\n');
        }
        held
    }

    fn held(self, text: &str) -> usize {
        let last = text.rfind('\n').map_or(0, |at| at + 1);
        if last == 0 && self.is_mid_line {
            return 0;
        }
        let unfinished = &text[last..];
        let is_held = is_row(unfinished) || is_mark(unfinished);
        let held = if is_held { unfinished.len() } else { 0 };
        if !unfinished.is_empty() && !is_row(unfinished) && !is_mark(unfinished) {
            return held;
        }
        // A single complete row above may be a table's header.
        let above = text[..last].strip_suffix('\n').unwrap_or("");
        let start = above.rfind('\n').map_or(0, |at| at + 1);
        let before = above[..start].strip_suffix('\n');
        let before = before.map(|before| before.rsplit('\n').next().unwrap_or(before));
        let follows_row = before.map_or(self.is_in_table, is_row);
        let is_whole = start > 0 || !self.is_mid_line;
        if is_row(&above[start..]) && !follows_row && is_whole {
            return text.len() - start;
        }
        held
    }
}

fn is_row(line: &str) -> bool {
    line.trim_start().starts_with('|')
}

fn is_mark(line: &str) -> bool {
    let words = line.trim_start();
    !words.is_empty() && words.chars().all(|c| "`~-=|:*_#>+ ".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown after each piece.
    fn shown(pieces: &[&str]) -> Vec<String> {
        let mut tail = StreamHoldback::default();
        let (mut held, mut out) = (String::new(), String::new());
        let steps = pieces.iter().map(|piece| {
            held.push_str(piece);
            let kept = tail.hold(&held);
            let rest = held.split_off(held.len() - kept);
            out.push_str(&std::mem::replace(&mut held, rest));
            out.clone()
        });
        steps.collect()
    }

    #[test]
    fn text_is_let_go_at_once() {
        assert_eq!(shown(&["a", " | b", " -"]), ["a", "a | b", "a | b -"]);
        assert_eq!(shown(&["a\n", "b"]), ["a\n", "a\nb"]);
    }

    #[test]
    fn what_may_become_a_fence_or_a_rule_waits_for_its_line() {
        assert_eq!(
            shown(&["a\n``", "`rust", "\n"]),
            ["a\n", "a\n```rust", "a\n```rust\n"]
        );
        assert_eq!(shown(&["a\n-", "--", " b"]), ["a\n", "a\n", "a\n--- b"]);
    }

    #[test]
    fn a_header_waits_for_the_line_below_it_and_a_row_for_its_end() {
        let pieces = ["x\n\n| a", " |\n", "|--", "-|\n", "| 1", " |\n", "| 2 |\n"];
        let table = "x\n\n| a |\n|---|\n";
        let expected = [
            "x\n\n".to_owned(),
            "x\n\n".to_owned(),
            "x\n\n".to_owned(),
            table.to_owned(),
            table.to_owned(),
            format!("{table}| 1 |\n"),
            format!("{table}| 1 |\n| 2 |\n"),
        ];
        assert_eq!(shown(&pieces), expected);
        // What turns out to be no table is let go with the next line.
        assert_eq!(shown(&["| a |\n", "text"]), ["", "| a |\ntext"]);
    }
}
