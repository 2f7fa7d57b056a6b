//! One turn at a server: the request until it is taken, the stream until it ends.

use super::messages;
use super::refusal;
use super::reply::ReplySoFar;
use super::sending::Sending;
use super::{Found, ServerProvider, ending, loading, parameters};
use crate::chat::{Notice, Stage};
use crate::http::{self, Error, Refusal, Upload};
use crate::openai::request::{self, LimitName, Prefill, Wants};
use crate::openai::{End, ServerFailure, ServerKind, Stream};
use crate::provider::reply::ReplySender;
use crate::provider::{ProviderError, ReplyEvent, Request, Session};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

/// How often a request that was refused for now (429, 503) is sent again by itself.
const MOST_AGAIN: u32 = 2;
/// The pause before that where the server names none; the second is twice as long.
const PAUSE: Duration = Duration::from_secs(2);
/// The longest pause that is waited for without asking the user.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How long a reply that broke is waited for where the server keeps it.
const RESUMABLE_FOR: Duration = Duration::from_secs(60);
/// How often the progress of an upload is read.
const TICK: Duration = Duration::from_millis(100);

/// Runs a turn to its end, its cancellation or its first error.
pub(super) async fn run(server: ServerProvider, request: Request, sender: ReplySender) {
    let turn = Turn {
        server: &server,
        request: &request,
        sender: &sender,
    };
    let worked = turn.work().await;
    sender.end(worked).await;
}

struct Turn<'a> {
    server: &'a ServerProvider,
    request: &'a Request,
    sender: &'a ReplySender,
}

