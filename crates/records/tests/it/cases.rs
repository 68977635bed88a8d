//! What must hold on either database.

use sea_orm::{ConnectionTrait as _, Database};
use switchboard_contracts::v1;
use switchboard_records::{Deed, KeptFeed, KeptOverride, Withdrawal};

use crate::Fresh;

fn over(id: &str) -> v1::Override {
    v1::Override {
        id: id.to_owned(),
        schedule: "london".to_owned(),
        open: false,
        from_ms: 1_000,
        until_ms: 9_000,
        reason: "fire drill".to_owned(),
        author: "Amelia Frost".to_owned(),
        made_ms: 500,
        author_id: "amelia".to_owned(),
    }
}

fn kept(over: v1::Override) -> KeptOverride {
    KeptOverride {
        over,
        withdrawn: None,
    }
}

fn made(id: &str) -> KeptOverride {
    kept(over(id))
}

fn withdrawn(id: &str, at_ms: i64, by: &str) -> KeptOverride {
    KeptOverride {
        withdrawn: Some(Withdrawal {
            at_ms,
            by: by.to_owned(),
            by_id: String::new(),
        }),
        ..made(id)
    }
}

pub(crate) async fn an_override_is_kept_as_it_was_made(fresh: &Fresh) {
    let records = fresh.open().await;
    assert_eq!(records.kept_override("a").await.unwrap(), None);
    for _ in 0..3 {
        records.keep_override(&made("a")).await.unwrap();
    }
    assert_eq!(records.kept_override("a").await.unwrap(), Some(made("a")));
    // Whatever else is told under its id, it stays what it was.
    let other = kept(v1::Override {
        open: true,
        schedule: String::new(),
        reason: "no drill".to_owned(),
        ..over("a")
    });
    records.keep_override(&other).await.unwrap();
    assert_eq!(records.kept_override("a").await.unwrap(), Some(made("a")));
    // And to whoever comes later, too.
    assert_eq!(
        fresh.open().await.kept_override("a").await.unwrap(),
        Some(made("a"))
    );
}

pub(crate) async fn a_withdrawal_counts_once_and_whatever_comes_first(fresh: &Fresh) {
    let records = fresh.open().await;
    let taken_back = withdrawn("a", 2_000, "ben");
    records.keep_override(&made("a")).await.unwrap();
    records.keep_override(&taken_back).await.unwrap();
    // The first withdrawal counts, and the job of the making may come after it.
    records
        .keep_override(&withdrawn("a", 3_000, "carl"))
        .await
        .unwrap();
    records.keep_override(&made("a")).await.unwrap();
    assert_eq!(records.kept_override("a").await.unwrap(), Some(taken_back));

    let early = withdrawn("b", 2_000, "ben");
    records.keep_override(&early).await.unwrap();
    records.keep_override(&made("b")).await.unwrap();
    assert_eq!(records.kept_override("b").await.unwrap(), Some(early));
}

pub(crate) async fn those_that_still_matter_are_found(fresh: &Fresh) {
    let records = fresh.open().await;
    let later = kept(v1::Override {
        until_ms: 20_000,
        made_ms: 400,
        ..over("later")
    });
    for over in [&made("a"), &withdrawn("b", 2_000, "ben"), &later] {
        records.keep_override(over).await.unwrap();
    }
    let found = async |after_ms| -> Vec<String> {
        let found = records.overrides_until(after_ms).await.unwrap();
        found.into_iter().map(|kept| kept.over.id).collect()
    };
    assert_eq!(found(8_999).await, ["later", "a", "b"]);
    assert_eq!(found(9_000).await, ["later"]);
    assert!(found(20_000).await.is_empty());
}

pub(crate) async fn the_audit_log_tells_each_deed_once_and_the_newest_first(fresh: &Fresh) {
    let records = fresh.open().await;
    for _ in 0..2 {
        records.keep_override(&made("a")).await.unwrap();
        records
            .keep_override(&withdrawn("a", 2_000, "ben"))
            .await
            .unwrap();
    }
    let deed = Deed {
        deed: "settings:1".to_owned(),
        at_ms: 3_000,
        who: "Carl".to_owned(),
        who_id: "carl".to_owned(),
        action: "settings.change".to_owned(),
        subject: "settings".to_owned(),
        detail: "{}".to_owned(),
    };
    records.audit(&deed).await.unwrap();
    records.audit(&deed).await.unwrap();

    let all = records.audit_log(None, None, 10).await.unwrap();
    let told: Vec<_> = all
        .iter()
        .map(|line| (line.deed.at_ms, line.deed.who.as_str(), line.deed.action.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (3_000, "Carl", "settings.change"),
            (2_000, "ben", "override.withdraw"),
            (500, "Amelia Frost", "override.close"),
        ]
    );
    assert!(
        all[2].deed.detail.contains("fire drill"),
        "{}",
        all[2].deed.detail
    );
    let about = records.audit_log(Some("override:a"), None, 10).await.unwrap();
    assert_eq!(about, all[1..]);
    let next = records.audit_log(None, Some(all[0].place), 1).await.unwrap();
    assert_eq!(next, all[1..2]);
}

