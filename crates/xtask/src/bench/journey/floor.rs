//! The least that could bring a request to the screens: bare actix-web, as many round trips to Redis as a step of a
//! call takes, and a loop of writes behind the channel.

use std::path::Path;
use std::sync::Arc;

use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer};
use anyhow::Result;
use switchboard_runtime::HttpOptions;

use crate::control::{Questions, say};
use crate::fanout::{APPEND, FLOOR_PREFIX, event};
use crate::resp::{Link, Pipelined, Reply};

/// A read, as loading a call is.
const LOAD: &[u8] = b"return redis.call('HMGET', ARGV[1], 'version', 'data')";

struct Floor {
    redis: Pipelined,
    load: Vec<u8>,
    append: Vec<u8>,
}

/// Serves until its input ends.
pub(crate) async fn floor(socket: &Path) -> Result<()> {
    let mut link = Link::open(socket).await?;
    let load = link.ask(&[b"SCRIPT", b"LOAD", LOAD]).await?.text()?;
    let append = link.ask(&[b"SCRIPT", b"LOAD", APPEND.as_bytes()]).await?.text()?;
    let (redis, work) = Pipelined::open(socket).await?;
    let floor = Data::from(Arc::new(Floor { redis, load, append }));
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(floor.clone())
            .default_service(web::to(answer))
    })
    .workers(HttpOptions::default().threads)
    .disable_signals()
    .listen(listener)?
    .run();
    let questions = Questions::open()?;
    say(&format!("ready {address}"));
    tokio::select! {
        ended = server => Ok(ended?),
        ended = work => ended,
        () = questions.end() => Ok(()),
    }
}

/// The body is the moment at which it was meant to be asked.
async fn answer(body: Bytes, floor: Data<Floor>) -> HttpResponse {
    let at_ns = str::from_utf8(&body).ok().and_then(|text| text.parse().ok());
    let event = event(at_ns.unwrap_or_default());
    let prefix = FLOOR_PREFIX.as_bytes();
    let loaded = floor
        .redis
        .ask(&[b"EVALSHA", &floor.load, b"0", b"{floor}:call:1"])
        .await;
    let append: [&[u8]; 5] = [b"EVALSHA", &floor.append, b"0", prefix, event.as_bytes()];
    match (loaded, floor.redis.ask(&append).await) {
        (Some(_), Some(Reply::Number(_))) => HttpResponse::Ok().finish(),
        (_, _) => HttpResponse::InternalServerError().finish(),
    }
}
