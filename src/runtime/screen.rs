//! The loop of the full screen.
//!
//! Keys come first: a frame follows at once. What a reply brings is gathered into at most one
//! frame in 16 ms. With nothing to do the loop sleeps without a timer.

mod effects;

use super::files::Files;
use super::job_control::{JobSignal, JobSignals, stop_this_process};
use super::lookups::Lookups;
use super::pacing::{Woken, pause_before, sooner};
use super::persistence::{Persistence, Storage};
use super::providers::Providers;
use super::render_worker::RenderWorker;
use super::signals::Signals;
use super::turns::{Contents, Turns};
use super::typing::{Typing, input};
use super::{DRAIN, Time, sleep_until};
use crate::app::{Clock, Effect, Event, Input, Model, update};
use crate::runtime::external_editor::Editing;
use crate::store::StoreError;
use crate::terminal::input::{Pending, Received, TerminalInput};
use crate::terminal::{Addresses, Terminal};
use crate::ui::{self, Caches, JobResult, Theme};
use crossterm::event::Event as TerminalEvent;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

/// The number of SIGINT.
const INTERRUPT: u8 = 2;
/// Events that may wait for the loop before their senders wait too.
const BACKLOG: usize = 256;

/// Why the full screen ended before the user left it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScreenError {
    /// The terminal failed, or a thread panicked.
    #[error("The full screen cannot be shown: {0}.")]
    Terminal(#[from] io::Error),
    /// The conversations could not be opened.
    #[error("{0}.")]
    Store(#[source] StoreError),
    /// Not everything was saved in time.
    #[error("The last changes could not be saved before the end.")]
    NotSaved,
}

/// Runs the full screen until the user or a signal ends it, and returns the number of that signal.
/// Replies in progress are then ended at the server, and everything is on the disk when this
/// returns, each within some seconds.
pub async fn run_screen(
    model: Model,
    (time, theme): (Time, Theme),
    providers: Arc<dyn Providers>,
    (storage, tracker): (Storage, TaskTracker),
) -> Result<Option<u8>, ScreenError> {
    let signals = (Signals::listen()?, JobSignals::listen()?);
    let (sender, events) = mpsc::channel(BACKLOG);
    let links = theme.markdown.links.clone();
    let addresses = links.map(|links| -> Addresses { Box::new(move |mark| links.address(mark)) });
    let terminal = Terminal::enter(addresses)?;
    let (render_worker, prepared) = RenderWorker::new();
    let contents = Contents::default();
    let (persistence, opened) = Persistence::start(storage, Arc::clone(&contents), sender.clone());
    let mut screen = Screen {
        terminal,
        model,
        time,
        theme,
        caches: Caches::default(),
        render_worker,
        prepared,
        files: Files::new(sender.clone(), tracker.clone(), Arc::clone(&contents)),
        lookups: Lookups::new(Arc::clone(&providers), sender.clone(), tracker.clone()),
        turns: Turns::new(providers, contents, sender, tracker.clone()),
        persistence,
        opened: Some(opened),
        typing: Typing::default(),
        editing: None,
        is_stopped: false,
        is_over: false,
        signal: None,
    };
    let result = screen.run(events, signals).await;
    if let Some(editing) = screen.editing.take()
        && let Some(edited) = editing.end().await
    {
        update(&mut screen.model, edited);
    }
    // In every case, unsaved changes of the model are saved now.
    let rest = update(&mut screen.model, Event::Terminate);
    let rest = rest
        .into_iter()
        .filter(|effect| matches!(effect, Effect::Save(_)));
    let carried_out = screen.carry_out(rest.collect());
    let Screen {
        terminal,
        signal,
        turns,
        persistence,
        files,
        lookups,
        ..
    } = screen;
    // The user has the terminal back while the last tasks end.
    drop((terminal, turns, files, lookups));
    let is_kept = persistence.close().await;
    tracker.close();
    let _ = tokio::time::timeout(DRAIN, tracker.wait()).await;
    result?;
    carried_out?;
    if is_kept {
        Ok(signal)
    } else {
        Err(ScreenError::NotSaved)
    }
}

struct Screen {
    terminal: Terminal,
    model: Model,
    time: Time,
    theme: Theme,
    caches: Caches,
    render_worker: RenderWorker,
    prepared: mpsc::UnboundedReceiver<JobResult>,
    turns: Turns,
    lookups: Lookups,
    persistence: Persistence,
    files: Files,
    /// Resolves once the store is open or has failed.
    opened: Option<oneshot::Receiver<Result<(), StoreError>>>,
    typing: Typing,
    /// The user's own editor, which has the terminal while it runs.
    editing: Option<Editing>,
    /// Whether the program was stopped, and has not been continued yet: the shell has the terminal.
    is_stopped: bool,
    is_over: bool,
    /// The signal that has asked for the end.
    signal: Option<u8>,
}

impl Screen {
    async fn run(
        &mut self,
        mut events: mpsc::Receiver<Event>,
        mut signals: (Signals, JobSignals),
    ) -> Result<(), ScreenError> {
        self.typing.start(Pending::Keep)?;
        self.draw()?;
        self.terminal.ask()?;
        let mut last_frame = Instant::now();
        // How long after the last frame the next one is due, if one is.
        let mut due: Option<Duration> = None;
        while !self.is_over {
            // While the terminal is lent, nothing is drawn.
            let frame = due.filter(|_| self.has_terminal());
            let frame = frame.map(|pause| last_frame + pause);
            let woken = self.wait(&mut events, &mut signals, frame).await?;
            due = sooner(due, woken.due());
            // What was typed comes before what else has happened since: its time is that of its reading.
            due = sooner(due, self.receive_all()?);
            self.take(woken)?;
            // Everything that has arrived belongs to the same frame.
            while let Ok(event) = events.try_recv() {
                due = sooner(due, self.receive_all()?);
                due = sooner(due, Some(pause_before(&event)));
                self.handle(event)?;
            }
            let is_due = due.is_some_and(|pause| last_frame.elapsed() >= pause);
            if is_due && self.has_terminal() {
                self.draw()?;
                last_frame = Instant::now();
                due = None;
            }
        }
        Ok(())
    }

    async fn wait(
        &mut self,
        events: &mut mpsc::Receiver<Event>,
        (signals, jobs): &mut (Signals, JobSignals),
        frame: Option<Instant>,
    ) -> Result<Woken, ScreenError> {
        let wake = self.model.wake_at().map(|uptime| self.time.instant(uptime));
        tokio::select! {
            biased;
            received = self.typing.next() => match received {
                Some(received) => {
                    self.receive(received?)?;
                    Ok(Woken::Received)
                }
                // The terminal is gone.
                None => Ok(Woken::Event(Event::Terminate)),
            },
            job = jobs.next() => Ok(Woken::Job(job)),
            signal = signals.next() => Ok(self.signalled(signal)),
            edited = edited(&mut self.editing) => Ok(Woken::Edited(edited)),
            () = sleep_until(wake) => Ok(Woken::Clock),
            () = sleep_until(frame) => Ok(Woken::Frame),
            opened = opened(&mut self.opened) => match opened {
                Err(error) => Err(ScreenError::Store(error)),
                Ok(()) => Ok(Woken::Clock),
            },
            Some(event) = events.recv() => Ok(Woken::Event(event)),
            Some(prepared) = self.prepared.recv() => Ok(Woken::JobResult(prepared)),
        }
    }

    fn signalled(&mut self, signal: u8) -> Woken {
        // Ctrl+C in the editor reaches this program too, and is meant for the editor.
        if self.editing.is_some() && signal == INTERRUPT {
            return Woken::Frame;
        }
        self.signal = Some(signal);
        Woken::Event(Event::Terminate)
    }

    fn take(&mut self, woken: Woken) -> io::Result<()> {
        match woken {
            Woken::Received | Woken::Frame => Ok(()),
            Woken::Job(job) => self.on_job_signal(job),
            Woken::Event(event) => self.handle(event),
            Woken::Edited(event) => {
                self.editing = None;
                let taken = self.terminal.take_again();
                // What the editor has not read is no message, and no answer to a question of this program.
                let taken = taken.and_then(|()| self.typing.start(Pending::Discard));
                self.handle(event)?;
                taken
            }
            Woken::JobResult(result) => match result.put_into(&mut self.caches) {
                Some(event) => self.handle(event),
                None => Ok(()),
            },
            Woken::Clock => {
                let effects = update(&mut self.model, Event::Clock(self.time.now()));
                self.carry_out(effects)
            }
        }
    }

    /// Whether the program has its terminal: nothing is drawn and no key is read where another one has it.
    fn has_terminal(&self) -> bool {
        self.editing.is_none() && !self.is_stopped
    }

    /// Takes what was read and not taken, as much as may wait; says whether a frame is due.
    fn receive_all(&mut self) -> io::Result<Option<Duration>> {
        let read = std::iter::from_fn(|| self.typing.take()).take(BACKLOG);
        let read: Vec<_> = read.collect();
        let due = (!read.is_empty()).then_some(Duration::ZERO);
        for received in read {
            self.receive(received?)?;
        }
        Ok(due)
    }

    /// Takes what was read at once.
    fn receive(&mut self, received: Vec<Received>) -> io::Result<()> {
        for Received { at, input: read } in received {
            // What stands behind the key that gives the terminal away is not for this program.
            if self.is_over || !self.has_terminal() {
                break;
            }
            let clock = self.time.at(at);
            if self.terminal.capabilities.learn(&read) {
                self.handle_at(clock, Event::Input(Input::PastesAreBracketed))?;
            }
            if let TerminalInput::Event(event) = read {
                if matches!(event, TerminalEvent::Resize(..)) {
                    self.terminal.resized();
                }
                self.handle_at(clock, Event::Input(input(event)))?;
            }
        }
        Ok(())
    }

    fn on_job_signal(&mut self, signal: JobSignal) -> io::Result<()> {
        match signal {
            JobSignal::Stop if self.has_terminal() => self.suspend(),
            // The editor was stopped too, and it is the shell that waits for this program.
            JobSignal::Stop => {
                stop_this_process();
                Ok(())
            }
            // So it goes on too, and has the terminal.
            JobSignal::Continue if self.editing.is_some() => Ok(()),
            // Also where nothing was known of the stop (SIGSTOP): the shell has set its own modes.
            JobSignal::Continue => self.resume(),
            JobSignal::Resize => {
                self.terminal.resized();
                self.handle(Event::Input(Input::Resize))
            }
        }
    }

    fn handle_at(&mut self, clock: Clock, event: Event) -> io::Result<()> {
        let mut effects = update(&mut self.model, Event::Clock(clock));
        effects.extend(update(&mut self.model, event));
        self.carry_out(effects)
    }

    fn handle(&mut self, event: Event) -> io::Result<()> {
        self.handle_at(self.time.now(), event)
    }

    fn draw(&mut self) -> io::Result<()> {
        let (model, theme, caches) = (&self.model, &self.theme, &mut self.caches);
        let mut regions = None;
        self.terminal
            .draw(|frame| regions = Some(ui::draw(model, theme, caches, frame)))?;
        if let Some(regions) = regions {
            let effects = update(&mut self.model, Event::Drawn(regions));
            self.carry_out(effects)?;
        }
        self.render_worker.want(self.caches.take_wanted());
        Ok(())
    }
}

/// Completes when the editor has ended; never without one.
async fn edited(editing: &mut Option<Editing>) -> Event {
    match editing {
        Some(editing) => editing.ended().await,
        None => std::future::pending().await,
    }
}

/// Completes once, when the store is open or could not be opened.
async fn opened(
    receiver: &mut Option<oneshot::Receiver<Result<(), StoreError>>>,
) -> Result<(), StoreError> {
    let Some(waiting) = receiver else {
        return std::future::pending().await;
    };
    let opened = waiting.await;
    *receiver = None;
    match opened {
        Ok(opened) => opened,
        // Nothing is saved, so nothing was opened.
        Err(_) => std::future::pending().await,
    }
}
