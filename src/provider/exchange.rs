//! One message sent and one reply received: runs a chain to its end and reports the reply.
//!
//! The chain is prepared elsewhere (function, values, session), with a function that reads the
//! watched component. Here its stages and its text are passed on in pieces, a restart of the app is
//! noticed, and a cancelled job is ended at the server.

use super::bubbles::Spoken;
use super::error::shortened;
use super::reply::{ReplyEvent, ReplySender};
use super::{ProviderError, Report, tail};
use crate::chat::{Notice, Progress, Stage};
use crate::gradio::app::App;
use crate::gradio::message::ProgressUnit;
use crate::gradio::{Chain, Client, Session, Step};
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout};

/// The shortest time between two readings of a growing reply.
const PAUSE: Duration = Duration::from_millis(16);
/// How long a received reply is held back until it is known whether the app is still the same.
const CHECK_PATIENCE: Duration = Duration::from_secs(3);
/// Cursors that pages draw at the end of a growing reply.
const CURSORS: [char; 8] = ['▌', '▐', '█', '▋', '▊', '▉', '▍', '▎'];
/// The notice where a reply may come from an app that did not know the conversation.
const RESTARTED: &str = "The Space was restarted and did not know the conversation when it replied. Retry sends all of it again.";

/// How a chain ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The reply is complete.
    Done,
    /// The user ended it.
    Cancelled,
    /// The app was restarted: the session's memory is gone, and nothing of the reply was sent.
    Restarted,
}

/// When a reply is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// More may come.
    Growing,
    /// It ended early.
    BrokenOff,
    /// It is complete.
    Complete,
}

/// Reads the reply from the components.
pub type Read<'a> = dyn Fn(&Chain, Moment) -> Spoken + Send + Sync + 'a;

/// What an exchange needs besides its chain.
pub struct Exchange<'a> {
    /// Where events go.
    pub sender: &'a ReplySender,
    /// The client that checks whether the app is still the same.
    pub client: &'a Client,
    /// The app as it is known.
    pub app: &'a App,
    /// Whether the app was read for this turn, so that it need not be checked.
    pub is_fresh: bool,
    /// How a reply is read.
    pub read: &'a Read<'a>,
    /// Whether the Qwen demo Space's hidden tail is cut.
    pub cuts_tail: bool,
    /// Called with the session after a complete reply, before `Done` is sent.
    pub on_complete: &'a (dyn Fn(&Session) + Send + Sync + 'a),
}

