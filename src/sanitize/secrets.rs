//! Names and passwords in addresses, taken out of texts that are shown or stored.
//!
//! Not here: what a terminal would obey ([`super::text`]).

/// A text in which addresses stand, none of them with a name and a password any longer:
/// `http://ann:secret@host/` becomes `http://host/`.
pub fn without_logins(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, behind) = rest.split_at(at + "://".len());
        clean.push_str(before);
        let end = behind
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '<' | '>'))
            .unwrap_or(behind.len());
        let authority = behind.get(..end).unwrap_or_default();
        // The last @ ends the password, which may hold others.
        let host_at = authority.rfind('@').map_or(0, |at| at + 1);
        rest = behind.get(host_at..).unwrap_or_default();
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_loses_the_secrets_of_the_addresses_in_it_and_nothing_else() {
        for (text, expected) in [
            (
                "http://ann:hunter2@127.0.0.1:7905/config answered 401",
                "http://127.0.0.1:7905/config answered 401",
            ),
            (
                "see https://a@b@host, twice://x:y@z",
                "see https://host, twice://z",
            ),
            ("mail ann@example.org://", "mail ann@example.org://"),
            ("http://host/a@b", "http://host/a@b"),
            ("", ""),
        ] {
            assert_eq!(without_logins(text), expected);
        }
    }
}
