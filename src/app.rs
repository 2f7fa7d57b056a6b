//! The program as a value: the [`Model`], what can happen ([`Event`]), what it may ask for
//! ([`Effect`]), and the one function that changes it, [`update()`].
//!
//! Pure: no clock, no task, no network, no file and no drawing here, so that a test is a list of
//! events and a look at the model. `runtime` feeds it and carries the effects out; `ui` draws it.

pub mod actions;
pub mod composer;
pub mod conversation;
mod counting;
mod discard;
mod dispatch;
pub mod editor;
pub mod effect;
pub mod event;
pub mod files;
pub mod fuzzy;
pub mod keys;
pub mod paste_detector;
pub mod popups;
mod prompt_preview;
pub mod rows;
pub mod search;
mod settings_panel;
pub mod sidebar;
mod source_events;
mod source_names;
pub mod sources;
mod store_events;
mod submission;
pub mod token_budget;
pub mod tray;
mod update;

pub use conversation::OpenConversation;
pub use discard::Discarded;
pub use effect::{Effect, FindRequest, Purpose, TurnRequest};
pub use event::{Clock, Event, Input, Regions, ReplyUpdate, SearchAnswer, StoreEvent};
pub use prompt_preview::PromptRequest;
pub use sidebar::Library;
pub use source_names::Certainty;
pub use update::update;

use crate::app::counting::Counting;
use crate::chat::FileForm;
use crate::chat::SpaceInput;
use crate::chat::{Conversation, ConversationId, Origin, Preset, ProviderNames, Settings};
use composer::completion::Completion;
use editor::Editor;
use keys::{Action, Keymap};
use paste_detector::PasteDetector;
use popups::Popups;
use source_names::SourceNames;
use sources::{SourceChoice, Sources};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// How long a second Ctrl+C may take to quit.
const QUIT_ARMED: Duration = Duration::from_secs(3);
/// How long a toast stays in the status line.
const TOAST_DURATION: Duration = Duration::from_secs(4);
/// What the model is called that is used when none is asked for, until the Space has told its name.
const UNNAMED_MODEL: &str = "default";

/// The name of the embedded Space, as conversations carry it.
pub const DEMO_SPACE: &str = "demo";

/// The whole state of the program.
#[derive(Debug)]
pub struct Model {
    /// What time it is.
    pub clock: Clock,
    /// The conversation that is seen.
    pub current: ConversationId,
    /// Which pane has the keyboard.
    pub focus: Focus,
    /// The system message's field, while its panel is open.
    pub panel: Option<Editor>,
    /// The place of the mark in the Space's settings.
    pub setting_at: usize,
    /// The saved conversations and their list.
    pub library: Library,
    /// The place of the mark in the tray.
    pub tray_at: usize,
    /// Earlier prompts of all conversations, the newest first.
    pub prompts: Vec<Arc<str>>,
    /// The saved system messages, by their names.
    pub presets: Vec<Preset>,
    /// Counts what this window has changed of them.
    preset_changes: u64,
    /// What lies over the screen.
    pub popups: Popups,
    /// What could not be saved or read. It stays in the status line until Esc, or until all is
    /// saved again.
    pub trouble: Option<String>,
    /// A toast in the status line, and until when.
    pub toast: Option<(String, Duration)>,
    /// Whether the window has the keyboard, as far as the terminal tells.
    pub has_focus: bool,
    /// Whether the mouse is captured.
    pub has_mouse: bool,
    /// How the last frame came out.
    pub regions: Regions,
    /// The list of what completes what is being written.
    pub completion: Completion,
    /// The files that were attached and have changed on the disk since.
    pub changed: HashSet<Origin>,
    /// What new conversations begin with.
    defaults: Defaults,
    /// How the sources of replies are called.
    source_names: SourceNames,
    /// What can be set for each Space that was looked at.
    inputs: HashMap<String, Vec<SpaceInput>>,
    /// What is known of the sources that can be chosen.
    pub sources: Sources,
    open: HashMap<ConversationId, OpenConversation>,
    /// What keys mean.
    pub keys: Keymap,
    paste_detector: PasteDetector,
    quit_armed: Option<Duration>,
    /// The action whose key must be pressed once more.
    confirming: Option<Action>,
    /// The draft, by its revision, that was no command and is sent as text when it is entered again.
    sent_as_text: Option<(ConversationId, u64)>,
    /// The draft, by its revision, of which was said that it is more than the model holds.
    oversize_told: Option<(ConversationId, u64)>,
    turns: u64,
    /// Counts how often a conversation was come to or left.
    uses: u64,
    /// Counts what is looked for: words in one conversation and in all, and paths.
    finds: u64,
    /// Counts how often it was asked what will be sent.
    previews: u64,
    /// What the source has counted of the draft that is seen.
    counting: Counting,
    /// Whether it was told how Option becomes Alt.
    has_told_option: bool,
    /// What is done with and too large to be dropped here.
    discarded: Discarded,
}

/// What new conversations begin with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Defaults {
    /// The Space.
    pub space: String,
    /// The model; empty for the Space's default.
    pub model: String,
    /// The system message.
    pub system: String,
    /// Whether the command line names it, which counts more than a saved one.
    pub is_system_given: bool,
    /// The saved system message that is the default.
    pub preset: Option<Arc<str>>,
    /// What is set for the Space, by name.
    pub settings: Settings,
    /// How the texts of attached files stand in a prompt.
    pub file_form: FileForm,
    /// Whether anything is kept on disk.
    pub keeps: bool,
    /// The sources that are offered.
    pub catalog: Vec<SourceChoice>,
    /// Whether nobody has said what to talk to: no option, no variable, no setting.
    pub is_unconfigured: bool,
}

