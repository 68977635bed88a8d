//! How much a socket may take, and how long.

use std::time::Duration;

use crate::ws::cadence::Cadence;

/// The limits of sockets. The defaults are for production; tests make them small.
#[derive(Debug, Clone)]
pub struct SocketLimits {
    /// Open sockets of this process; more are told to come back.
    pub connections: usize,
    /// Bytes of one message of a client, who has little to say.
    pub message: usize,
    /// Bytes that wait for a slow client, beyond what the system holds for it; then it is closed.
    pub backlog: usize,
    /// Bytes that the system may hold for a client. Without a bound it takes megabytes before it says that a
    /// client is slow. `None` leaves it to the system.
    pub send_buffer: Option<usize>,
    /// For a turn at Redis, when everybody comes at once. The budget of a question counts from then on.
    pub turn_within: Duration,
    /// For the first message of a client.
    pub open_within: Duration,
    /// For the next byte to be taken while a client is told everything.
    pub progress_within: Duration,
    /// A heartbeat is sent at least this often. A screen that misses two says that its line is
    /// lost.
    pub heartbeat: Duration,
    /// A client that sent nothing for so long, not even an answer to a ping, is gone.
    pub silence: Duration,
    /// For the client's side of a close.
    pub close_within: Duration,
    /// Over how long a stop spreads its farewells: all at once would all come back at once.
    pub drain_over: Duration,
    /// How many events each process keeps at hand for those who come back.
    pub ring: usize,
    /// How often the end of the stream is compared.
    pub check_every: Duration,
    /// How long news may be gathered when there is much of it for many.
    pub cadence: Cadence,
}

impl Default for SocketLimits {
    /// 15,000 connections, 4 `KiB` a message, 256 `KiB` of backlog over 64 `KiB` of the system's, 3 s for a turn,
    /// 5 s to open, 10 s for progress, heartbeats every second, 45 s of silence, 5 s to close, 500 ms to drain,
    /// 4,096 events, a look each second, the usual cadence.
    fn default() -> Self {
        Self {
            connections: 15_000,
            message: 4 * 1024,
            backlog: 256 * 1024,
            send_buffer: Some(64 * 1024),
            turn_within: Duration::from_secs(3),
            open_within: Duration::from_secs(5),
            progress_within: Duration::from_secs(10),
            heartbeat: Duration::from_secs(1),
            silence: Duration::from_secs(45),
            close_within: Duration::from_secs(5),
            drain_over: Duration::from_millis(500),
            ring: 4_096,
            check_every: Duration::from_secs(1),
            cadence: Cadence::default(),
        }
    }
}