impl Exchange<'_> {
    /// Runs the chain to its end and passes the reply on, [`ReplyEvent::Done`] included.
    pub async fn run(&self, chain: &mut Chain) -> Result<End, ProviderError> {
        let mut so_far = ReplySoFar::new(self.sender, self.cuts_tail);
        let result = self.follow(chain, &mut so_far).await;
        if let Ok(End::Restarted | End::Cancelled) = result {
            chain.cancel().await;
        }
        if matches!(result, Ok(End::Restarted)) {
            return result;
        }
        let is_complete = matches!(result, Ok(End::Done));
        // Text that was held back as a possible marker of the tail belongs to the reply.
        let moment = if is_complete {
            Moment::Complete
        } else {
            Moment::BrokenOff
        };
        let mut last = (self.read)(chain, moment);
        if !is_complete {
            without_cursor(&mut last.text);
        }
        if let Err(error) = chain.require_room(last.text.len()) {
            let error = ProviderError::from(error).after_a_part();
            return result.and(Err(error));
        }
        so_far.update(last, true).await;
        if is_complete {
            so_far.require_words()?;
            (self.on_complete)(chain.session());
            self.sender.send(ReplyEvent::Done(so_far.shown)).await;
            return result;
        }
        let has_part = !so_far.shown.trim().is_empty();
        result.map_err(|error| {
            if has_part {
                error.after_a_part()
            } else {
                error
            }
        })
    }

    /// Whether the app is still the one that was known.
    async fn check(&self) -> AppCheck {
        match timeout(CHECK_PATIENCE, self.client.app_id(self.app)).await {
            Ok(Ok(id)) if id == self.app.app_id => AppCheck::Same,
            Ok(Ok(_)) => AppCheck::Changed,
            Ok(Err(error)) => {
                tracing::info!(%error, "the app does not say whether it was restarted");
                AppCheck::Unknown
            }
            Err(_) => AppCheck::Unknown,
        }
    }

    /// A known app is asked for its app id beside the first request; nothing is shown and no further function is fired
    /// before the answer. Where it gives none, the session is used as it is, and the app is asked again at the end.
    async fn follow(
        &self,
        chain: &mut Chain,
        so_far: &mut ReplySoFar<'_>,
    ) -> Result<End, ProviderError> {
        let checked = self.check();
        tokio::pin!(checked);
        let mut check = self.is_fresh.then_some(AppCheck::Same);
        // When the pieces since then are sent.
        let mut due: Option<Instant> = None;
        let mut told: Option<Instant> = None;
        loop {
            let step = tokio::select! {
                biased;
                () = self.sender.cancelled() => return Ok(End::Cancelled),
                answer = &mut checked, if check.is_none() => {
                    check = Some(answer);
                    continue;
                }
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    let mut spoken = (self.read)(chain, Moment::Growing);
                    chain.require_room(spoken.text.len())?;
                    without_cursor(&mut spoken.text);
                    so_far.update(spoken, false).await;
                    (due, told) = (None, Some(Instant::now()));
                    continue;
                }
                step = chain.next() => step,
            };
            // An app that was restarted under the session may also answer with an error.
            let is_due = step.is_err() || matches!(step, Ok(Step::Values | Step::Done));
            if is_due && check.is_none() {
                check = self.sender.unless_cancelled(&mut checked).await;
            }
            match check {
                Some(AppCheck::Changed) => return Ok(End::Restarted),
                None if is_due => return Ok(End::Cancelled),
                _ => {}
            }
            match step? {
                // Pieces that come quickly are sent together: reading the value costs time in
                // proportion to the whole reply.
                Step::Values => {
                    let soon = told.map_or_else(Instant::now, |told| told + PAUSE);
                    due.get_or_insert(soon);
                }
                Step::Done => {
                    if check == Some(AppCheck::Unknown) && self.check().await == AppCheck::Changed {
                        self.notify("warning", RESTARTED).await;
                    }
                    return Ok(End::Done);
                }
                Step::Cancelled => return Err(ended_by_the_app()),
                Step::Log(log) => {
                    let is_own = |title: &String| !title.eq_ignore_ascii_case(&log.level);
                    let title = log.title.filter(is_own);
                    let text = title.map_or_else(String::new, |title| title + ": ") + &log.text;
                    so_far.notice = Some(shortened(text.clone()));
                    self.notify(&log.level, &text).await;
                }
                other => self.pass_on(other).await,
            }
        }
    }

    async fn notify(&self, level: &str, text: &str) {
        let notice = Notice {
            level: level.to_owned(),
            text: shortened(text.to_owned()),
        };
        self.sender.send(ReplyEvent::Notice(notice)).await;
    }

    async fn pass_on(&self, step: Step) {
        let event = match step {
            Step::Uploading { sent, total } => ReplyEvent::Stage(Stage::Uploading { sent, total }),
            Step::Refused { retry_in, .. } => ReplyEvent::Stage(Stage::QueueFull { retry_in }),
            Step::Queued { rank, eta } => ReplyEvent::Stage(Stage::Queued {
                position: rank,
                eta,
            }),
            Step::Started => ReplyEvent::Stage(Stage::Reading),
            Step::Progress(units) => match units.into_iter().next_back() {
                Some(unit) => ReplyEvent::Progress(progress(unit)),
                None => return,
            },
            Step::SilentUntil(patience) => ReplyEvent::Notice(Notice {
                level: "info".to_owned(),
                text: format!(
                    "This Space runs Gradio {}, which does not report whether it is still working. Waiting up to {} min.",
                    self.app.version,
                    patience.as_secs() / 60
                ),
            }),
            Step::Log(_) | Step::Heartbeat | Step::Values | Step::Done | Step::Cancelled => return,
        };
        self.sender.send(event).await;
    }
}

