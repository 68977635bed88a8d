//! What passes through from the carrier: messages, and tokens for agents' browsers.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use switchboard_domain::{Command, Recording};
use switchboard_runtime::settings::Layers;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::house::{House, TOKEN, outside};

const RECORDING: &str = "RE0000000000000000000000000000000d";

/// A carrier that gives one answer to every request, and what the first one asked for.
async fn carrier(answer: &'static str) -> (String, tokio::sync::oneshot::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (tell, asked) = tokio::sync::oneshot::channel();
    #[expect(clippy::disallowed_methods, reason = "a stand-in that ends with its test")]
    tokio::spawn(async move {
        let mut tell = Some(tell);
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = vec![0; 8 * 1024];
            let length = socket.read(&mut request).await.unwrap();
            if let Some(tell) = tell.take() {
                let _ = tell.send(String::from_utf8_lossy(&request[..length]).into_owned());
            }
            socket.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (base, asked)
}

async fn house(layers: Layers, base: &str) -> House {
    let house = House::start_with(
        &layers.set(&format!("twilio.api_base={base}")),
        Duration::from_secs(5),
    )
    .await;
    house.until_ready().await;
    house
}

/// A call that left a message.
async fn message(house: &House, name: &str) -> String {
    let call = house.waiting(name).await;
    let recorded = Command::Recorded(Recording {
        id: RECORDING.to_owned(),
        seconds: Some(7),
    });
    house.step(&call, recorded).await;
    call.to_string()
}

#[tokio::test]
async fn a_message_passes_through_and_its_part_too() {
    let answer = "HTTP/1.1 206 Partial Content\r\ncontent-type: audio/x-wav\r\ncontent-length: 4\r\n\
        content-range: bytes 0-3/16044\r\nset-cookie: a=b\r\nconnection: close\r\n\r\nRIFF";
    let (base, asked) = carrier(answer).await;
    let house = house(Layers::demo(), &base).await;
    let call = message(&house, "CAmessage").await;
    let url = format!("{}/api/v1/calls/{call}/recording", house.base);
    let reply = reqwest::Client::new()
        .get(url)
        .header("range", "bytes=0-3")
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status(), 206);
    for (name, value) in [
        ("content-type", "audio/x-wav"),
        ("content-range", "bytes 0-3/16044"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(reply.headers()[name], value);
    }
    assert!(
        !reply.headers().contains_key("set-cookie"),
        "only what describes the sound"
    );
    assert_eq!(reply.bytes().await.unwrap().as_ref(), b"RIFF");
    let asked = asked.await.unwrap().to_ascii_lowercase();
    assert!(asked.contains("range: bytes=0-3"), "{asked}");
    assert!(asked.contains("authorization: basic "), "{asked}");
    house.end().await;
}

#[tokio::test]
async fn what_cannot_be_listened_to_is_refused_in_words() {
    let (base, _) = carrier("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
    let deleted = house(Layers::demo(), &base).await;
    deleted
        .get("/calls/nowhere/recording")
        .await
        .is(404, "no_such_call");
    let silent = deleted.waiting("CAsilent").await;
    deleted
        .get(&format!("/calls/{silent}/recording"))
        .await
        .is(404, "no_recording");
    let call = message(&deleted, "CAdeleted").await;
    deleted
        .get(&format!("/calls/{call}/recording"))
        .await
        .is(404, "no_recording");
    deleted.end().await;

    let (base, _) =
        carrier("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
    let away = house(Layers::demo(), &base).await;
    let call = message(&away, "CAaway").await;
    away.get(&format!("/calls/{call}/recording"))
        .await
        .is(502, "carrier_away");
    away.end().await;

    let (page, _) = carrier(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi",
    )
    .await;
    let odd = house(Layers::demo(), &page).await;
    let call = message(&odd, "CAodd").await;
    odd.get(&format!("/calls/{call}/recording"))
        .await
        .is(502, "carrier_away");
    odd.end().await;

    let guarded = house(Layers::demo().set(&format!("realtime.api_token={TOKEN}")), &base).await;
    let call = message(&guarded, "CAguarded").await;
    guarded
        .get(&format!("/calls/{call}/recording"))
        .await
        .is(401, "unauthorised");
    guarded.end().await;
}

#[tokio::test]
async fn an_agents_browser_gets_a_token_under_the_agents_id() {
    let layers = outside().text(
        "tokens.toml",
        "[twilio]\napplication_sid = \"AP00000000000000000000000000000003\"\n\
         api_key_sid = \"SK00000000000000000000000000000002\"\napi_key_secret = \"sample-api-key-secret\"\nedge = \"dublin\"\n\
         [[agents]]\nid = \"amelia\"\nname = \"Amelia\"\nanswers_on = \"browser\"\n",
    );
    let house = House::start_with(&layers, Duration::from_secs(5)).await;
    house.until_ready().await;
    let post = |agent: &str| {
        let body = json!({ "agentId": agent });
        house.send(reqwest::Method::POST, "/voice-token", move |request| {
            request.bearer_auth(TOKEN).json(&body)
        })
    };
    post("nobody").await.is(404, "no_such_agent");
    let reply = post("amelia").await;
    assert_eq!(
        (reply.status, reply.body["identity"].as_str()),
        (200, Some("amelia"))
    );
    let token = reply.body["token"].as_str().unwrap();
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(payload["grants"]["identity"], "amelia");
    assert_eq!(payload["sub"], "AC0123456789abcdef0123456789abcdef");
    let number = |name: &str| payload[name].as_i64().unwrap();
    assert_eq!(
        number("exp") - number("nbf"),
        3_660,
        "an hour, and what clocks may differ"
    );
    assert_eq!(reply.body["expiresAtMs"], number("exp") * 1000);
    assert_eq!(reply.body["edge"], "dublin");
    house.end().await;
}

#[tokio::test]
async fn without_a_key_there_are_no_tokens() {
    let house = House::start().await;
    house
        .post("/voice-token", json!({ "agentId": "amelia" }))
        .await
        .is(404, "no_voice");
    house
        .post("/voice-token", json!({ "agentId": 7 }))
        .await
        .is(400, "faults");
    house.end().await;
}
