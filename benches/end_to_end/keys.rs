//! Keys as a terminal sends them, and the time until they are seen.

use super::table::Times;
use super::window::{Screen, Window};
use std::thread;
use std::time::Duration;

/// Sends the message.
pub const ENTER: &str = "\r";
/// Scrolls up by a page.
pub const PAGE_UP: &str = "\x1b[5~";
/// Scrolls to the end.
pub const CTRL_END: &str = "\x1b[1;5F";
/// Opens the switcher.
pub const CTRL_O: &str = "\x0f";
/// Empties the line.
pub const CTRL_U: &str = "\x15";

/// The shortest time between two keys: quicker characters are taken for a paste.
pub const SPACING: Duration = Duration::from_millis(16);
/// How many characters are typed before the line is cleared: fewer than fit in it.
const LINE: usize = 80;
/// Characters that the empty composer's own words do not hold.
const GLYPHS: [&str; 4] = ["x", "q", "z", "j"];

/// The cell in which the next character will be seen.
pub fn composer(window: &Window) -> (u16, u16) {
    window.look(Screen::cursor)
}

/// Types `count` characters into the empty composer, each when the one before it is seen and between 16 and 32 ms after
/// it, so that keys fall at every moment between two frames. A time ends with the bytes that hold the character.
pub fn echoes(window: &mut Window, count: usize) -> Times {
    let mut times = Times::default();
    let (row, start) = composer(window);
    for typed in 0..count {
        let column = typed % LINE;
        if column == 0 {
            clear(window, (row, start));
        }
        let glyph = GLYPHS[typed % GLYPHS.len()];
        let offset = u16::try_from(column).expect("a line is short");
        let place = (row, start + offset);
        times.add(window.time(glyph, move |screen| screen.cell(place) == glyph));
        // Any sequence without a pattern that a frame's 16 ms could fall in with.
        let more = Duration::from_micros(typed as u64 * 7919 % 16_000);
        thread::sleep(SPACING + more);
    }
    clear(window, (row, start));
    times
}

/// Empties the composer.
fn clear(window: &mut Window, start: (u16, u16)) {
    window.write(CTRL_U);
    window.wait_for("an empty composer", move |screen| {
        !GLYPHS.contains(&screen.cell(start)) && screen.cursor() == start
    });
    thread::sleep(SPACING * 4);
}
