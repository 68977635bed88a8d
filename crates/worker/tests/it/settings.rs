//! Settings that cannot be used end the process before it takes a job, with every fault at once.

use switchboard_runtime::settings::Layers;
use switchboard_runtime::{Metrics, Rng};
use switchboard_store::{Store, StoreConfig};
use switchboard_worker::{Deps, WorkerError, run_lookup};
use tokio_util::sync::CancellationToken;

use crate::pages::anywhere;

/// No Redis is there, and none is asked.
const NOWHERE: &str = "redis+unix:///nowhere/redis.sock";

fn deps(text: &str) -> Deps {
    let settings = Layers::demo().text("test", text).load().unwrap();
    Deps {
        store: Store::new(StoreConfig::new(NOWHERE, settings.key_prefix())).unwrap(),
        settings,
        redis_url: NOWHERE.to_owned(),
        metrics: Metrics::install().unwrap(),
        rng: Rng::from_seed(1),
    }
}

fn faults(done: Result<(), WorkerError>) -> Vec<String> {
    match done {
        Err(WorkerError::Settings(faults)) => faults,
        other => panic!("started: {other:?}"),
    }
}

#[tokio::test]
async fn every_fault_of_every_source_is_told_at_once() {
    let deps = deps(
        r#"
        [lookup.sources.crm]
        headers = { "no header" = "x" }
        mapping = { matches = "results[", name = "also[" }
        [lookup.sources.other]
        kind = "http"
        url = "http://127.0.0.1:1/?q={number}"
        mapping = { matches = "results", tier = "tier[" }
        "#,
    );
    let faults = faults(run_lookup(anywhere().0, deps, CancellationToken::new()).await);
    for part in [
        "lookup.sources.crm",
        "no header",
        "matches",
        "name",
        "lookup.sources.other",
        "tier",
    ] {
        assert!(
            faults.iter().any(|fault| fault.contains(part)),
            "{part} in {faults:#?}"
        );
    }
    assert!(faults.len() >= 4, "{faults:#?}");
}
