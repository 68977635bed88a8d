//! Overrides of opening hours, as texts that their readers understand: one hash, which every process reads again and
//! again. What it loses by that in speed it gains in truth: no message can be missed, and a process that was away
//! knows everything with its first look.

use std::collections::BTreeMap;

use crate::{Store, StoreError, keys};

impl Store {
    /// Keeps an override under its id, in place of one that had the same.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn put_override(&self, id: &str, text: &str) -> Result<(), StoreError> {
        let mut put = redis::cmd("HSET");
        put.arg(keys::overrides(self.prefix())).arg(id).arg(text);
        self.read::<u64>(&put, self.deadline()).await.map(|_| ())
    }

    /// Forgets an override; tells whether there was one.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn forget_override(&self, id: &str) -> Result<bool, StoreError> {
        let mut forget = redis::cmd("HDEL");
        forget.arg(keys::overrides(self.prefix())).arg(id);
        let gone: u64 = self.read(&forget, self.deadline()).await?;
        Ok(gone > 0)
    }

    /// All of them, by id.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn overrides(&self) -> Result<BTreeMap<String, String>, StoreError> {
        let mut all = redis::cmd("HGETALL");
        all.arg(keys::overrides(self.prefix()));
        self.read(&all, self.deadline()).await
    }
}
