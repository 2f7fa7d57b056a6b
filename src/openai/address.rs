//! The base address of a server, however it was typed.
//!
//! Where its list of models is decides: with `/v1` behind the address or without. Asking is not done here.

/// What may stand behind the base address, as people copy it from a manual.
const ENDINGS: &[&str] = &[
    "/chat/completions",
    "/completions",
    "/models",
    "/responses",
    "/embeddings",
];

/// The base addresses to try for an address with its scheme, in order, without a slash at the end: the first whose `/models`
/// answers is right.
pub fn candidates(url: &str) -> Vec<String> {
    let plain = url.split(['?', '#']).next().unwrap_or_default();
    let plain = plain.trim_end_matches('/');
    let ending = ENDINGS.iter().find_map(|ending| plain.strip_suffix(ending));
    let base = ending.unwrap_or(plain).trim_end_matches('/').to_owned();
    let last = base.rfind('/').map_or("", |at| &base[at..]);
    if is_version(last) {
        return vec![base];
    }
    vec![format!("{base}/v1"), base]
}

/// Whether the last part of an address is a version: `/v1`, `/v1beta`.
pub(super) fn is_version(part: &str) -> bool {
    let digits = part.strip_prefix("/v").unwrap_or_default();
    digits.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_address_leads_to_the_base() {
        for (typed, first) in [
            ("http://host:8080", "http://host:8080/v1"),
            ("http://host:8080/", "http://host:8080/v1"),
            ("http://host:8080/v1", "http://host:8080/v1"),
            ("http://host:8080/v1/", "http://host:8080/v1"),
            (
                "http://host:8080/v1/chat/completions",
                "http://host:8080/v1",
            ),
            ("http://host/chat/completions", "http://host/v1"),
            (
                "https://openrouter.ai/api/v1",
                "https://openrouter.ai/api/v1",
            ),
            ("http://host/prefix", "http://host/prefix/v1"),
            ("http://127.0.0.1:8080/v1?x=1#y", "http://127.0.0.1:8080/v1"),
            ("http://[::1]:8080", "http://[::1]:8080/v1"),
        ] {
            assert_eq!(candidates(typed)[0], first, "{typed}");
        }
        assert_eq!(candidates("http://host/prefix")[1], "http://host/prefix");
        assert_eq!(candidates("http://host/v1").len(), 1);
    }
}
