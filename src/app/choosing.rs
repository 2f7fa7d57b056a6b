//! Choosing by name: the palette of all actions, the Space of a conversation, slash commands.

use super::acting::{act, edits};
use super::keymap::{Action, BINDINGS, Binding, Context, choices};
use super::library::matching;
use super::picker::Picker;
use super::{
    DEMO_SPACE, Effect, Focus, Menu, Model, Overlay, SpaceCheck, SpaceChoice, login, presets, shelf,
};
use crate::chat::export::{self, Format, Source};
use crate::chat::{Change, Draft, Failure, Role, SpaceInput};
use crossterm::event::{KeyCode, KeyEvent};
use std::path::Path;

/// The commands that need something behind them, with what they do and an example of that.
const WITH_WORDS: &[(&str, &str, &str)] = &[
    (
        "/attach",
        "take a file, a folder or a pattern along",
        "notes.md",
    ),
    (
        "/export",
        "write the conversation to a file: .md, .html or .json",
        "talk.md",
    ),
    ("/title", "give the conversation another title", "notes"),
];
/// Words that mean an action when they begin a message, and the action.
const SLASH: &[(&str, Action)] = &[
    ("/new", Action::NewConversation),
    ("/system", Action::SystemPanel),
    ("/copy", Action::CopyReply),
    ("/space", Action::Spaces),
    ("/search", Action::Switcher),
    ("/retry", Action::Retry),
    ("/help", Action::Help),
    ("/quit", Action::Quit),
];

/// An action that can be chosen by name.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Its row of the table of keys.
    pub binding: &'static Binding,
    /// What it does, and where it belongs.
    pub words: String,
}

/// Opens the palette.
pub(super) fn open_palette(model: &mut Model) {
    let choice = |binding: &'static Binding| Choice {
        binding,
        words: match binding.context {
            Context::All | Context::Composer | Context::Text => binding.help.to_owned(),
            other => format!("{} · {}", binding.help, other.title()),
        },
    };
    let picker = Picker::new(choices().map(choice).collect(), |choice| &choice.words);
    model.overlay = Some(Overlay::Palette(picker));
}

/// Enter in the palette. What is done to a picked message is done to the last one where none is
/// picked; an edit to the person's last.
pub(super) fn run_chosen(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Palette(picker)) = model.overlay.take() else {
        return Vec::new();
    };
    let Some(binding) = picker.chosen().map(|choice| choice.binding) else {
        return Vec::new();
    };
    match binding.context {
        Context::Picked if model.conversation().picked.is_none() => {
            return act_on_last(model, binding.action);
        }
        Context::Shelf if shelf::rows(model) == 0 => {
            model.remark("Nothing stands above the message.");
            return Vec::new();
        }
        Context::Composer | Context::Text => model.focus = Focus::Composer,
        _ => {}
    }
    act(model, binding.action)
}

/// Does to the last message what is done to a picked one, and leaves it picked no longer than that.
fn act_on_last(model: &mut Model, action: Action) -> Vec<Effect> {
    let open = model.conversation_mut();
    let mut path = open.conversation.path();
    let last = path.rfind(|message| action != Action::EditMessage || message.role == Role::User);
    let last = last.map(|message| message.id);
    drop(path);
    if last.is_none() {
        model.remark("There is no message yet.");
        return Vec::new();
    }
    open.picked = last;
    let effects = act(model, action);
    let picked = &mut model.conversation_mut().picked;
    picked.take_if(|id| Some(*id) == last);
    effects
}

/// The commands that begin with these letters, and what each does.
pub(super) fn commands(letters: &str) -> Vec<(&'static str, &'static str)> {
    let help = |action: Action| {
        let binding = BINDINGS.iter().find(|binding| binding.action == action);
        binding.map_or("", |binding| binding.help)
    };
    let actions = SLASH.iter().map(|(name, action)| (*name, help(*action)));
    let with_words = WITH_WORDS.iter().map(|(name, help, _)| (*name, *help));
    let all = with_words.chain(actions);
    all.filter(|(name, _)| name.starts_with(letters)).collect()
}

/// Whether a command needs something behind it.
pub(super) fn needs_words(command: &str) -> bool {
    WITH_WORDS.iter().any(|(name, ..)| *name == command)
}

/// Whether a message is meant as a command: one line that begins with `/` and a word of letters.
/// A path is none.
pub(super) fn is_command(text: &str) -> bool {
    let text = text.trim();
    let word = text
        .split(' ')
        .next()
        .and_then(|word| word.strip_prefix('/'));
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    !text.contains('\n') && word.is_some_and(is_word)
}

