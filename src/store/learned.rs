//! What was learned of the sources of replies, in the database.

use crate::chat::{Fact, Learned};
use rusqlite::{Connection, Error, Result};

/// Writes a fact, in place of the one of its name. What is the same already is not written again.
pub(super) fn save(connection: &Connection, learned: &Learned) -> Result<()> {
    let Some(value) = learned.fact().value() else {
        return Ok(());
    };
    connection
        .prepare_cached(
            "INSERT INTO learned (space, model, fact, value) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (space, model, fact) DO UPDATE SET value = excluded.value
                WHERE value <> excluded.value",
        )?
        .execute([
            learned.space(),
            learned.model(),
            learned.fact().name(),
            &value,
        ])?;
    Ok(())
}

/// All facts that this version knows.
pub(super) fn all(connection: &Connection) -> Result<Vec<Learned>> {
    let mut all = connection.prepare_cached("SELECT space, model, fact, value FROM learned")?;
    let mut rows = all.query([])?;
    let mut learned = Vec::new();
    while let Some(row) = rows.next()? {
        let text = |column: usize| Ok::<_, Error>(row.get_ref(column)?.as_str()?);
        if let Some(fact) = Fact::read(text(2)?, text(3)?) {
            learned.push(Learned::new(text(0)?, text(1)?, fact));
        }
    }
    Ok(learned)
}
