//! Converts roles, states and other values to columns and back.

use crate::chat::{ConversationId, Failure, MessageId, MessageState, Origin, Outcome, Role};
use jiff::Timestamp;
use rusqlite::types::{Type, ValueRef};
use rusqlite::{Error, Result, Row};
use uuid::Uuid;

/// A time as it is stored: RFC 3339 with nine digits of a second, so that it sorts as text.
pub(super) fn time(time: Timestamp) -> String {
    format!("{time:.9}")
}

pub(super) fn read_time(row: &Row<'_>, column: &str) -> Result<Timestamp> {
    parse(row, column, |text| text.parse().ok())
}

pub(super) fn read_conversation_id(row: &Row<'_>, column: &str) -> Result<ConversationId> {
    parse(row, column, |text| {
        Uuid::try_parse(text).ok().map(ConversationId)
    })
}

pub(super) fn read_message_id(row: &Row<'_>, column: &str) -> Result<MessageId> {
    parse(row, column, message_id)
}

/// A message's name in a column that may be empty.
pub(super) fn read_optional_id(row: &Row<'_>, column: &str) -> Result<Option<MessageId>> {
    let text: Option<String> = row.get(column)?;
    Ok(text.as_deref().and_then(message_id))
}

pub(super) fn message_id(text: &str) -> Option<MessageId> {
    Uuid::try_parse(text).ok().map(MessageId)
}

pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

pub(super) fn read_role(row: &Row<'_>, column: &str) -> Result<Role> {
    parse(row, column, |text| match text {
        "system" => Some(Role::System),
        "user" => Some(Role::User),
        "assistant" => Some(Role::Assistant),
        _ => None,
    })
}

pub(super) fn state(state: MessageState) -> &'static str {
    match state {
        MessageState::Complete => "complete",
        MessageState::Streaming => "streaming",
        MessageState::Stopped => "stopped",
        MessageState::Failed => "failed",
        MessageState::Interrupted => "interrupted",
    }
}

pub(super) fn read_state(row: &Row<'_>, column: &str) -> Result<MessageState> {
    parse(row, column, |text| match text {
        "complete" => Some(MessageState::Complete),
        "streaming" => Some(MessageState::Streaming),
        "stopped" => Some(MessageState::Stopped),
        "failed" => Some(MessageState::Failed),
        "interrupted" => Some(MessageState::Interrupted),
        _ => None,
    })
}

/// A state in a column that may be empty.
pub(super) fn read_optional_state(row: &Row<'_>, column: &str) -> Result<Option<MessageState>> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        _ => read_state(row, column).map(Some),
    }
}

pub(super) fn failure(failure: Option<&Failure>) -> Option<String> {
    // Three texts always have a JSON form.
    failure.and_then(|failure| serde_json::to_string(failure).ok())
}

pub(super) fn outcome(outcome: Option<&Outcome>) -> Option<String> {
    outcome.and_then(|outcome| serde_json::to_string(outcome).ok())
}

pub(super) fn read_outcome(row: &Row<'_>, column: &str) -> Result<Option<Box<Outcome>>> {
    let text: Option<String> = row.get(column)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// A file that something was read from. One whose path is no text is not kept.
pub(super) fn origin(origin: Option<&Origin>) -> Option<String> {
    origin.and_then(|origin| serde_json::to_string(origin).ok())
}

pub(super) fn read_origin(row: &Row<'_>, column: &str) -> Result<Option<Origin>> {
    let text: Option<String> = row.get(column)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

pub(super) fn read_failure(row: &Row<'_>, column: &str) -> Result<Option<Failure>> {
    let text: Option<String> = row.get(column)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// The title in a row with the columns `title` and `first_words`, as it is shown.
pub(super) fn shown_title(row: &Row<'_>) -> Result<String> {
    let title: Option<String> = row.get("title")?;
    let first_words: String = row.get("first_words")?;
    Ok(title.unwrap_or_else(|| {
        if first_words.is_empty() {
            "New conversation".to_owned()
        } else {
            first_words
        }
    }))
}

/// A column of known words; another word means that the file was damaged.
fn parse<T>(row: &Row<'_>, column: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<T> {
    let index = row.as_ref().column_index(column)?;
    let text = row.get_ref(index)?.as_str()?;
    read(text).ok_or_else(|| {
        let what = format!("{column} cannot be {text:?}");
        Error::FromSqlConversionFailure(index, Type::Text, what.into())
    })
}
