//! Requests as they go out, and answers as they are understood.

use std::time::Duration;

use chrono::DateTime;
use serde_json::{Value, json};
use switchboard_telephony::{
    CallSid, CallStatus, ConferenceSid, Direction, Party, QueueSid,
    rest::{CallFilter, ConferenceStatus, CreateCall, Fate, ParticipantStatus, RestClient},
    twiml::LegCallback,
};

use crate::fake::{ACCOUNT, CALL, CONFERENCE, OTHER, QUEUE, Reply, config, with_fake};

fn call() -> CallSid {
    CALL.parse().unwrap()
}

fn queue() -> QueueSid {
    QUEUE.parse().unwrap()
}

fn conference() -> ConferenceSid {
    CONFERENCE.parse().unwrap()
}

fn call_json(status: &str) -> Value {
    json!({
        "sid": CALL, "account_sid": ACCOUNT, "parent_call_sid": null, "to": "+442071838750",
        "from": "client:agent_7", "status": status, "direction": "outbound-api", "duration": "12",
        "price": "-0.03000", "queue_time": "1500", "phone_number_sid": null,
        "date_created": "Fri, 20 Aug 2010 01:13:42 +0000", "start_time": null, "end_time": null,
        "something_new": {"a": [1]},
    })
}

#[tokio::test]
async fn a_call_is_placed() {
    with_fake(vec![Reply::Json(201, call_json("queued"))], async |fake| {
        let create = CreateCall {
            status_callback: Some("https://h.test/status?x=1&y=2".into()),
            status_callback_events: vec![LegCallback::Ringing, LegCallback::Answered],
            timeout: Some(Duration::from_secs(20)),
            time_limit: Some(Duration::from_hours(1)),
            ..CreateCall::new(
                Party::Line("+442071838750".into()),
                Party::Client("agent_7".into()),
                "https://h.test/screen?leg=1",
            )
        };
        let call = fake.client().create_call(&create).await.unwrap();
        assert_eq!(call.sid.as_str(), CALL);
        assert_eq!(call.status, Some(CallStatus::Queued));
        assert_eq!(call.direction, Some(Direction::OutboundApi));
        assert_eq!(call.from, Some(Party::Client("agent_7".into())));
        assert_eq!((call.parent, call.started), (None, None));
        assert_eq!(call.created.unwrap().timestamp(), 1_282_266_822);
        assert_eq!(call.duration, Some(Duration::from_secs(12)));
        assert_eq!(call.queue_time, Some(Duration::from_millis(1500)));

        let seen = fake.seen();
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].line, "POST Calls.json");
        assert_eq!(seen[0].content_type, "application/x-www-form-urlencoded");
        // base64 of "AC00000000000000000000000000000001:token:with spaces"
        assert_eq!(
            seen[0].authorization,
            "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTp0b2tlbjp3aXRoIHNwYWNlcw=="
        );
        let form: Vec<_> = form_urlencoded::parse(seen[0].body.as_bytes())
            .into_owned()
            .collect();
        let form: Vec<_> = form
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            form,
            [
                ("To", "+442071838750"),
                ("From", "client:agent_7"),
                ("Url", "https://h.test/screen?leg=1"),
                ("Timeout", "20"),
                ("StatusCallback", "https://h.test/status?x=1&y=2"),
                ("StatusCallbackEvent", "ringing"),
                ("StatusCallbackEvent", "answered"),
                ("TimeLimit", "3600"),
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn every_request_has_its_line_and_form() {
    let member = json!({"call_sid": CALL, "queue_sid": QUEUE, "position": 1, "wait_time": 61});
    let room = json!({"sid": CONFERENCE, "friendly_name": "c 1", "status": "completed"});
    let script = vec![
        Reply::Json(200, member.clone()),
        Reply::Json(200, member),
        Reply::Json(200, call_json("in-progress")),
        Reply::Json(200, call_json("completed")),
        Reply::Json(200, call_json("canceled")),
        Reply::Json(200, call_json("teleported")),
        Reply::Json(200, room),
    ];
    with_fake(script, async |fake| {
        let client = fake.client();
        let parked = client.redirect_member(&queue(), &call(), "https://h.test/x?a=1&b=2").await.unwrap();
        assert_eq!((parked.position, parked.waited), (Some(1), Some(Duration::from_secs(61))));
        client.fetch_member(&queue(), &call()).await.unwrap();
        client.redirect_call(&call(), "https://h.test/y").await.unwrap();
        client.complete_call(&call()).await.unwrap();
        client.cancel_call(&call()).await.unwrap();
        assert_eq!(client.fetch_call(&call()).await.unwrap().status, None);
        client.complete_conference(&conference()).await.unwrap();
        let sent: Vec<_> = fake.seen().into_iter().map(|seen| format!("{} {}", seen.line, seen.body)).collect();
        insta::assert_snapshot!(sent.join("\n"), @"
        POST Queues/QU00000000000000000000000000000002/Members/CA0000000000000000000000000000000a.json Url=https%3A%2F%2Fh.test%2Fx%3Fa%3D1%26b%3D2&Method=POST
        GET Queues/QU00000000000000000000000000000002/Members/CA0000000000000000000000000000000a.json 
        POST Calls/CA0000000000000000000000000000000a.json Url=https%3A%2F%2Fh.test%2Fy&Method=POST
        POST Calls/CA0000000000000000000000000000000a.json Status=completed
        POST Calls/CA0000000000000000000000000000000a.json Status=canceled
        GET Calls/CA0000000000000000000000000000000a.json 
        POST Conferences/CF00000000000000000000000000000003.json Status=completed
        ");
    })
    .await;
}

#[tokio::test]
async fn a_conference_is_found_by_its_exact_name() {
    let rooms = |rooms: Value| Reply::Json(200, json!({"conferences": rooms, "next_page_uri": null}));
    let room = |name, status| json!({"sid": CONFERENCE, "friendly_name": name, "status": status});
    let script = vec![
        rooms(json!([])),
        rooms(json!([
            room("call 2", "in-progress"),
            room("call 1", "in-progress")
        ])),
        rooms(json!([room("call 1", "init")])),
        rooms(json!([room("CALL 1", "init")])),
        rooms(json!([room("call 1", "completed")])),
    ];
    with_fake(script, async |fake| {
        let client = fake.client();
        let found = client.find_conference("call 1").await.unwrap().unwrap();
        assert_eq!(
            (found.sid, found.status),
            (conference(), Some(ConferenceStatus::InProgress))
        );
        let found = client.find_conference("call 1").await.unwrap().unwrap();
        assert_eq!(found.status, Some(ConferenceStatus::Init));
        assert_eq!(client.find_conference("call 1").await.unwrap(), None);
        insta::assert_snapshot!(fake.lines().join("\n"), @"
        GET Conferences.json?FriendlyName=call+1&Status=init&PageSize=200
        GET Conferences.json?FriendlyName=call+1&Status=in-progress&PageSize=200
        GET Conferences.json?FriendlyName=call+1&Status=init&PageSize=200
        GET Conferences.json?FriendlyName=call+1&Status=init&PageSize=200
        GET Conferences.json?FriendlyName=call+1&Status=in-progress&PageSize=200
        ");
    })
    .await;
}

#[tokio::test]
async fn participants_are_read_and_odd_ones_noticed() {
    let people = json!({"participants": [
        {"call_sid": CALL, "label": "caller", "status": "connected", "hold": false, "muted": "true",
         "end_conference_on_exit": true, "queue_time": null},
        {"call_sid": OTHER, "label": null, "status": 7},
        {"label": "nobody"},
        "what?",
    ]});
    with_fake(vec![Reply::Json(200, people)], async |fake| {
        let listing = fake.client().list_participants(&conference()).await.unwrap();
        assert!(!listing.complete);
        assert_eq!(listing.items.len(), 2);
        let caller = &listing.items[0];
        assert_eq!(
            (caller.call.as_str(), caller.label.as_deref()),
            (CALL, Some("caller"))
        );
        assert_eq!(caller.status, Some(ParticipantStatus::Connected));
        assert_eq!(
            (caller.hold, caller.muted, caller.end_on_exit),
            (Some(false), Some(true), Some(true))
        );
        assert_eq!(
            (listing.items[1].label.as_deref(), listing.items[1].status),
            (None, None)
        );
    })
    .await;
}

fn page(sids: &[&str], next: Option<&str>) -> Reply {
    let calls: Vec<_> = sids
        .iter()
        .map(|sid| json!({"sid": sid, "status": "ringing"}))
        .collect();
    Reply::Json(200, json!({"calls": calls, "page": 0, "next_page_uri": next}))
}

fn next_page(token: &str) -> String {
    format!("/2010-04-01/Accounts/{ACCOUNT}/Calls.json?Status=ringing&PageSize=200&Page=1&PageToken={token}")
}

#[tokio::test]
async fn a_list_is_read_to_its_end() {
    let script = vec![page(&[CALL], Some(&next_page("PA%2B1"))), page(&[OTHER], None)];
    with_fake(script, async |fake| {
        let filter = CallFilter {
            status: Some(CallStatus::Ringing),
            parent: Some(call()),
            to: Some(Party::Line("+442071838750".into())),
            started_since: DateTime::from_timestamp(1_282_266_822, 9),
            ended_since: DateTime::from_timestamp(1_282_266_832, 9),
        };
        let listing = fake.client().list_calls(&filter).await.unwrap();
        assert!(listing.complete);
        let sids: Vec<_> = listing.items.iter().map(|call| call.sid.as_str()).collect();
        assert_eq!(sids, [CALL, OTHER]);
        insta::assert_snapshot!(fake.lines().join("\n"), @"
        GET Calls.json?Status=ringing&ParentCallSid=CA0000000000000000000000000000000a&To=%2B442071838750&StartTime%3E=2010-08-20T01%3A13%3A42Z&EndTime%3E=2010-08-20T01%3A13%3A52Z&PageSize=200
        GET Calls.json?Status=ringing&PageSize=200&Page=1&PageToken=PA%2B1
        ");
    })
    .await;
}

#[tokio::test]
async fn a_list_without_end_is_left() {
    let script = (0..9).map(|_| page(&[CALL], Some(&next_page("x")))).collect();
    with_fake(script, async |fake| {
        let mut config = fake.config();
        config.max_pages = 3;
        let client = RestClient::new(config).unwrap();
        let listing = client.list_calls(&CallFilter::default()).await.unwrap();
        assert_eq!(
            (listing.items.len(), listing.complete, fake.seen().len()),
            (3, false, 3)
        );
    })
    .await;
}

#[tokio::test]
async fn a_list_that_goes_on_elsewhere_is_not_followed() {
    let path = format!("2010-04-01/Accounts/{ACCOUNT}/Calls.json?Page=1");
    let stranger = "AC00000000000000000000000000000009";
    // A second server stands for the other host: nothing may reach it.
    with_fake(vec![], async |other| {
        for next in [
            format!("http://127.0.0.1:{}/{path}", other.port),
            format!("//127.0.0.1:{}/{path}", other.port),
            format!("http://evil.test/{path}"),
            format!("https://127.0.0.1/{path}"),
            format!("/2010-04-01/Accounts/{stranger}/Calls.json?Page=1"),
            format!("/2010-04-01/Accounts/{ACCOUNT}/Calls/../../{stranger}/Calls.json?Page=1"),
            format!("/2010-04-01/Accounts/{ACCOUNT}/Calls/{CALL}.json?Page=1"),
            format!("/2010-04-01/Accounts/{ACCOUNT}/Calls.json"),
            "javascript:alert(1)".to_owned(),
        ] {
            with_fake(vec![page(&[CALL], Some(&next))], async |fake| {
                let error = fake
                    .client()
                    .list_calls(&CallFilter::default())
                    .await
                    .unwrap_err();
                assert_eq!(error.fate(), Fate::Refused, "{next}");
                assert_eq!(fake.seen().len(), 1, "{next}");
            })
            .await;
        }
        assert!(other.seen().is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_api_may_live_below_a_path() {
    let script = vec![
        page(
            &[],
            Some(&format!(
                "/twilio/2010-04-01/Accounts/{ACCOUNT}/Calls.json?Page=1"
            )),
        ),
        page(&[], Some(&next_page("y"))),
        page(&[CALL], None),
    ];
    with_fake(script, async |fake| {
        let client = RestClient::new(config(&format!("http://127.0.0.1:{}/twilio/", fake.port))).unwrap();
        let listing = client.list_calls(&CallFilter::default()).await.unwrap();
        assert!(listing.complete);
        let lines = fake.lines();
        assert_eq!(lines.len(), 3);
        assert!(
            lines
                .iter()
                .all(|line| line
                    .starts_with(&format!("GET /twilio/2010-04-01/Accounts/{ACCOUNT}/Calls.json?")))
        );
    })
    .await;
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for base in [
        "ftp://h.test",
        "https://user@h.test",
        "https://h.test?x=1",
        "https://h.test/#f",
        "data:x",
    ] {
        assert!(RestClient::new(config(base)).is_err(), "{base}");
    }
    let mut timeouts = config("https://h.test");
    timeouts.connect_timeout = timeouts.timeout;
    assert!(RestClient::new(timeouts).is_err());
    let client = RestClient::new(config("https://h.test")).unwrap();
    assert_eq!(client.account().as_str(), ACCOUNT);
    assert!(!format!("{client:?}").contains("token:with"));
    assert!(!format!("{:?}", config("https://h.test")).contains("token:with"));
}