impl Defaults {
    /// The system message with which a conversation begins: that of the command line, else the
    /// saved one that is the default, else that of the settings.
    fn system(&self) -> Arc<str> {
        match &self.preset {
            Some(preset) if !self.is_system_given => Arc::clone(preset),
            _ => self.system.as_str().into(),
        }
    }

    /// A new conversation with the Space and the model of another one. What is set belongs to a Space.
    fn conversation_like(&self, other: &OpenConversation) -> OpenConversation {
        let other = &other.conversation;
        if other.space == self.space {
            return self.conversation();
        }
        let conversation = Conversation::new(&other.space, &other.model, self.system());
        OpenConversation::new(conversation, Settings::default())
    }

    fn conversation(&self) -> OpenConversation {
        let conversation = Conversation::new(&self.space, &self.model, self.system());
        OpenConversation::new(conversation, self.settings.clone())
    }
}

/// What the command line says of a conversation that goes on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CliOverrides {
    /// The Space.
    pub space: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// The system message.
    pub system: Option<String>,
    /// What is set for the Space, by name.
    pub settings: Settings,
}

/// Which pane has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The message being written.
    Composer,
    /// The system message.
    Panel,
    /// The settings of the Space, below the system message.
    Settings,
    /// The list of conversations.
    List,
    /// The words that are looked for in the conversation.
    Find,
    /// The chips above the message.
    Tray,
}

impl Model {
    /// A model with one empty conversation, before anything has happened.
    pub fn new(defaults: Defaults, clock: Clock) -> Self {
        let open = defaults.conversation();
        let current = open.conversation.id;
        Self {
            clock,
            current,
            focus: Focus::Composer,
            panel: None,
            setting_at: 0,
            tray_at: 0,
            prompts: Vec::new(),
            presets: Vec::new(),
            preset_changes: 0,
            oversize_told: None,
            library: Library::default(),
            popups: Popups::default(),
            trouble: None,
            toast: None,
            has_focus: true,
            has_mouse: false,
            regions: Regions::default(),
            completion: Completion::default(),
            changed: HashSet::new(),
            defaults,
            source_names: SourceNames::default(),
            inputs: HashMap::new(),
            sources: Sources::default(),
            open: HashMap::from([(current, open)]),
            keys: actions::keymap(),
            paste_detector: PasteDetector::default(),
            quit_armed: None,
            confirming: None,
            sent_as_text: None,
            turns: 0,
            uses: 0,
            finds: 0,
            previews: 0,
            counting: Counting::default(),
            has_told_option: false,
            discarded: Discarded::default(),
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

    /// How the source of replies of what is seen is called; as the user calls it where nobody else has named it.
    pub fn names(&self) -> ProviderNames {
        let conversation = &self.conversation().conversation;
        let known = self
            .source_names
            .names(&conversation.space, &conversation.model);
        known.cloned().unwrap_or_else(|| ProviderNames {
            space: conversation.space.clone(),
            model: match conversation.model.as_str() {
                "" => UNNAMED_MODEL.to_owned(),
                asked => asked.to_owned(),
            },
            speaker: "Assistant".to_owned(),
            window: None,
            price: None,
        })
    }

    /// Goes on with what is seen as the command line says: where it names a Space, a model, a
    /// system message or settings, those hold from the next message on.
    pub fn apply_overrides(&mut self, given: CliOverrides) {
        let open = self.conversation_mut();
        if given == CliOverrides::default() {
            return;
        }
        if let Some(space) = given.space
            && space != open.conversation.space
        {
            open.conversation.space = space;
            open.conversation.model.clear();
            // They were the other Space's.
            open.settings.clear();
        }
        if let Some(model) = given.model {
            open.conversation.model = model;
        }
        if let Some(system) = given.system {
            open.conversation.system = system.into();
        }
        open.settings.extend(given.settings);
        open.saved.fields_changed();
    }

    /// The system message in force for the next message of what is seen.
    pub fn system(&self) -> &str {
        &self.conversation().conversation.system
    }

    /// Has the panel show the system message in force.
    fn show_system(&mut self) {
        let mut editor = Editor::new(self.system());
        editor.set_width(self.regions.panel_width);
        self.panel = Some(editor);
    }

    /// When something changes by time alone, in uptime: a held key, a toast that goes, a second
    /// that is counted on the screen, a draft to be kept. `runtime` sends a clock then; without
    /// one nothing wakes it.
    pub fn wake_at(&self) -> Option<Duration> {
        let now = self.clock.uptime;
        let turn = self.conversation().turn.as_ref();
        let counting = turn.map(|turn| {
            let passed = now.saturating_sub(turn.stage_since);
            turn.stage_since + Duration::from_secs(passed.as_secs() + 1)
        });
        let toast = self.toast.as_ref().map(|(_, until)| *until);
        let due = self
            .open
            .values()
            .filter_map(OpenConversation::due_at)
            .min();
        let due = due.filter(|_| self.defaults.keeps);
        let find = self.conversation().find.as_ref();
        let find = find.and_then(conversation::find::Find::wake_at);
        let paste = self.paste_detector.wake_at();
        let count = self.counting.wake_at();
        [paste, counting, toast, self.quit_armed, due, find, count]
            .into_iter()
            .flatten()
            .min()
    }

    fn toast(&mut self, text: impl Into<String>) {
        self.toast = Some((text.into(), self.clock.uptime + TOAST_DURATION));
    }
}
