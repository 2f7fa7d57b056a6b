//! What is left of the user's time on the Hub's shared GPUs (`ZeroGPU`).
//!
//! Only who has a token has a quota of their own that can be asked for. On the wire it is called `base`, `current` and
//! `resetsAt`; the Hub's own library calls the last two `remaining` and `resets_at`. Both are read.

use super::{Hub, ProviderError};
use crate::http::Error;
use crate::provider::error::span;
use jiff::Timestamp;
use serde_json::Value;
use std::time::Duration;

/// How long the question for a quota may take: it says more of an answer that is there already.
const PATIENCE: Duration = Duration::from_secs(3);

/// A quota of GPU time, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GpuQuota {
    /// All of it.
    pub base: u64,
    /// What is left.
    pub left: u64,
    /// When it is whole again, where that is told.
    pub resets_at: Option<Timestamp>,
}

impl Hub {
    /// The user's quota; `None` where it is not told: without a token, or where the token may not ask (401, 403).
    pub async fn gpu_quota(&self) -> Result<Option<GpuQuota>, ProviderError> {
        if self.http.token.is_none() {
            return Ok(None);
        }
        match self.client()?.ask("/api/spaces/zero-gpu/quota").await {
            Ok((answer, _)) => Ok(read(&answer)),
            Err(Error::Status(refusal)) if matches!(refusal.status, 401 | 403 | 404) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl Hub {
    /// The same in words; `None` also where it is not told within 3 s, or goes wrong: it only says more of something else.
    pub async fn gpu_quota_words(&self) -> Option<String> {
        let quota = tokio::time::timeout(PATIENCE, self.gpu_quota()).await;
        let quota = quota.ok()?.inspect_err(|error| {
            tracing::info!(kind = %error.kind(), "the quota of GPU time is not told");
        });
        Some(quota.ok()??.words())
    }
}

impl GpuQuota {
    /// In words: `1 min 20 s of 5 min left, whole again at 14:00 UTC`.
    pub fn words(&self) -> String {
        let left = format!(
            "{} of {} of GPU time left",
            span(Duration::from_secs(self.left)),
            span(Duration::from_secs(self.base))
        );
        match self.resets_at {
            Some(time) => format!("{left}, whole again at {} UTC", time.strftime("%H:%M")),
            None => left,
        }
    }
}

fn read(answer: &Value) -> Option<GpuQuota> {
    let count = |name: &str| seconds(answer.get(name)?);
    let resets = ["resetsAt", "resets_at"]
        .iter()
        .find_map(|name| time(answer.get(name)?));
    Some(GpuQuota {
        base: count("base")?,
        left: count("current").or_else(|| count("remaining"))?,
        resets_at: resets,
    })
}

/// A number of seconds, whole or not; less than none is none.
fn seconds(value: &Value) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast to an integer stops at its limits"
    )]
    value.as_f64().map(|seconds| seconds.max(0.0) as u64)
}

/// A time: RFC 3339, or seconds or milliseconds since 1970.
fn time(value: &Value) -> Option<Timestamp> {
    if let Some(text) = value.as_str() {
        return text.parse().ok();
    }
    let number = value.as_i64()?;
    // Seconds reach this number in the year 5138.
    let is_millis = number >= 100_000_000_000;
    let time = if is_millis {
        Timestamp::from_millisecond(number)
    } else {
        Timestamp::from_second(number)
    };
    time.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_quota_is_read_under_both_of_its_names() {
        for answer in [
            json!({"base": 300, "current": 80.5, "resetsAt": "2026-11-29T14:00:00.000Z", "overquotaUsed": 0}),
            json!({"base": 300, "remaining": 80, "resets_at": 1_795_960_800}),
            json!({"base": 300, "remaining": 80, "resets_at": 1_795_960_800_000_i64}),
        ] {
            let quota = read(&answer).unwrap();
            assert_eq!(
                quota.words(),
                "1 min 20 s of 5 min of GPU time left, whole again at 14:00 UTC"
            );
        }
        assert_eq!(read(&json!({"base": 300})), None);
        assert_eq!(
            read(&json!({"base": 300, "current": -5})).map(|quota| quota.left),
            Some(0)
        );
    }
}
