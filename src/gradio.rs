//! A client of Gradio apps: components, dependencies and values. It knows nothing of chats.
//!
//! It does what the app's own web page does. [`client`] asks the routes, over [`crate::http`]; [`app`] reads `/config`;
//! [`session`] holds the component values of one tab; [`chain`] fires the dependencies of an event and those that
//! follow ([`course`], [`wiring`]); [`queue`] reads a session's stream, whose [`job`]s are separated by their messages
//! ([`message`]) and rebuild values from diffs ([`delta`]). For Gradio's own `ChatInterface`, [`chat_interface`] says
//! which functions need not run.
//!
//! ```text
//! /config ─► App ─┐
//!                 ├─► Chain ─ predict / join ─► Stream ─► Step (stages, values, end)
//!     Session ────┘                              sse → message → delta
//! ```

pub mod app;
pub mod chain;
pub mod chat_interface;
pub mod client;
pub mod course;
pub mod delta;
pub mod error;
pub mod files;
pub mod job;
pub mod message;
pub mod queue;
pub mod session;
pub mod step;
pub mod wiring;

pub use app::App;
pub use chain::{Chain, Tab};
pub use client::Client;
pub use error::Error;
pub use session::{Session, session_hash};
pub use step::Step;