/// Runs a command, which is then gone from the text; what is on the shelf stays there. A command
/// that is not known, or lacks something, stays to be mended.
pub(super) fn run_command(model: &mut Model, draft: &Draft) -> Vec<Effect> {
    let text = draft.text.trim();
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let rest = rest.trim();
    let known = SLASH.iter().find(|(name, _)| *name == word);
    let with_words = WITH_WORDS.iter().find(|(name, ..)| *name == word);
    let refusal = match with_words {
        Some((_, _, example)) if rest.is_empty() => Some(format!(
            "{word} needs something behind it, {word} {example} for example."
        )),
        Some(("/export", ..)) => export_refusal(model, rest),
        None if known.is_none() => {
            let names: Vec<&str> = commands("/").iter().map(|(name, _)| *name).collect();
            Some(format!("There is no {word}. There are {}", names.join(" ")))
        }
        _ => None,
    };
    if let Some(refusal) = refusal {
        model.remark(refusal);
        return Vec::new();
    }
    model.conversation_mut().composer.set(Draft {
        text: String::new(),
        attachments: draft.attachments.clone(),
    });
    match (word, known) {
        ("/attach", _) => vec![Effect::Attach(rest.to_owned())],
        ("/title", _) => retitle(model, rest),
        ("/export", _) => export_to(model, rest),
        ("/copy", _) if !rest.is_empty() => copy_numbered(model, rest),
        (_, Some((_, action))) => run_action(model, *action, rest),
        _ => Vec::new(),
    }
}

/// Runs the action of a command; what stands behind it is looked for in the box that it opens.
fn run_action(model: &mut Model, action: Action, rest: &str) -> Vec<Effect> {
    if action == Action::SystemPanel && !rest.is_empty() {
        presets::take_named(model, rest);
        return Vec::new();
    }
    let mut effects = act(model, action);
    match &mut model.overlay {
        Some(Overlay::Spaces(menu, _)) if !rest.is_empty() => {
            menu.query.set(rest);
            effects.extend(check_chosen(model));
        }
        Some(Overlay::Switcher(switcher)) => switcher.menu.query.set(rest),
        _ => {}
    }
    effects
}

fn retitle(model: &mut Model, title: &str) -> Vec<Effect> {
    let open = model.conversation_mut();
    open.conversation.title = Some(title.to_owned());
    let mut changes = open.keep_fields();
    changes.push(Change::SetTitle {
        conversation: open.conversation.id,
        title: Some(title.to_owned()),
    });
    vec![Effect::Keep(changes), Effect::List]
}

/// The Spaces that the box finds: what is offered and what was used, best first; behind them what
/// is typed itself.
pub fn spaces(model: &Model, menu: &Menu) -> Vec<SpaceChoice> {
    let mut all = model.defaults.catalog.clone();
    for summary in &model.library.summaries {
        if !all.iter().any(|choice| choice.id == summary.space) {
            all.push(SpaceChoice {
                id: summary.space.clone(),
                about: "used before".to_owned(),
            });
        }
    }
    let query = menu.query.text().trim().to_owned();
    let mut found: Vec<SpaceChoice> = matching(&query, &all, |choice| &choice.id)
        .into_iter()
        .cloned()
        .collect();
    let is_new = !query.is_empty() && !found.iter().any(|choice| choice.id == query);
    // A name or an address as it is typed stands first when it looks like one.
    if is_new && query.contains('/') {
        let about = "as it is written".to_owned();
        found.insert(0, SpaceChoice { id: query, about });
    }
    found
}

pub(super) fn open_spaces(model: &mut Model) -> Vec<Effect> {
    if model.conversation().turn.is_some() {
        model.remark("A reply is on its way; stop it first.");
        return Vec::new();
    }
    model.overlay = Some(Overlay::Spaces(Menu::default(), None));
    Vec::new()
}

/// A key in the box of Spaces; `false` when it means nothing there.
pub(super) fn space_key(model: &mut Model, key: KeyEvent) -> bool {
    let Some(Overlay::Spaces(menu, _)) = &model.overlay else {
        return false;
    };
    let last = spaces(model, menu).len().saturating_sub(1);
    let Some(Overlay::Spaces(menu, check)) = &mut model.overlay else {
        return false;
    };
    match key.code {
        KeyCode::Up => menu.at = menu.at.saturating_sub(1),
        KeyCode::Down => menu.at = (menu.at + 1).min(last),
        _ if edits(&mut menu.query, key) => menu.at = 0,
        _ => return false,
    }
    *check = None;
    true
}

