//! spacechat: a full-screen terminal chat for Hugging Face Spaces.
//!
//! Data flows one way round. Terminal and provider speak [`app::Event`]s into one channel;
//! [`app::update()`] changes the [`app::Model`] and returns [`app::Effect`]s; [`runtime`] carries
//! them out; [`ui::draw`] shows the model.
//!
//! ```text
//!            ┌────────────── Event ◄─────────────┬──────────────┐
//!            ▼                                   │              │
//!   app::update(&mut Model, Event)           terminal       provider ── gradio ── http
//!            │                                   ▲              ▲
//!            ├─► Vec<Effect> ─► runtime ─────────┴──────────────┘
//!            ▼
//!        ui::draw(&Model) ─► frame
//! ```
//!
//! - [`cli`]: the command line and the commands that draw no screen
//! - [`config`]: settings and where files are
//! - [`logging`]: the log file
//! - [`private_file`]: files for the user alone
//! - [`panic_report`]: what a breakdown leaves for whoever mends it
//! - [`runtime`]: the loops, the replies on their way, frame pacing
//! - [`terminal`]: the terminal taken and given back
//! - [`ui`]: the screen
//! - [`app`]: the model and the one function that changes it
//! - [`markdown`]: text to blocks to lines
//! - [`provider`]: sources of replies: any chat Space is [`provider::space`], the Qwen demo [`provider::qwen`]
//! - [`gradio`]: a client of Gradio apps
//! - [`http`]: what any client of a server needs
//! - [`demo`]: the embedded Space
//! - [`chat`]: the words all of these share
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
