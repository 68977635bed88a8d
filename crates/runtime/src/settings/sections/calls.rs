//! The promises about a call, as times.

use std::time::Duration;

use crate::settings::read::section;

section! {
    /// `calls`: when a call moves on by itself.
    pub Calls {
        /// From joining the queue until every phone in the office rings.
        unanswered_after: Duration,
        /// From a ring that nobody took until the next.
        office_retry_after: Duration,
        /// Rounds of office rings before voicemail.
        office_rings: u32,
        /// How long a claim waits for the agent's browser.
        claim_browser: Duration,
        /// How long a claim waits for the agent's phone, without the carrier's own queue time.
        claim_phone: Duration,
        /// From the agent's leg being ready until the carrier is asked what became of the caller.
        connect_within: Duration,
        /// From an agent's browser vanishing until the carrier is asked whether the caller is alone.
        talking_check_after: Duration,
        /// The length of one wait document: how long at most a decision goes unnoticed by a waiting line.
        wait_document: Duration,
        /// How often those who wait are told their place and the time left; `0s` is never.
        announce_every: Duration,
        /// How often live calls are compared with what the carrier knows.
        sweep_every: Duration,
        /// The longest message.
        voicemail_max: Duration,
        /// For how many days messages are kept at the carrier; 0 is for ever.
        recording_days: u32,
        /// How long an ended call stays in Redis.
        ended_ttl: Duration,
    }
}
