//! The gateway through its real door: signed requests over HTTP, and a real Redis behind it.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod agents;
mod believed;
mod callers;
mod desks;
mod door;
mod floods;
#[path = "../../../store/tests/it/future.rs"]
mod future;
mod hours;
mod house;
mod late;
mod life;
mod line;
mod lines;
mod newer;
mod news;
mod odd;
mod office;
mod outage;
mod queue;
mod replays;
mod slow;
mod texts;
mod waiting;
mod way_out;
mod welcome;
