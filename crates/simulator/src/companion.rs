//! Somebody else's virtual time, moved together with ours.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

type Moving = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Whoever else keeps virtual time: an application whose deadlines would otherwise not notice that the carrier's
/// clock was moved. It is told before our own clock moves, step by step.
#[derive(Clone)]
pub struct Companion(Arc<dyn Fn(i64) -> Moving + Send + Sync>);

impl Companion {
    /// `advance` moves the other clock ahead by so many milliseconds, or says why it cannot; ours stays then too.
    pub fn new<F, Fut>(advance: F) -> Self
    where
        F: Fn(i64) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), String>> + Send + 'static,
    {
        Self(Arc::new(move |by_ms| Box::pin(advance(by_ms))))
    }

    pub(crate) async fn advance(&self, by_ms: i64) -> Result<(), String> {
        (self.0)(by_ms).await
    }
}

impl fmt::Debug for Companion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Companion").finish_non_exhaustive()
    }
}
