//! The provider for the Qwen demo Space from the outside, over real connections on loopback: whole turns with the
//! embedded Space (`turns`, `sessions`, `endings`), everything that can go wrong with a scripted server (`refusals`,
//! `streams`, `connections`, `repeats`), proxies, and replies cut into any pieces (`cuttings`).
//!
//! No test sleeps: each waits for the event itself, with a deadline that only a hang reaches.

#[path = "provider/connections.rs"]
mod connections;
#[path = "provider/cuttings.rs"]
mod cuttings;
#[path = "provider/endings.rs"]
mod endings;
#[path = "provider/program.rs"]
mod program;
#[path = "provider/proxies.rs"]
mod proxies;
#[path = "provider/proxy.rs"]
mod proxy;
#[path = "provider/received.rs"]
mod received;
#[path = "provider/refusals.rs"]
mod refusals;
#[path = "provider/repeats.rs"]
mod repeats;
#[path = "provider/scripted.rs"]
mod scripted;
#[path = "provider/secrets.rs"]
mod secrets;
#[path = "provider/sessions.rs"]
mod sessions;
#[path = "provider/streams.rs"]
mod streams;
#[path = "provider/tls.rs"]
mod tls;
#[path = "provider/turns.rs"]
mod turns;
