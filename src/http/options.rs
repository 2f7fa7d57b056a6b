//! Options of a client: timeouts, limits, and secrets.

use super::key::Key;
use super::login::Login;
use super::token::Token;
use std::time::Duration;

/// How to reach servers. `Default` gives the values that the program uses without settings.
#[derive(Clone)]
pub struct Options {
    /// `http://`, `https://`, `socks5://` or `socks5h://` with host and port; `None` uses the
    /// environment's (`HTTPS_PROXY`, `NO_PROXY`). Never used for loopback unless given here.
    pub proxy: Option<String>,
    /// The connect timeout.
    pub connect_timeout: Duration,
    /// How long no byte may travel in either direction. There is no limit to the whole.
    pub idle_timeout: Duration,
    /// How long a job that was cancelled is waited for.
    pub cancel_timeout: Duration,
    /// For how long a full queue is tried again, requests included.
    pub queue_full_patience: Duration,
    /// The first pause before a full queue is tried again; each further one is twice as long, up to 30 s.
    pub queue_full_pause: Duration,
    /// The largest answer and the largest event of a stream, in bytes. With all that is read of it, one
    /// takes at most four times as much memory: see `super::json`. A prompt of a million tokens
    /// comes back in less than 16 MB.
    pub frame_limit: usize,
    /// A token of the Hub; it goes where [`Token::header_for`] says and nowhere else.
    pub token: Option<Token>,
    /// A key for one server; it goes to that one's origin and nowhere else.
    pub key: Option<Key>,
    /// The name and password for a server that asks for them. It goes to the origin that the client
    /// is for, and only once that has asked.
    pub login: Option<Login>,
    /// The language of the words that an app has in several: `de`, `pt_BR`. It is not sent to
    /// servers.
    pub language: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            proxy: None,
            connect_timeout: Duration::from_secs(15),
            idle_timeout: Duration::from_secs(60),
            cancel_timeout: Duration::from_secs(2),
            queue_full_patience: Duration::from_secs(120),
            queue_full_pause: Duration::from_secs(2),
            frame_limit: 32 << 20,
            token: None,
            key: None,
            login: None,
            language: "en".to_owned(),
        }
    }
}

/// Shows no secret: a proxy's address may hold a password.
impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("has_proxy", &self.proxy.is_some())
            .field("connect_timeout", &self.connect_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("cancel_timeout", &self.cancel_timeout)
            .field("queue_full_patience", &self.queue_full_patience)
            .field("queue_full_pause", &self.queue_full_pause)
            .field("frame_limit", &self.frame_limit)
            .field("token", &self.token)
            .field("key", &self.key)
            .field("login", &self.login)
            .field("language", &self.language)
            .finish()
    }
}
