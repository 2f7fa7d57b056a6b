//! Prints a reply to stdout and stderr.
//!
//! To a terminal the text streams, sanitised, and a reply that the server rewrote is repainted. To a pipe or a file the
//! final text is written once, byte for byte. The Space's notices go to stderr, and so do stages when stderr is a
//! terminal. With `--json` every event is a line.

use crate::app::ReplyUpdate;
use crate::chat::{Cost, Finish, Stage};
use crate::sanitize::{self, Gate};
use crate::terminal;
use serde_json::{Value, json};
use std::io::{self, IsTerminal, Write};

/// Prints one reply.
pub struct Printer {
    out: io::Stdout,
    how: How,
    /// Whether stderr's last line is a stage.
    has_stage: bool,
    tells_stages: bool,
    /// All of the reply's text so far, where lines of JSON are printed.
    text: String,
    /// The model that writes it, where it is another than the one that was asked for.
    model: Option<String>,
}

enum How {
    /// At the end, whole.
    Whole,
    /// As it comes, through the gate. With what stands on the screen.
    Streamed(Gate, String),
    /// As lines of JSON.
    Lines,
}

impl Printer {
    /// A printer for stdout as it is.
    pub fn new(json: bool) -> Self {
        let out = io::stdout();
        let how = match (json, out.is_terminal()) {
            (true, _) => How::Lines,
            (false, true) => How::Streamed(Gate::new(), String::new()),
            (false, false) => How::Whole,
        };
        Self {
            how,
            out,
            has_stage: false,
            tells_stages: io::stderr().is_terminal() && !json,
            text: String::new(),
            model: None,
        }
    }

    /// Prints the next update. An error means that stdout is closed.
    pub fn print_update(&mut self, update: &ReplyUpdate) -> io::Result<()> {
        if let ReplyUpdate::Stage(stage) = update {
            self.stage(stage);
        }
        if let ReplyUpdate::Notice(notice) = update
            && !matches!(self.how, How::Lines)
        {
            clear_stage(&mut self.has_stage);
            // With stderr closed the message is lost.
            let words = sanitize::line(&notice.text);
            let _ = writeln!(io::stderr(), "spacechat: the Space says: {words}");
        }
        if let ReplyUpdate::Model(name) = update {
            self.model = Some(name.clone());
        }
        if *update == ReplyUpdate::Finish(Finish::Length) && !matches!(self.how, How::Lines) {
            clear_stage(&mut self.has_stage);
            // With stderr closed the message is lost.
            let _ = writeln!(io::stderr(), "spacechat: the reply was cut at the limit.");
        }
        // Only a line of JSON about a reply that was stopped repeats it.
        if matches!(self.how, How::Lines) {
            match update {
                ReplyUpdate::Delta(more) => self.text.push_str(more),
                ReplyUpdate::Replace(text) | ReplyUpdate::Done(text) => {
                    text.clone_into(&mut self.text);
                }
                _ => {}
            }
        }
        match &mut self.how {
            How::Whole => Ok(()),
            How::Lines => match line(update, &self.text) {
                Some(mut line) => {
                    if line["event"] == "finish" {
                        line["model"] = json!(self.model);
                    }
                    write_flushed(&mut self.out, &format!("{line}\n"))
                }
                None => Ok(()),
            },
            How::Streamed(gate, shown) => match update {
                ReplyUpdate::Delta(more) => {
                    clear_stage(&mut self.has_stage);
                    let mut clean = String::new();
                    gate.push(more, &mut clean);
                    shown.push_str(&clean);
                    write_flushed(&mut self.out, &clean)
                }
                ReplyUpdate::Replace(text) => {
                    clear_stage(&mut self.has_stage);
                    *gate = Gate::new();
                    let mut clean = String::new();
                    gate.push(text, &mut clean);
                    terminal::unprint(&mut self.out, shown)?;
                    shown.clone_from(&clean);
                    write_flushed(&mut self.out, &clean)
                }
                _ => Ok(()),
            },
        }
    }

