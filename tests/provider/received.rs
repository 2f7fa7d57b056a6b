//! A reply received to its end, and what must hold for every reply and every failure.

use std::fmt::Debug;
use std::io::Write;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use spacechat::chat::{Finish, Message, Usage};
use spacechat::provider::ConnectOptions as Options;
use spacechat::provider::{Provider, ProviderError, Qwen, Reply, ReplyEvent, Request, Session};
use tokio_util::task::TaskTracker;

/// A word of every prompt that must be found nowhere but at the server.
pub const SECRET: &str = "sesame-7d1f";
/// A word of the replies here that must not be found in an error or in the log.
pub const SAID: &str = "goldfish-42";

/// Only a hang takes this long.
const DEADLINE: Duration = Duration::from_secs(120);

/// Waits for something that must come about.
pub async fn soon<T>(awaited: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, awaited)
        .await
        .expect("it came about before the deadline")
}

/// No patience with a full queue, and timeouts that end a hang well before the deadline.
pub fn options() -> Options {
    Options {
        connect_timeout: Duration::from_secs(30),
        idle_timeout: Duration::from_secs(30),
        queue_full_patience: Duration::ZERO,
        frame_limit: 64 << 20,
        ..Options::default()
    }
}

/// The provider for the app at `url`, with the log listened to.
pub fn provider(url: &str, options: Options) -> Qwen {
    log();
    Qwen::new(url, options, TaskTracker::new())
}

/// A request of one message.
pub fn ask(text: &str) -> Request {
    Request::new([Message::user(text)])
}

/// All that a reply told.
#[derive(Debug, Default)]
pub struct ReceivedReply {
    pub events: Vec<ReplyEvent>,
    /// The text as a reader of the events has it.
    pub shown: String,
    pub tail: String,
    pub error: Option<ProviderError>,
}

impl ReceivedReply {
    fn take(&mut self, event: ReplyEvent) {
        match &event {
            ReplyEvent::Delta(more) => {
                assert!(!more.is_empty(), "a piece without text");
                self.shown.push_str(more);
            }
            ReplyEvent::Replace(whole) => self.shown.clone_from(whole),
            ReplyEvent::HiddenTail(tail) => self.tail.clone_from(tail),
            ReplyEvent::Done(whole) => assert_eq!(&self.shown, whole, "shown, and done"),
            _ => {}
        }
        assert!(!self.shown.contains("\n<summary>"), "the tail was shown");
        self.events.push(event);
    }

    /// The text of a reply that ended well.
    pub fn done(&self) -> &str {
        assert_eq!(self.error, None);
        match self.events.last() {
            Some(ReplyEvent::Done(text)) => text,
            other => panic!("the last event is {other:?}"),
        }
    }

    /// All that the model thought.
    pub fn thoughts(&self) -> &str {
        let mut thoughts = self.events.iter().rev();
        let last = thoughts.find_map(|event| match event {
            ReplyEvent::Reasoning(thoughts) => Some(thoughts.as_str()),
            _ => None,
        });
        last.unwrap_or_default()
    }

    /// What the last [`ReplyEvent::Usage`] told.
    pub fn usage(&self) -> Option<Usage> {
        self.events.iter().rev().find_map(|event| match event {
            ReplyEvent::Usage(usage) => Some(*usage),
            _ => None,
        })
    }

    /// Why it ended.
    pub fn finish(&self) -> Option<Finish> {
        self.events.iter().rev().find_map(|event| match event {
            ReplyEvent::Finish(finish) => Some(finish.clone()),
            _ => None,
        })
    }

