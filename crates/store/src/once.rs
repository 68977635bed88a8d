//! Whether a command was committed before, asked much later.

use switchboard_domain::CallId;

use crate::{Store, StoreError, keys};

impl Store {
    /// Whether a command of that id is among the call's last commits. For requests that a client may repeat long
    /// after their answer was lost, when the rules alone would do them again. Not for webhooks, of which two may
    /// rightly say the same.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn was_committed(&self, call: &CallId, command_id: &str) -> Result<bool, StoreError> {
        // All of the hash: some dozen short ids beside the call itself, for a request that a person made.
        let mut read = redis::cmd("HVALS");
        read.arg(keys::call(self.prefix(), call));
        let values: Vec<String> = self.read(&read, self.deadline()).await?;
        Ok(values.iter().any(|value| value == command_id))
    }
}
