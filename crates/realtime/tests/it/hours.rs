//! Opening hours over HTTP: how they stand, and opening or closing by hand.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use switchboard_contracts::v1;
use switchboard_contracts::v1::server_frame::Frame;
use switchboard_queue::JobState;
use switchboard_queue::jobs::RECORDS;
use switchboard_queue::{Admin, Prefix};
use switchboard_runtime::settings::Layers;

use crate::client::Client;
use crate::house::{House, Reply};

/// Never open by itself, with a second schedule that always is.
pub(crate) fn closed() -> Layers {
    let days = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let open: Vec<String> = days.iter().map(|day| format!("{day}=[\"24h\"]")).collect();
    let text = format!(
        "[hours]\nschedule = \"london\"\ntime_zone = \"Europe/London\"\nholidays = \"none\"\n[hours.weekly]\n{}\n\
         [schedules.line]\ntime_zone = \"Europe/London\"\nqueues = [\"sales\"]\n[schedules.line.weekly]\n{}\n",
        days.map(|day| format!("{day} = [\"closed\"]")).join("\n"),
        open.join("\n"),
    );
    Layers::demo().text("hours.toml", &text)
}

pub(crate) async fn closed_house() -> House {
    let house = House::start_with(&closed(), Duration::from_secs(5)).await;
    house.until_ready().await;
    house
}

fn opening(reason: &str) -> Value {
    json!({ "agentId": "amelia", "open": true, "reason": reason, "until": "+30m" })
}

async fn put(house: &House, body: Value) -> Reply {
    house.post("/hours/overrides", body).await
}

async fn put_keyed(house: &House, body: Value, key: &str) -> Reply {
    house
        .send(Method::POST, "/hours/overrides", |request| {
            request.json(&body).header("Idempotency-Key", key)
        })
        .await
}

async fn withdraw(house: &House, id: &str) -> Reply {
    let path = format!("/hours/overrides/{id}/withdraw");
    house.post(&path, json!({ "agentId": "bashir" })).await
}

fn id_of(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body["override"]["id"].as_str().unwrap().to_owned()
}

fn faults(reply: &Reply) -> Vec<(String, String)> {
    reply.is(400, "faults");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let faults = reply.body["faults"].as_array().unwrap();
    faults
        .iter()
        .map(|fault| (text(&fault["field"]), text(&fault["problem"])))
        .collect()
}

async fn jobs(house: &House) -> usize {
    let admin = Admin::connect(
        house.redis.url(),
        Prefix::new(house.settings.key_prefix()).unwrap(),
    )
    .unwrap();
    admin.jobs(RECORDS, JobState::Ready, 500).await.unwrap().len()
}

