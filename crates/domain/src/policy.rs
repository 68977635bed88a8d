//! The promises, as numbers.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::QueueName;

/// The settings that decide when a call moves on by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// From joining the queue until every phone in the office rings.
    pub unanswered_after: Duration,
    /// From a ring that nobody took until the next one.
    pub office_retry_after: Duration,
    /// How many rounds of office rings before voicemail.
    pub office_rings: u32,
    /// Whether the office has any phone that could ring.
    pub office_has_phones: bool,
    /// How long a claim waits for the agent's browser.
    pub claim_browser: Duration,
    /// How long a claim waits for the agent's phone.
    pub claim_phone: Duration,
    /// From the agent's leg being ready until the carrier is asked what became of the caller.
    pub connect_within: Duration,
    /// From an agent's browser vanishing until the carrier is asked whether the caller is alone.
    pub talking_check_after: Duration,
    /// How long messages are kept at the carrier; for ever if nothing.
    pub recordings_kept: Option<Duration>,
    /// How often the menu is read before the default queue is taken.
    pub menu_attempts: u8,
    /// The queue of a caller who chooses nothing.
    pub default_queue: QueueName,
    /// Numbers whose menu is another one, as the carrier writes them.
    pub menus: BTreeMap<String, MenuPolicy>,
}

/// What becomes of callers who choose nothing in the menu of one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuPolicy {
    /// As in [`Policy`].
    pub attempts: u8,
    /// As in [`Policy`].
    pub default_queue: QueueName,
}

impl Policy {
    /// How often callers of that number hear the menu.
    pub fn menu_attempts_of(&self, dialled: &str) -> u8 {
        self.menus
            .get(dialled)
            .map_or(self.menu_attempts, |menu| menu.attempts)
    }

    /// The queue of those who chose nothing when they dialled that number.
    pub fn default_queue_of(&self, dialled: &str) -> &QueueName {
        self.menus
            .get(dialled)
            .map_or(&self.default_queue, |menu| &menu.default_queue)
    }
}

impl Default for Policy {
    /// Three minutes, a retry after one, two rounds; claims of 15 and 35 seconds.
    fn default() -> Self {
        Self {
            unanswered_after: Duration::from_mins(3),
            office_retry_after: Duration::from_mins(1),
            office_rings: 2,
            office_has_phones: true,
            claim_browser: Duration::from_secs(15),
            claim_phone: Duration::from_secs(35),
            connect_within: Duration::from_secs(10),
            talking_check_after: Duration::from_secs(2),
            recordings_kept: Some(Duration::from_hours(24 * 90)),
            menu_attempts: 2,
            default_queue: QueueName::fallback(),
            menus: BTreeMap::new(),
        }
    }
}

impl QueueName {
    /// The queue that exists without settings.
    pub fn fallback() -> Self {
        Self::named("support")
    }
}
