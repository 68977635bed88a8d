//! All scenarios, by name.

mod answered;
mod carrier;
mod crowd;
mod deadlines;
mod hang_ups;
mod hours;
mod instances;
mod lines;
mod lookups;
mod messages;
mod news;
mod office;
mod partings;
mod redis;
mod tokens;
mod waiting;
mod workers;

use std::future::Future;
use std::pin::Pin;

use super::stage::Stage;
use super::system::{HandsOn, Office};

type Play =
    for<'a, 'b> fn(&'a mut Stage<'b>) -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send + 'a>>;

/// One whole call, or a few.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) office: Office,
    pub(super) play: Play,
}

const OPEN: Office = Office {
    closed: false,
    settings: &[],
    hands_on: HandsOn::Nothing,
};
const CLOSED: Office = Office { closed: true, ..OPEN };
/// An open one whose services end and start.
const SERVICES: Office = Office {
    hands_on: HandsOn::Services,
    ..OPEN
};
/// A closed one whose services end and start.
const CLOSED_SERVICES: Office = Office {
    closed: true,
    ..SERVICES
};
/// A closed one that keeps messages for a day.
const FORGETFUL: Office = Office {
    settings: &["calls.recording_days=1", "calls.ended_ttl=100h"],
    ..CLOSED
};
/// An open one whose Redis goes away.
const REDIS: Office = Office {
    hands_on: HandsOn::Redis,
    ..OPEN
};
/// With a second number that speaks German, and a Redis that goes away.
const LINES_REDIS: Office = Office {
    hands_on: HandsOn::Redis,
    ..LINES
};
/// A closed one whose Redis goes away.
const CLOSED_REDIS: Office = Office {
    hands_on: HandsOn::Redis,
    ..CLOSED
};
/// An open one whose Redis loses what it had.
const DATA: Office = Office {
    hands_on: HandsOn::Data,
    ..OPEN
};

/// An open one that is opened and closed by hand.
const BY_HAND: Office = Office {
    hands_on: HandsOn::Hours,
    ..OPEN
};
/// Closed on whichever day it is played.
const DAY_OFF: Office = Office {
    settings: &[r#"hours.days=[{date="01-01",until="12-31",name="the summer party"}]"#],
    ..OPEN
};
/// An open one whose workers are asked what they measured.
const MEASURED: Office = Office {
    hands_on: HandsOn::Workers,
    ..OPEN
};
/// With a key that signs tokens for agents' browsers.
const TOKENS: Office = Office {
    settings: &[
        "twilio.api_key_sid=SK00000000000000000000000000000000",
        "twilio.api_key_secret=a-sample-of-a-secret",
    ],
    ..OPEN
};
/// Gives up on the carrier's API sooner than it answers.
const IMPATIENT: Office = Office {
    settings: &["twilio.timeout=300ms", "twilio.connect_timeout=200ms"],
    ..OPEN
};
/// Its agents come in from another region than its callers.
const TWO_REGIONS: Office = Office {
    settings: &["simulator.browser_region=ie1", "twilio.conference_region=ie1"],
    ..OPEN
};
const NO_PHONES: Office = Office {
    settings: &["office.phones=[]"],
    ..OPEN
};
/// With a second number that speaks German and has a menu of its own, and callers who are not welcome.
const LINES: Office = Office {
    settings: &[
        r#"office.numbers=["+442079460000", "+49401234560"]"#,
        r#"office.blocked=["+447700900199", "+4470*"]"#,
        HAMBURG,
    ],
    ..OPEN
};
const HAMBURG: &str = r#"lines.hamburg={numbers=["+49401234560"], name="Hafen und Gasse", language="de-DE", voice="Polly.Vicki",
    greeting="Vielen Dank für Ihren Anruf bei {office}.", closed_message="Wir haben geschlossen.",
    holiday_message="Wir haben heute wegen {holiday} geschlossen.", reopens_message="Wir sind wieder da: {opens}.",
    opens_today="heute um {time} Uhr", opens_tomorrow="morgen um {time} Uhr", opens_this_week="am {weekday} um {time} Uhr",
    opens_later="am {weekday}, dem {day}. {month}, um {time} Uhr", queue_message="Bitte bleiben Sie am Apparat.",
    hold_message="Danke, dass Sie warten.", position_message="Sie sind Nummer {position}.",
    next_message="Sie sind der Nächste.", estimate_message="Es dauert etwa {minutes} Minuten.",
    estimate_minute_message="Es dauert etwa eine Minute.",
    message_offer="Für eine Nachricht drücken Sie die {message_key}.",
    voicemail_message="Bitte sprechen Sie nach dem Ton.", recorded_message="Wir haben Ihre Nachricht.",
    not_understood_message="Das haben wir nicht verstanden.", sorry_message="Es tut uns leid.",
    goodbye_message="Auf Wiederhören.", menu={prompt="Für den Verkauf drücken Sie die 3.",
    choices=[{digit="3", label="Verkauf", queue="verkauf"}], default_queue="empfang"}}"#;
