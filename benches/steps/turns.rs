//! A model with a screen of 120×40, whose turns are timed. What the loop hands on is done between them.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use spacechat::chat::{Conversation, ConversationId, Settings, Unsent};
use spacechat::testing::app::{Clock, Defaults, Effect, Event, Input, Model, Purpose, update};
use spacechat::testing::runtime::loaded;
use spacechat::testing::store::Loaded;
use spacechat::testing::ui::{self, Caches, Job, RenderWorker, Theme, ThemeName};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The loop, with nothing behind it.
pub struct Turns {
    model: Model,
    caches: Caches,
    theme: Theme,
    terminal: Terminal<TestBackend>,
    worker: RenderWorker,
    jobs: VecDeque<Job>,
    /// How long each turn took since that was asked for last.
    times: Vec<Duration>,
}

impl Turns {
    /// A start, with this conversation open.
    pub fn new(conversation: Option<Conversation>) -> Self {
        let clock = Clock {
            wall: "2026-01-02T10:42:00Z"
                .parse()
                .expect("it is a time in RFC 3339"),
            uptime: Duration::from_secs(10),
        };
        let terminal = Terminal::new(TestBackend::new(120, 40));
        let defaults = Defaults {
            keeps: true,
            ..Defaults::default()
        };
        let mut turns = Self {
            model: Model::new(defaults, clock),
            caches: Caches::default(),
            theme: Theme::new(ThemeName::Dark),
            terminal: terminal.expect("a buffer is a terminal that cannot fail"),
            worker: RenderWorker::default(),
            jobs: VecDeque::new(),
            times: Vec::new(),
        };
        turns.turn(|_, _| Vec::new());
        if let Some(conversation) = conversation {
            turns.load(conversation);
        }
        turns.times.clear();
        turns
    }

    /// The conversation that is seen.
    pub fn current(&self) -> ConversationId {
        self.model.current
    }

    /// How long each turn took since this was asked last.
    pub fn times(&mut self) -> Vec<Duration> {
        std::mem::take(&mut self.times)
    }

    /// A conversation comes from the disk, to be shown.
    pub fn load(&mut self, conversation: Conversation) {
        let read = Loaded {
            conversation,
            unsent: Unsent::default(),
            left_by: Vec::new(),
            settings: Settings::default(),
            trashed: false,
        };
        // As it is counted where it is read.
        let event = Event::Store(loaded(read, Purpose::Show(0)));
        self.take(event);
    }

    /// Types a text, a key at a time.
    pub fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.key(KeyCode::Char(c), KeyModifiers::NONE);
        }
    }

    /// Presses a key, 40 ms after what was before.
    pub fn key(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        self.model.clock.uptime += Duration::from_millis(40);
        self.take(Event::Input(Input::Key(KeyEvent::new(code, modifiers))));
        // A key that may begin a paste is held for a moment.
        self.wait(40);
    }

    /// Time goes on.
    pub fn wait(&mut self, milliseconds: u64) {
        let clock = self.model.clock;
        self.take(Event::Clock(Clock {
            uptime: clock.uptime + Duration::from_millis(milliseconds),
            ..clock
        }));
    }

    /// Takes an event and shows the outcome, and all that comes of it.
    pub fn take(&mut self, event: Event) {
        let mut effects = self.turn(|model, _| update(model, event));
        loop {
            for effect in effects.drain(..) {
                self.carry_out(effect);
            }
            let Some(job) = self.jobs.pop_front() else {
                return;
            };
            let Some(made) = self.worker.prepare(job, || 0) else {
                continue;
            };
            effects = self.turn(|model, caches| match made.put_into(caches) {
                Some(event) => update(model, event),
                None => Vec::new(),
            });
        }
    }

    /// One turn of the loop, timed.
    fn turn(
        &mut self,
        happens: impl FnOnce(&mut Model, &mut Caches) -> Vec<Effect>,
    ) -> Vec<Effect> {
        let start = Instant::now();
        let mut effects = happens(&mut self.model, &mut self.caches);
        let (model, theme, caches) = (&self.model, &self.theme, &mut self.caches);
        let mut regions = None;
        let drawn = self
            .terminal
            .draw(|frame| regions = Some(ui::draw(model, theme, caches, frame)));
        drawn.expect("a buffer can be drawn to");
        if let Some(regions) = regions {
            effects.extend(update(&mut self.model, Event::Drawn(regions)));
        }
        let wanted = self.caches.take_wanted();
        self.times.push(start.elapsed());
        self.jobs.extend(wanted);
        effects
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Find(request) => {
                let theme = Box::new(self.theme.clone());
                self.jobs.push_back(Job::Find(request, theme));
            }
            Effect::WritePrompt(request) => self.jobs.push_back(Job::WritePrompt(request)),
            _ => {}
        }
    }
}
