//! The loop without a screen: one message sent, and its reply received to the end.

use super::providers::Providers;
use super::signals::Signals;
use super::turns::{Contents, Turns};
use super::{DRAIN, Time, handle, sleep_until};
use crate::app::{Effect, Event, Model, ReplyUpdate, update};
use crate::chat::Draft;
use crate::store::{Store, StoreHandle};
use std::io;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

/// Events that may wait for the loop before their senders wait too.
const BACKLOG: usize = 64;

/// How a run without a screen ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadlessEnd {
    /// The reply is over: complete, failed or ended by the Space; the model says which.
    Done,
    /// The signal of this number ended it; what came is in the model.
    Interrupted(u8),
    /// The listener failed: its output is closed.
    Abandoned,
}

/// Sends `draft` in the model's current conversation and calls `listen` with every update of the
/// reply, before the model takes it. An error of `listen` ends the run. A second signal does not
/// wait for the server.
pub async fn run_headless(
    model: &mut Model,
    draft: Draft,
    providers: Arc<dyn Providers>,
    (storage, tracker): (Option<&Store>, TaskTracker),
    mut listen: impl FnMut(&ReplyUpdate) -> io::Result<()>,
) -> io::Result<HeadlessEnd> {
    let time = Time::new();
    let mut signals = Signals::listen()?;
    let (sender, mut events) = mpsc::channel(BACKLOG);
    let contents = Contents::default();
    if let Some(store) = storage {
        // It is set nowhere else.
        let _ = contents.set(store.reader.clone());
    }
    let storage = storage.map(|store| &store.handle);
    let mut turns = Turns::new(providers, contents, sender, tracker.clone());
    let mut end = HeadlessEnd::Done;
    let effects = handle(model, time, Event::Submit(model.current, draft));
    carry_out((&mut turns, storage), model, effects);
    while model.conversation().turn.is_some() {
        let event = tokio::select! {
            Some(event) = events.recv() => event,
            () = sleep_until(model.wake_at().map(|at| time.instant(at))) => {
                let effects = update(model, Event::Clock(time.now()));
                carry_out((&mut turns, storage), model, effects);
                continue;
            }
            signal = signals.next() => {
                let is_second = matches!(end, HeadlessEnd::Interrupted(_));
                end = HeadlessEnd::Interrupted(signal);
                cancel(&mut turns, model);
                if is_second {
                    break;
                }
                continue;
            }
        };
        if let Event::Reply(_, update) = &event
            && end != HeadlessEnd::Abandoned
            && listen(update).is_err()
        {
            end = HeadlessEnd::Abandoned;
            cancel(&mut turns, model);
        }
        let effects = handle(model, time, event);
        carry_out((&mut turns, storage), model, effects);
    }
    let rest = update(model, Event::Terminate);
    carry_out((&mut turns, storage), model, rest);
    drop(turns);
    tracker.close();
    let _ = tokio::time::timeout(DRAIN, tracker.wait()).await;
    Ok(end)
}

fn cancel(turns: &mut Turns, model: &Model) {
    if let Some(turn) = &model.conversation().turn {
        turns.cancel(turn.id);
    }
}

fn carry_out(
    (turns, storage): (&mut Turns, Option<&StoreHandle>),
    model: &mut Model,
    effects: Vec<Effect>,
) {
    for effect in effects {
        match effect {
            Effect::StartTurn(request) => turns.start(request),
            Effect::CancelTurn(turn) => turns.cancel(turn),
            Effect::Save(changes) => {
                if let Some(storage) = storage {
                    storage.send_all(changes);
                }
            }
            // What is learned of the Space here is for the screen of a later run.
            Effect::Describe {
                space,
                model: asked,
            } => {
                if let Some(described) = turns.describe(space, asked) {
                    let effects = update(model, described);
                    carry_out((turns, storage), model, effects);
                }
            }
            // There is no screen for these.
            Effect::Load { .. }
            | Effect::List
            | Effect::Search { .. }
            | Effect::Inspect(_)
            | Effect::FindLocal
            | Effect::AskGpuQuota
            | Effect::SearchSpaces { .. }
            | Effect::Login { .. }
            | Effect::Find(_)
            | Effect::WritePrompt(_)
            | Effect::CountTokens(_)
            | Effect::Discard(_)
            | Effect::Prompts
            | Effect::Presets(_)
            | Effect::Trash
            | Effect::NotifyDesktop(_)
            | Effect::Copy(_)
            | Effect::CopyCode { .. }
            | Effect::EditExternally(_)
            | Effect::Attach(_)
            | Effect::AttachAll(..)
            | Effect::CompletePath { .. }
            | Effect::CheckPaths(..)
            | Effect::CheckOrigins(_)
            | Effect::Export { .. }
            | Effect::Suspend
            | Effect::Redraw
            | Effect::CaptureMouse(_)
            | Effect::Quit => {}
        }
    }
}
