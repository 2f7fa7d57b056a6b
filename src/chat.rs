//! Plain data of a chat: conversations as trees of messages, prompts, stages, token estimates.
//!
//! No I/O, and nothing of the screen or of Gradio.

pub mod attachment;
pub mod change;
pub mod conversation;
pub mod draft;
pub mod emphasis;
pub mod export;
pub mod failure;
pub mod hit;
pub mod import;
pub mod input;
pub mod message;
pub mod preset;
pub mod prompt;
pub mod reply;
pub mod summary;
pub mod tokens;

pub use attachment::{Attachment, Content, FileHash, Origin, SentFile};
pub use change::{Change, Settings, import_changes};
pub use conversation::{Conversation, ConversationId};
pub use draft::{Draft, Unsent};
pub use failure::{Failure, FailureKind};
pub use hit::SearchHit;
pub use input::SpaceInput;
pub use message::{Message, MessageId, MessageState, Role};
pub use preset::Preset;
pub use prompt::{FileForm, format_prompt, prompt_text};
pub use reply::{Notice, Progress, Stage};
pub use summary::{Pending, Summary};
