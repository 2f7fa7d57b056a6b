//! spacechat: a full-screen terminal chat for Hugging Face Spaces and OpenAI-compatible servers.
//!
//! Data flows in one direction. Terminal, provider and store send `app::Event`s into one channel;
//! `app::update()` changes the `app::Model` and returns `app::Effect`s; `runtime` carries
//! them out; `ui::draw` shows the model.
//!
//! ```text
//!            ┌────────────── Event ◄─────────────┬──────────────┐
//!            ▼                                   │              │
//!   app::update(&mut Model, Event)      terminal, store    provider ── gradio, openai ── http
//!            │                                   ▲              ▲
//!            ├─► Vec<Effect> ─► runtime ─────────┴──────────────┘
//!            ▼
//!        ui::draw(&Model) ─► frame
//! ```
//!
//! Public are [`chat`], [`gradio`] and [`provider`]: a client of Gradio apps and of chats that one builds on. Everything else is the
//! program's own.
//!
//! - `cli`: the command line and the commands that draw no screen
//! - `config`: settings and where files are
//! - `logging`: the log file
//! - `private_file`: files that only the user can read
//! - `panic_report`: the report of a panic, for the developers
//! - `runtime`: the loops, the replies in progress, frame pacing
//! - `terminal`: enters and leaves the terminal, writes escape sequences, reads keys
//! - `ui`: the screen
//! - `app`: the model and the one function that changes it
//! - `markdown`: text to blocks to lines
//! - [`provider`]: sources of replies: any chat Space is `provider::space`, the Qwen demo `provider::qwen`, a
//!   server `provider::server`
//! - `store`: saved conversations, drafts and the search index, in SQLite
//! - [`gradio`]: a client of Gradio apps
//! - `openai`: a client of OpenAI-compatible servers
//! - `http`: an HTTP client: connections, proxies, secrets, retries
//! - `demo`: the embedded Space
//! - [`chat`]: plain data of a chat, shared by all
//! - `sanitize`: the gate that foreign text passes before it is shown
//! - `testing`: what tests need of all these

mod app;
pub mod chat;
mod cli;
mod config;
mod demo;
pub mod gradio;
mod http;
mod logging;
mod markdown;
mod openai;
mod panic_report;
mod private_file;
pub mod provider;
mod runtime;
mod sanitize;
mod store;
mod terminal;
#[doc(hidden)]
pub mod testing;
mod ui;

#[doc(hidden)]
pub mod program {
    //! What the binary begins with.
    pub use crate::cli::{Cli, Exit, usage};
    pub use crate::config::{log_path, state_directory};
    pub use crate::logging::start as start_log;
    pub use crate::panic_report::install as report_panics;
}
