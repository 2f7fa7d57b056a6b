//! What a source told of a reply at its end.

use super::*;
use crate::chat::{Finish, Outcome, Usage};

/// What a source tells of a reply that became too long for it.
fn cut() -> Outcome {
    Outcome {
        finish: Some(Finish::Length),
        usage: Some(Usage {
            prompt: 120,
            cached: Some(96),
            completion: 40,
            speed: Some(12.5),
            cost: None,
        }),
        model: Some("mini".to_owned()),
    }
}

#[tokio::test]
async fn what_was_told_of_a_reply_is_saved_with_its_end_whatever_that_is() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for state in [
        MessageState::Complete,
        MessageState::Stopped,
        MessageState::Failed,
    ] {
        let mut conversation = begin(&store);
        let reply = say(&store, &mut conversation, streaming());
        append(&store, &reply, "half");
        store.handle.send(Change::Finish {
            message: reply.id,
            state,
            failure: None,
            outcome: Some(Box::new(cut())),
        });
        store.handle.flush().await;
        let loaded = load(&store, conversation.id).conversation;
        let reply = loaded.head().unwrap();
        assert_eq!((&*reply.text, reply.state), ("half", state));
        assert_eq!(reply.outcome, Some(Box::new(cut())));
    }
}

#[tokio::test]
async fn a_reply_that_is_added_whole_has_it_too_and_loses_it_when_it_begins_anew() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut conversation = begin(&store);
    let mut reply = Message::new(Role::Assistant, "half");
    reply.outcome = Some(Box::new(cut()));
    let reply = say(&store, &mut conversation, reply);
    store.handle.flush().await;
    let outcome = || {
        let loaded = load(&store, conversation.id).conversation;
        loaded.head().unwrap().outcome.clone()
    };
    assert_eq!(outcome(), Some(Box::new(cut())));
    let anew = Message {
        outcome: None,
        ..Message::clone(&reply)
    };
    store.handle.send(Change::AddMessage {
        conversation: conversation.id,
        message: Arc::new(anew),
    });
    store.handle.flush().await;
    assert_eq!(outcome(), None);
}
