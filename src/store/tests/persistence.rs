//! Persistence: saved changes are there again, however the program ended.

use super::*;
use crate::chat::import_changes;
use crate::chat::{Draft, Failure, MessageId, Pending, Unsent};
use crate::store::PrefixMatch;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// The message as it is without its revision, which only counts changes.
fn unrevised(message: &Message) -> Message {
    Message {
        revision: 0,
        ..message.clone()
    }
}

#[tokio::test]
async fn after_reopening_everything_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut conversation = begin(&store);
    let mut question = Message::user("What is\0it?");
    question.system = Some("be brief".into());
    question.left_out = true;
    question.attachments = vec![
        attachment("a.txt", "long"),
        attachment("b.txt", "long"),
        picture(),
    ];
    let question = say(&store, &mut conversation, question);
    let mut reply = Message::new(Role::Assistant, "It is");
    reply.reasoning = "hm".to_owned();
    reply.thought_for = Duration::from_secs(7);
    reply.hidden_tail = "\n<summary>".to_owned();
    reply.state = MessageState::Failed;
    reply.failure = Some(Failure {
        kind: crate::chat::FailureKind::Space,
        message: "m".to_owned(),
        hint: "h".to_owned(),
    });
    let reply = say(&store, &mut conversation, reply);
    store.handle.send(Change::LeaveOut {
        message: reply.id,
        left_out: true,
    });
    let reply = Arc::new(Message {
        left_out: true,
        ..(*reply).clone()
    });
    store.handle.send(Change::SetTitle {
        conversation: conversation.id,
        title: Some("Title".to_owned()),
    });
    assert!(store.handle.close().await);
    drop(store.reader);

    let store = open(dir.path());
    let loaded = load(&store, conversation.id);
    assert_eq!(loaded.conversation.title.as_deref(), Some("Title"));
    assert_eq!(loaded.conversation.created_at, conversation.created_at);
    assert_eq!(&*loaded.conversation.system, "be brief");
    assert_eq!(loaded.conversation.space, "owner/space");
    assert_eq!(loaded.conversation.model, "model");
    assert_eq!(loaded.settings["temperature"], "0.7");
    assert_eq!(loaded.conversation.path_ids(), conversation.path_ids());
    for message in [question, reply] {
        let found = loaded.conversation.message(message.id).unwrap();
        assert_eq!(unrevised(found), *message);
    }
    let [summary] = store.reader.list(10, 0).unwrap().try_into().unwrap();
    assert_eq!((summary.title.as_str(), summary.messages), ("Title", 2));
    assert_eq!(summary.preview, "It is");
    assert_eq!(store.reader.last().unwrap(), Some(conversation.id));
}

#[tokio::test]
async fn what_was_flushed_survives_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut conversation = begin(&store);
    say(&store, &mut conversation, Message::user("hello"));
    assert!(store.handle.flush().await);
    let image = as_after_a_kill(dir.path());
    let after = open(image.path());
    assert_eq!(load(&after, conversation.id).conversation.path().len(), 1);
}

#[tokio::test]
async fn a_reply_that_was_cut_off_is_interrupted_and_has_its_text() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut conversation = begin(&store);
    say(&store, &mut conversation, Message::user("hello"));
    let reply = say(&store, &mut conversation, streaming());
    append(&store, &reply, "lost ");
    store.handle.send(Change::Replace {
        message: reply.id,
        text: "one ".to_owned(),
    });
    append(&store, &reply, "two\0");
    append(&store, &reply, " three");
    store.handle.send(Change::Reasoning {
        message: reply.id,
        text: "thought".to_owned(),
        thought_for: Duration::from_millis(1500),
    });
    assert!(store.handle.flush().await);
    let live = load(&store, conversation.id);
    let shown = live.conversation.head().unwrap();
    assert_eq!(shown.text, "one two\0 three");
    assert_eq!(shown.state, MessageState::Streaming);

    let image = as_after_a_kill(dir.path());
    let after = open(image.path());
    assert_eq!(after.interrupted, 1);
    let loaded = load(&after, conversation.id);
    let head = loaded.conversation.head().unwrap();
    assert_eq!(head.state, MessageState::Interrupted);
    assert_eq!(head.text, "one two\0 three");
    assert_eq!(head.reasoning, "thought");
    assert_eq!(head.thought_for, Duration::from_millis(1500));
    assert_eq!(number(image.path(), "SELECT count(*) FROM pieces"), 0);
}

#[tokio::test]
async fn a_finished_reply_is_one_text_and_its_revision_has_grown() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut conversation = begin(&store);
    let reply = say(&store, &mut conversation, streaming());
    let mut last = 0;
    for piece in ["a", "b", "c"] {
        append(&store, &reply, piece);
        store.handle.flush().await;
        let revision = load(&store, conversation.id)
            .conversation
            .head()
            .unwrap()
            .revision;
        assert!(revision > last);
        last = revision;
    }
    finish(&store, &reply);
    store.handle.flush().await;
    let loaded = load(&store, conversation.id);
    let head = loaded.conversation.head().unwrap();
    assert_eq!(
        (head.text.as_str(), head.state),
        ("abc", MessageState::Complete)
    );
    assert!(head.revision > last);
    assert_eq!(number(dir.path(), "SELECT count(*) FROM pieces"), 0);
}

