//! What only tests, benches and fuzzing need of the library's inside. Not part of its promise: it changes without notice.
//!
//! Everything else that is not the promise is out of their reach, so that rustc reports what nothing uses any more.

pub mod app {
    //! The model and what changes it.
    pub use crate::app::effect::TurnId;
    pub use crate::app::sources::{LocalSource, SourceState};
    pub use crate::app::{Clock, Defaults, Effect, Event, Input, Model, Purpose};
    pub use crate::app::{ReplyUpdate, StoreEvent, update};
}

pub mod chat {
    //! Exports and imports.
    pub use crate::chat::export::{from_json, html, json, markdown, renamed};
}

pub mod demo {
    //! The embedded Space.
    pub use crate::demo::{Options, Server, Tour};
}

pub mod gradio {
    //! The pieces of a stream.
    pub use crate::gradio::delta::Outputs;
    pub use crate::gradio::job::{Dialect, Jobs, Update};
}

pub mod http {
    //! Server-sent events.
    pub use crate::http::sse::Decoder;
}

pub mod markdown {
    //! Text to blocks to lines.
    pub use crate::markdown::{Block, Inline, Part, Styles};
    pub use crate::markdown::{Growing, Kind, Numbering};
    pub use crate::markdown::{codes, lines, lines_of, parse, parts};
}

pub mod openai {
    //! The events of a stream.
    pub use crate::openai::{Completion, End, Finish, Piece};
}

pub mod provider {
    //! How the chat of a Space is found, how replies are read, and where a server may be.
    pub use crate::provider::bubbles::read_pairs;
    pub use crate::provider::space::chat::Chat;
    pub use crate::provider::space::detect::find;
    pub use crate::provider::{tail::split as split_tail, thoughts::split as split_thoughts};
}

pub mod runtime {
    //! What the loop gets from the store.
    pub use crate::runtime::loaded;
}

pub mod sanitize {
    //! The gate for foreign text.
    pub use crate::sanitize::{Gate, Shown, line, text};
}

pub mod store {
    //! Saved conversations.
    pub use crate::store::{FILE_NAME, Loaded, Store};
}

pub mod terminal {
    //! Entering and leaving the terminal, and its input.
    pub use crate::terminal::Terminal;
    #[cfg(unix)]
    pub use crate::terminal::input::Decoder;
    pub use crate::terminal::input::{Answer, Received, TerminalInput};
}

pub mod ui {
    //! The screen.
    pub use crate::ui::{Caches, Job, RenderWorker, Theme, ThemeName, draw};
}
