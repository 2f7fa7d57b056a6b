//! The commands for saved conversations: list, show, search, export, import, delete, restore,
//! backup.
//!
//! They print for people, or one JSON object a line, and change nothing that they do not name.

use super::exit::{Exit, complain, print, to_stderr};
use super::import;
use super::trouble::Trouble;
use crate::app::{Event, Model, StoreEvent, update};
use crate::chat::export::{Format, Source};
use crate::chat::{Change, ConversationId, Pending, Summary};
use crate::sanitize;
use crate::store::{Loaded, PrefixMatch, Reader, Store, StoreError, StoreNotice};
use clap::builder::PossibleValue;
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use serde_json::json;
use std::fmt::Write;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// The commands.
#[derive(Debug, Subcommand)]
pub enum SavedCommand {
    /// List the saved conversations, newest first
    List(ListArgs),
    /// Print a conversation
    Show {
        /// Its id, or the beginning of it
        id: String,
    },
    /// Search the text of every message
    Search(SearchArgs),
    /// Print a conversation as a file
    Export {
        /// Its id, or the beginning of it
        id: String,
        /// The form
        #[arg(long, value_enum, default_value = "md")]
        format: Format,
    },
    /// Import conversations of this program or another
    Import(ImportArgs),
    /// Put a conversation in the trash, for 30 days
    Delete {
        /// Its id, or the beginning of it
        id: String,
    },
    /// Take a conversation out of the trash
    Restore {
        /// Its id, or the beginning of it
        id: String,
    },
    /// Copy everything that is saved into a new file
    Backup {
        /// The file, which must not exist
        file: PathBuf,
    },
}

/// What `list` takes.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// List the trash
    #[arg(long)]
    trash: bool,
}

/// What `import` takes.
#[derive(Debug, Args)]
pub struct ImportArgs {
    #[arg(
        help = "What export --format json wrote, ChatGPT's export (conversations.json or its .zip), \
            llm's logs.db; - reads stdin"
    )]
    file: PathBuf,
}

/// What `search` takes.
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// All of these must be in the message (the last may be the beginning of a word)
    #[arg(required = true)]
    words: Vec<String>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Md => "Markdown: the branch that is shown",
            Self::Json => "JSON: everything, for import",
            Self::Html => "One HTML page",
        };
        Some(PossibleValue::new(self.extension()).help(help))
    }
}

/// Opens the store for a command; failures to save, and what became of an older database, are printed to stderr.
pub fn open(directory: &Path) -> Result<Store, StoreError> {
    Store::open(directory, |notice| match notice {
        StoreNotice::NotSaved {
            what,
            message,
            hint,
        } => {
            complain(
                Exit::Failed,
                &format!("{what} could not be saved: {message}."),
                &hint,
            );
        }
        StoreNotice::Migrated { message, .. } => to_stderr(&format!("spacechat: {message}")),
        StoreNotice::Waiting { .. }
        | StoreNotice::Recovered
        | StoreNotice::HeadElsewhere { .. } => {}
    })
}

/// Runs a command over the store in `directory`. What is imported is for `space`, where the file
/// names none.
pub async fn run(directory: &Path, command: SavedCommand, space: &str) -> Exit {
    let store = match open(directory) {
        Ok(store) => store,
        Err(error) => return complain_of(&error),
    };
    let done = match command {
        SavedCommand::List(arguments) => list(&store, &arguments),
        SavedCommand::Show { id } => text(&store, &id, Format::Md),
        SavedCommand::Search(arguments) => search(&store, &arguments).await,
        SavedCommand::Export { id, format } => text(&store, &id, format),
        SavedCommand::Import(arguments) => import::run(&store, &arguments.file, space),
        SavedCommand::Delete { id } => {
            change(&store, &id, |conversation| Change::Delete { conversation })
        }
        SavedCommand::Restore { id } => {
            change(&store, &id, |conversation| Change::Restore { conversation })
        }
        SavedCommand::Backup { file } => {
            let done = store.reader.backup(&file).map_err(Trouble::from);
            done.map(|()| format!("saved in {}\n", file.display()))
        }
    };
    let is_saved = store.handle.close().await;
    match done {
        Ok(text) if is_saved => print(&text),
        Ok(_) => Exit::Failed,
        Err(Trouble::Store(error)) => complain_of(&error),
        Err(Trouble::Other(exit, message, hint)) => complain(exit, &message, &hint),
    }
}

/// Prints an error of the store.
pub fn complain_of(error: &StoreError) -> Exit {
    complain(Exit::Failed, &format!("{error}."), error.hint())
}

fn list(store: &Store, arguments: &ListArgs) -> Result<String, Trouble> {
    let summaries = if arguments.trash {
        store.reader.trash()?
    } else {
        store.reader.list(usize::MAX, 0)?
    };
    let lines = summaries.iter().map(|summary| {
        if arguments.json {
            json_line(summary)
        } else {
            text_line(summary)
        }
    });
    Ok(lines.collect())
}

