//! Fuzzy matching: texts found by letters in their order.
//!
//! Words in the texts of conversations are not found here but by the full-text index.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};

/// The items whose text holds the letters of `query` in their order, best first; equally good ones
/// in the order in which they stand. All of them for an empty query.
pub fn matching<'a, T>(
    query: &str,
    items: impl IntoIterator<Item = &'a T>,
    text: impl Fn(&T) -> &str,
) -> Vec<&'a T> {
    if query.trim().is_empty() {
        return items.into_iter().collect();
    }
    let pattern = Pattern::parse(query, CaseMatching::Smart, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let scored = items.into_iter().filter_map(|item| {
        let text = nucleo_matcher::Utf32Str::new(text(item), &mut buffer);
        Some((pattern.score(text, &mut matcher)?, item))
    });
    let mut found: Vec<(u32, &T)> = scored.collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, item)| item).collect()
}

/// Whether what `query` finds is among what `before` has found: it goes on from it, and holds no sign that turns a search
/// round.
pub fn narrows(before: &str, query: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '/' | ':');
    !before.trim().is_empty() && query.starts_with(before) && query.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_found_by_letters_in_their_order() {
        let all = ["Trip to Kyoto", "Rust lifetimes", "完了 report"];
        let found = |query: &str| matching(query, &all, |title| title);
        assert_eq!(found("rlif"), [&"Rust lifetimes"]);
        assert_eq!(found("完"), [&"完了 report"]);
        assert_eq!(found("").len(), 3);
        assert!(found("zzz").is_empty());
    }

    #[test]
    fn a_longer_query_finds_nothing_that_a_shorter_one_did_not() {
        let all = [
            "maker/Model-4",
            "é/mode:4",
            "m 4",
            "Übung m4",
            "mm44",
            "ﬁne/m.4",
        ];
        for query in ["m4 e", "é/mo", "M-4", "ub m", "fi 4"] {
            for (at, _) in query.char_indices().skip(1) {
                let (before, longer) = (&query[..at], query);
                if narrows(before, longer) {
                    let found = matching(before, &all, |text| text);
                    let longer = matching(longer, &all, |text| text);
                    assert!(
                        longer.iter().all(|text| found.contains(text)),
                        "{before}, {query}"
                    );
                }
            }
        }
        assert!(!narrows("!a", "!ab") && !narrows("a", "a$") && !narrows("a", "b"));
    }
}
