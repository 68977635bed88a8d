use std::time::Instant;

use switchboard_simulator::{CallStatus, ClockMode};

use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn minutes_pass_in_no_time_and_in_order() {
    let world = World::new();
    world
        .app
        .twiml("/voice", "<Enqueue waitUrl=\"/wait\">support</Enqueue>");
    world.app.twiml("/wait", "<Pause length=\"20\"/>");
    let started = Instant::now();
    let caller = world.call().await;
    world.seconds(185).await;
    assert!(
        started.elapsed().as_secs() < 5,
        "virtual minutes took {:?}",
        started.elapsed()
    );
    let asked = world.app.received("/wait");
    assert_eq!(asked.len(), 10, "at 0, 20, ... 180 s");
    let times: Vec<&str> = asked.iter().map(|one| one.get("QueueTime").unwrap()).collect();
    assert_eq!(
        times,
        ["0", "20", "40", "60", "80", "100", "120", "140", "160", "180"]
    );
    assert_eq!(world.sim.leg(&caller).unwrap().status, CallStatus::InProgress);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_driver_can_jump_from_timer_to_timer() {
    let world = World::new();
    world.app.twiml("/voice", "<Pause length=\"7\"/><Say>after</Say>");
    let caller = world.call().await;
    let start = world.sim.now_ms();
    assert_eq!(world.sim.next_timer_ms(), Some(start + 7_000));
    world.sim.advance_to(start + 7_000).await;
    world.idle().await;
    assert!(world.heard(&caller, "after"));
    assert_eq!(world.sim.now_ms(), start + 7_000);
    world.sim.advance_to(start).await;
    assert_eq!(world.sim.now_ms(), start + 7_000, "time never goes back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_time_fires_timers_by_itself_and_can_be_moved() {
    let world = World::new();
    world.app.twiml("/voice", "<Pause length=\"600\"/><Say>a</Say>");
    world.sim.set_clock(ClockMode::Real);
    let caller = world.sim.dial("+447700900001", crate::world::OFFICE);
    world.idle().await;
    let before = world.sim.now_ms();
    world.sim.advance_to(before + 599_950).await;
    world
        .holds("the end of the pause by itself", |view| {
            view.leg(&caller)
                .is_some_and(|leg| leg.status == CallStatus::Completed)
        })
        .await;
    let ended = world.sim.leg(&caller).unwrap().ended_ms.unwrap();
    assert!(ended >= before + 599_950, "never early");
}
