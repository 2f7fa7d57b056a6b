//! Everything that can happen to the program, as data.
//!
//! Terminal, provider and store speak these into one channel; [`super::update()`] is the only
//! reader. Times are told, never asked for: a [`Clock`] comes before what happened at that time.

use super::Certainty;
use super::effect::Purpose;
use crate::app::effect::TurnId;
use crate::app::files::PastedPath;
use crate::app::files::Survey;
use crate::app::rows::Hits;
use crate::app::rows::RowId;
use crate::app::sources::{Inspection, LocalSource, SourceChoice};
use crate::chat::{
    Attachment, Conversation, ConversationId, Draft, Failure, Finish, Learned, Notice, Origin,
    Preset, Progress, ProviderNames, SearchHit, Settings, Stage, Summary, Unsent, Usage,
};
use crossterm::event::{KeyEvent, MouseEvent};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// What happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// It is now this late.
    Clock(Clock),
    /// The user did something at the terminal.
    Input(Input),
    /// Send this in a conversation, as the user's word. What Enter does, and `ask`.
    Submit(ConversationId, Draft),
    /// A reply went on.
    Reply(TurnId, ReplyUpdate),
    /// The store has something to say.
    Store(StoreEvent),
    /// How the source of a conversation's replies is called.
    Described {
        /// The Space, as the conversation names it.
        space: String,
        /// The model that the conversation asks for.
        model: String,
        /// The names.
        names: ProviderNames,
        /// How far they can be relied on.
        certainty: Certainty,
    },
    /// A source was looked at: what is there, or what is wrong where it does not answer.
    Inspected {
        /// As it was written.
        asked: String,
        /// The name by which it is stored.
        name: String,
        /// The model that was written with it.
        model: Option<String>,
        /// What is there, or what is wrong.
        found: Result<Inspection, Failure>,
    },
    /// What answers on this machine.
    LocalFound(Vec<LocalSource>),
    /// What is left of the user's time on the Hub's shared GPUs, in words; `None` where that is not told.
    GpuQuota(Option<String>),
    /// Spaces for the search of this number, or in one line why there is no answer.
    SpacesFound(u64, Result<Vec<SourceChoice>, String>),
    /// A draft came back from the user's own editor.
    Edited {
        /// The conversation that it is written in.
        conversation: ConversationId,
        /// As it was handed to the editor.
        before: String,
        /// As it came back.
        text: String,
    },
    /// A file was read to be attached, or why it was not.
    Attached(ConversationId, Result<Attachment, String>),
    /// What a folder or a pattern holds that is to be attached.
    Surveyed(ConversationId, Survey),
    /// Paths for what is typed, best first, as the answer to the question of this number.
    PathsFound(u64, Vec<String>),
    /// What was pasted is a path that is there.
    PathChecked(ConversationId, PastedPath),
    /// Files that were attached, and whether each has changed since.
    OriginsChecked(Vec<(Origin, bool)>),
    /// Words were looked for: where they are, for the search of this number.
    Found(ConversationId, u64, Hits),
    /// What will be sent was written out, as the answer to the request of this number.
    PromptWritten(u64, Arc<str>),
    /// What would be sent was counted, as the answer to the question of this number; `None` where its source does not count.
    Counted(u64, Option<usize>),
    /// The texts of all conversations were searched.
    Searched(SearchAnswer),
    /// Something was done that the user is to be told of.
    Notify(String),
    /// A frame was drawn; this is how it came out.
    Drawn(Regions),
    /// The program is asked to end (SIGTERM, SIGHUP, a closed terminal).
    Terminate,
    /// The program came back from the background or from an editor.
    Resumed,
}

/// What the store has to say.
#[derive(Debug, Clone)]
pub enum StoreEvent {
    /// What is saved, newest first.
    Listed(Vec<Summary>),
    /// A conversation was read.
    Loaded {
        /// The conversation.
        conversation: Box<Conversation>,
        /// What is unsent in it.
        unsent: Unsent,
        /// The instances that left some of that and are gone.
        left_by: Vec<String>,
        /// What is set for its Space.
        settings: Settings,
        /// What it was asked for.
        purpose: Purpose,
    },
    /// Earlier prompts of all conversations, the newest first.
    Prompts(Vec<String>),
    /// The saved system messages, by their names, as the answer to the question of this number; 0
    /// is what is read at the start.
    Presets(u64, Vec<Preset>),
    /// What was learned of the sources of replies, as it is saved.
    Learned(Vec<Learned>),
    /// What is in the trash, newest first.
    Trash(Vec<Summary>),
    /// Another window has moved this conversation's head: it is to be read again.
    HeadElsewhere(ConversationId),
    /// Something could not be saved or read; in words for a user.
    Trouble(String),
    /// What could not be saved before is saved now.
    Recovered,
}

/// What a search in the texts of all conversations has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchAnswer {
    /// The number of the search.
    pub number: u64,
    /// What was found so far, newest first; it takes the place of what was told before.
    pub hits: Vec<SearchHit>,
    /// Whether that is all.
    pub is_all: bool,
}

/// What time it is, in both senses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock {
    /// For showing and storing.
    pub wall: Timestamp,
    /// Since the program began; never jumps.
    pub uptime: Duration,
}

/// What the user did.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A key went down, or repeats.
    Key(KeyEvent),
    /// Text was pasted, exactly as the terminal handed it over.
    Paste(String),
    /// The mouse moved, while it is captured.
    Mouse(MouseEvent),
    /// The window changed its size.
    Resize,
    /// The window was given or lost the keyboard.
    Focus(bool),
    /// The terminal marks pastes, so that what is not marked is typed.
    PastesAreBracketed,
}

/// How a reply went on: the provider's events in the app's words.
#[derive(Debug, Clone, PartialEq)]
pub enum ReplyUpdate {
    /// It runs, in this session of the Space where the Space has sessions.
    Session(Option<String>),
    /// It stands here now.
    Stage(Stage),
    /// All of the model's shown thinking so far.
    Reasoning(String),
    /// More text.
    Delta(String),
    /// All text so far, rewritten.
    Replace(String),
    /// All of the hidden tail so far.
    HiddenTail(String),
    /// A notice of the Space.
    Notice(Notice),
    /// The Space shows progress.
    Progress(Progress),
    /// Another model than the one that was asked for writes it.
    Model(String),
    /// What it cost, as its source counted.
    Usage(Usage),
    /// Why it ended, as its source says.
    Finish(Finish),
    /// It is complete; all of its text.
    Done(String),
    /// It failed; what came stays.
    Failed(Failure),
    /// It ended early because that was asked for; what came stays.
    Cancelled,
}

/// What `update` needs to know of the frame that was drawn last.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Regions {
    /// The first row of the transcript that was shown, and where.
    pub top: Option<RowId>,
    /// The last row that was shown.
    pub bottom: Option<RowId>,
    /// Whether the transcript's last row was shown.
    pub at_end: bool,
    /// The width for which the transcript's texts are laid out, in cells.
    pub transcript_width: usize,
    /// The height of the transcript's pane, in rows.
    pub transcript_height: usize,
    /// The width in which the composer wraps, in cells.
    pub composer_width: usize,
    /// The width in which the system panel wraps, in cells.
    pub panel_width: usize,
    /// Whether the list of conversations lies over the transcript.
    pub is_list_over: bool,
    /// How much of the popup on top was shown.
    pub popup: Page,
}

/// How much of a popup was shown by the last frame, in rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Page {
    /// How many rows are seen.
    pub height: usize,
    /// How far it can be scrolled.
    pub limit: usize,
}
