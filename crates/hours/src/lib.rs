//! Pure opening hours: is the office open at this instant, and why.
//!
//! ```
//! use std::collections::BTreeMap;
//! use switchboard_hours::Schedule;
//!
//! let weekly = BTreeMap::from([
//!     ("monday".to_owned(), vec!["9:00-12:30".to_owned(), "13:30-18:00".to_owned()]),
//!     ("friday".to_owned(), vec!["22:00-02:00".to_owned()]),
//!     ("sunday".to_owned(), vec!["closed".to_owned()]),
//! ]);
//! let schedule = Schedule::parse("Europe/London", &weekly).expect("valid settings");
//!
//! let lunch = "2026-07-06T11:45:00Z".parse().expect("an instant"); // Monday 12:45 in London
//! let state = schedule.state(lunch);
//! assert!(!state.open);
//! assert_eq!(state.reason.to_string(), "outside Monday's hours");
//! assert_eq!(schedule.summary(lunch).to_string(), "closed, opens today 13:30");
//! ```
//!
//! # Settings
//!
//! A schedule is an IANA time zone, which has no default, and for each weekday any number of entries:
//!
//! | entry | meaning |
//! | --- | --- |
//! | `09:00-18:00` | from the first minute up to the stroke of the second; `9:00` is the same as `09:00` |
//! | `22:00-02:00` | past midnight; belongs to the day it starts on |
//! | `18:00-24:00` | to the end of the day |
//! | `24h` | the whole day |
//! | `closed` | nothing, said out loud; the same as an empty list or a day left out |
//!
//! Every fault in the settings is reported at once, each with its place and what was expected there.
//!
//! # Rules
//!
//! - **The clock on the office wall decides.** An instant is open when the wall clock shows a weekday and
//!   time inside a range. Hours skipped when clocks go forward do not happen, so a range inside the gap does
//!   not open that day; hours that happen twice when clocks go back are open both times.
//! - **Closed at the stroke.** At 17:59:59 an office with `09:00-18:00` is open, at 18:00:00 closed.
//! - Ranges that touch (`09:00-13:00`, `13:00-18:00`; `24h` on two days running) are one opening:
//!   [`Schedule::next_change`] looks through the seam, and the reason names the range in force.
//!
//! # Traps
//!
//! - A weekly schedule that never opens, or never closes, has no next change: `until` is then `None`.
//! - Do not take rules from `chrono_tz` beside this crate: its data is older. [`Zone`] keeps its names and
//!   takes the rules from jiff's bundled database, so the machine's own files do not matter either.
//!
//! The crate never reads a clock, a file or the environment: whoever asks brings the instant.

mod fault;
mod moment;
mod parse;
mod schedule;
mod state;
mod wall;
mod week;
mod zone;

pub use fault::Fault;
pub use moment::{Moment, Summary};
pub use schedule::Schedule;
pub use state::{Reason, State};
pub use wall::WallTime;
pub use week::Rule;
pub use zone::{Zone, ZoneOffset};
