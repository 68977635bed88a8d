//! Redis does not answer: the caller must not notice.

use std::time::{Duration, Instant};

use chrono::{TimeZone, Utc};
use switchboard_domain::{EndReason, State};
use switchboard_runtime::Clock;
use switchboard_runtime::settings::Layers;

use crate::door::Door;
use crate::house::{House, always, never, phones};
use crate::line::{Line, attribute, check_document, dialled, sid, target};
use crate::office::{ended, ringing};
use crate::queue::{in_queue, left, waiting};

/// Asks, and is answered within a second.
async fn soon(line: &mut Line, house: &House, at: &str, extra: &[(&str, &str)]) -> String {
    let asked = Instant::now();
    let document = line.ask_once(house, at, extra).await;
    assert!(
        asked.elapsed() < Duration::from_secs(1),
        "{at}: {:?}",
        asked.elapsed()
    );
    document
}

/// The caller's way with the office phones and without Redis, to the voicemail and its end.
async fn direct_way(house: &House, number: u32) -> Line {
    let mut line = Line::caller(number);
    let ring = soon(&mut line, house, "incoming", &[("CallStatus", "ringing")]).await;
    let (phone, url) = dialled(&ring)[0].clone();
    let mut office = Line::office(number * 100 + 1, &line, &phone);
    let screen = soon(&mut office, house, &url, &[]).await;
    let refused = soon(&mut office, house, &attribute(&screen, "action"), &[]).await;
    assert!(refused.contains("<Hangup"), "{refused}");
    let through = soon(
        &mut office,
        house,
        &attribute(&screen, "action"),
        &[("Digits", "1")],
    )
    .await;
    assert!(!through.contains("<Hangup"), "{through}");
    let record = soon(
        &mut line,
        house,
        &attribute(&ring, "action"),
        &ended("no-answer", "false", ""),
    )
    .await;
    let recording = sid("RE", 1);
    let message = [("RecordingSid", recording.as_str()), ("RecordingDuration", "9")];
    soon(&mut line, house, &attribute(&record, "action"), &message).await;
    line.record = format!("{}{}", office.record, line.record);
    line
}

