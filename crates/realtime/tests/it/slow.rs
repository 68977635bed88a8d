//! Clients that read slowly, say nothing, or say what they may not.

use std::time::Duration;

use switchboard_contracts::v1::server_frame::Frame;
use switchboard_realtime::SocketLimits;

use crate::client::{Client, Got, JSON, LONG, PROTO, masked};
use crate::house::{House, quick};
use crate::sockets::{follow, greeted};

#[tokio::test]
async fn a_slow_client_is_closed_resumes_and_slows_nobody() {
    let limits = SocketLimits {
        backlog: 8 * 1024,
        send_buffer: Some(4 * 1024),
        // For a machine that is slow itself.
        close_within: LONG,
        ..quick()
    };
    let house = House::start_limited(limits).await;
    let mut slow = Client::connect_as(&house, "amelia", JSON, Some(4 * 1024)).await;
    slow.ask(None).await;
    let (_, mut screen) = greeted(&mut slow).await;
    let mut fast = Client::open(&house, "bashir", None).await;
    let (_, mut other) = greeted(&mut fast).await;
    let mut end = 0;
    for _ in 0..40 {
        end = house.happen_times(25).await;
        // As they come: the slow one holds up nobody.
        follow(&mut fast, &mut other, end).await;
    }
    let code = loop {
        match slow.news().await {
            Ok(frame) => screen.take(frame),
            Err(code) => break code,
        }
    };
    assert_eq!(code, 4001);
    assert!(screen.offset() < end, "nothing was held back");
    let mut again = Client::open(&house, "amelia", screen.position.clone()).await;
    let Ok(Frame::Hello(hello)) = again.news().await else {
        panic!("hello first")
    };
    assert!(hello.resumed);
    follow(&mut again, &mut screen, end).await;
    assert_eq!(screen.agents, other.agents);
    drop((slow, fast, again));
    house.end().await;
}

#[tokio::test]
async fn a_snapshot_larger_than_the_backlog_makes_nobody_slow() {
    let limits = SocketLimits {
        backlog: 4 * 1024,
        send_buffer: Some(4 * 1024),
        ..quick()
    };
    let house = House::start_limited(limits).await;
    for number in 0..150 {
        house.waiting(&format!("CA{number}")).await;
    }
    let mut client = Client::connect_as(&house, "amelia", JSON, Some(4 * 1024)).await;
    client.ask(None).await;
    // Nothing is read for as long as this takes.
    let end = house.happen_times(50).await;
    let (_, mut screen) = greeted(&mut client).await;
    assert_eq!(screen.calls.len(), 150);
    follow(&mut client, &mut screen, end).await;
    house.end().await;
}

#[tokio::test]
async fn a_client_that_never_reads_does_not_stay() {
    let limits = SocketLimits {
        backlog: 1024,
        send_buffer: Some(4 * 1024),
        close_within: Duration::from_millis(200),
        connections: 1,
        ..quick()
    };
    let house = House::start_limited(limits).await;
    let mut deaf = Client::connect_as(&house, "amelia", JSON, Some(4 * 1024)).await;
    deaf.ask(None).await;
    greeted(&mut deaf).await;
    // Until its place is free.
    let wait = async {
        loop {
            house.happen_times(50).await;
            let ticket = house.ticket_of("bashir").await;
            let request = crate::client::request(&ticket, JSON, &[]);
            let (answer, _) = Client::send(&house, request.as_bytes(), None).await;
            match answer.status {
                101 => break,
                _ => answer.is(503, "full"),
            }
        }
    };
    tokio::time::timeout(LONG, wait).await.unwrap();
    house.end().await;
}

#[tokio::test]
async fn a_client_must_say_something_in_time() {
    let limits = SocketLimits {
        open_within: Duration::from_millis(100),
        ..quick()
    };
    let house = House::start_limited(limits).await;
    let mut client = Client::connect(&house, "amelia").await;
    assert_eq!(client.closed().await, 1008);
    house.end().await;
}