fn json_line(summary: &Summary) -> String {
    let line = json!({
        "id": summary.id,
        "title": summary.title,
        "space": summary.space,
        "model": summary.model,
        "created_at": summary.created_at.to_string(),
        "updated_at": summary.updated_at.to_string(),
        "messages": summary.messages,
    });
    format!("{line}\n")
}

fn text_line(summary: &Summary) -> String {
    let when = local(summary.updated_at);
    let title = sanitize::line(&summary.title);
    let pending = match summary.pending {
        Pending::Waiting => "  (waiting)",
        Pending::Draft => "  (draft)",
        Pending::Nothing => "",
    };
    format!(
        "{}  {when}  {:>4}  {title}{pending}\n",
        summary.id, summary.messages
    )
}

fn local(at: Timestamp) -> String {
    let local = at.to_zoned(jiff::tz::TimeZone::system());
    local.strftime("%Y-%m-%d %H:%M").to_string()
}

async fn search(store: &Store, arguments: &SearchArgs) -> Result<String, Trouble> {
    // What was saved a moment ago may not be indexed yet.
    store.handle.indexed().await;
    let hits = store.reader.search(&arguments.words.join(" "), 200)?;
    let mut out = String::new();
    for hit in hits {
        // Writing to a string cannot fail.
        let _ = if arguments.json {
            let line = json!({
                "conversation": hit.conversation,
                "message": hit.message,
                "title": hit.title,
                "role": hit.role,
                "created_at": hit.created_at.to_string(),
                "snippet": hit.snippet,
            });
            writeln!(out, "{line}")
        } else {
            let (title, snippet) = (sanitize::line(&hit.title), sanitize::line(&hit.snippet));
            writeln!(
                out,
                "{}  {}  {title}\n    {snippet}",
                hit.conversation,
                local(hit.created_at)
            )
        };
    }
    Ok(out)
}

/// A conversation that a user names by the beginning of its id.
fn find(store: &Store, id: &str) -> Result<ConversationId, Trouble> {
    let hint = "spacechat list shows the ids.".to_owned();
    match store.reader.find(id)? {
        PrefixMatch::One(id) => Ok(id),
        PrefixMatch::Nothing => Err(Trouble::Other(
            Exit::Usage,
            format!("There is no conversation {id:?}."),
            hint,
        )),
        PrefixMatch::Several(found) => {
            let listed = store.reader.list(usize::MAX, 0)?;
            let lines = listed.iter().filter(|summary| found.contains(&summary.id));
            let lines: String = lines.map(text_line).collect();
            Err(Trouble::Other(
                Exit::Usage,
                format!("Several conversations begin with {id:?}."),
                lines.trim_end().to_owned(),
            ))
        }
    }
}

fn load_with(
    store: &Store,
    id: &str,
    load: impl FnOnce(&Reader, ConversationId) -> Result<Option<Loaded>, StoreError>,
) -> Result<Loaded, Trouble> {
    let id = find(store, id)?;
    load(&store.reader, id)?.ok_or_else(|| {
        let message = format!("The conversation {id} no longer exists.");
        Trouble::Other(Exit::Failed, message, String::new())
    })
}

/// The conversation that `id` names, for the screen and for `ask`.
pub fn load_named(store: &Store, id: &str) -> Result<Loaded, Exit> {
    load_with(store, id, Reader::load).map_err(|trouble| match trouble {
        Trouble::Store(error) => complain_of(&error),
        Trouble::Other(exit, message, hint) => complain(exit, &message, &hint),
    })
}

/// Tells a model what was learned of the sources of replies.
pub fn tell_learned(store: &Store, model: &mut Model) -> Result<(), Exit> {
    let learned = store.reader.learned();
    let learned = learned.map_err(|error| complain_of(&error))?;
    let effects = update(model, Event::Store(StoreEvent::Learned(learned)));
    debug_assert!(effects.is_empty(), "nothing is asked yet");
    Ok(())
}

fn text(store: &Store, id: &str, format: Format) -> Result<String, Trouble> {
    let loaded = match format {
        Format::Json => load_with(store, id, Reader::load_whole)?,
        Format::Md | Format::Html => load_with(store, id, Reader::load)?,
    };
    let source = Source {
        conversation: loaded.conversation,
        unsent: loaded.unsent,
        settings: loaded.settings,
    };
    let text = source.text(format);
    // JSON and HTML can also hold characters that a terminal would obey.
    Ok(if std::io::stdout().is_terminal() {
        sanitize::text(&text).text
    } else {
        text
    })
}

fn change(
    store: &Store,
    id: &str,
    change: impl FnOnce(ConversationId) -> Change,
) -> Result<String, Trouble> {
    let id = find(store, id)?;
    store.handle.send(change(id));
    Ok(format!("{id}\n"))
}
