//! Applies changes on the write connection, inside a transaction.

mod drafts;

use super::texts::{self, Hashes};
use super::{StoreError, StoreNotice, derived, learned, presets, row};
use crate::chat::{Change, Outcome, Settings};
use crate::chat::{ConversationId, Failure, Message, MessageId, MessageState, Role};
use jiff::Timestamp;
use rusqlite::types::Null;
use rusqlite::{Connection, OptionalExtension, ToSql, params};
use std::path::Path;
use std::time::Duration;

/// What applying a change needs.
pub(super) struct Applier<'a> {
    pub connection: &'a Connection,
    pub path: &'a Path,
    /// The instance that receives the replies that are added while they stream, and in which what
    /// is unsent was written.
    pub instance: &'a str,
    pub hashes: &'a mut Hashes,
    /// The notices to send when the transaction is committed.
    pub notices: &'a mut Vec<StoreNotice>,
}

/// A job failed: what it refers to is missing, or the database refused.
enum Refusal {
    Unknown(String),
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

type Applied<T = ()> = Result<T, Refusal>;

impl Applier<'_> {
    /// Applies one change.
    pub(super) fn apply(&mut self, job: &Change) -> Result<(), StoreError> {
        self.dispatch(job).map_err(|refusal| match refusal {
            Refusal::Unknown(what) => StoreError::Unknown(what),
            Refusal::Sql(error) => StoreError::sql(self.path, error),
        })
    }

    fn dispatch(&mut self, job: &Change) -> Applied {
        match job {
            Change::SaveConversation { .. } => self.save_conversation(job),
            Change::AddMessage {
                conversation,
                message,
            } => self.add_message(*conversation, message),
            Change::Append { message, text } => self.append(*message, text),
            Change::Replace { message, text } => self.replace(*message, text),
            Change::Reasoning {
                message,
                text,
                thought_for,
            } => self.think(*message, text, *thought_for),
            Change::HiddenTail { message, text } => self.set(*message, "hidden_tail", text),
            Change::Finish {
                message,
                state,
                failure,
                outcome,
            } => self.finish(*message, *state, (failure.as_ref(), outcome.as_deref())),
            Change::LeaveOut { message, left_out } => self.leave_out(*message, *left_out),
            Change::SetHead {
                conversation,
                from,
                to,
            } => self.set_head(*conversation, *from, *to),
            Change::SaveDraft { .. }
            | Change::SaveQueue { .. }
            | Change::SaveAside { .. }
            | Change::TakeOver { .. } => self.apply_unsent(job),
            Change::SetTitle {
                conversation,
                title,
            } => self.change_conversation(*conversation, "title", title),
            Change::Pin {
                conversation,
                pinned,
            } => self.change_conversation(*conversation, "pinned", pinned),
            Change::SavePreset { .. }
            | Change::RemovePreset { .. }
            | Change::SetDefaultPreset { .. } => {
                Ok(presets::apply(self.connection, self.hashes, job)?)
            }
            Change::Learn(fact) => Ok(learned::save(self.connection, fact)?),
            Change::Delete { conversation } => {
                let now = row::time(Timestamp::now());
                self.change_conversation(*conversation, "deleted_at", now)
            }
            Change::Restore { conversation } => {
                self.change_conversation(*conversation, "deleted_at", Null)
            }
            Change::Discard { conversation } => self.discard(*conversation),
            Change::Purge { before } => self.purge(*before),
        }
    }

    fn save_conversation(&mut self, job: &Change) -> Applied {
        let Change::SaveConversation {
            id,
            title,
            system,
            model,
            space,
            created_at,
            settings,
        } = job
        else {
            return Ok(());
        };
        let system = texts::save(self.connection, self.hashes, system)?;
        let created_at = row::time(*created_at);
        self.connection
            .prepare_cached(
                "INSERT INTO conversations
                    (id, title, space, model, system, settings, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)
                 ON CONFLICT (id) DO UPDATE SET space = excluded.space, model = excluded.model,
                    system = excluded.system, settings = excluded.settings",
            )?
            .execute(params![
                id.to_string(),
                title,
                space,
                model,
                system,
                settings_json(settings),
                created_at
            ])?;
        Ok(())
    }