#[tokio::test]
async fn a_client_without_a_sign_of_life_is_closed() {
    let limits = SocketLimits {
        heartbeat: Duration::from_millis(20),
        silence: Duration::from_secs(1),
        ..quick()
    };
    let house = House::start_limited(limits).await;
    let mut lively = Client::open(&house, "amelia", None).await;
    let mut silent = Client::open(&house, "bashir", None).await;
    greeted(&mut lively).await;
    let closed = async {
        loop {
            match silent.got().await {
                Got::Close(code, reason) => break (code, reason),
                Got::End => panic!("without a word"),
                Got::Frame(_) | Got::Ping(_) | Got::Pong(_) => {}
            }
        }
    };
    let (code, reason) = tokio::select! {
        closed = closed => closed,
        code = lively.closed() => panic!("it answers pings: {code}"),
    };
    assert_eq!((code, reason.as_str()), (4002, "no sign of life, resume"));
    assert!(lively.next().await.is_ok());
    house.end().await;
}

#[tokio::test]
async fn what_a_client_may_not_say_ends_the_connection() {
    let house = House::start().await;
    let open = br#"{"open":{}}"#;
    let unmasked = [&[0x81, 11], open.as_slice()].concat();
    for (protocol, bytes, code) in [
        (JSON, masked(0x82, open), 1003),
        (PROTO, masked(0x81, b""), 1003),
        (JSON, unmasked, 1002),
        (JSON, masked(0xC1, open), 1002),
        (JSON, masked(0x83, open), 1002),
        (JSON, masked(0x80, open), 1002),
        (JSON, masked(0x81, b"{}"), 1008),
        (JSON, masked(0x81, b"open"), 1008),
        (JSON, masked(0x81, br#"{"open":{"position":7}}"#), 1008),
        (JSON, masked(0x81, b"\"\xFF\""), 1007),
        (PROTO, masked(0x82, b"\xFF\xFF"), 1008),
        (JSON, masked(0x81, &[b' '; 5000]), 1009),
        // Twice.
        (JSON, [masked(0x81, open), masked(0x81, open)].concat(), 1008),
    ] {
        let mut client = Client::connect_as(&house, "amelia", protocol, None).await;
        client.write_raw(&bytes).await;
        assert_eq!(client.closed().await, code, "{bytes:?}");
        assert_eq!(client.got().await, Got::End);
    }
    // What a newer client may say, once it has opened.
    let mut client = Client::open(&house, "amelia", None).await;
    let (_, mut screen) = greeted(&mut client).await;
    client.write(0x81, br#"{"subscribe":{"topic":"x"}}"#).await;
    let end = house.happen().await;
    follow(&mut client, &mut screen, end).await;
    house.end().await;
}

/// Half requests, idle connections and dripping bodies, a thousand of each.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_half_requests_keep_no_agent_waiting() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    switchboard_runtime::open_files::raise();
    let house = House::start_with(
        &crate::house::outside().set("connections.unproven_idle=3s"),
        Duration::from_secs(5),
    )
    .await;
    let ask = async || {
        let begun = std::time::Instant::now();
        let request = |request: reqwest::RequestBuilder| request.bearer_auth(crate::house::TOKEN);
        let reply = house.send(reqwest::Method::GET, "/live", request).await;
        (reply.status, begun.elapsed())
    };
    house.until_ready().await;
    let mut held = Vec::new();
    for text in [
        "POST /api/v1/tickets HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n",
        "POST /api/v1/tickets HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n",
    ] {
        for _ in 0..1000 {
            let mut stream = tokio::net::TcpStream::connect(house.address()).await.unwrap();
            stream.write_all(text.as_bytes()).await.unwrap();
            held.push(stream);
        }
        let (status, took) = ask().await;
        assert_eq!(status, 200);
        assert!(took < Duration::from_secs(1), "{took:?} behind {text}");
    }
    let end = tokio::time::Instant::now() + Duration::from_secs(20);
    for mut stream in held {
        let closed = tokio::time::timeout_at(end, stream.read_to_end(&mut Vec::new())).await;
        assert!(closed.is_ok(), "still open");
    }
    house.end().await;
}
