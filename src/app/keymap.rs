//! The one table of keys: what each does, where, and in which words the help says so.
//!
//! `update` looks keys up here and `ui` makes the help from it, so the two cannot differ. Editing
//! keys of text fields stand here too and are carried out by [`super::editor`].

mod custom;
mod table;

pub use custom::{NoKey, action, bindings, customise, name};
pub use table::BINDINGS;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Something that a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Sends the draft, or queues it while a reply comes.
    Send,
    /// Begins a new line in the text.
    NewLine,
    /// Types the sign that a path follows.
    AtSign,
    /// Types the sign that a command follows.
    Slash,
    /// Closes the overlay, leaves the panel, stops the reply: the first that applies.
    Back,
    /// Stops the reply, sets the draft aside, arms quitting, quits: the first that applies.
    Interrupt,
    /// Leaves the program.
    Quit,
    /// Puts the program into the background.
    Suspend,
    /// Opens or closes the help.
    Help,
    /// Opens or closes the system message.
    SystemPanel,
    /// Begins a new conversation.
    NewConversation,
    /// Opens the box that finds a conversation.
    Switcher,
    /// Turns the list of conversations on or off.
    List,
    /// Goes to the conversation above in the list.
    Previous,
    /// Goes to the conversation below in the list.
    Next,
    /// Goes on with the embedded Space, in this conversation.
    Demo,
    /// Writes the draft in the person's own editor.
    ExternalEditor,
    /// Opens the list of all actions.
    Palette,
    /// Opens the box that chooses a Space.
    Spaces,
    /// Copies the last reply.
    CopyReply,
    /// Copies all that is seen of the conversation.
    CopyAll,
    /// Finds an earlier prompt.
    History,
    /// Shows exactly what will be sent.
    Ledger,
    /// Gives the chips above the message the keyboard.
    Shelf,
    /// Moves the mark on the shelf up.
    ShelfUp,
    /// Moves it down.
    ShelfDown,
    /// Shows the text of a chip.
    Preview,
    /// Takes the text of a chip into the message.
    Expand,
    /// Removes a chip.
    RemoveChip,
    /// Sends a chip before the one above it.
    ChipEarlier,
    /// Sends a chip behind the one below it.
    ChipLater,
    /// Lists the prompts of the conversation.
    Outline,
    /// Begins a conversation of its own with all up to the picked message.
    Branch,
    /// Looks for words in the conversation.
    Find,
    /// Goes to the next place where they are.
    FindNext,
    /// Goes to the place before.
    FindPrevious,
    /// Moves the keyboard to the next pane.
    NextPane,
    /// Scrolls the transcript a page up.
    PageUp,
    /// Scrolls the transcript a page down.
    PageDown,
    /// Scrolls to the first message.
    Top,
    /// Scrolls to the end and follows it.
    End,
    /// Picks the message above.
    PickUp,
    /// Picks the message below.
    PickDown,
    /// Opens or folds the hidden part of the picked message.
    Unfold,
    /// Copies the picked message.
    CopyMessage,
    /// Copies the picked message without its hidden characters.
    CopyClean,
    /// Copies a code block of the picked message, by its number.
    CopyCode(u8),
    /// Takes the picked message of the person into the composer, to be sent in another version.
    EditMessage,
    /// Asks for another reply.
    Retry,
    /// Asks the model to go on where its reply ended.
    Continue,
    /// Shows the version before.
    OlderVersion,
    /// Shows the version behind.
    NewerVersion,
    /// Opens the conversation at the mark of the list.
    Open,
    /// Puts it in the trash.
    Delete,
    /// Takes the one deleted last out of the trash.
    Undelete,
    /// Opens the box of what was deleted.
    Trash,
    /// Puts it at the head of the list, or back to its place.
    Pin,
    /// Makes another one that holds the same.
    Duplicate,
    /// Chooses among saved system messages.
    Presets,
    /// Saves the system message under a name.
    SavePreset,
    /// Makes a saved system message what new conversations begin with.
    DefaultPreset,
    /// Removes a saved system message.
    RemovePreset,
    /// Leaves a message out of what is sent, or takes it in again.
    LeaveOut,
    /// Gives it another title.
    Rename,
    /// Moves the mark up.
    ListUp,
    /// Moves the mark down.
    ListDown,
    /// Moves it up by a page.
    ListPageUp,
    /// Moves it down by a page.
    ListPageDown,
    /// Changes the setting at the mark.
    ChangeSetting,
    /// Sets it back to the Space's default.
    ResetSetting,
    /// Its former value: a choice before, a step less.
    SettingLess,
    /// Its next value.
    SettingMore,
    /// Moves the mark of the settings up.
    SettingUp,
    /// Moves the mark of the settings down.
    SettingDown,
    /// Turns mouse capture on or off.
    Mouse,
    /// One of the text fields' own.
    Edit(Edit),
}

