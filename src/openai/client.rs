//! The HTTP side of a server: one method for each route.
//!
//! It knows how a route is requested, not what the answer means. What may be repeated is decided in `http`, but for
//! refusals, which only who asks can judge.

use super::address::is_version;
use super::models::{ModelEntry, models};
use super::stream::Stream;
use crate::http::{self, Error, HeaderMap, HeaderName, HeaderValue, Options, Upload};
use serde_json::Value;
use std::time::Duration;
use url::Url;

/// How long nothing at all may come once the answer has begun, comments included. Servers that work say so every 15 to
/// 30 s, and a model that is being loaded may be silent for longer than a web page.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a question beside the chat may take: what it would tell is worth no wait.
const ASIDE: Duration = Duration::from_secs(2);
/// The header under which llama.cpp keeps a reply for who comes back for it.
const CONVERSATION: HeaderName = HeaderName::from_static("x-conversation-id");

/// A client of the server at one address; cheap to clone, clones share connections.
#[derive(Debug, Clone)]
pub struct Client {
    /// At the address without its version.
    http: http::Client,
    /// What stands between that and the routes of the chat: `/v1`, or nothing.
    version: String,
}

impl Client {
    /// `base` is where `/models` and `/chat/completions` are, usually with `/v1` at its end. Nothing is sent yet.
    pub fn new(base: &str, options: Options, headers: &HeaderMap) -> Result<Self, Error> {
        let base = base.trim_end_matches('/');
        let cut = base.rfind('/').filter(|at| is_version(&base[*at..]));
        let (root, version) = base.split_at(cut.unwrap_or(base.len()));
        Ok(Self {
            http: http::Client::with_headers(root, options, headers)?,
            version: version.to_owned(),
        })
    }

    /// The base address, without a name, a password or a slash at its end.
    pub fn base(&self) -> String {
        let shown = self.http.shown(&self.version);
        shown.trim_end_matches('/').to_owned()
    }

    /// `GET /models`, asked once: its list, and how the server calls itself in its header. An answer that is no list is an
    /// error.
    pub async fn models(&self) -> Result<(Vec<ModelEntry>, Option<String>), Error> {
        let route = format!("{}/models", self.version);
        let (answer, server) = self.http.ask(&route).await?;
        match models(&answer) {
            Some(models) => Ok((models, server)),
            None => Err(Error::Decode {
                url: self.http.shown(&route),
                detail: "a list of models was expected".to_owned(),
                excerpt: String::new(),
            }),
        }
    }

    /// A route beside the chat that only some servers have, below the address without its version; `None` where it has no
    /// answer within 2 s.
    pub(super) async fn aside(&self, route: &str) -> Option<Value> {
        let answer = tokio::time::timeout(ASIDE, self.http.ask(route)).await;
        Some(answer.ok()?.ok()?.0)
    }

    /// `POST /chat/completions`: the stream of a reply, opened. With a `conversation`, a name that is used once, llama.cpp
    /// keeps the reply, so that [`Client::resume`] can go on with it; then only [`Client::forget`] ends it.
    /// `upload` receives the progress of the body.
    pub async fn complete(
        &self,
        body: &Value,
        conversation: Option<&str>,
        upload: &Upload,
    ) -> Result<Stream, Error> {
        let mut headers = HeaderMap::new();
        if let Some(name) = conversation.and_then(|name| HeaderValue::from_str(name).ok()) {
            headers.insert(CONVERSATION, name);
        }
        let route = format!("{}/chat/completions", self.version);
        let patience = (upload, self.patience());
        let body = self
            .http
            .post_stream(&route, body, &headers, patience)
            .await?;
        Ok(Stream::new(body))
    }

    /// How many tokens the prompt of a request has (llama.cpp); `None` where the server does not say. `body` is that of a
    /// completion.
    pub async fn count(&self, body: &Value) -> Option<u64> {
        let route = format!("{}/chat/completions/input_tokens", self.version);
        let answer = self.http.post_json(&route, body, &Upload::default()).await;
        let answer = answer.inspect_err(|error| tracing::debug!(%error, "nothing was counted"));
        answer.ok()?.get("input_tokens")?.as_u64()
    }

    /// Goes on with the reply of a `conversation` behind the `received` bytes of its stream (llama.cpp).
    pub async fn resume(&self, conversation: &str, received: u64) -> Result<http::Body, Error> {
        let mut url = self.kept(conversation);
        url.query_pairs_mut()
            .append_pair("from", &received.to_string());
        self.http.get_stream(&url, self.patience()).await
    }

    /// Ends the reply of a `conversation` at the server, and waits at most `patience` for its word (llama.cpp).
    pub async fn forget(&self, conversation: &str, patience: Duration) {
        self.http.delete(&self.kept(conversation), patience).await;
    }

    fn kept(&self, conversation: &str) -> Url {
        let mut url = self.http.url(&format!("{}/stream", self.version));
        url.query_pairs_mut().append_pair("conv_id", conversation);
        url
    }

    fn patience(&self) -> Duration {
        self.http.options().idle_timeout.max(PATIENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_beside_the_chat_are_below_the_address_without_its_version() {
        for (base, chat, aside) in [
            ("http://h:1/v1", "http://h:1/v1/models", "http://h:1/props"),
            ("http://h:1", "http://h:1/models", "http://h:1/props"),
            (
                "http://h:1/api/v1",
                "http://h:1/api/v1/models",
                "http://h:1/api/props",
            ),
        ] {
            let client = Client::new(base, Options::default(), &HeaderMap::new()).unwrap();
            assert_eq!(
                client.http.shown(&format!("{}/models", client.version)),
                chat
            );
            assert_eq!(client.http.shown("/props"), aside);
            assert_eq!(client.base(), base);
        }
    }
}
