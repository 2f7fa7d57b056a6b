//! How many tokens a request has, as its server counts them before it is sent (llama.cpp).
//!
//! Only a server on this machine is asked: a draft leaves it by the user's word alone.

use super::{Found, ServerProvider, messages};
use crate::http::{KeyPlace, is_loopback};
use crate::openai::{ServerKind, request};
use crate::provider::Request;
use serde_json::Map;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// How long the server may take: it reads a million tokens in some seconds.
const PATIENCE: Duration = Duration::from_secs(30);

impl ServerProvider {
    /// Whether the server may be asked to count without the user's word: it is on this machine, and so is the way to it. What
    /// a proxy calls this machine is another one.
    pub(in crate::provider) fn is_here(&self) -> bool {
        let is_direct = self.http.proxy.is_none();
        is_direct && Url::parse(&self.named.url).is_ok_and(|url| is_loopback(&url))
    }

    /// The server's count; `None` where it does not count, or is not there.
    pub(super) async fn counted(&self, request: Request) -> Option<u64> {
        if !self.is_here() {
            return None;
        }
        let found = self.found_for_a_count().await?;
        if found.server.kind != ServerKind::LlamaCpp {
            return None;
        }
        let model = match request.model.as_str() {
            "" => self.default_model(&found.server).unwrap_or_default(),
            asked => asked,
        };
        let plan = messages::plan(&request).await.ok()?;
        if plan.has_pictures {
            return None;
        }
        let wants = self.wants(model, found.server.kind);
        let body = request::body(model, plan.turns(wants.prefill), &Map::new(), wants);
        let counting = found.client.count(&body);
        tokio::time::timeout(PATIENCE, counting).await.ok()?
    }

    /// The server as it is known. A key is not read for a count alone: that may ask the user something.
    async fn found_for_a_count(&self) -> Option<Arc<Found>> {
        let known = self.learned().found.clone();
        match known {
            Some(found) => Some(found),
            None if self.named.key == KeyPlace::None => self.find(None).await.ok(),
            None => None,
        }
    }
}
