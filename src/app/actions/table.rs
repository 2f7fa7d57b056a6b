//! The table of actions. Text fields' own keys are in [`text`].

mod text;

use crate::app::composer::{completion, slash};
use crate::app::conversation::{copy, scroll, versions};
use crate::app::keys::chord::{ALT, CTRL, Chord, SHIFT, alt, ctrl, key};
use crate::app::keys::row::row;
use crate::app::keys::{Action as A, Argument, Context as C, Group as G, Row};
use crate::app::popups::{
    self, history, outline, palette, presets, rename, save_preset, setting, source_picker,
    switcher, trash, version_tree,
};
use crate::app::sidebar::navigation;
use crate::app::{Effect, Model, dispatch, search, settings_panel, submission, token_budget, tray};
use crossterm::event::KeyCode::{
    BackTab, Backspace, Char, Delete, Down, End, Enter, Esc, F, Home, Left, PageDown, PageUp,
    Right, Tab, Up,
};

/// How far a page of the list of conversations goes, in rows.
const LIST_PAGE: isize = 8;

/// Every action of the program, in the order of the help.
pub const ROWS: &[Row] = &all();

const COUNT: usize = PROGRAM.len()
    + MESSAGE.len()
    + CONVERSATION.len()
    + PICKED.len()
    + LIBRARY.len()
    + SOURCE.len()
    + POPUP.len()
    + text::ROWS.len();

const fn all() -> [Row; COUNT] {
    let parts = [
        PROGRAM,
        MESSAGE,
        CONVERSATION,
        PICKED,
        LIBRARY,
        SOURCE,
        POPUP,
        text::ROWS,
    ];
    let mut all = [PROGRAM[0]; COUNT];
    let (mut part, mut at) = (0, 0);
    while part < parts.len() {
        let mut row = 0;
        while row < parts[part].len() {
            all[at] = parts[part][row];
            row += 1;
            at += 1;
        }
        part += 1;
    }
    all
}

/// Changes something and asks for nothing.
macro_rules! quiet {
    ($change:expr) => {
        |model, _| {
            $change(model);
            Vec::new()
        }
    };
}

fn has_message(model: &Model) -> bool {
    !model.conversation().conversation.is_empty()
}

fn has_tray(model: &Model) -> bool {
    tray::rows(model) > 0
}

fn has_branches(model: &Model) -> bool {
    model.conversation().conversation.has_branches()
}

fn has_picked(model: &Model) -> bool {
    model.conversation().picked.is_some()
}

#[rustfmt::skip] // One row after the other, so that it reads as the table that it is.
const PROGRAM: &[Row] = &[
    row((A::Back, C::All), &[key(Esc)], "Close or go back", "Close, leave, or stop the reply",
        G::Program, |m, _| dispatch::back(m)).unlisted(),
    row((A::Interrupt, C::All), &[ctrl('c')], "Interrupt", "Stop the reply, set the draft aside, or quit",
        G::Program, |m, _| dispatch::interrupt(m)).unlisted(),
    row((A::Quit, C::All), &[ctrl('q')], "Quit", "Quit",
        G::Program, |m, _| dispatch::quit(m)).slash("/quit", Argument::None).also("exit leave close"),
    row((A::Suspend, C::All), &[ctrl('z')], "Suspend", "Suspend: fg brings it back",
        G::Program, |_, _| vec![Effect::Suspend]).also("background shell"),
    row((A::Redraw, C::All), &[ctrl('l')], "Redraw the screen", "Redraw everything",
        G::View, |_, _| vec![Effect::Redraw]).also("refresh repaint clear garbled"),
    row((A::Help, C::All), &[key(F(1)), alt('h')], "Show all keys", "This help",
        G::Program, quiet!(dispatch::toggle_help)).slash("/help", Argument::None).also("help shortcuts keyboard"),
    row((A::Palette, C::All), &[ctrl('p')], "Show all actions", "All actions, by name",
        G::Program, quiet!(palette::open)).unlisted(),
    row((A::NextPane, C::All), &[key(Tab)], "Go to the next pane", "Move between message, tray, panel and list",
        G::View, quiet!(dispatch::next_pane)).unlisted(),
    row((A::Mouse, C::All), &[key(F(4))], "Turn mouse on or off", "Mouse on or off",
        G::View, |m, _| dispatch::toggle_mouse(m)).also("wheel select terminal"),
];

