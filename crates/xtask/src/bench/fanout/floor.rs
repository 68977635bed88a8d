//! The least that could do the same: a loop that writes to every socket, one thread for each share of them, fed by
//! the same kind of channel. It knows no tickets, no positions and no slow clients.

use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use tokio::net::TcpListener;

use super::FLOOR_PREFIX;
use crate::control::{Questions, say};
use crate::resp::{Link, Reply};

type Share = Mutex<Vec<TcpStream>>;

/// Serves until its input ends.
pub(crate) fn floor(socket: &Path, threads: usize) -> Result<()> {
    let shares: Vec<Share> = (0..threads.max(1)).map(|_| Share::default()).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::scope(|scope| {
        // Made in here, so that the writers end with what feeds them.
        let mut feeds = Vec::new();
        for share in &shares {
            let (feed, frames) = channel();
            feeds.push(feed);
            scope.spawn(move || write(share, &frames));
        }
        runtime.block_on(serve(socket, &shares, feeds))
    })
}

async fn serve(socket: &Path, shares: &[Share], feeds: Vec<Sender<Vec<u8>>>) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let mut redis = Link::open(socket).await?;
    redis
        .ask(&[b"SUBSCRIBE", format!("{FLOOR_PREFIX}:events").as_bytes()])
        .await?;
    let accepting = async {
        for share in shares.iter().cycle() {
            let stream = listener.accept().await?.0.into_std()?;
            stream.set_nonblocking(false)?;
            stream.set_nodelay(true)?;
            share.lock().unwrap_or_else(PoisonError::into_inner).push(stream);
        }
        Ok::<(), anyhow::Error>(())
    };
    let feeding = async {
        loop {
            let frame = frame(redis.told().await?)?;
            for feed in &feeds {
                feed.send(frame.clone())?;
            }
        }
    };
    let questions = Questions::open()?;
    say(&format!("ready {address}"));
    tokio::select! {
        ended = accepting => ended,
        ended = feeding => ended,
        () = questions.end() => Ok(()),
    }
}

/// The same bytes that the system sends.
fn frame(told: Reply) -> Result<Vec<u8>> {
    let Reply::Many(parts) = told else {
        bail!("redis told {told:?}")
    };
    let message = parts.into_iter().nth(2).context("no message")?.text()?;
    let message = std::str::from_utf8(&message)?;
    let (offset, event) = message.split_once(' ').context("no event")?;
    let payload = format!(r#"{{"event":{{"offset":"{offset}","event":{event}}}}}"#);
    let mut frame = vec![0x81, 126];
    frame.extend(u16::try_from(payload.len())?.to_be_bytes());
    frame.extend(payload.into_bytes());
    Ok(frame)
}

fn write(share: &Share, frames: &Receiver<Vec<u8>>) {
    while let Ok(frame) = frames.recv() {
        let mut streams = share.lock().unwrap_or_else(PoisonError::into_inner);
        streams.retain_mut(|stream| stream.write_all(&frame).is_ok());
    }
}
