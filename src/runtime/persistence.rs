//! The store beside the loop: changes go to its writer, reads run on other threads and come back as
//! events. Nothing here makes the loop wait.

use super::search::{self, Query};
use super::turns::Contents;
use crate::app::{Event, Purpose, StoreEvent};
use crate::chat::{Change, ConversationId};
use crate::store::{Loaded, Reader, Store, StoreError, StoreHandle, StoreNotice};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// How often to check whether another window has saved something.
const LOOK: Duration = Duration::from_secs(2);
/// How long a read gives the writer to finish what was sent before it.
const SETTLING: Duration = Duration::from_millis(100);
/// How many earlier prompts are loaded.
const PROMPTS: usize = 1000;
/// How long the program waits for the disk before it exits.
const CLOSING: Duration = Duration::from_secs(2);

/// Where conversations are saved.
pub enum Storage {
    /// Nowhere.
    Off,
    /// In this directory, opened beside the first frame.
    Directory(PathBuf),
}

/// The loop's handle to the store.
pub struct Persistence {
    requests: mpsc::UnboundedSender<Request>,
    task: JoinHandle<bool>,
}

enum Request {
    Save(Vec<Change>),
    Load(ConversationId, Purpose),
    List,
    Prompts,
    Presets(u64),
    Trash,
    Search(Query),
}

impl Persistence {
    /// Starts the task that opens the store. The receiver gets the result once; earlier requests
    /// wait. Once the store is open, `contents` reads from it.
    pub fn start(
        storage: Storage,
        contents: Contents,
        events: mpsc::Sender<Event>,
    ) -> (Self, oneshot::Receiver<Result<(), StoreError>>) {
        let (requests, received) = mpsc::unbounded_channel();
        let (opened, is_open) = oneshot::channel();
        let task = tokio::spawn(run((storage, contents), received, events, opened));
        (Self { requests, task }, is_open)
    }

    /// Saves changes, all or none of them. Never waits.
    pub fn save(&self, changes: Vec<Change>) {
        self.ask(Request::Save(changes));
    }

    /// Loads a conversation.
    pub fn load(&self, id: ConversationId, purpose: Purpose) {
        self.ask(Request::Load(id, purpose));
    }

    /// Loads the list.
    pub fn list(&self) {
        self.ask(Request::List);
    }

    /// Loads earlier prompts.
    pub fn prompts(&self) {
        self.ask(Request::Prompts);
    }

    /// Loads the saved system messages, as the answer to this request.
    pub fn presets(&self, number: u64) {
        self.ask(Request::Presets(number));
    }

    /// Loads the trash.
    pub fn trash(&self) {
        self.ask(Request::Trash);
    }

    /// Searches the texts of all conversations and ends the search before.
    pub fn search(&self, query: Query) {
        self.ask(Request::Search(query));
    }

    fn ask(&self, request: Request) {
        // Without a store, requests are dropped.
        let _ = self.requests.send(request);
    }

    /// Waits until all changes are on the disk, at most two seconds. Returns false if they are not.
    pub async fn close(self) -> bool {
        drop(self.requests);
        let closed = tokio::time::timeout(CLOSING, self.task).await;
        let is_saved = matches!(closed, Ok(Ok(true)));
        if !is_saved {
            tracing::error!("the disk did not take everything, or not in time");
        }
        is_saved
    }
}

/// An open store, with what serves it.
struct Open {
    handle: StoreHandle,
    reader: Reader,
    queries: watch::Sender<Query>,
    lists: Arc<Notify>,
    events: mpsc::Sender<Event>,
}

impl Open {
    /// Starts a request; results come back as events.
    fn serve(&self, request: Request) {
        let (handle, reader) = (self.handle.clone(), self.reader.clone());
        let events = self.events.clone();
        match request {
            Request::Save(changes) => handle.send_all(changes),
            Request::Load(id, purpose) => {
                drop(tokio::spawn(load(handle, reader, events, (id, purpose))));
            }
            Request::List => self.lists.notify_one(),
            Request::Prompts => drop(tokio::spawn(prompts(reader, events))),
            Request::Presets(number) => {
                drop(tokio::spawn(presets(handle, reader, events, number)));
            }
            Request::Trash => drop(tokio::spawn(trash(handle, reader, events))),
            Request::Search(query) => drop(self.queries.send_replace(query)),
        }
    }
}

