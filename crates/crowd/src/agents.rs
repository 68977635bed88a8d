//! Agents: they take a call that waits, talk, and end it or leave that to the caller.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use switchboard_runtime::Rng;
use switchboard_simulator::LegId;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::Ground;
use crate::account::Fault;
use crate::plan::{Care, around};

/// How often an agent looks at the line.
const GLANCE: Duration = Duration::from_millis(200);
/// From a refusal until the screen shows why.
const REFUSED: Duration = Duration::from_millis(500);
/// For agent and caller to come together.
const TOGETHER: Duration = Duration::from_secs(60);
/// How often an agent tries to end a call.
const TRIES: u32 = 30;
/// For the last lines to end when everybody has gone.
const LAST: Duration = Duration::from_secs(90);

/// One agent.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Their id in the settings.
    pub id: String,
    /// The phone they answer on; a browser else.
    pub phone: Option<String>,
}

/// Takes call after call until it is over.
pub(crate) async fn work(ground: Arc<Ground>, desk: Desk, rng: Rng, over: CancellationToken) {
    loop {
        let wanted = |call: &str, turn: u32| {
            let care = ground.plan.care(call, turn);
            if care.ignored {
                0
            } else {
                1 + u32::from(care.contested)
            }
        };
        let (call, turn) = tokio::select! {
            () = over.cancelled() => return,
            next = ground.board.next(wanted) => next,
        };
        let care = ground.plan.care(&call, turn);
        tokio::time::sleep(care.think).await;
        match ground.api.answer(&call, &desk.id).await {
            Some((200, body)) => {
                serve(&ground, &desk, &call, care, &body).await;
                tokio::time::sleep(around(&rng, ground.plan.wrap_up)).await;
            }
            // Somebody else was faster, the caller has gone, or the node has.
            Some(_) | None => tokio::time::sleep(REFUSED).await,
        }
        ground.board.left(&call);
    }
}

async fn serve(ground: &Ground, desk: &Desk, call: &str, care: Care, told: &Value) {
    let caller = LegId::from(call);
    let own = if desk.phone.is_some() {
        None
    } else if care.absent {
        return;
    } else {
        let ticket = told.get("ticket").and_then(Value::as_str).unwrap_or_default();
        let claim = [(String::from("claim"), ticket.to_owned())];
        Some(ground.simulator.browser_connect(&desk.id, &claim))
    };
    let Some(line) = meet(ground, desk, &caller, own.as_ref()).await else {
        if let Some(own) = own {
            ground.simulator.hang_up(&own);
        }
        return;
    };
    let talk = ground.plan.talk(call);
    if care.dying && own.is_some() {
        tokio::time::sleep(talk.length / 2).await;
        ground.simulator.browser_dies(&line);
        return;
    }
    let began = Instant::now();
    while is_open(ground, &line) && began.elapsed() < talk.length {
        tokio::time::sleep(GLANCE).await;
    }
    if talk.agent_ends && is_open(ground, &line) {
        ground.ends(call);
        for _ in 0..TRIES {
            match ground.api.hang_up(call, &desk.id).await {
                // Ended, or ended before.
                Some((status, _)) if status < 500 => break,
                Some(_) | None => tokio::time::sleep(REFUSED).await,
            }
        }
    }
    // The caller ends it, or the carrier is still told.
    while is_open(ground, &line) {
        tokio::time::sleep(GLANCE).await;
    }
}

/// Waits for the caller, on the agent's own line; nothing when it does not come about.
async fn meet(ground: &Ground, desk: &Desk, caller: &LegId, own: Option<&LegId>) -> Option<LegId> {
    let deadline = Instant::now() + TOGETHER;
    while Instant::now() < deadline {
        tokio::time::sleep(GLANCE).await;
        let leg = ground
            .simulator
            .leg(caller)
            .filter(|leg| leg.ended_ms.is_none())?;
        let mine = leg.bridged_with.into_iter().find(|other| match own {
            Some(own) => other == own,
            None => ground
                .simulator
                .leg(other)
                .is_some_and(|leg| desk.phone.as_deref() == Some(leg.to.as_str())),
        });
        if mine.is_some() {
            return mine;
        }
        if own.is_some_and(|own| !is_open(ground, own)) {
            return None;
        }
    }
    None
}

fn is_open(ground: &Ground, leg: &LegId) -> bool {
    ground
        .simulator
        .leg(leg)
        .is_some_and(|leg| leg.ended_ms.is_none())
}

/// Waits until every line is over and no screen shows a call or a busy agent; says what is left over when it takes too
/// long.
pub(crate) async fn go_home(ground: &Ground) {
    let deadline = Instant::now() + LAST;
    loop {
        let lines = ground.simulator.look(|view| {
            let open = view.legs().into_iter().filter(|leg| leg.ended_ms.is_none());
            open.map(|leg| format!("{} of {}", leg.id, leg.who))
                .collect::<Vec<_>>()
        });
        let live = ground.api.live().await;
        let shown = live.as_ref().map(left_on_screens);
        if lines.is_empty() && shown.as_ref().is_some_and(Vec::is_empty) {
            return;
        }
        if Instant::now() > deadline {
            let what = shown.unwrap_or_else(|| vec![String::from("no answer from the API")]);
            for left in lines.into_iter().chain(what) {
                ground.account.wrong(Fault::LeftOver, || left);
            }
            return;
        }
        tokio::time::sleep(GLANCE).await;
    }
}

fn left_on_screens(live: &Value) -> Vec<String> {
    let list = |name: &str| {
        live.get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let calls = list("calls")
        .into_iter()
        .map(|call| format!("a live call: {call}"));
    let busy = list("agents")
        .into_iter()
        .filter(|agent| agent.get("engagedCallId").is_some());
    calls
        .chain(busy.map(|agent| format!("a busy agent: {agent}")))
        .collect()
}
