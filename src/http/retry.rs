//! Which requests are repeated automatically, and after which pauses.
//!
//! Two kinds: requests that certainly never arrived, and requests that change nothing (GET). A request that may have
//! arrived is never sent twice here.

use super::error::{ConnectCause, Error};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use std::time::{Duration, SystemTime};

/// How often something that may be repeated is tried in all.
const ATTEMPTS: u32 = 3;
/// The pause before the second attempt; it triples for each further one.
pub const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest `Retry-After` that is waited for without asking the user.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Repeats a request of any kind while no connection can be made, at most three times in all.
pub async fn until_sent<T, F>(mut attempt: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    repeated(&mut attempt, |error, pause| {
        matches!(error, Error::Connect { cause, .. } if may_pass(*cause)).then_some(pause)
    })
    .await
}

/// Repeats a GET that failed in a way that may pass, at most three times in all: no connection, one that
/// broke, 429 and 502 to 504. Where the server asks for a longer pause than 10 s, its answer stands.
pub async fn until_answered<T, F>(mut attempt: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    repeated(&mut attempt, |error, pause| match error {
        Error::Connect { cause, .. } => may_pass(*cause).then_some(pause),
        Error::Broken { .. } => Some(pause),
        Error::Status(refusal) if matches!(refusal.status, 429 | 502..=504) => {
            let asked = refusal.retry_after.unwrap_or(pause);
            // There is a pause even if the server asks for none.
            (asked <= LONGEST_PAUSE).then(|| asked.max(pause))
        }
        _ => None,
    })
    .await
}

async fn repeated<T, F>(
    attempt: &mut impl FnMut() -> F,
    wait: impl Fn(&Error, Duration) -> Option<Duration>,
) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let mut pause = FIRST_PAUSE;
    for _ in 1..ATTEMPTS {
        let error = match attempt().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let Some(wait) = wait(&error, pause) else {
            return Err(error);
        };
        tokio::time::sleep(wait).await;
        pause *= 3;
    }
    attempt().await
}

/// A bad certificate or a bad name stays bad; a refused or slow connection may pass.
fn may_pass(cause: ConnectCause) -> bool {
    matches!(
        cause,
        ConnectCause::Refused | ConnectCause::Other | ConnectCause::Proxy
    )
}

/// What `Retry-After` asks for, in seconds or as a date (RFC 9110, 10.2.3). A date that is past asks for
/// no pause.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let asked = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(asked).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    #[test]
    fn a_pause_is_asked_for_in_seconds_or_until_a_date() {
        let now = httpdate::parse_http_date("Fri, 13 Nov 2026 10:00:00 GMT").unwrap();
        let asked = |value: &'static str| {
            let header = (RETRY_AFTER, HeaderValue::from_static(value));
            retry_after(&HeaderMap::from_iter([header]), now)
        };
        for (value, seconds) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("Fri, 13 Nov 2026 10:02:00 GMT", Some(120)),
            ("Fri, 13 Nov 2026 09:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            assert_eq!(asked(value), seconds.map(Duration::from_secs), "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
