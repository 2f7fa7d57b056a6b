use super::*;
use crate::app::effect::TurnId;
use crate::app::{Certainty, Clock, Defaults, Event, Input, ReplyUpdate, StoreEvent, update};
use crate::chat::ProviderNames;
use crate::chat::{Attachment, ConversationId, Draft, Failure, Pending, Stage, Summary, Unsent};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::sync::Arc;
use std::time::Duration;

mod caret;
mod completion;
mod extremes;
mod outcomes;
mod page;
mod popups;
mod screenshot;
mod scrolling;
mod source_picker;
mod status_line;
mod switcher;

/// A screen of a size, and a model behind it.
struct Screen {
    model: Model,
    caches: Caches,
    worker: RenderWorker,
    theme: Theme,
    terminal: Terminal<TestBackend>,
}

impl Screen {
    fn new(width: u16, height: u16) -> Self {
        let names = ProviderNames {
            space: "Qwen/Qwen2.5-1M-Demo".to_owned(),
            model: "qwen-2.5-1m-demo".to_owned(),
            speaker: "Qwen 2.5 1M".to_owned(),
            window: Some(1_000_000),
            price: None,
        };
        let clock = Clock {
            wall: "2026-01-02T10:42:00Z".parse().unwrap(),
            uptime: Duration::from_secs(10),
        };
        let defaults = Defaults {
            file_form: crate::chat::FileForm::default(),
            space: "Qwen/Qwen2.5-1M-Demo".to_owned(),
            ..Defaults::default()
        };
        let mut screen = Self {
            model: Model::new(defaults, clock),
            caches: Caches::default(),
            worker: RenderWorker::default(),
            theme: Theme::new(ThemeName::Dark),
            terminal: Terminal::new(TestBackend::new(width, height)).unwrap(),
        };
        screen.tell(described(names));
        screen
    }

    fn tell(&mut self, event: Event) -> &mut Self {
        update(&mut self.model, event);
        self
    }

    fn press(&mut self, code: KeyCode, modifiers: KeyModifiers) -> &mut Self {
        self.tell(Event::Input(Input::Key(KeyEvent::new(code, modifiers))));
        let clock = self.model.clock;
        self.tell(Event::Clock(Clock {
            uptime: clock.uptime + Duration::from_millis(40),
            ..clock
        }))
    }

    fn says(&mut self, text: &str) -> &mut Self {
        let draft = Draft {
            text: text.to_owned(),
            attachments: Vec::new(),
        };
        self.tell(Event::Submit(self.model.current, draft))
    }

    fn hears(&mut self, turn: u64, update: ReplyUpdate) -> &mut Self {
        self.tell(Event::Reply(TurnId(turn), update))
    }

    fn draw(&mut self) -> &mut Self {
        loop {
            let mut regions = None;
            let (model, theme, caches) = (&self.model, &self.theme, &mut self.caches);
            self.terminal
                .draw(|frame| regions = Some(draw(model, theme, caches, frame)))
                .unwrap();
            self.tell(Event::Drawn(regions.unwrap()));
            // What takes long is shown when it is there.
            let wanted = self.caches.take_wanted();
            if wanted.is_empty() {
                return self;
            }
            for work in wanted {
                let prepared = self.worker.prepare(work, || 0);
                if let Some(made) = prepared {
                    made.put_into(&mut self.caches);
                }
            }
        }
    }

    /// The rows as text, times of day made equal in every time zone.
    fn shown(&mut self) -> String {
        self.draw();
        let buffer = self.terminal.backend().buffer();
        let width = usize::from(buffer.area.width);
        let rows = buffer.content().chunks(width).map(|row| {
            let mut text = String::new();
            let mut skip = 0;
            for cell in row {
                if skip == 0 {
                    text.push_str(cell.symbol());
                    skip = unicode_width::UnicodeWidthStr::width(cell.symbol());
                }
                skip = skip.saturating_sub(1);
            }
            text.trim_end().to_owned()
        });
        let text = rows.collect::<Vec<_>>().join("\n");
        let local = format::clock_time(self.model.clock.wall);
        text.replace(&local, "10:42")
    }
}

