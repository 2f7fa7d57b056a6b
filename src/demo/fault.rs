//! Faults that the embedded Space has on request, for tests and for trying by hand (`--demo-fault NAME`): which there
//! are, where and when each strikes. A [`Plan`] is the trouble of a Space that has one; `bytes` and `messages` carry out
//! what is more than another answer. Compiled with the feature `faults` alone, which the released program has not.
//!
//! A fault strikes once: the first request of its kind, or the reply that this request streams. Whatever is asked next
//! is served well, also when a client asks the same again by itself. Three last longer by their nature: `refuse` for
//! five seconds, `drip` and `heartbeats` for as long as the client reads that reply.
//!
//! | name | what happens | where |
//! |---|---|---|
//! | `refuse` | connections are refused for the first five seconds | every connection |
//! | `hang` | the request is taken and never answered | `@stream` |
//! | `hang-after-headers` | the head of the answer comes, its body never begins | `@stream` |
//! | `hang-in-reply`, `…=N` | nothing more comes after N bytes of the body (4000) | `@stream` |
//! | `drip` | the body comes by one byte a second | `@stream` |
//! | `cut`, `cut=N` | the connection is closed after N bytes of the body (4000) | `@stream` |
//! | `reset`, `reset=N` | the same, as a TCP reset | `@stream` |
//! | `html` | a proxy's error page in HTML, with status 200 | `@stream` |
//! | `500`, `502`, `503`, `429` | this status, in a proxy's words | `@join` |
//! | `500-retry-after`, … `=N` | the same with `Retry-After: N` (1 second) | `@join` |
//! | `malformed-json` | a message of the stream that breaks off in its middle | reply |
//! | `truncated-utf8` | a message of the stream that lacks the last byte of a character | reply |
//! | `big-frame`, `…=N` | a message with N megabytes of text that belongs to no reply (50) | reply |
//! | `flood`, `flood=N` | N messages at once: notices, progress, heartbeats, news, empty changes (100000) | reply |
//! | `wrong-diffs` | changes that fit and are false, then changes that do not fit | reply |
//! | `other-session` | every message comes with messages of other events: texts, ends, errors | reply |
//! | `no-close` | no `close_stream`: after the reply the stream stays open | reply |
//! | `no-end` | the stream is closed in the middle of the reply as if all were well | reply |
//! | `restart-between-turns` | the Space is restarted after its first reply | reply |
//! | `restart-in-reply` | the Space is restarted in the middle of its first reply | reply |
//! | `heartbeats` | the reply begins, and nothing but heartbeats ever comes | reply |
//!
//! What strikes at a request can be sent elsewhere: `@config`, `@app-id` (asked from the second message on), `@upload`,
//! `@predict`, `@join`, `@stream`, `@cancel`; so there are `hang@config` and `cut=10@join`. What strikes in a reply does so at its fourth piece of text, so that something has come before it.

mod bytes;
mod messages;

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{HeaderValue, RETRY_AFTER};
use hyper::{Response, http};

use super::answer::{Outgoing, respond, whole};
use super::trouble::{Instead, Messages, Nothing, Place, Strike, Trouble};
use bytes::{Flaw, Flawed};
use messages::{Garbler, Garbling};

/// How long the port stays closed for `refuse`: longer than a client tries by itself.
pub(super) const CLOSED_FOR: Duration = Duration::from_secs(5);

/// Where in a body a fault strikes by default: some words into a reply.
const IN_REPLY: u64 = 4000;

/// A proxy's error page, as many Spaces have one in front.
const PAGE: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

/// A fault of the embedded Space: see the module's table. Made from its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    kind: Kind,
    place: Place,
}

/// What goes wrong, by who carries it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The port.
    Refuse,
    /// Something else answers.
    Answer(Stranger),
    /// The bytes of an answer do not arrive as they should.
    Bytes(Flaw),
    /// The messages of a stream are not what they should be.
    Messages(Garbling),
}