#[rustfmt::skip]
const MESSAGE: &[Row] = &[
    row((A::Send, C::Composer), &[key(Enter)], "Send the message", "Send. During a reply: queue",
        G::Message, |m, _| submission::send_if_it_fits(m)),
    row((A::NewLine, C::Text), &[ctrl('j'), Chord(ALT, Enter), Chord(SHIFT, Enter)], "Begin a new line", "New line",
        G::Message, quiet!(|m| dispatch::edit_field(m, |field| field.insert("\n")))),
    row((A::AtSign, C::Composer), &[key(Char('@'))], "Complete a path", "Attach a file or a folder by its path",
        G::Message, quiet!(|m| dispatch::edit_field(m, |field| field.insert("@")))).also("attach file folder"),
    row((A::Slash, C::Composer), &[key(Char('/'))], "Write a command", "Begin a command. // begins a message with a slash",
        G::Message, quiet!(|m| dispatch::edit_field(m, |field| field.insert("/")))),
    row((A::Attach, C::All), &[], "Attach a file or folder", "Attach a file, a folder or a pattern",
        G::Message, slash::attach).slash("/attach", Argument::Required("notes.md")).also("upload document image picture"),
    row((A::ExternalEditor, C::Composer), &[ctrl('g')], "Write in $EDITOR", "Write the message in $EDITOR",
        G::Message, |m, _| dispatch::edit_externally(m)).also("vim emacs nano"),
    row((A::History, C::Composer), &[ctrl('r')], "Find an earlier prompt", "Find an earlier prompt",
        G::Message, |m, _| history::open(m)).also("recall reuse"),
    row((A::Ledger, C::All), &[alt('t')], "Show what will be sent", "Show exactly what will be sent",
        G::Message, |m, _| token_budget::show(m)).also("tokens budget context prompt"),
    row((A::Shelf, C::All), &[alt('c')], "Go to the tray", "Queued messages and chips above the message",
        G::Message, quiet!(tray::enter)).also("chips attachments queue").when(has_tray),
    row((A::ShelfUp, C::Tray), &[key(Up)], "Up", "Up", G::Message, quiet!(|m| tray::select(m, -1))).unlisted(),
    row((A::ShelfDown, C::Tray), &[key(Down)], "Down", "Down", G::Message, quiet!(|m| tray::select(m, 1))).unlisted(),
    row((A::Preview, C::Tray), &[key(Enter)], "Read the chip", "Show its text",
        G::Message, quiet!(tray::preview)).when(has_tray),
    row((A::Expand, C::Tray), &[key(Char('e'))], "Edit the chip", "Take its text into the message",
        G::Message, quiet!(tray::expand)).when(has_tray),
    row((A::RemoveChip, C::Tray), &[key(Char('d')), key(Delete), key(Backspace)], "Remove the chip", "Remove it",
        G::Message, quiet!(tray::remove)).when(has_tray).also("detach unqueue"),
    row((A::ChipEarlier, C::Tray), &[key(Char('[')), Chord(ALT, Up)], "Send the chip earlier", "Send it earlier",
        G::Message, quiet!(|m| tray::reorder(m, -1))).when(has_tray),
    row((A::ChipLater, C::Tray), &[key(Char(']')), Chord(ALT, Down)], "Send the chip later", "Send it later",
        G::Message, quiet!(|m| tray::reorder(m, 1))).when(has_tray),
];

