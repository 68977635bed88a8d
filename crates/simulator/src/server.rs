//! The server: HTTP in front, the tasks of the legs behind, and real time driving the clock.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::{App, HttpServer, web};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::ClockMode;
use crate::exchange::Exchange;
use crate::pace::keep_pace;
use crate::simulator::Simulator;
use crate::{control, crm, page, rest};

/// Serves the stand-in on `listener` until `shutdown` is cancelled. All legs end with it.
///
/// # Errors
/// When the listener cannot be used, or when this simulator was run before.
pub async fn run(listener: TcpListener, simulator: Simulator, shutdown: CancellationToken) -> io::Result<()> {
    let exchange = Arc::clone(&simulator.exchange);
    let Some(mut jobs) = exchange.take_jobs() else {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "this simulator has been run before",
        ));
    };
    {
        let mut state = exchange.lock();
        if state.config.api_url.is_empty() {
            state.config.api_url = format!("http://{}", listener.local_addr()?);
        }
    }
    let mut server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(simulator.clone()))
            .app_data(web::PayloadConfig::new(1024 * 1024))
            .configure(rest::routes)
            .configure(control::routes)
            .configure(crm::routes)
            .configure(page::routes)
    })
    .workers(1)
    .shutdown_timeout(1)
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    // Owned here and ended below: no leg outlives the server.
    let mut tasks = JoinSet::new();
    tasks.spawn(keep_time(Arc::clone(&exchange)));
    tasks.spawn(keep_pace(Arc::clone(&exchange)));
    let result = loop {
        tokio::select! {
            () = shutdown.cancelled() => break Ok(()),
            ended = &mut server => break ended,
            Some(job) = jobs.recv() => { tasks.spawn(job); }
            Some(ended) = tasks.join_next() => {
                if let Err(error) = ended {
                    tracing::error!(%error, "a task of the simulator failed");
                }
            }
        }
    };
    tasks.shutdown().await;
    if result.is_ok() && shutdown.is_cancelled() {
        // The server's own future has to be driven for it to stop.
        let (ended, ()) = tokio::join!(server, handle.stop(false));
        return ended;
    }
    result
}

/// Fires timers that are due, as real time passes or at once. Leaves them to a driver that moves the
/// clock: it fires them one by one and lets each settle.
async fn keep_time(exchange: Arc<Exchange>) {
    let mut changed = exchange.subscribe();
    loop {
        changed.borrow_and_update();
        let wait = {
            let state = exchange.peek();
            let flows = state.clock.mode() == ClockMode::Real;
            let now = state.clock.now_ms();
            state
                .next_timer_ms()
                .filter(|at| state.advancing == 0 && (flows || *at <= now))
                .map(|at| u64::try_from(at - now).unwrap_or(0))
        };
        match wait {
            Some(0) => {
                let mut state = exchange.lock();
                let now = state.clock.now_ms();
                while state.fire_next(now) {}
            }
            Some(ms) => {
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_millis(ms)) => {}
                    Ok(()) = changed.changed() => {}
                }
            }
            None => {
                if changed.changed().await.is_err() {
                    return;
                }
            }
        }
    }
}