/// How the source of what is seen is called.
fn described(names: ProviderNames) -> Event {
    Event::Described {
        space: "Qwen/Qwen2.5-1M-Demo".to_owned(),
        model: String::new(),
        names,
        certainty: Certainty::Told,
    }
}

fn delta(text: &str) -> ReplyUpdate {
    ReplyUpdate::Delta(text.to_owned())
}

const REPLY: &str = "The borrow checker refuses because `x` is *moved*:\n\n```rust\nfn main() {\n    let y = x;\n}\n```\n\n- first\n- second 完了 🎉\n";

#[test]
fn an_empty_conversation_says_what_can_be_done() {
    for (width, height) in [(80, 24), (40, 10)] {
        insta::assert_snapshot!(
            format!("empty_{width}x{height}"),
            Screen::new(width, height).shown()
        );
    }
}

#[test]
fn a_reply_streams_in_below_its_prompt() {
    for (width, height) in [(120, 30), (80, 24), (40, 10)] {
        let mut screen = Screen::new(width, height);
        screen
            .says("Explain this error")
            .hears(0, ReplyUpdate::Stage(Stage::Streaming))
            .hears(0, delta(REPLY));
        insta::assert_snapshot!(format!("streaming_{width}x{height}"), screen.shown());
    }
}

#[test]
fn a_failure_stands_below_what_came() {
    let mut screen = Screen::new(80, 24);
    let failure = Failure {
        kind: crate::chat::FailureKind::Space,
        message: "The Space failed while it replied, and hides the reason.".to_owned(),
        hint: "What came is kept. Retry.".to_owned(),
    };
    screen
        .says("Explain")
        .hears(0, delta("some text"))
        .hears(0, ReplyUpdate::Failed(failure));
    insta::assert_snapshot!(screen.shown());
}

#[test]
fn the_shelf_the_queue_and_the_draft_stand_in_the_composer() {
    let mut screen = Screen::new(80, 24);
    screen
        .says("one")
        .hears(
            0,
            ReplyUpdate::Stage(Stage::Queued {
                position: Some(2),
                eta: Some(12.0),
            }),
        )
        .says("two");
    screen
        .tell(Event::Input(Input::Paste("x ".repeat(3000))))
        .tell(Event::Input(Input::Paste("What is it?".to_owned())));
    insta::assert_snapshot!(screen.shown());
}

#[test]
fn the_system_panel_stands_beside_or_over_the_transcript() {
    for (width, height) in [(120, 20), (60, 16)] {
        let mut screen = Screen::new(width, height);
        screen
            .says("Explain")
            .hears(0, ReplyUpdate::Done(REPLY.to_owned()));
        screen.draw().press(KeyCode::F(2), KeyModifiers::NONE);
        screen.tell(Event::Input(Input::Paste(
            "Answer briefly, in French.".to_owned(),
        )));
        insta::assert_snapshot!(format!("system_{width}x{height}"), screen.shown());
    }
}

fn summary(title: &str, hours: i64) -> Summary {
    let then: jiff::Timestamp = "2026-01-02T10:42:00Z".parse().unwrap();
    Summary {
        id: ConversationId::new(),
        title: title.to_owned(),
        preview: String::new(),
        space: String::new(),
        model: String::new(),
        created_at: then,
        updated_at: then - jiff::SignedDuration::from_hours(hours),
        messages: 2,
        pending: match hours {
            24 => Pending::Draft,
            _ => Pending::Nothing,
        },
        state: None,
        pinned: false,
        trashed: false,
    }
}

