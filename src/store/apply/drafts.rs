//! Writes what a user has written, sent or not: drafts, what waits, and the attachments of them
//! and of messages.

use super::super::{row, texts};
use super::{Applied, Applier, number};
use crate::chat::{Attachment, Change, ConversationId, Draft};
use rusqlite::params;
use std::sync::Arc;

impl Applier<'_> {
    /// Replaces the message's attachments, and queues their texts for the index.
    pub(super) fn attach(&mut self, message: i64, attachments: &[Arc<Attachment>]) -> Applied {
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

    /// Adds attachments to a table, given with the column of their owner.
    fn put_attachments(
        &mut self,
        table: &str,
        owner: i64,
        attachments: &[Arc<Attachment>],
    ) -> Applied {
        let insert = format!(
            "INSERT INTO {table}, place, name, tokens, text, file, content, origin)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        );
        for (place, attachment) in attachments.iter().enumerate() {
            let text = texts::save(self.connection, self.hashes, &attachment.text)?;
            let file = attachment.file.as_ref();
            let content = match file {
                Some(file) => texts::save_content(self.connection, file)?,
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

    /// Carries out a job about what is unsent in this window.
    pub(super) fn apply_unsent(&mut self, job: &Change) -> Applied {
        match job {
            Change::SaveDraft {
                conversation,
                draft,
            } => {
                let draft = Some(draft).filter(|draft| !draft.is_empty());
                self.save_unsent(*conversation, "draft", draft)
            }
            Change::SaveQueue {
                conversation,
                queued,
            } => self.save_unsent(*conversation, "queued", queued),
            Change::SaveAside {
                conversation,
                aside,
            } => self.save_unsent(*conversation, "aside", aside),
            Change::TakeOver {
                conversation,
                left_by,
            } => self.take_over(*conversation, left_by),
            _ => Ok(()),
        }
    }

    /// Makes `drafts` all of a kind that is unsent in this window: `draft`, `queued` or `aside`.
    fn save_unsent<'a>(
        &mut self,
        conversation: ConversationId,
        kind: &str,
        drafts: impl IntoIterator<Item = &'a Draft>,
    ) -> Applied {
        let owner = self.conversation_key(conversation)?;
        self.connection
            .prepare_cached(
                "DELETE FROM unsent WHERE conversation = ?1 AND kind = ?2 AND writer = ?3",
            )?
            .execute(params![owner, kind, self.instance])?;
        for draft in drafts {
            let key = self
                .connection
                .prepare_cached(
                    "INSERT INTO unsent (conversation, kind, text, writer) VALUES (?1, ?2, ?3, ?4)",
                )?
                .insert(params![owner, kind, draft.text, self.instance])?;
            self.put_attachments("unsent_attachments (unsent", key, &draft.attachments)?;
        }
        Ok(())
    }

    /// Removes what these instances left unsent.
    fn take_over(&mut self, conversation: ConversationId, left_by: &[String]) -> Applied {
        let owner = self.conversation_key(conversation)?;
        for writer in left_by {
            self.connection
                .prepare_cached("DELETE FROM unsent WHERE conversation = ?1 AND writer = ?2")?
                .execute(params![owner, writer])?;
        }
        Ok(())
    }
}
