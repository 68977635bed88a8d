//! Who gets a socket: an upgrade bypasses everything that stands before other requests.

use std::time::Duration;

use switchboard_realtime::SocketLimits;
use switchboard_runtime::settings::Layers;

use crate::client::{Client, JSON, PROTO, request};
use crate::house::{House, quick};
use crate::sockets::greeted;

#[tokio::test]
async fn what_is_no_good_request_for_a_socket_is_refused() {
    let house = House::start().await;
    let ticket = house.ticket_of("amelia").await;
    let good = request(&ticket, JSON, &[]);
    let line = |line: &str| good.replacen("GET /api/v1/socket HTTP/1.1", line, 1);
    for (bytes, status, result) in [
        (line("GET /api/v1/sockets HTTP/1.1"), 404, "no_such_address"),
        (line("GET /health/ready HTTP/1.1"), 404, "no_such_address"),
        (line("GET /api/v1/live HTTP/1.1"), 404, "no_such_address"),
        (line("POST /api/v1/socket HTTP/1.1"), 405, "wrong_method"),
        (line("CONNECT /api/v1/socket HTTP/1.1"), 405, "wrong_method"),
        (request(&ticket, JSON, &[("connection", "")]), 400, "handshake"),
        (
            request(&ticket, JSON, &[("sec-websocket-key", "")]),
            400,
            "handshake",
        ),
        (
            request(&ticket, JSON, &[("sec-websocket-key", "c2hvcnQ=")]),
            400,
            "handshake",
        ),
        (
            request(&ticket, JSON, &[("sec-websocket-version", "8")]),
            426,
            "no_upgrade",
        ),
        (request(&ticket, "switchboard.v2.json", &[]), 400, "handshake"),
    ] {
        let (answer, _) = Client::send(&house, bytes.as_bytes(), None).await;
        answer.is(status, result);
    }
    let plain = request(&ticket, JSON, &[("upgrade", ""), ("connection", "close")]);
    let (answer, _) = Client::send(&house, plain.as_bytes(), None).await;
    answer.is(426, "no_upgrade");
    assert!(
        answer.head.contains("sec-websocket-version: 13\r\n"),
        "{answer:?}"
    );
    // None of these has used the ticket up.
    let (answer, _) = Client::send(&house, good.as_bytes(), None).await;
    assert_eq!(answer.status, 101);
    house.end().await;
}

#[tokio::test]
async fn a_ticket_is_good_once_and_never_in_an_address() {
    let house = House::start().await;
    let ticket = house.ticket_of("amelia").await;
    let good = request(&ticket, JSON, &[]);
    let other = "0123456789abcdefghjkmnpqrstvwxyz";
    let twice = format!("{JSON}, ticket.{ticket}, ticket.{other}");
    let doubled = [("sec-websocket-protocol", twice.as_str())];
    let none = [("sec-websocket-protocol", JSON)];
    let in_address =
        request(&ticket, JSON, &none).replacen("socket ", &format!("socket?ticket={ticket} "), 1);
    for bytes in [
        request(other, JSON, &[]),
        request("", JSON, &[]),
        request("x", JSON, &[]),
        request(&ticket.to_uppercase(), JSON, &[]),
        request(&ticket, JSON, &none),
        request(&ticket, JSON, &doubled),
        in_address,
    ] {
        let (answer, _) = Client::send(&house, bytes.as_bytes(), None).await;
        answer.is(401, "no_ticket");
    }
    let (answer, _) = Client::send(&house, good.as_bytes(), None).await;
    assert_eq!(answer.status, 101);
    let (answer, _) = Client::send(&house, good.as_bytes(), None).await;
    answer.is(401, "no_ticket");
    // Too old.
    let ticket = house.ticket_of("amelia").await;
    house.redis(&format!("PEXPIRE {{sb}}:ticket:{ticket} 0")).await;
    let (answer, _) = Client::send(&house, request(&ticket, JSON, &[]).as_bytes(), None).await;
    answer.is(401, "no_ticket");
    house.end().await;
}

#[tokio::test]
async fn the_form_is_the_first_of_ours_that_is_offered() {
    let house = House::start().await;
    for (offered, echoed) in [
        ("chat, switchboard.v1.proto, switchboard.v1.json", Some(PROTO)),
        ("switchboard.v9.json, switchboard.v1.json", Some(JSON)),
        ("chat", None),
    ] {
        let ticket = house.ticket_of("amelia").await;
        let (answer, mut client) =
            Client::send(&house, request(&ticket, offered, &[]).as_bytes(), None).await;
        assert_eq!(answer.status, 101, "{answer:?}");
        let line = answer
            .head
            .lines()
            .find_map(|line| line.strip_prefix("sec-websocket-protocol: "));
        assert_eq!(line, echoed);
        client.ask(None).await;
        greeted(&mut client).await;
    }
    // In headers of their own, the ticket first.
    let ticket = house.ticket_of("amelia").await;
    let bytes = request(&ticket, JSON, &[("sec-websocket-protocol", "")]).replacen(
        "\r\n\r\n",
        &format!("\r\nsec-websocket-protocol: ticket.{ticket}\r\nSec-WebSocket-Protocol: {PROTO}\r\n\r\n"),
        1,
    );
    let (answer, _) = Client::send(&house, bytes.as_bytes(), None).await;
    assert_eq!(answer.status, 101, "{answer:?}");
    house.end().await;
}

