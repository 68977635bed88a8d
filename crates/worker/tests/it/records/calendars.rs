//! Calendars: looked at in time, taken by every process, and never lost by what a server does.

use std::time::Duration;

use chrono::{DateTime, Utc};
use switchboard_runtime::{FeedMark, Lifecycle, LiveSchedules};

use super::archive::{Archive, until};
use super::server::{Answer, Server};
use crate::house::stop;

const NAME: &str = "hours.feeds.closures";

/// A calendar with one day off in the week of Monday, 6 July 2026.
fn off(date: u32) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:202607{date:02}\r\nSUMMARY:Party\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

/// Whether the office is closed on that day of July 2026, at ten in the morning.
fn is_off(hours: &LiveSchedules, date: u32) -> bool {
    let at: DateTime<Utc> = format!("2026-07-{date:02}T10:00:00Z").parse().unwrap();
    !hours.current().get("london").unwrap().is_open(at)
}

async fn mark(archive: &Archive) -> Option<FeedMark> {
    let marks = archive.store.feed_marks().await.unwrap();
    FeedMark::read(marks.get(NAME)?)
}

async fn trouble(archive: &Archive) -> String {
    mark(archive).await.map(|mark| mark.trouble).unwrap_or_default()
}

/// The timer waits for its next round; then that much time passes.
async fn pass(archive: &Archive, time: Duration) {
    until("the timer waits", async || {
        let stats = archive.stats().await;
        stats
            .queues
            .iter()
            .any(|queue| queue.name == "records" && queue.due == 1 && queue.leased == 0)
    })
    .await;
    archive.store.advance_clock(time).await.unwrap();
}

const HOUR: Duration = Duration::from_mins(61);
const MINUTES: Duration = Duration::from_mins(6);