#[rustfmt::skip]
const CONVERSATION: &[Row] = &[
    row((A::Find, C::All), &[ctrl('f')], "Find in this conversation", "Find in this conversation",
        G::Conversation, search::open_with).slash("/find", Argument::Optional).also("search"),
    row((A::FindNext, C::Find), &[key(Enter), key(Down)], "Go to the next hit", "Next hit",
        G::Conversation, quiet!(|m| search::step(m, 1))).unlisted(),
    row((A::FindPrevious, C::Find), &[Chord(SHIFT, Enter), key(Up)], "Go to the previous hit", "Previous hit",
        G::Conversation, quiet!(|m| search::step(m, -1))).unlisted(),
    row((A::Outline, C::All), &[alt('o')], "Show the outline", "Outline: the prompts of this conversation",
        G::Conversation, quiet!(outline::open)).also("prompts contents jump").when(has_message),
    row((A::LeaveOut, C::Outline), &[alt('x')], "Leave the prompt out", "Leave the prompt out of what is sent, or take it in again",
        G::Conversation, |m, _| outline::leave_out(m)).unlisted(),
    row((A::Versions, C::All), &[alt('v')], "Show all versions", "All versions, as a tree",
        G::Conversation, quiet!(version_tree::open)).slash("/versions", Argument::None).also("tree branches history fork jump").when(has_branches),
    row((A::VersionsAbove, C::VersionTree), &[Chord(ALT, Up)], "Go to versions above", "To the nearest versions above",
        G::Conversation, quiet!(|m| version_tree::step(m, popups::Step::Up))).unlisted(),
    row((A::VersionsBelow, C::VersionTree), &[Chord(ALT, Down)], "Go to versions below", "To the nearest versions below",
        G::Conversation, quiet!(|m| version_tree::step(m, popups::Step::Down))).unlisted(),
    row((A::PageUp, C::All), &[key(PageUp)], "Scroll up", "Scroll up", G::View, quiet!(|m| scroll::page(m, -1))),
    row((A::PageDown, C::All), &[key(PageDown)], "Scroll down", "Scroll down", G::View, quiet!(|m| scroll::page(m, 1))),
    row((A::Top, C::All), &[Chord(CTRL, Home)], "Go to the first message", "To the first message",
        G::View, quiet!(|m: &mut Model| m.conversation_mut().scroll.show_start())).also("top beginning"),
    row((A::End, C::All), &[Chord(CTRL, End)], "Go to the end", "To the end, and follow it",
        G::View, quiet!(|m: &mut Model| m.conversation_mut().scroll.show_end())).also("bottom follow last"),
    row((A::CopyReply, C::All), &[], "Copy the last reply", "Copy the last reply, or its code block N",
        G::Conversation, copy::copy_reply).slash("/copy", Argument::Optional).also("clipboard yank").when(has_message),
    row((A::CopyAll, C::All), &[], "Copy the conversation", "Copy the whole conversation as Markdown",
        G::Conversation, |m, _| copy::copy_all(m)).also("clipboard yank").when(has_message),
    row((A::Export, C::All), &[], "Export the conversation", "Write the conversation to a file: .md, .html or .json",
        G::Conversation, slash::export).slash("/export", Argument::Required("talk.md")).also("save write file").when(has_message),
    row((A::Retitle, C::All), &[], "Rename this conversation", "Give the conversation another title",
        G::Conversation, navigation::retitle).slash("/title", Argument::Required("notes")).also("title name"),
];

