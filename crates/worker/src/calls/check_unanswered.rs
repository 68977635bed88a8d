//! `check-unanswered`: the three-minute promise. Talks to nothing but Redis.

use switchboard_contracts::v1;
use switchboard_domain::{CallId, Command};
use switchboard_queue::JobError;

use super::Carrier;

impl Carrier {
    pub(super) async fn check_unanswered(
        &self,
        job: &v1::CheckUnanswered,
        name: &str,
    ) -> Result<(), JobError> {
        let id = CallId::new(&job.call_id).map_err(JobError::dead)?;
        self.calls
            .step(&id, name, &Command::CheckUnanswered { entry: job.entry })
            .await?;
        Ok(())
    }
}