/// An editing step in a text field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edit {
    /// One character to the left.
    Left,
    /// One character to the right.
    Right,
    /// One row up; at the first row, the earlier prompt.
    Up,
    /// One row down; at the last row, the later prompt.
    Down,
    /// To the beginning of the line.
    LineStart,
    /// To the end of the line.
    LineEnd,
    /// One word to the left.
    WordLeft,
    /// One word to the right.
    WordRight,
    /// Deletes the character to the left.
    DeleteLeft,
    /// Deletes the character to the right.
    DeleteRight,
    /// Deletes the word to the left.
    DeleteWordLeft,
    /// Deletes the word to the right.
    DeleteWordRight,
    /// Deletes to the beginning of the line.
    KillToStart,
    /// Deletes to the end of the line.
    KillToEnd,
    /// Inserts what was deleted last.
    Yank,
    /// Takes the last change back.
    Undo,
    /// Makes it again.
    Redo,
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
    /// In the field of what is looked for in the conversation.
    Find,
    /// On the rows above the message: what waits, and the chips.
    Shelf,
    /// In the outline.
    Outline,
    /// In the box of saved system messages.
    Presets,
}

impl Context {
    /// What it is called over its keys.
    pub fn title(self) -> &'static str {
        match self {
            Self::All => "Everywhere",
            Self::Text => "Text",
            Self::Composer => "Message",
            Self::Picked => "Picked message",
            Self::List => "List of conversations",
            Self::Settings => "Settings of the Space",
            Self::Find => "Finding in the conversation",
            Self::Shelf => "Above the message: what waits, chips",
            Self::Outline => "Outline",
            Self::Presets => "Saved system messages",
        }
    }
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// Where it holds.
    pub context: Context,
    /// What it does.
    pub action: Action,
    /// Its keys, the first one as it is shown in hints.
    pub keys: &'static [Chord],
    /// What it does, in words.
    pub help: &'static str,
}

/// A key with the keys that are held beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord(pub KeyModifiers, pub KeyCode);

const NONE: KeyModifiers = KeyModifiers::NONE;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;
const ALT: KeyModifiers = KeyModifiers::ALT;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;

const fn ctrl(c: char) -> Chord {
    Chord(CTRL, KeyCode::Char(c))
}

const fn alt(c: char) -> Chord {
    Chord(ALT, KeyCode::Char(c))
}

const fn key(code: KeyCode) -> Chord {
    Chord(NONE, code)
}

const fn bind(
    context: Context,
    action: Action,
    keys: &'static [Chord],
    help: &'static str,
) -> Binding {
    Binding {
        context,
        action,
        keys,
        help,
    }
}

/// What a key means where one of `contexts` holds; the first of them that knows it decides.
pub fn lookup(key: KeyEvent, contexts: &[Context]) -> Option<Action> {
    let chord = Chord::of(key);
    contexts.iter().find_map(|context| {
        bindings()
            .iter()
            .find(|binding| binding.context == *context && binding.keys.contains(&chord))
            .map(|binding| binding.action)
    })
}

/// What can be chosen by name: every action but those that only move a mark or a caret, and those
/// of boxes that lie over everything, which tell their keys themselves.
pub fn choices() -> impl Iterator<Item = &'static Binding> {
    use Action::{
        Edit, Interrupt, ListDown, ListPageDown, ListPageUp, ListUp, NextPane, Open, Palette,
        ShelfDown, ShelfUp,
    };
    use Context::{Outline, Presets, Settings};
    bindings().iter().filter(|binding| {
        let is_step = matches!(
            binding.action,
            Edit(_) | Interrupt | NextPane | Palette | Open
        ) || matches!(
            binding.action,
            ListUp | ListDown | ListPageUp | ListPageDown | ShelfUp | ShelfDown
        );
        !is_step && !matches!(binding.context, Outline | Presets | Settings)
    })
}

/// The first key of an action, as hints show it.
pub fn shown_key(action: Action) -> String {
    bindings()
        .iter()
        .find(|binding| binding.action == action)
        .and_then(|binding| binding.keys.first())
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// The first key of an action where it holds, as hints show it.
pub fn key_in(action: Action, context: Context) -> String {
    let mut bindings = bindings().iter();
    let binding = bindings.find(|binding| (binding.action, binding.context) == (action, context));
    let key = binding.and_then(|binding| binding.keys.first());
    key.map(ToString::to_string).unwrap_or_default()
}

impl Chord {
    /// The chord of a key event. Shift is part of a typed character and not named beside it, and
    /// letters under Ctrl are lower case, however the terminal reports them.
    pub fn of(key: KeyEvent) -> Self {
        let held = key.modifiers & (NONE | CTRL | ALT | SHIFT);
        match key.code {
            KeyCode::Char(c) if held.contains(CTRL) => {
                Self(held - SHIFT, KeyCode::Char(c.to_ascii_lowercase()))
            }
            KeyCode::Char(c) if held.contains(SHIFT) => {
                Self(held - SHIFT, KeyCode::Char(c.to_ascii_uppercase()))
            }
            KeyCode::BackTab => Self(held - SHIFT, KeyCode::BackTab),
            code => Self(held, code),
        }
    }
}

impl std::fmt::Display for Chord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(held, code) = self;
        let uppercase = matches!(code, KeyCode::Char(c) if c.is_ascii_uppercase());
        for (modifier, name) in [(CTRL, "Ctrl+"), (ALT, "Alt+"), (SHIFT, "Shift+")] {
            if held.contains(modifier) || (modifier == SHIFT && uppercase) {
                f.write_str(name)?;
            }
        }
        match code {
            KeyCode::Char(c) if held.is_empty() => write!(f, "{c}"),
            KeyCode::Char(c) => write!(f, "{}", c.to_ascii_uppercase()),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            other => write!(f, "{other}"),
        }
    }
}

#[cfg(test)]
mod tests;
