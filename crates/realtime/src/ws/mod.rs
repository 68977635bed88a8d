//! The agents' websocket: everything live, and then everything that happens, exactly once and in order.
//!
//! ```text
//!  Redis --pub/sub--> feed ----> board ----> hub of each thread ----> sockets
//!        <--XRANGE---/  ^          ^                                     |
//!        <--end, 1/s---/            \--- serve: hello, gap or snapshot-/
//! ```
//!
//! A socket is taken over from the web server when it is upgraded: what is left of it is the TCP stream, a small
//! task and what its client has not taken yet. So everything that the web server would have done for it is done in
//! [`handshake`]: address, method, `Host`, `Origin`, ticket, limits, log lines.
//!
//! It must never wait for a client where others wait for it, and never tell an event twice or before an earlier one.

mod board;
mod cadence;
mod close;
mod codec;
mod conn;
mod ear;
mod encode;
mod feed;
mod handshake;
mod hub;
mod limits;
mod office;
mod pieces;
mod places;
mod seats;
mod serve;
mod snapshots;
mod tickets;
mod turns;
mod whose;

use tokio::sync::{Notify, SemaphorePermit};

pub use self::{cadence::Cadence, limits::SocketLimits};
pub(crate) use self::{
    feed::follow, handshake::upgrade, hub::Hub, office::Names, snapshots::live, tickets::post,
};

use self::{board::Board, places::Places, snapshots::Snapshots, turns::Turns};

/// What all sockets of this process share.
#[derive(Debug)]
pub(crate) struct Sockets {
    pub(crate) limits: SocketLimits,
    pub(crate) places: Places,
    board: Board,
    snapshots: Snapshots,
    large: Turns,
    tickets: Turns,
    /// Asks for a look at the stream now.
    check: Notify,
    /// Asks for another connection that tells events.
    deaf: Notify,
}

impl Sockets {
    pub(crate) fn new(limits: SocketLimits) -> Self {
        Self {
            places: Places::new(limits.connections),
            board: Board::new(limits.ring),
            snapshots: Snapshots::default(),
            large: Turns::new(turns::LARGE),
            tickets: Turns::new(turns::TICKETS),
            check: Notify::new(),
            deaf: Notify::new(),
            limits,
        }
    }

    /// With other limits; before anybody is connected.
    pub(crate) fn with_limits(mut self, limits: SocketLimits) -> Self {
        self.places = Places::new(limits.connections);
        self.board = Board::new(limits.ring);
        self.limits = limits;
        self
    }

    /// A turn at Redis for a large question; nothing when too many want one.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.large.take(self.limits.turn_within).await
    }

    /// The same for a ticket.
    pub(crate) async fn ticket_turn(&self) -> Option<SemaphorePermit<'_>> {
        self.tickets.take(self.limits.turn_within).await
    }

    /// Whether anything can be told.
    pub(crate) fn is_ready(&self) -> bool {
        self.board.is_ready()
    }
}
