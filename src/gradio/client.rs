//! The HTTP side of a Gradio app: one method for each route, typed errors, idle timeouts.
//!
//! What may be repeated by itself is repeated here, and nothing else: GETs that were answered with
//! a passing trouble or not to the end, and connections that were never established. A request that may have
//! arrived is never sent twice. [`super::chain`] and `provider` call this; they know what a route
//! means, this knows how it is asked.

use super::answer::{checked, checked_stream, lacking, parse};
use super::app::{App, digits};
use super::error::{ConnectCause, Error, excerpt};
use super::login::Login;
use super::token::Token;
use super::transport::http_client;
use super::upload::{Upload, sent_with_care};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder, Response, Url};
use serde_json::{Value, json};
use std::time::Duration;

/// How often something that may be repeated is tried in all.
const ATTEMPTS: u32 = 3;
/// The pause before the second attempt; it triples for each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest `Retry-After` that is waited for without asking the person.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How to reach apps. `Default` gives the values that the program uses without settings.
#[derive(Debug, Clone)]
pub struct Options {
    /// `http://`, `https://`, `socks5://` or `socks5h://` with host and port; `None` uses the
    /// environment's (`HTTPS_PROXY`, `NO_PROXY`). Never used for loopback unless given here.
    pub proxy: Option<String>,
    /// How long a connection may take to come about.
    pub connect_timeout: Duration,
    /// How long no byte may travel in either direction. There is no limit to the whole.
    pub idle_timeout: Duration,
    /// How long a job that was cancelled is waited for.
    pub cancel_timeout: Duration,
    /// For how long a full queue is tried again.
    pub queue_full_patience: Duration,
    /// The largest frame of a stream and the largest answer, in bytes. Read as JSON, one may need
    /// some seventeen times as much memory; a prompt of a million tokens comes back in less than 16 MB.
    pub frame_limit: usize,
    /// A token of the Hub; it goes where [`Token::header_for`] says and nowhere else.
    pub token: Option<Token>,
    /// The name and password for an app that asks for them.
    pub login: Option<Login>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            proxy: None,
            connect_timeout: Duration::from_secs(15),
            idle_timeout: Duration::from_secs(60),
            cancel_timeout: Duration::from_secs(2),
            queue_full_patience: Duration::from_secs(120),
            frame_limit: 128 << 20,
            token: None,
            login: None,
        }
    }
}

/// A client of the app at one address. Cookies are kept, because Spaces with several replicas tell
/// them apart by cookie.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    options: Options,
}

