//! Repairs when the store is opened: replies whose program died.

use super::derived;
use super::instance::Instance;
use crate::chat::MessageState;
use rusqlite::{Connection, Result, TransactionBehavior};

/// Marks the replies as interrupted that no living instance receives, with the text that was saved.
/// Returns how many. Writes nothing where there are none.
pub(super) fn interrupt_orphans(connection: &mut Connection, instance: &Instance) -> Result<usize> {
    if orphans(connection, instance)?.is_empty() {
        return Ok(0);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another instance may have done it meanwhile.
    let orphans = orphans(&transaction, instance)?;
    for (message, conversation) in &orphans {
        derived::fold(
            &transaction,
            *message,
            MessageState::Interrupted,
            (None, None),
        )?;
        derived::describe(&transaction, *conversation)?;
    }
    transaction.commit()?;
    Ok(orphans.len())
}

/// The streaming replies without a living writer: their keys and their conversations'.
fn orphans(connection: &Connection, instance: &Instance) -> Result<Vec<(i64, i64)>> {
    let mut streaming = connection
        .prepare("SELECT key, conversation, writer FROM messages WHERE state = 'streaming'")?;
    let mut rows = streaming.query([])?;
    let mut orphans = Vec::new();
    while let Some(row) = rows.next()? {
        let writer: Option<String> = row.get(2)?;
        if !writer.is_some_and(|writer| instance.is_alive(&writer)) {
            orphans.push((row.get(0)?, row.get(1)?));
        }
    }
    Ok(orphans)
}
