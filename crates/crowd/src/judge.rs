//! What came of a call, read off the legs at the carrier.

use switchboard_simulator::{Bridge, LegId, Party, Sound, What, Who};

use crate::Ground;
use crate::account::{End, Fault};
use crate::caller::end_of;
use crate::plan::Wish;

/// So much of a line's story is told when it went wrong.
const TOLD: usize = 14;

/// Whether a leg is an agent's browser, or the phone of an agent.
pub(crate) fn is_agents(ground: &Ground, leg: &LegId) -> bool {
    ground.simulator.leg(leg).is_some_and(|leg| match &leg.who {
        Who::Agent(_) => true,
        Who::OfficePhone(number) => ground.desk_phones.contains(number),
        Who::Caller(_) | Who::Twilio => false,
    })
}

/// Whether the caller has heard the tone, outside of a conversation.
pub(crate) fn is_asked_for_a_message(ground: &Ground, leg: &LegId) -> bool {
    let beep = |leg: switchboard_simulator::LegView| leg.hears == Some(Sound::Beep);
    ground.simulator.leg(leg).is_some_and(beep)
}

/// Enters a line that is over into the account.
pub(crate) fn close(ground: &Ground, leg: &LegId, wish: &Wish) {
    let (bridges, own_end, asked) = ground.simulator.look(|view| {
        let bridges: Vec<Bridge> = view
            .bridges()
            .iter()
            .filter(|bridge| bridge.has(leg))
            .cloned()
            .collect();
        // Also those of whoever talked with this caller: they must not have talked with another one then.
        let others: Vec<Bridge> = view
            .bridges()
            .iter()
            .filter(|other| !other.has(leg) && bridges.iter().any(|own| shares_an_end(own, other)))
            .cloned()
            .collect();
        let of_leg = || {
            view.timeline()
                .iter()
                .rev()
                .take_while(|entry| {
                    !(entry.leg.as_ref() == Some(leg) && matches!(entry.what, What::Dialled(_)))
                })
                .filter(|entry| entry.leg.as_ref() == Some(leg))
        };
        let own_end = of_leg().any(|entry| entry.what == What::HungUp(Party::Person));
        let asked = of_leg().any(|entry| {
            entry.what == What::Heard(Sound::Beep) || matches!(entry.what, What::Recorded { .. })
        });
        let all: Vec<Bridge> = bridges.iter().cloned().chain(others).collect();
        (all, own_end, asked)
    });
    twice(ground, &bridges);
    // Somebody took the caller away from a conversation that nobody had ended.
    let torn = !ground.was_ended(leg.as_str()) && !own_end && !asked;
    let own: Vec<&Bridge> = bridges.iter().filter(|bridge| bridge.has(leg)).collect();
    let talked_with_agent = own
        .iter()
        .any(|bridge| is_agents(ground, if &bridge.a == leg { &bridge.b } else { &bridge.a }));
    match end_of(talked_with_agent, !own.is_empty(), asked) {
        Some(End::Agent | End::Office) if torn => ground
            .account
            .wrong(Fault::Lost, || story(ground, leg, "torn out of a conversation")),
        Some(end) => ground.account.ended(end),
        None if own_end => ground.account.ended(End::CallerLeft),
        None => ground.account.wrong(Fault::Lost, || {
            let wanted = if wish.patience.is_some() {
                "impatient"
            } else {
                "patient"
            };
            story(ground, leg, &format!("a {wanted} caller was hung up on"))
        }),
    }
}

fn shares_an_end(one: &Bridge, other: &Bridge) -> bool {
    other.has(&one.a) || other.has(&one.b)
}

/// Nobody talked with two at the same time.
fn twice(ground: &Ground, bridges: &[Bridge]) {
    for (at, one) in bridges.iter().enumerate() {
        for other in bridges.iter().skip(at + 1) {
            let (first, second) = if one.from_ms <= other.from_ms {
                (one, other)
            } else {
                (other, one)
            };
            let apart = first.to_ms.is_some_and(|end| end <= second.from_ms);
            if shares_an_end(one, other) && !apart {
                ground
                    .account
                    .wrong(Fault::Twice, || format!("{one:?} and {other:?}"));
            }
        }
    }
}

/// Why a call counts as wrong, with the end of its story.
pub(crate) fn story(ground: &Ground, leg: &LegId, why: &str) -> String {
    ground.simulator.look(|view| {
        let mut lines: Vec<String> = view
            .timeline()
            .iter()
            .rev()
            .filter(|entry| entry.leg.as_ref() == Some(leg))
            .take(TOLD)
            .map(|entry| format!("\n    {} {}", entry.at_ms, entry.what))
            .collect();
        lines.reverse();
        format!("{leg} {why}{}", lines.concat())
    })
}
