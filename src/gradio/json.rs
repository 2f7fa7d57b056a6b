//! JSON as Gradio apps send it: read as strictly as the format wants it, but for one thing that
//! Python lets through and the format does not.
//!
//! A text that ends in the middle of an emoji is written by Python's `json` as half of a surrogate
//! pair (`"\ud83d"`). A whole reply must not be lost for that: the half becomes U+FFFD. Called for
//! every answer and every frame.

use serde_json::Value;

/// Reads `bytes`; the error is that of the JSON as it came.
pub(super) fn read(bytes: &[u8]) -> serde_json::Result<Value> {
    serde_json::from_slice(bytes).or_else(|error| {
        let whole = without_halves(bytes).ok_or(error)?;
        serde_json::from_slice(&whole)
    })
}

/// The same JSON with every half of a surrogate pair replaced; `None` where there is none.
fn without_halves(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut whole = bytes.to_vec();
    let mut is_changed = false;
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|&byte| byte == b'\\') {
        at += next;
        at += match (unit(bytes, at), unit(bytes, at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                whole[at..at + 6].copy_from_slice(b"\\ufffd");
                is_changed = true;
                6
            }
            // Any other escape: the character behind the backslash may be one itself.
            _ => 2.min(bytes.len() - at),
        };
    }
    is_changed.then_some(whole)
}

/// The UTF-16 unit that stands at `at` as `\uXXXX`.
fn unit(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let text = std::str::from_utf8(digits).ok()?;
    u32::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn half_a_surrogate_pair_becomes_a_replacement_character() {
        for (sent, expected) in [
            (r#""a\ud83d""#, "a\u{fffd}"),
            (r#""\ude00b""#, "\u{fffd}b"),
            (r#""\ud83d\ud83d\ude00\ude00""#, "\u{fffd}😀\u{fffd}"),
            (r#""\\ud83d \ud83d\n""#, "\\ud83d \u{fffd}\n"),
        ] {
            assert_eq!(read(sent.as_bytes()).ok(), Some(json!(expected)), "{sent}");
        }
    }

    #[test]
    fn what_is_no_json_stays_an_error() {
        for sent in [
            "",
            "{",
            r#""\ud83d"#,
            r#""\ud8"#,
            "\"\\",
            "\"\\x\"",
            "\"\\ud83d\" x",
        ] {
            assert!(read(sent.as_bytes()).is_err(), "{sent}");
        }
    }
}