impl Turn<'_> {
    async fn work(&self) -> Result<(), ProviderError> {
        self.sender.send(ReplyEvent::Stage(Stage::Resolving)).await;
        let parameters = parameters::values(&self.server.named.parameters, &self.request.settings)?;
        let Some(plan) = self
            .sender
            .unless_cancelled(messages::plan(self.request))
            .await
        else {
            return Ok(());
        };
        let plan = plan?;
        let Some(found) = self.reach().await? else {
            return Ok(());
        };
        let server = &found.server;
        let model = match self.request.model.as_str() {
            "" => self.server.default_model(server),
            asked => Some(asked),
        };
        if model.is_none() && !server.models.is_empty() {
            return Err(refusal::no_model(server.kind));
        }
        if self.request.return_conversation {
            self.sender
                .send(ReplyEvent::Session(Session::default()))
                .await;
        }
        let sending = Sending {
            found: &found,
            model: model.unwrap_or_default(),
            plan: &plan,
            parameters: &parameters,
            conversation: (server.kind == ServerKind::LlamaCpp)
                .then(|| uuid::Uuid::new_v4().to_string()),
        };
        sending.refuse_pictures()?;
        if let Some(stream) = self.ask(&sending).await? {
            return self.follow(stream, &sending).await;
        }
        self.cancelled(&sending, false).await;
        Ok(())
    }

    /// The server, waited for while it loads; `None` when the reply was cancelled meanwhile.
    async fn reach(&self) -> Result<Option<Arc<Found>>, ProviderError> {
        let proxy = self.request.proxy.as_deref();
        let reach = loading::waited_for(self.sender, || self.server.found(proxy));
        self.sender.unless_cancelled(reach).await.transpose()
    }

    /// Sends the request until the server takes it or refuses it for good; `None` when the reply was cancelled meanwhile.
    async fn ask(&self, sending: &Sending<'_>) -> Result<Option<Stream>, ProviderError> {
        let mut wants = self.server.wants(sending.model, sending.found.server.kind);
        let mut again = 0;
        loop {
            let body = request::body(
                sending.model,
                sending.plan.turns(wants.prefill),
                sending.parameters,
                wants,
            );
            let Some(answer) = self.post(sending, &body).await else {
                return Ok(None);
            };
            let refusal = match answer {
                Ok(stream) => {
                    let model = sending.model.to_owned();
                    self.server.learned().wants.insert(model, wants);
                    return Ok(Some(stream));
                }
                Err(Error::Status(refusal)) => refusal,
                Err(error) => return Err(refusal::of_connection(error, sending.found.server.kind)),
            };
            let failure = ServerFailure::of_body(refusal.body());
            let is_prefilled = sending.plan.is_prefilled(wants.prefill);
            if is_prefilled && matches!(refusal.status, 400 | 422) && !failure.is_too_long() {
                // Models that think take none, each server in words of its own. Then it is asked for in words. Behind a
                // 500 it may have begun.
                wants.prefill = Prefill::None;
                continue;
            }
            if let Some(other) = other_dialect(&refusal, &failure, wants, &body) {
                wants = other;
                continue;
            }
            let Some((stage, pause)) = pause(&refusal, &failure, &mut again) else {
                self.learn_window(sending, &failure);
                let asked = sending.asked(self.server.window(sending.model));
                return Err(refusal::of_refusal(&refusal, &failure, asked));
            };
            self.sender.send_stage(stage);
            if self.sender.unless_cancelled(sleep(pause)).await.is_none() {
                return Ok(None);
            }
        }
    }

    /// One request, its way shown; `None` when the reply was cancelled meanwhile.
    async fn post(&self, sending: &Sending<'_>, body: &Value) -> Option<Result<Stream, Error>> {
        let upload = Upload::default();
        let client = &sending.found.client;
        let work = client.complete(body, sending.conversation.as_deref(), &upload);
        let work = self.sender.unless_cancelled(work);
        tokio::pin!(work);
        let (mut told, mut is_reading) = ((0, 0), false);
        loop {
            tokio::select! {
                answer = &mut work => {
                    if !is_reading && matches!(answer, Some(Ok(_))) {
                        self.sender.send_stage(Stage::Reading);
                    }
                    return answer;
                }
                () = sleep(TICK) => {}
            }
            let (sent, total) = upload.progress();
            if sent == total && total > 0 && !std::mem::replace(&mut is_reading, true) {
                self.sender.send_stage(Stage::Reading);
            } else if sent < total && (sent, total) != told {
                told = (sent, total);
                self.sender.send_stage(Stage::Uploading { sent, total });
            }
        }
    }

    /// Passes the reply on until it ends.
    async fn follow(&self, mut stream: Stream, sending: &Sending<'_>) -> Result<(), ProviderError> {
        let mut so_far = ReplySoFar::new(self.sender);
        let mut pieces = Vec::new();
        let broken = loop {
            let due = so_far.due();
            let step = tokio::select! {
                biased;
                () = self.sender.cancelled() => {
                    so_far.finish().await;
                    self.cancelled(sending, so_far.has_begun()).await;
                    return Ok(());
                }
                step = stream.next(&mut pieces) => step,
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    so_far.pass_on().await;
                    continue;
                }
            };
            so_far.take(&mut pieces).await;
            match step {
                Ok(true) => {}
                Ok(false) if stream.is_finished() || stream.completion().has_failed() => {
                    break None;
                }
                Err(error) if !may_go_on(&error) => break Some(error),
                ended => match self.resume(&mut stream, sending).await {
                    Resumed::GoesOn => {}
                    Resumed::Cancelled => {
                        so_far.finish().await;
                        self.cancelled(sending, so_far.has_begun()).await;
                        return Ok(());
                    }
                    Resumed::No => break ended.err(),
                },
            }
        };
        so_far.finish().await;
        let has_part = so_far.has_begun();
        let end = stream.completion().end();
        if broken.is_some() || !matches!(end, End::Finished(_) | End::Failed(_)) {
            // A reply that is kept would be written on for nobody.
            self.forget(sending).await;
        }
        let ended = match broken {
            Some(error) => Err(refusal::of_connection(error, sending.found.server.kind)),
            None => ending::tell(self.server, self.sender, sending, (&stream, &so_far)).await,
        };
        ended.map_err(|error| {
            if has_part {
                error.after_a_part()
            } else {
                error
            }
        })
    }

    /// Goes on with a reply whose connection broke, where the server keeps it.
    async fn resume(&self, stream: &mut Stream, sending: &Sending<'_>) -> Resumed {
        let Some(conversation) = &sending.conversation else {
            return Resumed::No;
        };
        if stream.is_stuck() {
            return Resumed::No;
        }
        let until = Instant::now() + RESUMABLE_FOR;
        let mut pause = Duration::from_millis(250);
        loop {
            let again = sending.found.client.resume(conversation, stream.received());
            match self.sender.unless_cancelled(again).await {
                None => return Resumed::Cancelled,
                Some(Ok(body)) => {
                    tracing::info!(
                        received = stream.received(),
                        "the reply goes on where its connection broke"
                    );
                    stream.go_on(body);
                    return Resumed::GoesOn;
                }
                // It does not keep this reply, or not any more.
                Some(Err(Error::Status(_))) => return Resumed::No,
                Some(Err(error)) => tracing::info!(%error, "the reply cannot be gone on with yet"),
            }
            if Instant::now() + pause > until {
                return Resumed::No;
            }
            if self.sender.unless_cancelled(sleep(pause)).await.is_none() {
                return Resumed::Cancelled;
            }
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }

    /// Ends the reply at the server. One that still reads the prompt says so: it goes on for a while.
    async fn cancelled(&self, sending: &Sending<'_>, has_begun: bool) {
        self.forget(sending).await;
        if !has_begun && sending.found.server.kind == ServerKind::LlamaCpp {
            let notice = Notice {
                level: "info".to_owned(),
                text: "llama.cpp ends the batch that it is reading before it stops. The next message may wait for that.".to_owned(),
            };
            self.sender.send(ReplyEvent::Notice(notice)).await;
        }
    }

    async fn forget(&self, sending: &Sending<'_>) {
        if let Some(conversation) = &sending.conversation {
            let patience = self.server.http.cancel_timeout;
            sending.found.client.forget(conversation, patience).await;
        }
    }

    /// Remembers the window that a refusal tells.
    fn learn_window(&self, sending: &Sending<'_>, failure: &ServerFailure) {
        if let Some(window) = failure.window {
            let mut learned = self.server.learned();
            learned.windows.insert(sending.model.to_owned(), window);
        }
    }
}

