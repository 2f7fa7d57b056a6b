//! Which proxy a request goes through: the one that was given, the environment's, or none.
//!
//! The environment is read here and not in the HTTP library, so that a failed connection to a proxy
//! can be recognised. It is never used for loopback.

use super::address;
use super::error::{Error, Route};
use crate::sanitize::without_logins;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Proxy;
use url::Url;

/// The proxy that was given, for every request. The HTTP library passes over a proxy of a kind that it does
/// not know and connects directly, so the kind is looked at here. A refusal never shows a password.
pub(super) fn given(address: &str) -> Result<Proxy, Error> {
    let refusal = |why: String| Error::Setup {
        detail: format!(
            "{} is not the address of a proxy: {why}",
            without_logins(&with_scheme(address))
        ),
    };
    let url = Url::parse(&with_scheme(address)).map_err(|error| refusal(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") || !url.has_host() {
        return Err(refusal(
            "http://, https://, socks5:// or socks5h:// and a host are expected".to_owned(),
        ));
    }
    Proxy::all(url).map_err(|error| refusal(error.to_string()))
}

fn with_scheme(address: &str) -> String {
    if address.contains("://") {
        address.to_owned()
    } else {
        format!("http://{address}")
    }
}

/// What is connected to for a request to `base`: `given` goes before the environment.
pub(super) fn route(base: &Url, given: Option<&str>) -> Route {
    if let Some(given) = given {
        return route_of(given.split_once("://").map(|(scheme, _)| scheme));
    }
    if address::is_loopback(base) {
        return Route::Direct;
    }
    let proxy = base
        .as_str()
        .parse()
        .ok()
        .and_then(|uri| Matcher::from_env().intercept(&uri));
    proxy.map_or(Route::Direct, |proxy| route_of(proxy.uri().scheme_str()))
}

fn route_of(scheme: Option<&str>) -> Route {
    match scheme {
        Some("socks5" | "socks4") => Route::ProxyByAddress,
        _ => Route::Proxy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_of_a_kind_that_is_not_known_is_refused_without_its_password() {
        for wrong in ["ftp://ann:secret@host", "ann:secret@", "http://"] {
            let error = given(wrong).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
        for right in ["host:3128", "http://ann:secret@host", "socks5h://host:1080"] {
            assert!(given(right).is_ok(), "{right}");
        }
    }

    #[test]
    fn a_given_proxy_is_what_is_connected_to() {
        let base = Url::parse("http://my-proxy.localhost").unwrap();
        assert_eq!(route(&base, None), Route::Direct);
        assert_eq!(route(&base, Some("host:1")), Route::Proxy);
        assert_eq!(route(&base, Some("socks5h://host:1")), Route::Proxy);
        assert_eq!(route(&base, Some("socks5://host:1")), Route::ProxyByAddress);
    }
}
