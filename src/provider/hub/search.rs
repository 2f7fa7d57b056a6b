//! Spaces found by words, at the Hub.
//!
//! Two questions at once: which names hold the words, and which Spaces are about them. Either may fail. The Hub names a stage
//! and the hardware only where it is asked to (`expand[]`). Nothing is looked at here: whether one is a chat is found out
//! when it is chosen.

use super::{Hub, ProviderError};
use crate::http::Error;
use serde_json::Value;
use std::collections::HashSet;
use std::time::Duration;

/// The most Spaces that are found.
const MOST: usize = 20;
/// How long an answer may take: who types waits no longer.
const PATIENCE: Duration = Duration::from_secs(8);

/// A Space that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HubSpace {
    /// `owner/name`.
    pub id: String,
    /// How many people like it.
    pub likes: u64,
    /// The Hub's word for its state: `RUNNING`, `SLEEPING` …
    pub stage: Option<String>,
    /// What it runs on: `zero-a10g`, `cpu-basic` …
    pub hardware: Option<String>,
    /// What it is, in its author's words or the Hub's; may be empty.
    pub about: String,
}

impl HubSpace {
    /// Whether it answers now.
    fn is_running(&self) -> bool {
        self.stage.as_deref() == Some("RUNNING")
    }
}

impl Hub {
    /// Gradio Spaces for these words, at most 20, those that run first. An error where neither question has an answer. Safe to
    /// drop while it waits.
    pub async fn search(&self, words: &str) -> Result<Vec<HubSpace>, ProviderError> {
        let client = self.client()?;
        let query = encoded(words.trim());
        let by_name = format!(
            "/api/spaces?search={query}&filter=gradio&sort=likes&limit={MOST}&expand[]=likes&expand[]=sdk&expand[]=runtime&expand[]=cardData"
        );
        let by_meaning =
            format!("/api/spaces/semantic-search?q={query}&sdk=gradio&includeNonRunning=false");
        let (named, meant) = tokio::join!(
            within(client.ask(&by_name)),
            within(client.ask(&by_meaning))
        );
        match (named, meant) {
            (Err(error), Err(_)) => Err(error.into()),
            (named, meant) => {
                let lists = [named, meant].into_iter().flatten();
                Ok(merged(lists.map(|(list, _)| list)))
            }
        }
    }
}

async fn within<T>(answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let answer = tokio::time::timeout(PATIENCE, answer).await;
    answer.unwrap_or_else(|_| {
        Err(Error::Timeout {
            url: "the Hub's search".to_owned(),
            after: PATIENCE,
        })
    })
}

/// Words as a value of a query.
fn encoded(words: &str) -> String {
    percent_encoding::utf8_percent_encode(words, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// What the lists hold, each Space once, those that run first.
fn merged(lists: impl Iterator<Item = Value>) -> Vec<HubSpace> {
    let mut seen = HashSet::new();
    let mut found: Vec<HubSpace> = lists
        .filter_map(|list| list.as_array().cloned())
        .flatten()
        .filter_map(|entry| space(&entry))
        .filter(|space| seen.insert(space.id.to_lowercase()))
        .collect();
    found.sort_by_key(|space| !space.is_running());
    found.truncate(MOST);
    found
}

fn space(entry: &Value) -> Option<HubSpace> {
    let text = |at: &str| entry.pointer(at).and_then(Value::as_str).map(str::to_owned);
    let is_gradio = text("/sdk").is_none_or(|sdk| sdk == "gradio");
    let id = text("/id").filter(|id| is_gradio && id.split('/').count() == 2)?;
    let about = [
        "/ai_short_description",
        "/shortDescription",
        "/title",
        "/cardData/short_description",
        "/cardData/title",
    ];
    Some(HubSpace {
        likes: entry
            .get("likes")
            .and_then(Value::as_u64)
            .unwrap_or_default(),
        stage: text("/runtime/stage"),
        hardware: text("/runtime/hardware/current").or_else(|| text("/runtime/hardware/requested")),
        about: about.iter().find_map(|at| text(at)).unwrap_or_default(),
        id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_space_is_found_once_and_those_that_run_stand_first() {
        let named = json!([
            {"id": "a/sleeps", "likes": 90, "sdk": "gradio", "runtime": {"stage": "SLEEPING", "hardware": {"current": null, "requested": "cpu-basic"}}},
            {"id": "a/runs", "likes": 5, "sdk": "gradio", "runtime": {"stage": "RUNNING", "hardware": {"current": "zero-a10g"}}},
            {"id": "a/static", "sdk": "static"},
            {"likes": 3},
        ]);
        let meant = json!([{"id": "A/Runs"}, {"id": "b/meant", "title": "T", "likes": 1, "runtime": {"stage": "RUNNING"}}]);
        let found = merged([named, meant, json!({"error": "no list"})].into_iter());
        let ids: Vec<&str> = found.iter().map(|space| space.id.as_str()).collect();
        assert_eq!(ids, ["a/runs", "b/meant", "a/sleeps"]);
        assert_eq!(found[0].hardware.as_deref(), Some("zero-a10g"));
        assert_eq!(found[2].hardware.as_deref(), Some("cpu-basic"));
        assert_eq!(found[1].about, "T");
    }

    #[test]
    fn no_more_than_twenty_are_found() {
        let many: Vec<Value> = (0..50)
            .map(|number| json!({"id": format!("a/{number}")}))
            .collect();
        assert_eq!(merged([Value::from(many)].into_iter()).len(), MOST);
    }

    #[test]
    fn words_are_one_value_of_the_query_whatever_stands_in_them() {
        assert_eq!(encoded("a b&c=d#京"), "a%20b%26c%3Dd%23%E4%BA%AC");
    }
}
