//! Opening hours, as they are written. Their meaning belongs to the crate of opening hours.

use std::{collections::BTreeMap, time::Duration};

use switchboard_domain::PhoneNumber;

use crate::settings::{feed_source::FeedSource, read::section};

section! {
    /// `hours`: when the office is open. It counts for every number and queue that no other schedule names.
    pub Hours {
        /// The name of the schedule, such as `london`.
        schedule: String,
        /// The office's time zone by its IANA name, such as `Europe/London`. There is no default: the machine's zone
        /// is never the office's.
        time_zone: String,
        /// Whose public holidays close: a country such as `GB`, or a region such as `GB-ENG`.
        region: Option<String>,
        /// Which days of a holiday close: `both`, `original`, `substitute` or `none`.
        holidays: String = "both",
        /// Names of public holidays on which work goes on.
        work_on: Vec<String> = "",
        /// Whether the minute that begins with the closing stroke is `open` or `closed`.
        closing_minute: String = "closed",
        /// Calendars (iCalendar) whose whole-day events close, by a name for each: files, or addresses.
        feeds: BTreeMap<String, FeedSource>,
        /// The ordinary week.
        weekly: Weekly,
        /// Days of the company's own.
        days: Vec<CompanyDay> = "",
    }
}

section! {
    /// `schedules.NAME`: other hours for some numbers or queues.
    pub OtherHours {
        /// Numbers of `office.numbers` that keep these hours.
        numbers: Vec<PhoneNumber> = "",
        /// Queues that keep these hours: who chooses one while it is closed may leave a message.
        queues: Vec<String> = "",
        /// As in `hours`.
        time_zone: String,
        /// As in `hours`.
        region: Option<String>,
        /// As in `hours`.
        holidays: String = "both",
        /// As in `hours`.
        work_on: Vec<String> = "",
        /// As in `hours`.
        closing_minute: String = "closed",
        /// As in `hours`.
        feeds: BTreeMap<String, FeedSource>,
        /// As in `hours`.
        weekly: Weekly,
        /// As in `hours`.
        days: Vec<CompanyDay> = "",
    }
}

section! {
    /// `feeds`: how calendars are kept up to date.
    pub Feeds {
        /// How often each is looked at.
        refresh_every: Duration,
        /// How long its server may take, the whole of it.
        timeout: Duration,
        /// How long a copy counts without a warning when nothing newer can be had. It counts after that, too.
        stale_after: Duration,
    }
}

section! {
    /// A day of the company's own: closed, or open at other hours.
    pub CompanyDay {
        /// `2026-12-24`, or `12-24` for every year.
        date: String,
        /// The last day, for a stretch of several.
        until: Option<String>,
        /// What callers hear: "We are closed today for ...".
        name: String,
        /// Ranges as in the week. None: closed.
        hours: Vec<String> = "",
    }
}

section! {
    /// `hours.weekly`: for each day any number of ranges such as `09:00-18:00`. A day without ranges is closed.
    pub Weekly {
        /// Ranges of this day.
        monday: Vec<String> = "",
        /// Ranges of this day.
        tuesday: Vec<String> = "",
        /// Ranges of this day.
        wednesday: Vec<String> = "",
        /// Ranges of this day.
        thursday: Vec<String> = "",
        /// Ranges of this day.
        friday: Vec<String> = "",
        /// Ranges of this day.
        saturday: Vec<String> = "",
        /// Ranges of this day.
        sunday: Vec<String> = "",
    }
}

impl Weekly {
    /// The ranges of each day, Monday first, with the day's name in lower case.
    pub fn days(&self) -> [(&'static str, &[String]); 7] {
        let Self {
            monday,
            tuesday,
            wednesday,
            thursday,
            friday,
            saturday,
            sunday,
        } = self;
        [
            ("monday", monday),
            ("tuesday", tuesday),
            ("wednesday", wednesday),
            ("thursday", thursday),
            ("friday", friday),
            ("saturday", saturday),
            ("sunday", sunday),
        ]
    }
}
