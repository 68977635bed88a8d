//! Requests that are never whole, on real sockets.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::house::{House, always};

const EACH: usize = 1000;

async fn held(house: &House, text: &str) -> Vec<TcpStream> {
    let mut all = Vec::new();
    for _ in 0..EACH {
        let mut stream = TcpStream::connect(house.door.place()).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        all.push(stream);
    }
    all
}

async fn webhook_in_time(house: &House, call: &str, while_: &str) {
    let body = format!(
        "CallSid={call}&AccountSid=AC00000000000000000000000000000000&From=%2B442079460750&To=%2B442079460000&Direction=inbound&CallStatus=ringing&ApiVersion=2010-04-01"
    );
    let begun = Instant::now();
    let reply = house.door.post("/twilio/voice/incoming", body.as_bytes()).await;
    let took = begun.elapsed();
    assert_eq!(reply.status, 200, "{while_}: {reply:?}");
    assert!(took < Duration::from_secs(1), "{while_}: {took:?}");
}

/// What has been answered, and whether the other side closed.
async fn rest(stream: &mut TcpStream, within: Duration) -> (String, bool) {
    let mut text = Vec::new();
    let closed = timeout(within, stream.read_to_end(&mut text)).await.is_ok();
    (String::from_utf8_lossy(&text).into_owned(), closed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_half_requests_keep_no_signed_webhook_waiting() {
    switchboard_runtime::open_files::raise();
    let house = House::with(always().set("connections.unproven_idle=3s")).await;
    house.ready().await;
    let unsigned = "POST /twilio/voice/incoming HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n";
    let halves = held(&house, unsigned).await;
    webhook_in_time(&house, "CA00000000000000000000000000000001", "half requests").await;
    let alive = "GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n";
    let idle = held(&house, alive).await;
    webhook_in_time(&house, "CA00000000000000000000000000000002", "idle connections").await;
    // Something that looks like a signature, so that the body is waited for.
    let dripping = "POST /twilio/voice/incoming HTTP/1.1\r\nhost: x\r\nx-twilio-signature: x\r\n\
                    transfer-encoding: chunked\r\n\r\n1\r\nC\r\n";
    let mut drips = held(&house, dripping).await;
    webhook_in_time(&house, "CA00000000000000000000000000000003", "dripping bodies").await;
    // They drip on, and end all the same.
    let end = Instant::now() + Duration::from_secs(12);
    let mut writable = drips.len();
    while writable > 0 && Instant::now() < end {
        writable = 0;
        for drip in &mut drips {
            writable += usize::from(drip.write_all(b"1\r\nC\r\n").await.is_ok());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(writable, 0, "dripping connections are still open");
    for mut stream in idle.into_iter().chain(halves) {
        assert!(rest(&mut stream, Duration::from_secs(12)).await.1, "still open");
    }
    webhook_in_time(&house, "CA00000000000000000000000000000004", "the end").await;
    house.close().await;
}

#[tokio::test]
async fn a_webhook_without_signature_is_refused_before_its_body() {
    let house = House::open().await;
    for length in ["content-length: 60000", "transfer-encoding: chunked"] {
        let mut stream = TcpStream::connect(house.door.place()).await.unwrap();
        let head = format!("POST /twilio/voice/incoming HTTP/1.1\r\nhost: x\r\n{length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let (text, closed) = rest(&mut stream, Duration::from_secs(3)).await;
        assert!(text.starts_with("HTTP/1.1 403"), "{text}");
        assert!(closed, "{length}");
    }
    let mut stream = TcpStream::connect(house.door.place()).await.unwrap();
    let large = "POST /twilio/voice/incoming HTTP/1.1\r\nhost: x\r\nx-twilio-signature: x\r\ncontent-length: 70000\r\n\r\n";
    stream.write_all(large.as_bytes()).await.unwrap();
    let (text, closed) = rest(&mut stream, Duration::from_secs(3)).await;
    assert!(text.starts_with("HTTP/1.1 413") && closed, "{text}");
    house.close().await;
}
