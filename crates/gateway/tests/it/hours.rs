//! What callers hear when numbers and queues keep hours of their own, and on days off.

use switchboard_runtime::settings::Layers;

use crate::house::{House, always};
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