/// The same, closed until a day whose name is known.
const LINES_DAY_OFF: Office = Office {
    settings: &[
        r#"office.numbers=["+442079460000", "+49401234560"]"#,
        r#"hours.days=[{date="2026-01-01",until="2026-12-31",name="Betriebsferien"},
            {date="2027-01-01",until="2027-12-31",name="Betriebsferien"}, {date="2028-01-01",until="2028-12-31",name="Betriebsferien"},
            {date="2029-01-01",until="2029-12-31",name="Betriebsferien"}, {date="2030-01-01",until="2030-12-31",name="Betriebsferien"}]"#,
        HAMBURG,
    ],
    ..OPEN
};
/// Does not take calls of those who hide their number.
const NO_HIDING: Office = Office {
    settings: &["office.withheld=reject"],
    ..OPEN
};
/// Patient: the office does not ring while a scenario waits.
const PATIENT: Office = Office {
    settings: &["calls.unanswered_after=20m"],
    ..OPEN
};
/// The same, with many agents who answer on phones.
const ON_PHONES: Office = Office {
    settings: &["calls.unanswered_after=20m", crowd::AGENTS],
    ..OPEN
};
/// One whose phones stand on agents' desks.
const DESKS: Office = Office {
    settings: &[
        r#"office.phones=[{name="Front desk",number="+442079460011",agent="amelia"},
            {name="Workshop",number="+441632960012",agent="bashir"}, {name="Duty mobile",number="+447700900013"}]"#,
    ],
    ..OPEN
};
const TWELVE: Office = Office {
    settings: &[TWELVE_PHONES],
    ..OPEN
};
const TWELVE_PHONES: &str = r#"office.phones=[{name="1",number="+442079460101"}, {name="2",number="+442079460102"}, {name="3",number="+442079460103"},
    {name="4",number="+442079460104"}, {name="5",number="+442079460105"}, {name="6",number="+442079460106"},
    {name="7",number="+442079460107"}, {name="8",number="+442079460108"}, {name="9",number="+442079460109"},
    {name="10",number="+442079460110"}, {name="11",number="+442079460111"}, {name="12",number="+442079460112"}]"#;

