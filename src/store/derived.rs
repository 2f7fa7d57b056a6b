//! Data derived from messages when they change: a reply's joined text, the index's backlog, and the
//! lines of lists.

use super::row;
use crate::chat::{Attachment, Conversation, Failure, Message, MessageState, Outcome};
use rusqlite::{Connection, params};
use std::sync::Arc;

/// How many characters of the last message are stored in a conversation's row.
const PREVIEW: usize = 200;

/// How many characters of a message a title and a preview are made from.
const BEGINNING: i64 = 800;

/// Makes a reply's pieces its text, with the state in which it ended, and what was told of that.
pub(super) fn fold(
    connection: &Connection,
    message: i64,
    state: MessageState,
    (failure, outcome): (Option<&Failure>, Option<&Outcome>),
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE messages SET state = ?2, writer = NULL, failure = ?3, outcome = ?4,
                text = text || coalesce((SELECT group_concat(pieces.text, '' ORDER BY pieces.key)
                    FROM pieces WHERE message = messages.key), ''),
                revision = revision + 1
                    + (SELECT count(*) FROM pieces WHERE message = messages.key)
             WHERE key = ?1",
        )?
        .execute(params![
            message,
            row::state(state),
            row::failure(failure),
            row::outcome(outcome)
        ])?;
    connection
        .prepare_cached("DELETE FROM pieces WHERE message = ?1")?
        .execute([message])?;
    reindex(connection, message, true)
}

/// Queues a message's text for the index, again if it was indexed before; an incomplete text is not
/// indexed.
pub(super) fn reindex(
    connection: &Connection,
    message: i64,
    is_whole: bool,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM sources WHERE message = ?1")?
        .execute([message])?;
    if is_whole {
        connection
            .prepare_cached("INSERT INTO sources (message) VALUES (?1)")?
            .execute([message])?;
    }
    Ok(())
}

/// Writes down in a conversation's row how its path begins and ends, so that a list need not
/// open a message.
pub(super) fn describe(connection: &Connection, conversation: i64) -> rusqlite::Result<()> {
    // UNION, unlike UNION ALL, ends in a circle too.
    let (first, second, last): (Option<i64>, Option<i64>, Option<i64>) = connection
        .prepare_cached(
            "WITH RECURSIVE up (key, parent, head) AS (
                SELECT messages.key, parent, messages.key FROM messages JOIN conversations
                    ON messages.id = conversations.head WHERE conversations.key = ?1
                UNION
                SELECT messages.key, messages.parent, up.head FROM messages
                    JOIN up ON messages.id = up.parent)
             SELECT min(key) FILTER (WHERE parent IS NULL),
                min(key) FILTER (WHERE parent IN
                    (SELECT messages.id FROM up JOIN messages USING (key) WHERE up.parent IS NULL)),
                min(head) FROM up",
        )?
        .query_row([conversation], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let first_words = match first {
        Some(first) => {
            let mut start = Conversation::new("", "", "");
            for message in [Some(first), second].into_iter().flatten() {
                start.append(beginning(connection, message)?);
            }
            start.shown_title()
        }
        None => String::new(),
    };
    let last = match last {
        Some(last) => beginning(connection, last)?.text,
        None => String::new(),
    };
    let last = last.split_whitespace().collect::<Vec<_>>().join(" ");
    let preview: String = last.chars().take(PREVIEW).collect();
    connection
        .prepare_cached("UPDATE conversations SET first_words = ?2, preview = ?3 WHERE key = ?1")?
        .execute(params![conversation, first_words, preview])?;
    Ok(())
}

/// A message's beginning and the names of its attachments: what a title is made from.
fn beginning(connection: &Connection, message: i64) -> rusqlite::Result<Message> {
    let text: String = connection
        .prepare_cached("SELECT substr(text, 1, ?2) FROM messages WHERE key = ?1")?
        .query_row([message, BEGINNING], |row| row.get(0))?;
    let mut beginning = Message::user(text);
    let mut names = connection
        .prepare_cached("SELECT name FROM attachments WHERE message = ?1 ORDER BY place LIMIT 9")?;
    let names = names.query_map([message], |row| row.get::<_, String>(0))?;
    for name in names {
        beginning
            .attachments
            .push(Arc::new(Attachment::new(name?, "")));
    }
    Ok(beginning)
}
