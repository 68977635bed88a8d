//! The one thing that every source of caller knowledge can do.

use std::time::Duration;

use async_trait::async_trait;

use crate::{Answer, SourceError};

/// Somebody who may know who is calling.
#[async_trait]
pub trait Source: Send + Sync {
    /// The name under which the source is configured; shown to agents and used in metrics.
    fn name(&self) -> &str;

    /// Asks about a number in E.164 form (`+442079460000`).
    ///
    /// Answers within `budget`, which may be shorter than the source's own deadline but never stretches it.
    ///
    /// # Errors
    ///
    /// When there is no usable answer; [`SourceError::fate`] says whether to ask again.
    async fn look_up(&self, number_e164: &str, budget: Duration) -> Result<Answer, SourceError>;
}