/// What is sent in place of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stranger {
    /// Nothing, forever.
    Silence,
    /// A page in HTML with status 200.
    Page,
    /// A status, and the seconds of its `Retry-After`.
    Status(StatusCode, Option<u64>),
}

const PLACES: [(&str, Place); 7] = [
    ("config", Place::Config),
    ("app-id", Place::AppId),
    ("upload", Place::Upload),
    ("predict", Place::Predict),
    ("join", Place::Join),
    ("stream", Place::Stream),
    ("cancel", Place::Cancel),
];

/// The names without a number or a place.
const NAMES: [&str; 27] = [
    "refuse",
    "hang",
    "hang-after-headers",
    "hang-in-reply",
    "drip",
    "cut",
    "reset",
    "html",
    "500",
    "502",
    "503",
    "429",
    "500-retry-after",
    "502-retry-after",
    "503-retry-after",
    "429-retry-after",
    "malformed-json",
    "truncated-utf8",
    "big-frame",
    "flood",
    "wrong-diffs",
    "other-session",
    "no-close",
    "no-end",
    "restart-between-turns",
    "restart-in-reply",
    "heartbeats",
];

/// No fault has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFault;

impl fmt::Display for UnknownFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "no fault has this name; the known ones are {}; some take a number or a place, as in cut=100 and hang@join",
            NAMES.join(", ")
        )
    }
}

impl std::error::Error for UnknownFault {}

impl FromStr for Fault {
    type Err = UnknownFault;

    /// Reads `NAME`, `NAME=NUMBER`, `NAME@PLACE` or `NAME=NUMBER@PLACE`.
    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let (rest, place) = match text.split_once('@') {
            Some((rest, place)) => (rest, Some(place)),
            None => (text, None),
        };
        let (name, number) = match rest.split_once('=') {
            Some((name, number)) => (name, Some(number.parse().map_err(|_| UnknownFault)?)),
            None => (rest, None),
        };
        let (kind, usual) = kind(name, number).ok_or(UnknownFault)?;
        let place = match place {
            None => usual,
            Some(_) if matches!(kind, Kind::Refuse | Kind::Messages(_)) => {
                return Err(UnknownFault);
            }
            Some(place) => {
                let found = PLACES.iter().find(|(known, _)| *known == place);
                found.ok_or(UnknownFault)?.1
            }
        };
        Ok(Self { kind, place })
    }
}

/// The fault of a name, and where it strikes by default. `None` also for a number where none can be set.
fn kind(name: &str, number: Option<u64>) -> Option<(Kind, Place)> {
    let stream = |flaw| Some((Kind::Bytes(flaw), Place::Stream));
    let at = number.unwrap_or(IN_REPLY);
    match name {
        "hang-in-reply" => return stream(Flaw::Stall(at)),
        "cut" => return stream(Flaw::Cut(at)),
        "reset" => return stream(Flaw::Reset(at)),
        _ => {}
    }
    if let Some(garbling) = Garbling::of(name, number) {
        return Some((Kind::Messages(garbling), Place::Stream));
    }
    if let Some(code) = name.strip_suffix("-retry-after") {
        return status(code, Some(number.unwrap_or(1)));
    }
    if number.is_some() {
        return None;
    }
    match name {
        "refuse" => Some((Kind::Refuse, Place::Config)),
        "hang" => Some((Kind::Answer(Stranger::Silence), Place::Stream)),
        "html" => Some((Kind::Answer(Stranger::Page), Place::Stream)),
        "hang-after-headers" => stream(Flaw::Stall(0)),
        "drip" => stream(Flaw::Drip),
        code => status(code, None),
    }
}

fn status(code: &str, retry_after: Option<u64>) -> Option<(Kind, Place)> {
    let code = match code {
        "500" => StatusCode::INTERNAL_SERVER_ERROR,
        "502" => StatusCode::BAD_GATEWAY,
        "503" => StatusCode::SERVICE_UNAVAILABLE,
        "429" => StatusCode::TOO_MANY_REQUESTS,
        _ => return None,
    };
    let stranger = Stranger::Status(code, retry_after);
    Some((Kind::Answer(stranger), Place::Join))
}

