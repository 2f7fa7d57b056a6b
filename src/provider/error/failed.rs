//! The errors of a Space's own functions, those of `ZeroGPU` above all.
//!
//! `ZeroGPU` lends Spaces their GPUs by quota; its errors come as any other error of a function and
//! are distinguished by title ("`ZeroGPU` quota exceeded") or words ("You have exceeded your GPU
//! quota", in older ones), may hold links in HTML, and say when to try again.

use super::{ProviderError, report};
use std::time::Duration;

/// Sorts the error of a function by its message (none where the app hides it) and title.
pub(super) fn read(message: Option<String>, title: Option<String>) -> ProviderError {
    let Some(message) = message else {
        return ProviderError::Space(report(
            "The Space failed while it replied and gave no reason.",
            "Retry, or shorten the message if it is very long.",
        ));
    };
    let message = without_tags(&message);
    let title = title
        .map(|title| without_tags(&title))
        .filter(|title| title != "Error" && !title.is_empty());
    let words = match &title {
        Some(title) => format!("{title}: {message}"),
        None => message.clone(),
    };
    let lower = words.to_lowercase();
    // Gradio's own words where a function takes `gr.OAuthProfile` or `gr.OAuthToken` (`helpers.py` of 4 to 6).
    if lower.contains("requires a logged in user") {
        return ProviderError::SignIn(report(
            "The Space answers only users who have signed in with Hugging Face.",
            "Open it in a browser, or choose another source.",
        ));
    }
    let is_of_zero_gpu = lower.contains("zerogpu");
    if lower.contains("quota")
        && (is_of_zero_gpu || lower.contains("exceed") || lower.contains("used up"))
    {
        return quota(&words);
    }
    if lower.contains("gpu task aborted") {
        return ProviderError::Space(report(
            format!("The reply took longer than the Space may use its GPU: {words}"),
            "Ask for a shorter reply, or send less at once.",
        ));
    }
    if is_of_zero_gpu && lower.contains("queue timeout") {
        return ProviderError::QueueFull(report(
            format!("No GPU became free in time: {words}"),
            "Many people use the Hub's GPUs right now. Wait a minute and retry.",
        ));
    }
    if is_of_zero_gpu {
        return ProviderError::Space(report(
            format!("The Space got no GPU: {words}"),
            "Retry in a moment. If it stays so, its owner must fix it.",
        ));
    }
    ProviderError::Space(report(
        format!("The Space reports an error: {words}"),
        "Retry, or change the message.",
    ))
}

fn quota(words: &str) -> ProviderError {
    let retry_after = waiting_time(words);
    let wait = retry_after.map_or_else(
        || "Wait as long as it says".to_owned(),
        |wait| format!("Try again in {}", span(wait)),
    );
    ProviderError::Quota {
        retry_after,
        report: report(
            format!("The Space's quota is used up: {words}"),
            format!(
                "{wait}, or use a Hugging Face token (HF_TOKEN), whose account has a quota of its own."
            ),
        ),
    }
}

/// The time behind "Try again in", written `H:MM:SS` or `N days, H:MM:SS`.
fn waiting_time(words: &str) -> Option<Duration> {
    let position = words.to_lowercase().find("try again in ")?;
    // Lower case may change lengths outside ASCII; then there is no such position.
    let rest = words.get(position + "try again in ".len()..)?;
    let number = |text: &str| text.parse::<u64>().ok().filter(|&number| number < 100_000);
    let mut parts = rest.split_whitespace();
    let mut clock = parts.next()?;
    let mut seconds = 0;
    if let Some(days) = number(clock)
        && parts.next().is_some_and(|unit| unit.starts_with("day"))
    {
        seconds = days * 86_400;
        clock = parts.next()?;
    }
    let clock = clock.trim_end_matches(|c: char| !c.is_ascii_digit());
    let mut fields = clock
        .split(':')
        .map(|field| field.split('.').next().and_then(number));
    let (hours, minutes, rest) = (fields.next()??, fields.next()??, fields.next()??);
    Some(Duration::from_secs(
        seconds + hours * 3600 + minutes * 60 + rest,
    ))
}

