//! Saved system messages, in the database.

use super::texts::{self, Hashes};
use crate::chat::{Change, Preset};
use rusqlite::{Connection, Result, params};

/// Applies a change of a preset; other changes are ignored.
pub(super) fn apply(connection: &Connection, hashes: &mut Hashes, change: &Change) -> Result<()> {
    match change {
        Change::SavePreset { name, text } => {
            let text = texts::save(connection, hashes, text)?;
            connection
                .prepare_cached(
                    "INSERT INTO presets (name, text) VALUES (?1, ?2)
                     ON CONFLICT (name) DO UPDATE SET text = excluded.text",
                )?
                .execute(params![name, text])?;
        }
        // Another window may have removed it before.
        Change::RemovePreset { name } => {
            connection
                .prepare_cached("DELETE FROM presets WHERE name = ?1")?
                .execute([name])?;
        }
        Change::SetDefaultPreset { name } => {
            connection
                .prepare_cached("UPDATE presets SET is_default = (name IS ?1)")?
                .execute([name])?;
        }
        _ => {}
    }
    Ok(())
}

/// All of them, by their names.
pub(super) fn all(connection: &Connection) -> Result<Vec<Preset>> {
    let mut all = connection.prepare_cached(
        "SELECT name, texts.text, is_default FROM presets JOIN texts ON texts.key = presets.text
         ORDER BY name COLLATE NOCASE, name",
    )?;
    let all = all.query_map([], |row| {
        let mut preset = Preset::new(row.get::<_, String>(0)?, row.get::<_, String>(1)?);
        preset.is_default = row.get(2)?;
        Ok(preset)
    })?;
    all.collect()
}
