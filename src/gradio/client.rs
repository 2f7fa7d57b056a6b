//! The HTTP side of a Gradio app: one method for each route.
//!
//! It knows how a route is requested, not what the answer means. What may be repeated is decided in `http`.

use super::app::{App, ComponentId, FnIndex, digits};
use super::error::Error;
use super::message::changed_states;
use super::sign_in::SignIn;
use crate::http::upload::SizedSource;
use crate::http::{
    self, Body, HeaderMap, HeaderName, HeaderValue, Login, Options, Upload, UploadSource,
};
use serde_json::{Value, json};
use std::time::Duration;
use url::Url;

/// How long to wait for an app that does not report whether it is still working.
const SILENT_WORK: Duration = Duration::from_secs(15 * 60);

/// A client of the app at one address; cheap to clone, clones share connections and cookies.
#[derive(Debug, Clone)]
pub struct Client {
    http: http::Client,
    sign_in: Option<SignIn>,
}

impl Client {
    /// `base` is the app's address, `http://127.0.0.1:7860` for example. Nothing is sent yet.
    pub fn new(base: &str, options: Options) -> Result<Self, Error> {
        // What Gradio's own clients send beside the web page's `app`.
        let header = (
            HeaderName::from_static("x-gradio-user"),
            HeaderValue::from_static("api"),
        );
        let http = http::Client::with_headers(base, options, &HeaderMap::from_iter([header]))?;
        Ok(Self {
            http,
            sign_in: None,
        })
    }

    /// The same client, which hands the user's token to the functions that take it.
    #[must_use]
    pub fn signed_in(&self, sign_in: SignIn) -> Self {
        Self {
            sign_in: Some(sign_in),
            ..self.clone()
        }
    }

    /// Whether the user's token is handed on.
    pub fn is_signed_in(&self) -> bool {
        self.sign_in.is_some()
    }

    /// Adds the user's token to the body of a request, where the function takes it.
    pub(super) fn sign(&self, body: &mut Value, function: FnIndex) {
        if let Some(sign_in) = &self.sign_in {
            sign_in.add_to(body, function, &self.base());
        }
    }

    /// The limits and timeouts of this client.
    pub fn options(&self) -> &Options {
        self.http.options()
    }

    /// How long a job's stream may be silent.
    pub fn patience(&self, app: &App) -> Duration {
        let patience = self.options().idle_timeout;
        if app.is_silent_at_work() {
            patience.max(SILENT_WORK)
        } else {
            patience
        }
    }

    /// `GET /config`, which never has a prefix.
    pub async fn config(&self) -> Result<App, Error> {
        let config = self.http.get_json("/config").await?;
        App::read_in(&config, &self.options().language).ok_or_else(|| {
            let detail = "not the description of a Gradio app";
            unexpected(self.http.shown("/config"), detail, &config)
        })
    }

    /// `GET /app_id`: the number that changes when the app restarts. Apps that lack the route
    /// tell it in `/config`, which is read in its place.
    pub async fn app_id(&self, app: &App) -> Result<Option<String>, Error> {
        let route = format!("{}/app_id", app.api_prefix);
        match self.http.get_json(&route).await.map_err(Error::from) {
            Ok(answer) => Ok(answer.get("app_id").and_then(digits)),
            Err(error) if error.refusal().is_some_and(|refusal| refusal.status == 404) => {
                Ok(self.config().await?.app_id)
            }
            Err(error) => Err(error),
        }
    }

