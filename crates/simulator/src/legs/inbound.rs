//! Incoming legs: callers, and browsers that connect.

use std::sync::Arc;

use super::{CallStatus, Line};
use crate::exchange::Exchange;
use crate::id::LegId;

/// The life of an incoming leg.
pub(crate) async fn inbound(exchange: Arc<Exchange>, leg: LegId) {
    let line = Line { exchange, leg };
    let first = line
        .exchange
        .peek()
        .leg(&line.leg)
        .and_then(|leg| leg.new.first.clone());
    let status = match first {
        Some(source) => line.live(source).await,
        None => CallStatus::Failed,
    };
    line.finish(status);
}
