//! Misbehaviour on demand: of the REST API, of webhooks, of the CRM.

use serde::{Deserialize, Serialize};

/// What goes wrong at the moment. The default is: nothing. Delays are real time unless said otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Every REST request waits this many real milliseconds before it is looked at.
    pub api_delay_ms: u64,
    /// REST requests are refused with this HTTP status, unexecuted.
    pub api_fail_status: Option<u16>,
    /// How many requests `api_fail_status` still hits; absent means all of them.
    pub api_fail_times: Option<u32>,
    /// REST connections are closed without an answer, unexecuted.
    pub api_down: bool,
    /// So many of the next REST writes are executed and then closed without an answer.
    pub api_answers_lost: u32,
    /// Lists of calls tell what was so this many *virtual* milliseconds ago.
    pub lists_late_ms: i64,
    /// Pages of lists of calls hold at most so many; 0 means as many as were asked for.
    pub lists_page_items: u16,
    /// Percentage of those pages, but for the first, before which one call slips to the page that was read already
    /// (0 to 100).
    pub lists_shifted_percent: u8,
    /// Percentage of the calls in lists that cannot be read (0 to 100); others every minute of virtual time.
    pub lists_unreadable_percent: u8,
    /// Every webhook is sent twice at the same moment; the answer of the first one counts.
    pub webhooks_doubled: bool,
    /// Percentage of notifications that are never sent (0 to 100). Requests for `TwiML` are not notifications.
    pub callbacks_lost_percent: u8,
    /// Notifications wait this many *virtual* milliseconds.
    pub callbacks_delay_ms: i64,
    /// Each notification waits a random time of up to three virtual seconds, so that they overtake each other.
    pub callbacks_shuffled: bool,
    /// A fate of its own for each notification, and for answers that callers wait for.
    pub storm: Option<Storm>,
    /// Every CRM request waits this many real milliseconds.
    pub crm_delay_ms: u64,
    /// What the CRM answers then.
    pub crm_mode: CrmMode,
}

/// What becomes of each notification, decided by its name and the seed alone: the same again in every run of the same
/// calls, whatever else happens at the same moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Storm {
    /// Decides.
    pub seed: u64,
    /// Percentage of notifications that are never sent (0 to 100).
    pub lost_percent: u8,
    /// Percentage of the others that are sent twice, the second time late.
    pub doubled_percent: u8,
    /// Percentage that are sent late, so that later ones overtake them.
    pub late_percent: u8,
    /// The longest delay, in virtual milliseconds.
    pub latest_ms: i64,
    /// Percentage of documents for callers whose answer is lost on its way here: the application has done what it does,
    /// and is asked for the fallback next.
    pub answers_lost_percent: u8,
    /// The one notification of this name is never sent; see
    /// [`Simulator::notifications`](crate::Simulator::notifications).
    pub without: Option<String>,
}

/// How the demo CRM answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CrmMode {
    /// As documented.
    #[default]
    Normal,
    /// Connections are closed without an answer.
    Down,
    /// Status 500 with an HTML page.
    Error,
    /// Status 200 with a body that is cut off in the middle of the JSON.
    Garbage,
}
