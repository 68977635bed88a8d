//! A web server and the plainest client there is.

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use actix_web::{HttpResponse, web};
use switchboard_runtime::{
    Lifecycle,
    http::{HttpOptions, serve},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Status, head and body of one request on a connection of its own.
pub(crate) async fn get(address: SocketAddr, path: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    answer(stream).await
}

async fn answer(mut stream: TcpStream) -> (u16, String, String) {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0);
    (status, head.to_lowercase(), body.to_owned())
}

pub(crate) fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

#[tokio::test]
async fn a_running_request_is_answered_although_the_server_stops() {
    let lifecycle = Lifecycle::new();
    let (listener, address) = listener();
    let stop = lifecycle.token();
    let begun = std::sync::Arc::new(tokio::sync::Notify::new());
    let tell = web::Data::from(std::sync::Arc::clone(&begun));
    let routes = move |config: &mut web::ServiceConfig| {
        let slow = |tell: web::Data<tokio::sync::Notify>| async move {
            tell.notify_one();
            tokio::time::sleep(Duration::from_millis(100)).await;
            HttpResponse::Ok().body("done")
        };
        config.app_data(tell.clone()).route("/slow", web::get().to(slow));
    };
    lifecycle.spawn_vital("server", serve(listener, HttpOptions::default(), routes, stop));
    // One idle connection, as balancers keep them: it must not hold the stop up until its time is over.
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET /nowhere HTTP/1.1\r\nhost: test\r\n\r\n")
        .await
        .unwrap();
    let mut first = [0; 12];
    idle.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 404");

    let stopping = async {
        begun.notified().await;
        lifecycle.shutdown(Duration::from_secs(20)).await
    };
    let ((status, _, body), outcome) = tokio::join!(get(address, "/slow"), stopping);
    assert_eq!((status, body.as_str()), (200, "done"));
    assert!(outcome.is_clean(), "{outcome:?}");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn limits_hold() {
    let lifecycle = Lifecycle::new();
    let (listener, address) = listener();
    let options = HttpOptions {
        body: 1000,
        head_within: Duration::from_millis(100),
        ..HttpOptions::default()
    };
    let routes = |config: &mut web::ServiceConfig| {
        config.route(
            "/",
            web::post().to(|body: web::Bytes| async move { body.len().to_string() }),
        );
    };
    lifecycle.spawn_vital("server", serve(listener, options, routes, lifecycle.token()));
    for (bytes, expected) in [(1000, 200), (1001, 413)] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head =
            format!("POST / HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: {bytes}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&vec![b'x'; bytes]).await.unwrap();
        assert_eq!(answer(stream).await.0, expected);
    }
    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap();
    assert_eq!(answer(slow).await.0, 408);
    assert!(lifecycle.shutdown(Duration::from_secs(20)).await.is_clean());
}

#[tokio::test]
async fn a_body_must_be_whole_in_time() {
    let lifecycle = Lifecycle::new();
    let (listener, address) = listener();
    let options = HttpOptions {
        body_within: Duration::from_millis(200),
        ..HttpOptions::default()
    };
    let routes = |config: &mut web::ServiceConfig| {
        config.route(
            "/",
            web::post().to(|body: web::Bytes| async move { body.len().to_string() }),
        );
    };
    lifecycle.spawn_vital("server", serve(listener, options, routes, lifecycle.token()));
    for rest in [
        "content-length: 9\r\n\r\nabc",
        "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ] {
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(format!("POST / HTTP/1.1\r\nhost: test\r\n{rest}").as_bytes())
            .await
            .unwrap();
        let answered = tokio::time::timeout(Duration::from_secs(5), answer(slow)).await;
        assert_eq!(answered.unwrap().0, 408, "{rest}");
    }
    assert!(lifecycle.shutdown(Duration::from_secs(20)).await.is_clean());
}