macro_rules! scenarios {
    ($($name:literal, $about:literal, $office:expr, $play:path;)+) => {
        vec![$(Scenario { name: $name, about: $about, office: $office, play: |stage| Box::pin($play(stage)) }),+]
    };
}

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    scenarios! {
        "answered", "an agent answers, they talk, the caller hangs up", OPEN, answered::answered;
        "agents-elsewhere", "an agent in another region than the caller's answers", TWO_REGIONS, answered::answered;
        "agent-hangs-up", "an agent answers and hangs up", OPEN, answered::agent_hangs_up;
        "two-agents", "two agents press Answer in the same millisecond", OPEN, answered::two_agents;
        "two-calls", "one agent answers two calls in the same millisecond", OPEN, answered::two_calls;
        "one-after-the-other", "one agent answers two callers, one after the other", OPEN, answered::one_after_the_other;
        "agent-on-a-phone", "an agent answers on a phone", OPEN, answered::on_a_phone;
        "agents-mailbox", "an agent's phone is answered by its mailbox", OPEN, answered::agents_mailbox;
        "twelve-agents", "twelve agents answer on phones in the same second, of which the carrier calls one a second", ON_PHONES, crowd::twelve;
        "hangs-up-before-turn", "a caller hangs up whose agent's phone waits for its turn", ON_PHONES, crowd::hangs_up;
        "unknown-callers", "an unknown and a withheld caller are answered", OPEN, answered::unknown_callers;
        "office-accepts", "nobody answers, the office rings, one accepts", OPEN, office::accepts;
        "mailbox-first", "an office phone's mailbox picks up first and a person second", OPEN, office::mailbox_first;
        "nobody", "nobody answers anything, the caller leaves a message", OPEN, office::nobody;
        "answer-as-office-rings", "an agent presses Answer as the office begins to ring", OPEN, office::answer_while_ringing;
        "all-busy", "every office phone is busy, unreachable or refuses", OPEN, office::busy;
        "two-phones", "two office phones accept in the same millisecond", OPEN, office::both_accept;
        "twelve-phones", "more office phones than ring at once", TWELVE, office::twelve_phones;
        "busy-phone", "an office phone at which somebody talks is left out of the next ring", OPEN, office::busy_phone;
        "busy-desk", "the phone of an agent who talks in the browser is left out of the ring", DESKS, office::busy_desk;
        "no-phones", "an office without phones", NO_PHONES, office::no_phones;
        "nobody-there", "an office without phones, and no agent is there", NO_PHONES, office::nobody_there;
        "two-numbers", "a second number in another language, with its own menu", LINES, lines::another_language;
        "holiday-in-another-language", "a day off on a line in another language, and when the office opens again", LINES_DAY_OFF, lines::day_off;
        "wrong-keys", "the caller presses keys that the menu does not have", OPEN, lines::wrong_keys;
        "no-keys", "the caller presses nothing, and a person answers in the end", LINES, lines::no_keys;
        "blocked", "callers who are not welcome are refused before the call is answered", LINES, lines::blocked;
        "hidden-refused", "a hidden number where the office does not take such calls", NO_HIDING, lines::hidden;
        "other-callers", "a browser and a SIP address call, and are answered", OPEN, lines::other_callers;
        "told-the-place", "those who wait hear their place, and the time when it is known", PATIENT, waiting::told;
        "leaves-the-queue", "a waiting caller would rather leave a message", OPEN, waiting::leaves_the_queue;
        "key-at-once", "a caller presses the key in the first words that they hear in the queue", OPEN, waiting::key_at_once;
        "key-too-late", "a waiting caller presses the key when an agent has pressed Answer", OPEN, waiting::key_too_late;
        "message-heard", "agents listen to the message that a caller left", CLOSED, messages::heard;
        "message-found", "nobody is told of a message, and it is found", CLOSED_SERVICES, messages::found;
        "message-without-redis", "waiting callers would rather leave a message, and Redis is dead", LINES_REDIS, messages::left_without_redis;
        "message-of-an-unknown-call", "a message is left in a call that Redis never heard of", CLOSED_REDIS, messages::left_unknown;
        "message-deleted", "a message is deleted when it has been kept for its time", FORGETFUL, messages::deleted;
        "holiday", "a day off, which the caller hears by its name", DAY_OFF, hours::holiday;
        "overridden-open", "opened by hand on a day off: an agent answers", DAY_OFF, hours::overridden_open;
        "overridden-closed", "closed by hand: who waits is answered, who calls then leaves a message", BY_HAND, hours::overridden_closed;
        "closed", "the office is closed, the caller leaves a message", CLOSED, office::closed;
        "hangs-up-waiting", "the caller hangs up while waiting", OPEN, hang_ups::waiting;
        "hangs-up-claimed", "the caller hangs up after Answer, before the agent is there", OPEN, hang_ups::claimed;
        "hangs-up-connecting", "the caller hangs up while being connected", OPEN, hang_ups::connecting;
        "browser-never-connects", "an agent's browser never connects", OPEN, hang_ups::browser_never_connects;
        "softphone-hangs-up", "an agent hangs up on the softphone, which tells it before and after the carrier does", OPEN, hang_ups::softphone;
        "tab-dies", "an agent's tab dies in the conversation", OPEN, hang_ups::tab_dies;
        "hangs-up-in-menu", "the caller hangs up in the menu", OPEN, partings::in_the_menu;
        "hangs-up-before-tone", "the caller asks to leave a message, and hangs up before the tone", OPEN, partings::before_the_tone;
        "hangs-up-at-night", "the caller hears that the office is closed, and hangs up before the tone", CLOSED, partings::before_the_tone_at_night;
        "hangs-up-office-rings", "the caller hangs up while the office rings", OPEN, partings::office_rings;
        "hangs-up-screened", "the caller hangs up as somebody at an office phone hears which key to press", OPEN, partings::screened;
        "hangs-up-accepted", "the caller hangs up in the moment in which somebody at an office phone presses the key", OPEN, partings::accepted;
        "office-person-goes", "whoever picks up an office phone hangs up without pressing the key", OPEN, partings::office_person;
        "office-person-accepts-and-goes", "whoever picks up an office phone presses the key and hangs up at once", OPEN, partings::office_person_accepted;
        "agents-phone-goes", "an agent hangs up the phone instead of pressing the key, and then refuses the call", OPEN, partings::agents_phone;
        "agents-phone-for-nobody", "callers hang up while an agent's phone rings, and while the agent hears which key to press", OPEN, partings::agents_phone_for_nobody;
        "browsers-token", "an agent's browser connects as whoever its token says, and nobody else gets one", TOKENS, tokens::browser;
        "crm-down", "the customer database is down", OPEN, lookups::source_down;
        "crm-garbage", "the customer database answers nonsense", OPEN, lookups::source_broken;
        "crm-slow", "the customer database takes almost too long", OPEN, lookups::source_slow;
        "known-while-talking", "who it is becomes known when the caller is talking", SERVICES, lookups::known_while_talking;
        "known-after-hang-up", "who it was becomes known when the caller is gone", SERVICES, lookups::known_after_hang_up;
        "hangs-up-at-deadline", "the caller hangs up as the office is about to ring", OPEN, deadlines::hang_up_at_deadline;
        "released-in-time", "an agent gives the call back before the three minutes are over", OPEN, deadlines::released_in_time;
        "released-too-late", "an agent gives the call back after the three minutes", OPEN, deadlines::released_too_late;
        "api-down", "the carrier's API is down, an agent answers", OPEN, carrier::down_answered;
        "api-down-office", "the carrier's API is down, nobody answers", OPEN, carrier::down_office;
        "api-move-unconfirmed", "the caller is moved, and the answer of the API is lost", OPEN, carrier::move_unconfirmed;
        "api-early-move-unconfirmed", "the same, in the first words that the caller hears in the queue", OPEN, carrier::early_move_unconfirmed;
        "api-call-unconfirmed", "an agent's phone is called, and the answer of the API is lost", OPEN, carrier::call_unconfirmed;
        "api-move-refused", "the caller is moved, and the carrier says that they do not wait, while they do", OPEN, carrier::move_refused;
        "api-measured", "the request that moves the caller fails once, and both outcomes are among the metrics", MEASURED, carrier::measured;
        "api-crowded", "the carrier's API says for a while that it is asked too much", OPEN, carrier::crowded;
        "api-crowded-phone", "the same, and the agent answers on a phone", OPEN, carrier::crowded_phone;
        "api-failing", "the carrier's API fails for a while", OPEN, carrier::failing;
        "api-slow", "the carrier's API takes longer than we wait", IMPATIENT, carrier::slow;
        "workers-dead", "all workers are dead", SERVICES, workers::workers_dead;
        "claimed-workers-dead", "agents press Answer in the last second, and all workers are dead", SERVICES, workers::claimed_and_dead;
        "worker-restarted", "worker-calls is killed while a call waits, and started again", SERVICES, workers::worker_restarted;
        "one-of-two-workers", "one of two worker-calls is killed while a call waits", SERVICES, workers::one_of_two_workers;
        "worker-dies-connecting", "worker-calls is killed as it moves the caller", SERVICES, workers::worker_dies_connecting;
        "gateway-restarted", "the gateway is killed in the middle of a call", SERVICES, workers::gateway_restarted;
        "two-gateways", "two gateways, and each request is answered by the other one", SERVICES, instances::alternating;
        "begun-elsewhere", "everything after a call's first request is answered by another gateway", SERVICES, instances::begun_elsewhere;
        "redis-down", "Redis does not answer when the call comes", REDIS, redis::redis_down;
        "redis-down-at-night", "Redis does not answer when the call comes, at night", CLOSED, redis::redis_down_at_night;
        "redis-dies-waiting", "Redis dies while the caller waits", REDIS, redis::redis_dies_waiting;
        "redis-dies-entering", "Redis dies in the first words that the caller hears in the queue, and is back when they talk", REDIS, redis::redis_dies_entering;
        "redis-forgets", "Redis forgets everything while the caller waits", DATA, redis::redis_forgets;
        "redis-misses-a-talk", "Redis stalls, and is back when caller and office phone talk", REDIS, redis::redis_misses_a_talk;
        "redis-misses-a-call", "Redis is dead, and back when caller and office phone talk", REDIS, redis::redis_misses_a_call;
        "redis-misses-it-all", "Redis is dead for a whole call, and nobody is told of its end", REDIS, redis::redis_misses_it_all;
        "redis-back-while-screened", "Redis is back when an office phone is picked up", REDIS, redis::redis_back_while_screened;
        "news-doubled", "every webhook comes twice", OPEN, news::webhooks_doubled;
        "news-lost", "all of the carrier's notifications are lost", OPEN, news::news_lost;
        "news-late", "the carrier's notifications come late and in any order", OPEN, news::news_late;
        "hang-up-unheard", "nobody is told that a waiting caller hung up", SERVICES, news::hang_up_unheard;
    }
}