/// Enter in the box of Spaces: the chosen one is looked at before it is used.
pub(super) fn check_chosen(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Spaces(menu, _)) = &model.overlay else {
        return Vec::new();
    };
    let Some(choice) = spaces(model, menu).into_iter().nth(menu.at) else {
        return Vec::new();
    };
    if let Some(Overlay::Spaces(_, check)) = &mut model.overlay {
        *check = Some(SpaceCheck {
            space: choice.id.clone(),
            failure: None,
        });
    }
    vec![Effect::Look(choice.id)]
}

/// A Space was looked at. One that answers is used from now on; of another one the box says why
/// not, and the conversation stays where it was.
pub(super) fn looked(
    model: &mut Model,
    asked: &str,
    space: &str,
    found: Result<Vec<SpaceInput>, Failure>,
) -> Vec<Effect> {
    let is_awaited = match &mut model.overlay {
        Some(Overlay::Spaces(_, Some(check))) if check.space == asked => {
            if let Err(failure) = &found {
                check.failure = Some(failure.clone());
            }
            true
        }
        _ => false,
    };
    let asks_login =
        matches!(&found, Err(failure) if failure.kind == crate::chat::FailureKind::Login);
    if is_awaited && asks_login {
        // Its settings are known once it is open to this person.
        let effects = use_space(model, space);
        login::ask(model);
        return effects;
    }
    let Ok(inputs) = found else {
        return Vec::new();
    };
    model.inputs.insert(space.to_owned(), inputs);
    if !is_awaited {
        // What answered may be called otherwise than was thought.
        return vec![describe(model)];
    }
    model.overlay = None;
    use_space(model, space)
}

/// The conversation that is seen talks to another Space from the next message on.
pub(super) fn use_space(model: &mut Model, space: &str) -> Vec<Effect> {
    let open = model.conversation_mut();
    space.clone_into(&mut open.conversation.space);
    open.conversation.model.clear();
    // They were the other Space's.
    open.settings.clear();
    open.kept.fields_changed();
    let name = if space == DEMO_SPACE {
        "the embedded Space"
    } else {
        space
    };
    model.remark(format!("This conversation now talks to {name}."));
    vec![describe(model)]
}

/// Asks how the source of what is seen is called.
pub(super) fn describe(model: &Model) -> Effect {
    let conversation = &model.conversation().conversation;
    Effect::Describe {
        space: conversation.space.clone(),
        model: conversation.model.clone(),
    }
}

pub(super) fn copy_reply(model: &mut Model) -> Vec<Effect> {
    let replies = model.conversation().conversation.path().rev();
    let mut replies = replies.filter(|message| message.role == Role::Assistant);
    let text = replies.next().map(|reply| reply.text.clone());
    drop(replies);
    let Some(text) = text else {
        model.remark("There is no reply to copy yet.");
        return Vec::new();
    };
    model.remark("Copied the last reply.");
    vec![Effect::Copy(text)]
}

/// `/copy N`: a code block of the last reply.
fn copy_numbered(model: &mut Model, number: &str) -> Vec<Effect> {
    let replies = model.conversation().conversation.path().rev();
    let reply = replies
        .into_iter()
        .find(|message| message.role == Role::Assistant);
    if let (Some(reply), Ok(number)) = (reply, number.parse()) {
        let text = reply.text.clone();
        return vec![Effect::CopyCode { text, number }];
    }
    model.remark("/copy takes the number of a code block in the last reply.");
    Vec::new()
}

/// Why nothing can be exported to a file of this name.
fn export_refusal(model: &Model, path: &str) -> Option<String> {
    let refusal = if model.conversation().conversation.is_empty() {
        "There is no message to export yet."
    } else if Format::of(Path::new(path)).is_none() {
        "The name has to end in .md, .html or .json: that says what is written."
    } else {
        return None;
    };
    Some(refusal.to_owned())
}

/// `/export FILE`: the conversation as it is now, a reply on its way included.
fn export_to(model: &Model, path: &str) -> Vec<Effect> {
    let open = model.conversation();
    let format = Format::of(Path::new(path));
    let export = format.map(|format| Effect::Export {
        path: path.to_owned(),
        format,
        source: Box::new(Source {
            conversation: open.conversation.clone(),
            unsent: open.unsent(),
            settings: open.settings.clone(),
        }),
    });
    export.into_iter().collect()
}

pub(super) fn copy_all(model: &mut Model) -> Vec<Effect> {
    let text = export::markdown(&model.conversation().conversation);
    model.remark("Copied the conversation.");
    vec![Effect::Copy(text)]
}