#[tokio::test]
async fn a_job_that_cannot_succeed_is_told_and_holds_up_none() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut notices) = open_with_notices(dir.path());
    store.handle.send(Change::Append {
        message: MessageId::new(),
        text: "x".to_owned(),
    });
    let mut conversation = begin(&store);
    say(&store, &mut conversation, Message::user("hello"));
    assert!(!store.handle.flush().await);
    assert!(store.handle.flush().await);
    let notice = notices.recv().await.unwrap();
    assert!(
        matches!(&notice, StoreNotice::NotSaved { what, .. } if what == "a part of a reply"),
        "{notice:?}"
    );
    assert_eq!(load(&store, conversation.id).conversation.path().len(), 1);
}

#[tokio::test]
async fn a_flush_tells_of_what_was_lost_long_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut notices) = open_with_notices(dir.path());
    store.handle.send(Change::Append {
        message: MessageId::new(),
        text: "x".to_owned(),
    });
    assert!(notices.recv().await.is_some());
    // The answer to this shows that the batch of the lost job is over.
    assert!(store.handle.others_version().await.is_some());
    assert!(!store.handle.flush().await);
    assert!(store.handle.flush().await);
}

#[tokio::test]
async fn jobs_that_belong_together_fail_together() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut notices) = open_with_notices(dir.path());
    let conversation = begin(&store);
    store.handle.send_all(vec![
        Change::SetTitle {
            conversation: conversation.id,
            title: Some("half".to_owned()),
        },
        Change::Delete {
            conversation: ConversationId::new(),
        },
    ]);
    store.handle.flush().await;
    assert!(notices.recv().await.is_some());
    assert_eq!(load(&store, conversation.id).conversation.title, None);
}

#[tokio::test]
async fn a_locked_database_keeps_jobs_waiting_until_it_is_free() {
    let dir = tempfile::tempdir().unwrap();
    let (sender, mut notices) = unbounded_channel();
    let patience = std::time::Duration::from_millis(5);
    let store = Store::open_within(dir.path(), patience, move |notice| {
        drop(sender.send(notice));
    })
    .unwrap();
    assert!(store.handle.flush().await);
    let other = rusqlite::Connection::open(dir.path().join(FILE_NAME)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let conversation = begin(&store);
    assert!(!store.handle.flush().await);
    let waiting = notices.recv().await.unwrap();
    assert!(
        matches!(waiting, StoreNotice::Waiting { jobs: 1, .. }),
        "{waiting:?}"
    );
    other.execute_batch("COMMIT").unwrap();
    assert!(store.handle.flush().await);
    assert_eq!(notices.recv().await, Some(StoreNotice::Recovered));
    load(&store, conversation.id);
}

#[tokio::test]
async fn the_trash_keeps_until_it_is_emptied() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut conversation = begin(&store);
    let mut message = Message::user("hello");
    message
        .attachments
        .push(attachment("a", "text of the attachment"));
    say(&store, &mut conversation, message);
    let id = conversation.id;
    store.handle.send(Change::Delete { conversation: id });
    assert!(store.handle.indexed().await);
    assert_eq!(store.reader.list(10, 0).unwrap(), []);
    assert!(store.reader.trash().unwrap()[0].trashed);
    assert_eq!(store.reader.search("attachment", 10).unwrap(), []);
    assert!(load(&store, id).trashed);

    store.handle.send(Change::Restore { conversation: id });
    store.handle.flush().await;
    assert_eq!(store.reader.list(10, 0).unwrap().len(), 1);
    assert_eq!(store.reader.search("attachment", 10).unwrap().len(), 1);

    store.handle.send(Change::Delete { conversation: id });
    let before = Timestamp::now() + SignedDuration::from_hours(1);
    store.handle.send(Change::Purge { before });
    assert!(store.handle.indexed().await);
    assert!(store.reader.load(id).unwrap().is_none());
    for table in [
        "conversations",
        "messages",
        "texts",
        "sources",
        "fts_rows",
        "fts_docsize",
    ] {
        assert_eq!(
            number(dir.path(), &format!("SELECT count(*) FROM {table}")),
            0,
            "{table}"
        );
    }
}

#[tokio::test]
async fn what_a_user_says_takes_a_conversation_out_of_the_trash() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut conversation = begin(&store);
    let reply = say(&store, &mut conversation, streaming());
    store.handle.send(Change::Delete {
        conversation: conversation.id,
    });
    finish(&store, &reply);
    store.handle.flush().await;
    assert!(load(&store, conversation.id).trashed);
    say(&store, &mut conversation, Message::user("go on"));
    store.handle.flush().await;
    assert!(!load(&store, conversation.id).trashed);
}

