//! The program as a value: the [`Model`], what can happen ([`Event`]), what it may ask for
//! ([`Effect`]), and the one function that changes it, [`update()`].
//!
//! Pure: no clock, no task, no network, no file and no drawing here, so that a test is a list of
//! events and a look at the model. `runtime` feeds it and carries the effects out; `ui` draws it.

pub mod composer;
pub mod editor;
pub mod effect;
pub mod event;
pub mod input;
pub mod keymap;
pub mod open;
pub mod scroll;
pub mod turn;
mod update;

pub use effect::{Effect, TurnRequest};
pub use event::{Clock, Event, Input, Regions, ReplyUpdate};
pub use open::OpenConversation;
pub use update::update;

use crate::chat::{Conversation, ConversationId, Draft};
use editor::Editor;
use input::Guard;
use std::collections::HashMap;
use std::time::Duration;

/// How long a second Ctrl+C may take to quit.
const QUIT_ARMED: Duration = Duration::from_secs(3);
/// How long a remark stays in the status line.
const REMARK_STAYS: Duration = Duration::from_secs(4);

/// The whole state of the program.
#[derive(Debug)]
pub struct Model {
    /// What time it is.
    pub clock: Clock,
    /// The name of the source of replies, for the header.
    pub provider: ProviderNames,
    /// The conversation that is seen.
    pub current: ConversationId,
    /// Which pane has the keyboard.
    pub focus: Focus,
    /// The system message's field, while its panel is open.
    pub panel: Option<Editor>,
    /// What lies over everything.
    pub overlay: Option<Overlay>,
    /// A remark in the status line, and until when.
    pub remark: Option<(String, Duration)>,
    /// Whether the mouse is captured.
    pub has_mouse: bool,
    /// How the last frame came out.
    pub drawn: Regions,
    open: HashMap<ConversationId, OpenConversation>,
    guard: Guard,
    quit_armed: Option<Duration>,
    turns: u64,
}

/// What the header says of the source of replies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProviderNames {
    /// The Space: `owner/name`, or its host.
    pub space: String,
    /// The model.
    pub model: String,
    /// How the model is called at the head of its replies.
    pub speaker: String,
    /// How many tokens the model can hold.
    pub window: Option<usize>,
}

/// Which pane has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The message being written.
    Composer,
    /// The system message.
    Panel,
}

/// What lies over everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlay {
    /// The keys; scrolled by this many rows.
    Help(usize),
}

impl Model {
    /// A model with one conversation, before anything has happened.
    pub fn new(conversation: Conversation, provider: ProviderNames, clock: Clock) -> Self {
        let current = conversation.id;
        let open = OpenConversation::new(conversation, Draft::default());
        Self {
            clock,
            provider,
            current,
            focus: Focus::Composer,
            panel: None,
            overlay: None,
            remark: None,
            has_mouse: false,
            drawn: Regions::default(),
            open: HashMap::from([(current, open)]),
            guard: Guard::default(),
            quit_armed: None,
            turns: 0,
        }
    }

    /// The conversation that is seen.
    pub fn conversation(&self) -> &OpenConversation {
        &self.open[&self.current]
    }

    fn conversation_mut(&mut self) -> &mut OpenConversation {
        self.open
            .get_mut(&self.current)
            .expect("the current conversation is always open")
    }

    /// An open conversation by its name.
    pub fn opened(&self, id: ConversationId) -> Option<&OpenConversation> {
        self.open.get(&id)
    }

    /// The system message in force for the next message of what is seen.
    pub fn system(&self) -> &str {
        &self.conversation().conversation.system
    }

    /// When something changes by time alone, in uptime: a held key, a remark that goes, a second
    /// that is counted on the screen. `runtime` sends a clock then; without one nothing wakes it.
    pub fn wake_at(&self) -> Option<Duration> {
        let now = self.clock.uptime;
        let turn = self.conversation().turn.as_ref();
        let counting = turn.map(|turn| {
            let passed = now.saturating_sub(turn.stage_since);
            turn.stage_since + Duration::from_secs(passed.as_secs() + 1)
        });
        let remark = self.remark.as_ref().map(|(_, until)| *until);
        [self.guard.wake_at(), counting, remark, self.quit_armed]
            .into_iter()
            .flatten()
            .min()
    }

    fn remark(&mut self, text: impl Into<String>) {
        self.remark = Some((text.into(), self.clock.uptime + REMARK_STAYS));
    }
}
