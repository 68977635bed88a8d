//! `worker-calls`: deadlines, and everything asked of the carrier.

mod agents;
mod carrier;
mod check_unanswered;
mod connect_caller;
mod expire_claim;
mod legs;
mod move_caller;
mod recordings;
mod ring_office;
mod sweep;

pub(crate) use carrier::Carrier;
pub(crate) use sweep::SWEEP_ID;

use switchboard_contracts::v1;
use switchboard_queue::{JobContext, Router};

/// The handlers of this process.
pub(crate) fn router(carrier: &Carrier) -> Router {
    macro_rules! route {
        ($router:expr, $($payload:ident => $handler:ident),+ $(,)?) => {
            $router$(.on({
                let carrier = carrier.clone();
                move |job: v1::$payload, context: JobContext| {
                    let carrier = carrier.clone();
                    async move { carrier.$handler(&job, &name(&context)).await }
                }
            }))+
        };
    }
    let router = Router::new().on({
        let carrier = carrier.clone();
        move |job: v1::CallAgent, context: JobContext| {
            let carrier = carrier.clone();
            async move {
                carrier
                    .call_agent(&job, &name(&context), context.attempt > 1)
                    .await
            }
        }
    });
    let router = router.on({
        let carrier = carrier.clone();
        move |job: v1::DeleteRecording, _: JobContext| {
            let carrier = carrier.clone();
            async move { carrier.delete_recording(&job).await }
        }
    });
    route!(
        router,
        CheckUnanswered => check_unanswered,
        ExpireClaim => expire_claim,
        ConnectCaller => connect_caller,
        RingOffice => ring_office,
        ParkCaller => park_caller,
        CheckTalking => check_talking,
        CancelLegs => cancel_legs,
        HangUp => hang_up,
        EndConference => end_conference,
        FindRecording => find_recording,
        Sweep => sweep,
    )
}

/// Names one delivery of a job: a step of it that is tried again is the same step.
fn name(context: &JobContext) -> String {
    format!("{}:{}", context.id, context.token)
}
