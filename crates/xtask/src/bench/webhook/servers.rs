//! The two servers, each in a process of its own: the gateway as it is, and the floor.

use std::net::TcpListener;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer};
use anyhow::{Context, Result};
use switchboard_gateway::{Gateway, open_store, run};
use switchboard_runtime::{HttpOptions, Last, Process, SettingsArgs, run_process};

use crate::control::{Questions, say};
use crate::resp::{Link, Pipelined, Reply};

/// What a commit of a new call sends to Redis beside the request's own data: the call, its event and its job.
const ARGUMENT_BYTES: usize = 1500;

/// What the floor answers: about as much as a menu.
const DOCUMENT_BYTES: usize = 700;

/// The gateway's own `main`, but for two things: it tells its address, and ends with its input.
pub(crate) fn gateway(settings: &SettingsArgs) -> ExitCode {
    run_process("gateway", settings, start)
}

async fn start(process: Process) -> Result<Option<Last>> {
    let Process {
        settings,
        lifecycle,
        metrics,
        rng: _,
        clock,
    } = process;
    let store = open_store(&settings, settings.redis_url()?)?;
    store
        .refuse_virtual_time(settings.deployment.allow_virtual_time)
        .await?;
    let listener = settings.gateway.listen.bind().context("gateway.listen")?;
    let address = listener.local_addr()?;
    let gateway = Gateway::new(&settings, store, clock)?;
    let questions = Questions::open()?;
    let stop = lifecycle.clone();
    lifecycle.spawn("end of input", async move {
        questions.end().await;
        stop.stop();
    });
    lifecycle.spawn_vital("gateway", run(listener, gateway, metrics, lifecycle.token()));
    say(&format!("ready {address}"));
    Ok(None)
}

/// actix-web with as many threads, one script of Redis for each request, a fixed document.
pub(crate) async fn floor(socket: &Path) -> Result<()> {
    let script = b"return redis.call('SET', KEYS[1], ARGV[1])";
    let digest = Link::open(socket)
        .await?
        .ask(&[b"SCRIPT", b"LOAD", script])
        .await?
        .text()?;
    let (redis, work) = Pipelined::open(socket).await?;
    let redis = Data::from(Arc::new((redis, digest)));
    let options = HttpOptions::default();
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(redis.clone())
            .default_service(web::to(answer))
    })
    .workers(options.threads)
    .keep_alive(options.idle)
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

async fn answer(body: Bytes, redis: Data<(Pipelined, Vec<u8>)>) -> HttpResponse {
    let (redis, digest) = redis.get_ref();
    // The call's id is what tells one request from another.
    let call = body
        .windows(8)
        .position(|part| part == b"CallSid=")
        .map_or(0, |at| at + 8);
    let key = [b"floor:", body.get(call..call + 34).unwrap_or_default()].concat();
    let mut argument = body.to_vec();
    argument.resize(body.len() + ARGUMENT_BYTES, b' ');
    match redis.ask(&[b"EVALSHA", digest, b"1", &key, &argument]).await {
        Some(Reply::Text(_)) => HttpResponse::Ok()
            .insert_header(("content-type", "text/xml; charset=utf-8"))
            .body(format!("<Response>{:DOCUMENT_BYTES$}</Response>", "")),
        Some(Reply::Number(_) | Reply::Nothing | Reply::Many(_) | Reply::Refused(_)) | None => {
            HttpResponse::InternalServerError().finish()
        }
    }
}
