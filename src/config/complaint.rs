//! The words for what is wrong in the settings file: the line of an entry, and the name that may be meant.
//!
//! What is wrong is found out elsewhere; nothing here quotes a value.

/// Names as close as this are offered instead of an unknown one; 1 is the same.
const CLOSE: f64 = 0.75;

/// `. Did you mean NAME?` for the closest of the known names, if one is close.
pub(super) fn suggestion<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let scored = known.map(|known| (strsim::jaro_winkler(name, known), known));
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(score, _)| *score >= CLOSE)
        .map_or_else(String::new, |(_, known)| format!(". Did you mean {known}?"))
}

/// What is wrong with an entry, and on which line.
pub(super) fn complaint(text: &str, section: &str, name: &str, wrong: &str) -> String {
    let path = [section, name];
    let path = if section.is_empty() {
        &path[1..]
    } else {
        &path[..]
    };
    match line_of(text, path) {
        Some(line) => format!("line {line}: {name} {wrong}"),
        None => format!("{name} {wrong}"),
    }
}

/// [`complaint`] about the entry at a path of any length, by its whole path. Where it stands within a value, the line is that
/// of the value.
pub(super) fn complaint_at(text: &str, path: &[&str], wrong: &str) -> String {
    let lengths = (1..=path.len()).rev();
    let line = lengths
        .map(|length| &path[..length])
        .find_map(|path| line_of(text, path));
    let name = path.join(".");
    match line {
        Some(line) => format!("line {line}: {name} {wrong}"),
        None => format!("{name} {wrong}"),
    }
}

/// The line on which the entry or the section at this path stands, from 1.
fn line_of(text: &str, path: &[&str]) -> Option<usize> {
    let (name, section) = path.split_last()?;
    let (whole, section) = (path.join("."), section.join("."));
    let mut current = String::new();
    let line = text.lines().position(|line| {
        let line = line.trim();
        if let Some(header) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            current = unquoted(header);
            return current == whole;
        }
        let is_name = line
            .split_once('=')
            .is_some_and(|(key, _)| unquoted(key) == **name);
        is_name && current == section
    });
    line.map(|line| line + 1)
}

/// A key or a header of TOML without its quotes.
fn unquoted(key: &str) -> String {
    key.trim().replace(['"', '\''], "")
}
