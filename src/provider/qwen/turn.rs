//! One turn at the seed's Space: which session, which prompt, and what is told of the reply.

use super::{Page, QUERY, Qwen};
use crate::chat::{Notice, Progress, Stage, format_prompt};
use crate::gradio::app::App;
use crate::gradio::message::ProgressUnit;
use crate::gradio::upload::Upload;
use crate::gradio::{self, Chain, Client, Step};
use crate::provider::bubbles::{Spoken, read_pairs};
use crate::provider::reply::ReplySender;
use crate::provider::{Provider, ProviderError, ReplyEvent, Request, Session, tail};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How often the progress of an upload is looked at.
const UPLOAD_TICK: Duration = Duration::from_millis(100);

/// Runs a turn to its end, its cancellation or its first error.
pub(super) async fn run(provider: Qwen, request: Request, sender: ReplySender) {
    let turn = Turn {
        provider: &provider,
        request: &request,
        sender: &sender,
    };
    if let Err(error) = turn.work().await {
        tracing::info!(kind = error.kind(), "the reply failed");
        sender.fail(error).await;
    }
}

struct Turn<'a> {
    provider: &'a Qwen,
    request: &'a Request,
    sender: &'a ReplySender,
}

/// How a chain ended.
enum End {
    Done,
    Cancelled,
    /// The app behind the session was restarted: the session's memory is gone.
    Restarted,
}

