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
    let records = fresh.open();
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
    assert_eq!(fresh.open().kept_override("a").await.unwrap(), Some(made("a")));
}

pub(crate) async fn a_withdrawal_counts_once_and_whatever_comes_first(fresh: &Fresh) {
    let records = fresh.open();
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
    let records = fresh.open();
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
    let records = fresh.open();
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
    let records = fresh.open();
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
    let records = fresh.open();
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

/// A file that is being made for the first time may be locked for a moment without any patience; who is told so asks
/// again, as every job does.
pub(crate) async fn several_start_at_once(fresh: &Fresh) {
    let mut starting = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let records = fresh.open();
        starting.spawn(async move {
            let mut tries = 0;
            while let Err(error) = records.ping().await {
                tries += 1;
                assert!(error.is_passing() && tries < 1_000, "{error:?}");
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        });
    }
    starting.join_all().await;
    let records = fresh.open();
    records.keep_override(&made("a")).await.unwrap();
    assert_eq!(records.kept_override("a").await.unwrap(), Some(made("a")));
}

pub(crate) async fn many_write_at_once(fresh: &Fresh) {
    let (one, other) = (fresh.open(), fresh.open());
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
    fresh.open().ping().await.unwrap();
    let database = Database::connect(fresh.address()).await.unwrap();
    for statement in [
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_of_the_future', 0)",
        "ALTER TABLE overrides ADD COLUMN colour text",
    ] {
        database.execute_unprepared(statement).await.unwrap();
    }
    database.close().await.unwrap();
    let records = fresh.open();
    records.keep_override(&made("a")).await.unwrap();
    assert_eq!(records.kept_override("a").await.unwrap(), Some(made("a")));
}

pub(crate) async fn texts_of_any_kind_come_back(fresh: &Fresh) {
    let records = fresh.open();
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
