//! A caller's line is moved to hear the office ring, in a deployment with few agents and in one with many: which phones
//! are busy must not cost more.

use anyhow::Result;
use switchboard_domain::{Agent, AgentId, AnswersOn, Presence};
use switchboard_store::{Store, StoreConfig};

use super::load::{OFFICE_RING, fire};
use super::{House, Plan, Round};
use crate::cpu::Meter;
use crate::figures::{Measured, float};
use crate::report::Row;

const FEW: usize = 4;
const MANY: usize = 14_000;
/// A burst of deadlines: an office does not ring a thousand times a second.
const RATE_PER_S: u64 = 200;

pub(super) async fn ring(plan: &Plan) -> Result<Row> {
    eprintln!(
        "webhook: {} s of office rings with {FEW} and {MANY} agents",
        plan.seconds
    );
    let mut house = House::open().await?;
    let (mut few, mut many) = (Measured::new()?, Measured::new()?);
    let mut odd = 0;
    let store = Store::new(StoreConfig {
        budget: std::time::Duration::from_secs(10),
        ..StoreConfig::new(house.rig.url(), "{sb}".to_owned())
    })?;
    introduce(&store, 0..FEW).await?;
    // Code, connections and scripts are touched once.
    rings(&mut house, 1).await?;
    for (agents, side) in [(FEW, &mut few), (MANY, &mut many)] {
        introduce(&store, FEW..agents).await?;
        for _ in 0..plan.rounds {
            let round = rings(&mut house, plan.seconds).await?;
            side.round(&round.answered.latencies_us)?;
            let sent = round.answered.latencies_us.len() as u64;
            side.cost(sent, round.cost);
            odd += sent - round.answered.documents;
        }
    }
    let without = house.without_state().await?;
    house.close().await?;
    let what =
        "a line that is moved to hear the office ring, 200/s, with 14,000 agents; floor: the same with 4";
    Ok(Row::beside("office-ring", what, &many, &few)
        .fact("agents", float(u64::try_from(MANY)?))
        .at_most("p99_ratio_to_floor", 1.5)
        .same("answers without a document", 0, odd)
        .same("answers without state", 0, without))
}

async fn rings(house: &mut House, seconds: u64) -> Result<Round> {
    let requests = house.callers.requests(OFFICE_RING, seconds * RATE_PER_S)?;
    let meter = Meter::start(house.gateway.0.pid, house.rig.redis_pid()?)?;
    let answered = fire(house.gateway.1, &requests, RATE_PER_S).await?;
    let cost = meter.read()?;
    Ok(Round { answered, cost })
}

async fn introduce(store: &Store, which: std::ops::Range<usize>) -> Result<()> {
    for number in which {
        let id = AgentId::new(&format!("agent-{number}"))?;
        let agent = Agent::new(id.clone(), id.as_str(), AnswersOn::Browser, Presence::Available);
        store.update_agent(&id, |_| Some(agent.clone())).await?;
    }
    Ok(())
}
