//! Orders to the gate: one word on a line, answered by `done` when it is obeyed.

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::Mode;

const DONE: &str = "done";

/// Takes orders until the listener fails.
pub(super) async fn obey(listener: TcpListener, mode: watch::Sender<Mode>) -> anyhow::Result<()> {
    loop {
        let (stream, _) = listener.accept().await.context("orders")?;
        // One after the other: there is one rehearsal. A line that breaks gave its order or did not.
        let _ = hear(stream, &mode).await;
    }
}

async fn hear(stream: TcpStream, mode: &watch::Sender<Mode>) -> anyhow::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        let answer = match Mode::named(line.trim()) {
            Some(ordered) => {
                mode.send_replace(ordered);
                DONE
            }
            None => "what?",
        };
        stream
            .get_mut()
            .write_all(format!("{answer}\n").as_bytes())
            .await?;
        line.clear();
    }
    Ok(())
}

/// A gate that runs elsewhere.
#[derive(Debug, Clone)]
pub(crate) struct Remote {
    address: String,
}

impl Remote {
    pub(crate) fn new(address: String) -> Self {
        Self { address }
    }

    /// Gives an order and waits until it is obeyed.
    pub(crate) async fn order(&self, mode: Mode) -> anyhow::Result<()> {
        let given = async {
            let mut stream = BufReader::new(TcpStream::connect(&self.address).await?);
            stream
                .get_mut()
                .write_all(format!("{}\n", mode.word()).as_bytes())
                .await?;
            let mut answer = String::new();
            stream.read_line(&mut answer).await?;
            ensure!(answer.trim() == DONE, "it said {:?}", answer.trim());
            Ok(())
        };
        match tokio::time::timeout(std::time::Duration::from_secs(5), given).await {
            Ok(done) => done.with_context(|| format!("the redis gate at {}", self.address)),
            Err(_) => bail!("the redis gate at {} does not answer", self.address),
        }
    }
}
