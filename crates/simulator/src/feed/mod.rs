//! The live feed: what the page shows, as one frame of everything and then frames of what changed.
//!
//! Server-sent events at `/sim/v1/feed`. Each event is a [`Frame`](frame::Frame) with a position as its id; a page
//! that lost its line comes back with the last one and is told what it missed, or, when that is no longer known,
//! everything. What is not a log (legs, phones, clock) is told as it stands now, so a page that is slow skips states
//! instead of falling behind, and nothing is kept for it here.

mod cursor;
pub(crate) mod frame;
mod stream;
mod wire;

pub(crate) use stream::stream;
pub(crate) use wire::{entries, entry};