/// Whether an app is still the one that was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AppCheck {
    Same,
    /// It was restarted: no session is known to it any more.
    Changed,
    /// It could not be asked.
    Unknown,
}

fn ended_by_the_app() -> ProviderError {
    ProviderError::Space(Report {
        message: "The Space ended the reply before it was complete.".to_owned(),
        hint: "Retry. Someone may have stopped it there.".to_owned(),
        source: None,
    })
}

/// Removes a cursor from the end of a reply that grows, or that was broken off with a cursor.
fn without_cursor(text: &mut String) {
    let length = text.trim_end_matches(CURSORS).len();
    text.truncate(length);
}

fn progress(unit: ProgressUnit) -> Progress {
    let share = match (unit.progress, unit.index, unit.length) {
        (Some(share), ..) => Some(share),
        (None, Some(index), Some(length)) if length > 0.0 => Some(index / length),
        _ => None,
    };
    Progress {
        desc: shortened(unit.desc.unwrap_or_default()),
        share: share.map(|share| share.clamp(0.0, 1.0)),
    }
}

/// What has come of the reply so far, so that only what is new is sent.
struct ReplySoFar<'a> {
    sender: &'a ReplySender,
    shown: String,
    thinking: Option<String>,
    tail: String,
    is_streaming: bool,
    cuts_tail: bool,
    /// The app's last notice.
    notice: Option<String>,
}

impl<'a> ReplySoFar<'a> {
    fn new(sender: &'a ReplySender, cuts_tail: bool) -> Self {
        Self {
            sender,
            shown: String::new(),
            thinking: None,
            tail: String::new(),
            is_streaming: false,
            cuts_tail,
            notice: None,
        }
    }

    /// A reply without text is an error, which quotes the Space's last notice.
    fn require_words(&self) -> Result<(), ProviderError> {
        if !self.shown.trim().is_empty() {
            return Ok(());
        }
        let message = match &self.notice {
            Some(notice) => format!("The Space ended without a reply: {notice}"),
            None if self.thinking.is_some() => {
                "The Space ended after its thoughts, without a reply.".to_owned()
            }
            None => "The Space ended without a reply.".to_owned(),
        };
        Err(ProviderError::Space(Report {
            message,
            hint: "Retry, or change the message.".to_owned(),
            source: None,
        }))
    }

    /// Takes what the page shows now and sends what changed.
    async fn update(&mut self, spoken: Spoken, ended: bool) {
        if spoken.thinking.is_some() && spoken.thinking != self.thinking {
            self.thinking.clone_from(&spoken.thinking);
            let thinking = spoken.thinking.unwrap_or_default();
            self.sender.send(ReplyEvent::Reasoning(thinking)).await;
        }
        let (shown, tail) = if self.cuts_tail {
            tail::split(&spoken.text, ended)
        } else {
            (spoken.text.as_str(), "")
        };
        if !shown.is_empty() && !std::mem::replace(&mut self.is_streaming, true) {
            self.sender.send(ReplyEvent::Stage(Stage::Streaming)).await;
        }
        if let Some(more) = shown.strip_prefix(self.shown.as_str()) {
            if !more.is_empty() {
                self.shown.push_str(more);
                self.sender.send(ReplyEvent::Delta(more.to_owned())).await;
            }
        } else {
            shown.clone_into(&mut self.shown);
            self.sender
                .send(ReplyEvent::Replace(shown.to_owned()))
                .await;
        }
        if tail != self.tail {
            tail.clone_into(&mut self.tail);
            self.sender
                .send(ReplyEvent::HiddenTail(tail.to_owned()))
                .await;
        }
    }
}
