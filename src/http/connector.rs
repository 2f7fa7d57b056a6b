//! The HTTP library's client as it is set up for one server: proxy, roots of trust, redirects, cookies.

use super::error::Error;
use super::options::Options;
use super::{address, proxy, roots};
use reqwest::header::HeaderMap;
use url::Url;

/// The most redirects that are followed, all within one server.
const MOST_REDIRECTS: usize = 10;

/// The HTTP client for the server at `base`, with `headers` on each request. A proxy of the environment is
/// never used for loopback.
pub(super) fn http_client(
    base: &Url,
    options: &Options,
    headers: &HeaderMap,
) -> Result<reqwest::Client, Error> {
    let builder = || -> Result<reqwest::ClientBuilder, Error> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("spacechat/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(options.connect_timeout)
            .default_headers(headers.clone())
            .cookie_store(true)
            .redirect(same_server_only());
        if let Some(given) = &options.proxy {
            builder = builder.proxy(proxy::given(given)?);
        } else if address::is_loopback(base) {
            builder = builder.no_proxy();
        }
        Ok(builder)
    };
    let setup = |error: reqwest::Error| Error::Setup {
        detail: format!("The HTTP client could not be set up: {error}"),
    };
    // Without encryption no certificates are needed.
    let named = match base.scheme() {
        "http" if address::is_loopback(base) => None,
        _ => roots::named(|name| std::env::var_os(name))?,
    };
    if let Some(named) = named {
        let trusting = builder()?.tls_certs_only(named.certificates.iter().cloned());
        return trusting
            .build()
            .map_err(|_| named.broken("it holds something that is not a certificate"));
    }
    builder()?.build().or_else(|_| {
        // A system without CA certificates: without roots the client refuses even loopback.
        builder()?
            .tls_certs_only(roots::bundled())
            .build()
            .map_err(setup)
    })
}

/// Follows a redirect only within the server: a token, a cookie or a prompt never goes elsewhere.
fn same_server_only() -> reqwest::redirect::Policy {
    reqwest::redirect::Policy::custom(|attempt| {
        let last = attempt.previous().last();
        let may_follow = last.is_some_and(|last| is_same_server(last, attempt.url()));
        if may_follow && attempt.previous().len() < MOST_REDIRECTS {
            attempt.follow()
        } else {
            attempt.stop()
        }
    })
}

/// The same scheme, host and port; or the encrypted side of the same host.
fn is_same_server(from: &Url, to: &Url) -> bool {
    from.origin() == to.origin()
        || (from.scheme() == "http"
            && to.scheme() == "https"
            && from.host_str() == to.host_str()
            && from.port().is_none()
            && to.port().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_redirect_is_followed_to_the_same_server_only() {
        let from = url("https://a.hf.space/config");
        assert!(is_same_server(&from, &url("https://a.hf.space/other")));
        for elsewhere in [
            "http://a.hf.space/",
            "https://a.hf.space:8443/",
            "https://b.hf.space/",
            "https://huggingface.co/",
        ] {
            assert!(!is_same_server(&from, &url(elsewhere)), "{elsewhere}");
        }
        let plain = url("http://a.hf.space/");
        assert!(is_same_server(&plain, &from));
        assert!(!is_same_server(
            &url("http://a.hf.space:80/"),
            &url("https://b.hf.space/")
        ));
        assert!(!is_same_server(
            &url("http://127.0.0.1:1/"),
            &url("http://127.0.0.1:2/")
        ));
    }
}
