//! The parts that a key, a piece of a reply or a frame goes through, each by itself: server-sent events, diffs, Markdown,
//! layout, drawing, the model. `cargo bench --bench parts` takes about a minute.
//!
//! What they come to together, as a user meets it, is measured by `end_to_end`.

#[path = "end_to_end/conversations.rs"]
mod conversations;
#[path = "end_to_end/text.rs"]
mod text;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde_json::{Value, json};
use spacechat::chat::{Draft, Settings, Stage, Unsent};
use spacechat::testing::app::TurnId;
use spacechat::testing::app::{
    Clock, Defaults, Event, Input, Model, Purpose, ReplyUpdate, StoreEvent, update,
};
use spacechat::testing::gradio::Outputs;
use spacechat::testing::http::Decoder;
use spacechat::testing::markdown::{Growing, Numbering, lines, parse};
use spacechat::testing::ui::{self, Caches, Theme, ThemeName};
use std::hint::black_box;
use std::time::Duration;

/// The words of the reply that most of this works on: a long one, of about 30 KB.
const WORDS: usize = 5000;
/// The columns of the transcript in a window of 120.
const WIDTH: usize = 118;

/// The reply in the pieces in which it streams: words with the white space behind them.
fn pieces() -> Vec<String> {
    let text = text::markdown(WORDS);
    let pieces = text.split_inclusive(char::is_whitespace);
    pieces.map(str::to_owned).collect()
}

/// The operations by which Gradio appends `piece` to the newest bubble, for three outputs.
fn appended(piece: &str) -> Value {
    json!([[["append", [0, 1, 0, "text"], piece]], [], []])
}

fn wire(criterion: &mut Criterion) {
    let mut stream = String::new();
    for piece in pieces() {
        let data = appended(&piece);
        let message =
            json!({"msg": "process_generating", "event_id": "e", "output": {"data": data}});
        stream = stream + "data: " + &message.to_string() + "\n\n";
    }
    let mut group = criterion.benchmark_group("sse");
    group.throughput(Throughput::Bytes(stream.len() as u64));
    group.bench_function("frames of a whole reply", |bencher| {
        bencher.iter(|| {
            let mut frames = Vec::new();
            let mut decoder = Decoder::new(1 << 20);
            for bytes in stream.as_bytes().chunks(4096) {
                let pushed = decoder.push(bytes, &mut frames);
                pushed.expect("a frame is far smaller than the limit");
            }
            frames.len()
        });
    });
    group.finish();
    let diffs: Vec<Vec<Value>> = pieces()
        .iter()
        .filter_map(|piece| appended(piece).as_array().cloned())
        .collect();
    criterion.bench_function("delta/a whole reply appended", |bencher| {
        bencher.iter_batched(
            || diffs.clone(),
            |diffs| {
                let mut outputs = Outputs::default();
                outputs.set(vec![json!([[null, [{"text": ""}]]]), json!([]), json!(0)]);
                for diff in diffs {
                    outputs.apply(diff);
                }
                assert!(!outputs.is_out_of_step(0));
                outputs
            },
            criterion::BatchSize::LargeInput,
        );
    });
}

fn markdown(criterion: &mut Criterion) {
    let text = text::markdown(WORDS);
    let pieces = pieces();
    let theme = Theme::new(ThemeName::Dark);
    let mut group = criterion.benchmark_group("markdown");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("parse a whole reply", |bencher| {
        bencher.iter(|| parse(black_box(&text)));
    });
    group.bench_function("growing, piece by piece", |bencher| {
        bencher.iter(|| {
            let mut growing = Growing::new();
            for piece in &pieces {
                growing.push(piece);
                growing.refresh();
            }
            growing.settled().len()
        });
    });
    let blocks = parse(&text);
    group.bench_function("layout of a whole reply", |bencher| {
        bencher.iter(|| {
            let mut numbering = Numbering::from(1);
            let rows = blocks
                .iter()
                .map(|block| lines(block, WIDTH, &theme.markdown, &mut numbering).len());
            rows.sum::<usize>()
        });
    });
    group.finish();
}

