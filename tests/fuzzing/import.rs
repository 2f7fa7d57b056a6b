//! An imported conversation: any bytes end in an error that says what to do, or in a tree that is exported, imported and
//! exported again without a change.

use serde_json::Value;
use spacechat::chat::{Conversation, import_changes};
use spacechat::testing::chat::{from_json, html, json, markdown, renamed};

pub fn check(input: &[u8]) {
    let Ok(document) = serde_json::from_slice::<Value>(input) else {
        return;
    };
    let imported = match from_json(&document) {
        Ok(imported) => imported,
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.hint().is_empty());
            return;
        }
    };
    let conversation = &imported.conversation;
    check_tree(conversation);
    assert_eq!(
        document["messages"].as_array().map(Vec::len),
        Some(conversation.messages().count())
    );
    assert_eq!(
        document["head"].as_str().is_some(),
        conversation.head().is_some()
    );
    let first = json(conversation, &imported.unsent, &imported.settings);
    let again = from_json(&first).expect("what was exported is imported");
    let second = json(&again.conversation, &again.unsent, &again.settings);
    assert_eq!(first, second);
    let copy = renamed(conversation);
    check_tree(&copy);
    assert_eq!(copy.messages().count(), conversation.messages().count());
    assert_eq!(copy.path().len(), conversation.path().len());
    assert!(!html(conversation).contains("<script"));
    assert!(!markdown(conversation).is_empty());
    assert!(!import_changes(&copy, imported.unsent, imported.settings).is_empty());
}

/// Every message leads to a beginning, and the path that is seen is one of them.
fn check_tree(conversation: &Conversation) {
    let count = conversation.messages().count();
    for message in conversation.messages() {
        let parent = |id| conversation.message(id).and_then(|message| message.parent);
        let way = std::iter::successors(Some(message.id), |id| parent(*id));
        assert!(
            way.take(count + 1).count() <= count,
            "{} leads nowhere",
            message.id
        );
    }
    let mut before = None;
    for message in conversation.path() {
        assert_eq!(message.parent, before);
        before = Some(message.id);
    }
}
