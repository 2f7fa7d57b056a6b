//! Reads the settings file entry by entry: a wrong entry is reported with its line and a
//! suggestion, and all others apply.

use super::{DEFAULT_FILE, Settings};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::{Table, Value};

/// Names as close as this are offered instead of an unknown one; 1 is the same.
const CLOSE: f64 = 0.75;

/// Reads the settings that can be read, with a complaint about each entry that cannot. A text
/// that is no TOML at all is an error that names its line.
pub(super) fn read(text: &str) -> Result<(Settings, Vec<String>), String> {
    let table: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut complaints = Vec::new();
    let mut sound = Table::new();
    for (section, entries) in table {
        let Value::Table(entries) = entries else {
            let hint = suggestion(&section, sections().iter().map(String::as_str));
            complaints.push(complaint(
                text,
                "",
                &section,
                &format!("is not a section{hint}"),
            ));
            continue;
        };
        for (name, value) in entries {
            match entry(&section, &name, value.clone()) {
                Ok(()) => {
                    let kept = sound.entry(section.clone());
                    if let Value::Table(kept) = kept.or_insert_with(|| Value::Table(Table::new())) {
                        kept.insert(name, value);
                    }
                }
                Err(wrong) => complaints.push(complaint(text, &section, &name, &wrong)),
            }
        }
    }
    let settings = Settings::deserialize(sound).map_err(|error| error.to_string())?;
    Ok((settings, complaints))
}

/// Whether an entry can be read by itself; what is wrong with it otherwise.
fn entry(section: &str, name: &str, value: Value) -> Result<(), String> {
    let known = known();
    let Some(names) = known.get(section) else {
        let hint = suggestion(section, known.keys().map(String::as_str));
        return Err(format!("is in the unknown section [{section}]{hint}"));
    };
    // Any action may have keys; their names are validated where the actions are known.
    if section != "keys" && !names.iter().any(|known| known == name) {
        let hint = suggestion(name, names.iter().map(String::as_str));
        return Err(format!("is unknown{hint}"));
    }
    let mut alone = Table::new();
    alone.insert(
        section.to_owned(),
        Value::Table(Table::from_iter([(name.to_owned(), value)])),
    );
    let settings = Settings::deserialize(alone).map_err(|error| {
        let words = error.message().lines().next().unwrap_or("").to_owned();
        format!("is invalid: {words}")
    })?;
    settings.check()
}

/// The names of entries in each section, as the commented default file has them.
fn known() -> BTreeMap<String, Vec<String>> {
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut section = String::new();
    for line in DEFAULT_FILE.lines() {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            name.clone_into(&mut section);
            known.entry(section.clone()).or_default();
        } else if let Some((name, _)) = line.trim_start_matches('#').split_once(" = ")
            && !name.contains(' ')
        {
            known
                .entry(section.clone())
                .or_default()
                .push(name.to_owned());
        }
    }
    known
}

fn sections() -> Vec<String> {
    known().into_keys().collect()
}

/// `. Did you mean NAME?` for the closest of the known names, if one is close.
pub(super) fn suggestion<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let scored = known.map(|known| (strsim::jaro_winkler(name, known), known));
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(score, _)| *score >= CLOSE)
        .map_or_else(String::new, |(_, known)| format!(". Did you mean {known}?"))
}

/// What is wrong with an entry, and on which line.
pub(super) fn complaint(text: &str, section: &str, name: &str, wrong: &str) -> String {
    let mut current = "";
    let line = text.lines().position(|line| {
        let line = line.trim();
        if let Some(header) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            current = header.trim();
            return section.is_empty() && current == name;
        }
        let is_name = line
            .split_once('=')
            .is_some_and(|(key, _)| key.trim().trim_matches('"') == name);
        is_name && current == section
    });
    match line {
        Some(line) => format!("line {}: {name} {wrong}", line + 1),
        None => format!("{name} {wrong}"),
    }
}
