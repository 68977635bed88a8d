//! Calls that come by themselves.

use switchboard_simulator::{LegView, Traffic, Who};

use crate::world::World;

async fn after_five_minutes(calls_per_minute: u32, seed: u64) -> Vec<LegView> {
    let world = World::with(|config| config.seed = seed);
    world
        .app
        .twiml("/voice", "<Gather action=\"/menu\" timeout=\"30\"/>");
    world.app.twiml("/menu", "<Pause length=\"600\"/>");
    world.sim.set_traffic(&Traffic {
        calls_per_minute,
        ..Traffic::default()
    });
    world.seconds(300).await;
    world.sim.legs()
}

fn callers(legs: &[LegView]) -> Vec<&str> {
    legs.iter()
        .map(|leg| match &leg.who {
            Who::Caller(number) => number.as_str(),
            Who::Agent(_) | Who::OfficePhone(_) | Who::Twilio => panic!("not a caller: {leg:?}"),
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seed_decides_who_rings() {
    let (one, same, other) = tokio::join!(
        after_five_minutes(6, 7),
        after_five_minutes(6, 7),
        after_five_minutes(6, 8)
    );
    assert_eq!(callers(&one), callers(&same));
    assert_ne!(callers(&one), callers(&other));
    // Thirty on average, each half to one and a half times the mean apart.
    assert!((20..=60).contains(&one.len()), "{}", one.len());
    assert!(
        one.iter().any(|leg| leg.ended_ms.is_some()),
        "they give up some day"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_off_until_asked_for_and_ends_when_told() {
    let world = World::new();
    assert_eq!(world.sim.traffic().calls_per_minute, 0);
    world.app.twiml("/voice", "<Pause length=\"600\"/>");
    world.sim.set_traffic(&Traffic {
        calls_per_minute: 1_000,
        keys: "1x2".into(),
    });
    let now = world.sim.traffic();
    assert_eq!((now.calls_per_minute, now.keys.as_str()), (60, "12"), "bounded");
    world.seconds(10).await;
    let placed = world.sim.legs().len();
    assert!(placed > 0);
    world.sim.set_traffic(&Traffic::default());
    // Whoever is on the line stays, gives up, and nobody else comes.
    world.seconds(400).await;
    let legs = world.sim.legs();
    assert_eq!(legs.len(), placed);
    assert!(legs.iter().all(|leg| leg.ended_ms.is_some()));
}
