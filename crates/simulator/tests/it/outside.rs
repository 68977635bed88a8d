use std::time::{Duration, Instant};

use serde_json::Value;
use switchboard_simulator::CrmMode;

use crate::world::World;

async fn ask(world: &World, phone: &str, key: &str) -> Result<reqwest::Response, reqwest::Error> {
    let url = format!("{}/crm/v1/customers", world.base);
    world
        .http
        .get(url)
        .query(&[("phone", phone)])
        .bearer_auth(key)
        .send()
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_crm_knows_its_customers() {
    let world = World::new();
    let body: Value = ask(&world, "+447700900101", "demo-crm-key")
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(body["meta"]["count"], 1);
    assert_eq!(body["data"][0]["person"]["name"]["full"], "Mara Lind");
    assert_eq!(
        body["data"][0]["support"]["open_tickets"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let body: Value = ask(&world, "+447700900999", "demo-crm-key")
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(body["meta"]["count"], 0);
    let body: Value = ask(&world, "+442079460100", "demo-crm-key")
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(body["meta"]["count"], 2, "a line that two share");
    assert_eq!(ask(&world, "+447700900101", "wrong").await.unwrap().status(), 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_crm_misbehaves() {
    let world = World::new();
    let mut faults = world.sim.faults();
    faults.crm_delay_ms = 150;
    faults.crm_mode = CrmMode::Error;
    world.sim.set_faults(faults.clone());
    let started = Instant::now();
    assert_eq!(
        ask(&world, "+447700900101", "demo-crm-key")
            .await
            .unwrap()
            .status(),
        500
    );
    assert!(started.elapsed() >= Duration::from_millis(150));
    faults.crm_mode = CrmMode::Garbage;
    world.sim.set_faults(faults.clone());
    let response = ask(&world, "+447700900101", "demo-crm-key").await.unwrap();
    assert!(response.json::<Value>().await.is_err());
    faults.crm_mode = CrmMode::Down;
    world.sim.set_faults(faults);
    assert!(ask(&world, "+447700900101", "demo-crm-key").await.is_err());
    assert_eq!(world.sim.crm_in_flight(), 0);
}