    /// `POST /run/predict`: runs a dependency that is not queued. Gives its outputs and the State components that it
    /// changed. `upload` receives the progress of the body.
    pub async fn predict(
        &self,
        app: &App,
        query: &str,
        body: &Value,
        upload: &Upload,
    ) -> Result<(Vec<Value>, Vec<ComponentId>), Error> {
        let route = format!("{}/run/predict{query}", app.api_prefix);
        let mut answer = self.http.post_json(&route, body, upload).await?;
        let changed = answer.as_object().map(changed_states).unwrap_or_default();
        match answer.get_mut("data").map(Value::take) {
            Some(Value::Array(data)) => Ok((data, changed)),
            _ => Err(lacking(self.http.shown(&route), "data", &answer)),
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
        let route = format!("{}/queue/join{query}", app.api_prefix);
        let answer = self.http.post_json(&route, body, upload).await?;
        match answer.get("event_id").and_then(Value::as_str) {
            Some(event_id) => Ok(event_id.to_owned()),
            None => Err(lacking(self.http.shown(&route), "event_id", &answer)),
        }
    }

    /// `GET /queue/data`: opens the session's stream. Only one reader of a session at a time; it
    /// cannot be opened again for a job that has begun.
    pub async fn open_stream(&self, app: &App, session_hash: &str) -> Result<Body, Error> {
        let mut url = self.http.url(&format!("{}/queue/data", app.api_prefix));
        url.query_pairs_mut()
            .append_pair("session_hash", session_hash);
        Ok(self
            .http
            .get_stream(&url, self.options().idle_timeout)
            .await?)
    }

    /// `GET /queue/join` of apps of 4.0 to 4.8, which is the stream itself.
    pub async fn join_stream(&self, app: &App, body: &Value) -> Result<Body, Error> {
        let mut url = self.http.url(&format!("{}/queue/join", app.api_prefix));
        for name in ["fn_index", "session_hash"] {
            let value = &body[name];
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            url.query_pairs_mut().append_pair(name, &value);
        }
        Ok(self.http.get_stream(&url, self.patience(app)).await?)
    }

    /// `POST /queue/data` of apps of 4.0 to 4.8: the inputs of a job whose turn it is.
    pub async fn send_data(&self, app: &App, body: &Value, upload: &Upload) -> Result<(), Error> {
        let route = format!("{}/queue/data", app.api_prefix);
        self.http.post_json(&route, body, upload).await?;
        Ok(())
    }

    /// `GET /info`: the parameters of the functions that are offered to programs.
    pub async fn info(&self, app: &App) -> Result<Value, Error> {
        let route = format!("{}/info", app.api_prefix);
        Ok(self.http.get_json(&route).await?)
    }

    /// `GET /info?all_endpoints=True`: the same of all functions that are not private, which says what each takes beside
    /// its parameters.
    pub async fn info_of_all(&self, app: &App) -> Result<Value, Error> {
        let route = format!("{}/info?all_endpoints=True", app.api_prefix);
        Ok(self.http.get_json(&route).await?)
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
        let route = format!("{}/cancel", app.api_prefix);
        let upload = Upload::default();
        self.http.post_json(&route, &body, &upload).await?;
        Ok(())
    }

    /// `POST /login`, which never has a prefix. The cookies that the app answers with go with
    /// every later request of this client. [`Error::WrongLogin`] when the app knows no such name
    /// and password.
    pub async fn login(&self, login: &Login) -> Result<(), Error> {
        let form = login.form("username", "password");
        match self.http.post_form("/login", &form).await {
            Err(http::Error::Status(refusal)) if matches!(refusal.status, 400 | 401 | 403) => {
                Err(Error::WrongLogin { url: refusal.url })
            }
            answer => Ok(answer?),
        }
    }

    /// Sends this name and password with every further request, as HTTP's Basic scheme. `false` where some
    /// are sent already.
    pub fn authenticate(&self, login: &Login) -> bool {
        self.http.authenticate(login)
    }

    /// `POST /upload`: sends files from this machine and gives, in their order, the `FileData` that
    /// a call names them by. `upload` receives the progress of all files together. Checked before
    /// anything is sent: that each can be read, is a plain file, and is not larger than the app
    /// takes. Dropping it ends the upload.
    pub async fn upload(
        &self,
        app: &App,
        files: &[UploadSource],
        upload: &Upload,
    ) -> Result<Vec<Value>, Error> {
        let mut sized = Vec::with_capacity(files.len());
        for file in files {
            sized.push(SizedSource::inspect(file, app.max_file_size).await?);
        }
        let route = format!("{}/upload", app.api_prefix);
        let answer = self
            .http
            .post_files(&route, "files", &sized, upload)
            .await?;
        let paths: Vec<&str> = answer
            .as_array()
            .map(|paths| paths.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        if paths.len() != sized.len() {
            let detail = format!("{} paths were expected", sized.len());
            return Err(unexpected(self.http.shown(&route), &detail, &answer));
        }
        let named = sized.iter().zip(paths);
        Ok(named
            .map(|(file, path)| super::files::file_data(file, path))
            .collect())
    }

    /// The address of a route, without its query, as errors show it.
    pub fn shown(&self, prefix: &str, route: &str) -> String {
        self.http.shown(&format!("{prefix}{route}"))
    }

    /// The address below which the app is, with a slash at its end.
    pub fn base(&self) -> Url {
        self.http.url("/")
    }
}

/// The error of an answer that is JSON and not what was asked for.
fn unexpected(url: String, detail: &str, answer: &Value) -> Error {
    Error::Http(http::Error::Decode {
        url,
        detail: detail.to_owned(),
        excerpt: fields(answer),
    })
}

/// The error of an answer that lacks a field.
fn lacking(url: String, field: &str, answer: &Value) -> Error {
    unexpected(url, &format!("the field {field} is missing"), answer)
}

/// What is quoted of an answer that may repeat the request: only the names of its fields.
fn fields(answer: &Value) -> String {
    let names: Vec<&str> = match answer {
        Value::Object(fields) => fields.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    http::error::excerpt(format!("its fields are [{}]", names.join(", ")).as_bytes())
}
