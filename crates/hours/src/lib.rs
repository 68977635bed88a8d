//! Pure opening hours: is the office open at this instant, and why.
//!
//! ```
//! use std::collections::BTreeMap;
//! use switchboard_hours::{Schedule, Settings};
//!
//! let settings = Settings {
//!     time_zone: "Europe/London".to_owned(),
//!     weekly: BTreeMap::from([
//!         ("monday".to_owned(), vec!["9:00-12:30".to_owned(), "13:30-18:00".to_owned()]),
//!         ("friday".to_owned(), vec!["22:00-02:00".to_owned()]),
//!     ]),
//!     region: Some("GB-ENG".to_owned()),
//!     ..Settings::default()
//! };
//! let office = Schedule::new(&settings).expect("valid settings");
//!
//! let lunch = "2026-07-06T11:45:00Z".parse().expect("an instant"); // Monday 12:45 in London
//! assert_eq!(office.summary(lunch).to_string(), "closed, opens today 13:30");
//!
//! let december = "2026-12-28T10:00:00Z".parse().expect("an instant"); // a Monday
//! let state = office.state(december);
//! assert!(!state.open);
//! assert_eq!(state.reason.to_string(), "Boxing Day, in lieu of Saturday 2026-12-26 (GB-ENG)");
//! assert_eq!(state.hidden[0].reason.to_string(), "within Monday 09:00-12:30");
//! assert_eq!(
//!     office.summary(december).spoken(),
//!     "We are closed today for Boxing Day. We open again on Monday, 4 January, at 9 am."
//! );
//! ```
//!
//! # Settings
//!
//! [`Settings`] are text as a person writes it: an IANA time zone, which has no default, and for each weekday any
//! number of entries:
//!
//! | entry | meaning |
//! | --- | --- |
//! | `09:00-18:00` | from the first minute up to the stroke of the second; `9:00` is the same as `09:00` |
//! | `22:00-02:00` | past midnight; belongs to the day it starts on |
//! | `18:00-24:00` | to the end of the day |
//! | `24h` | the whole day |
//! | `closed` | nothing, said out loud; the same as an empty list or a day left out |
//!
//! Beside the week: a region whose public holidays close ([`places`] lists them all), days of the company's own, which
//! close or have other hours, iCalendar feeds ([`Schedule::with_feeds`]), and overrides made by hand
//! ([`Schedule::with_overrides`]). Every fault in the settings is reported at once, each with its place and what was
//! expected there.
//!
//! # Rules
//!
//! - **Override before company day before public holiday before week.** What is found first decides;
//!   [`State::hidden`] keeps the rest, so that a screen can say what an override overrides. Of two overrides the one
//!   made later counts; of two company days the one written later.
//! - **The clock on the office wall decides.** An instant is open when the wall clock shows a date and time inside
//!   a range. Hours skipped when clocks go forward do not happen, so a range inside the gap does not open that day;
//!   hours that happen twice when clocks go back are open both times. A time typed by a person that is skipped is the
//!   moment of the jump; of one that comes twice, a beginning is the first and an end the second.
//! - **Closed at the stroke.** At 17:59:59 an office with `09:00-18:00` is open, at 18:00:00 closed. With
//!   `closing_minute: "open"` it is open to 18:00:59, as the Ruby library `in_business` has it. `24:00` has no such
//!   minute: no clock shows it.
//! - **A range belongs to the day it starts on**, wholly. A holiday takes away the ranges that start on it, also their
//!   part after midnight, and leaves alone the night that began before it. An override cuts at the instant.
//! - **A holiday closes on its own day and on the day off in its stead**, unless the settings say otherwise.
//! - Ranges that touch (`09:00-13:00`, `13:00-18:00`; `24h` on two days running) are one opening:
//!   [`Schedule::next_change`] looks through the seam, and the reason names the range in force.
//!
//! # Traps
//!
//! - A whole country is not all of its regions: `GB` lacks Easter Monday, which `GB-ENG` has. [`Schedule::warnings`]
//!   says so, and also when the committed holidays are about to end.
//! - Holidays end: see [`Coverage`]. Beyond the last year there are none, and the week goes on.
//! - A schedule that never opens, or never closes, has no next change: `until` is then `None`.
//! - Do not take rules from `chrono_tz` beside this crate: its data are older. [`Zone`] keeps its names and
//!   takes the rules from jiff's bundled database, so the machine's own files do not matter either.
//!
//! The crate never reads a clock, a file or the environment: whoever asks brings the instant.

mod build;
mod calendar;
mod company;
mod fault;
mod feed;
mod holidays;
mod moment;
mod overrides;
mod parse;
mod pattern;
mod rule;
mod schedule;
mod settings;
mod special;
mod state;
mod wall;
mod warning;
mod week;
mod when;
mod words;
mod zone;

pub use calendar::{CalendarDay, Opening};
pub use company::CompanyDay;
pub use fault::Fault;
pub use feed::{Feed, FeedError, Skipped};
pub use holidays::{Coverage, Holiday, HolidayKind, Region, places};
pub use moment::{Moment, Summary};
pub use overrides::Override;
pub use rule::Rule;
pub use schedule::Schedule;
pub use settings::{DaySettings, Settings};
pub use state::{Reason, State, Verdict};
pub use wall::WallTime;
pub use warning::Warning;
pub use when::Edge;
pub use words::{Names, Wording, is_english};
pub use zone::{Zone, ZoneOffset};
