//! Calendars of days off, as texts that their readers understand: how each stands, in a hash that every process reads
//! again and again, and the copies themselves in another, because they are large and seldom change.

use std::collections::BTreeMap;

use crate::{Store, StoreError, keys};

impl Store {
    /// Keeps how a calendar stands, and with `copy` another copy of it, in one step.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn put_feed(&self, name: &str, mark: &str, copy: Option<&str>) -> Result<(), StoreError> {
        let mut put = self.scripts().put_feed.arg(self.prefix());
        put.arg(name).arg(mark).arg(copy.unwrap_or_default());
        self.invoke::<String>(&put, self.deadline()).await.map(drop)
    }

    /// How each calendar stands, by name.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn feed_marks(&self) -> Result<BTreeMap<String, String>, StoreError> {
        let mut all = redis::cmd("HGETALL");
        all.arg(keys::feed_marks(self.prefix()));
        self.read(&all, self.deadline()).await
    }

    /// The copy of a calendar.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn feed(&self, name: &str) -> Result<Option<String>, StoreError> {
        let mut get = redis::cmd("HGET");
        get.arg(keys::feeds(self.prefix())).arg(name);
        self.read(&get, self.deadline()).await
    }
}