/// What became of a reply that broke.
enum Resumed {
    GoesOn,
    Cancelled,
    No,
}

/// Whether a reply may go on behind this error: it is of its connection and not of what came.
fn may_go_on(error: &Error) -> bool {
    matches!(
        error,
        Error::Broken { .. } | Error::Timeout { .. } | Error::Connect { .. }
    )
}

/// How the request is made instead, where the refusal objects to how it was made.
fn other_dialect(
    refusal: &Refusal,
    failure: &ServerFailure,
    wants: Wants,
    body: &Value,
) -> Option<Wants> {
    // Of a prompt that does not fit, some say that the limit of the reply is to blame.
    if !matches!(refusal.status, 400 | 422) || failure.is_too_long() {
        return None;
    }
    if !wants.no_usage && failure.names("stream_options") {
        return Some(Wants {
            no_usage: true,
            ..wants
        });
    }
    let (sent, other) = match wants.limit {
        LimitName::MaxTokens => ("max_tokens", LimitName::MaxCompletionTokens),
        LimitName::MaxCompletionTokens => ("max_completion_tokens", LimitName::MaxTokens),
    };
    let objects = body.get(sent).is_some() && failure.names(sent) && !wants.has_other_limit;
    objects.then_some(Wants {
        limit: other,
        has_other_limit: true,
        ..wants
    })
}

/// How long to wait before the same request is sent again, and what is shown meanwhile; `None` where it is not.
fn pause(refusal: &Refusal, failure: &ServerFailure, again: &mut u32) -> Option<(Stage, Duration)> {
    if loading::is_refusal(refusal) {
        return Some((loading::stage(), loading::PAUSE));
    }
    if !matches!(refusal.status, 429 | 503) || *again == MOST_AGAIN || failure.is_too_long() {
        return None;
    }
    let own = PAUSE * 2_u32.pow(*again);
    let pause = refusal
        .retry_after
        .map_or(own, |asked| asked.max(http::retry::FIRST_PAUSE));
    *again += 1;
    (pause <= LONGEST_PAUSE).then_some((Stage::QueueFull { retry_in: pause }, pause))
}
