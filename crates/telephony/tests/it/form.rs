//! Webhooks as Twilio sends them, and as nobody should.

use std::time::Duration;

use proptest::prelude::*;
use switchboard_telephony::{
    CallStatus, Direction, Party,
    form::{
        CallProgress, ConferenceEnd, ConferenceEvent, ConferenceNotice, DialEnded, DialStatus, EnqueueEnded,
        Fault, Gathered, MissingSid, QueueResult, QueueWait, RecordEnd, Recorded, RecordingNotice,
        RecordingStatus, VoiceRequest, WebhookForm,
    },
};

const CALL: &str = "CA0000000000000000000000000000000a";
const OTHER: &str = "CA0000000000000000000000000000000b";
const ACCOUNT: &str = "AC00000000000000000000000000000001";
const QUEUE: &str = "QU00000000000000000000000000000002";
const CONFERENCE: &str = "CF00000000000000000000000000000003";
const RECORDING: &str = "RE00000000000000000000000000000004";

fn form(params: &[(&str, &str)]) -> WebhookForm {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params)
        .finish();
    WebhookForm::parse(body.as_bytes())
}

/// The standard parameters, and then some.
fn call(more: &[(&str, &str)]) -> WebhookForm {
    let standard = [
        ("CallSid", CALL),
        ("AccountSid", ACCOUNT),
        ("From", "+447700900123"),
        ("To", "+442071838750"),
        ("CallStatus", "in-progress"),
        ("Direction", "inbound"),
    ];
    form(&[&standard, more].concat())
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn an_incoming_call() {
    let view = VoiceRequest::from_form(&call(&[("CallerName", " Ada "), ("NewThing", "x")])).unwrap();
    assert_eq!(view.call.sid.as_str(), CALL);
    assert_eq!(view.call.account.as_str(), ACCOUNT);
    assert_eq!(view.call.from, Some(Party::Line("+447700900123".into())));
    assert_eq!(view.call.to, Some(Party::Line("+442071838750".into())));
    assert_eq!(view.call.status, Some(CallStatus::InProgress));
    assert_eq!(view.call.direction, Some(Direction::Inbound));
    assert_eq!(view.call.caller_name.as_deref(), Some("Ada"));
    assert_eq!(
        (view.call.parent, view.call.forwarded_from, view.call.error_code),
        (None, None, None)
    );
    assert!(view.odd.is_empty());
}

#[test]
fn a_fallback_says_what_failed() {
    let url = "https://voice.example.test/twilio/voice/incoming";
    let view = VoiceRequest::from_form(&call(&[("ErrorCode", "11200"), ("ErrorUrl", url)])).unwrap();
    assert_eq!(view.call.error_code, Some(11200));
    assert_eq!(view.call.error_url.as_deref(), Some(url));
}

#[test]
fn only_a_missing_sid_is_an_error() {
    let missing = |field, fault| Err(MissingSid { field, fault });
    for (params, error) in [
        (vec![], missing("CallSid", Fault::Missing)),
        (vec![("CallSid", "")], missing("CallSid", Fault::Missing)),
        (vec![("CallSid", "CA1")], missing("CallSid", Fault::Malformed)),
        (vec![("CallSid", CALL)], missing("AccountSid", Fault::Missing)),
        (
            vec![("CallSid", CALL), ("AccountSid", "AC1\u{0}")],
            missing("AccountSid", Fault::Malformed),
        ),
    ] {
        assert_eq!(VoiceRequest::from_form(&form(&params)), error);
    }
    let bare = VoiceRequest::from_form(&form(&[("CallSid", CALL), ("AccountSid", ACCOUNT)])).unwrap();
    assert_eq!(bare.odd, ["From", "To"]);
}

#[test]
fn odd_values_are_named_and_dropped() {
    let view = VoiceRequest::from_form(&form(&[
        ("CallSid", CALL),
        ("AccountSid", ACCOUNT),
        ("From", ""),
        ("To", "+44\u{7}1"),
        ("CallStatus", "Ringing"),
        ("Direction", "sideways"),
        ("ParentCallSid", "none"),
        ("CallerName", "A\u{0}da\n"),
        ("ErrorCode", "+5"),
        ("CallStatus", "ringing"),
    ]))
    .unwrap();
    assert_eq!(view.call.from, Some(Party::Line(String::new())));
    assert_eq!(view.call.to, Some(Party::Line("+441".into())));
    assert_eq!(
        (view.call.status, view.call.direction, view.call.parent),
        (None, None, None)
    );
    assert_eq!(view.call.caller_name.as_deref(), Some("Ada"));
    assert_eq!(
        view.odd,
        [
            "CallStatus",
            "Direction",
            "ParentCallSid",
            "CallerName",
            "ErrorCode"
        ]
    );
}

#[test]
fn all_parameters_are_kept_in_order() {
    let form = WebhookForm::parse(b"b=2&a=%ff%00x&b=1&&c");
    let pairs: Vec<_> = form.iter().collect();
    assert_eq!(
        pairs,
        [("b", "2"), ("a", "\u{fffd}\u{0}x"), ("b", "1"), ("c", "")]
    );
    assert_eq!(form.get("b"), Some("2"));
    assert_eq!(form.all("b").collect::<Vec<_>>(), ["2", "1"]);
    assert_eq!(form.get("d"), None);
    assert_eq!(format!("{form:?}"), r#"WebhookForm ["b", "a", "b", "c"]"#);
}

#[test]
fn typed_keys() {
    let digits = |value| {
        let view = Gathered::from_form(&call(&[("Digits", value), ("msg", "Gather End")])).unwrap();
        (view.digits, view.odd)
    };
    assert_eq!(digits("1*#"), (Some("1*#".into()), vec![]));
    assert_eq!(digits(""), (None, vec![]));
    assert_eq!(digits("one"), (None, vec!["Digits"]));
}

#[test]
fn waiting_and_leaving_the_queue() {
    let wait = QueueWait::from_form(&call(&[
        ("QueueSid", QUEUE),
        ("QueuePosition", "2"),
        ("QueueTime", "61"),
        ("AvgQueueTime", "30"),
        ("CurrentQueueSize", "3"),
        ("MaxQueueSize", "1000"),
    ]))
    .unwrap();
    assert_eq!(wait.queue.unwrap().as_str(), QUEUE);
    assert_eq!(
        (wait.position, wait.waited, wait.average_wait),
        (Some(2), Some(seconds(61)), Some(seconds(30)))
    );
    assert_eq!(
        (wait.size, wait.max_size, wait.odd.len()),
        (Some(3), Some(1000), 0)
    );

    for result in QueueResult::ALL {
        let ended = EnqueueEnded::from_form(&call(&[("QueueResult", result.as_str())])).unwrap();
        assert_eq!(
            (ended.result, ended.queue, ended.waited),
            (Some(*result), None, None)
        );
    }
    let odd = EnqueueEnded::from_form(&call(&[("QueueResult", "eaten"), ("QueueTime", "-1")])).unwrap();
    assert_eq!(
        (odd.result, odd.waited, odd.odd),
        (None, None, vec!["QueueResult", "QueueTime"])
    );
}

#[test]
fn a_dial_that_ended() {
    let ended = DialEnded::from_form(&call(&[
        ("DialCallStatus", "completed"),
        ("DialCallSid", OTHER),
        ("DialBridged", "false"),
        ("DialCallDuration", "7"),
    ]))
    .unwrap();
    assert_eq!(ended.status, Some(DialStatus::Completed));
    assert_eq!(ended.dialled.unwrap().as_str(), OTHER);
    assert_eq!((ended.bridged, ended.duration), (Some(false), Some(seconds(7))));
    let odd = DialEnded::from_form(&call(&[("DialBridged", "yes")])).unwrap();
    assert_eq!((odd.bridged, odd.odd), (None, vec!["DialBridged"]));
}

#[test]
fn a_message_that_was_left() {
    let url = format!("https://api.example.test/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING}");
    let recorded = |more: &[(&str, &str)]| Recorded::from_form(&call(more)).unwrap();
    let view = recorded(&[
        ("RecordingUrl", &url),
        ("RecordingDuration", "12"),
        ("Digits", "hangup"),
    ]);
    assert_eq!(view.recording.unwrap().as_str(), RECORDING);
    assert_eq!(
        (view.duration, view.end),
        (Some(seconds(12)), Some(RecordEnd::Hangup))
    );
    assert_eq!(recorded(&[("Digits", "#")]).end, Some(RecordEnd::Key('#')));
    assert_eq!(recorded(&[("Digits", "12")]).odd, ["Digits"]);
    let media = format!("{url}.wav?x=1#y");
    assert_eq!(
        recorded(&[("RecordingUrl", &media)]).recording.unwrap().as_str(),
        RECORDING
    );
    assert_eq!(
        recorded(&[("RecordingUrl", "http://evil.test/x")]).odd,
        ["RecordingUrl"]
    );
}

#[test]
fn notices_carry_no_parties() {
    let ids = [("CallSid", CALL), ("AccountSid", ACCOUNT)];
    let more = [
        ("RecordingSid", RECORDING),
        ("RecordingStatus", "completed"),
        ("RecordingDuration", "3"),
    ];
    let view = RecordingNotice::from_form(&form(&[&ids[..], &more].concat())).unwrap();
    assert_eq!(view.recording.unwrap().as_str(), RECORDING);
    assert_eq!(
        (view.status, view.duration),
        (Some(RecordingStatus::Completed), Some(seconds(3)))
    );
    assert!(view.odd.is_empty());

    let join = ConferenceNotice::from_form(&form(&[
        ("AccountSid", ACCOUNT),
        ("CallSid", CALL),
        ("ConferenceSid", CONFERENCE),
        ("FriendlyName", "call-1"),
        ("StatusCallbackEvent", "participant-join"),
        ("ParticipantLabel", "caller"),
        ("SequenceNumber", "2"),
        ("Timestamp", "Fri, 20 Aug 2010 01:13:42 +0000"),
    ]))
    .unwrap();
    assert_eq!(join.event, Some(ConferenceEvent::Join));
    assert_eq!(join.call.unwrap().as_str(), CALL);
    assert_eq!(
        (join.label.as_deref(), join.name.as_deref()),
        (Some("caller"), Some("call-1"))
    );
    assert_eq!(
        (join.sequence, join.at.unwrap().timestamp()),
        (Some(2), 1_282_266_822)
    );

    let end = ConferenceNotice::from_form(&form(&[
        ("AccountSid", ACCOUNT),
        ("StatusCallbackEvent", "conference-end"),
        ("ReasonConferenceEnded", "last-participant-left"),
        ("CallSidEndingConference", CALL),
    ]))
    .unwrap();
    assert_eq!((end.event, end.call), (Some(ConferenceEvent::End), None));
    assert_eq!(end.ended, Some(ConferenceEnd::LastLeft));
    assert_eq!(end.ended_by.unwrap().as_str(), CALL);

    let bad = form(&[("AccountSid", ACCOUNT), ("CallSid", "x")]);
    assert_eq!(
        ConferenceNotice::from_form(&bad),
        Err(MissingSid {
            field: "CallSid",
            fault: Fault::Malformed
        })
    );
}

#[test]
fn progress_of_a_leg() {
    let view = CallProgress::from_form(&call(&[
        ("ParentCallSid", OTHER),
        ("SequenceNumber", "0"),
        ("CallDuration", "9"),
        ("Timestamp", "yesterday"),
    ]))
    .unwrap();
    assert_eq!(view.call.parent.unwrap().as_str(), OTHER);
    assert_eq!(
        (view.sequence, view.duration, view.at),
        (Some(0), Some(seconds(9)), None)
    );
    assert_eq!(view.odd, ["Timestamp"]);
}

#[test]
fn the_table_names_every_field_that_is_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/form");
    let table = std::fs::read_to_string(folder.join("fields.md")).unwrap();
    let mut named = 0;
    for file in std::fs::read_dir(&folder).unwrap() {
        let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for call in source.split("fields.").skip(1) {
            let Some(name) = call.split_once("(\"").and_then(|(_, rest)| rest.split_once('"')) else {
                continue;
            };
            if !call.starts_with(|c: char| c.is_ascii_lowercase()) || call.starts_with("md") {
                continue;
            }
            assert!(
                table.contains(&format!("`{}`", name.0)),
                "{} is not in fields.md",
                name.0
            );
            named += 1;
        }
    }
    assert!(named > 30, "only {named} fields were found");
}

proptest! {
    /// No value of any field can make a signed request fail, once it names its call and account.
    #[test]
    fn nothing_but_the_sids_can_fail(
        noise in proptest::collection::vec(any::<u8>(), 0..200),
        values in proptest::collection::vec(".{0,12}", 30),
    ) {
        const NAMES: [&str; 30] = [
            "From", "To", "CallStatus", "Direction", "ParentCallSid", "ForwardedFrom", "CallerName",
            "ErrorCode", "ErrorUrl", "Digits", "QueueSid", "QueuePosition", "QueueTime", "AvgQueueTime",
            "CurrentQueueSize", "MaxQueueSize", "QueueResult", "DialCallStatus", "DialCallSid", "DialBridged",
            "DialCallDuration", "RecordingSid", "RecordingUrl", "RecordingDuration", "RecordingStatus",
            "SequenceNumber", "Timestamp", "StatusCallbackEvent", "FriendlyName", "ReasonConferenceEnded",
        ];
        let pairs: Vec<_> = NAMES.into_iter().zip(values.iter().map(String::as_str)).collect();
        let mut body = format!("CallSid={CALL}&AccountSid={ACCOUNT}&").into_bytes();
        body.extend(
            form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish().into_bytes(),
        );
        body.push(b'&');
        body.extend(noise);
        let form = WebhookForm::parse(&body);
        prop_assert!(VoiceRequest::from_form(&form).is_ok());
        prop_assert!(Gathered::from_form(&form).is_ok());
        prop_assert!(QueueWait::from_form(&form).is_ok());
        prop_assert!(EnqueueEnded::from_form(&form).is_ok());
        prop_assert!(DialEnded::from_form(&form).is_ok());
        prop_assert!(Recorded::from_form(&form).is_ok());
        prop_assert!(RecordingNotice::from_form(&form).is_ok());
        prop_assert!(CallProgress::from_form(&form).is_ok());
        prop_assert!(ConferenceNotice::from_form(&form).is_ok());
    }
}