#[tokio::test(flavor = "multi_thread")]
async fn with_redis_paused_or_killed_a_caller_in_opening_hours_rings_the_office_at_once() {
    let mut house = House::open().await;
    house.ready().await;
    house.redis.pause().unwrap();
    let paused = direct_way(&house, 1).await;
    house.redis.kill9().unwrap();
    let killed = direct_way(&house, 1).await;
    assert_eq!(paused.record, killed.record);
    // Talked instead: nothing more to do for them.
    let mut line = Line::caller(2);
    let ring = soon(&mut line, &house, "incoming", &[]).await;
    let leg = sid("CA", 99);
    let bye = soon(
        &mut line,
        &house,
        &attribute(&ring, "action"),
        &ended("completed", "true", &leg),
    )
    .await;
    assert!(bye.contains("<Hangup"), "{bye}");
    insta::assert_snapshot!(paused.record);
    house.door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_redis_away_a_caller_at_night_does_not_ring_the_office() {
    let house = House::with(never()).await;
    house.ready().await;
    house.redis.pause().unwrap();
    let mut line = Line::caller(1);
    let record = soon(&mut line, &house, "incoming", &[]).await;
    soon(&mut line, &house, "fallback", &[("ErrorCode", "11200")]).await;
    soon(
        &mut line,
        &house,
        &attribute(&record, "action"),
        &[("RecordingDuration", "9")],
    )
    .await;
    assert!(!line.record.contains("<Dial"), "{}", line.record);
    insta::assert_snapshot!(line.record);
    house.redis.resume().unwrap();
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_redis_was_ever_heard_the_hour_is_this_machines() {
    let settings = Layers::demo().load().unwrap();
    // A Thursday in London, in winter.
    let clock = Clock::fixed(Utc.with_ymd_and_hms(2026, 1, 15, 8, 59, 59).unwrap());
    let door = Door::open(&settings, "redis+unix:///nowhere/redis.sock", clock.clone());
    let mut seen = Vec::new();
    for (number, step) in (1..).zip([0, 1, 9 * 3600 - 1, 1]) {
        clock.advance(Duration::from_secs(step));
        let reply = door
            .post(&target("incoming"), &Line::caller(number).body(&[]))
            .await;
        check_document(reply.status, &reply.content_type, &reply.body);
        seen.push(reply.body.contains("<Dial"));
    }
    assert_eq!(seen, [false, true, true, false], "opens at 9, closes at 18");
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_ten_phones_ring_in_groups_without_redis_too() {
    let house = House::with(phones(always(), 12)).await;
    house.redis.pause().unwrap();
    let mut line = Line::caller(1);
    let first = soon(&mut line, &house, "incoming", &[]).await;
    let second = soon(
        &mut line,
        &house,
        &attribute(&first, "action"),
        &ended("busy", "false", ""),
    )
    .await;
    assert_eq!((dialled(&first).len(), dialled(&second).len()), (10, 2));
    let record = soon(
        &mut line,
        &house,
        &attribute(&second, "action"),
        &ended("busy", "false", ""),
    )
    .await;
    assert!(record.contains("<Record"), "{record}");
    house.redis.resume().unwrap();
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_office_phones_and_redis_a_message_is_taken() {
    let house = House::with(phones(always(), 0)).await;
    house.redis.pause().unwrap();
    let record = soon(&mut Line::caller(1), &house, "incoming", &[]).await;
    assert!(record.contains("<Record"), "{record}");
    house.redis.resume().unwrap();
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_in_the_middle_go_on_when_redis_goes_away() {
    let house = House::open().await;
    let (mut line, wait, left_queue) = waiting(&house, 1).await;
    let (mut callee, ring) = ringing(&house, 2).await;
    let mut menu = Line::caller(3);
    let prompt = menu.ask(&house, "incoming", &[]).await;
    house.redis.pause().unwrap();
    for each in [&mut line, &mut callee, &mut menu] {
        each.record.clear();
    }
    soon(
        &mut menu,
        &house,
        &attribute(&prompt, "action"),
        &[("Digits", "1")],
    )
    .await;
    soon(
        &mut menu,
        &house,
        &attribute(&prompt, "action"),
        &[("Digits", "9")],
    )
    .await;
    // The carrier counts the seconds now; what cannot be read counts as too long.
    soon(&mut line, &house, &wait, &in_queue("179")).await;
    soon(&mut line, &house, &wait, &in_queue("180")).await;
    soon(&mut line, &house, &wait, &in_queue("soon")).await;
    for result in ["leave", "redirected", "queue-full", "hangup"] {
        soon(&mut line, &house, &left_queue, &left(result)).await;
    }
    soon(&mut line, &house, "resume", &[]).await;
    soon(&mut line, &house, "voicemail", &[]).await;
    soon(
        &mut callee,
        &house,
        &attribute(&ring, "action"),
        &ended("no-answer", "false", ""),
    )
    .await;
    let mut browser = Line::browser(4, "amelia");
    let ticket = format!("{}~1~secret", line.sid);
    soon(&mut browser, &house, "agent/connect", &[("claim", &ticket)]).await;
    let record = format!(
        "{}{}{}{}",
        menu.record, line.record, callee.record, browser.record
    );
    insta::assert_snapshot!(record);
    // News is taken and lost; the sweep will find it.
    let over = line.body(&[("CallStatus", "completed")]);
    assert_eq!(house.door.post(&target("status"), &over).await.status, 204);
    house.redis.resume().unwrap();
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn once_redis_is_back_a_direct_call_is_adopted() {
    let mut house = House::open().await;
    house.redis.kill9().unwrap();
    let (mut alone, mut talked, mut silent) = (Line::caller(1), Line::caller(2), Line::caller(3));
    let ring = soon(&mut alone, &house, "incoming", &[]).await;
    let again = soon(&mut talked, &house, "incoming", &[]).await;
    let third = soon(&mut silent, &house, "incoming", &[]).await;
    let record = soon(
        &mut silent,
        &house,
        &attribute(&third, "action"),
        &ended("busy", "false", ""),
    )
    .await;
    house.redis.restart().await.unwrap();
    house.ready().await;

    // Nobody came: the office rings once more, and now it is known.
    alone.record.clear();
    let known = alone
        .ask(&house, &attribute(&ring, "action"), &ended("busy", "false", ""))
        .await;
    assert_eq!(house.state(&alone.sid).await, "ringing_office");
    assert_eq!(dialled(&known).len(), 3);
    assert!(!known.contains("mode=direct"), "{known}");
    alone
        .ask(&house, &attribute(&known, "action"), &ended("busy", "false", ""))
        .await;
    assert_eq!(house.state(&alone.sid).await, "queued");

    // An unknown call's phone is let through, and the conversation is known at its end.
    let (phone, url) = dialled(&again)[2].clone();
    let mut office = Line::office(200, &talked, &phone);
    let screen = office.ask(&house, &url, &[]).await;
    let through = office
        .ask(&house, &attribute(&screen, "action"), &[("Digits", "1")])
        .await;
    assert!(!through.contains("<Hangup"), "{through}");
    let leg = office.sid.clone();
    talked
        .ask(
            &house,
            &attribute(&again, "action"),
            &ended("completed", "true", &leg),
        )
        .await;
    assert_eq!(reason(&house, &talked).await, EndReason::Completed);

    let recording = sid("RE", 1);
    let message = [("RecordingSid", recording.as_str()), ("RecordingDuration", "9")];
    silent.ask(&house, &attribute(&record, "action"), &message).await;
    assert_eq!(reason(&house, &silent).await, EndReason::Voicemail);
    insta::assert_snapshot!(alone.record);
    house.close().await;
}

async fn reason(house: &House, line: &Line) -> EndReason {
    let call = house.call(&line.sid).await;
    let State::Ended { reason, .. } = call.state else {
        panic!("{call:?}")
    };
    reason
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_arrives_after_its_answer_was_given_up_does_not_cost_the_caller_the_office() {
    let house = House::open().await;
    house.ready().await;
    // The connection for commits is made by the first of them.
    Line::caller(100).ask(&house, "incoming", &[]).await;
    let mut lines = [Line::caller(1), Line::caller(2), Line::caller(3)];
    house.redis.pause().unwrap();
    let mut rings = Vec::new();
    for line in &mut lines {
        rings.push(soon(line, &house, "incoming", &[]).await);
    }
    house.redis.resume().unwrap();
    house.ready().await;
    let [accepted, unheard, nobody] = &mut lines;
    // What was asked of Redis before may have been done by now, or not: both must go well. Here it was.
    for line in [&accepted, &unheard, &nobody] {
        let mut late = (*line).clone();
        late.ask(&house, "incoming", &[]).await;
        assert_eq!(house.state(&line.sid).await, "greeting");
    }
    let (phone, url) = dialled(&rings[0])[0].clone();
    let mut office = Line::office(200, accepted, &phone);
    let screen = office.ask(&house, &url, &[]).await;
    let through = office
        .ask(&house, &attribute(&screen, "action"), &[("Digits", "1")])
        .await;
    assert!(!through.contains("<Hangup"), "{through}");
    assert_eq!(house.state(&accepted.sid).await, "talking");
    let leg = office.sid.clone();
    accepted
        .ask(
            &house,
            &attribute(&rings[0], "action"),
            &ended("completed", "true", &leg),
        )
        .await;
    assert_eq!(reason(&house, accepted).await, EndReason::Completed);

    // Nobody told us of the key.
    unheard
        .ask(
            &house,
            &attribute(&rings[1], "action"),
            &ended("completed", "true", &leg),
        )
        .await;
    assert_eq!(reason(&house, unheard).await, EndReason::Completed);

    let queue = nobody
        .ask(
            &house,
            &attribute(&rings[2], "action"),
            &ended("busy", "false", ""),
        )
        .await;
    assert!(queue.contains("<Enqueue"), "rung in vain: {queue}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_still_known_after_redis_was_killed_and_started_again() {
    let mut house = House::open().await;
    let (mut line, wait, left_queue) = waiting(&house, 1).await;
    house.redis.kill9().unwrap();
    soon(&mut line, &house, &wait, &in_queue("20")).await;
    house.redis.restart().await.unwrap();
    house.ready().await;
    line.ask(&house, &wait, &in_queue("40")).await;
    assert_eq!(house.state(&line.sid).await, "queued");
    house.advance(Duration::from_secs(181)).await;
    line.ask(&house, &wait, &in_queue("181")).await;
    let ring = line.ask(&house, &left_queue, &left("leave")).await;
    assert!(!ring.contains("mode=direct"), "{ring}");
    house.close().await;
}