impl Client {
    /// `base` is the app's address, `http://127.0.0.1:7860` for example. Nothing is sent yet.
    pub fn new(base: &str, options: Options) -> Result<Self, Error> {
        let setup = |detail: String| Error::Setup { detail };
        let mut base = Url::parse(base)
            .map_err(|error| setup(format!("{base} is not an address: {error}")))?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(setup(format!("{base} is not an http or https address")));
        }
        base.set_query(None);
        base.set_fragment(None);
        Ok(Self {
            http: http_client(&base, &options)?,
            base,
            options,
        })
    }

    /// The limits and timeouts that this client keeps.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// `GET /config`, which never has a prefix.
    pub async fn config(&self) -> Result<App, Error> {
        let (url, body) = self.get("", "/config").await?;
        App::read(&parse(&url, &body)?).ok_or_else(|| Error::Decode {
            url,
            detail: "not the description of a Gradio app".to_owned(),
            excerpt: excerpt(&body),
        })
    }

    /// `GET /app_id`: the number that changes when the app restarts. Apps that lack the route
    /// tell it in `/config`, which is read in its place.
    pub async fn app_id(&self, app: &App) -> Result<Option<String>, Error> {
        match self.get(&app.api_prefix, "/app_id").await {
            Ok((url, body)) => Ok(parse(&url, &body)?.get("app_id").and_then(digits)),
            Err(Error::Status { status: 404, .. }) => Ok(self.config().await?.app_id),
            Err(error) => Err(error),
        }
    }

    /// `POST /run/predict`: runs a dependency that is not queued. Gives its outputs. `upload` is
    /// told how much of the body has been sent.
    pub async fn predict(
        &self,
        app: &App,
        query: &str,
        body: &Value,
        upload: &Upload,
    ) -> Result<Vec<Value>, Error> {
        let route = format!("/run/predict{query}");
        let (url, answer) = self.post(&app.api_prefix, &route, body, upload).await?;
        let mut answer = parse(&url, &answer)?;
        match answer.get_mut("data").map(Value::take) {
            Some(Value::Array(data)) => Ok(data),
            _ => Err(lacking(url, "data", &answer)),
        }
    }

    /// `POST /queue/join`: puts a job into the queue. Gives its `event_id`.
    pub async fn join(
        &self,
        app: &App,
        query: &str,
        body: &Value,
        upload: &Upload,
    ) -> Result<String, Error> {
        let route = format!("/queue/join{query}");
        let (url, answer) = self.post(&app.api_prefix, &route, body, upload).await?;
        let parsed = parse(&url, &answer)?;
        match parsed.get("event_id").and_then(Value::as_str) {
            Some(event_id) => Ok(event_id.to_owned()),
            None => Err(lacking(url, "event_id", &parsed)),
        }
    }

    /// `GET /queue/data`: opens the session's stream. Only one reader of a session at a time; it
    /// cannot be opened again for a job that has begun.
    pub async fn open_stream(&self, app: &App, session_hash: &str) -> Result<Response, Error> {
        let mut url = self.url(&app.api_prefix, "/queue/data");
        url.query_pairs_mut()
            .append_pair("session_hash", session_hash);
        self.stream(&url).await
    }

    async fn stream(&self, url: &Url) -> Result<Response, Error> {
        let shown = without_query(url);
        let response = self
            .retried(|| {
                let request = self
                    .request(Method::GET, url)
                    .header("accept", "text/event-stream");
                self.in_time(&shown, request.send())
            })
            .await?;
        let patience = self.options.idle_timeout;
        let response = checked(response, &shown, patience).await?;
        checked_stream(response, &shown, patience).await
    }

    /// `GET /queue/join` of apps of 4.0 to 4.8, which is the stream itself.
    pub async fn join_stream(&self, app: &App, body: &Value) -> Result<Response, Error> {
        let mut url = self.url(&app.api_prefix, "/queue/join");
        for name in ["fn_index", "session_hash"] {
            let value = &body[name];
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            url.query_pairs_mut().append_pair(name, &value);
        }
        self.stream(&url).await
    }

    /// `POST /queue/data` of apps of 4.0 to 4.8: the inputs of a job whose turn it is.
    pub async fn send_data(&self, app: &App, body: &Value, upload: &Upload) -> Result<(), Error> {
        self.post(&app.api_prefix, "/queue/data", body, upload)
            .await?;
        Ok(())
    }

    /// `GET /info`: the parameters of the functions that are offered to programs.
    pub async fn info(&self, app: &App) -> Result<Value, Error> {
        let (url, body) = self.get(&app.api_prefix, "/info").await?;
        parse(&url, &body)
    }

    /// `POST /cancel`: ends a job. The app answers success for jobs it does not know, too.
    pub async fn cancel(
        &self,
        app: &App,
        session_hash: &str,
        fn_index: i64,
        event_id: &str,
    ) -> Result<(), Error> {
        let body =
            json!({"session_hash": session_hash, "fn_index": fn_index, "event_id": event_id});
        let upload = Upload::default();
        self.post(&app.api_prefix, "/cancel", &body, &upload)
            .await?;
        Ok(())
    }

    /// `GET` of any JSON below the base: what is asked of the Hub, which is no Gradio app.
    pub async fn json(&self, route: &str) -> Result<Value, Error> {
        let (url, body) = self.get("", route).await?;
        parse(&url, &body)
    }

    /// `GET /` as a browser's visit: what comes back does not matter. A Space that sleeps wakes by
    /// it. Never tried again, and never longer than the connect timeout.
    pub async fn visit(&self) {
        let visit = self.request(Method::GET, &self.url("", "/")).send();
        match tokio::time::timeout(self.options.connect_timeout, visit).await {
            Ok(Ok(answer)) => tracing::debug!(status = answer.status().as_u16(), "visited"),
            Ok(Err(error)) => tracing::debug!(error = %error.without_url(), "the visit failed"),
            // The request was sent; a Space that wakes may hold the answer back.
            Err(_) => tracing::debug!("the visit is not answered yet"),
        }
    }

    /// The address of a route, without its query, as errors show it.
    pub fn shown(&self, prefix: &str, route: &str) -> String {
        without_query(&self.url(prefix, route))
    }

    /// A request to this address, with the token where it may go. Redirects stay at the same
    /// server, so the header does too.
    pub(super) fn request(&self, method: Method, url: &Url) -> RequestBuilder {
        let request = self.http.request(method, url.clone());
        match self
            .options
            .token
            .as_ref()
            .and_then(|token| token.header_for(url))
        {
            Some((name, value)) => request.header(name, value),
            None => request,
        }
    }

    pub(super) fn url(&self, prefix: &str, route: &str) -> Url {
        let (path, query) = route.split_once('?').unwrap_or((route, ""));
        let mut url = self.base.clone();
        url.set_path(&format!(
            "{}{prefix}{path}",
            self.base.path().trim_end_matches('/')
        ));
        url.set_query((!query.is_empty()).then_some(query));
        url
    }

    async fn get(&self, prefix: &str, route: &str) -> Result<(String, Vec<u8>), Error> {
        let url = self.url(prefix, route);
        let shown = without_query(&url);
        let read = || async {
            let sent = self
                .in_time(&shown, self.request(Method::GET, &url).send())
                .await?;
            let sent = checked(sent, &shown, self.options.idle_timeout).await?;
            self.body(sent, &shown).await
        };
        let is_broken = |error: &Error| matches!(error, Error::Broken { .. });
        let body = self.retried_also(is_broken, read).await?;
        Ok((shown, body))
    }

    async fn post(
        &self,
        prefix: &str,
        route: &str,
        body: &Value,
        upload: &Upload,
    ) -> Result<(String, Vec<u8>), Error> {
        let url = self.url(prefix, route);
        let shown = without_query(&url);
        let body = bytes_of(body, &shown)?;
        let response = self
            .retried(|| {
                let request = self
                    .request(Method::POST, &url)
                    .header(CONTENT_TYPE, "application/json");
                sent_with_care(
                    request,
                    body.clone(),
                    upload,
                    &shown,
                    self.options.idle_timeout,
                )
            })
            .await?;
        let response = checked(response, &shown, self.options.idle_timeout).await?;
        let body = self.body(response, &shown).await?;
        Ok((shown, body))
    }

    /// Tries again what was never sent, and what was answered with a passing trouble where
    /// `attempt` makes an error of that.
    pub(super) async fn retried<T, F>(&self, attempt: impl FnMut() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.retried_also(|_| false, attempt).await
    }

    /// The same, and also tries again what failed as `may_pass` says.
    async fn retried_also<T, F>(
        &self,
        may_pass: impl Fn(&Error) -> bool,
        mut attempt: impl FnMut() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            let wait = match attempt().await.map_err(|error| self.at_the_proxy(error)) {
                Err(Error::Connect { cause, .. }) if is_worth_another_try(cause) => pause,
                Err(error) if may_pass(&error) => pause,
                Err(Error::Status {
                    status: 429 | 502..=504,
                    retry_after,
                    ..
                }) if retry_after.is_none_or(|asked| asked <= LONGEST_PAUSE) => {
                    retry_after.unwrap_or(pause)
                }
                other => return other,
            };
            tokio::time::sleep(wait).await;
            pause *= 3;
        }
        attempt().await.map_err(|error| self.at_the_proxy(error))
    }

    /// With a proxy nothing but the proxy is connected to, so that is what did not answer. Names are
    /// looked up by the proxy too, save with `socks5://`.
    fn at_the_proxy(&self, error: Error) -> Error {
        let Some(proxy) = &self.options.proxy else {
            return error;
        };
        match error {
            Error::Connect { url, cause, detail }
                if cause == ConnectCause::Refused
                    || cause == ConnectCause::Dns && !proxy.starts_with("socks5://") =>
            {
                Error::Connect {
                    url,
                    cause: ConnectCause::Proxy,
                    detail,
                }
            }
            other => other,
        }
    }

    /// The whole body, each piece of it within the idle timeout.
    pub(super) async fn body(&self, mut response: Response, url: &str) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        while let Some(chunk) = self.in_time(url, response.chunk()).await? {
            body.extend_from_slice(&chunk);
            if body.len() > self.options.frame_limit {
                return Err(Error::FrameTooLarge {
                    url: url.to_owned(),
                    limit: self.options.frame_limit,
                });
            }
        }
        Ok(body)
    }

    /// Waits for one step of a request, at most the idle timeout.
    pub(super) async fn in_time<T>(
        &self,
        url: &str,
        step: impl Future<Output = Result<T, reqwest::Error>>,
    ) -> Result<T, Error> {
        let patience = self.options.idle_timeout;
        match tokio::time::timeout(patience, step).await {
            Ok(result) => result.map_err(|error| Error::from_http(&error, url, patience)),
            Err(_) => Err(Error::Timeout {
                url: url.to_owned(),
                after: patience,
            }),
        }
    }
}

fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}

/// A bad certificate or a bad name stays bad; a refused or slow connection may pass.
fn is_worth_another_try(cause: ConnectCause) -> bool {
    matches!(
        cause,
        ConnectCause::Refused | ConnectCause::Other | ConnectCause::Proxy
    )
}

fn bytes_of(body: &Value, url: &str) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(body).map_err(|error| Error::Decode {
        url: url.to_owned(),
        detail: error.to_string(),
        excerpt: String::new(),
    })
}

#[cfg(test)]
mod tests;