    /// The model that answered, where it was another.
    pub fn other_model(&self) -> Option<&str> {
        self.events.iter().find_map(|event| match event {
            ReplyEvent::Model(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The words of all notices.
    pub fn notices(&self) -> Vec<&str> {
        let notices = self.events.iter().filter_map(|event| match event {
            ReplyEvent::Notice(notice) => Some(notice.text.as_str()),
            _ => None,
        });
        notices.collect()
    }

    /// The session that the last [`ReplyEvent::Session`] gave.
    pub fn session(&self) -> Session {
        let sessions = self.events.iter().rev();
        let mut sessions = sessions.filter_map(|event| match event {
            ReplyEvent::Session(session) => Some(session.clone()),
            _ => None,
        });
        sessions.next().expect("a session was asked for")
    }

    /// The kinds of events in order, equal ones in a row told once.
    pub fn course(&self) -> Vec<&'static str> {
        let mut kinds: Vec<_> = self.events.iter().map(kind).collect();
        kinds.dedup();
        kinds
    }
}

fn kind(event: &ReplyEvent) -> &'static str {
    match event {
        ReplyEvent::Session(_) => "session",
        ReplyEvent::Stage(stage) => stage.name(),
        ReplyEvent::Reasoning(_) => "reasoning",
        ReplyEvent::Delta(_) => "delta",
        ReplyEvent::Replace(_) => "replace",
        ReplyEvent::HiddenTail(_) => "hidden tail",
        ReplyEvent::Notice(_) => "notice",
        ReplyEvent::Progress(_) => "progress",
        ReplyEvent::Model(_) => "model",
        ReplyEvent::Usage(_) => "usage",
        ReplyEvent::Finish(_) => "finish",
        ReplyEvent::Done(_) => "done",
    }
}

/// Hears a reply to its end.
pub async fn receive(mut reply: Reply) -> ReceivedReply {
    let mut told = ReceivedReply::default();
    while let Some(event) = soon(reply.next()).await {
        assert_eq!(told.error, None, "an event after the error");
        match event {
            Ok(event) => told.take(event),
            Err(error) => told.error = Some(error),
        }
    }
    told
}

/// Sends one message and hears the reply.
pub async fn reply_to(provider: &Qwen, text: &str) -> ReceivedReply {
    receive(provider.reply(ask(text))).await
}

/// Sends a message whose reply must fail, and gives the error, after looking for what no error may tell.
pub async fn failure(url: &str, options: Options) -> (ProviderError, ReceivedReply) {
    failure_of(provider(url, options).reply(ask(&format!("{SECRET} opens it")))).await
}

/// As [`failure`], for a reply that has begun.
pub async fn failure_of(reply: Reply) -> (ProviderError, ReceivedReply) {
    let told = receive(reply).await;
    let error = told.error.clone().expect("the reply must fail");
    assert!(!error.hint().is_empty(), "{error:?} has no hint");
    assert!(!error.to_string().is_empty(), "{error:?} has no words");
    discreet(&error);
    assert!(log().contains("the reply failed"), "the log is not read");
    assert!(!log().contains(SECRET), "the log tells a prompt");
    assert!(!log().contains(SAID), "the log tells a reply");
    (error, told)
}

/// An error tells nobody what was asked or answered.
pub fn discreet(error: &ProviderError) {
    let failure = error.failure();
    for text in [format!("{error:?}"), error.to_string(), failed(&failure)] {
        assert!(!text.contains(SECRET), "a prompt is told: {text}");
        assert!(!text.contains(SAID), "a reply is told: {text}");
    }
}

fn failed(failure: &impl Debug) -> String {
    format!("{failure:?}")
}

/// Everything that the library logs while these tests run, at its most talkative.
pub struct Log(Mutex<Vec<u8>>);

impl Log {
    pub fn contains(&self, words: &str) -> bool {
        let bytes = self.0.lock().expect("no test panics with the lock");
        String::from_utf8_lossy(&bytes).contains(words)
    }
}

/// The log; it is listened to from the first call on.
pub fn log() -> &'static Log {
    static LOG: OnceLock<&'static Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log: &'static Log = Box::leak(Box::new(Log(Mutex::default())));
        tracing_subscriber::fmt()
            .with_env_filter("spacechat=trace")
            .with_ansi(false)
            .with_writer(move || log)
            .init();
        log
    })
}

impl Write for &'static Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut log = self.0.lock().expect("no test panics with the lock");
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
