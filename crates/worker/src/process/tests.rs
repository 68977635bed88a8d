use std::collections::BTreeMap;

use switchboard_queue::jobs;
use switchboard_runtime::settings::Layers;

use super::*;

/// A job without a handler compiles: it would wait ten minutes for a newer worker, and end among the dead letters.
#[tokio::test]
async fn every_job_has_a_handler_in_the_worker_of_its_queue() {
    let settings = Layers::demo().load().unwrap();
    let deps = Deps::new(
        settings,
        "redis://127.0.0.1:1".to_owned(),
        Metrics::install().unwrap(),
        Rng::from_seed(1),
    )
    .unwrap();
    let calls = || deps.calls().unwrap();
    let records = Records::new(RecordsConfig::parse("postgres://nobody@127.0.0.1:1/nothing").unwrap());
    let calendars = Calendars::new(&deps.settings, deps.store.clone(), records.clone()).unwrap();
    let urls = VoiceUrls::new(deps.settings.public.base_url.as_str());
    let carrier = Carrier::new(&deps.settings, calls(), urls, 1).unwrap();
    let workers = [
        (
            vec![LOOKUP],
            lookup_router(Lookups::new(&deps.settings, calls()).unwrap()),
        ),
        (vec![DEADLINES, CARRIER, SWEEP], calls_router(&carrier)),
        (vec![RECORDS], records_router(&records, &calendars)),
    ];
    let mut handled = BTreeMap::new();
    for (queues, router) in &workers {
        for queue in queues {
            let names: Vec<_> = router.names().collect();
            handled.insert(*queue, names);
        }
    }
    for (name, queue) in jobs::ALL {
        let there = handled.get(queue).is_some_and(|names| names.contains(name));
        assert!(there, "no worker of the queue {queue} has a handler for {name}");
    }
}
