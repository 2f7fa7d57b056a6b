//! Completion of what is being written: commands behind `/`, paths behind `@` and `/attach`, and the
//! offer to attach a file whose path was pasted.
//!
//! What stands before the caret decides what the list is for; `due` looks at it after every
//! event, so that typing goes on unhindered whatever the list shows. Paths are found by `runtime`
//! ([`Effect::CompletePath`]); an answer that is late still holds what goes with what is typed now.
//! `ui` draws [`Model::completion`] above the composer.

use crate::app::composer::slash;
use crate::app::files::PastedPath;
use crate::app::fuzzy::matching;
use crate::app::keys::Action;
use crate::app::{Effect, Focus, Model};
use crate::chat::ConversationId;

/// The longest paste that may be a path, in bytes: Linux' own limit.
const LONGEST_PATH: usize = 4096;

/// The list and what it is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    token: Option<Token>,
    entries: Vec<Entry>,
    at: usize,
    /// Whether the user has moved the mark.
    has_moved: bool,
    /// Whether Esc has closed the list, until something else is typed that can be completed.
    is_dismissed: bool,
    /// The number of the last question for paths.
    asked: u64,
    offer: Option<(ConversationId, PastedPath)>,
}

/// An entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What would be written, or the path that would be attached.
    pub name: String,
    /// What it does.
    pub about: &'static str,
}

/// What is before the caret and can be completed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// `/` and letters, the whole message.
    Command(String),
    /// What stands behind `@`.
    Path(String),
    /// What stands behind `/attach`.
    Argument(String),
    /// A path that was pasted, and is there.
    Pasted(PastedPath),
}

/// The slash commands that begin with what is written, and what each does.
type Commands = Vec<(&'static str, &'static str)>;

impl Completion {
    /// What the list shows; nothing while it is closed.
    pub fn entries(&self) -> &[Entry] {
        if self.is_dismissed {
            return &[];
        }
        &self.entries
    }

    /// The place of the mark.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Takes the paths that were found for the question of this number.
    pub(in crate::app) fn answered(&mut self, number: u64, paths: Vec<String>) {
        let about = match &self.token {
            Some(Token::Path(_) | Token::Argument(_)) if number == self.asked => "attach",
            _ => return,
        };
        self.show(paths.into_iter().map(|name| Entry { name, about }));
    }

    fn show(&mut self, entries: impl IntoIterator<Item = Entry>) {
        // A mark that was moved stays at its entry; else the best one has it.
        let marked = self.entries.get(self.at).filter(|_| self.has_moved);
        let marked = marked.map(|entry| entry.name.clone());
        self.entries = entries.into_iter().collect();
        let place = marked.and_then(|name| {
            let mut entries = self.entries.iter();
            entries.position(|entry| entry.name == name)
        });
        let last = self.entries.len().saturating_sub(1);
        self.at = place.unwrap_or(self.at).min(last);
    }

    /// Takes what stands before the caret now. Gives what must be asked for it.
    fn follow(&mut self, token: Option<Token>, commands: Commands) -> Option<Effect> {
        if token == self.token {
            return None;
        }
        let is_first = token.as_ref().map(std::mem::discriminant)
            != self.token.as_ref().map(std::mem::discriminant);
        if is_first {
            self.is_dismissed = false;
            self.entries.clear();
        }
        (self.at, self.has_moved) = (0, false);
        self.token.clone_from(&token);
        match token? {
            Token::Command(_) => {
                self.show(commands.into_iter().map(|(name, about)| Entry {
                    name: name.to_owned(),
                    about,
                }));
                None
            }
            Token::Path(query) | Token::Argument(query) => {
                // Until the answer comes, what is shown is what still fits.
                let kept = matching(&query, &self.entries, |entry| &entry.name);
                self.entries = kept.into_iter().cloned().collect();
                self.asked += 1;
                Some(Effect::CompletePath {
                    number: self.asked,
                    query,
                    is_first,
                })
            }
            Token::Pasted(pasted) => {
                self.show([Entry {
                    name: pasted.path,
                    about: "attach instead of its path",
                }]);
                None
            }
        }
    }
}

