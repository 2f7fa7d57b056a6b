//! The names of all actions: plain data, which every part of the program may use.

/// What a user can have done, by a key, the palette or a slash command.
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
    /// Closes the popup, leaves the panel, stops the reply: the first that applies.
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
    /// Writes the draft in the user's own editor.
    ExternalEditor,
    /// Opens the list of all actions.
    Palette,
    /// Opens the box that chooses a source.
    Spaces,
    /// Opens it at the models of the source.
    Models,
    /// Signs in to the Space at the picker's mark, or out of it.
    SignIn,
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
    /// Moves the mark in the tray up.
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
    /// Shows all versions of the conversation as a tree.
    Versions,
    /// Moves the mark to the nearest message above that has versions.
    VersionsAbove,
    /// Moves it to the nearest one below.
    VersionsBelow,
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
    /// Takes the picked message of the user into the composer, to be sent in another version.
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
    /// Draws the whole screen anew.
    Redraw,
    /// Attaches a file or a folder by its path.
    Attach,
    /// Writes the conversation to a file.
    Export,
    /// Gives the conversation that is seen another title.
    Retitle,
    /// Moves the mark of a popup up.
    MenuUp,
    /// Moves it down.
    MenuDown,
    /// Moves it up by a page.
    MenuPageUp,
    /// Moves it down by a page.
    MenuPageDown,
    /// Takes what a popup has marked or what was typed in it.
    Accept,
    /// Scrolls what is read in a popup up.
    ReadUp,
    /// Scrolls it down.
    ReadDown,
    /// Scrolls it up by a page.
    ReadPageUp,
    /// Scrolls it down by a page.
    ReadPageDown,
    /// Scrolls it to its beginning.
    ReadTop,
    /// Scrolls it to its end.
    ReadEnd,
    /// Closes what is read in a popup.
    ReadClose,
    /// Moves the mark of the completion up.
    CompletionUp,
    /// Moves it down.
    CompletionDown,
    /// Writes what is marked.
    CompletionWrite,
    /// Does with what is marked what it is for.
    CompletionTake,
    /// Closes the completion.
    CompletionClose,
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
