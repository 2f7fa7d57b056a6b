//! Everything the program can ask of the world, as data. [`super::update()`] returns these and
//! `runtime` carries them out.

use crate::app::discard::Discarded;
use crate::app::prompt_preview::PromptRequest;
use crate::chat::FileForm;
use crate::chat::export::{Format, Source};
use crate::chat::{Change, ConversationId, Message, MessageId, Origin, Settings};
use std::sync::Arc;

/// Something to be done outside of the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Begin a reply; its events come back as [`super::Event::Reply`].
    StartTurn(TurnRequest),
    /// End a reply early, at the server too.
    CancelTurn(TurnId),
    /// Write these changes to disk, all or none of them.
    Save(Vec<Change>),
    /// Read a conversation; it comes back as [`super::event::StoreEvent::Loaded`].
    Load {
        /// Which one.
        id: ConversationId,
        /// What for; it comes back with the conversation.
        purpose: Purpose,
    },
    /// Read the list of conversations.
    List,
    /// Tell how the source of this Space's replies is called.
    Describe {
        /// The Space, as the conversation names it.
        space: String,
        /// The model that the conversation asks for.
        model: String,
    },
    /// Look at a Space; what is found comes back as [`super::Event::Inspected`].
    Inspect(String),
    /// Look for servers on this machine; they come back as [`super::Event::LocalFound`].
    FindLocal,
    /// Ask what is left of the user's time on the Hub's shared GPUs; it comes back as [`super::Event::GpuQuota`].
    AskGpuQuota,
    /// Search Spaces by words, once typing rests; they come back as [`super::Event::SpacesFound`]. Without words the search
    /// before it is only ended.
    SearchSpaces {
        /// Names the search; a later one has a greater number and ends this one.
        number: u64,
        /// The words.
        words: String,
    },
    /// Give this name and password to a Space that asks for them, from now on until the program
    /// ends.
    Login {
        /// The Space.
        space: String,
        /// The name.
        name: String,
        /// The password.
        password: Secret,
    },
    /// Look for words in a conversation; where they are comes back as [`super::Event::Found`].
    Find(FindRequest),
    /// Write out what will be sent; it comes back as [`super::Event::PromptWritten`].
    WritePrompt(PromptRequest),
    /// Have the source count what would be sent; its number comes back as [`super::Event::Counted`].
    CountTokens(CountRequest),
    /// Read earlier prompts; they come back as [`super::event::StoreEvent::Prompts`].
    Prompts,
    /// Read the saved system messages; they come back as [`super::event::StoreEvent::Presets`],
    /// with this number.
    Presets(u64),
    /// Read what is in the trash; it comes back as [`super::event::StoreEvent::Trash`].
    Trash,
    /// Tell the user, who looks elsewhere, by bell and by a notice of the desktop.
    NotifyDesktop(String),
    /// Search the texts of all conversations; what is found comes back as
    /// [`super::Event::Searched`]. An empty query only ends the search before it.
    Search {
        /// Names the search; a later one has a greater number and ends this one.
        number: u64,
        /// The words.
        query: String,
    },
    /// Put text on the clipboard.
    Copy(String),
    /// Have the user change this text in their own editor; it comes back as
    /// [`super::Event::Edited`].
    EditExternally(String),
    /// Attach what this names: a file comes back as [`super::Event::Attached`]; what a folder or
    /// a pattern holds is told first, as [`super::Event::Surveyed`].
    Attach(String),
    /// Read these files to be attached; each comes back as [`super::Event::Attached`].
    AttachAll(ConversationId, Vec<crate::app::files::FoundFile>),
    /// Find paths that begin or go on as this; they come back as [`super::Event::PathsFound`].
    CompletePath {
        /// Names the question; a later one has a greater number and makes this one needless.
        number: u64,
        /// What is typed of the path.
        query: String,
        /// Whether the folders are to be read again.
        is_first: bool,
    },
    /// Look which of these paths is there; the first comes back as [`super::Event::PathChecked`].
    CheckPaths(ConversationId, Vec<crate::app::files::PastedPath>),
    /// Look whether these files have changed; the answer is [`super::Event::OriginsChecked`].
    CheckOrigins(Vec<Origin>),
    /// Write an export into a new file of this name.
    Export {
        /// The name, as it was typed.
        path: String,
        /// The form.
        format: Format,
        /// What it is made from.
        source: Box<Source>,
    },
    /// Put a code block of a text on the clipboard.
    CopyCode {
        /// The text.
        text: String,
        /// The block's number, from 1.
        number: usize,
    },
    /// Drop these, beside the loop.
    Discard(Discarded),
    /// Go to the background (Ctrl+Z).
    Suspend,
    /// Draws the whole screen anew, whatever stands there.
    Redraw,
    /// Turn mouse capture on or off.
    CaptureMouse(bool),
    /// Leave the program.
    Quit,
}

/// What a conversation is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be shown as it is on the disk now, where it is open.
    Refresh,
    /// To be gone to. The number names the request: where something else was gone to since, the
    /// answer is late and moves no view. 0 is what the program begins with.
    Show(u64),
    /// To be duplicated.
    Copy,
}

/// What a reply is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnRequest {
    /// Names the turn; its events carry it.
    pub turn: TurnId,
    /// The conversation it belongs to.
    pub conversation: ConversationId,
    /// The messages that the model is to know, the newest last.
    pub messages: Vec<Arc<Message>>,
    /// The message that the reply will be.
    pub reply: MessageId,
    /// The system message in force; empty for none.
    pub system: Arc<str>,
    /// The model's name, as the user gave it; empty for the default.
    pub model: String,
    /// What is set for the Space, by name.
    pub settings: Settings,
    /// The Space to ask.
    pub space: String,
    /// How the texts of attached files stand in a prompt.
    pub file_form: FileForm,
    /// Whether the user has agreed that the Space gets their token of the Hub.
    pub sign_in: bool,
}

/// What is to be counted.
#[derive(Debug, Clone, PartialEq)]
pub struct CountRequest {
    /// Names the question; a later one has a greater number and makes this one needless.
    pub number: u64,
    /// What would be sent, the newest message last.
    pub messages: Vec<Arc<Message>>,
    /// The system message; empty for none.
    pub system: Arc<str>,
    /// The model's name, as the user gave it; empty for the default.
    pub model: String,
    /// The Space to ask.
    pub space: String,
    /// How the texts of attached files stand in a prompt.
    pub file_form: FileForm,
}

/// What is looked for in a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct FindRequest {
    /// Names the search; a later one has a greater number and makes this one needless.
    pub number: u64,
    /// The conversation.
    pub conversation: ConversationId,
    /// The words; upper case counts if there is any.
    pub query: String,
    /// The width for which the transcript is laid out, in cells.
    pub width: usize,
    /// The messages that are seen, first to last.
    pub messages: Vec<Arc<Message>>,
}

/// Names a turn within one run of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TurnId(pub u64);

/// A text that `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}
