//! `redis-gate`: stands between a running system and its Redis, so that a rehearsal can take Redis away.
//!
//! Whoever may end Redis itself needs no gate. In containers nobody may, and nobody should: what the services see is
//! the same, a Redis that stalls or one that is gone.

mod control;
mod passage;

use std::process::ExitCode;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub(crate) use control::Remote;

use crate::cli::RedisGate;
use crate::output::complain;

/// What the gate does to every connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Passes everything on.
    Open,
    /// Takes connections and bytes, and keeps them until it opens: a Redis that is stopped.
    Stalled,
    /// Ends connections and refuses new ones: a Redis that is dead.
    Shut,
}

impl Mode {
    const ALL: [Self; 3] = [Self::Open, Self::Stalled, Self::Shut];

    fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Stalled => "stall",
            Self::Shut => "shut",
        }
    }

    fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.word() == word)
    }
}

/// Passes on until a signal ends the process.
pub(crate) fn run(options: &RedisGate) -> ExitCode {
    let outcome = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("no runtime")
        .and_then(|runtime| {
            runtime.block_on(async {
                let mut terminate =
                    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
                let (mode, watched) = watch::channel(Mode::Open);
                let orders = TcpListener::bind(&options.orders)
                    .await
                    .with_context(|| format!("cannot listen on {}", options.orders))?;
                tokio::select! {
                    passed = passage::keep(&options.listen, &options.to, watched) => passed,
                    ended = control::obey(orders, mode) => ended,
                    _ = terminate.recv() => Ok(()),
                }
            })
        });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::watch;
    use tokio::task::JoinSet;

    use super::{Mode, Remote, control, passage};

    /// A server that answers each byte with the same one.
    async fn echo(listener: TcpListener) {
        let mut lines = JoinSet::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            lines.spawn(async move {
                let (mut from, mut to) = stream.split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    }

    #[tokio::test]
    async fn it_stalls_shuts_and_opens_again() {
        let mut tasks = JoinSet::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = listener.local_addr().unwrap().to_string();
        tasks.spawn(echo(listener));
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gate = free.local_addr().unwrap().to_string();
        drop(free);
        let orders = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let remote = Remote::new(orders.local_addr().unwrap().to_string());
        let (mode, watched) = watch::channel(Mode::Open);
        let at = gate.clone();
        tasks.spawn(async move { passage::keep(&at, &server, watched).await.unwrap() });
        tasks.spawn(async move { control::obey(orders, mode).await.unwrap() });
        // An order is obeyed when it is answered, but the first listener may still be on its way.
        let mut line = loop {
            match TcpStream::connect(&gate).await {
                Ok(line) => break line,
                Err(_) => tokio::task::yield_now().await,
            }
        };
        let mut byte = [0];
        line.write_all(b"a").await.unwrap();
        line.read_exact(&mut byte).await.unwrap();

        remote.order(Mode::Stalled).await.unwrap();
        line.write_all(b"b").await.unwrap();
        let silence = std::time::Duration::from_millis(50);
        assert!(
            tokio::time::timeout(silence, line.read_exact(&mut byte))
                .await
                .is_err()
        );
        remote.order(Mode::Open).await.unwrap();
        line.read_exact(&mut byte).await.unwrap();
        assert_eq!(&byte, b"b", "what was sent meanwhile arrives");

        remote.order(Mode::Shut).await.unwrap();
        assert_eq!(line.read(&mut byte).await.unwrap_or(0), 0);
        while TcpStream::connect(&gate).await.is_ok() {
            tokio::task::yield_now().await;
        }
        remote.order(Mode::Open).await.unwrap();
        while TcpStream::connect(&gate).await.is_err() {
            tokio::task::yield_now().await;
        }
    }
}