#[rustfmt::skip]
const PICKED: &[Row] = &[
    row((A::PickUp, C::All), &[Chord(ALT, Up)], "Pick the message above", "Pick the message above",
        G::Reply, quiet!(|m: &mut Model| m.conversation_mut().pick(-1))).also("select").when(has_message),
    row((A::PickDown, C::All), &[Chord(ALT, Down)], "Pick the message below", "Pick the message below",
        G::Reply, quiet!(|m: &mut Model| m.conversation_mut().pick(1))).also("select").when(has_picked),
    row((A::Unfold, C::Picked), &[key(Char('o'))], "Open or fold thoughts", "Open or fold its hidden part",
        G::Reply, quiet!(dispatch::unfold)).also("reasoning thinking expand").when(has_message),
    row((A::CopyMessage, C::Picked), &[key(Char('c'))], "Copy the message", "Copy it",
        G::Reply, |m, _| copy::copy_message(m, false)).also("clipboard yank").when(has_message),
    row((A::CopyClean, C::Picked), &[key(Char('C'))], "Copy without hidden characters", "Copy it without hidden characters",
        G::Reply, |m, _| copy::copy_message(m, true)).also("clipboard clean invisible").when(has_message),
    row((A::EditMessage, C::Picked), &[key(Char('e'))], "Edit the message", "Edit it, as another version",
        G::Reply, |m, _| versions::edit(m)).also("change correct resend").when(has_message),
    row((A::Retry, C::Picked), &[key(Char('r'))], "Retry the reply", "Ask for another reply",
        G::Reply, |m, _| versions::retry(m)).slash("/retry", Argument::None).also("regenerate again").when(has_message).confirmed(),
    row((A::Continue, C::Picked), &[key(Char('g'))], "Continue the reply", "Go on where the reply ended",
        G::Reply, |m, _| versions::go_on(m)).also("resume more").when(has_message).confirmed(),
    row((A::Branch, C::Picked), &[key(Char('b'))], "Branch into a new conversation", "Branch off into a conversation of its own",
        G::Reply, |m, _| outline::branch(m)).also("fork split").when(has_message),
    row((A::LeaveOut, C::Picked), &[key(Char('x'))], "Leave the message out", "Leave it out of what is sent, or take it in again",
        G::Reply, |m, _| versions::leave_out_picked(m)).also("exclude context ignore").when(has_message),
    row((A::OlderVersion, C::Picked), &[key(Char('['))], "Show the previous version", "The previous version",
        G::Reply, |m, _| versions::show_version(m, -1)).also("older branch").when(has_message),
    row((A::NewerVersion, C::Picked), &[key(Char(']'))], "Show the next version", "The next version",
        G::Reply, |m, _| versions::show_version(m, 1)).also("newer branch").when(has_message),
    row((A::Versions, C::Picked), &[key(Char('v'))], "Show all versions", "All versions, as a tree",
        G::Reply, quiet!(version_tree::open)).unlisted(),
    code(1), code(2), code(3), code(4), code(5), code(6), code(7), code(8), code(9),
];

/// The row that copies a code block.
const fn code(number: u8) -> Row {
    macro_rules! nth {
        ($n:literal, $key:literal, $title:literal) => {
            row(
                (A::CopyCode($n), C::Picked),
                const { &[key(Char($key))] },
                $title,
                $title,
                G::Reply,
                |m, _| copy::copy_code(m, $n),
            )
        };
    }
    let row = match number {
        1 => nth!(1, '1', "Copy code block 1"),
        2 => nth!(2, '2', "Copy code block 2"),
        3 => nth!(3, '3', "Copy code block 3"),
        4 => nth!(4, '4', "Copy code block 4"),
        5 => nth!(5, '5', "Copy code block 5"),
        6 => nth!(6, '6', "Copy code block 6"),
        7 => nth!(7, '7', "Copy code block 7"),
        8 => nth!(8, '8', "Copy code block 8"),
        _ => nth!(9, '9', "Copy code block 9"),
    };
    row.when(has_message)
}

