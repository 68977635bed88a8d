//! The page behind a simulated browser: the carrier does not tell why a line ended, the softphone on the page knows.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use crate::id::LegId;

type Telling = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A browser's line that its agent hung up, as the `disconnect` event of the Voice SDK tells the page.
#[derive(Clone, Debug)]
pub struct HungUp {
    /// Whose browser.
    pub identity: String,
    /// The line.
    pub leg: LegId,
    /// With which parameters it had connected.
    pub params: Vec<(String, String)>,
}

/// What the page of a browser does when its agent hangs up.
#[derive(Clone)]
pub struct Softphone(Arc<dyn Fn(HungUp) -> Telling + Send + Sync>);

impl Softphone {
    /// `hung_up` is what the page does then.
    pub fn new<F, Fut>(hung_up: F) -> Self
    where
        F: Fn(HungUp) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        Self(Arc::new(move |what| Box::pin(hung_up(what))))
    }

    pub(crate) fn hung_up(&self, what: HungUp) -> Telling {
        (self.0)(what)
    }
}

impl fmt::Debug for Softphone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Softphone").finish_non_exhaustive()
    }
}
