//! Replies in progress: each is a task that passes a provider's events on, with the sessions that
//! may be used again.
//!
//! A session is kept with a key: what the server's memory holds, as the names of the messages
//! (which never change once they are complete), the system message and the Space. It is handed to
//! the provider only for a request whose past is exactly that. A turn that failed or was cancelled
//! leaves no session behind, because it is unknown what the server remembers of it.

use super::description;
use super::providers::Providers;
use super::sessions::{SessionKey, Sessions};
use crate::app::effect::TurnId;
use crate::app::{Event, ReplyUpdate, TurnRequest};
use crate::chat::{ConversationId, Failure, FailureKind, Message, MessageId};
use crate::provider::{Reply, ReplyEvent, Request, Session};
use crate::store::{Reader, StoreError};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// Reads the saved contents of files; set once the store is open.
pub type Contents = Arc<OnceLock<Reader>>;

/// The replies in progress.
pub struct Turns {
    providers: Arc<dyn Providers>,
    contents: Contents,
    events: mpsc::Sender<Event>,
    tracker: TaskTracker,
    running: HashMap<TurnId, CancellationToken>,
    sessions: Sessions,
}

impl Turns {
    /// Replies whose events go to `events`, run as tasks of `tracker`. Files are sent with what
    /// `contents` has of them.
    pub fn new(
        providers: Arc<dyn Providers>,
        contents: Contents,
        events: mpsc::Sender<Event>,
        tracker: TaskTracker,
    ) -> Self {
        Self {
            providers,
            contents,
            events,
            tracker,
            running: HashMap::new(),
            sessions: Sessions::default(),
        }
    }

    /// Tells how the source of a Space's replies is called; `None` where the Space's name is wrong.
    pub fn describe(&self, space: String, asked: String) -> Option<Event> {
        let source = self.providers.find(&space).ok()?;
        Some(description::of(&*source, space, asked))
    }

    /// Gives a name and a password to a Space that asks for them.
    pub fn login(&self, space: &str, name: &str, password: &str) {
        self.providers.login(space, name, password);
    }

    /// Begins a reply.
    pub fn start(&mut self, request: TurnRequest) {
        self.running
            .retain(|_, cancelled| !cancelled.is_cancelled());
        let events = self.events.clone();
        let turn = request.turn;
        let provider = match self.providers.find(&request.space) {
            Ok(provider) => provider,
            Err(error) => {
                self.tracker.spawn(async move {
                    let failed = ReplyUpdate::Failed(error.failure());
                    let _ = events.send(Event::Reply(turn, failed)).await;
                });
                return;
            }
        };
        let cancelled = CancellationToken::new();
        self.running.insert(turn, cancelled.clone());
        let forward = Forward {
            turn,
            events,
            conversation: request.conversation,
            key_after: key(&request, Some(request.reply)),
            sessions: self.sessions.clone(),
            _over: cancelled.clone().drop_guard(),
            cancelled,
        };
        // The session is removed until the turn has ended well.
        let session = self
            .sessions
            .take(request.conversation, key(&request, None));
        let contents = Arc::clone(&self.contents);
        let mut request = Request {
            messages: request.messages,
            // Files are attached to the messages.
            files: Vec::new(),
            system: request.system.to_string(),
            model: request.model,
            settings: request
                .settings
                .iter()
                .map(|(name, value)| (name.clone(), Value::String(value.clone())))
                .collect(),
            file_form: request.file_form,
            sign_in: request.sign_in,
            proxy: None,
            session,
            return_conversation: true,
        };
        self.tracker.spawn(async move {
            match with_contents(request.messages, contents).await {
                Ok(messages) => request.messages = messages,
                Err(failure) => return forward.send(ReplyUpdate::Failed(failure)).await,
            }
            let reply = provider.reply(request);
            forward.run(reply).await;
        });
    }

    /// Ends a reply early. Its last events still come, then [`ReplyUpdate::Cancelled`].
    pub fn cancel(&mut self, turn: TurnId) {
        if let Some(cancelled) = self.running.remove(&turn) {
            cancelled.cancel();
        }
    }
}

