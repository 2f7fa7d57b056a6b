//! The loops: events in, [`update`] in the middle, effects out, and a frame when one is due.
//!
//! [`run_screen`] has a terminal, [`run_headless`] has none. Both drive the same model with the
//! same `Turns`, so a reply behaves the same in both. Only this module spawns tasks, and it
//! drains them before it returns.

pub mod description;
mod embedded;
mod external_editor;
mod files;
mod headless;
mod job_control;
mod lookups;
mod pacing;
mod persistence;
mod providers;
mod render_worker;
mod screen;
mod search;
mod sessions;
mod signals;
mod turns;
mod typing;

pub use embedded::Embedded;
pub use files::{decoded, looks_like_text, name_of, origin_of};
pub use headless::{HeadlessEnd, run_headless};
pub use persistence::{Storage, loaded};
pub use providers::{Lookup, Providers, SourceName};
pub use screen::{ScreenError, run_screen};

use crate::app::{Clock, Effect, Event, Model, update};
use jiff::{SignedDuration, Timestamp};
use std::time::{Duration, Instant};

/// How long a program that ends waits for its tasks: replies that are being cancelled.
const DRAIN: Duration = Duration::from_millis(2500);

/// The model's clock.
#[derive(Debug, Clone, Copy)]
pub struct Time {
    start: Instant,
}

impl Time {
    /// A clock that starts now.
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    /// The current time.
    pub fn now(self) -> Clock {
        Clock {
            wall: Timestamp::now(),
            uptime: self.start.elapsed(),
        }
    }

    /// The time at a moment, which is not later than now.
    fn at(self, moment: Instant) -> Clock {
        let now = self.now();
        let ago = SignedDuration::try_from(moment.elapsed()).unwrap_or_default();
        Clock {
            wall: now.wall.checked_sub(ago).unwrap_or(now.wall),
            uptime: moment.saturating_duration_since(self.start),
        }
    }

    /// The moment of an uptime.
    fn instant(self, uptime: Duration) -> tokio::time::Instant {
        tokio::time::Instant::from_std(self.start + uptime)
    }
}

/// Gives the model an event at its time, and returns the effects.
fn handle(model: &mut Model, time: Time, event: Event) -> Vec<Effect> {
    let mut effects = update(model, Event::Clock(time.now()));
    effects.extend(update(model, event));
    effects
}

/// Waits for a moment, or forever without one.
async fn sleep_until(instant: Option<tokio::time::Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