#[rustfmt::skip]
const LIBRARY: &[Row] = &[
    row((A::NewConversation, C::All), &[ctrl('n')], "New conversation", "New conversation",
        G::Library, |m, _| navigation::new_conversation(m)).slash("/new", Argument::None).also("start chat add"),
    row((A::Switcher, C::All), &[ctrl('o')], "Switch conversation", "Switch conversation, or search all messages",
        G::Library, switcher::open_with).slash("/search", Argument::Optional).also("open go search find chat"),
    row((A::List, C::All), &[ctrl('b'), key(F(3))], "Show the conversation list", "Conversation list on or off",
        G::View, |m, _| navigation::toggle_list(m)).also("sidebar hide chats"),
    row((A::Previous, C::All), &[Chord(CTRL, PageUp), Chord(ALT, PageUp)], "Previous conversation", "Previous conversation",
        G::Library, |m, _| navigation::step(m, -1)),
    row((A::Next, C::All), &[Chord(CTRL, PageDown), Chord(ALT, PageDown)], "Next conversation", "Next conversation",
        G::Library, |m, _| navigation::step(m, 1)),
    row((A::Open, C::List), &[key(Enter)], "Open the conversation", "Open it",
        G::Library, |m, _| navigation::open_selected(m)).unlisted(),
    row((A::ListUp, C::List), &[key(Up)], "Up", "Up", G::Library, |m, _| navigation::select(m, -1)).unlisted(),
    row((A::ListDown, C::List), &[key(Down)], "Down", "Down", G::Library, |m, _| navigation::select(m, 1)).unlisted(),
    row((A::ListPageUp, C::List), &[key(PageUp)], "A page up", "A page up",
        G::Library, |m, _| navigation::select(m, -LIST_PAGE)).unlisted(),
    row((A::ListPageDown, C::List), &[key(PageDown)], "A page down", "A page down",
        G::Library, |m, _| navigation::select(m, LIST_PAGE)).unlisted(),
    row((A::Pin, C::List), &[key(Char('p'))], "Pin or unpin the conversation", "Pin it to the head of the list, or not",
        G::Library, |m, _| navigation::pin(m)).also("favourite star top"),
    row((A::Duplicate, C::List), &[key(Char('y'))], "Duplicate the conversation", "Duplicate it",
        G::Library, |m, _| navigation::duplicate(m)).also("clone"),
    row((A::Rename, C::List), &[key(Char('r'))], "Rename the conversation", "Rename it",
        G::Library, |m, _| rename::open(m)).also("title name"),
    row((A::Delete, C::List), &[key(Char('d')), key(Delete)], "Delete the conversation", "Delete it (to the trash)",
        G::Library, |m, _| navigation::delete(m)).also("remove trash"),
    row((A::Undelete, C::List), &[key(Char('u'))], "Bring the deleted one back", "Bring the deleted one back",
        G::Library, |m, _| navigation::undelete(m)).also("undo restore undelete"),
    row((A::Trash, C::List), &[key(Char('t'))], "Show the trash", "Trash: bring back what was deleted before",
        G::Library, |m, _| trash::open(m)).slash("/trash", Argument::None).also("deleted restore"),
];

#[rustfmt::skip]
const SOURCE: &[Row] = &[
    row((A::Spaces, C::All), &[ctrl('t'), key(F(5))], "Choose a source", "Choose the source and model of this conversation",
        G::Source, source_picker::open_with).slash("/source /space", Argument::Optional)
        .also("space model provider server change"),
    row((A::Models, C::All), &[], "Choose a model", "Choose another model of this source",
        G::Source, source_picker::models_with).slash("/model", Argument::Optional).also("llm change"),
    row((A::SignIn, C::Sources), &[alt('s')], "Sign in or out", "Send the Space your Hugging Face token, or no more",
        G::Source, |m, _| source_picker::change_sign_in(m)).unlisted(),
    row((A::Demo, C::All), &[], "Try the embedded Space", "Try the embedded Space when another fails",
        G::Source, |m, _| source_picker::use_demo(m)).also("demo offline tour"),
    row((A::SystemPanel, C::All), &[key(F(2)), ctrl('s')], "Show system message and settings", "System message, settings of the Space",
        G::Source, presets::panel_or_named).slash("/system", Argument::Optional).also("prompt temperature options parameters persona"),
    row((A::Presets, C::All), &[alt('p')], "Choose a system message", "Saved system messages: use one, make one the default",
        G::Source, |m, _| presets::open(m)).also("preset persona role prompt"),
    row((A::SavePreset, C::All), &[alt('s')], "Save the system message", "Save the system message under a name",
        G::Source, quiet!(save_preset::open)).also("preset persona role prompt"),
    row((A::DefaultPreset, C::Presets), &[alt('d')], "Make it the default", "Begin new conversations with it, or not",
        G::Source, |m, _| presets::set_default_chosen(m)).unlisted(),
    row((A::RemovePreset, C::Presets), &[alt('x')], "Remove for good", "Remove it for good",
        G::Source, |m, _| presets::remove_chosen(m)).unlisted().confirmed(),
    row((A::ChangeSetting, C::Settings), &[key(Enter)], "Change the setting", "Change it",
        G::Source, quiet!(setting::open)).unlisted(),
    row((A::SettingUp, C::Settings), &[key(Up)], "Up", "Up", G::Source, quiet!(|m| settings_panel::select(m, -1))).unlisted(),
    row((A::SettingDown, C::Settings), &[key(Down)], "Down", "Down", G::Source, quiet!(|m| settings_panel::select(m, 1))).unlisted(),
    row((A::SettingLess, C::Settings), &[key(Left)], "Less", "The previous choice, a step less",
        G::Source, quiet!(|m| settings_panel::step(m, -1))).unlisted(),
    row((A::SettingMore, C::Settings), &[key(Right)], "More", "The next choice, a step more",
        G::Source, quiet!(|m| settings_panel::step(m, 1))).unlisted(),
    row((A::ResetSetting, C::Settings), &[key(Delete), key(Backspace)], "Reset the setting", "Back to the default",
        G::Source, quiet!(settings_panel::reset_current)).unlisted(),
];