pub(crate) async fn the_audit_log_cannot_be_rewritten(fresh: &Fresh) {
    let records = fresh.open().await;
    records.keep_override(&made("a")).await.unwrap();
    let database = Database::connect(fresh.address()).await.unwrap();
    for statement in ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"] {
        let refused = database.execute_unprepared(statement).await.unwrap_err();
        assert!(
            refused.to_string().contains("append-only"),
            "{statement}: {refused}"
        );
    }
    database.close().await.unwrap();
    assert_eq!(
        records.audit_log(None, None, 10).await.unwrap()[0].deed.who_id,
        "amelia"
    );
}

pub(crate) async fn a_feed_has_one_copy(fresh: &Fresh) {
    let records = fresh.open().await;
    let feed = KeptFeed {
        name: "hours.feeds.company".to_owned(),
        source: "https://example.com/a.ics".to_owned(),
        calendar: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_owned(),
        etag: Some("\"1\"".to_owned()),
        last_modified: None,
        checked_ms: 1,
    };
    assert_eq!(records.kept_feed(&feed.name).await.unwrap(), None);
    records.keep_feed(&feed).await.unwrap();
    let newer = KeptFeed {
        etag: None,
        last_modified: Some("Wed, 25 Nov 2026 23:00:00 GMT".to_owned()),
        checked_ms: 2,
        ..feed
    };
    records.keep_feed(&newer).await.unwrap();
    assert_eq!(records.kept_feed(&newer.name).await.unwrap(), Some(newer));
}

/// A file that is being made for the first time may be locked for a moment without any patience; who is told so tries
/// again, as every worker does.
pub(crate) async fn several_start_at_once(fresh: &Fresh) {
    let mut starting = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let records = fresh.unprepared(std::time::Duration::from_secs(5));
        starting.spawn(async move {
            let mut tries = 0;
            while let Err(error) = records.prepare(|| ()).await {
                tries += 1;
                assert!(error.is_passing() && tries < 1_000, "{error:?}");
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        });
    }
    starting.join_all().await;
    let records = fresh.open().await;
    records.keep_override(&made("a")).await.unwrap();
    assert_eq!(records.kept_override("a").await.unwrap(), Some(made("a")));
}

pub(crate) async fn many_write_at_once(fresh: &Fresh) {
    let (one, other) = (fresh.open().await, fresh.open().await);
    one.ping().await.unwrap();
    other.ping().await.unwrap();
    let mut writing = tokio::task::JoinSet::new();
    for number in 0..40 {
        let records = if number % 2 == 0 {
            one.clone()
        } else {
            other.clone()
        };
        // Each of them twice, from two processes.
        writing.spawn(async move {
            let id = format!("o{}", number / 2);
            records.keep_override(&made(&id)).await?;
            records.keep_override(&withdrawn(&id, 2_000, "ben")).await
        });
    }
    for written in writing.join_all().await {
        written.unwrap();
    }
    assert_eq!(one.overrides_until(0).await.unwrap().len(), 20);
    assert_eq!(one.audit_log(None, None, 1_000).await.unwrap().len(), 40);
}

pub(crate) async fn a_newer_version_may_have_been_here(fresh: &Fresh) {
    fresh.open().await.ping().await.unwrap();
    let database = Database::connect(fresh.address()).await.unwrap();
    for statement in [
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_of_the_future', 0)",
        "ALTER TABLE overrides ADD COLUMN colour text",
    ] {
        database.execute_unprepared(statement).await.unwrap();
    }
    database.close().await.unwrap();
    let records = fresh.open().await;
    records.keep_override(&made("a")).await.unwrap();
    assert_eq!(records.kept_override("a").await.unwrap(), Some(made("a")));
}