    fn add_message(&mut self, conversation: ConversationId, message: &Message) -> Applied {
        let owner = self.conversation_key(conversation)?;
        let id = message.id.to_string();
        let system = match &message.system {
            Some(system) => Some(texts::save(self.connection, self.hashes, system)?),
            None => None,
        };
        let known = self.find_message(message.id)?;
        if let Some((_, other)) = known
            && other != owner
        {
            return Err(Refusal::Unknown(format!(
                "message {id} in this conversation"
            )));
        }
        let created_at = row::time(message.created_at);
        let streams = message.state == MessageState::Streaming;
        let key = self
            .connection
            .prepare_cached(
                "INSERT INTO messages (id, conversation, parent, role, state, writer, revision,
                    created_at, system, failure, hidden_tail, reasoning, thought_for, text,
                    left_out, outcome)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
                 ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, role = excluded.role,
                    state = excluded.state, writer = excluded.writer,
                    revision = max(revision + 1, excluded.revision),
                    created_at = excluded.created_at, system = excluded.system,
                    failure = excluded.failure, hidden_tail = excluded.hidden_tail,
                    reasoning = excluded.reasoning,
                    thought_for = excluded.thought_for, text = excluded.text,
                    left_out = excluded.left_out, outcome = excluded.outcome
                 RETURNING key",
            )?
            .query_row(
                params![
                    id,
                    owner,
                    message.parent.map(|parent| parent.to_string()),
                    row::role(message.role),
                    row::state(message.state),
                    streams.then_some(self.instance),
                    i64::try_from(message.revision).unwrap_or(i64::MAX / 2),
                    created_at,
                    system,
                    row::failure(message.failure.as_ref()),
                    message.hidden_tail,
                    message.reasoning,
                    milliseconds(message.thought_for),
                    message.text,
                    message.left_out,
                    row::outcome(message.outcome.as_deref())
                ],
                |row| row.get::<_, i64>(0),
            )?;
        self.connection
            .prepare_cached("DELETE FROM pieces WHERE message = ?1")?
            .execute([key])?;
        self.attach(key, &message.attachments)?;
        self.count_message(owner, message, known.is_none())?;
        Ok(derived::reindex(self.connection, key, !streams)?)
    }

    /// Updates the conversation's row for a new message.
    fn count_message(&self, owner: i64, message: &Message, is_new: bool) -> Applied {
        self.connection
            .prepare_cached(
                "UPDATE conversations SET messages = messages + ?2,
                    updated_at = max(updated_at, ?3),
                    deleted_at = CASE WHEN ?4 THEN NULL ELSE deleted_at END
                 WHERE key = ?1",
            )?
            .execute(params![
                owner,
                i64::from(is_new),
                row::time(message.created_at),
                message.role == Role::User
            ])?;
        Ok(())
    }

    fn append(&self, message: MessageId, text: &str) -> Applied {
        let added = self
            .connection
            .prepare_cached(
                "INSERT INTO pieces (message, text) SELECT key, ?2 FROM messages WHERE id = ?1",
            )?
            .execute(params![message.to_string(), text])?;
        known(added, || format!("message {message}"))
    }

    fn replace(&self, message: MessageId, text: &str) -> Applied {
        self.set(message, "text", text)?;
        self.connection
            .prepare_cached(
                "DELETE FROM pieces WHERE message = (SELECT key FROM messages WHERE id = ?1)",
            )?
            .execute([message.to_string()])?;
        Ok(())
    }

    fn think(&self, message: MessageId, thoughts: &str, thought_for: Duration) -> Applied {
        self.set(message, "reasoning", thoughts)?;
        self.connection
            .prepare_cached("UPDATE messages SET thought_for = ?2 WHERE id = ?1")?
            .execute(params![message.to_string(), milliseconds(thought_for)])?;
        Ok(())
    }

    /// Writes a column of a message. What is searched follows when the reply is finished.
    fn set(&self, message: MessageId, column: &'static str, text: &str) -> Applied {
        let sql = format!(
            "UPDATE messages SET {column} = ?2, revision = revision + 1
                + (SELECT count(*) FROM pieces WHERE message = messages.key)
             WHERE id = ?1"
        );
        let changed = self
            .connection
            .prepare_cached(&sql)?
            .execute(params![message.to_string(), text])?;
        known(changed, || format!("message {message}"))
    }

    fn leave_out(&self, message: MessageId, left_out: bool) -> Applied {
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE messages SET left_out = ?2, revision = revision + 1 WHERE id = ?1",
            )?
            .execute(params![message.to_string(), left_out])?;
        known(changed, || format!("message {message}"))
    }

    fn finish(
        &self,
        message: MessageId,
        state: MessageState,
        told: (Option<&Failure>, Option<&Outcome>),
    ) -> Applied {
        let Some((key, owner)) = self.find_message(message)? else {
            return Err(Refusal::Unknown(format!("message {message}")));
        };
        derived::fold(self.connection, key, state, told)?;
        let now = row::time(Timestamp::now());
        self.connection
            .prepare_cached(
                "UPDATE conversations SET updated_at = max(updated_at, ?2) WHERE key = ?1",
            )?
            .execute(params![owner, now])?;
        self.describe(owner)?;
        Ok(())
    }

    fn set_head(
        &mut self,
        conversation: ConversationId,
        from: Option<MessageId>,
        to: Option<MessageId>,
    ) -> Applied {
        let owner = self.conversation_key(conversation)?;
        if let Some(to) = to
            && self
                .find_message(to)?
                .is_none_or(|(_, other)| other != owner)
        {
            return Err(Refusal::Unknown(format!("message {to}")));
        }
        let moved = self
            .connection
            .prepare_cached("UPDATE conversations SET head = ?3 WHERE key = ?1 AND head IS ?2")?
            .execute(params![
                owner,
                from.map(|id| id.to_string()),
                to.map(|id| id.to_string())
            ])?;
        if moved > 0 {
            self.describe(owner)?;
            return Ok(());
        }
        let head: Option<String> = self
            .connection
            .prepare_cached("SELECT head FROM conversations WHERE key = ?1")?
            .query_row([owner], |row| row.get(0))?;
        let head = head.as_deref().and_then(row::message_id);
        if head != to {
            self.notices
                .push(StoreNotice::HeadElsewhere { conversation, head });
        }
        Ok(())
    }

    fn change_conversation(
        &self,
        conversation: ConversationId,
        column: &'static str,
        value: impl ToSql,
    ) -> Applied {
        let changed = self
            .connection
            .prepare_cached(&format!(
                "UPDATE conversations SET {column} = ?2 WHERE id = ?1"
            ))?
            .execute(params![conversation.to_string(), value])?;
        known(changed, || format!("conversation {conversation}"))
    }

    fn purge(&self, before: Timestamp) -> Applied {
        let before = row::time(before);
        self.connection
            .execute("DELETE FROM conversations WHERE deleted_at < ?1", [&before])?;
        self.connection.execute(
            "DELETE FROM conversations WHERE messages = 0 AND title IS NULL AND updated_at < ?1
             AND NOT EXISTS (SELECT 1 FROM unsent WHERE conversation = conversations.key)",
            [&before],
        )?;
        texts::remove_unused(self.connection)?;
        Ok(())
    }

    fn discard(&self, conversation: ConversationId) -> Applied {
        self.connection
            .prepare_cached("DELETE FROM conversations WHERE id = ?1")?
            .execute([conversation.to_string()])?;
        texts::remove_unused(self.connection)?;
        Ok(())
    }

    fn conversation_key(&self, conversation: ConversationId) -> Applied<i64> {
        self.connection
            .prepare_cached("SELECT key FROM conversations WHERE id = ?1")?
            .query_row([conversation.to_string()], |row| row.get(0))
            .optional()?
            .ok_or_else(|| Refusal::Unknown(format!("conversation {conversation}")))
    }

    /// The keys of a message and of its conversation.
    fn find_message(&self, message: MessageId) -> Applied<Option<(i64, i64)>> {
        let found = self
            .connection
            .prepare_cached("SELECT key, conversation FROM messages WHERE id = ?1")?
            .query_row([message.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok(found)
    }

    fn describe(&self, conversation: i64) -> Applied {
        Ok(derived::describe(self.connection, conversation)?)
    }
}

fn settings_json(settings: &Settings) -> String {
    // A map of texts always has a JSON form.
    serde_json::to_string(settings).unwrap_or_else(|_| "{}".to_owned())
}

fn milliseconds(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// A count for a column; no count that fits in memory is cut.
fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn known(changed: usize, what: impl FnOnce() -> String) -> Applied {
    if changed > 0 {
        Ok(())
    } else {
        Err(Refusal::Unknown(what()))
    }
}
