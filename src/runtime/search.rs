//! Searches the texts of all conversations on its own connection: one query at a time, and each query ends the one
//! before it.

use crate::app::{Event, SearchAnswer, StoreEvent};
use crate::chat::SearchHit;
use crate::store::{Interrupt, Reader, StoreError};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// The most results: more are not useful in a list.
const MOST: usize = 100;
/// The interval at which a query that must end is interrupted again, in case it had not begun.
const AGAIN: Duration = Duration::from_millis(5);

/// The number of the search, and the words.
pub type Query = (u64, String);

/// Starts answering queries until the sender is gone.
pub fn start(reader: Reader, events: mpsc::Sender<Event>) -> watch::Sender<Query> {
    let (queries, asked) = watch::channel(Query::default());
    tokio::spawn(search(reader, asked, events));
    queries
}

/// Answers the newest query.
async fn search(reader: Reader, mut asked: watch::Receiver<Query>, events: mpsc::Sender<Event>) {
    let own = tokio::task::spawn_blocking(move || reader.again()).await;
    let reader = match own {
        Ok(Ok(reader)) => reader,
        Ok(Err(error)) => {
            let _ = events.send(trouble(&error)).await;
            return;
        }
        // Only a panic ends it so; its report is out already.
        Err(_) => return,
    };
    let interrupt = reader.interrupt();
    while asked.changed().await.is_ok() {
        let (number, query) = asked.borrow_and_update().clone();
        if query.is_empty() {
            continue;
        }
        for is_all in [false, true] {
            let (reader, query) = (reader.clone(), query.clone());
            let work = tokio::task::spawn_blocking(move || {
                if is_all {
                    reader.search(&query, MOST)
                } else {
                    reader.search_recent(&query, MOST)
                }
            });
            let event = match finished(work, &interrupt, &asked).await {
                Some(Ok(hits)) => Event::Searched(SearchAnswer {
                    number,
                    hits,
                    is_all,
                }),
                Some(Err(error)) => trouble(&error),
                None => break,
            };
            if events.send(event).await.is_err() {
                return;
            }
        }
    }
}

/// The results of a search; `None` when a newer search replaced it.
async fn finished(
    mut work: JoinHandle<Result<Vec<SearchHit>, StoreError>>,
    interrupt: &Interrupt,
    asked: &watch::Receiver<Query>,
) -> Option<Result<Vec<SearchHit>, StoreError>> {
    // A receiver of its own, so that the other one still has the change before it.
    let mut newer = asked.clone();
    tokio::select! {
        found = &mut work => return found.ok(),
        _ = newer.changed() => {}
    }
    interrupt.now();
    while tokio::time::timeout(AGAIN, &mut work).await.is_err() {
        interrupt.now();
    }
    None
}

fn trouble(error: &StoreError) -> Event {
    let words = format!("{error}. {}", error.hint());
    Event::Store(StoreEvent::Trouble(words))
}
