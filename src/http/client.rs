//! A client of one server: requests below its address, with typed errors and idle timeouts.
//!
//! What may be repeated by itself is repeated here ([`super::retry`]), and nothing else. It knows no routes and gives
//! no meaning to answers.

use super::address;
use super::answer::{checked, checked_stream, not_as_expected};
use super::connector::http_client;
use super::error::{Error, Route};
use super::json::{self, Unread};
use super::login::Login;
use super::options::Options;
use super::proxy;
use super::retry;
use super::upload::{SizedSource, Upload, form, send_with_idle_timeout, with_counted_body};
use crate::sanitize::without_logins;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use url::Url;

/// A client of the server at one address; cheap to clone, clones share connections, cookies and the login.
/// Cookies are kept, because servers with several replicas tell them apart by cookie.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    route: Route,
    /// Sent to the origin of `base` as HTTP's Basic scheme, once it is known to be wanted.
    basic: Arc<OnceLock<Login>>,
    options: Options,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("base", &address::shown(&self.base))
            .finish_non_exhaustive()
    }
}

/// How long the head of a stream's answer may take: a model may read a long prompt for as long as it likes before
/// its server says anything. Who waits can always end it.
const UNTIL_FIRST_BYTE: Duration = Duration::from_secs(24 * 3600);

/// An answer's head and where its errors say that it came from.
#[derive(Debug)]
pub struct Body {
    response: Response,
    url: String,
    route: Route,
    patience: Duration,
    limit: usize,
}

impl Client {
    /// `base` is the server's address, `http://127.0.0.1:7860` for example. A name and a password in the address are sent as HTTP's Basic scheme, to this server alone, and shown
    /// nowhere. Nothing is sent yet.
    pub fn new(base: &str, options: Options) -> Result<Self, Error> {
        Self::with_headers(base, options, &HeaderMap::new())
    }

