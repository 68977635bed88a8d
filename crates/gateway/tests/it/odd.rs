//! Signed nonsense: whatever a request says besides call and account, it gets a document.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::house::{House, always, never, phones};
use crate::line::{ACCOUNT, check_document, sid, target};

const NAMES: [&str; 34] = [
    "From",
    "To",
    "CallStatus",
    "Direction",
    "ParentCallSid",
    "ForwardedFrom",
    "CallerName",
    "Digits",
    "SpeechResult",
    "QueueSid",
    "QueuePosition",
    "QueueTime",
    "AvgQueueTime",
    "CurrentQueueSize",
    "MaxQueueSize",
    "QueueResult",
    "DialCallStatus",
    "DialCallSid",
    "DialCallDuration",
    "DialBridged",
    "RecordingSid",
    "RecordingUrl",
    "RecordingDuration",
    "RecordingStatus",
    "ConferenceSid",
    "FriendlyName",
    "StatusCallbackEvent",
    "ParticipantLabel",
    "SequenceNumber",
    "Timestamp",
    "ErrorCode",
    "ErrorUrl",
    "claim",
    "Called",
];

const VALUES: [&str; 46] = [
    "",
    "0",
    "1",
    "2",
    "9",
    "#",
    "-1",
    "179",
    "180",
    "4294967295",
    "4294967296",
    "1e9",
    "true",
    "false",
    "TRUE",
    "completed",
    "in-progress",
    "no-answer",
    "busy",
    "ringing",
    "answered",
    "failed",
    "canceled",
    "inbound",
    "outbound-api",
    "outbound-dial",
    "leave",
    "redirected",
    "hangup",
    "queue-full",
    "error",
    "bridged",
    "participant-join",
    "participant-leave",
    "conference-end",
    "agent",
    "caller",
    "+442071838750",
    "anonymous",
    "client:amelia",
    "client:",
    "sip:a@b",
    "QU0000000000000000000000000000000a",
    "RE0000000000000000000000000000000a",
    "CA000000000000000000000000000000ff",
    "absent",
];

const ADDRESSES: [&str; 17] = [
    "incoming",
    "menu",
    "wait",
    "left-queue",
    "resume",
    "office/ring",
    "office/screen",
    "office/accept",
    "office/ended",
    "agent/connect",
    "voicemail",
    "recorded",
    "fallback",
    "conference",
    "status",
    "recorded?notice=1",
    "resume?after=conference",
];

const QUERY: [&str; 12] = [
    "attempt", "queue", "after", "call", "phone", "round", "batch", "claim", "agent", "asked", "notice",
    "mode",
];

#[derive(Debug, Clone)]
struct Odd {
    target: String,
    body: String,
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => prop::sample::select(&VALUES[..]).prop_map(|text| text.as_bytes().to_vec()),
        1 => Just(b"direct".to_vec()),
        1 => (1..4_u32).prop_map(|number| sid("CA", number).into_bytes()),
        1 => (1..4_u32, 0..3_u32).prop_map(|(call, claim)| format!("{}~{claim}~secret", sid("CA", call)).into_bytes()),
        2 => prop::collection::vec(any::<u8>(), 0..40),
        1 => ".{0,60}".prop_map(String::into_bytes),
        1 => (any::<u8>(), 500..3000_usize).prop_map(|(byte, length)| vec![byte; length]),
    ]
}

/// Every byte escaped, so that none of them is what holds the form together.
fn pair(name: &str, value: &[u8]) -> String {
    let mut pair = format!("{name}=");
    for byte in value {
        write!(pair, "%{byte:02X}").unwrap();
    }
    pair
}

fn odd() -> impl Strategy<Value = Odd> {
    let query = prop::collection::vec((prop::sample::select(&QUERY[..]), value()), 0..4);
    let known = prop::collection::vec((prop::sample::select(&NAMES[..]), value()), 0..12);
    let unknown = prop::collection::vec(("[A-Za-z]{1,12}", value()), 0..3);
    let raw = prop_oneof![4 => Just(String::new()), 1 => "[A-Za-z0-9_.=&-]{0,40}"];
    let address = prop::sample::select(&ADDRESSES[..]);
    (address, 1..4_u32, query, known, unknown, raw).prop_map(|(address, call, query, known, unknown, raw)| {
        let mut target = target(address);
        for (name, value) in query {
            target.push(if target.contains('?') { '&' } else { '?' });
            // A request line has its limits, and so have the addresses that we give out.
            target.push_str(&pair(name, &value[..value.len().min(200)]));
        }
        let mut body = vec![
            pair("CallSid", sid("CA", call).as_bytes()),
            pair("AccountSid", ACCOUNT.as_bytes()),
        ];
        body.extend(known.iter().map(|(name, value)| pair(name, value)));
        body.extend(unknown.iter().map(|(name, value)| pair(name, value)));
        body.push(raw);
        Odd {
            target,
            body: body.join("&"),
        }
    })
}

fn nonsense_is_answered(house: &House, runtime: &tokio::runtime::Runtime) {
    let config = Config {
        cases: 150,
        failure_persistence: None,
        max_shrink_time: 20_000,
        ..Config::default()
    };
    let requests = prop::collection::vec(odd(), 1..10);
    let outcome = TestRunner::new(config).run(&requests, |requests| {
        runtime.block_on(async {
            for request in requests {
                let reply = house.door.post(&request.target, request.body.as_bytes()).await;
                if reply.status == 204 {
                    prop_assert!(reply.body.is_empty());
                } else {
                    prop_assert_eq!(reply.status, 200, "{}", reply.body);
                    check_document(reply.status, &reply.content_type, &reply.body);
                }
            }
            Ok(())
        })
    });
    outcome.unwrap();
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().unwrap()
}

#[test]
fn signed_nonsense_is_answered_in_opening_hours() {
    let runtime = runtime();
    let house = runtime.block_on(async {
        let house = House::with(phones(always(), 12)).await;
        house.agent("amelia", None).await;
        house
    });
    nonsense_is_answered(&house, &runtime);
    runtime.block_on(house.close());
}

#[test]
fn signed_nonsense_is_answered_at_night() {
    let runtime = runtime();
    let house = runtime.block_on(House::with(never()));
    nonsense_is_answered(&house, &runtime);
    runtime.block_on(house.close());
}

#[test]
fn signed_nonsense_is_answered_without_redis() {
    let runtime = runtime();
    // Killed, not paused: a refused connection is quick, and there are many of them.
    let mut house = runtime.block_on(House::with(always().set("redis.budget=1ms")));
    house.redis.kill9().unwrap();
    nonsense_is_answered(&house, &runtime);
    runtime.block_on(house.door.close());
}
