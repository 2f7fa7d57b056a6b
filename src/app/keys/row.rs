//! What a row of the table holds.

use crate::app::keys::{Action, Chord};
use crate::app::{Effect, Model};

/// Carries an action out. The text is what stands behind its slash command, else empty.
pub type Run = fn(&mut Model, &str) -> Vec<Effect>;

/// A row of the table: one action in one place.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Which action it is.
    pub action: Action,
    /// Where its keys hold.
    pub context: Context,
    /// Its keys, the first one as it is shown in hints.
    pub keys: &'static [Chord],
    /// What it is called in the palette: a command.
    pub title: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// What it belongs to.
    pub group: Group,
    /// Its slash command.
    pub slash: Option<Slash>,
    /// Other words by which the palette finds it.
    pub synonyms: &'static str,
    /// Whether the palette lists it; what only moves a mark or a caret is not.
    pub is_listed: bool,
    /// Whether its key must be pressed twice: it is a letter that may have been meant as text and sends something, or what
    /// it does cannot be taken back.
    pub is_confirmed: bool,
    /// Whether it is offered now.
    pub is_offered: fn(&Model) -> bool,
    /// Carries it out.
    pub run: Run,
}

/// What an action belongs to; the palette lists the groups in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The saved conversations.
    Library,
    /// The message being written.
    Message,
    /// The conversation that is seen.
    Conversation,
    /// A message of it.
    Reply,
    /// Where replies come from and how.
    Source,
    /// What is seen of it all.
    View,
    /// The program.
    Program,
    /// Text fields.
    Text,
}

impl Group {
    /// What the palette calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Message => "Message",
            Self::Conversation => "Conversation",
            Self::Reply => "Picked message",
            Self::Library => "Conversations",
            Self::Source => "Space",
            Self::View => "View",
            Self::Program => "Program",
            Self::Text => "Text",
        }
    }
}

/// A slash command.
#[derive(Debug, Clone, Copy)]
pub struct Slash {
    /// Its names, each with the slash. One text, which keeps a row small.
    names: &'static str,
    /// What stands behind it.
    pub argument: Argument,
}

impl Slash {
    /// All its names, the one that is shown first; the others go on working.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.names.split(' ')
    }

    /// The name that is shown.
    pub fn name(self) -> &'static str {
        self.names().next().unwrap_or_default()
    }
}

/// What stands behind a slash command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// Nothing.
    None,
    /// Something, or nothing.
    Optional,
    /// Something; with an example.
    Required(&'static str),
}

/// A row that is always offered, listed in the palette, and has no slash command.
pub const fn row(
    (action, context): (Action, Context),
    keys: &'static [Chord],
    title: &'static str,
    help: &'static str,
    group: Group,
    run: Run,
) -> Row {
    const fn always(_: &Model) -> bool {
        true
    }
    Row {
        action,
        context,
        keys,
        title,
        help,
        group,
        slash: None,
        synonyms: "",
        is_listed: true,
        is_confirmed: false,
        is_offered: always,
        run,
    }
}

impl Row {
    /// With a slash command: its names, with a space between them.
    #[must_use]
    pub const fn slash(self, names: &'static str, argument: Argument) -> Self {
        Self {
            slash: Some(Slash { names, argument }),
            ..self
        }
    }

    /// With other words for the palette.
    #[must_use]
    pub const fn also(self, synonyms: &'static str) -> Self {
        Self { synonyms, ..self }
    }

    /// Offered only where this holds.
    #[must_use]
    pub const fn when(self, is_offered: fn(&Model) -> bool) -> Self {
        Self { is_offered, ..self }
    }

    /// Not listed in the palette.
    #[must_use]
    pub const fn unlisted(self) -> Self {
        Self {
            is_listed: false,
            ..self
        }
    }

    /// Its key must be pressed twice.
    #[must_use]
    pub const fn confirmed(self) -> Self {
        Self {
            is_confirmed: true,
            ..self
        }
    }

    /// Its first key, as hints show it; empty where it has none.
    pub fn shown_key(&self) -> String {
        self.keys
            .first()
            .map(ToString::to_string)
            .unwrap_or_default()
    }
}

/// Where a key has its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// Everywhere.
    All,
    /// In a text field: the message or the system message.
    Text,
    /// In the message's own field.
    Composer,
    /// While a message of the transcript is picked.
    Picked,
    /// In the list of conversations.
    List,
    /// In the settings of the Space.
    Settings,
    /// In the field of find.
    Find,
    /// In the tray above the message: queued messages and chips.
    Tray,
    /// In every popup in which something is chosen.
    Menu,
    /// In every popup with something to read.
    Reader,
    /// While the completion is open.
    Completion,
    /// In the outline.
    Outline,
    /// Among all versions.
    VersionTree,
    /// Among the saved system messages.
    Presets,
    /// In the picker of sources.
    Sources,
}

impl Context {
    /// What it is called over its keys.
    pub fn title(self) -> &'static str {
        match self {
            Self::All => "Everywhere",
            Self::Text => "Text",
            Self::Composer => "Message",
            Self::Picked => "Picked message",
            Self::List => "Conversation list",
            Self::Settings => "Settings of the Space",
            Self::Find => "Find",
            Self::Tray => "Tray",
            Self::Menu => "Choosing in a popup",
            Self::Reader => "Reading in a popup",
            Self::Completion => "Completion",
            Self::Outline => "Outline",
            Self::VersionTree => "All versions",
            Self::Presets => "Saved system messages",
            Self::Sources => "Choosing a source",
        }
    }
}
