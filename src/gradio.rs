//! A client of Gradio apps, and nothing of chat: it knows components, dependencies and values.
//!
//! It does what the app's own web page does. [`client`] asks the routes ([`login`] and [`token`] open doors); [`app`] reads `/config`;
//! [`session`] holds the component values of one tab; [`chain`] fires a dependency and those that
//! follow it; [`queue`] reads a stream, whose [`job`] cuts it into frames ([`sse`]), reads
//! the messages ([`message`]) and rebuilds values from diffs ([`delta`]). `provider` is the only caller.
//!
//! ```text
//! /config ─► App ─┐
//!                 ├─► Chain ─ predict / join ─► Events ─► Step (stages, values, end)
//!     Session ────┘                              sse → message → delta
//! ```

mod answer;
pub mod app;
pub mod chain;
pub mod client;
pub mod delta;
pub mod error;
pub mod files;
pub mod job;
mod json;
pub mod login;
pub mod message;
pub mod queue;
pub mod session;
pub mod sse;
pub mod token;
mod transport;
pub mod upload;

pub use app::App;
pub use chain::{Chain, Step};
pub use client::{Client, Options};
pub use error::{ConnectCause, Error};
pub use login::Login;
pub use session::{Session, session_hash};
pub use token::Token;
pub use transport::is_loopback;
