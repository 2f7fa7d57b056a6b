//! The HTTP client under [`super::client`]: proxy, redirects, cookies, roots of trust.

use super::client::Options;
use super::error::Error;
use reqwest::Url;
use reqwest::header::HeaderMap;

/// The HTTP library passes over a proxy of a kind that it does not know and connects directly, so
/// the kind is looked at here.
fn proxy_of(given: &str) -> Result<reqwest::Proxy, Error> {
    let setup = |detail: String| Error::Setup { detail };
    let address = if given.contains("://") {
        given.to_owned()
    } else {
        format!("http://{given}")
    };
    let url = Url::parse(&address)
        .map_err(|error| setup(format!("{given} is not the address of a proxy: {error}")))?;
    if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") || !url.has_host() {
        return Err(setup(format!(
            "{given} is not the address of a proxy: http://, https://, socks5:// or socks5h:// and a host are expected"
        )));
    }
    reqwest::Proxy::all(url)
        .map_err(|error| setup(format!("{given} is not the address of a proxy: {error}")))
}

/// The HTTP client for the app at `base`. A proxy of the environment is never used for loopback.
pub(super) fn http_client(base: &Url, options: &Options) -> Result<reqwest::Client, Error> {
    let builder = || -> Result<reqwest::ClientBuilder, Error> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("spacechat/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(options.connect_timeout)
            .default_headers(HeaderMap::from_iter([(
                // What Gradio's own clients send beside the web page's `app`.
                reqwest::header::HeaderName::from_static("x-gradio-user"),
                reqwest::header::HeaderValue::from_static("api"),
            )]))
            .cookie_store(true)
            .redirect(same_server_only());
        if let Some(proxy) = &options.proxy {
            builder = builder.proxy(proxy_of(proxy)?);
        } else if is_loopback(base) {
            builder = builder.no_proxy();
        }
        Ok(builder)
    };
    let setup = |error: reqwest::Error| Error::Setup {
        detail: format!("the HTTP client could not be set up: {error}"),
    };
    builder()?.build().or_else(|_| {
        // A system without CA certificates: without roots the client refuses even loopback.
        let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS
            .iter()
            .filter_map(|der| reqwest::Certificate::from_der(der).ok());
        builder()?.tls_certs_only(bundled).build().map_err(setup)
    })
}

/// Follows a redirect only within the server: a token, a cookie or a prompt never goes elsewhere.
fn same_server_only() -> reqwest::redirect::Policy {
    reqwest::redirect::Policy::custom(|attempt| {
        let last = attempt.previous().last();
        let may_follow = last.is_some_and(|last| is_same_server(last, attempt.url()));
        if may_follow && attempt.previous().len() < 10 {
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

/// Whether this address is on this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => {
            name == "localhost" || name.to_lowercase().ends_with(".localhost")
        }
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
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
