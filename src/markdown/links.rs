//! The addresses of links, each with a number that travels through layout as the underline's
//! colour, which nothing else here uses.
//!
//! Layout marks the text of a link; the terminal looks the address up again and makes a hyperlink
//! (OSC 8) of the cells. So a cell changes when its link changes, and no frame can show an old
//! link.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ratatui::style::Color;
use url::Url;

/// The longest address that terminals follow, in bytes.
const LONGEST: usize = 2083;

/// The addresses that were shown. Clones are the same table.
#[derive(Clone, Debug, Default)]
pub struct Links(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    /// The addresses as they are written to the terminal, by number.
    addresses: Vec<Arc<str>>,
    /// The number of each target; `None` where it is no address to follow.
    numbers: HashMap<Arc<str>, Option<u32>>,
}

impl Links {
    /// The colour that stands for a link's target; `None` for one that no terminal should follow:
    /// anything but the web and mail, or too long.
    pub fn mark(&self, target: &Arc<str>) -> Option<Color> {
        let mut table = self.table();
        let number = if let Some(known) = table.numbers.get(target) {
            *known
        } else {
            let number = address(target).map(|address| {
                table.addresses.push(address.into());
                u32::try_from(table.addresses.len()).unwrap_or(u32::MAX)
            });
            let number = number.filter(|number| *number < 1 << 24);
            table.numbers.insert(Arc::clone(target), number);
            number
        };
        let [_, r, g, b] = number?.to_be_bytes();
        Some(Color::Rgb(r, g, b))
    }

    /// The address that a colour stands for: printable ASCII alone.
    pub fn address(&self, colour: Color) -> Option<Arc<str>> {
        let Color::Rgb(r, g, b) = colour else {
            return None;
        };
        let number = u32::from_be_bytes([0, r, g, b]);
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        self.table().addresses.get(index).cloned()
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // Whoever panicked with the lock left whole entries.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PartialEq for Links {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Links {}

/// A target as an address for the terminal, escaped as addresses are.
fn address(target: &str) -> Option<String> {
    let url = Url::parse(target).ok()?;
    let is_followed = matches!(url.scheme(), "http" | "https" | "mailto");
    let address = String::from(url);
    let is_plain = address.bytes().all(|byte| byte.is_ascii_graphic());
    (is_followed && is_plain && address.len() <= LONGEST).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_found_again_by_its_colour() {
        let links = Links::default();
        let targets = ["https://a.example/x y?ü", "mailto:a@b.example", "https://b"];
        let colours = targets.map(|target| links.mark(&target.into()).unwrap());
        assert_eq!(links.mark(&"https://b".into()), Some(colours[2]));
        let shown = colours.map(|colour| links.address(colour).unwrap());
        let expected = [
            "https://a.example/x%20y?%C3%BC",
            "mailto:a@b.example",
            "https://b/",
        ];
        assert_eq!(shown.each_ref().map(|address| &**address), expected);
        assert_eq!(links.address(Color::Rgb(0, 0, 0)), None);
        assert_eq!(links.address(Color::Red), None);
    }

    #[test]
    fn what_is_no_address_of_the_web_is_not_followed() {
        let links = Links::default();
        let long = format!("https://a.example/{}", "x".repeat(3000));
        for target in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "ssh://a@b.example",
            "relative/path",
            "",
            &long,
        ] {
            assert_eq!(links.mark(&target.into()), None, "{target}");
        }
    }

    #[test]
    fn no_address_can_end_the_sequence_that_carries_it() {
        let links = Links::default();
        let hostile = "https://a.example/\u{1b}\\\u{7}\u{9c}\u{202e}\n;x";
        let colour = links.mark(&hostile.into()).unwrap();
        let address = links.address(colour).unwrap();
        assert!(
            address.bytes().all(|byte| byte.is_ascii_graphic()),
            "{address}"
        );
    }
}
