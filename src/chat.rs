//! Plain data of a chat: conversations as trees of messages, prompts, stages, token estimates.
//!
//! No I/O, and nothing of the screen or of Gradio.

pub(crate) mod attachment;
pub(crate) mod change;
pub(crate) mod conversation;
pub(crate) mod draft;
pub(crate) mod emphasis;
pub(crate) mod export;
pub(crate) mod failure;
pub(crate) mod hit;
pub(crate) mod import;
pub(crate) mod input;
pub(crate) mod learned;
pub(crate) mod message;
pub(crate) mod outcome;
pub(crate) mod preset;
pub(crate) mod price;
pub(crate) mod prompt;
pub(crate) mod reply;
pub(crate) mod summary;
pub(crate) mod tokens;
pub(crate) mod tree;

pub use attachment::{Attachment, Content, FileHash, Origin, SentFile};
pub use change::{Change, Settings, import_changes};
pub use conversation::{Conversation, ConversationId};
pub use draft::{Draft, Unsent};
pub use failure::{Failure, FailureKind};
pub use hit::SearchHit;
pub use input::{InputError, Kind as InputKind, SpaceInput};
pub use learned::{Fact, Learned, ProviderNames};
pub use message::{Message, MessageId, MessageState, Role};
pub use outcome::{Finish, Outcome, Usage};
pub use preset::Preset;
pub use price::{Cost, Price};
pub use prompt::{FileForm, GO_ON, format_prompt, prompt_text};
pub use reply::{Notice, Progress, Stage};
pub use summary::{Pending, Summary};
