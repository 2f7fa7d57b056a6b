//! Reads the settings file entry by entry: a wrong entry is reported with its line and a
//! suggestion, and all others apply.

use super::complaint::{complaint, suggestion};
use super::{DEFAULT_FILE, Settings, sources};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::{Table, Value};

/// The other name of the entry `source` of `[chat]`.
const OTHER_SOURCE: &str = "space";

/// Reads the settings that can be read, with a complaint about each entry that cannot. A text
/// that is no TOML at all is an error that names its line.
pub(super) fn read(text: &str) -> Result<(Settings, Vec<String>), String> {
    let table: Table = toml::from_str(text).map_err(|error| broken(text, &error))?;
    let mut complaints = Vec::new();
    let mut sound = Table::new();
    let mut own = BTreeMap::new();
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
        if section == sources::SECTION {
            let (found, wrong) = sources::read(text, entries);
            own = found;
            complaints.extend(wrong);
            continue;
        }
        let has_source = section == "chat" && entries.contains_key("source");
        for (name, value) in entries {
            if has_source && name == OTHER_SOURCE {
                let wrong = "is the other name of source, which stands here too and holds";
                complaints.push(complaint(text, &section, &name, wrong));
                continue;
            }
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
    let settings = Settings {
        sources: own,
        ..settings
    };
    Ok((settings, complaints))
}

/// What is wrong with a text that is no TOML, and where. The line itself is not quoted where it could hold a key.
fn broken(text: &str, error: &toml::de::Error) -> String {
    let at = error.span().map_or(0, |span| span.start);
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let written = text.lines().nth(line - 1).unwrap_or_default();
    let header = before
        .lines()
        .rfind(|line| line.trim_start().starts_with('['));
    let is_source = header.is_some_and(|line| line.contains(sources::SECTION));
    if is_source || written.contains("key") {
        return format!(
            "TOML parse error at line {line}, which is not shown because it could hold a key"
        );
    }
    error.to_string()
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
    // The default file shows each entry under one name.
    let chat = known.entry("chat".to_owned()).or_default();
    chat.push(OTHER_SOURCE.to_owned());
    known
}

fn sections() -> Vec<String> {
    known().into_keys().collect()
}
