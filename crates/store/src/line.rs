//! How connections are made within a budget.

use std::time::Duration;

use switchboard_queue::line::Patience;

/// How long a connection may take to be made. Whoever waits for it waits no longer than their budget, but a slow
/// network must get there in the end.
pub(crate) fn connect_within(budget: Duration) -> Duration {
    budget.max(Duration::from_secs(1))
}

/// A failed attempt is repeated once in the background; after that the next request tries again.
pub(crate) fn patience(budget: Duration) -> Patience {
    Patience {
        connect: connect_within(budget),
        answer: budget,
        retries: 1,
        pause: Duration::from_millis(20),
    }
}
