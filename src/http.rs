//! An HTTP client for any protocol: connections, proxies, which secret may go to which origin, what may be repeated,
//! uploads, JSON within limits, bytes to events, and one type of errors.
//!
//! It knows no routes and gives no meaning to answers.
//!
//! ```text
//! Options ─► connector (proxy, roots, redirects, cookies) ─► Client ─► Body ─► sse / json
//!              roots, proxy                                    │ retry, upload, answer
//!                                          token, key, login ──┘
//! ```

pub mod address;
mod answer;
pub mod client;
mod connector;
pub mod error;
pub mod json;
pub mod key;
pub mod login;
pub mod media_type;
pub mod options;
mod proxy;
pub mod retry;
mod roots;
pub mod sse;
pub mod token;
pub mod upload;

pub use address::is_loopback;
pub use client::{Body, Client};
pub use error::{ConnectCause, Error, Refusal};
pub use key::KeyPlace;
pub use login::Login;
pub use options::Options;
pub use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
pub use token::Token;
pub use upload::{Upload, UploadSource};
