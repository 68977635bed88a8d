//! Opening hours, as they are written. Their meaning belongs to the crate of opening hours.

use crate::settings::read::section;

section! {
    /// `hours`: when the office is open.
    pub Hours {
        /// The name of the schedule, such as `london`.
        schedule: String,
        /// The office's time zone by its IANA name, such as `Europe/London`. There is no default: the machine's zone
        /// is never the office's.
        time_zone: String,
        /// The ordinary week.
        weekly: Weekly,
    }
}

section! {
    /// `hours.weekly`: for each day any number of ranges such as `09:00-18:00`. A day without ranges is closed.
    pub Weekly {
        /// Ranges of this day.
        monday: Vec<String>,
        /// Ranges of this day.
        tuesday: Vec<String>,
        /// Ranges of this day.
        wednesday: Vec<String>,
        /// Ranges of this day.
        thursday: Vec<String>,
        /// Ranges of this day.
        friday: Vec<String>,
        /// Ranges of this day.
        saturday: Vec<String>,
        /// Ranges of this day.
        sunday: Vec<String>,
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
