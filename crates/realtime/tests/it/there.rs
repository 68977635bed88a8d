//! Who is there: their own word, and a live connection behind it.

use std::time::Duration;

use serde_json::json;
use switchboard_domain::{AgentId, Connection};

use crate::client::{Client, LONG};
use crate::house::House;
use crate::sockets::greeted;

/// Three beats.
const SHORT: Duration = Duration::from_millis(2400);

impl House {
    async fn presence(&self, agent: &str) -> String {
        let live = self.live().await;
        let agent = live.agents.into_iter().find(|one| one.id == agent).unwrap();
        agent
            .presence()
            .as_str_name()
            .trim_start_matches("PRESENCE_")
            .to_lowercase()
    }

    async fn until_presence(&self, agent: &str, presence: &str) {
        let wait = async {
            while self.presence(agent).await != presence {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let waited = tokio::time::timeout(LONG, wait).await;
        assert!(waited.is_ok(), "{agent} is never {presence}");
    }

    async fn says(&self, agent: &str, presence: &str) {
        let path = format!("/agents/{agent}/presence");
        let reply = self.put(&path, json!({ "presence": presence })).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }

    async fn until_connection(&self, agent: &str, connection: Connection) {
        let id = AgentId::new(agent).unwrap();
        let wait = async {
            while self.store.known_agent(&id).await.unwrap().0.unwrap().connection != connection {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let waited = tokio::time::timeout(LONG, wait).await;
        assert!(waited.is_ok(), "{agent} is never {connection:?}");
    }
}

#[tokio::test]
async fn in_a_demonstration_nobody_is_there_before_somebody_signs_in() {
    let house = House::start_empty(LONG).await;
    for agent in ["amelia", "bashir", "carys", "dylan"] {
        assert_eq!(house.presence(agent).await, "offline", "{agent}");
    }
    let client = Client::open(&house, "amelia", None).await;
    house.until_presence("amelia", "available").await;
    assert_eq!(house.presence("bashir").await, "offline");
    // What is derived takes no Answer away.
    let call = house.waiting("CA1").await;
    house.act("answer", &call, "bashir").await.is(200, "yours");
    drop(client);
    house.end().await;
}

#[tokio::test]
async fn whose_screen_is_gone_is_offline_after_the_grace_and_not_before() {
    let house = House::start_empty(SHORT).await;
    let call = house.waiting("CA1").await;
    let waits = house.call(&call).await.state;
    let mut watching = Client::open(&house, "amelia", None).await;
    let (_, mut screen) = greeted(&mut watching).await;
    let bashir = Client::open(&house, "bashir", None).await;
    house.until_presence("bashir", "available").await;

    // A page that is loaded anew: nothing is told.
    drop(bashir);
    let mut bashir = Client::open(&house, "bashir", None).await;
    greeted(&mut bashir).await;
    tokio::time::sleep(2 * SHORT).await;
    assert_eq!(house.presence("bashir").await, "available");

    // Another window stays open.
    drop(Client::open(&house, "bashir", None).await);
    tokio::time::sleep(2 * SHORT).await;
    assert_eq!(house.presence("bashir").await, "available");

    drop(bashir);
    house.until_presence("bashir", "offline").await;
    let offline = switchboard_contracts::v1::Presence::Offline;
    while screen.agents["bashir"].presence() != offline {
        screen.take(watching.news().await.unwrap());
    }
    // The caller waits as long as before, and an Answer of theirs counts.
    assert_eq!(house.call(&call).await.state, waits);
    house.act("answer", &call, "bashir").await.is(200, "yours");
    // They need not say again that they are there.
    let _back = Client::open(&house, "bashir", None).await;
    house.until_presence("bashir", "available").await;
    house.end().await;
}

#[tokio::test]
async fn whoever_was_away_and_is_gone_is_offline_and_not_away() {
    let house = House::start_empty(SHORT).await;
    let client = Client::open(&house, "amelia", None).await;
    house.until_presence("amelia", "available").await;
    house.says("amelia", "away").await;
    assert_eq!(house.presence("amelia").await, "away");
    drop(client);
    house.until_presence("amelia", "offline").await;
    let _back = Client::open(&house, "amelia", None).await;
    house.until_presence("amelia", "away").await;
    house.end().await;
}

#[tokio::test]
async fn agents_on_a_telephone_and_programs_keep_their_own_word() {
    let house = House::start_empty(SHORT).await;
    // Dylan talks on a telephone and has a screen open for a while; a program speaks for Carys.
    let screen = Client::open(&house, "dylan", None).await;
    house.until_presence("dylan", "available").await;
    drop(screen);
    house.says("carys", "available").await;
    tokio::time::sleep(3 * SHORT).await;
    assert_eq!(house.presence("dylan").await, "available");
    assert_eq!(house.presence("carys").await, "available");
    house.end().await;
}

#[tokio::test]
async fn a_screen_at_another_process_counts_and_those_of_a_dead_one_do_not_for_ever() {
    let house = House::start_empty(SHORT).await;
    let beside = house.beside(&house.settings, SHORT);
    beside.until_ready().await;
    let here = Client::open(&house, "amelia", None).await;
    house.until_presence("amelia", "available").await;
    let there = Client::open_at(&house, beside.address, "amelia").await;
    let also_there = Client::open_at(&house, beside.address, "bashir").await;
    house.until_presence("bashir", "available").await;
    // They moved to the other process.
    drop(here);
    tokio::time::sleep(2 * SHORT).await;
    assert_eq!(house.presence("amelia").await, "available");
    // It stops. What it leaves is looked after by the one that stays.
    beside.end().await;
    drop((there, also_there));
    house.until_presence("amelia", "offline").await;
    house.until_presence("bashir", "offline").await;
    house.end().await;
}

#[tokio::test]
async fn the_grace_does_not_count_while_redis_is_away() {
    let house = House::start_empty(2 * SHORT).await;
    let client = Client::open(&house, "amelia", None).await;
    house.until_connection("amelia", Connection::Connected).await;
    drop(client);
    house.redis.pause().unwrap();
    // Longer than the grace.
    tokio::time::sleep(3 * SHORT).await;
    house.redis.resume().unwrap();
    let _back = Client::open(&house, "amelia", None).await;
    tokio::time::sleep(3 * SHORT).await;
    // An event for each time that it had changed.
    let live = house.live().await;
    let events = house.store.stream_after(0, 1000).await.unwrap();
    let offline = events
        .iter()
        .filter(|entry| entry.json.contains("amelia") && entry.json.contains("OFFLINE"));
    assert_eq!(offline.count(), 1, "only at the start: {live:?}");
    assert_eq!(house.presence("amelia").await, "available");
    house.end().await;
}

#[tokio::test]
async fn a_redis_that_comes_back_empty_is_told_again_who_is_there() {
    let house = House::start_empty(LONG).await;
    let _client = Client::open(&house, "amelia", None).await;
    house.until_presence("amelia", "available").await;
    house.redis("FLUSHALL").await;
    house.until_listening().await;
    let known = async {
        while house.get("/live").await.body["agents"]
            .as_array()
            .is_none_or(Vec::is_empty)
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(LONG, known).await.unwrap();
    house.until_presence("amelia", "available").await;
    assert_eq!(house.presence("bashir").await, "offline");
    house.end().await;
}