pub(crate) async fn texts_of_any_kind_come_back(fresh: &Fresh) {
    let records = fresh.open().await;
    let odd = kept(v1::Override {
        reason: "l'été “'; DROP TABLE overrides; --” 🎄\n".repeat(200),
        author: String::new(),
        from_ms: i64::MIN,
        until_ms: i64::MAX,
        ..over("ä b/c'd")
    });
    records.keep_override(&odd).await.unwrap();
    assert_eq!(records.kept_override("ä b/c'd").await.unwrap(), Some(odd));
}

pub(crate) async fn what_is_asked_before_the_tables_are_there_is_to_come_again(fresh: &Fresh) {
    let records = fresh.unprepared(std::time::Duration::from_millis(50));
    for refused in [records.keep_override(&made("a")).await, records.ping().await] {
        let error = refused.unwrap_err();
        assert!(
            error.is_passing() && error.to_string().contains("not up to date"),
            "{error:?}"
        );
    }
    // Who asks in the moment before is not sent away.
    let patient = fresh.unprepared(std::time::Duration::from_secs(30));
    let asked = patient.clone();
    let mut asking = tokio::task::JoinSet::new();
    asking.spawn(async move { asked.keep_override(&made("a")).await });
    patient.prepare(|| ()).await.unwrap();
    asking.join_next().await.unwrap().unwrap().unwrap();
    assert_eq!(patient.kept_override("a").await.unwrap(), Some(made("a")));
}

pub(crate) async fn a_second_process_waits_for_the_first_and_says_so(fresh: &Fresh) {
    let budget = std::time::Duration::from_millis(100);
    let mut one = sea_orm::ConnectOptions::new(match fresh.address().strip_prefix("sqlite:") {
        Some(path) => format!("sqlite:{path}?mode=rwc"),
        None => fresh.address().to_owned(),
    });
    one.max_connections(1);
    let first = Database::connect(one).await.unwrap();
    let lock = if fresh.address().starts_with("sqlite") {
        "BEGIN IMMEDIATE"
    } else {
        "BEGIN; SELECT pg_advisory_xact_lock(32199625090950259)"
    };
    // Before the lock: to write ahead a file must be free for a moment.
    first.execute_unprepared("SELECT 1").await.unwrap();
    if fresh.address().starts_with("sqlite") {
        first
            .execute_unprepared("PRAGMA journal_mode = WAL")
            .await
            .unwrap();
    }
    first.execute_unprepared(lock).await.unwrap();
    let records = fresh.unprepared(budget);
    let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
    let second = records.clone();
    let mut preparing = tokio::task::JoinSet::new();
    preparing.spawn(async move {
        second
            .prepare(|| {
                told.send(()).unwrap();
            })
            .await
    });
    hears.recv().await.unwrap();
    // Far longer than any request may take.
    tokio::time::sleep(budget * 10).await;
    assert!(preparing.try_join_next().is_none());
    let error = records.ping().await.unwrap_err();
    assert!(error.to_string().contains("another process"), "{error:?}");
    first.execute_unprepared("ROLLBACK").await.unwrap();
    preparing.join_next().await.unwrap().unwrap().unwrap();
    assert_eq!(hears.recv().await, None, "said once");
    let records = fresh.open().await;
    records.keep_override(&made("a")).await.unwrap();
    first.close().await.unwrap();
}

pub(crate) async fn addresses_of_an_older_version_become_digests(fresh: &Fresh) {
    let records = fresh.open().await;
    let kept = |name: &str, source: &str| KeptFeed {
        name: name.to_owned(),
        source: source.to_owned(),
        calendar: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_owned(),
        etag: None,
        last_modified: None,
        checked_ms: 1,
    };
    records
        .keep_feed(&kept("a", "https://example.com/secret.ics"))
        .await
        .unwrap();
    records.keep_feed(&kept("b", "/etc/closures.ics")).await.unwrap();
    let database = Database::connect(fresh.address()).await.unwrap();
    let forget = "DELETE FROM seaql_migrations WHERE version = 'm0004_feed_addresses'";
    database.execute_unprepared(forget).await.unwrap();
    database.close().await.unwrap();
    let records = fresh.open().await;
    let source = async |name| records.kept_feed(name).await.unwrap().unwrap().source;
    // `printf https://example.com/secret.ics | sha256sum`
    assert_eq!(
        source("a").await,
        "sha256:e45aa1e72c557c31a0f03cc99062e28154aba4223e1cb59f003312501a5663c6"
    );
    assert_eq!(source("b").await, "/etc/closures.ics");
}
