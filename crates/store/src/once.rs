//! Whether a command was committed before, asked much later.

use std::collections::HashMap;

use switchboard_domain::CallId;

use crate::{Store, StoreError, keys};

impl Store {
    /// Whether a command of that id is among the call's last 256 commits. For requests that a client may repeat
    /// long after their answer was lost, when the rules alone would do them again. Not for webhooks, of which two
    /// may rightly say the same.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn was_committed(&self, call: &CallId, command_id: &str) -> Result<bool, StoreError> {
        // All of the hash: some dozen short ids beside the call itself, for a request that a person made.
        let mut read = redis::cmd("HGETALL");
        read.arg(keys::call(self.prefix(), call));
        let fields: HashMap<String, String> = self.read(&read, self.deadline()).await?;
        Ok(fields
            .iter()
            .any(|(field, value)| value == command_id && names_a_command(field)))
    }
}

/// Clients choose ids, and `3` or an agent's name must not be found in another field.
fn names_a_command(field: &str) -> bool {
    field
        .strip_prefix('c')
        .is_some_and(|version| version.bytes().all(|b| b.is_ascii_digit()))
}
