//! Runs the events of a queue: joins, cancels, the work of a function, and what its stream is told of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::super::functions::{self, Progress, Reply};
use super::super::lock::lock;
use super::super::space::Space;
use super::super::wire::{self, Failure};
use super::{Call, Event, Queue};

impl Queue {
    /// Starts waiting events of a lane while there is room.
    fn advance(&mut self, space: &Arc<Space>, function: u64) {
        let concurrency = space.options.concurrency.max(1);
        let Some(mut lane) = self.lanes.remove(&function) else {
            return;
        };
        while lane.running.len() < concurrency
            && let Some(event) = lane.waiting.pop_front()
        {
            lane.running.push((Arc::clone(&event), Instant::now()));
            self.send(
                &event,
                wire::process_starts(&event.id, lane.spent.value()),
                false,
            );
            space.spawn(run(Arc::clone(space), event));
            self.tell_ranks(&lane, concurrency, 0);
        }
        self.lanes.insert(function, lane);
    }
}

/// Puts a call into its lane and gives its event id, or says why there is no room, in Gradio's words.
pub(in super::super) fn join(space: &Arc<Space>, call: Call) -> Result<String, String> {
    let mut queue = lock(&space.queue);
    let size = queue.waiting();
    if let Some(max) = space.options.max_queue.filter(|max| size >= *max) {
        return Err(format!(
            "Queue is full. Max size is {max} and size is {size}."
        ));
    }
    let (function, session) = (call.function, call.session.clone());
    let id = Uuid::new_v4().simple().to_string();
    let event = Event {
        id: id.clone(),
        call,
        alive: AtomicBool::new(true),
        cancelled: CancellationToken::new(),
    };
    queue.mailboxes.entry(session.clone()).or_default();
    queue.pending.entry(session).or_default().insert(id.clone());
    let mut lane = queue.lanes.remove(&function).unwrap_or_default();
    lane.waiting.push_back(Arc::new(event));
    queue.tell_ranks(
        &lane,
        space.options.concurrency.max(1),
        lane.waiting.len() - 1,
    );
    queue.lanes.insert(function, lane);
    queue.advance(space, function);
    Ok(id)
}

/// Ends an event: its stream gets a completed message with the output `{}`, its work is dropped where it is. An unknown or
/// ended event changes nothing.
pub(in super::super) fn cancel(space: &Arc<Space>, session: &str, event_id: &str) {
    let mut queue = lock(&space.queue);
    let mine = |event: &Event| event.id == event_id && event.call.session == session;
    let running = queue.all_running().find(|event| mine(event)).cloned();
    let mut found = running;
    for lane in queue.lanes.values_mut() {
        found = found.or_else(|| lane.waiting.iter().find(|event| mine(event)).cloned());
        lane.waiting.retain(|event| !mine(event));
    }
    if let Some(event) = found {
        queue.send(&event, wire::process_completed(&event.id, &json!({})), true);
        event.cancelled.cancel();
    }
}

/// Runs an event to its end and makes room for the next one.
async fn run(space: Arc<Space>, event: Arc<Event>) {
    let started = Instant::now();
    let done = tokio::select! {
        () = event.cancelled.cancelled() => false,
        done = perform(&space, &event) => done,
    };
    let mut queue = lock(&space.queue);
    let function = event.call.function;
    if let Some(lane) = queue.lanes.get_mut(&function) {
        lane.running.retain(|(other, _)| other.id != event.id);
        if done {
            lane.spent.add(started.elapsed());
        }
    }
    queue.advance(&space, function);
}

/// Does an event's work and tells its stream; true if it came to its proper end.
async fn perform(space: &Arc<Space>, event: &Event) -> bool {
    let generator = functions::is_generator(event.call.function);
    if event.call.function == functions::AGENT_RUN {
        return answer(space, event)
            .await
            .unwrap_or_else(|failure| tell_failure(space, event, &failure));
    }
    match functions::first_outputs(space, &event.call) {
        Ok(data) => {
            if generator {
                tell_yield(space, event, &data, Instant::now());
            }
            tell_end(space, event, &data, Instant::now());
            true
        }
        Err(failure) => tell_failure(space, event, &failure),
    }
}

/// Streams a reply: the first yield in full, then what changed, then an empty change, then the end in full.
async fn answer(space: &Arc<Space>, event: &Event) -> Result<bool, Failure> {
    let mut since = Instant::now();
    let mut reply = Reply::start(space, &event.call)?;
    tell_yield(space, event, &reply.outputs(), since);
    loop {
        if !event.alive.load(Ordering::Relaxed) {
            return Ok(false);
        }
        since = Instant::now();
        match reply.next().await? {
            Progress::Yielded(operations) => tell_yield(
                space,
                event,
                &[Value::Array(operations), json!([]), json!([])],
                since,
            ),
            Progress::Finished => break,
        }
    }
    tell_yield(space, event, &[json!([]), json!([]), json!([])], since);
    tell_end(space, event, &reply.outputs(), Instant::now());
    Ok(true)
}

fn tell_yield(space: &Space, event: &Event, data: &[Value], since: Instant) {
    let output = timed_output(space, event.call.function, data, true, since.elapsed());
    lock(&space.queue).send(event, wire::process_generating(&event.id, &output), false);
}

fn tell_end(space: &Space, event: &Event, data: &[Value], since: Instant) {
    let output = timed_output(space, event.call.function, data, false, since.elapsed());
    lock(&space.queue).send(event, wire::process_completed(&event.id, &output), true);
}

fn tell_failure(space: &Space, event: &Event, failure: &Failure) -> bool {
    lock(&space.queue).send(event, wire::process_failed(&event.id, failure), true);
    false
}

/// `output` with the time this yield took and the function's average.
pub(in super::super) fn timed_output(
    space: &Space,
    function: u64,
    data: &[Value],
    generating: bool,
    took: Duration,
) -> Value {
    let average = lock(&space.queue)
        .lanes
        .entry(function)
        .or_default()
        .yields
        .add(took);
    wire::output(data, generating, took, average)
}

/// Notes that an event's end was delivered; true if none is pending any more.
pub(in super::super) fn settled(space: &Space, session: &str, event_id: &str) -> bool {
    lock(&space.queue)
        .pending
        .get_mut(session)
        .is_none_or(|pending| {
            pending.remove(event_id);
            pending.is_empty()
        })
}

/// The reader went away: what runs for it stops at its next yield, what waits is removed, its messages are dropped. The
/// pending events stay on the list, as in Gradio.
pub(in super::super) fn forget(space: &Space, session: &str) {
    let mut queue = lock(&space.queue);
    for event in queue
        .all_running()
        .filter(|event| event.call.session == session)
    {
        event.alive.store(false, Ordering::Relaxed);
    }
    for lane in queue.lanes.values_mut() {
        lane.waiting.retain(|event| event.call.session != session);
    }
    if let Some(mailbox) = queue.mailboxes.remove(session) {
        mailbox.close();
    }
}
