//! Several instances on one data directory.

use super::*;

#[tokio::test]
async fn two_instances_write_and_each_reads_what_the_other_saved() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (open(dir.path()), open(dir.path()));
    let mut conversations = Vec::new();
    for number in 0..40 {
        let store = if number % 2 == 0 { &one } else { &other };
        let mut conversation = begin(store);
        say(
            store,
            &mut conversation,
            Message::user(format!("number {number}")),
        );
        conversations.push(conversation.id);
    }
    assert!(one.handle.flush().await && other.handle.flush().await);
    for store in [&one, &other] {
        assert_eq!(store.reader.list(100, 0).unwrap().len(), 40);
        for id in &conversations {
            assert_eq!(load(store, *id).conversation.path().len(), 1);
        }
    }
}

#[tokio::test]
async fn instances_that_open_a_new_directory_together_all_succeed_and_count_as_living() {
    let dir = tempfile::tempdir().unwrap();
    let openers: Vec<_> = (0..8)
        .map(|_| {
            let path = dir.path().join("data");
            std::thread::spawn(move || open(&path))
        })
        .collect();
    let stores: Vec<Store> = openers
        .into_iter()
        .map(|opener| opener.join().unwrap())
        .collect();
    for store in &stores {
        let mut conversation = begin(store);
        say(store, &mut conversation, streaming());
        assert!(store.handle.flush().await);
        for other in &stores {
            let seen = load(other, conversation.id).conversation;
            assert_eq!(seen.head().unwrap().state, MessageState::Streaming);
        }
    }
}

#[tokio::test]
async fn a_living_instances_reply_is_not_taken_for_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let one = open(dir.path());
    let mut conversation = begin(&one);
    let reply = say(&one, &mut conversation, streaming());
    append(&one, &reply, "half");
    one.handle.flush().await;

    let other = open(dir.path());
    assert_eq!(other.interrupted, 0);
    let seen = load(&other, conversation.id);
    assert_eq!(
        seen.conversation.head().unwrap().state,
        MessageState::Streaming
    );
    append(&one, &reply, " and half");
    finish(&one, &reply);
    one.handle.flush().await;
    let seen = load(&other, conversation.id);
    let head = seen.conversation.head().unwrap();
    assert_eq!(
        (head.text.as_str(), head.state),
        ("half and half", MessageState::Complete)
    );
}

#[tokio::test]
async fn the_reply_of_an_instance_that_ends_is_shown_as_interrupted_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (open(dir.path()), open(dir.path()));
    let mut conversation = begin(&one);
    let reply = say(&one, &mut conversation, streaming());
    append(&one, &reply, "half");
    let Store { handle, reader, .. } = one;
    drop(reader);
    assert!(handle.close().await);
    let seen = load(&other, conversation.id);
    let head = seen.conversation.head().unwrap();
    assert_eq!(
        (head.text.as_str(), head.state),
        ("half", MessageState::Interrupted)
    );
}

#[tokio::test]
async fn the_head_stays_where_the_first_of_two_instances_moved_it() {
    let dir = tempfile::tempdir().unwrap();
    let (one, (other, mut notices)) = (open(dir.path()), open_with_notices(dir.path()));
    let mut here = begin(&one);
    say(&one, &mut here, Message::user("question"));
    one.handle.flush().await;
    let mut there = load(&other, here.id).conversation;

    let first = say(&one, &mut here, Message::new(Role::Assistant, "first"));
    one.handle.flush().await;
    let second = say(&other, &mut there, Message::new(Role::Assistant, "second"));
    assert!(other.handle.flush().await);

    let loaded = load(&one, here.id).conversation;
    assert_eq!(loaded.head().unwrap().id, first.id);
    assert_eq!(loaded.versions(first.id), [first.id, second.id]);
    assert_eq!(
        notices.recv().await,
        Some(StoreNotice::HeadElsewhere {
            conversation: here.id,
            head: Some(first.id)
        })
    );
}

#[tokio::test]
async fn what_another_instance_saves_is_noticed_and_what_one_saves_oneself_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (open(dir.path()), open(dir.path()));
    assert!(one.handle.indexed().await && other.handle.indexed().await);
    let version = async || one.handle.others_version().await.unwrap();
    let start = version().await;
    begin(&one);
    one.handle.flush().await;
    assert_eq!(version().await, start);
    begin(&other);
    other.handle.flush().await;
    assert_ne!(version().await, start);
}

