//! Slash commands: a message that is a command is run and not sent.
//!
//! What commands there are, and what each does, stands in the table of actions.

use crate::app::keys::{Action, Argument, Context, Row, Slash};
use crate::app::{Effect, Model};
use crate::chat::export::{Format, Source};
use crate::chat::{Draft, Role};
use std::path::Path;

/// The rows that have a slash command, with it.
fn all(model: &Model) -> impl Iterator<Item = (Slash, &'static Row)> {
    let rows = model.keys.rows().iter();
    rows.filter_map(|row| Some((row.slash?, row)))
}

/// The command of this name, and what it does.
fn named(model: &Model, command: &str) -> Option<(Slash, &'static Row)> {
    all(model).find(|(slash, _)| slash.names().any(|name| name == command))
}

/// The commands that begin with these letters and are offered now, and what each does; each by one of its names.
pub(in crate::app) fn commands(model: &Model, letters: &str) -> Vec<(&'static str, &'static str)> {
    let begins = |slash: Slash| slash.names().find(|name| name.starts_with(letters));
    let mut found: Vec<_> = all(model)
        .filter(|(_, row)| (row.is_offered)(model))
        .filter_map(|(slash, row)| Some((begins(slash)?, row.help)))
        .collect();
    found.sort_unstable_by_key(|(name, _)| *name);
    found
}

/// Whether a command needs something behind it.
pub(in crate::app) fn needs_words(model: &Model, command: &str) -> bool {
    let argument = named(model, command).map(|(slash, _)| slash.argument);
    matches!(argument, Some(Argument::Required(_)))
}

/// Whether a message is meant as a command: one line that begins with `/` and a word of letters.
/// A path is none, and `//` begins a message with a slash.
pub(in crate::app) fn is_command(text: &str) -> bool {
    let text = text.trim();
    let word = text
        .split(' ')
        .next()
        .and_then(|word| word.strip_prefix('/'));
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    !text.contains('\n') && word.is_some_and(is_word)
}

/// Takes the first of two slashes away where what is behind it would be a command: `//imagine a cat`. Any other text that
/// begins so, a comment in code above all, is meant as it is.
pub(in crate::app) fn unescape(draft: &mut Draft) {
    if draft.text.strip_prefix('/').is_some_and(is_command) {
        draft.text.remove(0);
    }
}

/// Runs a command, which is then gone from the text; what is in the tray stays there. A command that lacks something, or has
/// too much, stays to be mended. `None` where it is not known and was entered a second time: then it is text.
pub(in crate::app) fn run(model: &mut Model, draft: &Draft) -> Option<Vec<Effect>> {
    let text = draft.text.trim();
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let rest = rest.trim();
    let Some((_, row)) = named(model, word) else {
        return unknown(model, word);
    };
    if let Some(refusal) = refusal(model, row, (word, rest)) {
        model.toast(refusal);
        return Some(Vec::new());
    }
    model.conversation_mut().composer.set(Draft {
        text: String::new(),
        attachments: draft.attachments.clone(),
    });
    if row.context == Context::Picked {
        return Some(run_on_last(model, row));
    }
    Some((row.run)(model, rest))
}

/// A command that is not known is sent as text when it is entered once more.
fn unknown(model: &mut Model, word: &str) -> Option<Vec<Effect>> {
    let draft = (model.current, model.conversation().composer.revision());
    if model.sent_as_text.replace(draft) == Some(draft) {
        model.sent_as_text = None;
        return None;
    }
    let names: Vec<&str> = commands(model, "/").iter().map(|(name, _)| *name).collect();
    let names = names.join(" ");
    let send = model.keys.shown_key(Action::Send);
    model.toast(format!(
        "No command {word}. {send} again sends it as text. Commands: {names}"
    ));
    Some(Vec::new())
}

/// Why a command cannot be run as it is written.
fn refusal(model: &Model, row: &Row, (word, rest): (&str, &str)) -> Option<String> {
    match row.slash?.argument {
        Argument::Required(example) if rest.is_empty() => Some(format!(
            "{word} needs something behind it: {word} {example}"
        )),
        Argument::None if !rest.is_empty() => Some(format!(
            "{word} takes nothing behind it. Write it alone, or begin with // to send text."
        )),
        _ if row.action == Action::Export => export_refusal(model, rest),
        _ => None,
    }
}

/// Why nothing can be exported to a file of this name.
fn export_refusal(model: &Model, path: &str) -> Option<String> {
    let refusal = if model.conversation().conversation.is_empty() {
        "There is no message to export yet."
    } else if Format::of(Path::new(path)).is_none() {
        "The file's name must end in .md, .html or .json."
    } else {
        return None;
    };
    Some(refusal.to_owned())
}

/// `/attach PATH`.
pub(in crate::app) fn attach(_: &mut Model, path: &str) -> Vec<Effect> {
    vec![Effect::Attach(path.to_owned())]
}

/// `/export FILE`: the conversation as it is now, a reply on its way included.
pub(in crate::app) fn export(model: &mut Model, path: &str) -> Vec<Effect> {
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

/// Does to the last message what is done to a picked one, and leaves it picked no longer than that.
pub(in crate::app) fn run_on_last(model: &mut Model, row: &Row) -> Vec<Effect> {
    let open = model.conversation_mut();
    let mut path = open.conversation.path();
    let is_edit = row.action == Action::EditMessage;
    let last = path.rfind(|message| !is_edit || message.role == Role::User);
    let last = last.map(|message| message.id);
    drop(path);
    if last.is_none() {
        model.toast("There is no message yet.");
        return Vec::new();
    }
    open.picked = last;
    let effects = (row.run)(model, "");
    let picked = &mut model.conversation_mut().picked;
    picked.take_if(|id| Some(*id) == last);
    effects
}
