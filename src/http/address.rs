//! Addresses of servers: which of them are this machine, and how they are shown.
//!
//! Pure text. No address that is shown or stored holds a name and a password, or a query.

use super::login::Login;
use url::{Host, Url};

/// Whether this address is on this machine. `0.0.0.0` and `::`, which servers print as the place
/// where they listen, lead there too.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            name == "localhost" || name.to_lowercase().ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
        None => false,
    }
}

/// The address as errors show it: without its query, and without a name and a password.
pub fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    take_login(&mut url);
    url.to_string()
}

/// Takes the name and the password out of an address, where it holds any.
pub fn take_login(url: &mut Url) -> Option<Login> {
    let decoded = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .into_owned()
    };
    let name = decoded(url.username());
    let password = url.password().map(decoded);
    if name.is_empty() && password.is_none() {
        return None;
    }
    // Both can be refused only by addresses without a host, which hold neither.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    Some(Login::new(name, password.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_servers_print_as_listened_to_is_this_machine() {
        for (address, expected) in [
            ("http://0.0.0.0:7860", true),
            ("http://[::]:7860", true),
            ("http://127.0.0.1", true),
            ("http://[::1]:1", true),
            ("http://app.localhost", true),
            ("http://10.0.0.1", false),
            ("http://localhost.example.org", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(address).unwrap()), expected);
        }
    }

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        let mut url = Url::parse("https://ann:p%40ss@host.example/a?key=1").unwrap();
        assert_eq!(shown(&url), "https://host.example/a");
        assert_eq!(take_login(&mut url), Some(Login::new("ann", "p@ss")));
        assert_eq!(url.as_str(), "https://host.example/a?key=1");
        assert_eq!(take_login(&mut url), None);
    }
}
