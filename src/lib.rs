//! spacechat: a full-screen terminal chat for Hugging Face Spaces.
//!
//! Data flows in one direction. Terminal, provider and store send [`app::Event`]s into one channel;
//! [`app::update()`] changes the [`app::Model`] and returns [`app::Effect`]s; [`runtime`] carries
//! them out; [`ui::draw`] shows the model.
//!
//! ```text
//!            ┌────────────── Event ◄─────────────┬──────────────┐
//!            ▼                                   │              │
//!   app::update(&mut Model, Event)      terminal, store    provider ── gradio ── http
//!            │                                   ▲              ▲
//!            ├─► Vec<Effect> ─► runtime ─────────┴──────────────┘
//!            ▼
//!        ui::draw(&Model) ─► frame
//! ```
//!
//! - [`cli`]: the command line and the commands that draw no screen
//! - [`config`]: settings and where files are
//! - [`logging`]: the log file
//! - [`private_file`]: files that only the user can read
//! - [`panic_report`]: the report of a panic, for the developers
//! - [`runtime`]: the loops, the replies in progress, frame pacing
//! - [`terminal`]: enters and leaves the terminal, writes escape sequences
//! - [`ui`]: the screen
//! - [`app`]: the model and the one function that changes it
//! - [`markdown`]: text to blocks to lines
//! - [`provider`]: sources of replies: any chat Space is [`provider::space`], the Qwen demo [`provider::qwen`]
//! - [`store`]: saved conversations, drafts and the search index, in SQLite
//! - [`gradio`]: a client of Gradio apps
//! - [`http`]: an HTTP client: connections, proxies, secrets, retries
//! - [`demo`]: the embedded Space
//! - [`chat`]: plain data of a chat, shared by all
//! - [`sanitize`]: the gate that foreign text passes before it is shown

pub mod app;
pub mod chat;
pub mod cli;
pub mod config;
pub mod demo;
pub mod gradio;
pub mod http;
pub mod logging;
pub mod markdown;
pub mod panic_report;
pub mod private_file;
pub mod provider;
pub mod runtime;
pub mod sanitize;
pub mod store;
pub mod terminal;
pub mod ui;
