//! Search: what is found, its snippets, and that no input is an error.

use super::*;
use crate::chat::SearchHit;
use crate::store::index::{ROW, cut};
use crate::store::query;
use proptest::prelude::*;

/// A store with a conversation for each text, all indexed.
async fn store_of(texts: &[&str]) -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for text in texts {
        let mut conversation = begin(&store);
        say(&store, &mut conversation, Message::user(*text));
    }
    assert!(store.handle.indexed().await);
    (dir, store)
}

fn found(store: &Store, query: &str) -> Vec<SearchHit> {
    store.reader.search(query, 10).unwrap()
}

/// The words that the hit marks.
fn marked(hit: &SearchHit) -> Vec<&str> {
    let matches = hit.matches.iter();
    matches
        .map(|found| hit.snippet.get(found.clone()).unwrap())
        .collect()
}

#[tokio::test]
async fn words_of_one_and_two_ideographs_are_found_within_a_sentence() {
    let (_dir, store) = store_of(&["我们去京都旅行。", "東京タワー", "서울에서"]).await;
    for (query, word) in [
        ("京都", "京都"),
        ("旅", "旅"),
        ("タワ", "タワ"),
        ("서울", "서울"),
    ] {
        let hits = found(&store, query);
        assert_eq!(hits.len(), 1, "{query}");
        assert_eq!(marked(&hits[0]), [word]);
    }
    assert_eq!(found(&store, "京").len(), 2);
    assert_eq!(found(&store, "都京"), []);
}

#[tokio::test]
async fn accents_and_case_do_not_matter_and_the_original_is_shown() {
    let (_dir, store) = store_of(&["Der Süden von Málaga"]).await;
    for query in ["suden", "SÜDEN", "malaga", "su\u{308}den"] {
        let hits = found(&store, query);
        assert_eq!(hits.len(), 1, "{query}");
        assert_eq!(hits[0].snippet, "Der Süden von Málaga");
    }
    assert_eq!(marked(&found(&store, "malaga sud")[0]), ["Süden", "Málaga"]);
}

#[tokio::test]
async fn only_the_last_word_may_be_a_beginning() {
    let (_dir, store) = store_of(&["lifetimes of borrowed values"]).await;
    assert_eq!(found(&store, "borrowed lifet").len(), 1);
    assert_eq!(found(&store, "lifet borrowed"), []);
}

#[tokio::test]
async fn a_phrase_stands_together_and_words_need_not() {
    let (_dir, store) = store_of(&["the old man and the sea"]).await;
    assert_eq!(found(&store, "\"old man\" sea").len(), 1);
    assert_eq!(found(&store, "\"man old\""), []);
    assert_eq!(found(&store, "man old").len(), 1);
    assert_eq!(found(&store, "\"old ma\""), []);
}

#[tokio::test]
async fn the_newest_message_comes_first_and_the_limit_holds() {
    let (_dir, store) = store_of(&["word one", "word two", "word three"]).await;
    let snippets = |limit| -> Vec<String> {
        let hits = store.reader.search("word", limit).unwrap();
        hits.into_iter().map(|hit| hit.snippet).collect()
    };
    assert_eq!(snippets(10), ["word three", "word two", "word one"]);
    assert_eq!(snippets(1), ["word three"]);
}

#[tokio::test]
async fn words_at_both_ends_of_a_text_of_four_megabytes_are_found() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut conversation = begin(&store);
    let filling = "plain words 和文字 ".repeat(190_000);
    assert!(filling.len() > 4_000_000);
    let long = format!("quagga {filling}zyzzyva at the end");
    let mut message = Message::user("Look:");
    message.attachments.push(attachment("book", long));
    say(&store, &mut conversation, message);
    assert!(store.handle.indexed().await);
    let hits = found(&store, "zyzzyva quagga");
    assert_eq!(hits.len(), 1);
    assert_eq!(marked(&hits[0]), ["zyzzyva"]);
    assert!(hits[0].snippet.ends_with("zyzzyva at the end"));
    assert_eq!(hits[0].title, "Look: book");
}

#[tokio::test]
async fn a_reply_is_found_once_it_is_finished() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut conversation = begin(&store);
    let reply = say(&store, &mut conversation, streaming());
    append(&store, &reply, "marzi");
    append(&store, &reply, "pan");
    assert!(store.handle.indexed().await);
    assert_eq!(found(&store, "marzipan"), []);
    finish(&store, &reply);
    assert!(store.handle.indexed().await);
    let hits = found(&store, "marzipan");
    assert_eq!((hits[0].message, hits[0].role), (reply.id, Role::Assistant));
}

#[tokio::test]
async fn indexing_that_was_cut_short_goes_on_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut conversation = begin(&store);
    let long = format!("{} xylophone", "filling words ".repeat(200_000));
    say(&store, &mut conversation, Message::user(long));
    let Store { handle, reader, .. } = store;
    assert!(handle.close().await);
    drop(reader);
    assert_eq!(Store::check(dir.path()).unwrap().unindexed, 1);
    let store = open(dir.path());
    assert!(store.handle.indexed().await);
    assert_eq!(found(&store, "xylophone").len(), 1);
}

#[tokio::test]
async fn a_message_that_is_written_anew_is_found_by_its_new_words_only() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut conversation = begin(&store);
    let message = say(&store, &mut conversation, Message::user("before"));
    assert!(store.handle.indexed().await);
    let mut changed = Message::clone(&message);
    changed.text = "afterwards".to_owned();
    store.handle.send(Change::AddMessage {
        conversation: conversation.id,
        message: Arc::new(changed),
    });
    assert!(store.handle.indexed().await);
    assert_eq!(found(&store, "before"), []);
    assert_eq!(found(&store, "afterwards").len(), 1);
    assert_eq!(store.reader.list(1, 0).unwrap()[0].messages, 1);
}

#[tokio::test]
async fn no_input_is_a_syntax_error() {
    let (_dir, store) = store_of(&["AND OR NOT NEAR text: a*b c++"]).await;
    for query in [
        "", " ", "\"", "\"\"", "\"a", "a\"b", "*", "^a", "a AND", "NOT", "NEAR(a b", "text:a", "(",
        ")", "a:b", "{a b}:c", "-a", "+", "a\0b", "\0", "''", "\\", "Ⓐ", "\u{fdd0}",
    ] {
        let result = store.reader.search(query, 10);
        assert!(result.is_ok(), "{query:?}: {result:?}");
    }
    assert_eq!(found(&store, "near AND c++").len(), 1);
    assert_eq!(found(&store, "+ ( -"), []);
}

proptest! {
    #[test]
    fn rows_are_short_enough_and_together_the_whole_text(
        words in proptest::collection::vec("[a-z漢\u{301} 🎉]{0,3000}", 0..20)
    ) {
        let text = words.concat();
        let (mut rest, mut whole) = (text.as_str(), String::new());
        while !rest.is_empty() {
            let (row, behind) = rest.split_at(cut(rest));
            prop_assert!(!row.is_empty() && row.len() <= ROW);
            whole.push_str(row);
            rest = behind;
        }
        prop_assert_eq!(whole, text);
    }

    #[test]
    fn a_term_is_always_quoted(input in ".*") {
        for term in query::terms(&input) {
            let term = term.trim_end_matches('*');
            prop_assert!(term.starts_with('"') && term.ends_with('"'));
            prop_assert_eq!(term.matches('"').count(), 2);
        }
    }
}