/// Brings the list in step with what stands before the caret.
pub(in crate::app) fn due(model: &mut Model) -> Option<Effect> {
    let token = token(model);
    if !matches!(token, Some(Token::Pasted(_))) {
        // Typing on has declined it.
        model.completion.offer = None;
    }
    let commands = match &token {
        Some(Token::Command(letters)) => slash::commands(model, letters),
        _ => Vec::new(),
    };
    model.completion.follow(token, commands)
}

fn token(model: &Model) -> Option<Token> {
    let open = model.conversation();
    if model.popups.is_open() || model.focus != Focus::Composer || open.picked.is_some() {
        return None;
    }
    let editor = &open.composer.editor;
    let before = editor.before_caret();
    if let Some((id, pasted)) = &model.completion.offer
        && *id == model.current
        && before.ends_with(&pasted.text)
    {
        return Some(Token::Pasted(pasted.clone()));
    }
    let is_whole = matches!(editor.lines(), [line] if line.len() == before.len());
    if is_whole && open.editing.is_none() {
        if let Some(rest) = before.strip_prefix("/attach ") {
            return Some(Token::Argument(rest.trim_start().to_owned()));
        }
        let letters = before.strip_prefix('/');
        if letters.is_some_and(|letters| letters.chars().all(|c| c.is_ascii_lowercase())) {
            return Some(Token::Command(before.to_owned()));
        }
    }
    let word = before.rsplit(char::is_whitespace).next()?;
    let path = word.strip_prefix('@')?;
    Some(Token::Path(path.to_owned()))
}

/// What a key does while the list is open; `None` leaves it to the rest of the program.
pub(in crate::app) fn act(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    let list = &mut model.completion;
    let bottom = list.entries().len().checked_sub(1)?;
    match action {
        Action::CompletionUp => list.at = list.at.saturating_sub(1),
        Action::CompletionDown => list.at = (list.at + 1).min(bottom),
        Action::CompletionClose => list.is_dismissed = true,
        Action::CompletionWrite => return take(model, false),
        Action::CompletionTake => return take(model, true),
        _ => return None,
    }
    list.has_moved |= action != Action::CompletionClose;
    Some(Vec::new())
}

/// Takes the marked entry: Tab writes it, Enter does with it what it is for. An Enter behind
/// something that is complete as it is written is no choice and sends it.
fn take(model: &mut Model, is_enter: bool) -> Option<Vec<Effect>> {
    let list = &mut model.completion;
    let name = list.entries.get(list.at)?.name.clone();
    let has_moved = list.has_moved;
    match list.token.clone()? {
        Token::Command(letters) => {
            if is_enter && letters == name {
                return None;
            }
            let is_ready = is_enter && !slash::needs_words(model, &name);
            write(model, &letters, &if is_ready { name } else { name + " " });
            Some(if is_ready { send(model) } else { Vec::new() })
        }
        Token::Argument(_) if is_enter && !has_moved => None,
        Token::Argument(query) => {
            write(model, &query, &name);
            Some(if is_enter { send(model) } else { Vec::new() })
        }
        Token::Path(query) => {
            let query = format!("@{query}");
            let can_go_on = name.ends_with('/') && !name.contains(char::is_whitespace);
            if !is_enter && can_go_on {
                write(model, &query, &format!("@{name}"));
                return Some(Vec::new());
            }
            // The name stays in the sentence that speaks of it.
            write(model, &query, &format!("{name} "));
            Some(vec![Effect::Attach(name)])
        }
        Token::Pasted(pasted) => {
            write(model, &pasted.text, "");
            Some(vec![Effect::Attach(pasted.path)])
        }
    }
}