/// A model with a conversation of 2,000 messages and 4 MB open, and a screen of 120×40.
struct Open {
    model: Model,
    caches: Caches,
    theme: Theme,
    terminal: Terminal<TestBackend>,
}

impl Open {
    fn new() -> Self {
        let clock = Clock {
            wall: "2026-01-02T10:42:00Z"
                .parse()
                .expect("it is a time in RFC 3339"),
            uptime: Duration::from_secs(10),
        };
        let terminal = Terminal::new(TestBackend::new(120, 40));
        let mut open = Self {
            model: Model::new(Defaults::default(), clock),
            caches: Caches::default(),
            theme: Theme::new(ThemeName::Dark),
            terminal: terminal.expect("a buffer is a terminal that cannot fail"),
        };
        open.tell(Event::Store(StoreEvent::Loaded {
            conversation: Box::new(conversations::conversation(2000, 4_000_000)),
            unsent: Unsent::default(),
            left_by: Vec::new(),
            settings: Settings::default(),
            purpose: Purpose::Show(0),
        }));
        open.draw();
        open
    }

    /// The same with a reply on its way.
    fn replying() -> Self {
        let mut open = Self::new();
        let draft = Draft {
            text: "Go".to_owned(),
            ..Draft::default()
        };
        open.tell(Event::Submit(open.model.current, draft));
        open.hear(ReplyUpdate::Stage(Stage::Streaming));
        open.hear(ReplyUpdate::Delta("heard ".to_owned()));
        let head = open.model.conversation().conversation.head();
        assert!(head.is_some_and(|head| head.text == "heard "));
        open
    }

    fn tell(&mut self, event: Event) {
        black_box(update(&mut self.model, event));
    }

    fn hear(&mut self, more: ReplyUpdate) {
        self.tell(Event::Reply(TurnId(0), more));
    }

    /// Presses a key, 40 ms after the one before it.
    fn press(&mut self, code: KeyCode) {
        let clock = self.model.clock;
        self.tell(Event::Clock(Clock {
            uptime: clock.uptime + Duration::from_millis(40),
            ..clock
        }));
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        self.tell(Event::Input(Input::Key(key)));
    }

    fn draw(&mut self) {
        let (model, theme, caches) = (&self.model, &self.theme, &mut self.caches);
        let mut regions = None;
        let drawn = self
            .terminal
            .draw(|frame| regions = Some(ui::draw(model, theme, caches, frame)));
        drawn.expect("a buffer can be drawn to");
        if let Some(regions) = regions {
            self.tell(Event::Drawn(regions));
        }
    }
}

/// Everything in the group is one frame of the long conversation.
fn draw(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("draw");
    let mut open = Open::new();
    group.bench_function("with nothing kept from before", |bencher| {
        bencher.iter(|| {
            open.caches = Caches::default();
            open.draw();
        });
    });
    group.bench_function("with nothing new", |bencher| bencher.iter(|| open.draw()));
    let mut keys = [KeyCode::PageUp, KeyCode::PageDown].into_iter().cycle();
    group.bench_function("after a page", |bencher| {
        bencher.iter(|| {
            keys.by_ref().take(1).for_each(|key| open.press(key));
            open.draw();
        });
    });
    let mut open = Open::replying();
    let mut pieces = pieces().into_iter().cycle();
    group.bench_function("after a piece of a reply", |bencher| {
        bencher.iter(|| {
            open.hear(ReplyUpdate::Delta(pieces.next().unwrap_or_default()));
            open.draw();
        });
    });
    group.finish();
}

fn model(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("update");
    let mut open = Open::new();
    group.bench_function("a character and Backspace", |bencher| {
        bencher.iter(|| {
            open.press(KeyCode::Char('x'));
            open.press(KeyCode::Backspace);
        });
    });
    let mut open = Open::replying();
    let mut pieces = pieces().into_iter().cycle();
    group.bench_function("a piece of a reply", |bencher| {
        bencher.iter(|| open.hear(ReplyUpdate::Delta(pieces.next().unwrap_or_default())));
    });
    group.finish();
}

criterion_group! {
    name = parts;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1500));
    targets = wire, markdown, draw, model
}
criterion_main!(parts);