/// The fault that is to come, over all lives of the Space.
#[derive(Debug)]
pub(super) struct Plan {
    fault: Fault,
    struck: AtomicBool,
}

impl Plan {
    pub(super) fn new(fault: Fault) -> Self {
        Self {
            fault,
            struck: AtomicBool::new(false),
        }
    }

    /// The fault, where it strikes at this place and for the first time.
    fn due(&self, place: Place) -> Option<Kind> {
        let strikes = self.fault.place == place && !self.struck.swap(true, Ordering::Relaxed);
        strikes.then_some(self.fault.kind)
    }
}

impl Trouble for Plan {
    fn closed_for(&self) -> Option<Duration> {
        (self.fault.kind == Kind::Refuse).then_some(CLOSED_FOR)
    }

    fn resets(&self) -> bool {
        matches!(self.fault.kind, Kind::Bytes(Flaw::Reset(_)))
    }

    fn strike(&self, place: Place) -> Box<dyn Strike> {
        match self.due(place) {
            Some(kind) => Box::new(kind),
            None => Box::new(Nothing),
        }
    }
}

impl Strike for Kind {
    fn answer(&self) -> Option<Instead> {
        match *self {
            Self::Answer(stranger) => Some(Box::pin(stranger.answer())),
            _ => None,
        }
    }

    fn body(&self, body: Outgoing) -> Outgoing {
        match *self {
            Self::Bytes(flaw) => Outgoing::new(Flawed::new(body, flaw)),
            _ => body,
        }
    }

    fn messages(&self) -> Box<dyn Messages> {
        match *self {
            Self::Messages(garbling) => Box::new(Garbler::new(garbling)),
            _ => Box::new(Nothing),
        }
    }
}

impl Stranger {
    async fn answer(self) -> Response<Outgoing> {
        match self {
            Self::Silence => std::future::pending().await,
            Self::Page => respond(whole(StatusCode::OK, "text/html", PAGE)),
            Self::Status(code, retry_after) => {
                let words = code.canonical_reason().unwrap_or_default();
                let mut response = respond(whole(code, "text/plain; charset=utf-8", words));
                if let Some(seconds) = retry_after {
                    let seconds: http::HeaderValue = HeaderValue::from(seconds);
                    response.headers_mut().insert(RETRY_AFTER, seconds);
                }
                response
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_known_name_is_a_fault_of_its_own_and_stands_in_the_table() {
        let table = include_str!("fault.rs");
        let faults: Vec<Fault> = NAMES.iter().map(|name| name.parse().unwrap()).collect();
        for (index, fault) in faults.iter().enumerate() {
            let name = NAMES[index];
            assert!(!faults[..index].contains(fault), "{name}");
            let documented = name.strip_prefix(|c: char| c.is_ascii_digit());
            assert!(
                documented.is_some_and(|rest| rest.ends_with("retry-after"))
                    || table.contains(&format!("`{name}`")),
                "{name}"
            );
        }
    }

    #[test]
    fn a_number_or_a_place_is_taken_where_it_means_something() {
        let fault = |text: &str| text.parse::<Fault>();
        assert_ne!(fault("cut=10"), fault("cut"));
        assert_ne!(fault("hang@join"), fault("hang"));
        assert_eq!(fault("hang@stream"), fault("hang"));
        assert_eq!(fault("429-retry-after=1@join"), fault("429-retry-after"));
        for wrong in [
            "",
            "nonsense",
            "cut=ten",
            "hang=4",
            "502=1",
            "404",
            "hang@nowhere",
            "flood@join",
            "refuse@config",
            "drip=1",
            "no-close=2",
        ] {
            assert_eq!(fault(wrong), Err(UnknownFault), "{wrong}");
        }
    }

    #[test]
    fn a_fault_strikes_its_own_place_and_once() {
        let plan = Plan::new("502@predict".parse().unwrap());
        assert_eq!(plan.due(Place::Join), None);
        assert!(plan.due(Place::Predict).is_some());
        assert_eq!(plan.due(Place::Predict), None);
    }
}