/// Puts text in the place of what was typed before the caret.
fn write(model: &mut Model, typed: &str, text: &str) {
    let characters = typed.chars().count();
    let composer = &mut model.conversation_mut().composer;
    composer.change(|field| field.replace_before_caret(characters, text));
}

/// What the key for sending does.
fn send(model: &mut Model) -> Vec<Effect> {
    let row = model.keys.row_of(Action::Send);
    row.map_or_else(Vec::new, |row| (row.run)(model, ""))
}

/// Something was pasted. Where it may be a path, alone or with what came before it (a terminal
/// without bracketed paste types its first characters), asks whether that is there.
pub(in crate::app) fn pasted(model: &Model, text: &str) -> Option<Effect> {
    let before = model.conversation().composer.editor.before_caret();
    if text.len() > LONGEST_PATH || before.len() > 2 * LONGEST_PATH {
        return None;
    }
    let candidates = [before, text].into_iter().filter(|candidate| {
        // A paste that went into the tray, or ended in a line end, is not before the caret; one behind a letter is
        // the rest of a word.
        let rest = before.strip_suffix(candidate);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with(char::is_whitespace))
    });
    let mut paths: Vec<PastedPath> = candidates.filter_map(meant_path).collect();
    paths.dedup();
    (!paths.is_empty()).then_some(Effect::CheckPaths(model.current, paths))
}

/// What was pasted is a path that is there: it can be attached.
pub(in crate::app) fn offer(model: &mut Model, conversation: ConversationId, path: PastedPath) {
    model.completion.offer = Some((conversation, path));
}

/// The path that a pasted text means, if it may be one: quoted, a `file://` address, with escaped
/// spaces, or as it is. A single word without a folder or an ending is taken for a word, and so are marks alone.
fn meant_path(text: &str) -> Option<PastedPath> {
    let inner = text.trim();
    let quoted = ['"', '\''].into_iter().find_map(|quote| {
        let inner = inner.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.is_empty()).then_some(inner)
    });
    let path = if let Some(quoted) = quoted {
        quoted.to_owned()
    } else if inner.starts_with("file://") {
        let path = url::Url::parse(inner).ok()?.to_file_path().ok()?;
        path.to_str()?.to_owned()
    } else if cfg!(windows) {
        inner.to_owned()
    } else {
        unescaped(inner)
    };
    let is_word = !path.contains(['/', '\\', '.']);
    // "." and "/" are folders, but whoever writes them ends a sentence, or begins a command.
    let is_mark = !path.contains(char::is_alphanumeric);
    if is_word || is_mark || path.contains(['\n', '\r']) {
        return None;
    }
    Some(PastedPath {
        text: text.to_owned(),
        path,
    })
}

/// The text as a shell reads it: a backslash stands for the character behind it.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        out.push(match c {
            '\\' => characters.next().unwrap_or(c),
            _ => c,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path_of(text: &str) -> Option<String> {
        meant_path(text).map(|pasted| pasted.path)
    }

    #[cfg(unix)]
    #[test]
    fn a_pasted_path_is_understood_however_a_terminal_hands_it_over() {
        for text in [
            "/home/me/my file.txt",
            "'/home/me/my file.txt'",
            "\"/home/me/my file.txt\" ",
            "/home/me/my\\ file.txt",
            "file:///home/me/my%20file.txt",
        ] {
            assert_eq!(path_of(text).as_deref(), Some("/home/me/my file.txt"));
        }
        assert_eq!(path_of("README.md").as_deref(), Some("README.md"));
    }

    #[test]
    fn a_word_a_punctuation_mark_and_several_lines_are_no_path() {
        for text in [
            "src",
            "",
            "''",
            ".",
            "./",
            "…",
            "/",
            "/etc/hosts\n/etc/passwd",
            "file://[",
        ] {
            assert_eq!(path_of(text), None, "{text}");
        }
    }
}
