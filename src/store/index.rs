//! Fills the search index in small steps, when the writer has nothing else to do.
//!
//! A text is cut into rows of at most 16 KB; how far it has come is stored with each step, so
//! that another start, or another instance, goes on there.

use super::query::{spaced, stands_alone};
use rusqlite::{Connection, OptionalExtension, Result, Transaction, TransactionBehavior, params};

/// The most bytes of a text in one row of the index.
pub(super) const ROW: usize = 16 * 1024;

/// How far back from the end of a full row to look for a better position to cut, in bytes.
const LOOK_BACK: usize = 1024;

/// How many bytes are indexed in one step, which is as long as a job may have to wait.
const STEP: usize = 4 * ROW;

/// Fills the index. Holds the current text, which may be long.
#[derive(Debug, Default)]
pub(super) struct Indexer {
    at: Option<(i64, String)>,
}

impl Indexer {
    /// Does one step, in a transaction. Returns whether there is more to do.
    pub(super) fn step(&mut self, connection: &mut Connection) -> Result<bool> {
        let is_done = connection
            .prepare_cached("SELECT NOT EXISTS (SELECT 1 FROM sources WHERE indexed IS NOT NULL)")?
            .query_row([], |row| row.get(0))?;
        if is_done {
            self.at = None;
            return Ok(false);
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut left = STEP;
        while left > 0
            && let Some((source, start)) = next_source(&transaction)?
        {
            let text = self.text(&transaction, source)?;
            left = left.saturating_sub(index(&transaction, source, text, start, left)?.max(512));
        }
        transaction.commit()?;
        Ok(true)
    }

    fn text(&mut self, transaction: &Transaction<'_>, source: i64) -> Result<&str> {
        if self.at.as_ref().is_none_or(|(at, _)| *at != source) {
            let text = transaction
                .prepare_cached(
                    "SELECT coalesce(messages.text, texts.text) FROM sources
                     LEFT JOIN messages ON messages.key = sources.message
                     LEFT JOIN texts ON texts.key = sources.text WHERE sources.key = ?1",
                )?
                .query_row([source], |row| row.get(0))?;
            self.at = Some((source, text));
        }
        Ok(self.at.as_ref().map_or("", |(_, text)| text))
    }
}

/// A text that is not all in the index, the newest first, and where to go on in it.
fn next_source(transaction: &Transaction<'_>) -> Result<Option<(i64, usize)>> {
    transaction
        .prepare_cached(
            "SELECT key, indexed FROM sources WHERE indexed IS NOT NULL ORDER BY key DESC LIMIT 1",
        )?
        .query_row([], |row| {
            Ok((
                row.get(0)?,
                usize::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
            ))
        })
        .optional()
}

/// Indexes about `limit` bytes of a text from `start` on, and writes down how far it came. Gives
/// how many bytes that were.
fn index(
    transaction: &Transaction<'_>,
    source: i64,
    text: &str,
    start: usize,
    limit: usize,
) -> Result<usize> {
    let mut row = transaction
        .prepare_cached("INSERT INTO fts_rows (source, start, length) VALUES (?1, ?2, ?3)")?;
    let mut words = transaction.prepare_cached("INSERT INTO fts (rowid, text) VALUES (?1, ?2)")?;
    let mut at = start;
    let mut rest = text.get(start..).unwrap_or_default();
    while !rest.is_empty() && at - start < limit {
        let (slice, behind) = rest.split_at(cut(rest));
        let key = row.insert(params![source, number(at), number(slice.len())])?;
        words.execute(params![key, spaced(slice)])?;
        at += slice.len();
        rest = behind;
    }
    let next = (!rest.is_empty()).then(|| number(at));
    transaction
        .prepare_cached("UPDATE sources SET indexed = ?2 WHERE key = ?1")?
        .execute(params![source, next])?;
    Ok(at - start)
}

/// Where the first row of `text` ends, in bytes: behind at most [`ROW`], between two words where
/// one ends in the last kilobyte, and always between two characters.
pub(super) fn cut(text: &str) -> usize {
    if text.len() <= ROW {
        return text.len();
    }
    let end = boundary(text, ROW);
    let from = boundary(text, end - LOOK_BACK);
    let tail = text.get(from..end).unwrap_or_default();
    let between = tail
        .char_indices()
        .rev()
        .find(|(_, c)| c.is_whitespace() || stands_alone(*c));
    between.map_or(end, |(at, c)| from + at + c.len_utf8())
}

/// The last boundary between characters at or before `at` bytes.
pub(super) fn boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    let boundary = (0..=at).rev().find(|at| text.is_char_boundary(*at));
    boundary.unwrap_or(0)
}

fn number(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
