//! Formulas in LaTeX as readable text: `\alpha^2 \leq x_1` becomes `α² ≤ x₁`.
//!
//! The signs come from a library that replaces blindly. A formula that it would garble or leave
//! half done (a fraction, a matrix) is shown as its source.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

/// Commands that only name what they mean.
const NAMES: [&str; 28] = [
    "arccos", "arcsin", "arctan", "arg", "cos", "cosh", "cot", "coth", "csc", "deg", "det", "dim",
    "exp", "gcd", "hom", "inf", "ker", "lim", "ln", "log", "max", "min", "mod", "sec", "sin",
    "sinh", "sup", "tan",
];
/// Commands that say how something is set, not what it is.
const MANNERS: [&str; 14] = [
    "left",
    "right",
    "big",
    "Big",
    "bigg",
    "Bigg",
    "displaystyle",
    "textstyle",
    "limits",
    "text",
    "mathrm",
    "operatorname",
    "textbf",
    "mathit",
];
/// The longest formula that is tried, in bytes.
const LONGEST: usize = 400;
/// How many formulas are remembered.
const REMEMBERED: usize = 2000;

/// The formulas that were read before: a paragraph that grows is read again with every piece, and
/// the library takes its time.
static KNOWN: LazyLock<Mutex<HashMap<String, Option<String>>>> = LazyLock::new(Mutex::default);

/// A formula as text; `None` where it is best shown as its source. `source` has no dollar signs
/// around it.
pub(super) fn readable(source: &str) -> Option<String> {
    if source.len() > LONGEST {
        return None;
    }
    // What panicked with the lock left whole entries.
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known.get(source) {
        return found.clone();
    }
    let found = prepared(source).and_then(|text| {
        let text = unicodeit::replace(&text);
        let is_whole = !text.contains(['\\', '{', '}', '^', '_', '&']);
        let words: Vec<&str> = text.split_whitespace().collect();
        (is_whole && !words.is_empty()).then(|| words.join(" "))
    });
    if known.len() >= REMEMBERED {
        known.clear();
    }
    known.insert(source.to_owned(), found.clone());
    found
}

/// The formula with the commands that mean nothing to the library taken out or spelled; `None` if
/// it has one that the library would garble.
fn prepared(source: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = source;
    while let Some(at) = rest.find('\\') {
        let (before, command) = rest.split_at(at);
        text.push_str(before);
        let name_end = command[1..].find(|c: char| !c.is_ascii_alphabetic());
        let name = &command[1..=name_end.unwrap_or(command.len() - 1)];
        rest = &command[1 + name.len()..];
        if name.is_empty() {
            // A space of some width, or an escaped sign.
            let sign = rest.chars().next()?;
            rest = &rest[sign.len_utf8()..];
            match sign {
                ',' | ';' | ':' | ' ' => text.push(' '),
                '!' => {}
                '%' | '#' | '$' => text.push(sign),
                _ => return None,
            }
        } else if NAMES.contains(&name) {
            text.push_str(name);
        } else if MANNERS.contains(&name) {
            rest = unbraced(rest, &mut text);
        } else if matches!(name, "quad" | "qquad") {
            text.push_str("  ");
        } else if is_known(name) {
            text.push('\\');
            text.push_str(name);
        } else {
            return None;
        }
    }
    text.push_str(rest);
    Some(text)
}

/// Writes what stands in braces right behind, if it is plain, and gives what follows.
fn unbraced<'a>(rest: &'a str, text: &mut String) -> &'a str {
    let inner = rest
        .strip_prefix('{')
        .and_then(|inner| inner.split_once('}'));
    match inner {
        Some((inner, after)) if !inner.contains(['{', '\\']) => {
            text.push_str(inner);
            after
        }
        _ => rest,
    }
}

/// Whether the library knows a command as a whole, and not only its beginning (`\le` of `\left`).
fn is_known(name: &str) -> bool {
    let shown = unicodeit::replace(&format!("\\{name}"));
    // With its argument, as `\mathbb{R}` has.
    let with_argument = || unicodeit::replace(&format!("\\{name}{{R}}"));
    let is_done = |shown: &str| {
        !shown.contains('\\')
            && !shown.is_empty()
            && !shown.contains(|c: char| c.is_ascii_alphabetic())
    };
    is_done(&shown) || is_done(&with_argument())
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn formulas_become_text() {
        for (source, expected) in [
            ("E = mc^2", "E = mc²"),
            (r"\alpha_i + \beta^{2} \leq \infty", "αᵢ + β² ≤ ∞"),
            (r"O(n \log n)", "O(n log n)"),
            (r"\mathbb{R}^n \to \mathbb{R}", "ℝⁿ → ℝ"),
            (r"\sum_{i=1}^{n} x_i", "∑ᵢ₌₁ⁿ xᵢ"),
            (r"x > 0 \text{ and } y", "x > 0 and y"),
            (r"\left( a \right)", "( a )"),
            (r"50\%\,x", "50% x"),
        ] {
            assert_eq!(readable(source).as_deref(), Some(expected), "{source}");
        }
    }

    #[test]
    fn what_cannot_be_said_in_a_line_keeps_its_source() {
        for source in [
            r"\frac{a}{b}",
            r"e^{-x^2}",
            r"\begin{pmatrix}1&2\end{pmatrix}",
            r"\unknowncommand",
            r"\sqrt{x+1}",
            r"a \\ b",
            "",
            "\\",
        ] {
            assert_eq!(readable(source), None, "{source}");
        }
    }
}