#[test]
fn the_list_and_the_switcher_show_titles_marks_and_ages() {
    let all = vec![
        summary("Rust lifetimes", 0),
        summary("Trip to Kyoto 京都 and everything around it", 24),
        summary("\u{1b}[31mThesis", 72),
    ];
    for (width, height) in [(120, 16), (40, 12)] {
        let mut screen = Screen::new(width, height);
        screen
            .says("Explain")
            .hears(0, ReplyUpdate::Done(REPLY.to_owned()));
        screen.tell(Event::Store(StoreEvent::Listed(all.clone())));
        screen
            .press(KeyCode::F(3), KeyModifiers::NONE)
            .press(KeyCode::Down, KeyModifiers::NONE);
        insta::assert_snapshot!(format!("list_{width}x{height}"), screen.shown());
        screen
            .press(KeyCode::Char('o'), KeyModifiers::CONTROL)
            .press(KeyCode::Char('t'), KeyModifiers::NONE);
        insta::assert_snapshot!(format!("switcher_{width}x{height}"), screen.shown());
    }
}

#[test]
fn code_is_copied_by_the_number_that_stands_over_it() {
    let text = "```sh\none\n```\n\n- in a list\n\n  ```\n  two\n  ```\n";
    assert_eq!(code_block(text, 1).as_deref(), Some("one"));
    assert_eq!(code_block(text, 2).as_deref(), Some("two"));
    assert_eq!((code_block(text, 0), code_block(text, 3)), (None, None));
}

#[test]
fn the_versions_of_a_message_are_counted_in_its_head() {
    let mut screen = Screen::new(60, 14);
    screen
        .says("Explain")
        .hears(0, ReplyUpdate::Done("one".to_owned()));
    screen
        .press(KeyCode::Up, KeyModifiers::ALT)
        .press(KeyCode::Char('r'), KeyModifiers::NONE)
        .press(KeyCode::Char('r'), KeyModifiers::NONE);
    screen.hears(1, ReplyUpdate::Done("two".to_owned()));
    assert!(
        screen.shown().contains("‹ 2/2 › 10:42"),
        "{}",
        screen.shown()
    );
}

#[test]
fn the_help_lists_every_key() {
    let mut screen = Screen::new(80, 60);
    screen.press(KeyCode::F(1), KeyModifiers::NONE);
    insta::assert_snapshot!(screen.shown());
}

#[test]
fn a_hidden_tail_is_told_and_opened_on_a_key() {
    let mut screen = Screen::new(80, 16);
    screen.says("one").hears(0, delta("yes")).hears(
        0,
        ReplyUpdate::HiddenTail("\n<summary>used 3</summary>".to_owned()),
    );
    screen.hears(0, ReplyUpdate::Done("yes".to_owned()));
    let folded = screen.shown();
    assert!(folded.contains("▸ 26 more characters · "), "{folded}");
    assert!(!folded.contains("used 3"));
    screen
        .press(KeyCode::Up, KeyModifiers::ALT)
        .press(KeyCode::Char('o'), KeyModifiers::NONE);
    let unfolded = screen.shown();
    assert!(unfolded.contains("<summary>used 3</summary>"), "{unfolded}");
}

#[test]
fn thoughts_are_folded_below_the_reply_and_a_mere_status_goes() {
    let mut screen = Screen::new(80, 16);
    let reasoning = |text: &str| ReplyUpdate::Reasoning(text.to_owned());
    screen
        .says("one")
        .hears(0, reasoning("Qwen is thinking..."));
    assert!(screen.shown().contains("Qwen is thinking..."));
    screen.hears(0, ReplyUpdate::Done("yes".to_owned()));
    assert!(!screen.shown().contains("thinking"));
    screen
        .says("two")
        .hears(1, reasoning("hm"))
        .hears(1, ReplyUpdate::Done("no".to_owned()));
    let folded = screen.shown();
    assert!(folded.contains("▸ thoughts of 2 characters"), "{folded}");
    screen
        .press(KeyCode::Up, KeyModifiers::ALT)
        .press(KeyCode::Char('o'), KeyModifiers::NONE);
    assert!(screen.shown().contains("  hm"), "{}", screen.shown());
}