    /// [`Client::new`] with headers that go along with every request.
    pub fn with_headers(base: &str, options: Options, headers: &HeaderMap) -> Result<Self, Error> {
        let setup = |detail: String| Error::Setup { detail };
        let shown = without_logins(base);
        let mut base = Url::parse(base)
            .map_err(|error| setup(format!("{shown} is not an address: {error}")))?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(setup(format!("{shown} is not an http or https address")));
        }
        let basic = OnceLock::new();
        if let Some(login) = address::take_login(&mut base) {
            basic.get_or_init(|| login);
        }
        base.set_query(None);
        base.set_fragment(None);
        Ok(Self {
            http: http_client(&base, &options, headers)?,
            route: proxy::route(&base, options.proxy.as_deref()),
            basic: Arc::new(basic),
            base,
            options,
        })
    }

    /// The limits and timeouts of this client.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Sends this name and password with every further request, as HTTP's Basic scheme. `false` where some
    /// are sent already.
    pub fn authenticate(&self, login: &Login) -> bool {
        self.basic.set(login.clone()).is_ok()
    }

    /// The address of a route below the base; `route` may have a query.
    pub fn url(&self, route: &str) -> Url {
        let (path, query) = route.split_once('?').unwrap_or((route, ""));
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        url.set_query((!query.is_empty()).then_some(query));
        url
    }

    /// The address of a route without its query, as errors show it.
    pub fn shown(&self, route: &str) -> String {
        address::shown(&self.url(route))
    }

    /// `GET`, its whole body. Repeated where that may help.
    pub async fn get(&self, route: &str) -> Result<Vec<u8>, Error> {
        let url = self.url(route);
        retry::until_answered(|| async {
            let request = self.request(Method::GET, &url);
            self.send(request, &url, &Upload::default())
                .await?
                .whole()
                .await
        })
        .await
    }

    /// [`Client::get`] of what must be JSON.
    pub async fn get_json(&self, route: &str) -> Result<Value, Error> {
        let body = self.get(route).await?;
        self.parsed(route, body)
    }

    /// `GET` of an event stream, opened. It may be silent for `patience`, the client's idle timeout where it says
    /// that it is alive. Repeated where that may help; a web page is an error.
    pub async fn get_stream(&self, url: &Url, patience: Duration) -> Result<Body, Error> {
        let mut body = retry::until_answered(|| async {
            let request = self
                .request(Method::GET, url)
                .header("accept", "text/event-stream");
            self.send(request, url, &Upload::default()).await
        })
        .await?;
        body.response = checked_stream(body.response, &body.url, patience).await?;
        body.patience = patience;
        Ok(body)
    }

    /// `GET` of JSON, asked once, to find out what answers there: the answer, and how its server calls itself.
    pub async fn ask(&self, route: &str) -> Result<(Value, Option<String>), Error> {
        let url = self.url(route);
        let request = self.request(Method::GET, &url);
        let answer = self.send(request, &url, &Upload::default()).await?;
        let server = answer.header("server").map(str::to_owned);
        Ok((self.parsed(route, answer.whole().await?)?, server))
    }

    /// `POST` of JSON that is answered with an event stream, or with JSON where the server sends all of it at once
    /// ([`Body::is_json`]). The head of the answer may take any time, and behind it each piece `patience`. Repeated only
    /// while no connection can be made. `upload` receives the progress of the body.
    pub async fn post_stream(
        &self,
        route: &str,
        body: &Value,
        headers: &HeaderMap,
        (upload, patience): (&Upload, Duration),
    ) -> Result<Body, Error> {
        let url = self.url(route);
        let bytes = to_bytes(body)?;
        let mut answer = retry::until_sent(|| async {
            let request = self
                .request(Method::POST, &url)
                .headers(headers.clone())
                .header(CONTENT_TYPE, "application/json")
                .header(ACCEPT, "text/event-stream");
            let request = with_counted_body(request, bytes.clone(), upload);
            self.send_within(request, &url, upload, UNTIL_FIRST_BYTE)
                .await
        })
        .await?;
        answer.response = checked_stream(answer.response, &answer.url, patience).await?;
        answer.patience = patience;
        Ok(answer)
    }

    /// `DELETE`: what comes back does not matter. Asked once, for no longer than `patience`.
    pub async fn delete(&self, url: &Url, patience: Duration) {
        let request = self.request(Method::DELETE, url).send();
        match tokio::time::timeout(patience, request).await {
            Ok(Ok(answer)) => tracing::debug!(status = answer.status().as_u16(), "deleted"),
            Ok(Err(error)) => tracing::debug!(error = %error.without_url(), "not deleted"),
            Err(_) => tracing::debug!("whether it is deleted is not answered"),
        }
    }

    /// `POST` of JSON, answered with JSON. Repeated only while no connection can be made. `upload` receives the
    /// progress of the body.
    pub async fn post_json(
        &self,
        route: &str,
        body: &Value,
        upload: &Upload,
    ) -> Result<Value, Error> {
        let url = self.url(route);
        let bytes = to_bytes(body)?;
        let answer = retry::until_sent(|| async {
            let request = self
                .request(Method::POST, &url)
                .header(CONTENT_TYPE, "application/json");
            let request = with_counted_body(request, bytes.clone(), upload);
            self.send(request, &url, upload).await?.whole().await
        })
        .await?;
        self.parsed(route, answer)
    }

    /// `POST` of a form (`application/x-www-form-urlencoded`). Repeated only while no connection can be made.
    pub async fn post_form(&self, route: &str, form: &str) -> Result<(), Error> {
        let url = self.url(route);
        retry::until_sent(|| async {
            let request = self
                .request(Method::POST, &url)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.to_owned());
            self.send(request, &url, &Upload::default()).await.map(drop)
        })
        .await
    }

    /// `POST` of files as multipart, each in a part named `field`, answered with JSON. `upload` receives the progress
    /// of all files together. Dropping it ends the upload.
    pub async fn post_files(
        &self,
        route: &str,
        field: &'static str,
        files: &[SizedSource],
        upload: &Upload,
    ) -> Result<Value, Error> {
        let url = self.url(route);
        upload.begin(files.iter().map(|file| file.size).sum());
        let answer = retry::until_sent(|| async {
            let form = form(files, field, upload).await?;
            let request = self.request(Method::POST, &url).multipart(form);
            self.send(request, &url, upload).await?.whole().await
        })
        .await?;
        self.parsed(route, answer)
    }

    /// `GET` as a browser's visit: what comes back does not matter. Never tried again, and never longer
    /// than the connect timeout.
    pub async fn visit(&self, route: &str) {
        let visit = self.request(Method::GET, &self.url(route)).send();
        match tokio::time::timeout(self.options.connect_timeout, visit).await {
            Ok(Ok(answer)) => tracing::debug!(status = answer.status().as_u16(), "visited"),
            Ok(Err(error)) => tracing::debug!(error = %error.without_url(), "the visit failed"),
            // The request was sent; a server that wakes may hold the answer back.
            Err(_) => tracing::debug!("the visit is not answered yet"),
        }
    }

    /// A request to this address, with the secrets that may go there. Redirects stay at the same server, so
    /// the headers do too.
    fn request(&self, method: Method, url: &Url) -> RequestBuilder {
        let mut secrets = HeaderMap::new();
        let token = self.options.token.as_ref();
        if let Some((name, value)) = token.and_then(|token| token.header_for(url)) {
            secrets.insert(name, value);
        }
        let basic = self.basic.get().and_then(Login::basic);
        let basic = basic.filter(|_| url.origin() == self.base.origin());
        let key = self.options.key.as_ref();
        // A key was meant for this very server, so it goes before what else could stand in the same header.
        if let Some(value) = key.and_then(|key| key.header_for(url)).or(basic) {
            secrets.insert(AUTHORIZATION, value);
        }
        self.http.request(method, url.clone()).headers(secrets)
    }

    /// Sends a request and takes the head of its answer, which must be a success.
    async fn send(
        &self,
        request: RequestBuilder,
        url: &Url,
        upload: &Upload,
    ) -> Result<Body, Error> {
        self.send_within(request, url, upload, self.options.idle_timeout)
            .await
    }

    /// [`Client::send`], the head of the answer waited for as long as `limit`.
    async fn send_within(
        &self,
        request: RequestBuilder,
        url: &Url,
        upload: &Upload,
        limit: Duration,
    ) -> Result<Body, Error> {
        let shown = address::shown(url);
        let patience = self.options.idle_timeout;
        let has_login = self.basic.get().is_some();
        let at = (shown.as_str(), self.route);
        let response = send_with_idle_timeout(request, upload, at, limit).await?;
        let response = checked(response, &shown, patience, has_login).await?;
        Ok(Body {
            response,
            url: shown,
            route: self.route,
            patience,
            limit: self.options.frame_limit,
        })
    }

    /// The JSON of an answer that must be JSON.
    fn parsed(&self, route: &str, mut body: Vec<u8>) -> Result<Value, Error> {
        let limit = self.options.frame_limit;
        json::read(&mut body, json::budget(limit)).map_err(|error| match error {
            Unread::TooLarge => Error::TooLarge {
                url: self.shown(route),
                limit,
            },
            Unread::Malformed(_) => not_as_expected(&self.shown(route), &body, "JSON"),
        })
    }
}

