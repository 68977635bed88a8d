//! Agents' lines: tickets, conferences, and what comes of them.

use std::time::Duration;

use switchboard_domain::{AgentId, Call, Command, LegId, State};

use crate::house::House;
use crate::line::{Line, attribute, sid, text};
use crate::queue::{in_queue, left, waiting};

/// What the conference tells about a line in it.
pub(crate) async fn conference(house: &House, conference: &str, event: &str, leg: &str, label: &str) {
    let cf = sid("CF", 1);
    let mut news = Line::caller(0);
    leg.clone_into(&mut news.sid);
    let said = [
        ("StatusCallbackEvent", event),
        ("ConferenceSid", cf.as_str()),
        ("ParticipantLabel", label),
        ("SequenceNumber", "2"),
    ];
    news.tell(house, conference, &said).await;
}

fn bound(call: &Call) -> Option<LegId> {
    call.state.claim().and_then(|claim| claim.leg.clone())
}

/// A caller who waits, with an agent whose browser is in the conference.
pub(crate) async fn connecting(house: &House, number: u32) -> (Line, String, String, String) {
    let (line, wait, left_queue) = waiting(house, number).await;
    let ticket = house.answer(&line.sid, "amelia").await;
    let mut browser = Line::browser(number * 100 + 1, "amelia");
    let document = browser
        .ask(house, "agent/connect", &[("claim", &ticket.to_string())])
        .await;
    let callback = attribute(&document, "statusCallback");
    conference(house, &callback, "participant-join", &browser.sid, "agent").await;
    assert_eq!(house.state(&line.sid).await, "connecting");
    (line, wait, left_queue, callback)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_answers_in_the_browser_and_the_caller_is_brought_to_them() {
    let house = House::open().await;
    house.agent("amelia", None).await;
    let (mut line, wait, left_queue) = waiting(&house, 1).await;
    line.record.clear();
    let ticket = house.answer(&line.sid, "amelia").await.to_string();
    line.ask(&house, &wait, &in_queue("5")).await;
    let mut browser = Line::browser(2, "amelia");
    let document = browser.ask(&house, "agent/connect", &[("claim", &ticket)]).await;
    assert_eq!(bound(&house.call(&line.sid).await).unwrap().as_str(), browser.sid);
    let callback = attribute(&document, "statusCallback");
    conference(&house, &callback, "participant-join", &browser.sid, "agent").await;
    assert_eq!(house.state(&line.sid).await, "connecting");
    // The caller's own line is the second way to the agent, should nobody move it.
    line.ask(&house, &wait, &in_queue("20")).await;
    let joined = line.ask(&house, &left_queue, &left("leave")).await;
    assert_eq!(text(&joined, "Conference"), text(&document, "Conference"));
    conference(&house, &callback, "participant-join", &line.sid, "caller").await;
    assert_eq!(house.state(&line.sid).await, "talking");
    // A late join of the agent, a caller on hold: no change.
    conference(&house, &callback, "participant-join", &browser.sid, "agent").await;
    conference(&house, &callback, "participant-hold", &line.sid, "caller").await;
    assert_eq!(house.state(&line.sid).await, "talking");
    // The caller hangs up.
    conference(&house, &callback, "participant-leave", &line.sid, "caller").await;
    line.tell(
        &house,
        "status",
        &[("CallStatus", "completed"), ("CallDuration", "60")],
    )
    .await;
    conference(&house, &callback, "participant-leave", &browser.sid, "agent").await;
    assert_eq!(house.state(&line.sid).await, "ended");
    let late = browser.ask(&house, "agent/connect", &[("claim", &ticket)]).await;
    assert!(late.contains("<Hangup"), "{late}");
    insta::assert_snapshot!(format!("{}{}", browser.record, line.record));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_opens_for_its_agent_and_the_first_line_only() {
    let house = House::open().await;
    house.agent("amelia", None).await;
    let (line, ..) = waiting(&house, 1).await;
    let ticket = house.answer(&line.sid, "amelia").await;
    let before = house.digest().await;
    let good = ticket.to_string();
    let other_claim = good.replacen("~1~", "~2~", 1);
    let refused = [
        ("bashir", good.as_str()),
        ("", good.as_str()),
        ("amelia", ""),
        ("amelia", "nonsense"),
        ("amelia", &good[..good.len() - 1]),
        ("amelia", &other_claim),
    ];
    for (number, (identity, claim)) in (10..).zip(refused) {
        let mut browser = Line::browser(number, identity);
        // What the browser says of itself counts for nothing.
        let said = [("claim", claim), ("agent", "amelia")];
        let document = browser.ask(&house, "agent/connect?agent=amelia", &said).await;
        assert!(document.contains("<Hangup"), "{identity} {claim}: {document}");
        assert!(!document.contains("<Conference"), "{document}");
    }
    // A claim of a call that does not exist.
    let nobody = good.replace(&line.sid, &sid("CA", 77));
    let mut browser = Line::browser(30, "amelia");
    let document = browser.ask(&house, "agent/connect", &[("claim", &nobody)]).await;
    assert!(document.contains("<Hangup"), "{document}");
    assert_eq!(before, house.digest().await);

    let mut first = Line::browser(20, "amelia");
    let document = first.ask(&house, "agent/connect", &[("claim", &good)]).await;
    assert!(document.contains("<Conference"), "{document}");
    let mut second = Line::browser(21, "amelia");
    let document = second.ask(&house, "agent/connect", &[("claim", &good)]).await;
    assert!(!document.contains("<Conference"), "{document}");
    assert_eq!(bound(&house.call(&line.sid).await).unwrap().as_str(), first.sid);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_on_a_phone_is_asked_for_the_key_first() {
    let house = House::open().await;
    house.agent("dylan", Some("+447700900021")).await;
    let (mut line, wait, _) = waiting(&house, 1).await;
    let ticket = house.answer(&line.sid, "dylan").await;
    let urls = switchboard_contracts::VoiceUrls::new(crate::door::PUBLIC);
    let dylan = AgentId::new("dylan").unwrap();
    let mut phone = Line::agent_phone(2);
    let leg = LegId::new(&phone.sid).unwrap();
    house
        .job_does(
            &line.sid,
            Command::AgentCalled {
                claim: 1,
                leg,
                held_back: Duration::ZERO,
            },
        )
        .await;
    let screen = phone
        .ask(&house, &urls.agent_connect(&ticket, &dylan, false), &[])
        .await;
    assert!(
        !screen.contains("<Conference"),
        "a mailbox must not win: {screen}"
    );
    let accept = attribute(&screen, "action");
    let wrong = phone.ask(&house, &accept, &[("Digits", "5")]).await;
    assert!(!wrong.contains("<Conference"), "{wrong}");
    let right = phone.ask(&house, &accept, &[("Digits", "1")]).await;
    assert!(right.contains("<Conference"), "{right}");
    // Another line that knows the address is not the one we called.
    let mut other = Line::agent_phone(3);
    let refused = other.ask(&house, &accept, &[("Digits", "1")]).await;
    assert!(!refused.contains("<Conference"), "{refused}");
    assert_eq!(house.state(&line.sid).await, "claimed");
    // They put the phone down before the caller came.
    let status = urls.agent_status(&line.sid.parse_id(), 1);
    phone
        .tell(&house, &status, &[("CallStatus", "in-progress")])
        .await;
    assert_eq!(house.state(&line.sid).await, "claimed");
    phone.tell(&house, &status, &[("CallStatus", "completed")]).await;
    assert_eq!(house.state(&line.sid).await, "queued");
    line.record.clear();
    line.ask(&house, &wait, &in_queue("40")).await;
    insta::assert_snapshot!(format!("{}{}", phone.record, line.record));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_leaves_before_the_caller_came_gives_the_call_back() {
    let house = House::open().await;
    house.agent("amelia", None).await;
    let (mut line, wait, left_queue, callback) = connecting(&house, 1).await;
    let browser = bound(&house.call(&line.sid).await).unwrap();
    conference(&house, &callback, "participant-leave", browser.as_str(), "agent").await;
    assert_eq!(house.state(&line.sid).await, "queued");
    // Its join, told late, changes nothing.
    conference(&house, &callback, "participant-join", browser.as_str(), "agent").await;
    assert_eq!(house.state(&line.sid).await, "queued");
    line.record.clear();
    line.ask(&house, &wait, &in_queue("20")).await;
    line.ask(&house, &left_queue, &left("redirected")).await;
    line.ask(&house, "resume", &[]).await;
    insta::assert_snapshot!(line.record);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_whose_conference_ended_waits_in_front_and_old_news_of_it_parts_nobody() {
    let house = House::open().await;
    house.agent("amelia", None).await;
    let (mut line, _, left_queue, callback) = connecting(&house, 1).await;
    line.record.clear();
    let joined = line.ask(&house, &left_queue, &left("leave")).await;
    conference(&house, &callback, "participant-join", &line.sid, "caller").await;
    let after = attribute(&joined, "action");
    let enqueue = line.ask(&house, &after, &[("DialCallStatus", "answered")]).await;
    let State::Queued(waiting) = house.call(&line.sid).await.state else {
        panic!()
    };
    assert!(waiting.front);
    line.ask(&house, &attribute(&enqueue, "waitUrl"), &in_queue("0"))
        .await;
    // The next claim, in the next conference.
    let ticket = house.answer(&line.sid, "amelia").await.to_string();
    let mut browser = Line::browser(500, "amelia");
    let document = browser.ask(&house, "agent/connect", &[("claim", &ticket)]).await;
    let callback = attribute(&document, "statusCallback");
    conference(&house, &callback, "participant-join", &browser.sid, "agent").await;
    line.ask(&house, &left_queue, &left("leave")).await;
    conference(&house, &callback, "participant-join", &line.sid, "caller").await;
    line.ask(&house, &after, &[("DialCallStatus", "answered")]).await;
    assert_eq!(house.state(&line.sid).await, "talking", "old news");
    insta::assert_snapshot!(line.record);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_whose_agent_never_comes_is_given_up_by_the_waiting_line_itself() {
    let house = House::open().await;
    house.agent("amelia", None).await;
    let (mut line, wait, _) = waiting(&house, 1).await;
    house.answer(&line.sid, "amelia").await;
    line.ask(&house, &wait, &in_queue("5")).await;
    assert_eq!(house.state(&line.sid).await, "claimed");
    house.advance(Duration::from_secs(16)).await;
    line.ask(&house, &wait, &in_queue("21")).await;
    assert_eq!(house.state(&line.sid).await, "queued");
    house.close().await;
}

trait ParseId {
    fn parse_id(&self) -> switchboard_domain::CallId;
}

impl ParseId for String {
    fn parse_id(&self) -> switchboard_domain::CallId {
        switchboard_domain::CallId::new(self).unwrap()
    }
}