    /// Prints the rest: `text` is all that was received of the reply.
    pub fn end(&mut self, text: &str) -> io::Result<()> {
        clear_stage(&mut self.has_stage);
        let mut rest = String::new();
        match &mut self.how {
            How::Lines => return Ok(()),
            How::Whole => {
                self.out.write_all(text.as_bytes())?;
                rest.push_str(if text.ends_with('\n') || text.is_empty() {
                    ""
                } else {
                    "\n"
                });
                return write_flushed(&mut self.out, &rest);
            }
            How::Streamed(gate, shown) => {
                gate.finish(&mut rest);
                if rest.is_empty() && shown.ends_with('\n') {
                    return Ok(());
                }
            }
        }
        if !rest.ends_with('\n') && !text.is_empty() {
            rest.push('\n');
        }
        write_flushed(&mut self.out, &rest)
    }

    /// Shows the stage on one line of stderr, which is erased again.
    fn stage(&mut self, stage: &Stage) {
        if self.tells_stages && *stage != Stage::Streaming {
            clear_stage(&mut self.has_stage);
            let mut err = io::stderr();
            // With stderr closed the message is lost.
            let _ = write!(err, "{}", words(stage));
            let _ = err.flush();
            self.has_stage = true;
        }
    }
}

fn clear_stage(has_stage: &mut bool) {
    if std::mem::take(has_stage) {
        let _ = terminal::clear_line(&mut io::stderr());
    }
}

fn write_flushed(out: &mut io::Stdout, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn words(stage: &Stage) -> String {
    match stage {
        Stage::Resolving => "reaching the Space …".to_owned(),
        Stage::Waking(word) => format!("Space {} …", sanitize::line(word)),
        Stage::Uploading { sent, total } => {
            format!("sending {} of {} KB …", sent / 1000, total / 1000)
        }
        Stage::QueueFull { retry_in } => {
            format!("queue full, retrying in {} s …", retry_in.as_secs())
        }
        Stage::Queued { position, .. } => match position {
            Some(before) if *before > 0 => format!("queued, {before} ahead …"),
            _ => "queued …".to_owned(),
        },
        Stage::Reading => "reading the prompt …".to_owned(),
        Stage::Streaming => String::new(),
    }
}

/// The line of JSON for an update; `text` is all of the reply so far.
fn line(update: &ReplyUpdate, text: &str) -> Option<Value> {
    Some(match update {
        ReplyUpdate::Session(hash) => json!({"event": "session", "session_hash": hash}),
        ReplyUpdate::Stage(stage) => stage_line(stage),
        ReplyUpdate::Reasoning(text) => json!({"event": "reasoning", "text": text}),
        ReplyUpdate::Delta(text) => json!({"event": "delta", "text": text}),
        ReplyUpdate::Replace(text) => json!({"event": "replace", "text": text}),
        ReplyUpdate::Done(text) => json!({"event": "done", "text": text}),
        ReplyUpdate::Usage(usage) => json!({
            "event": "usage", "prompt_tokens": usage.prompt, "cached_tokens": usage.cached,
            "completion_tokens": usage.completion, "cost": usage.cost.map(Cost::dollars),
        }),
        ReplyUpdate::Finish(finish) => json!({"event": "finish", "reason": finish.word()}),
        ReplyUpdate::Notice(notice) => {
            json!({"event": "notice", "level": notice.level, "text": notice.text})
        }
        ReplyUpdate::Progress(progress) => {
            json!({"event": "progress", "desc": progress.desc, "share": progress.share})
        }
        ReplyUpdate::Failed(failure) => json!({
            "event": "error", "kind": failure.kind, "message": failure.message, "hint": failure.hint,
        }),
        ReplyUpdate::Cancelled => json!({
            "event": "error", "kind": "interrupted", "message": "The reply was stopped.",
            "hint": "The text so far is kept.", "text": text,
        }),
        // What is hidden on the screen is not printed either; the model stands in the line of the end.
        ReplyUpdate::HiddenTail(_) | ReplyUpdate::Model(_) => return None,
    })
}

fn stage_line(stage: &Stage) -> Value {
    let mut line = json!({"event": "stage", "stage": stage.name()});
    match stage {
        Stage::Queued { position, eta } => {
            line["position"] = json!(position);
            line["eta"] = json!(eta);
        }
        Stage::Uploading { sent, total } => {
            line["sent"] = json!(sent);
            line["total"] = json!(total);
        }
        Stage::QueueFull { retry_in } => line["retry_in"] = json!(retry_in.as_secs_f64()),
        Stage::Waking(word) => line["state"] = json!(word),
        Stage::Resolving | Stage::Reading | Stage::Streaming => {}
    }
    line
}
