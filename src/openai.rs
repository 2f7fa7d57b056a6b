//! A client of servers that speak `OpenAI`'s chat completions. It knows nothing of chats.
//!
//! Whose server it is decides little: one dialect is spoken to all, and what only one of them can is used where it is
//! found (`discovery`). Facts about servers stand where they are used, with the server's name.
//!
//! ```text
//! address ─► Client ─ discovery ─► Server (whose, its models)
//!   request ──┤
//!             └─► Stream ─ sse → chunk → Completion ─► Piece …, End
//! ```

pub mod address;
mod chunk;
pub mod client;
pub mod completion;
pub mod discovery;
pub mod failure;
pub mod models;
pub mod request;
pub mod stream;

#[cfg(test)]
mod tests;

pub use chunk::{Finish, PromptProgress, Usage};
pub use client::Client;
pub use completion::{Completion, End, Piece};
pub use discovery::{Server, ServerKind};
pub use failure::ServerFailure;
pub use models::ModelEntry;
pub use stream::Stream;
