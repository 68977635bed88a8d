//! All scenarios, by name.

mod answered;
mod hang_ups;
mod office;
mod trouble;

use std::future::Future;
use std::pin::Pin;

use super::stage::Stage;
use super::system::Office;

type Play = for<'a, 'b> fn(&'a mut Stage<'b>) -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send + 'a>>;

/// One whole call, or a few.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) office: Office,
    pub(super) play: Play,
}

const OPEN: Office = Office { closed: false, settings: &[] };
const CLOSED: Office = Office { closed: true, settings: &[] };

macro_rules! scenarios {
    ($($name:literal, $about:literal, $office:expr, $play:path;)+) => {
        vec![$(Scenario { name: $name, about: $about, office: $office, play: |stage| Box::pin($play(stage)) }),+]
    };
}

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    scenarios! {
        "answered", "an agent answers, they talk, the caller hangs up", OPEN, answered::answered;
        "agent-hangs-up", "an agent answers and hangs up", OPEN, answered::agent_hangs_up;
        "two-agents", "two agents press Answer in the same millisecond", OPEN, answered::two_agents;
        "two-calls", "one agent answers two calls in the same millisecond", OPEN, answered::two_calls;
        "agent-on-a-phone", "an agent answers on a phone", OPEN, answered::on_a_phone;
        "agents-mailbox", "an agent's phone is answered by its mailbox", OPEN, answered::agents_mailbox;
        "unknown-callers", "an unknown and a withheld caller are answered", OPEN, answered::unknown_callers;
        "office-accepts", "nobody answers, the office rings, one accepts", OPEN, office::accepts;
        "mailbox-first", "an office phone's mailbox picks up first and a person second", OPEN, office::mailbox_first;
        "nobody", "nobody answers anything, the caller leaves a message", OPEN, office::nobody;
        "answer-as-office-rings", "an agent presses Answer as the office begins to ring", OPEN, office::answer_while_ringing;
        "closed", "the office is closed, the caller leaves a message", CLOSED, office::closed;
        "hangs-up-waiting", "the caller hangs up while waiting", OPEN, hang_ups::waiting;
        "hangs-up-claimed", "the caller hangs up after Answer, before the agent is there", OPEN, hang_ups::claimed;
        "hangs-up-connecting", "the caller hangs up while being connected", OPEN, hang_ups::connecting;
        "browser-never-connects", "an agent's browser never connects", OPEN, hang_ups::browser_never_connects;
        "tab-dies", "an agent's tab dies in the conversation", OPEN, hang_ups::tab_dies;
        "crm-down", "the customer database is down", OPEN, trouble::crm_down;
        "api-down", "the carrier's API is down, an agent answers", OPEN, trouble::api_down_answered;
        "api-down-office", "the carrier's API is down, nobody answers", OPEN, trouble::api_down_office;
        "workers-dead", "all workers are dead", OPEN, trouble::workers_dead;
        "worker-restarted", "worker-calls is killed while a call waits, and started again", OPEN, trouble::worker_restarted;
        "gateway-restarted", "the gateway is killed in the middle of a call", OPEN, trouble::gateway_restarted;
        "redis-down", "Redis does not answer when the call comes", OPEN, trouble::redis_down;
        "redis-down-at-night", "Redis does not answer when the call comes, at night", CLOSED, trouble::redis_down_at_night;
        "redis-dies-waiting", "Redis dies while the caller waits", OPEN, trouble::redis_dies_waiting;
        "news-doubled", "every webhook comes twice", OPEN, trouble::webhooks_doubled;
        "news-lost", "all of the carrier's notifications are lost", OPEN, trouble::news_lost;
        "news-late", "the carrier's notifications come late and in any order", OPEN, trouble::news_late;
    }
}
