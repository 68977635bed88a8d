//! What callers hear when numbers and queues keep hours of their own, and on days off.

use std::time::Duration;

use switchboard_contracts::v1;
use switchboard_runtime::settings::Layers;
use switchboard_store::{Author, OverrideWithdrawn};

use crate::house::{House, always, never};
use crate::line::{Line, attribute};

/// Open all the week, and closed on every day of the year by a company day: nothing depends on today.
fn closed_by_a_day() -> Layers {
    let day = "[[hours.days]]\ndate = \"01-01\"\nuntil = \"12-31\"\nname = \"the summer party\"";
    always().text("a company day", day)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_off_is_named_and_nothing_promised_that_is_unknown() {
    let house = House::with(closed_by_a_day()).await;
    let mut line = Line::caller(1);
    let said = line.ask(&house, "incoming", &[("CallStatus", "ringing")]).await;
    assert!(
        said.contains("We are closed today for the summer party."),
        "{said}"
    );
    assert_eq!(house.state(&line.sid).await, "closed");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_when_it_opens_again() {
    // Closed until the next midnight at most: whenever the test runs, "tomorrow at midnight" is right.
    let today = "[hours]\ntime_zone = \"UTC\"\nholidays = \"none\"\nweekly = { monday = [\"00:00-00:01\"], tuesday = \
                 [\"00:00-00:01\"], wednesday = [\"00:00-00:01\"], thursday = [\"00:00-00:01\"], friday = \
                 [\"00:00-00:01\"], saturday = [\"00:00-00:01\"], sunday = [\"00:00-00:01\"] }";
    let house = House::with(Layers::demo().text("a minute a day", today)).await;
    let mut line = Line::caller(1);
    let said = line.ask(&house, "incoming", &[("CallStatus", "ringing")]).await;
    if house.state(&line.sid).await == "closed" {
        assert!(said.contains("We open again tomorrow at midnight."), "{said}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_with_hours_of_its_own() {
    let other =
        "[schedules.never]\ntime_zone = \"UTC\"\nnumbers = [\"+442079460000\"]\n[schedules.never.weekly]\n";
    let house = House::with(always().text("a schedule", other)).await;
    let mut line = Line::caller(1);
    let said = line.ask(&house, "incoming", &[("CallStatus", "ringing")]).await;
    assert!(said.contains("We are closed at the moment."), "{said}");
    assert_eq!(house.state(&line.sid).await, "closed");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_with_hours_of_its_own_takes_a_message_and_the_others_let_in() {
    let other = "[schedules.never]\ntime_zone = \"UTC\"\nqueues = [\"sales\"]\n[schedules.never.weekly]\n";
    let house = House::with(always().text("a schedule", other)).await;
    let mut line = Line::caller(1);
    let menu = line.ask(&house, "incoming", &[("CallStatus", "ringing")]).await;
    let action = attribute(&menu, "action");
    let said = line.ask(&house, &action, &[("Digits", "1")]).await;
    assert!(
        said.contains("We are closed at the moment.") && said.contains("<Record"),
        "{said}"
    );
    assert_eq!(house.state(&line.sid).await, "voicemail");

    let mut other = Line::caller(2);
    let menu = other.ask(&house, "incoming", &[("CallStatus", "ringing")]).await;
    let said = other
        .ask(&house, &attribute(&menu, "action"), &[("Digits", "2")])
        .await;
    assert!(said.contains("<Enqueue"), "{said}");
    assert_eq!(house.state(&other.sid).await, "queued");
    house.close().await;
}

/// From long ago to far ahead.
fn override_all(id: &str, open: bool, made_ms: i64) -> v1::Override {
    v1::Override {
        id: id.to_owned(),
        schedule: String::new(),
        open,
        from_ms: 0,
        until_ms: 4_102_444_800_000,
        reason: "a test".to_owned(),
        author: "Amelia".to_owned(),
        made_ms,
        author_id: "amelia".to_owned(),
    }
}

/// What the next caller meets, once it is what it should be; a gateway has a second to learn of an override.
async fn callers_become(house: &House, wanted: &str, number: &mut u32) {
    let learnt = async {
        loop {
            *number += 1;
            let mut line = Line::caller(*number);
            line.ask_once(house, "incoming", &[("CallStatus", "ringing")])
                .await;
            if house.state(&line.sid).await == wanted {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), learnt)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn overrides_open_and_close_while_it_runs_and_count_without_redis() {
    let house = House::with(never()).await;
    let mut number = 0;
    callers_become(&house, "closed", &mut number).await;
    let put = async |over: v1::Override| {
        house.store.put_override(&over).await.unwrap();
    };
    put(override_all("a", true, 1)).await;
    callers_become(&house, "greeting", &mut number).await;
    // The newest wins; one for a time that no calendar has does not count, and hides nothing.
    put(override_all("b", false, 2)).await;
    put(v1::Override {
        until_ms: i64::MAX,
        ..override_all("c", true, 3)
    })
    .await;
    callers_become(&house, "closed", &mut number).await;
    let author = Author {
        name: "Ben",
        id: "ben",
    };
    let now = house.store.clock().await.unwrap().now;
    let withdrawn = house.store.withdraw_override("b", author, now).await.unwrap();
    assert_eq!(withdrawn, OverrideWithdrawn::Done(override_all("b", false, 2)));
    callers_become(&house, "greeting", &mut number).await;

    // Degraded: the last override known is obeyed, so the office rings although the week says closed.
    house.redis.pause().unwrap();
    let said = Line::caller(number + 1)
        .ask_once(&house, "incoming", &[("CallStatus", "ringing")])
        .await;
    house.redis.resume().unwrap();
    assert!(said.contains("<Dial"), "{said}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_when_the_office_closes_is_not_cut_off() {
    let house = House::open().await;
    let mut line = Line::caller(1);
    let menu = line.ask(&house, "incoming", &[("CallStatus", "ringing")]).await;
    let queued = line
        .ask(&house, &attribute(&menu, "action"), &[("Digits", "2")])
        .await;
    house
        .store
        .put_override(&override_all("a", false, 1))
        .await
        .unwrap();
    let mut number = 1;
    callers_become(&house, "closed", &mut number).await;
    // The promise made on joining is kept: music, and in the end the office rings.
    let wait = line
        .ask(&house, &attribute(&queued, "waitUrl"), &[("QueueTime", "5")])
        .await;
    assert!(wait.contains("<Play") && !wait.contains("<Leave"), "{wait}");
    assert_eq!(house.state(&line.sid).await, "queued");
    house.advance(Duration::from_mins(3)).await;
    let wait = line
        .ask(&house, &attribute(&queued, "waitUrl"), &[("QueueTime", "181")])
        .await;
    assert!(wait.contains("<Leave"), "{wait}");
    assert_eq!(house.state(&line.sid).await, "ringing_office");
    house.close().await;
}