#[tokio::test]
async fn who_opens_by_hand_is_named_and_what_was_hidden_is_shown() {
    let house = closed_house().await;
    let before = house.get("/hours").await.body;
    assert_eq!(
        (&before["open"], &before["schedule"]),
        (&json!(false), &json!("london"))
    );
    assert_eq!(before["schedules"], json!(["line", "london"]));
    assert_eq!(before["days"].as_array().unwrap().len(), 7);

    let opened = put(&house, opening("The river is back in its bed")).await;
    opened.is(200, "opened");
    let over = &opened.body["override"];
    let name = &house.settings.agents.iter().find(|agent| agent.id == "amelia");
    assert_eq!(over["author"], name.unwrap().name);
    assert_eq!(
        (&over["authorId"], &over["state"]),
        (&json!("amelia"), &json!("counts"))
    );
    let lasts = over["untilMs"].as_i64().unwrap() - over["fromMs"].as_i64().unwrap();
    assert_eq!(lasts, 30 * 60 * 1000);

    let closed = put(
        &house,
        json!({ "agentId": "bashir", "open": false, "reason": "fire drill" }),
    )
    .await;
    closed.is(200, "closed");
    let hours = house.get("/hours").await.body;
    assert_eq!(hours["open"], false);
    let reason = hours["reason"].as_str().unwrap();
    assert!(reason.ends_with("fire drill"), "{reason}");
    let states: Vec<_> = hours["overrides"]
        .as_array()
        .unwrap()
        .iter()
        .map(|over| over["state"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(states, ["counts", "hidden"]);
    assert_eq!(hours["hidden"][0]["open"], true);
    let warnings = hours["warnings"].to_string();
    assert!(warnings.contains("has no effect"), "{warnings}");

    // Taken back, what it hid counts.
    withdraw(&house, &id_of(&closed)).await.is(200, "withdrawn");
    assert_eq!(house.get("/hours").await.body["open"], true);
    withdraw(&house, &id_of(&opened)).await.is(200, "withdrawn");
    let hours = house.get("/hours").await.body;
    assert_eq!((&hours["open"], &hours["overrides"]), (&json!(false), &json!([])));
    assert_eq!(jobs(&house).await, 4);
    house.end().await;
}

#[tokio::test]
async fn a_reason_cannot_rewrite_the_line_it_stands_on() {
    let house = closed_house().await;
    let opened = put(&house, opening(" a \u{202e}fair\n\u{7} of\u{2066} ours\u{200f}")).await;
    opened.is(200, "opened");
    assert_eq!(opened.body["override"]["reason"], "a fair of ours");
}

#[tokio::test]
async fn one_for_a_schedule_is_for_that_one_only() {
    let house = closed_house().await;
    let body = json!({ "agentId": "amelia", "open": false, "reason": "a rush", "schedule": "line" });
    let put = put(&house, body).await;
    put.is(200, "closed");
    assert_eq!(put.body["override"]["schedule"], "line");
    let line = house.get("/hours?schedule=line").await.body;
    assert_eq!(
        (&line["open"], line["overrides"].as_array().unwrap().len()),
        (&json!(false), 1)
    );
    let london = house.get("/hours?schedule=london").await.body;
    assert_eq!(london["overrides"], json!([]));
    house.end().await;
}

#[tokio::test]
async fn every_fault_names_its_field_and_says_what_was_expected() {
    let house = closed_house().await;
    let wrong = put(
        &house,
        json!({ "agentId": 1, "open": "yes", "reason": "  ", "until": 18, "reasons": 1 }),
    )
    .await;
    let named: Vec<String> = faults(&wrong).into_iter().map(|(field, _)| field).collect();
    assert_eq!(named, ["agentId", "open", "reason", "until", "reasons"]);
    for (field, value, expected) in [
        ("until", "25:00", "expected a date and time of the office such as"),
        ("until", "2020-01-01", "expected a time to come"),
        ("until", "now", "expected a time to come"),
        ("until", "2999-01-01", "expected at most a year after it begins"),
        (
            "from",
            "yesterday",
            "expected a date and time of the office such as",
        ),
        ("from", "2999-01-01", "expected at most a year ahead"),
        ("schedule", "paris", "expected line or london"),
        (
            "reason",
            "\u{202e}\u{200b}\n",
            "expected a line of 1 to 200 characters",
        ),
    ] {
        let mut body = opening("a fair");
        body[field] = json!(value);
        let reply = put(&house, body).await;
        let faults = faults(&reply);
        let (_, problem) = faults.iter().find(|(named, _)| named == field).unwrap();
        assert!(problem.starts_with(expected), "{field} {value}: {problem}");
    }
    let before = json!({ "agentId": "amelia", "open": true, "reason": "x", "from": "2030-01-02", "until": "2030-01-01" });
    assert!(put(&house, before).await.status == 400);
    put(
        &house,
        json!({ "agentId": "nobody", "open": true, "reason": "x" }),
    )
    .await
    .is(404, "no_such_agent");
    for query in [
        "schedule=paris",
        "from=monday",
        "from=2026-01-02&until=2026-01-01",
        "until=2999-01-01",
        "day=1",
    ] {
        let reply = house.get(&format!("/hours?{query}")).await;
        assert_eq!(faults(&reply).len(), 1, "{query}");
    }
    house.get("/hours/overrides").await.is(405, "wrong_method");
    withdraw(&house, "nothing").await.is(404, "no_such_override");
    assert_eq!(jobs(&house).await, 0);
    house.end().await;
}

#[tokio::test]
async fn the_same_request_sent_again_is_the_same_override() {
    let house = closed_house().await;
    let first = put_keyed(&house, opening("a fair"), "k1").await;
    let again = put_keyed(&house, opening("a fair"), "k1").await;
    assert_eq!(first.body["override"]["fromMs"], again.body["override"]["fromMs"]);
    assert_eq!(id_of(&first), id_of(&again));
    let mut of_another = opening("a fair");
    of_another["agentId"] = json!("bashir");
    assert_ne!(id_of(&put_keyed(&house, of_another, "k1").await), id_of(&first));
    assert_ne!(
        id_of(&put(&house, opening("a fair")).await),
        id_of(&put(&house, opening("a fair")).await)
    );

    withdraw(&house, &id_of(&first)).await.is(200, "withdrawn");
    withdraw(&house, &id_of(&first)).await.is(200, "withdrawn");
    put_keyed(&house, opening("a fair"), "k1").await.is(409, "lapsed");
    // Four put, one withdrawn.
    assert_eq!(jobs(&house).await, 5);
    put_keyed(&house, opening("a fair"), "a key with spaces")
        .await
        .is(400, "faults");
    house.end().await;
}

#[tokio::test]
async fn nobody_can_fill_the_list_for_ever() {
    let house = closed_house().await;
    for n in 0..200 {
        let over = v1::Override {
            id: format!("o{n}"),
            until_ms: 4_102_444_800_000,
            ..v1::Override::default()
        };
        house.store.put_override(&over).await.unwrap();
    }
    put(&house, opening("one more")).await.is(409, "too_many");
    withdraw(&house, "o7").await.is(200, "withdrawn");
    put(&house, opening("one more")).await.is(200, "opened");
    house.end().await;
}

/// What the socket is told of the office next that satisfies.
async fn office_when(client: &mut Client, wanted: impl Fn(&v1::OfficeState) -> bool) -> v1::OfficeState {
    loop {
        if let Frame::Office(office) = client.news().await.unwrap()
            && wanted(&office)
        {
            return office;
        }
    }
}

#[tokio::test]
async fn screens_show_who_opened_until_when_and_that_it_is_over() {
    let house = closed_house().await;
    let mut client = Client::open(&house, "bashir", None).await;
    let before = office_when(&mut client, |_| true).await;
    assert!(!before.open && before.by_hand.is_none() && before.until_ms.is_none());

    let opened = put(&house, opening("a fair")).await;
    let office = office_when(&mut client, |office| office.open).await;
    let by_hand = office.by_hand.unwrap();
    assert_eq!(by_hand.id, id_of(&opened));
    assert_eq!(
        (by_hand.author_id.as_str(), by_hand.reason.as_str()),
        ("amelia", "a fair")
    );
    assert_eq!(office.until_ms, Some(by_hand.until_ms));
    assert!(
        office.otherwise.starts_with("no hours on "),
        "{}",
        office.otherwise
    );

    // Its time is over: nobody says so, and every screen shows it.
    house.store.advance_clock(Duration::from_mins(31)).await.unwrap();
    let after = office_when(&mut client, |office| !office.open).await;
    assert!(after.by_hand.is_none() && after.otherwise.is_empty());

    // One that another process put, and that is taken back.
    let now = house.store.clock().await.unwrap().now.as_millis();
    let over = v1::Override {
        id: "elsewhere".to_owned(),
        open: true,
        from_ms: now - 1000,
        until_ms: now + 3_600_000,
        author: "the command line".to_owned(),
        made_ms: now,
        ..v1::Override::default()
    };
    house.store.put_override(&over).await.unwrap();
    let office = office_when(&mut client, |office| office.open).await;
    assert_eq!(office.reason, "opened by the command line");
    withdraw(&house, "elsewhere").await.is(200, "withdrawn");
    office_when(&mut client, |office| !office.open).await;
    house.end().await;
}

#[tokio::test]
async fn an_override_that_begins_later_is_shown_when_its_time_comes() {
    let house = closed_house().await;
    let mut client = Client::open(&house, "bashir", None).await;
    let mut body = opening("a fair");
    body["from"] = json!("+10m");
    put(&house, body).await.is(200, "opened");
    let office = office_when(&mut client, |office| office.until_ms.is_some()).await;
    assert!(!office.open && office.by_hand.is_none());
    house.store.advance_clock(Duration::from_mins(10)).await.unwrap();
    let office = office_when(&mut client, |office| office.open).await;
    assert!(office.by_hand.is_some());
    house.end().await;
}

#[tokio::test]
async fn overrides_come_back_to_screens_when_redis_has_lost_and_regained_them() {
    let house = closed_house().await;
    let mut client = Client::open(&house, "bashir", None).await;
    let opened = put(&house, opening("a fair")).await;
    let office = office_when(&mut client, |office| office.open).await;
    let kept = office.by_hand.unwrap();
    house.redis("DEL {sb}:overrides").await;
    office_when(&mut client, |office| !office.open).await;
    assert_eq!(house.store.restore_overrides(&[kept]).await.unwrap(), 1);
    let office = office_when(&mut client, |office| office.open).await;
    assert_eq!(office.by_hand.unwrap().id, id_of(&opened));
    house.end().await;
}
