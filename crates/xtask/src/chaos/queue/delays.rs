//! How late this machine wakes anybody: what is told beside times that its neighbours may have lengthened.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

const STEP: Duration = Duration::from_millis(20);

/// Delays of a timer that nothing of ours disturbs.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Delays {
    pub(super) p99_us: u128,
    pub(super) max_us: u128,
}

/// Measures until told to stop.
pub(super) async fn watch(stop: CancellationToken) -> Delays {
    let mut late = Vec::new();
    let mut begun = Instant::now();
    while stop.run_until_cancelled(tokio::time::sleep(STEP)).await.is_some() {
        late.push(begun.elapsed().saturating_sub(STEP).as_micros());
        begun = Instant::now();
    }
    late.sort_unstable();
    Delays {
        p99_us: late.get(late.len() * 99 / 100).copied().unwrap_or_default(),
        max_us: late.last().copied().unwrap_or_default(),
    }
}