#[tokio::test]
async fn closing_folds_the_log_into_the_database() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let conversation = begin(&store);
    let late = store.handle.clone();
    assert!(store.handle.close().await);
    assert_eq!(Store::check(dir.path()).unwrap().log_bytes, 0);
    assert!(!late.flush().await);
    assert!(store.reader.load(conversation.id).unwrap().is_some());
}

#[tokio::test]
async fn opening_empties_the_trash_of_what_is_older_than_thirty_days() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let (old, young) = (begin(&store), begin(&store));
    for conversation in [&old, &young] {
        store.handle.send(Change::Delete {
            conversation: conversation.id,
        });
    }
    assert!(store.handle.close().await);
    let connection = rusqlite::Connection::open(dir.path().join(FILE_NAME)).unwrap();
    let long_ago = Timestamp::now() - SignedDuration::from_hours(31 * 24);
    connection
        .execute(
            "UPDATE conversations SET deleted_at = ?1 WHERE id = ?2",
            [format!("{long_ago:.9}"), old.id.to_string()],
        )
        .unwrap();
    drop(connection);
    let store = open(dir.path());
    store.handle.flush().await;
    assert!(store.reader.load(old.id).unwrap().is_none());
    assert!(store.reader.load(young.id).unwrap().is_some());
}

#[tokio::test]
async fn a_drafts_attachment_is_stored_once_however_often_it_is_saved() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let conversation = begin(&store);
    let long = "four bytes".repeat(400_000);
    let pasted = attachment("pasted #1", long.as_str());
    let mut draft = Draft {
        text: String::new(),
        attachments: vec![
            Arc::clone(&pasted),
            attachment("again", long.as_str()),
            picture(),
        ],
    };
    for c in "What is it?".chars() {
        draft.text.push(c);
        store.handle.send(Change::SaveDraft {
            conversation: conversation.id,
            draft: draft.clone(),
        });
        store.handle.flush().await;
    }
    assert_eq!(
        number(
            dir.path(),
            "SELECT count(*) FROM texts WHERE length(text) > 9"
        ),
        1
    );
    let image = as_after_a_kill(dir.path());
    let after = open(image.path());
    assert_eq!(load(&after, conversation.id).unsent.draft, draft);
    let listed = &after.reader.list(1, 0).unwrap()[0];
    assert_eq!(listed.pending, Pending::Draft);

    store.handle.send(Change::SaveDraft {
        conversation: conversation.id,
        draft: Draft::default(),
    });
    store.handle.flush().await;
    assert!(load(&store, conversation.id).unsent.draft.is_empty());
}

#[tokio::test]
async fn a_thousand_conversations_are_listed_newest_first_and_in_parts() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut ids = Vec::new();
    for number in 0..1000 {
        let mut conversation = begin(&store);
        say(
            &store,
            &mut conversation,
            Message::user(format!("number {number}")),
        );
        ids.push(conversation.id);
    }
    store.handle.flush().await;
    let all = store.reader.list(2000, 0).unwrap();
    let listed: Vec<ConversationId> = all.iter().map(|summary| summary.id).collect();
    ids.reverse();
    assert_eq!(listed, ids);
    assert_eq!(all[0].title, "number 999");
    assert_eq!(store.reader.list(10, 990).unwrap(), all[990..]);
}

#[tokio::test]
async fn a_conversation_is_found_by_the_beginning_of_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let (one, other) = (begin(&store), begin(&store));
    store.handle.flush().await;
    let name = one.id.to_string();
    for prefix in [name.clone(), name.replace('-', "").to_uppercase()] {
        let found = store.reader.find(&prefix).unwrap();
        assert_eq!(found, PrefixMatch::One(one.id));
    }
    let both = store.reader.find(name.get(..6).unwrap()).unwrap();
    assert_eq!(both, PrefixMatch::Several(vec![other.id, one.id]));
    for nothing in ["", "%", "not hex", "ffffffff"] {
        assert_eq!(store.reader.find(nothing).unwrap(), PrefixMatch::Nothing);
    }
}

#[tokio::test]
async fn an_imported_conversation_has_its_branches_and_a_reply_cut_off_is_interrupted() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut conversation = Conversation::new("space", "", "");
    let first = conversation.append(Message::user("one"));
    conversation.append(streaming());
    conversation.set_head(Some(first));
    let seen = conversation.append(Message::new(Role::Assistant, "two"));
    let draft = Draft {
        text: "unsent".to_owned(),
        attachments: vec![],
    };
    let jobs = import_changes(
        &conversation,
        Unsent {
            draft: draft.clone(),
            ..Unsent::default()
        },
        Settings::new(),
    );
    store.handle.send_all(jobs);
    assert!(store.handle.flush().await);
    let loaded = load(&store, conversation.id);
    assert_eq!(loaded.conversation.path_ids(), [first, seen]);
    assert_eq!(loaded.conversation.versions(seen).len(), 2);
    assert_eq!(loaded.unsent.draft, draft);
    let mut states = loaded.conversation.messages().map(|message| message.state);
    assert!(states.any(|state| state == MessageState::Interrupted));
    assert_eq!(store.reader.prompts(5).unwrap(), ["one"]);
}