/// A body of JSON as it is sent.
fn to_bytes(body: &Value) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(body).map_err(|error| Error::Setup {
        detail: error.to_string(),
    })
}

impl Body {
    /// A header of the answer, where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// Whether it is one piece of JSON and no stream.
    pub fn is_json(&self) -> bool {
        let kind = self.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        kind.starts_with("application/json")
    }

    /// The largest answer that is read, in bytes.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// The address that it came from, without its query.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The next bytes, waited for at most as long as it may be silent; `None` at the end. Safe to drop while
    /// it waits.
    pub async fn chunk(&mut self) -> Result<Option<impl AsRef<[u8]> + use<>>, Error> {
        let (patience, route) = (self.patience, self.route);
        match tokio::time::timeout(patience, self.response.chunk()).await {
            Ok(read) => read.map_err(|error| Error::from_http(&error, &self.url, patience, route)),
            Err(_) => Err(Error::Timeout {
                url: self.url.clone(),
                after: patience,
            }),
        }
    }

    /// All of it, each piece within the idle timeout.
    pub async fn whole(mut self) -> Result<Vec<u8>, Error> {
        let limit = self.limit;
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            body.extend_from_slice(chunk.as_ref());
            if body.len() > limit {
                return Err(Error::TooLarge {
                    url: self.url,
                    limit,
                });
            }
        }
        Ok(body)
    }
}

#[cfg(test)]
mod tests;
