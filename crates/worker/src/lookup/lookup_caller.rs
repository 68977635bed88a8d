//! `lookup-caller`: asks one source about one caller, and puts what it says on the card.

use std::time::Duration;

use switchboard_contracts::v1;
use switchboard_domain::{CallId, Command, Lookup, LookupOutcome, SourceName, Timestamp};
use switchboard_lookup::{Answer, Fate, Remembered};
use switchboard_queue::{JobContext, JobError};
use tracing::info;

use super::Lookups;

/// A caller waits: a source that wants to be left alone for longer is given up for this call.
const PATIENCE: Duration = Duration::from_secs(5);

impl Lookups {
    pub(super) async fn lookup_caller(
        &self,
        job: v1::LookupCaller,
        context: JobContext,
    ) -> Result<(), JobError> {
        let (Ok(id), Ok(source)) = (CallId::new(&job.call_id), SourceName::new(&job.source)) else {
            return Err(JobError::dead("call id or source name is none"));
        };
        let Some((call, now)) = self.calls.read(&job.call_id).await? else {
            return Ok(());
        };
        if call.is_ended() || call.lookups.get(&source) != Some(&Lookup::Pending) {
            return Ok(());
        }
        let outcome = self.ask(&job, &context, now).await?;
        info!(call.id = %id, source = job.source, "call {id}: {} {}", job.source, word(&outcome));
        let name = format!("{}:{}", context.id, context.token);
        self.calls
            .step(&id, &name, &Command::LookedUp { source, outcome })
            .await?;
        Ok(())
    }

    /// What the source says; an error means that it is worth asking again.
    async fn ask(
        &self,
        job: &v1::LookupCaller,
        context: &JobContext,
        now: Timestamp,
    ) -> Result<LookupOutcome, JobError> {
        let failed = |reason: &str| LookupOutcome::Failed {
            reason: reason.to_owned(),
        };
        let Some(known) = self.sources.get(&job.source) else {
            return Ok(failed("is not set up"));
        };
        let said = known.source.recall(&job.number, known.limits.deadline).await;
        match said.map(|Remembered { answer, age }| (answer, age)) {
            Ok((Answer::Found { profile, certainty }, age)) => Ok(LookupOutcome::Found {
                profile: Box::new(profile),
                certainty,
                said_at: age.map(|age| now.minus(age)),
            }),
            Ok((Answer::NotFound, _)) => Ok(LookupOutcome::NotFound),
            Err(error) => match error.fate() {
                Fate::RetryAfter(wait)
                    if wait <= PATIENCE && context.attempt < known.attempts && !context.last =>
                {
                    Err(JobError::retry_in(wait, error))
                }
                Fate::RetryAfter(_) | Fate::GiveUp => Ok(failed(error.public())),
            },
        }
    }
}

fn word(outcome: &LookupOutcome) -> &str {
    match outcome {
        LookupOutcome::Found { .. } => "knows the caller",
        LookupOutcome::NotFound => "does not know the caller",
        LookupOutcome::Failed { reason } => reason,
    }
}