fn settings(source: &str) -> Vec<String> {
    [
        "hours.holidays=none",
        "feeds.timeout=1s",
        "feeds.refresh_every=1h",
    ]
    .iter()
    .map(|setting| (*setting).to_owned())
    .chain([format!("{NAME}={source}")])
    .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_calendar_of_a_server_is_followed_and_its_last_good_copy_counts() {
    let outside = Lifecycle::new();
    let server = Server::start(&outside);
    server.answers(Answer::Calendar(off(6)));
    let mut archive = Archive::open(&settings(&format!("http://{}/a.ics", server.address))).await;
    let hours = archive.hours(&outside);
    assert!(!is_off(&hours, 6) && !is_off(&hours, 7));
    let told: Vec<String> = warnings(&hours, 0);
    assert!(
        told.iter().any(|told| told.contains("no copy of it yet")),
        "{told:?}"
    );
    let (worker, _) = archive.start();
    until("the first copy counts", async || is_off(&hours, 6)).await;

    // Nothing has changed: the server says so without sending it again.
    pass(&archive, HOUR).await;
    until("it was asked again", async || server.asked().1 == 1).await;
    // Something has.
    server.answers(Answer::Calendar(off(7)));
    pass(&archive, HOUR).await;
    until("the second copy counts", async || {
        is_off(&hours, 7) && !is_off(&hours, 6)
    })
    .await;
    let good = mark(&archive).await.unwrap();

    // Whatever the server does now, that copy stays, and how it stands is told.
    let big = format!("BEGIN:VCALENDAR\r\n{}", "X-NOISE:1\r\n".repeat(500_000));
    for (answer, words) in [
        (Answer::Status(500), "500"),
        (Answer::Calendar("<html>Sign in</html>".to_owned()), "no calendar"),
        (Answer::Calendar(big), "larger than 4 MiB"),
        (Answer::Silence, "no answer"),
    ] {
        server.answers(answer.clone());
        pass(&archive, HOUR).await;
        until(words, async || trouble(&archive).await.contains(words)).await;
        assert!(is_off(&hours, 7));
        let now = mark(&archive).await.unwrap();
        assert_eq!(
            (now.changed_ms, now.checked_ms),
            (good.changed_ms, good.checked_ms),
            "{words}"
        );
    }
    until("its age is known", async || {
        warnings(&hours, good.checked_ms + 25 * 3_600_000)
            .iter()
            .any(|told| told.contains("last read on"))
    })
    .await;
    assert!(
        !warnings(&hours, good.checked_ms + 3_600_000)
            .iter()
            .any(|told| told.contains("last read on"))
    );

    // Redis loses it, and the server is no help: the records have it.
    server.answers(Answer::Status(503));
    stop(worker).await;
    archive.redis_forgets().await;
    let fresh = archive.hours(&outside);
    let (worker, _) = archive.start();
    until("the copy of the records counts", async || is_off(&fresh, 7)).await;
    // And when the server is well again, all is.
    server.answers(Answer::Calendar(off(8)));
    until("the third copy counts", async || {
        archive.store.advance_clock(MINUTES).await.unwrap();
        is_off(&fresh, 8)
    })
    .await;
    until("all is well", async || trouble(&archive).await.is_empty()).await;
    stop(worker).await;
    stop(outside).await;
    archive.close().await;
}

fn warnings(hours: &LiveSchedules, at_ms: i64) -> Vec<String> {
    let at = DateTime::<Utc>::from_timestamp_millis(at_ms).unwrap();
    let warnings = hours.current().get("london").unwrap().warnings(at);
    warnings.iter().map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_read_again_and_a_copy_of_another_place_does_not_count() {
    let outside = Lifecycle::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("closures.ics");
    std::fs::write(&file, off(6)).unwrap();
    let archive = Archive::open(&settings(&file.display().to_string())).await;
    let hours = archive.hours(&outside);
    assert!(is_off(&hours, 6), "it is read at the start");
    let (worker, _) = archive.start();
    until("it was looked at", async || mark(&archive).await.is_some()).await;
    std::fs::write(&file, off(7)).unwrap();
    pass(&archive, HOUR).await;
    until("it was read again", async || is_off(&hours, 7)).await;
    std::fs::remove_file(&file).unwrap();
    pass(&archive, HOUR).await;
    until("it is missed", async || {
        trouble(&archive).await.contains("the file")
    })
    .await;
    assert!(is_off(&hours, 7));
    // Somebody else's settings name another place under the same name.
    let elsewhere = r#"{"source":"elsewhere.ics","calendar":"BEGIN:VCALENDAR\nEND:VCALENDAR"}"#;
    let other = FeedMark {
        changed_ms: 9,
        ..FeedMark::default()
    };
    archive
        .store
        .put_feed(NAME, &other.text(), Some(elsewhere))
        .await
        .unwrap();
    pass(&archive, MINUTES).await;
    assert!(is_off(&hours, 7));
    stop(worker).await;
    stop(outside).await;
    archive.close().await;
}

/// The address of a private calendar is its password, and may be long.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_address_of_a_calendar_is_written_out_nowhere() {
    const SECRET: &str = "calendar-secret-777";
    let outside = Lifecycle::new();
    let server = Server::start(&outside);
    server.answers(Answer::Calendar(off(6)));
    let address = format!("http://{}/a.ics?key={SECRET}", server.address);
    let long = format!("http://{}/b.ics?key={}", server.address, SECRET.repeat(40));
    let mut settings = settings(&address);
    settings.push(format!("hours.feeds.long={long}"));
    let archive = Archive::open(&settings).await;
    let hours = archive.hours(&outside);
    // What an older version has left: its copy and its timer, which is due in an hour.
    let old = format!(r#"{{"source":"{address}","calendar":"BEGIN:VCALENDAR\nEND:VCALENDAR"}}"#);
    let mark_of_old = FeedMark {
        changed_ms: 1,
        checked_ms: 1,
        ..FeedMark::default()
    };
    let mark_of_old = mark_of_old.text();
    let put = archive.store.put_feed(NAME, &mark_of_old, Some(&old));
    put.await.unwrap();
    archive.leave_old_timer(NAME, &address, HOUR).await;
    assert!(archive.known_of_calendars(NAME).await.contains(SECRET));

    let (worker, _) = archive.start();
    until("the copy counts", async || is_off(&hours, 6)).await;
    until("the long one too", async || {
        archive
            .store
            .feed_marks()
            .await
            .unwrap()
            .contains_key("hours.feeds.long")
    })
    .await;
    until("nothing holds it", async || {
        !archive.known_of_calendars(NAME).await.contains(SECRET)
    })
    .await;
    let kept = archive.records.kept_feed(NAME).await.unwrap().unwrap();
    assert!(kept.source.starts_with("sha256:"), "{}", kept.source);
    // An old worker starts its timer again: the next round is its last.
    archive.leave_old_timer(NAME, &address, Duration::ZERO).await;
    until("it is gone", async || {
        !archive.known_of_calendars(NAME).await.contains(SECRET)
    })
    .await;
    stop(worker).await;
    assert!(!archive.files_of_records().contains(SECRET));
    stop(outside).await;
    archive.close().await;
}
