//! Ports for services that are processes of their own.
//!
//! Their listeners cannot be handed over, so a port is free for a moment. One of those that the system gives to outgoing
//! connections would be taken in that moment on a busy machine; so these are below, each used once in a long while.

use std::net::TcpListener;
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::bail;

/// Above what other services like to have, below what Linux gives to outgoing connections.
const PORTS: Range<u32> = 18_000..32_000;

/// How many this process has looked at.
static LOOKED_AT: AtomicU32 = AtomicU32::new(0);

/// Listens at a port that nobody else here is about to use.
pub(super) fn listen() -> anyhow::Result<TcpListener> {
    let count = PORTS.end - PORTS.start;
    // Two rehearsals at once begin far from each other.
    let first = std::process::id().wrapping_mul(1_009);
    for _ in PORTS {
        let number = LOOKED_AT.fetch_add(1, Ordering::Relaxed);
        let port = PORTS.start + first.wrapping_add(number) % count;
        if let Ok(port) = u16::try_from(port)
            && let Ok(listener) = TcpListener::bind(("127.0.0.1", port))
        {
            return Ok(listener);
        }
    }
    bail!("no port is free between {} and {}", PORTS.start, PORTS.end)
}
