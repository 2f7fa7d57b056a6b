//! The store as its callers see it, on real files in directories of the tests' own.

mod instances;
mod learned;
mod lists;
mod llm_logs;
mod older;
mod open;
mod outcomes;
mod persistence;
mod presets;
mod rescue;
mod search;
mod sent_files;
mod unsent;
mod versions;

use super::{FILE_NAME, Loaded, Store, StoreNotice};
use crate::chat::{Attachment, Conversation, ConversationId, Message, MessageState, Role};
use crate::chat::{Change, SentFile, Settings};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Opens a store whose notices are failures.
fn open(dir: &Path) -> Store {
    Store::open(dir, |notice| panic!("{notice:?}")).unwrap()
}

/// Opens a store and gives its notices.
fn open_with_notices(dir: &Path) -> (Store, UnboundedReceiver<StoreNotice>) {
    let (sender, notices) = unbounded_channel();
    let store = Store::open(dir, move |notice| drop(sender.send(notice))).unwrap();
    (store, notices)
}

/// A conversation that is saved without messages.
fn begin(store: &Store) -> Conversation {
    let conversation = Conversation::new("owner/space", "model", "be brief");
    let settings = Settings::from([("temperature".to_owned(), "0.7".to_owned())]);
    store
        .handle
        .send(Change::save_conversation(&conversation, settings));
    conversation
}

/// Appends a message here and in the store.
fn say(store: &Store, conversation: &mut Conversation, message: Message) -> Arc<Message> {
    let from = conversation.head().map(|head| head.id);
    let id = conversation.append(message);
    let message = Arc::clone(conversation.message(id).unwrap());
    store.handle.send_all(vec![
        Change::AddMessage {
            conversation: conversation.id,
            message: Arc::clone(&message),
        },
        Change::SetHead {
            conversation: conversation.id,
            from,
            to: Some(id),
        },
    ]);
    message
}

/// A reply that is being received.
fn streaming() -> Message {
    let mut reply = Message::new(Role::Assistant, "");
    reply.state = MessageState::Streaming;
    reply
}

fn append(store: &Store, reply: &Message, text: &str) {
    store.handle.send(Change::Append {
        message: reply.id,
        text: text.to_owned(),
    });
}

fn finish(store: &Store, reply: &Message) {
    store.handle.send(Change::Finish {
        message: reply.id,
        state: MessageState::Complete,
        failure: None,
        outcome: None,
    });
}

fn load(store: &Store, id: ConversationId) -> Loaded {
    store.reader.load_whole(id).unwrap().unwrap()
}

fn attachment(name: &str, text: impl Into<Arc<str>>) -> Arc<Attachment> {
    Arc::new(Attachment::new(name, text))
}

/// A file that is sent as it is.
fn picture() -> Arc<Attachment> {
    let file = SentFile::new("/pictures/cat.png", &b"\x89PNG\0\xff"[..]);
    Arc::new(Attachment::file(file))
}

/// What is on the disk now, as a power cut would leave it: in a directory of its own.
fn as_after_a_kill(dir: &Path) -> TempDir {
    let image = tempfile::tempdir().unwrap();
    for name in [FILE_NAME.to_owned(), format!("{FILE_NAME}-wal")] {
        fs::copy(dir.join(&name), image.path().join(&name)).unwrap();
    }
    image
}

/// The number that a query of the database gives.
fn number(dir: &Path, sql: &str) -> i64 {
    let connection = rusqlite::Connection::open(dir.join(FILE_NAME)).unwrap();
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}
