//! The provider for the Qwen demo Space from the outside, over real connections on loopback: whole turns with the
//! embedded Space (`turns`, `sessions`, `endings`), everything that can go wrong with a scripted server (`refusals`,
//! `streams`, `connections`, `repeats`), proxies, and replies cut into any pieces (`cuttings`). `servers` are those that
//! speak `OpenAI`'s chat completions, each fault of theirs scripted; `sign_ins` are pages that want the user's token.
//!
//! No test sleeps: each waits for the event itself, with a deadline that only a hang reaches.

mod connections;
mod cuttings;
mod endings;
mod program;
mod proxies;
mod proxy;
mod received;
mod refusals;
mod repeats;
mod scripted;
mod secrets;
mod servers;
mod sessions;
mod sign_ins;
mod streams;
mod tls;
mod turns;