/// The messages with the contents of their files.
async fn with_contents(
    messages: Vec<Arc<Message>>,
    contents: Contents,
) -> Result<Vec<Arc<Message>>, Failure> {
    let files = messages.iter().flat_map(|message| &message.attachments);
    if !files
        .map(|attachment| &attachment.file)
        .any(Option::is_some)
    {
        return Ok(messages);
    }
    let read = move || {
        let read = |hash| contents.get().map_or(Ok(None), |store| store.content(hash));
        let filled = messages.iter().map(|message| message.with_contents(read));
        filled.collect::<Result<_, StoreError>>()
    };
    let read = tokio::task::spawn_blocking(read).await;
    read.map_err(|_| None)
        .and_then(|read| read.map_err(Some))
        .map_err(|error| Failure {
            kind: FailureKind::Unsupported,
            message: match &error {
                Some(error) => format!("The attached files cannot be read: {error}."),
                None => "The attached files cannot be read.".to_owned(),
            },
            hint: error.map_or("", |error| error.hint()).to_owned(),
        })
}

/// What a session must remember: every message of the request but the newest, or, after the
/// reply, all of them and the reply.
fn key(request: &TurnRequest, reply: Option<MessageId>) -> SessionKey {
    let mut digest = Sha256::new();
    for part in [&request.space, &*request.system, &request.model] {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    for (name, value) in &request.settings {
        for part in [name, value] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
    }
    digest.update((request.settings.len() as u64).to_le_bytes());
    let names = request.messages.iter().map(|message| message.id);
    let newest = usize::from(reply.is_none());
    let count = request.messages.len().saturating_sub(newest);
    for name in names.take(count).chain(reply) {
        digest.update(name.0.as_bytes());
    }
    digest.finalize().into()
}

fn broke_down() -> Failure {
    Failure {
        kind: FailureKind::Internal,
        message: "spacechat failed while it received the reply.".to_owned(),
        hint: "Retry. The log has the details.".to_owned(),
    }
}

/// One reply being passed on.
struct Forward {
    turn: TurnId,
    events: mpsc::Sender<Event>,
    cancelled: CancellationToken,
    conversation: ConversationId,
    key_after: SessionKey,
    sessions: Sessions,
    /// Marks the turn as over in every case, so that it is forgotten.
    _over: DropGuard,
}

impl Forward {
    async fn run(self, mut reply: Reply) {
        let mut session = None;
        loop {
            let event = tokio::select! {
                event = reply.next() => event,
                () = self.cancelled.cancelled() => {
                    for event in reply.cancel().await {
                        self.pass(event, &mut session).await;
                    }
                    self.send(ReplyUpdate::Cancelled).await;
                    return;
                }
            };
            match event {
                Some(Ok(event)) => {
                    if self.pass(event, &mut session).await {
                        return;
                    }
                }
                Some(Err(error)) => {
                    self.send(ReplyUpdate::Failed(error.failure())).await;
                    return;
                }
                // The provider's task ended without a result: it panicked.
                None => {
                    self.send(ReplyUpdate::Failed(broke_down())).await;
                    return;
                }
            }
        }
    }

    /// Passes an event on; `true` when it was the last one.
    async fn pass(&self, event: ReplyEvent, session: &mut Option<Session>) -> bool {
        let update = match event {
            ReplyEvent::Session(newer) => {
                let hash = newer.session_hash().map(str::to_owned);
                *session = Some(newer);
                ReplyUpdate::Session(hash)
            }
            ReplyEvent::Stage(stage) => ReplyUpdate::Stage(stage),
            ReplyEvent::Reasoning(text) => ReplyUpdate::Reasoning(text),
            ReplyEvent::Delta(text) => ReplyUpdate::Delta(text),
            ReplyEvent::Replace(text) => ReplyUpdate::Replace(text),
            ReplyEvent::HiddenTail(text) => ReplyUpdate::HiddenTail(text),
            ReplyEvent::Notice(notice) => ReplyUpdate::Notice(notice),
            ReplyEvent::Progress(progress) => ReplyUpdate::Progress(progress),
            ReplyEvent::Model(name) => ReplyUpdate::Model(name),
            ReplyEvent::Usage(usage) => ReplyUpdate::Usage(usage),
            ReplyEvent::Finish(finish) => ReplyUpdate::Finish(finish),
            ReplyEvent::Done(text) => {
                if let Some(session) = session.take() {
                    let key = self.key_after;
                    self.sessions.put(self.conversation, key, session);
                }
                ReplyUpdate::Done(text)
            }
        };
        let is_last = matches!(update, ReplyUpdate::Done(_));
        self.send(update).await;
        is_last
    }

    async fn send(&self, update: ReplyUpdate) {
        // The loop is gone only when the program ends.
        let _ = self.events.send(Event::Reply(self.turn, update)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::hub::HubSpace;
    use crate::provider::local::LocalServer;
    use crate::provider::{Provider, ProviderError, ProviderInfo, SourceReport};
    use crate::runtime::providers::{Lookup, SourceName};
    use std::pin::Pin;

    /// A source of replies that are complete at once.
    struct Brief(TaskTracker);

    impl Provider for Brief {
        fn info(&self) -> ProviderInfo {
            unreachable!("a reply is all that is asked for")
        }

        fn reply(&self, _: Request) -> Reply {
            Reply::spawn(&self.0, |sender| async move {
                sender.send(ReplyEvent::Done("yes".to_owned())).await;
            })
        }

        fn look(
            &self,
        ) -> Pin<Box<dyn Future<Output = Result<SourceReport, ProviderError>> + Send + '_>>
        {
            unreachable!("a reply is all that is asked for")
        }
    }

    impl Providers for Brief {
        fn find(&self, _: &str) -> Result<Arc<dyn Provider>, ProviderError> {
            Ok(Arc::new(Self(self.0.clone())))
        }

        fn name(&self, written: &str) -> SourceName {
            SourceName {
                name: written.to_owned(),
                model: None,
            }
        }

        fn login(&self, _: &str, _: &str, _: &str) {}

        fn settle(&self, _: &str) -> Option<Lookup<Result<String, ProviderError>>> {
            None
        }

        fn local(&self) -> Lookup<Vec<LocalServer>> {
            unreachable!("a reply is all that is asked for")
        }

        fn gpu_quota(&self) -> Lookup<Option<String>> {
            unreachable!("a reply is all that is asked for")
        }

        fn search(&self, _: &str) -> Lookup<Result<Vec<HubSpace>, ProviderError>> {
            unreachable!("a reply is all that is asked for")
        }
    }

    /// A source of replies whose task panics.
    struct Broken(TaskTracker);

    impl Provider for Broken {
        fn info(&self) -> ProviderInfo {
            unreachable!("a reply is all that is asked for")
        }

        fn reply(&self, _: Request) -> Reply {
            Reply::spawn(&self.0, |sender| async move {
                sender.send(ReplyEvent::Delta("so far".to_owned())).await;
                panic!("on purpose");
            })
        }

        fn look(
            &self,
        ) -> Pin<Box<dyn Future<Output = Result<SourceReport, ProviderError>> + Send + '_>>
        {
            unreachable!("a reply is all that is asked for")
        }
    }

    #[tokio::test]
    async fn a_reply_whose_task_dies_is_a_failure() {
        let tracker = TaskTracker::new();
        let (events, mut received) = mpsc::channel(8);
        let forward = Forward {
            turn: TurnId(1),
            events,
            conversation: ConversationId::new(),
            key_after: SessionKey::default(),
            sessions: Sessions::default(),
            _over: CancellationToken::new().drop_guard(),
            cancelled: CancellationToken::new(),
        };
        forward.run(Broken(tracker).reply(Request::default())).await;
        let update = |event| match event {
            Some(Event::Reply(_, update)) => update,
            other => panic!("{other:?}"),
        };
        assert!(
            matches!(update(received.recv().await), ReplyUpdate::Delta(text) if text == "so far")
        );
        assert!(
            matches!(update(received.recv().await), ReplyUpdate::Failed(failure) if failure.kind == FailureKind::Internal)
        );
    }

    #[tokio::test]
    async fn nothing_is_held_of_turns_that_are_over() {
        let tracker = TaskTracker::new();
        let (events, mut received) = mpsc::channel(8);
        let providers = Arc::new(Brief(tracker.clone()));
        let mut turns = Turns::new(providers, Contents::default(), events, tracker.clone());
        for number in 0..100 {
            turns.start(TurnRequest {
                turn: TurnId(number),
                conversation: ConversationId::new(),
                messages: vec![Arc::new(Message::user("hello"))],
                reply: MessageId::new(),
                system: Arc::from(""),
                model: String::new(),
                settings: crate::chat::Settings::new(),
                space: String::new(),
                file_form: crate::chat::FileForm::default(),
                sign_in: false,
            });
            assert!(received.recv().await.is_some());
            while !tracker.is_empty() {
                tokio::task::yield_now().await;
            }
        }
        assert!(turns.running.len() <= 1, "{}", turns.running.len());
    }
}