#[tokio::test]
async fn an_old_title_of_one_window_does_not_undo_another_windows() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (open(dir.path()), open(dir.path()));
    let mut conversation = begin(&one);
    one.handle.flush().await;
    other.handle.send(Change::SetTitle {
        conversation: conversation.id,
        title: Some("new".to_owned()),
    });
    other.handle.flush().await;
    conversation.system = "other".into();
    one.handle
        .send(Change::save_conversation(&conversation, Settings::new()));
    one.handle.flush().await;
    let loaded = load(&one, conversation.id).conversation;
    assert_eq!(loaded.title.as_deref(), Some("new"));
    assert_eq!(&*loaded.system, "other");
}

/// Begins a reply and appends words to it.
fn stream(store: &Store, conversation: &mut Conversation, pieces: usize) -> Arc<Message> {
    let reply = say(store, conversation, streaming());
    for piece in 0..pieces {
        append(store, &reply, &format!("word{piece} "));
    }
    reply
}

/// So many words, as they were appended.
fn words(count: usize) -> String {
    let words: Vec<String> = (0..count).map(|word| format!("word{word} ")).collect();
    words.concat()
}

#[tokio::test]
async fn five_instances_that_stream_at_once_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_owned();
    let writers: Vec<_> = (0..5)
        .map(|_| {
            let path = path.clone();
            std::thread::spawn(move || {
                let store = open(&path);
                let mut conversation = begin(&store);
                for _ in 0..4 {
                    say(&store, &mut conversation, Message::user("question"));
                    let reply = stream(&store, &mut conversation, 50);
                    finish(&store, &reply);
                }
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .build()
                    .unwrap();
                assert!(runtime.block_on(store.handle.close()));
                conversation.id
            })
        })
        .collect();
    let ids: Vec<_> = writers
        .into_iter()
        .map(|writer| writer.join().unwrap())
        .collect();
    let store = open(dir.path());
    let text = words(50);
    for id in ids {
        let path = load(&store, id).conversation;
        let replies = path.path().filter(|said| said.role == Role::Assistant);
        let replies: Vec<_> = replies
            .map(|reply| (reply.text.clone(), reply.state))
            .collect();
        assert_eq!(replies, vec![(text.clone(), MessageState::Complete); 4]);
    }
    assert_eq!(Store::check(dir.path()).unwrap().problems, [""; 0]);
}

#[tokio::test]
async fn a_backup_made_while_replies_stream_is_of_one_moment() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (open(dir.path()), open(dir.path()));
    let (mut here, mut there) = (begin(&one), begin(&other));
    let replies = [
        stream(&one, &mut here, 200),
        stream(&other, &mut there, 200),
    ];
    for number in 0..5 {
        for (store, reply) in [(&one, &replies[0]), (&other, &replies[1])] {
            for piece in 0..100 {
                append(
                    store,
                    reply,
                    &format!("word{} ", 200 + number * 100 + piece),
                );
            }
        }
        let copy = tempfile::tempdir().unwrap();
        one.reader.backup(&copy.path().join(FILE_NAME)).unwrap();
        assert_eq!(Store::check(copy.path()).unwrap().problems, [""; 0]);
        let copied = open(copy.path());
        for id in [here.id, there.id] {
            // What had not come to the disk yet is not in it; what is in it is whole and in order.
            let Some(loaded) = copied.reader.load(id).unwrap() else {
                continue;
            };
            let Some(reply) = loaded.conversation.head() else {
                continue;
            };
            let count = reply.text.split_whitespace().count();
            assert_eq!(reply.text, words(count));
            assert_eq!(reply.state, MessageState::Interrupted);
        }
    }
    assert!(one.handle.flush().await && other.handle.flush().await);
    let copy = tempfile::tempdir().unwrap();
    one.reader.backup(&copy.path().join(FILE_NAME)).unwrap();
    let copied = open(copy.path());
    for id in [here.id, there.id] {
        let loaded = load(&copied, id).conversation;
        assert_eq!(loaded.head().unwrap().text, words(700));
    }
}
