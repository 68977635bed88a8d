//! One caller, from ringing to the end of their line.

use std::sync::Arc;
use std::time::Duration;

use switchboard_simulator::{LegId, LegView};
use tokio::time::Instant;

use crate::Ground;
use crate::account::{End, Fault};
use crate::judge;
use crate::plan::Wish;

/// How often a caller notices what happens on their line.
const GLANCE: Duration = Duration::from_millis(200);
/// From the tone until the caller has said everything.
const MESSAGE: Duration = Duration::from_secs(3);

/// Rings, does what the caller of that number wants, and enters into the account what came of it.
pub(crate) async fn call(ground: Arc<Ground>, number: u64) {
    let wish = ground.plan.wish(number);
    let leg = ground.simulator.dial(&wish.from, &ground.plan.office);
    ground.account.rang();
    let forgotten = live(&ground, &leg, &wish).await;
    // What is over at the carrier may still be on its way to the judge's books.
    if !forgotten {
        judge::close(&ground, &leg, &wish);
    }
}

/// Until the line is over; whether the caller had to give up.
async fn live(ground: &Ground, leg: &LegId, wish: &Wish) -> bool {
    let began = Instant::now();
    let mut pressed = wish.key.is_none();
    let mut helped = began;
    let mut talks_since = None;
    let mut tone_since = None;
    loop {
        tokio::time::sleep(GLANCE).await;
        let Some(view) = open(ground, leg) else {
            return false;
        };
        if !pressed && view.hears.is_some() && began.elapsed().as_millis() >= u128::from(wish.choice_ms) {
            let key = wish.key.map(String::from).unwrap_or_default();
            pressed = ground.simulator.press(leg, &key);
        }
        if !view.bridged_with.is_empty() {
            helped = Instant::now();
            let since = *talks_since.get_or_insert(helped);
            // Half of the conversations are ended by the agent, unless that takes far too long; people at office phones
            // never hang up.
            let with_agent = view
                .bridged_with
                .iter()
                .any(|other| judge::is_agents(ground, other));
            let talk = ground.plan.talk(leg.as_str());
            let patience = if with_agent && talk.agent_ends { 10 } else { 1 };
            if since.elapsed() >= talk.length * patience {
                ground.simulator.hang_up(leg);
            }
            continue;
        }
        talks_since = None;
        if judge::is_asked_for_a_message(ground, leg) {
            helped = Instant::now();
            if tone_since.get_or_insert(helped).elapsed() >= MESSAGE {
                ground.simulator.hang_up(leg);
            }
            continue;
        }
        if wish.patience.is_some_and(|patience| began.elapsed() >= patience) {
            ground.simulator.hang_up(leg);
        } else if helped.elapsed() >= ground.plan.forgotten_after {
            let waited = began.elapsed().as_secs();
            ground.account.wrong(Fault::Lost, || {
                judge::story(
                    ground,
                    leg,
                    &format!("nobody helped for too long, {waited} s after ringing"),
                )
            });
            ground.simulator.hang_up(leg);
            return true;
        }
    }
}

fn open(ground: &Ground, leg: &LegId) -> Option<LegView> {
    ground.simulator.leg(leg).filter(|leg| leg.ended_ms.is_none())
}

/// What a line came to.
pub(crate) fn end_of(talked_with_agent: bool, talked: bool, asked: bool) -> Option<End> {
    match (talked_with_agent, talked, asked) {
        (true, _, _) => Some(End::Agent),
        (false, true, _) => Some(End::Office),
        (false, false, true) => Some(End::Message),
        (false, false, false) => None,
    }
}