/// Opens the store, serves requests in order, and closes it. Returns whether everything was saved;
/// a store that could not be opened is reported through `opened` only.
async fn run(
    (storage, contents): (Storage, Contents),
    mut requests: mpsc::UnboundedReceiver<Request>,
    events: mpsc::Sender<Event>,
    opened: oneshot::Sender<Result<(), StoreError>>,
) -> bool {
    let Storage::Directory(directory) = storage else {
        return true;
    };
    let (notices, mut from_store) = mpsc::unbounded_channel();
    let opening = tokio::task::spawn_blocking(move || open_store(&directory, notices));
    let (store, learned) = match opening.await {
        Ok(Ok(opened)) => opened,
        Ok(Err(error)) => {
            let _ = opened.send(Err(error));
            return true;
        }
        // Only a panic ends it so; its report is out already.
        Err(_) => return false,
    };
    // It is set nowhere else.
    let _ = contents.set(store.reader.clone());
    let _ = opened.send(Ok(()));
    let _ = events.send(Event::Store(learned)).await;
    let lists = Arc::new(Notify::new());
    let open = Open {
        handle: store.handle.clone(),
        reader: store.reader.clone(),
        queries: search::start(store.reader.clone(), events.clone()),
        lists: Arc::clone(&lists),
        events: events.clone(),
    };
    let lister = tokio::spawn(list(
        store.handle.clone(),
        store.reader.clone(),
        events.clone(),
        lists,
    ));
    open.serve(Request::List);
    open.serve(Request::Presets(0));
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut version = None;
    loop {
        tokio::select! {
            request = requests.recv() => match request {
                Some(request) => open.serve(request),
                None => break,
            },
            Some(notice) = from_store.recv() => {
                let _ = events.send(Event::Store(store_event(notice))).await;
            }
            _ = looks.tick() => {
                let now = store.handle.others_version().await;
                if version.is_some() && version != now {
                    open.serve(Request::List);
                }
                version = now;
            }
        }
    }
    lister.abort();
    store.handle.close().await
}

/// Opens the store, and reads what was learned of sources: the header waits for that, so it comes before all else.
fn open_store(
    directory: &Path,
    notices: mpsc::UnboundedSender<StoreNotice>,
) -> Result<(Store, StoreEvent), StoreError> {
    let store = Store::open(directory, move |notice| {
        // The loop is gone only when the program ends.
        let _ = notices.send(notice);
    })?;
    let learned = match store.reader.learned() {
        Ok(learned) => StoreEvent::Learned(learned),
        Err(error) => trouble(&error),
    };
    Ok((store, learned))
}

/// Reads the list whenever it is asked for; requests that come together are one.
async fn list(
    handle: StoreHandle,
    reader: Reader,
    events: mpsc::Sender<Event>,
    asked: Arc<Notify>,
) {
    loop {
        asked.notified().await;
        if !is_settled(&handle).await {
            // What is there is shown now, and what is being written when it is written.
            let (handle, asked) = (handle.clone(), Arc::clone(&asked));
            tokio::spawn(async move {
                handle.flush().await;
                asked.notify_one();
            });
        }
        let reader = reader.clone();
        let listed = tokio::task::spawn_blocking(move || reader.list(usize::MAX, 0)).await;
        let event = match listed {
            Ok(Ok(summaries)) => StoreEvent::Listed(summaries),
            Ok(Err(error)) => trouble(&error),
            Err(_) => return,
        };
        if events.send(Event::Store(event)).await.is_err() {
            return;
        }
    }
}

async fn load(
    handle: StoreHandle,
    reader: Reader,
    events: mpsc::Sender<Event>,
    (id, purpose): (ConversationId, Purpose),
) {
    let is_settled = is_settled(&handle).await;
    read(&reader, &events, (id, purpose)).await;
    if !is_settled {
        // What this window wrote just before is read when it is written.
        handle.flush().await;
        read(&reader, &events, (id, Purpose::Refresh)).await;
    }
}

/// Whether what was sent before is on the disk, which it is at once unless something else holds
/// the file. A read never waits for that.
async fn is_settled(handle: &StoreHandle) -> bool {
    tokio::time::timeout(SETTLING, handle.flush()).await.is_ok()
}