/// A span of time in words, to the minute above ten minutes.
pub(in crate::provider) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) if minutes < 10 => format!("{minutes} min {seconds} s"),
        (0, minutes, _) => format!("{} min", minutes + 1),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// Text without HTML tags; the words between them stay. What only looks like a tag (`a < b`) is
/// left alone.
fn without_tags(text: &str) -> String {
    let mut clean = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        clean.push_str(before);
        rest = after;
        if !after.starts_with(|c: char| c == '/' || c.is_ascii_alphabetic()) {
            clean.push('<');
            continue;
        }
        let Some((_, behind)) = after.split_once('>') else {
            clean.push('<');
            break;
        };
        rest = behind;
    }
    clean.push_str(rest);
    clean.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradio;

    fn error(title: Option<&str>, message: &str) -> ProviderError {
        gradio::Error::Failed {
            message: Some(message.to_owned()),
            title: title.map(str::to_owned),
        }
        .into()
    }

    #[test]
    fn a_used_up_quota_tells_when_to_try_again() {
        let wordy = "You have exceeded your Pro GPU quota (60s requested vs. 0s left). Try again in 0:12:00. Authenticate with a Hugging Face token for more quota";
        for (title, message, seconds, words) in [
            (
                Some("ZeroGPU quota exceeded"),
                wordy,
                Some(720),
                "in 12 min,",
            ),
            (
                None,
                "'You have exceeded your GPU quota (60s requested vs. 42s left). <a style=\"color: x\" href=\"https://huggingface.co/join\">Create a free account</a> to get more.'",
                None,
                "as long as it says",
            ),
            (
                None,
                "You have exceeded your free GPU quota. Please try again in 23:59:07",
                Some(86_347),
                "in 23 h 59 min",
            ),
            (
                None,
                "ZeroGPU quota exceeded. Try again in 1 day, 2:00:00",
                Some(93_600),
                "in 26 h,",
            ),
            (
                None,
                "GPU quota exceeded, try again in soon",
                None,
                "as long as it says",
            ),
        ] {
            let error = error(title, message);
            let ProviderError::Quota { retry_after, .. } = &error else {
                panic!("{error:?}");
            };
            assert_eq!(*retry_after, seconds.map(Duration::from_secs), "{message}");
            assert!(error.hint().contains(words), "{}", error.hint());
            assert!(error.hint().contains("HF_TOKEN"));
            assert!(!error.to_string().contains(['<', '>']), "{error}");
        }
    }

    #[test]
    fn other_troubles_of_zero_gpu_are_told_readably() {
        let timeout = error(
            Some("ZeroGPU queue timeout"),
            "No GPU was available after 60s",
        );
        assert_eq!(timeout.kind(), crate::chat::FailureKind::QueueFull);
        assert!(
            timeout
                .to_string()
                .starts_with("No GPU became free in time: ZeroGPU queue timeout")
        );
        let aborted = error(None, "'GPU task aborted'");
        assert_eq!(aborted.kind(), crate::chat::FailureKind::Space);
        assert!(aborted.to_string().contains("longer than"), "{aborted}");
        let illegal = error(
            Some("ZeroGPU illegal duration"),
            "The requested GPU duration (200s) is larger than the maximum allowed",
        );
        assert!(
            illegal
                .to_string()
                .starts_with("The Space got no GPU: ZeroGPU illegal duration")
        );
    }

    #[test]
    fn a_sign_in_with_hugging_face_is_said_as_such() {
        let error = error(
            None,
            "This action requires a logged in user. Please sign in and retry.",
        );
        assert_eq!(error.kind(), crate::chat::FailureKind::SignIn);
        assert!(error.to_string().contains("signed in with Hugging Face"));
        assert!(error.hint().contains("browser"));
    }

    #[test]
    fn an_ordinary_error_keeps_its_words() {
        for message in [
            "if a < b then c > d",
            "my quota of patience",
            "x <3",
            "<",
            "a <b without an end",
        ] {
            let error = error(Some("Error"), message);
            assert_eq!(
                error.to_string(),
                format!("The Space reports an error: {message}")
            );
        }
        let hidden: ProviderError = gradio::Error::Failed {
            message: None,
            title: None,
        }
        .into();
        assert!(hidden.to_string().contains("gave no reason"));
    }
}
