//! Lists of calls that lag, lose calls between pages, or hold what cannot be read.

use serde_json::Value;
use switchboard_simulator::Faults;

use crate::world::{ACCOUNT, TOKEN, World};

/// The SIDs on all pages, as a client follows them.
async fn listed(world: &World, query: &str) -> Vec<Option<String>> {
    let mut path = format!("/2010-04-01/Accounts/{ACCOUNT}/Calls.json?{query}");
    let mut sids = Vec::new();
    for _ in 0..20 {
        let url = format!("{}{path}", world.base);
        let request = world.http.get(&url).basic_auth(ACCOUNT, Some(TOKEN));
        let text = request.send().await.unwrap().text().await.unwrap();
        let page: Value = serde_json::from_str(&text).unwrap();
        let calls = page["calls"].as_array().unwrap();
        sids.extend(calls.iter().map(|call| call["sid"].as_str().map(str::to_owned)));
        match page["next_page_uri"].as_str() {
            Some(next) => next.clone_into(&mut path),
            None => return sids,
        }
    }
    panic!("pages without end: {sids:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_lag_lose_calls_between_pages_and_hold_what_cannot_be_read() {
    let world = World::new();
    world
        .app
        .twiml("/voice", r#"<Say>Hello.</Say><Pause length="600"/>"#);
    let mut legs = Vec::new();
    for _ in 0..5 {
        legs.push(world.call().await);
    }
    world.sim.advance(10_000).await;
    let all = listed(&world, "Status=in-progress").await;
    assert_eq!(all.len(), 5);

    let faults = |faults| world.sim.set_faults(faults);
    faults(Faults {
        lists_page_items: 2,
        ..Faults::default()
    });
    assert_eq!(listed(&world, "Status=in-progress").await, all, "only more pages");

    faults(Faults {
        lists_page_items: 2,
        lists_shifted_percent: 100,
        ..Faults::default()
    });
    let shifted = listed(&world, "Status=in-progress").await;
    assert!(!shifted.contains(&all[2]), "the first of the second page slipped");
    assert!(shifted.contains(&all[0]) && shifted.contains(&all[3]));

    faults(Faults {
        lists_unreadable_percent: 100,
        ..Faults::default()
    });
    assert_eq!(listed(&world, "Status=in-progress").await, vec![None; 5]);

    faults(Faults {
        lists_late_ms: 5_000,
        ..Faults::default()
    });
    world.sim.hang_up(&legs[0]);
    world.idle().await;
    let young = world.call().await;
    let late = listed(&world, "Status=in-progress").await;
    assert_eq!(
        late, all,
        "the end of one and the begin of another are not in it yet"
    );
    world.sim.advance(6_000).await;
    let later = listed(&world, "Status=in-progress").await;
    assert!(!later.contains(&Some(legs[0].as_str().to_owned())));
    assert!(later.contains(&Some(young.as_str().to_owned())));
}