async fn read(
    reader: &Reader,
    events: &mpsc::Sender<Event>,
    (id, purpose): (ConversationId, Purpose),
) {
    let reader = reader.clone();
    let read = move || {
        let found = reader.load(id)?;
        Ok::<_, StoreError>(found.map(|found| loaded(found, purpose)))
    };
    let event = match tokio::task::spawn_blocking(read).await {
        Ok(Ok(Some(loaded))) => loaded,
        Ok(Ok(None)) => StoreEvent::Trouble("This conversation no longer exists.".to_owned()),
        Ok(Err(error)) => trouble(&error),
        Err(_) => return,
    };
    let _ = events.send(Event::Store(event)).await;
}

/// Reads what the user wrote before.
async fn prompts(reader: Reader, events: mpsc::Sender<Event>) {
    let read = tokio::task::spawn_blocking(move || reader.prompts(PROMPTS)).await;
    let event = match read {
        Ok(Ok(prompts)) => StoreEvent::Prompts(prompts),
        Ok(Err(error)) => trouble(&error),
        Err(_) => return,
    };
    let _ = events.send(Event::Store(event)).await;
}

/// Reads the saved system messages, with what this window has just saved.
async fn presets(handle: StoreHandle, reader: Reader, events: mpsc::Sender<Event>, number: u64) {
    handle.flush().await;
    let read = tokio::task::spawn_blocking(move || reader.presets()).await;
    let event = match read {
        Ok(Ok(presets)) => StoreEvent::Presets(number, presets),
        Ok(Err(error)) => trouble(&error),
        Err(_) => return,
    };
    let _ = events.send(Event::Store(event)).await;
}

/// Reads the trash, with what this window has just put there.
async fn trash(handle: StoreHandle, reader: Reader, events: mpsc::Sender<Event>) {
    handle.flush().await;
    let read = tokio::task::spawn_blocking(move || reader.trash()).await;
    let event = match read {
        Ok(Ok(deleted)) => StoreEvent::Trash(deleted),
        Ok(Err(error)) => trouble(&error),
        Err(_) => return,
    };
    let _ = events.send(Event::Store(event)).await;
}

/// A conversation that was read, as an event. What the loop is to know of its texts is counted here, which takes as long as
/// reading them: tokens, and what does not show in drafts.
pub fn loaded(loaded: Loaded, purpose: Purpose) -> StoreEvent {
    StoreEvent::Loaded {
        conversation: Box::new(loaded.conversation.counted()),
        unsent: loaded.unsent.counted(),
        left_by: loaded.left_by,
        settings: loaded.settings,
        purpose,
    }
}

fn trouble(error: &StoreError) -> StoreEvent {
    StoreEvent::Trouble(format!("{error}. {}", error.hint()))
}

fn store_event(notice: StoreNotice) -> StoreEvent {
    match notice {
        // No trouble, but the screen has one line for what the store says, which stays until it was read.
        StoreNotice::Migrated { message, .. } => StoreEvent::Trouble(message),
        StoreNotice::HeadElsewhere { conversation, .. } => StoreEvent::HeadElsewhere(conversation),
        StoreNotice::Waiting { message, hint, .. } => {
            StoreEvent::Trouble(format!("Not saved yet: {message}. {hint}"))
        }
        StoreNotice::NotSaved {
            what,
            message,
            hint,
        } => StoreEvent::Trouble(format!("{what} could not be saved: {message}. {hint}")),
        StoreNotice::Recovered => StoreEvent::Recovered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{Attachment, Conversation, Draft, Message, Settings, Unsent};

    #[test]
    fn what_the_loop_is_to_know_of_texts_is_counted_where_they_are_read() {
        let mut conversation = Conversation::new("space", "", "");
        let id = conversation.append(Message::user("1111"));
        let draft = Draft {
            text: String::new(),
            attachments: vec![Arc::new(Attachment::new("notes", "a\u{200b}b"))],
        };
        let read = Loaded {
            conversation,
            unsent: Unsent {
                draft,
                ..Unsent::default()
            },
            left_by: Vec::new(),
            settings: Settings::default(),
            trashed: false,
        };
        let StoreEvent::Loaded {
            mut conversation,
            unsent,
            ..
        } = loaded(read, Purpose::Show(0))
        else {
            panic!("it is a conversation that was read");
        };
        assert_eq!(unsent.draft.attachments[0].hidden, 1);
        let tokens = |conversation: &Conversation| conversation.message(id).unwrap().tokens();
        let counted = tokens(&conversation);
        // Another text of the same length would be counted otherwise.
        conversation.change(id, |message| message.text = "aaaa".to_owned());
        assert_eq!(tokens(&conversation), counted);
    }
}