impl Turn<'_> {
    async fn work(&self) -> Result<(), ProviderError> {
        self.provider
            .info()
            .resolve(&self.request.model)
            .map_err(ProviderError::UnknownModel)?;
        self.sender.send(ReplyEvent::Stage(Stage::Resolving)).await;
        let known = self.provider.learned().app.clone();
        let mut is_fresh = known.is_none();
        let proxy = self.request.proxy.as_deref();
        let reached = match known {
            Some(app) => Some((self.provider.place.client(proxy)?, app)),
            None => self.reach().await?,
        };
        let Some((mut client, mut app)) = reached else {
            return Ok(());
        };
        let mut session = self.request.session.clone();
        session.take_if(|session| session.app_id != app.app_id);
        loop {
            let end = self
                .exchange(&client, &app, session.take(), is_fresh)
                .await?;
            if !matches!(end, End::Restarted) {
                return Ok(());
            }
            tracing::info!("the app was restarted; the whole past is sent in a new session");
            let Some(reached) = self.reach().await? else {
                return Ok(());
            };
            (client, app) = reached;
            is_fresh = true;
        }
    }

    /// Reads `/config` again; `None` when the reply was cancelled meanwhile.
    async fn reach(&self) -> Result<Option<(Client, Arc<App>)>, ProviderError> {
        let proxy = self.request.proxy.as_deref();
        let reach = self
            .provider
            .read_app(proxy, |stage| self.sender.tell(stage));
        self.unless_cancelled(reach).await.transpose()
    }

    async fn unless_cancelled<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            result = work => Some(result),
            () = self.sender.cancelled() => None,
        }
    }

    /// One message sent and one reply received in one session.
    async fn exchange(
        &self,
        client: &Client,
        app: &Arc<App>,
        session: Option<Session>,
        is_fresh: bool,
    ) -> Result<End, ProviderError> {
        let page = Page::find(app)?;
        let files = self.request.files_to_send(session.is_some());
        let Some(files) = self.uploaded(client, app, &files).await? else {
            return Ok(End::Cancelled);
        };
        let prompt = self.prompt(session.as_ref());
        let session = session.unwrap_or_else(|| Session {
            session_hash: gradio::session_hash(),
            app_id: app.app_id.clone(),
        });
        let mut tab = gradio::Session::new(session.session_hash.clone());
        tab.set(page.message_box, json!({"files": files, "text": prompt}));
        // The server's state is the memory: a chatbot that held the past would only send every
        // earlier prompt again.
        tab.set(page.chatbot, json!([]));
        if self.request.return_conversation {
            self.sender.send(ReplyEvent::Session(session)).await;
        }
        let ends = (page.add_text, page.chatbot);
        let mut chain = Chain::new(client.clone(), Arc::clone(app), tab, ends, QUERY);
        let mut heard = Heard::new(self.sender);
        let result = self
            .follow(&mut chain, &mut heard, (client, app), is_fresh)
            .await;
        match &result {
            Ok(End::Restarted) => chain.cancel().await,
            Ok(End::Cancelled) => {
                chain.cancel().await;
                heard.listen(read_pairs(chain.watched()), true).await;
            }
            Ok(End::Done) => {
                heard.listen(read_pairs(chain.watched()), true).await;
                self.sender.send(ReplyEvent::Done(heard.shown)).await;
            }
            // What was held back in case it became the tail's marker is part of what came.
            Err(_) => heard.listen(read_pairs(chain.watched()), true).await,
        }
        result
    }

    /// Sends the files and tells how far they are; `None` when the reply was cancelled meanwhile.
    async fn uploaded(
        &self,
        client: &Client,
        app: &App,
        files: &[PathBuf],
    ) -> Result<Option<Vec<Value>>, ProviderError> {
        if files.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let upload = Upload::default();
        let work = self.unless_cancelled(client.upload(app, files, &upload));
        tokio::pin!(work);
        let mut told = (0, 0);
        let sent = loop {
            let sent = tokio::select! {
                sent = &mut work => Some(sent),
                () = tokio::time::sleep(UPLOAD_TICK) => None,
            };
            let (bytes, total) = upload.progress();
            if (bytes, total) != told {
                told = (bytes, total);
                self.sender.tell(Stage::Uploading { sent: bytes, total });
            }
            if let Some(sent) = sent {
                break sent;
            }
        };
        Ok(sent.transpose()?)
    }

    /// The newest message for a session that knows the rest, or the whole past.
    fn prompt(&self, session: Option<&Session>) -> String {
        match (session, self.request.messages.last()) {
            (Some(_), Some(newest)) => newest.prompt_text(),
            _ => format_prompt(&self.request.system, &self.request.messages),
        }
    }

    /// Pulls the chain to its end. An app that was known before is asked beside the first request
    /// whether it is still the one that was known; nothing is shown and no further function is
    /// fired before it has answered.
    async fn follow(
        &self,
        chain: &mut Chain,
        heard: &mut Heard<'_>,
        (client, app): (&Client, &App),
        is_fresh: bool,
    ) -> Result<End, ProviderError> {
        let same_app = async { client.app_id(app).await.is_ok_and(|id| id == app.app_id) };
        tokio::pin!(same_app);
        let mut is_same = is_fresh.then_some(true);
        loop {
            let step = tokio::select! {
                biased;
                () = self.sender.cancelled() => return Ok(End::Cancelled),
                answer = &mut same_app, if is_same.is_none() => {
                    is_same = Some(answer);
                    continue;
                }
                step = chain.next() => step,
            };
            // An app that was restarted under the session may also answer with an error.
            let is_due = step.is_err() || matches!(step, Ok(Step::Values | Step::Done));
            if is_due && is_same.is_none() {
                is_same = self.unless_cancelled(&mut same_app).await;
            }
            match is_same {
                Some(false) => return Ok(End::Restarted),
                None if is_due => return Ok(End::Cancelled),
                _ => {}
            }
            match step? {
                Step::Values => heard.listen(read_pairs(chain.watched()), false).await,
                Step::Done => return Ok(End::Done),
                Step::Cancelled => return Ok(End::Cancelled),
                other => self.tell(other).await,
            }
        }
    }

    async fn tell(&self, step: Step) {
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
            Step::Log(log) => ReplyEvent::Notice(Notice {
                level: log.level,
                text: log.title.map_or_else(String::new, |title| title + ": ") + &log.text,
            }),
            Step::Heartbeat | Step::Values | Step::Done | Step::Cancelled => return,
        };
        self.sender.send(event).await;
    }
}

fn progress(unit: ProgressUnit) -> Progress {
    let share = match (unit.progress, unit.index, unit.length) {
        (Some(share), ..) => Some(share),
        (None, Some(index), Some(length)) if length > 0.0 => Some(index / length),
        _ => None,
    };
    Progress {
        desc: unit.desc.unwrap_or_default(),
        share: share.map(|share| share.clamp(0.0, 1.0)),
    }
}

/// What was heard of the reply so far, so that the reader is told only what is new.
struct Heard<'a> {
    sender: &'a ReplySender,
    shown: String,
    thinking: Option<String>,
    tail: String,
    is_streaming: bool,
}

impl<'a> Heard<'a> {
    fn new(sender: &'a ReplySender) -> Self {
        Self {
            sender,
            shown: String::new(),
            thinking: None,
            tail: String::new(),
            is_streaming: false,
        }
    }

    /// Takes what the page shows now and tells what changed.
    async fn listen(&mut self, spoken: Spoken, ended: bool) {
        if spoken.thinking.is_some() && spoken.thinking != self.thinking {
            self.thinking.clone_from(&spoken.thinking);
            let thinking = spoken.thinking.unwrap_or_default();
            self.sender.send(ReplyEvent::Reasoning(thinking)).await;
        }
        let (shown, tail) = tail::split(&spoken.text, ended);
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
