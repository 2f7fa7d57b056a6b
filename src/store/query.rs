//! Turns what a user types into a search box into well-formed queries of the index.
//!
//! Words are all wanted, the last one may be a beginning, and words between double quotes stand
//! together. Nothing else has a meaning.

/// Most terms of a query; further ones are left out.
const TERMS: usize = 16;

/// The terms of `input`, each a query of its own in the index's language.
pub(super) fn terms(input: &str) -> Vec<String> {
    let mut terms = Vec::new();
    let mut is_phrase = false;
    let mut last_is_word = false;
    for part in input.split('"') {
        if is_phrase {
            last_is_word &= !push(&mut terms, part, "");
        } else {
            for word in part.split_whitespace() {
                if push(&mut terms, word, "") {
                    last_is_word = true;
                }
            }
        }
        is_phrase = !is_phrase;
    }
    terms.truncate(TERMS);
    if last_is_word && let Some(last) = terms.last_mut() {
        last.push('*');
    }
    terms
}

/// Adds a term if there is a letter or a digit in it. Gives whether there was.
fn push(terms: &mut Vec<String>, text: &str, suffix: &str) -> bool {
    if !text.chars().any(char::is_alphanumeric) {
        return false;
    }
    // A NUL ends a query of the index; there are no quotes here, because the input was split at
    // them.
    let text = spaced(&text.replace('\0', " "));
    terms.push(format!("\"{text}\"{suffix}"));
    true
}

/// `text` with a space on either side of each character of a script that is written without
/// spaces, so that the index takes each of them for a word.
pub(super) fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + text.len() / 4);
    for c in text.chars() {
        if stands_alone(c) {
            spaced.push(' ');
            spaced.push(c);
            spaced.push(' ');
        } else {
            spaced.push(c);
        }
    }
    spaced
}

/// Whether a character belongs to a script that is written without spaces, or, as Hangul, with
/// particles at the words: Thai to Burmese, Khmer, Hangul, kana, bopomofo, ideographs.
pub(super) fn stands_alone(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}'
        | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{31bf}'
        | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}'
        | '\u{20000}'..='\u{3ffff}')
}