#[test]
fn thoughts_tell_how_long_they_took() {
    let mut screen = Screen::new(80, 16);
    screen
        .says("one")
        .hears(0, ReplyUpdate::Reasoning("hm\nhm".to_owned()));
    let clock = screen.model.clock;
    screen.tell(Event::Clock(Clock {
        uptime: clock.uptime + Duration::from_secs(75),
        ..clock
    }));
    screen
        .hears(0, delta("yes"))
        .hears(0, ReplyUpdate::Done("yes".to_owned()));
    let folded = screen.shown();
    assert!(
        folded.contains("▸ thought for 1 min 15 s · 5 characters"),
        "{folded}"
    );
}

#[test]
fn a_window_of_any_size_is_drawn_without_a_panic() {
    for (width, height) in [
        (1, 1),
        (2, 1),
        (1, 9),
        (39, 10),
        (40, 9),
        (40, 10),
        (200, 3),
        (41, 11),
    ] {
        let mut screen = Screen::new(width, height);
        screen.says("Explain").hears(0, delta(REPLY));
        screen.press(KeyCode::F(2), KeyModifiers::NONE).draw();
        screen.press(KeyCode::F(1), KeyModifiers::NONE).draw();
    }
}

#[test]
fn the_cursor_stands_behind_wide_characters() {
    let mut screen = Screen::new(80, 24);
    screen
        .tell(Event::Input(Input::Paste("完了🎉".to_owned())))
        .draw();
    let cursor = screen.terminal.get_cursor_position().unwrap();
    assert_eq!((cursor.x, cursor.y), (2 + 6, 22));
}

#[test]
fn text_from_outside_brings_no_control_character_to_the_screen() {
    let hostile = "a\u{1b}]0;title\u{7}b\u{9b}31mc\u{202e}d\u{0}";
    let mut screen = Screen::new(80, 24);
    let names = ProviderNames {
        space: hostile.to_owned(),
        speaker: hostile.to_owned(),
        ..ProviderNames::default()
    };
    screen.tell(described(names));
    screen
        .says(hostile)
        .hears(0, delta(hostile))
        .hears(0, ReplyUpdate::Reasoning(hostile.to_owned()));
    let failure = Failure {
        kind: String::new().into(),
        message: hostile.to_owned(),
        hint: hostile.to_owned(),
    };
    screen.hears(0, ReplyUpdate::Failed(failure));
    screen.tell(Event::Input(Input::Paste(hostile.to_owned())));
    let shown = screen.shown();
    let control = shown
        .chars()
        .find(|&c| c != '\n' && (c.is_control() || c == '\u{202e}'));
    assert_eq!(control, None, "{shown}");
    assert!(!shown.contains("title"), "{shown}");
}

#[test]
fn attachments_of_a_message_are_shown_as_one_line_each() {
    let mut screen = Screen::new(80, 16);
    let draft = Draft {
        text: "What is it?".to_owned(),
        attachments: vec![Arc::new(Attachment::new("book.txt", "word ".repeat(1000)))],
    };
    screen.tell(Event::Submit(screen.model.current, draft));
    let shown = screen.shown();
    assert!(shown.contains("▣ book.txt · 5.0 KB"), "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_cutting_of_a_reply_ends_in_the_same_screen(
        text in "(# h\n|a b\n|\n|- x\n|1\\. y\n|```\n|> q\n|完了 |\\*\\*|\u{1b}\\[3|1m|\\|a\\|b\\|\n|\\|-\\|-\\|\n){0,24}",
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let mut whole = Screen::new(60, 40);
        whole.says("q").hears(0, ReplyUpdate::Done(text.clone()));
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).filter(|&at| text.is_char_boundary(at)).collect();
        at.extend([0, text.len()]);
        at.sort_unstable();
        let mut pieces = Screen::new(60, 40);
        pieces.says("q");
        for pair in at.windows(2) {
            pieces.hears(0, delta(&text[pair[0]..pair[1]])).draw();
        }
        pieces.hears(0, ReplyUpdate::Done(text));
        prop_assert_eq!(pieces.shown(), whole.shown());
    }
}