#[tokio::test]
async fn a_demonstration_gives_sockets_to_pages_of_this_machine_only() {
    let house = House::start().await;
    let ticket = house.ticket_of("amelia").await;
    for change in [
        ("host", "example.com"),
        ("host", "127.0.0.1.example.com:8081"),
        ("origin", "https://example.com"),
        ("origin", "null"),
        ("origin", "http://localhost.example.com"),
        ("origin", "http://localhost:5173"),
    ] {
        let (answer, _) = Client::send(&house, request(&ticket, JSON, &[change]).as_bytes(), None).await;
        answer.is(403, "elsewhere");
    }
    let twice = request(
        &ticket,
        JSON,
        &[("origin", "http://localhost"), ("Origin", "http://localhost")],
    );
    let (answer, _) = Client::send(&house, twice.as_bytes(), None).await;
    answer.is(403, "elsewhere");
    for change in [
        vec![("host", "localhost:1")],
        vec![("host", "localhost:5173"), ("origin", "http://localhost:5173")],
        vec![("host", "[::1]:8081"), ("origin", "http://[::1]:8081")],
    ] {
        let ticket = house.ticket_of("amelia").await;
        let (answer, _) = Client::send(&house, request(&ticket, JSON, &change).as_bytes(), None).await;
        assert_eq!(answer.status, 101, "{change:?}");
    }
    house.end().await;
}

#[tokio::test]
async fn elsewhere_a_page_must_come_from_the_host_it_asks() {
    const TOKEN: &str = "0123456789abcdef-secret";
    let layers = Layers::demo().set(&format!("realtime.api_token={TOKEN}"));
    let house = House::start_with(&layers, Duration::from_secs(5)).await;
    house.until_ready().await;
    let agent = switchboard_domain::AgentId::new("amelia").unwrap();
    let ticket = "0123456789abcdefghjkmnpqrstvwxyz";
    let keep = async || {
        let ttl = Duration::from_secs(30);
        house.store.put_ticket(ticket, &agent, ttl).await.unwrap();
    };
    keep().await;
    for origin in [
        "https://evil.example",
        "null",
        "https://phones.example.com.evil.example",
    ] {
        let change = [("host", "phones.example.com"), ("origin", origin)];
        let (answer, _) = Client::send(&house, request(ticket, JSON, &change).as_bytes(), None).await;
        answer.is(403, "elsewhere");
    }
    for change in [
        vec![
            ("host", "phones.example.com"),
            ("origin", "https://phones.example.com"),
        ],
        vec![
            ("host", "phones.example.com:8443"),
            ("origin", "https://phones.example.com:8443"),
        ],
        // A program.
        vec![("host", "phones.example.com")],
    ] {
        keep().await;
        let (answer, _) = Client::send(&house, request(ticket, JSON, &change).as_bytes(), None).await;
        assert_eq!(answer.status, 101, "{change:?}");
    }
    house.end().await;
}

#[tokio::test]
async fn there_are_no_more_sockets_than_the_limit() {
    let house = House::start_limited(SocketLimits {
        connections: 2,
        ..quick()
    })
    .await;
    let mut first = Client::open(&house, "amelia", None).await;
    let _second = Client::open(&house, "amelia", None).await;
    let ticket = house.ticket_of("amelia").await;
    let third = request(&ticket, JSON, &[]);
    let (answer, _) = Client::send(&house, third.as_bytes(), None).await;
    answer.is(503, "full");
    assert!(answer.head.contains("retry-after: 1\r\n"));
    first.write(0x88, &1000_u16.to_be_bytes()).await;
    assert_eq!(first.closed().await, 1000);
    // The ticket is still good, as soon as the place is free.
    let wait = async {
        while Client::send(&house, third.as_bytes(), None).await.0.status != 101 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.unwrap();
    house.end().await;
}

#[tokio::test]
async fn while_redis_is_away_no_socket_is_given() {
    let limits = quick();
    let house = House::start_with_limits(&Layers::demo(), limits, Duration::from_millis(300)).await;
    let ticket = house.ticket_of("amelia").await;
    house.redis.pause().unwrap();
    let (answer, _) = Client::send(&house, request(&ticket, JSON, &[]).as_bytes(), None).await;
    answer.is(503, "away");
    house.redis.resume().unwrap();
    house.end().await;
}
