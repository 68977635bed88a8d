//! A database that is away.

use std::time::Duration;

use switchboard_records::{KeptFeed, Records, RecordsConfig};

use crate::cluster::Cluster;

fn feed() -> KeptFeed {
    KeptFeed {
        name: "hours.feeds.company".to_owned(),
        source: "closures.ics".to_owned(),
        calendar: String::new(),
        etag: None,
        last_modified: None,
        checked_ms: 1,
    }
}

#[tokio::test]
async fn nobody_needs_it_to_start_and_everybody_goes_on_when_it_is_back() {
    let mut cluster = Cluster::start().await;
    let address = cluster.database("records");
    cluster.stop();
    let mut config = RecordsConfig::parse(&address).unwrap();
    config.budget = Duration::from_secs(1);
    let records = Records::new(config);
    for _ in 0..2 {
        for refused in [records.prepare(|| ()).await, records.ping().await] {
            let error = refused.unwrap_err();
            assert!(error.is_passing(), "{error:?}");
        }
    }
    cluster.restart().await;
    // A second was set for the test that nobody answers; a busy machine may need more than one try.
    let mut patient = RecordsConfig::parse(&address).unwrap();
    patient.budget = Duration::from_secs(30);
    let records = Records::new(patient);
    records.prepare(|| ()).await.unwrap();
    records.keep_feed(&feed()).await.unwrap();
    // Its connections are dead now, and it does not know.
    cluster.stop();
    cluster.restart().await;
    let mut tries = 0;
    while let Err(error) = records.ping().await {
        assert!(error.is_passing() && tries < 100, "{error:?}");
        tries += 1;
    }
    assert_eq!(
        records.kept_feed("hours.feeds.company").await.unwrap(),
        Some(feed())
    );
}

#[tokio::test]
async fn what_it_never_takes_is_not_tried_again() {
    let cluster = Cluster::start().await;
    let records = RecordsConfig::parse(&cluster.database("records")).unwrap();
    let records = Records::new(records);
    records.prepare(|| ()).await.unwrap();
    let feed = KeptFeed {
        calendar: "no text of PostgreSQL's holds a \0".to_owned(),
        ..feed()
    };
    let error = records.keep_feed(&feed).await.unwrap_err();
    assert!(!error.is_passing(), "{error:?}");
    records.ping().await.unwrap();
}
