//! What the list shows of a conversation besides its title, and a search that covers only the
//! newest texts or is interrupted.

use super::*;
use crate::chat::Summary;

fn listed(store: &Store) -> Vec<Summary> {
    store.reader.list(10, 0).unwrap()
}

#[tokio::test]
async fn the_list_tells_pins_and_how_the_last_message_stands() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut conversation = begin(&store);
    let id = conversation.id;
    say(&store, &mut conversation, Message::user("hello"));
    assert!(store.handle.flush().await);
    assert_eq!(listed(&store)[0].state, Some(MessageState::Complete));
    let mut reply = Message::new(Role::Assistant, "");
    reply.state = MessageState::Failed;
    say(&store, &mut conversation, reply);
    store.handle.send(Change::Pin {
        conversation: id,
        pinned: true,
    });
    assert!(store.handle.flush().await);
    let summary = &listed(&store)[0];
    assert_eq!(summary.state, Some(MessageState::Failed));
    assert!(summary.pinned);
    // What is saved of it later leaves the pin as it is.
    store
        .handle
        .send(Change::save_conversation(&conversation, Settings::new()));
    assert!(store.handle.flush().await);
    assert!(listed(&store)[0].pinned);
    store.handle.send(Change::Pin {
        conversation: id,
        pinned: false,
    });
    assert!(store.handle.flush().await);
    assert!(!listed(&store)[0].pinned);
}

#[tokio::test]
async fn a_look_at_the_newest_texts_finds_what_the_whole_search_finds_first() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut conversation = begin(&store);
    for number in 0..20 {
        let text = format!("the word, and {number}");
        say(&store, &mut conversation, Message::user(text));
        // One after the other, as they are written in a conversation.
        assert!(store.handle.indexed().await);
    }
    let all = store.reader.search("word", 5).unwrap();
    assert_eq!(all[0].snippet, "the word, and 19");
    assert_eq!(store.reader.search_recent("word", 5).unwrap(), all);
    assert_eq!(
        store.reader.search_recent("word and 7", 5).unwrap().len(),
        1
    );
    // Ending a read that is not under way does nothing to the next one.
    store.reader.interrupt().now();
    assert_eq!(store.reader.search("word", 5).unwrap(), all);
}

#[tokio::test]
async fn a_prompt_that_says_little_is_listed_with_the_beginning_of_its_reply() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut conversation = begin(&store);
    say(&store, &mut conversation, Message::user("Hi"));
    let reply = say(&store, &mut conversation, streaming());
    append(&store, &reply, "# A plan\nfor Kyoto");
    finish(&store, &reply);
    store.handle.flush().await;
    assert_eq!(store.reader.list(1, 0).unwrap()[0].title, "Hi · A plan");
}
