//! Numbers and times as people read them.

use jiff::Timestamp;
use std::time::Duration;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A number in few characters: `950`, `12k`, `1.0M`.
pub fn count(number: usize) -> String {
    match number {
        0..1_000 => number.to_string(),
        1_000..10_000 => format!("{}.{}k", number / 1_000, number % 1_000 / 100),
        10_000..1_000_000 => format!("{}k", number / 1_000),
        _ => format!("{}.{}M", number / 1_000_000, number % 1_000_000 / 100_000),
    }
}

/// An exact number: `812`, `12,345`.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A size in bytes: `812 B`, `3.9 KB`, `3.9 MB`.
pub fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} KB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// A time of day in the local time zone: `10:42`.
pub fn clock_time(at: Timestamp) -> String {
    let local = at.to_zoned(jiff::tz::TimeZone::system());
    local.strftime("%H:%M").to_string()
}

/// How long ago a time was, in two or three characters: `2m`, `5h`, `3d`.
pub fn age(now: Timestamp, then: Timestamp) -> String {
    let minutes = (now.as_second() - then.as_second()).max(0) / 60;
    match minutes {
        0 => "now".to_owned(),
        1..60 => format!("{minutes}m"),
        60..1440 => format!("{}h", minutes / 60),
        1440..525_600 => format!("{}d", minutes / 1440),
        _ => format!("{}y", minutes / 525_600),
    }
}

/// As many of the parts between ` · ` as fit in `width` cells: the last always, of the others those
/// from the beginning.
pub fn fitting(parts: &str, width: usize) -> String {
    let parts: Vec<&str> = parts.split(" · ").collect();
    let Some((last, others)) = parts.split_last() else {
        return String::new();
    };
    let line = |count: usize| [&others[..count], &[*last]].concat().join(" · ");
    let lines = (0..=others.len()).rev().map(line);
    let mut fit = lines.filter(|line| line.width() <= width);
    fit.next().unwrap_or_else(|| fitted(last, width))
}

/// The beginning of a line, as much as fits in `width` cells.
pub fn fitted(line: &str, width: usize) -> String {
    if line.width() <= width {
        return line.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for grapheme in line.graphemes(true) {
        used += grapheme.width();
        if used + 1 > width {
            break;
        }
        out.push_str(grapheme);
    }
    if width > 0 {
        out.push('…');
    }
    out
}

/// A span: `8 s`, `2 min 05 s`.
pub fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    if seconds < 60 {
        return format!("{seconds} s");
    }
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}

/// The end of a line, as much as fits in `width` cells.
pub fn end_of(line: &str, width: usize) -> String {
    if line.width() <= width {
        return line.to_owned();
    }
    let mut start = line.len();
    let mut used = 1;
    for (at, grapheme) in line.grapheme_indices(true).rev() {
        used += grapheme.width();
        if used > width {
            break;
        }
        start = at;
    }
    format!("…{}", &line[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_does_not_fit_ends_in_a_mark() {
        assert_eq!(fitted("完了完了", 8), "完了完了");
        assert_eq!(fitted("完了完了", 6), "完了…");
        assert_eq!(fitted("abc", 0), "");
    }

    #[test]
    fn ages_are_short() {
        let then = Timestamp::UNIX_EPOCH;
        let after = |seconds: i64| age(Timestamp::from_second(seconds).unwrap(), then);
        assert_eq!(
            [0, 59, 60, 7200, 90_000].map(after),
            ["now", "now", "1m", "2h", "1d"]
        );
    }

    #[test]
    fn the_last_part_of_a_hint_outlives_those_before_it() {
        let hint = "Enter takes · Alt+X removes · Esc closes";
        assert_eq!(fitting(hint, 40), hint);
        assert_eq!(fitting(hint, 39), "Enter takes · Esc closes");
        assert_eq!(fitting(hint, 12), "Esc closes");
        assert_eq!(fitting(hint, 5), "Esc …");
    }

    #[test]
    fn numbers_are_short_and_never_rounded_up() {
        let shown: Vec<String> = [0, 999, 1_000, 9_999, 12_345, 999_999, 1_049_999]
            .map(count)
            .into();
        assert_eq!(shown, ["0", "999", "1.0k", "9.9k", "12k", "999k", "1.0M"]);
        assert_eq!(
            [812, 3_950, 3_999_999].map(size),
            ["812 B", "3.9 KB", "3.9 MB"]
        );
        assert_eq!(span(Duration::from_secs(125)), "2 min 05 s");
    }
}
