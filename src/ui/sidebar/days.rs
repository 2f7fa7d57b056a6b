//! The list of conversations by day: which heading each stands below, and the rows of the list
//! that are in view.

use crate::chat::Summary;
use jiff::{Timestamp, ToSpan, Zoned};
use std::fmt;

/// A part of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Kept at the head by the user.
    Pinned,
    /// Since midnight.
    Today,
    /// The day before.
    Yesterday,
    /// The five days before that.
    Week,
    /// An earlier month: the year, and the month from 1.
    Month(i16, i8),
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pinned => f.write_str("Pinned"),
            Self::Today => f.write_str("Today"),
            Self::Yesterday => f.write_str("Yesterday"),
            Self::Week => f.write_str("Last 7 days"),
            Self::Month(year, month) => {
                let months = [
                    "January",
                    "February",
                    "March",
                    "April",
                    "May",
                    "June",
                    "July",
                    "August",
                    "September",
                    "October",
                    "November",
                    "December",
                ];
                let place = usize::try_from(*month - 1).unwrap_or(0);
                let name = months.get(place).copied().unwrap_or_default();
                write!(f, "{name} {year}")
            }
        }
    }
}

/// Where the days begin, seen from now.
pub struct Days {
    now: Zoned,
    /// Midnight before now, one day earlier, six days earlier.
    begins: [Timestamp; 3],
}

impl Days {
    /// The days as they are at `now`, in its time zone.
    pub fn new(now: &Zoned) -> Self {
        // Where a day has no beginning that can be told (the end of all time), it is now.
        let begin = |days: i64| {
            let day = now.checked_sub(days.days());
            let midnight = day.and_then(|day| day.start_of_day());
            midnight.map_or(now.timestamp(), |midnight| midnight.timestamp())
        };
        Self {
            begins: [begin(0), begin(1), begin(6)],
            now: now.clone(),
        }
    }

    /// The part of the list in which a conversation stands.
    pub fn group(&self, summary: &Summary) -> Group {
        let at = summary.updated_at;
        let [today, yesterday, week] = self.begins;
        if summary.pinned {
            Group::Pinned
        } else if at >= today {
            Group::Today
        } else if at >= yesterday {
            Group::Yesterday
        } else if at >= week {
            Group::Week
        } else {
            let local = at.to_zoned(self.now.time_zone().clone());
            Group::Month(local.year(), local.month())
        }
    }
}

/// A row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row<'a, T> {
    /// The heading of a part.
    Heading(Group),
    /// A conversation.
    Conversation(&'a T),
}

/// The rows that are in view, at most `height`: the item at the mark is among them, and its heading
/// or an earlier one is the first. Only these are looked at, however long the list is.
pub fn rows<T>(
    items: &[T],
    at: usize,
    height: usize,
    group: impl Fn(&T) -> Group,
) -> Vec<Row<'_, T>> {
    let Some(mut shown) = items.get(at).map(&group) else {
        return Vec::new();
    };
    let mut first = at;
    // The mark's row and the heading above it.
    let mut used = 2;
    while let Some(above) = first.checked_sub(1) {
        let above_group = group(&items[above]);
        used += 1 + usize::from(above_group != shown);
        if used > height {
            break;
        }
        (first, shown) = (above, above_group);
    }
    let mut rows = vec![Row::Heading(shown)];
    if height < 2 {
        rows.clear();
    }
    for item in &items[first..] {
        let of_item = group(item);
        if of_item != shown {
            rows.push(Row::Heading(of_item));
            shown = of_item;
        }
        rows.push(Row::Conversation(item));
        if rows.len() >= height {
            break;
        }
    }
    rows.truncate(height);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{ConversationId, Pending};
    use jiff::SignedDuration;

    fn summary(updated_at: Timestamp, pinned: bool) -> Summary {
        Summary {
            id: ConversationId::new(),
            title: String::new(),
            preview: String::new(),
            space: String::new(),
            model: String::new(),
            created_at: updated_at,
            updated_at,
            messages: 1,
            pending: Pending::Nothing,
            state: None,
            pinned,
            trashed: false,
        }
    }

    #[test]
    fn a_day_begins_at_midnight_where_the_user_is() {
        let now: Zoned = "2026-03-02T01:30:00+09:00[Asia/Tokyo]".parse().unwrap();
        let days = Days::new(&now);
        let group = |hours: i64| {
            let then = now.timestamp() - SignedDuration::from_hours(hours);
            days.group(&summary(then, false))
        };
        assert_eq!(group(-1), Group::Today, "a clock that runs ahead");
        assert_eq!([group(0), group(1)], [Group::Today; 2]);
        assert_eq!([group(2), group(25)], [Group::Yesterday; 2]);
        assert_eq!([group(26), group(24 * 6 + 1)], [Group::Week; 2]);
        assert_eq!(group(24 * 6 + 2), Group::Month(2026, 2));
        assert_eq!(group(24 * 6 + 2).to_string(), "February 2026");
        let old = now.timestamp() - SignedDuration::from_hours(9000);
        assert_eq!(days.group(&summary(old, true)), Group::Pinned);
    }

    /// The rows as text: headings by the first letter, items by their numbers.
    fn shown(at: usize, height: usize) -> Vec<String> {
        let items: Vec<usize> = (0..8).collect();
        let group = |item: &usize| match item {
            0..2 => Group::Today,
            2..5 => Group::Yesterday,
            _ => Group::Week,
        };
        let rows = rows(&items, at, height, group);
        let text = |row: &Row<usize>| match row {
            Row::Heading(group) => group.to_string()[..1].to_owned(),
            Row::Conversation(item) => item.to_string(),
        };
        rows.iter().map(text).collect()
    }

    #[test]
    fn the_mark_is_in_view_below_a_heading_in_a_window_of_any_height() {
        assert_eq!(shown(0, 6), ["T", "0", "1", "Y", "2", "3"]);
        assert_eq!(shown(3, 6), ["T", "0", "1", "Y", "2", "3"]);
        assert_eq!(shown(4, 6), ["T", "1", "Y", "2", "3", "4"]);
        assert_eq!(shown(7, 6), ["Y", "4", "L", "5", "6", "7"]);
        assert_eq!(shown(7, 2), ["L", "7"]);
        assert_eq!(shown(7, 1), ["7"]);
        for (at, height) in (0..8).flat_map(|at| (1..14).map(move |height| (at, height))) {
            let rows = shown(at, height);
            assert!(rows.len() <= height, "{at} in {height}: {rows:?}");
            assert!(rows.contains(&at.to_string()), "{at} in {height}: {rows:?}");
        }
    }
}
