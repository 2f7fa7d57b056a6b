//! A client of Gradio apps: components, dependencies and values. It knows nothing of chats.
//!
//! It does what the app's own web page does. `client` asks the routes, over `crate::http`; [`app`] reads `/config`;
//! `session` holds the component values of one tab; `chain` fires the dependencies of an event and those that
//! follow (`course`, `wiring`); `queue` reads a session's stream, whose `job`s are separated by their messages
//! (`message`) and rebuild values from diffs (`delta`). `sign_in` says which functions are given the user's token. For Gradio's own `ChatInterface`, `chat_interface` says
//! which functions need not run.
//!
//! ```text
//! /config ─► App ─┐
//!                 ├─► Chain ─ predict / join ─► Stream ─► Step (stages, values, end)
//!     Session ────┘                              sse → message → delta
//! ```

pub mod app;
pub(crate) mod chain;
pub(crate) mod chat_interface;
pub(crate) mod client;
pub(crate) mod course;
pub(crate) mod delta;
pub(crate) mod error;
pub(crate) mod files;
pub(crate) mod job;
pub(crate) mod message;
pub(crate) mod queue;
pub(crate) mod session;
pub(crate) mod sign_in;
pub(crate) mod step;
pub(crate) mod wiring;

pub use crate::http::{Body, ConnectCause, Error as HttpError, Options as ConnectOptions, Refusal};
pub use crate::http::{Login, Token, Upload, UploadSource};
pub use app::App;
pub use chain::{Chain, Tab};
pub use chat_interface::LeftOut;
pub use client::Client;
pub use error::Error;
pub use message::{Log, ProgressUnit};
pub use session::{Session, session_hash};
pub use sign_in::{SignIn, SignInFunctions};
pub use step::Step;
pub use wiring::Scope;