#[rustfmt::skip]
const POPUP: &[Row] = &[
    row((A::Accept, C::Menu), &[key(Enter)], "Accept", "Take what is marked", G::View, |m, _| popups::accept(m)).unlisted(),
    row((A::MenuUp, C::Menu), &[key(Up), key(BackTab)], "Up", "Up", G::View, quiet!(|m| popups::select(m, popups::Step::Up))).unlisted(),
    row((A::MenuDown, C::Menu), &[key(Down), key(Tab)], "Down", "Down", G::View, quiet!(|m| popups::select(m, popups::Step::Down))).unlisted(),
    row((A::MenuPageUp, C::Menu), &[key(PageUp)], "A page up", "A page up",
        G::View, quiet!(|m| popups::select(m, popups::Step::PageUp))).unlisted(),
    row((A::MenuPageDown, C::Menu), &[key(PageDown)], "A page down", "A page down",
        G::View, quiet!(|m| popups::select(m, popups::Step::PageDown))).unlisted(),
    row((A::ReadClose, C::Reader), &[key(Enter), key(Char('q'))], "Close", "Close", G::View, |m, _| popups::accept(m)).unlisted(),
    row((A::ReadUp, C::Reader), &[key(Up)], "Scroll up", "Up", G::View, quiet!(|m| popups::select(m, popups::Step::Up))).unlisted(),
    row((A::ReadDown, C::Reader), &[key(Down)], "Scroll down", "Down", G::View, quiet!(|m| popups::select(m, popups::Step::Down))).unlisted(),
    row((A::ReadPageUp, C::Reader), &[key(PageUp)], "A page up", "A page up",
        G::View, quiet!(|m| popups::select(m, popups::Step::PageUp))).unlisted(),
    row((A::ReadPageDown, C::Reader), &[key(PageDown)], "A page down", "A page down",
        G::View, quiet!(|m| popups::select(m, popups::Step::PageDown))).unlisted(),
    row((A::ReadTop, C::Reader), &[key(Home)], "To the beginning", "To the beginning",
        G::View, quiet!(|m| popups::select(m, popups::Step::First))).unlisted(),
    row((A::ReadEnd, C::Reader), &[key(End)], "To the end", "To the end",
        G::View, quiet!(|m| popups::select(m, popups::Step::Last))).unlisted(),
    row((A::CompletionUp, C::Completion), &[key(Up)], "Up", "Up",
        G::Message, |m, _| completion::act(m, A::CompletionUp).unwrap_or_default()).unlisted(),
    row((A::CompletionDown, C::Completion), &[key(Down)], "Down", "Down",
        G::Message, |m, _| completion::act(m, A::CompletionDown).unwrap_or_default()).unlisted(),
    row((A::CompletionWrite, C::Completion), &[key(Tab)], "Write it", "Write what is marked",
        G::Message, |m, _| completion::act(m, A::CompletionWrite).unwrap_or_default()).unlisted(),
    row((A::CompletionTake, C::Completion), &[key(Enter)], "Take it", "Run the command, attach the file",
        G::Message, |m, _| completion::act(m, A::CompletionTake).unwrap_or_default()).unlisted(),
    row((A::CompletionClose, C::Completion), &[key(Esc)], "Close the completion", "Close the completion",
        G::Message, |m, _| completion::act(m, A::CompletionClose).unwrap_or_default()).unlisted(),
];
