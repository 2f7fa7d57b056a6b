//! Text of many scripts: typed, erased, scrolled, in another window: what is on the terminal is what would be drawn anew.

use rig::home::Home;
use rig::keys::{CTRL_C, CTRL_END, PAGE_UP};
use rig::screen::Screen;
use rig::shown::Emulator;

const CTRL_L: &str = "\x0c";

/// A word or two of each: Thai, Lao, Hindi, Tamil, Bengali, Burmese, Khmer, Malayalam, Punjabi, Sinhala, Korean, Japanese,
/// Hebrew, Arabic, flags, emoji in parts.
const TEXTS: [&str; 16] = [
    "ทำงาน น้ำ",
    "ນ້ຳ ຄຳ",
    "क्षेत्र हिन्दी",
    "தமிழ் கொடி",
    "ক্ষমা বাংলা",
    "မြန်မာ",
    "ខ្មែរ",
    "മലയാളം ക്ഷ",
    "ਪੰਜਾਬੀ",
    "ශ්‍රී ලංකා",
    "한국어",
    "ｶﾞｷﾞ 日本",
    "שָׁלוֹם",
    "مرحبا",
    "🇩🇪🇫🇷 🇯🇵",
    "👨‍👩‍👧 ❤️ 👍🏽 1️⃣",
];

/// What is seen but for the line above the message, on which remarks come and go by themselves.
fn lasting(screen: &Screen) -> Vec<String> {
    let text = screen.shown().text();
    let mut rows: Vec<String> = text.lines().map(|row| row.trim_end().to_owned()).collect();
    let message = rows.iter().position(|row| row.starts_with("╭ Message"));
    rows.remove(message.expect("there is always a field for the message") - 1);
    rows
}

/// Draws everything anew and fails unless that changes nothing.
fn assert_drawn_as_anew(screen: &mut Screen, of: &str) {
    let before = lasting(screen);
    let frames = screen.look(Emulator::frames);
    screen.press(CTRL_L);
    screen.wait_until("a frame that is drawn anew", |emulator| {
        emulator.frames() > frames
    });
    let rows = lasting(screen);
    let differing = before.iter().zip(&rows).find(|(before, now)| before != now);
    assert_eq!(differing, None, "{of}");
}

#[test]
fn no_mark_of_any_script_stays_where_it_was_erased_or_scrolled() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    for text in TEXTS {
        screen.press(&format!("\x1b[200~aaaaaaaaaaaa {text} end\x1b[201~"));
        screen.wait_for_text(" end");
        assert_drawn_as_anew(&mut screen, text);
        screen.press(CTRL_C);
        screen.wait_for_no("aaaaaaaaaaaa");
        assert_drawn_as_anew(&mut screen, text);
    }
    let all = TEXTS.join(" and ");
    screen.press(&format!("\x1b[200~repeat 30 {all} \x1b[201~"));
    screen.wait_for_text("repeat 30");
    screen.enter();
    screen.wait_for_text("● ready");
    screen.press(PAGE_UP);
    screen.wait_for_text("repeat 30");
    assert_drawn_as_anew(&mut screen, "a page up");
    screen.press(CTRL_END);
    screen.wait_for_no("repeat 30");
    assert_drawn_as_anew(&mut screen, "the end");
    screen.resize(60, 20);
    screen.wait_for("the narrow window", |shown| {
        shown
            .row_with("╭ Message")
            .is_some_and(|row| row.chars().count() == 60)
    });
    assert_drawn_as_anew(&mut screen, "another window");
    screen.quit();
}
