//! Writes what a person has written, sent or not: drafts, what waits, and the attachments of them
//! and of messages.

use super::super::{row, texts};
use super::{Applier, Outcome, number};
use crate::chat::{Attachment, ConversationId, Draft};
use rusqlite::params;
use std::sync::Arc;

impl Applier<'_> {
    /// Makes `attachments` those of the message, and has their texts searched.
    pub(super) fn attach(&mut self, message: i64, attachments: &[Arc<Attachment>]) -> Outcome {
        self.connection
            .prepare_cached("DELETE FROM attachments WHERE message = ?1")?
            .execute([message])?;
        self.put_attachments("attachments (message", message, attachments)?;
        self.connection
            .prepare_cached(
                "INSERT OR IGNORE INTO sources (text)
                 SELECT text FROM attachments WHERE message = ?1 ORDER BY place",
            )?
            .execute([message])?;
        Ok(())
    }

    /// Adds attachments to a table, told with the column that names their owner.
    fn put_attachments(
        &mut self,
        table: &str,
        owner: i64,
        attachments: &[Arc<Attachment>],
    ) -> Outcome {
        let insert = format!(
            "INSERT INTO {table}, place, name, tokens, text, file, content, origin)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        );
        for (place, attachment) in attachments.iter().enumerate() {
            let text = texts::keep(self.connection, self.hashes, &attachment.text)?;
            let file = attachment.file.as_ref();
            let content = match file {
                Some(file) => texts::keep_content(self.connection, file)?,
                None => None,
            };
            self.connection.prepare_cached(&insert)?.execute(params![
                owner,
                number(place),
                attachment.name,
                number(attachment.tokens),
                text,
                file.map(|file| file.path.to_string_lossy()),
                content,
                row::origin(attachment.origin.as_ref())
            ])?;
        }
        Ok(())
    }

    pub(super) fn save_draft(&mut self, conversation: ConversationId, draft: &Draft) -> Outcome {
        let owner = self.conversation_key(conversation)?;
        self.connection
            .prepare_cached("DELETE FROM drafts WHERE conversation = ?1")?
            .execute([owner])?;
        if draft.is_empty() {
            return Ok(());
        }
        self.connection
            .prepare_cached("INSERT INTO drafts (conversation, text) VALUES (?1, ?2)")?
            .execute(params![owner, draft.text])?;
        self.put_attachments("draft_attachments (conversation", owner, &draft.attachments)
    }

    /// Makes `drafts` all that is unsent of a kind.
    pub(super) fn save_unsent(
        &mut self,
        conversation: ConversationId,
        kind: &str,
        drafts: &[Draft],
    ) -> Outcome {
        let owner = self.conversation_key(conversation)?;
        self.connection
            .prepare_cached("DELETE FROM unsent WHERE conversation = ?1 AND kind = ?2")?
            .execute(params![owner, kind])?;
        for draft in drafts {
            let key = self
                .connection
                .prepare_cached(
                    "INSERT INTO unsent (conversation, kind, text) VALUES (?1, ?2, ?3)",
                )?
                .insert(params![owner, kind, draft.text])?;
            self.put_attachments("unsent_attachments (unsent", key, &draft.attachments)?;
        }
        Ok(())
    }
}
