//! Who is calling.

use switchboard_contracts::v1;
use switchboard_domain::{Call, Command, Lookup, LookupOutcome, SourceName};
use switchboard_queue::Push;
use switchboard_queue::jobs::LOOKUP;
use switchboard_simulator::{CrmMode, Faults};

use crate::house::{House, MARA, stop};

fn outcome<'a>(call: &'a Call, source: &str) -> Option<&'a LookupOutcome> {
    match call.lookups.get(&SourceName::new(source).unwrap()) {
        Some(Lookup::Done(outcome)) => Some(outcome),
        Some(Lookup::Pending) | None => None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_source_says_what_it_knows_on_its_own() {
    let house = House::open().await;
    let call = house.dial().await;
    house.arrives(&call, &["crm", "gone"]).await;
    let lookup = house.start_lookup();
    let done = |call: &Call| outcome(call, "crm").is_some() && outcome(call, "gone").is_some();
    let known = house.until_call(&call, done).await;
    assert!(
        matches!(outcome(&known, "crm"), Some(LookupOutcome::Found { .. })),
        "{:?}",
        known.lookups
    );
    assert_eq!(
        outcome(&known, "gone"),
        Some(&LookupOutcome::Failed {
            reason: "is not set up".to_owned()
        }),
        "a source that the settings no longer name"
    );
    stop(lookup).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_in_trouble_is_asked_again_and_then_named() {
    let house = House::with(&["lookup.sources.crm.attempts=2"]).await;
    house.simulator.set_faults(Faults {
        crm_mode: CrmMode::Error,
        ..Faults::default()
    });
    let call = house.dial().await;
    house.arrives(&call, &["crm"]).await;
    let lookup = house.start_lookup();
    house.until_queues(|stats| stats.due == 1).await;
    house.pass(std::time::Duration::from_secs(5)).await;
    let known = house
        .until_call(&call, |call| outcome(call, "crm").is_some())
        .await;
    assert!(
        matches!(outcome(&known, "crm"), Some(LookupOutcome::Failed { .. })),
        "{:?}",
        known.lookups
    );
    assert!(house.dead(LOOKUP).await.is_empty());
    stop(lookup).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_asked_about_a_caller_who_has_gone() {
    let house = House::open().await;
    let call = house.dial().await;
    house.arrives(&call, &["crm"]).await;
    house.step(&call, None, Command::CallerGone).await;
    let lookup = house.start_lookup();
    house
        .until_queues(|stats| stats.is_idle() && stats.due == 0)
        .await;
    let known = house.find(&call).await.unwrap();
    assert_eq!(outcome(&known, "crm"), None);
    // Nor twice about the same one.
    let again = v1::LookupCaller {
        call_id: call.to_string(),
        number: MARA.to_owned(),
        source: "crm".to_owned(),
    };
    house.push(Push::now(&again).unwrap()).await;
    house
        .until_queues(|stats| stats.is_idle() && stats.due == 0)
        .await;
    assert_eq!(house.find(&call).await, Some(known));
    stop(lookup).await;
    house.close().await;
}
