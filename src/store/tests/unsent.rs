//! What is unsent beside the draft: what waits to be sent, and what was set aside.

use super::*;
use crate::chat::{Draft, Failure, Pending, Unsent};
use jiff::Timestamp;

fn with(text: &str, attachments: Vec<Arc<Attachment>>) -> Draft {
    Draft {
        text: text.to_owned(),
        attachments,
    }
}

#[tokio::test]
async fn what_waits_and_what_was_set_aside_is_there_in_its_order_whatever_ends_the_program() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let conversation = begin(&store);
    let long = attachment("pasted #1", "long ".repeat(2000));
    let queued = vec![
        with("first", vec![Arc::clone(&long), picture()]),
        with("second", vec![long]),
    ];
    let aside = vec![Draft::new("set aside"), Draft::new("and later")];
    store.handle.send_all(vec![
        Change::SaveQueue {
            conversation: conversation.id,
            queued: queued.clone(),
        },
        Change::SaveAside {
            conversation: conversation.id,
            aside: aside.clone(),
        },
        Change::Purge {
            before: Timestamp::MAX,
        },
    ]);
    store.handle.flush().await;
    let image = as_after_a_kill(dir.path());
    let after = open(image.path());
    let unsent = load(&after, conversation.id).unsent;
    assert_eq!(unsent.aside, aside);
    let texts = |drafts: &[Draft]| -> Vec<(String, Vec<Arc<str>>)> {
        let texts = |draft: &Draft| {
            draft
                .attachments
                .iter()
                .map(|one| one.text.clone())
                .collect()
        };
        drafts
            .iter()
            .map(|draft| (draft.text.clone(), texts(draft)))
            .collect()
    };
    assert_eq!(texts(&unsent.queued), texts(&queued));
    let whole = after.reader.load_whole(conversation.id).unwrap().unwrap();
    assert_eq!(whole.unsent.queued, queued, "contents of files too");
    let listed = &after.reader.list(1, 0).unwrap()[0];
    assert_eq!(listed.pending, Pending::Waiting);
}

#[tokio::test]
async fn texts_of_what_was_sent_or_taken_back_are_removed_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let conversation = begin(&store);
    let queue = |queued| Change::SaveQueue {
        conversation: conversation.id,
        queued,
    };
    store.handle.send(queue(vec![with(
        "one",
        vec![attachment("a", "long long text")],
    )]));
    store.handle.send(queue(Vec::new()));
    store.handle.send(Change::Purge {
        before: Timestamp::UNIX_EPOCH,
    });
    store.handle.flush().await;
    let left = "SELECT count(*) FROM texts WHERE text = 'long long text'";
    assert_eq!(number(dir.path(), left), 0);
    assert_eq!(load(&store, conversation.id).unsent, Unsent::default());
}

#[tokio::test]
async fn a_message_that_nobody_heard_waits_in_the_list_until_it_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut conversation = begin(&store);
    say(&store, &mut conversation, Message::user("hello"));
    let mut reply = Message::new(Role::Assistant, "");
    reply.state = MessageState::Failed;
    reply.failure = Some(Failure {
        kind: crate::chat::FailureKind::Connect,
        message: "m".to_owned(),
        hint: "h".to_owned(),
    });
    let reply = say(&store, &mut conversation, reply);
    let waits = || store.reader.list(1, 0).unwrap()[0].pending == Pending::Waiting;
    store.handle.flush().await;
    assert!(waits());

    let again = Message {
        state: MessageState::Streaming,
        failure: None,
        ..(*reply).clone()
    };
    store.handle.send(Change::AddMessage {
        conversation: conversation.id,
        message: Arc::new(again),
    });
    append(&store, &reply, "heard");
    store.handle.flush().await;
    assert!(!waits());
    let loaded = load(&store, conversation.id).conversation;
    let head = loaded.head().unwrap();
    assert_eq!(
        (head.state, &*head.text),
        (MessageState::Streaming, "heard"),
        "it is received here"
    );
}

/// Saves what one window has unsent.
fn write(store: &Store, conversation: ConversationId, draft: &str, queued: &[&str]) {
    store.handle.send_all(vec![
        Change::SaveDraft {
            conversation,
            draft: Draft::new(draft),
        },
        Change::SaveQueue {
            conversation,
            queued: queued.iter().copied().map(Draft::new).collect(),
        },
    ]);
}

/// What one window would show unsent: draft, queue, what is aside, and from how many others it is.
fn opened(
    store: &Store,
    conversation: ConversationId,
) -> (String, Vec<String>, Vec<String>, usize) {
    let loaded = store.reader.load(conversation).unwrap().unwrap();
    let texts = |drafts: Vec<Draft>| drafts.into_iter().map(|draft| draft.text).collect();
    let Unsent {
        draft,
        queued,
        aside,
    } = loaded.unsent;
    (
        draft.text,
        texts(queued),
        texts(aside),
        loaded.left_by.len(),
    )
}

fn shown(
    draft: &str,
    queued: &[&str],
    aside: &[&str],
    left_by: usize,
) -> (String, Vec<String>, Vec<String>, usize) {
    let texts = |texts: &[&str]| texts.iter().copied().map(String::from).collect();
    (draft.to_owned(), texts(queued), texts(aside), left_by)
}

#[tokio::test]
async fn what_two_windows_leave_unsent_in_one_conversation_never_replaces_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (open(dir.path()), open(dir.path()));
    let id = begin(&one).id;
    one.handle.flush().await;
    write(&one, id, "from one", &["one waits"]);
    one.handle.flush().await;
    write(&other, id, "from the other", &[]);
    other.handle.flush().await;
    assert_eq!(opened(&one, id), shown("from one", &["one waits"], &[], 0));
    assert_eq!(opened(&other, id), shown("from the other", &[], &[], 0));
    let all = load(&other, id).unsent;
    assert_eq!(all.draft.text, "from the other", "an export has all of it");
    assert_eq!(all.aside, [Draft::new("from one")]);
    assert_eq!(all.queued, [Draft::new("one waits")]);
}

#[tokio::test]
async fn what_a_window_that_is_gone_left_unsent_is_found_by_the_next_and_taken_over_once() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (open(dir.path()), open(dir.path()));
    let id = begin(&one).id;
    one.handle.flush().await;
    write(&one, id, "from one", &["one waits"]);
    let Store { handle, reader, .. } = one;
    drop(reader);
    assert!(handle.close().await);
    write(&other, id, "from the other", &[]);
    other.handle.flush().await;
    let found = shown("from the other", &["one waits"], &["from one"], 1);
    assert_eq!(opened(&other, id), found, "nothing of it is overwritten");

    let Loaded {
        unsent, left_by, ..
    } = other.reader.load(id).unwrap().unwrap();
    other.handle.send_all(vec![
        Change::TakeOver {
            conversation: id,
            left_by,
        },
        Change::SaveQueue {
            conversation: id,
            queued: unsent.queued,
        },
        Change::SaveAside {
            conversation: id,
            aside: unsent.aside,
        },
    ]);
    other.handle.flush().await;
    let taken = shown("from the other", &["one waits"], &["from one"], 0);
    assert_eq!(opened(&other, id), taken);
}
