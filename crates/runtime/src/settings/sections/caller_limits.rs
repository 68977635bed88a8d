//! How many calls one number may have.

use switchboard_domain::PhoneNumber;

use crate::settings::read::section;

section! {
    /// `caller_limits`: who has more calls hears `office.limit_message` and may leave a message. 0 is no limit.
    pub CallerLimits {
        /// Calls of one number that have not ended.
        live: u32,
        /// Calls of one number within an hour.
        hourly: u32,
        /// The same for all callers together who hide their number.
        withheld_live: u32,
        /// The same.
        withheld_hourly: u32,
        /// Numbers without limits: those of companies, whose people all call from one.
        exempt: Vec<PhoneNumber>,
    }
}
