//! Finds messages by their words and shows where the words are.
//!
//! The index holds no text. The rows that match are found in it; the part of the original that a
//! row stands for is then marked by a second, small index in memory that knows the same rules.

use super::index::boundary;
use super::query;
use super::row;
use crate::chat::SearchHit;
use rusqlite::{Connection, Result, params};
use std::fmt::Write as _;
use std::ops::Range;

/// What is shown of a text before the first word that was found, in bytes.
const BEFORE: usize = 60;

/// What is shown from there on, in bytes.
const BEHIND: usize = 180;

/// Markers around matches. No text holds them: they are not characters.
const MARKS: [char; 2] = ['\u{fdd0}', '\u{fdd1}'];

/// The messages outside the trash that hold all terms of `input`, newest first, at most `limit`.
/// With `recent`, only so many rows of the index are looked at for each term, those that were
/// indexed last: quick however often a term occurs, and not all there is.
pub(super) fn search(
    connection: &Connection,
    input: &str,
    limit: usize,
    recent: Option<usize>,
) -> Result<Vec<SearchHit>> {
    let terms = query::terms(input);
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare_cached(&matching(terms.len()))?;
    for (number, term) in terms.iter().enumerate() {
        statement.raw_bind_parameter(number + 1, term)?;
    }
    let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
    statement.raw_bind_parameter(terms.len() + 1, number(limit))?;
    // SQLite takes a negative limit for none.
    statement.raw_bind_parameter(terms.len() + 2, recent.map_or(-1, number))?;
    let marker = Marker::new(&terms)?;
    let mut rows = statement.raw_query();
    let mut hits = Vec::new();
    while let Some(row) = rows.next()? {
        let text = slice(connection, row.get("row")?)?;
        let (snippet, matches) = snippet(&text, &marker.mark(&text)?);
        hits.push(SearchHit {
            conversation: row::read_conversation_id(row, "conversation")?,
            message: row::read_message_id(row, "message")?,
            title: row::shown_title(row)?,
            snippet,
            matches,
            created_at: row::read_time(row, "created_at")?,
            role: row::read_role(row, "role")?,
        });
    }
    Ok(hits)
}

/// The query for messages that hold `count` terms, each anywhere in the message.
fn matching(count: usize) -> String {
    let mut sql = "SELECT conversations.id AS conversation, messages.id AS message, title,
        first_words, messages.created_at, role, term1.row FROM messages
        JOIN conversations ON conversations.key = messages.conversation"
        .to_owned();
    for term in 1..=count {
        // From the rows of the index to the messages, and never the other way: CROSS JOIN keeps
        // the order in which it is written.
        let rows = format!(
            "(SELECT rowid AS row FROM fts WHERE fts MATCH ?{term} ORDER BY rowid DESC
              LIMIT ?{}) AS found
             CROSS JOIN fts_rows ON fts_rows.key = found.row
             CROSS JOIN sources ON sources.key = fts_rows.source",
            count + 2
        );
        // Writing to a String cannot fail.
        let _ = write!(
            sql,
            " JOIN (SELECT message, min(row) AS row FROM (
                SELECT sources.message AS message, found.row AS row FROM {rows}
                WHERE sources.message IS NOT NULL
                UNION ALL
                SELECT attachments.message, found.row FROM {rows}
                CROSS JOIN attachments ON attachments.text = sources.text
              ) GROUP BY message) AS term{term} ON term{term}.message = messages.key"
        );
    }
    let _ = write!(
        sql,
        " WHERE deleted_at IS NULL
          ORDER BY messages.created_at DESC, messages.key DESC LIMIT ?{}",
        count + 1
    );
    sql
}

/// The part of the original that a row of the index stands for.
fn slice(connection: &Connection, row: i64) -> Result<String> {
    let bytes: Vec<u8> = connection
        .prepare_cached(
            "SELECT substr(CAST(coalesce(messages.text, texts.text) AS BLOB), start + 1, length)
             FROM fts_rows JOIN sources ON sources.key = fts_rows.source
             LEFT JOIN messages ON messages.key = sources.message
             LEFT JOIN texts ON texts.key = sources.text WHERE fts_rows.key = ?1",
        )?
        .query_row([row], |row| row.get(0))?;
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

/// Finds terms in short texts by the rules of the index.
struct Marker {
    memory: Connection,
    any: String,
}

impl Marker {
    fn new(terms: &[String]) -> Result<Self> {
        let memory = Connection::open_in_memory()?;
        memory.execute_batch(
            "CREATE VIRTUAL TABLE one USING fts5 (
                text, tokenize = 'unicode61 remove_diacritics 2');",
        )?;
        Ok(Self {
            memory,
            any: terms.join(" OR "),
        })
    }

    /// Where in `text` any of the terms is, in bytes, in order.
    fn mark(&self, text: &str) -> Result<Vec<Range<usize>>> {
        self.memory.execute("DELETE FROM one", [])?;
        self.memory
            .prepare_cached("INSERT INTO one (text) VALUES (?1)")?
            .execute([query::spaced(text)])?;
        let mut marked = self
            .memory
            .prepare_cached("SELECT highlight(one, 0, ?2, ?3) FROM one WHERE one MATCH ?1")?;
        let [open, close] = MARKS.map(String::from);
        let mut rows = marked.query(params![self.any, open, close])?;
        match rows.next()? {
            Some(row) => Ok(ranges(text, row.get_ref(0)?.as_str()?)),
            None => Ok(Vec::new()),
        }
    }
}

/// Leads the marks in `marked`, which is `text` with spaces and marks put in, back to `text`.
fn ranges(text: &str, marked: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut rest = text.chars();
    let mut open = None;
    for c in marked.chars() {
        let at = text.len() - rest.as_str().len();
        if c == MARKS[0] {
            open = Some(at);
        } else if c == MARKS[1] {
            ranges.extend(open.take().map(|start| start..at));
        } else if rest.as_str().starts_with(c) {
            rest.next();
        }
    }
    ranges
}

/// The part of `text` around the first match, and the matches in it.
fn snippet(text: &str, matches: &[Range<usize>]) -> (String, Vec<Range<usize>>) {
    let first = matches.first().map_or(0, |first| first.start);
    let start = boundary(text, first.saturating_sub(BEFORE));
    let end = boundary(text, first.saturating_add(BEHIND));
    let shown = matches
        .iter()
        .filter(|found| found.end <= end)
        .map(|found| found.start - start..found.end - start);
    let snippet = text.get(start..end).unwrap_or_default();
    (snippet.to_owned(), shown.collect())
}
