//! Calls: each rings, chooses, waits, is answered, talks and ends.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;
use switchboard_runtime::Rng;
use tokio::time::sleep;

use super::carrier::{ask, dial};
use super::house::House;
use super::relay::Passed;
use crate::fanout::Sight;
use crate::time::{Arrivals, now_ns};

/// From ringing to the key; the menu is being read then. This and the others are between half and all of that, by chance:
/// people do not press in step with others who ring.
const LISTENS: Duration = Duration::from_millis(1_500);
/// From the key to Answer, and from Answer to the end.
const WAITS: Duration = Duration::from_millis(1_000);
const TALKS: Duration = Duration::from_millis(3_000);

/// What a call's way took, in µs.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// From the key at our door to each screen.
    pub(super) choices: Vec<u64>,
    /// From the customer database's answer at our door to each screen.
    pub(super) profiles: Vec<u64>,
    /// Answer, and from the news that the agent's line is there to the request that brings the caller.
    pub(super) answers: Vec<u64>,
    pub(super) calls: u64,
    /// Calls of which something was not seen.
    pub(super) incomplete: u64,
}

struct Made {
    call: String,
    from: String,
    answer_ns: u64,
}

/// So many calls a second for so long.
pub(super) async fn calls(
    house: &mut House,
    agents: u64,
    first: u64,
    per_s: u64,
    count: u64,
) -> Result<Ways> {
    house.crew.sights().await?;
    for door in [&house.webhooks, &house.rest, &house.customers] {
        door.take();
    }
    let (made, failed) = (RefCell::new(Vec::new()), Cell::new(0));
    let (network, realtime) = (house.network, house.realtime);
    let (into, failures) = (&made, &failed);
    let people = Rng::from_seed(first);
    Arrivals::soon(per_s, count)
        .each(|number, _| {
            let (number, person) = (first + number, people.fork());
            async move {
                match call(network, realtime, number, number % agents, &person).await {
                    Ok(call) => into.borrow_mut().push(call),
                    Err(error) => {
                        eprintln!("journey: call {number}: {error:#}");
                        failures.set(failures.get() + 1);
                    }
                }
                Ok(())
            }
        })
        .await?;
    // The last news are on their way.
    sleep(Duration::from_secs(1)).await;
    let sights = house.crew.sights().await?;
    let doors = [&house.webhooks, &house.rest, &house.customers].map(super::relay::Door::take);
    Ok(ways(
        &made.into_inner(),
        &sights,
        &doors,
        usize::try_from(agents)?,
    ))
}

async fn call(
    network: SocketAddr,
    realtime: SocketAddr,
    number: u64,
    agent: u64,
    person: &Rng,
) -> Result<Made> {
    let from = format!("+4477009{number:05}");
    let call = dial(network, &from).await?;
    sleep(person.jitter(LISTENS)).await;
    ask(network, "/sim/v1/press", &json!({ "leg": call, "digits": "2" })).await?;
    sleep(person.jitter(WAITS)).await;
    let agent = format!("a{agent}");
    let asked_ns = now_ns();
    let path = format!("/api/v1/calls/{call}/answer");
    let yours = ask(realtime, &path, &json!({ "agentId": agent })).await?;
    let answer_ns = now_ns() - asked_ns;
    let claim = yours["ticket"].as_str().context("no ticket")?;
    let browser = json!({ "identity": agent, "params": { "claim": claim } });
    ask(network, "/sim/v1/browsers/connect", &browser).await?;
    sleep(person.jitter(TALKS)).await;
    ask(network, "/sim/v1/hang-up", &json!({ "leg": call })).await?;
    Ok(Made {
        call,
        from,
        answer_ns,
    })
}

/// Puts together what doors and screens saw of each call.
fn ways(made: &[Made], sights: &[Sight], doors: &[Vec<Passed>; 3], screens: usize) -> Ways {
    let [webhooks, rest, customers] = doors;
    let mut ways = Ways::default();
    let mut seen: BTreeMap<(&str, bool), &Sight> = BTreeMap::new();
    for sight in sights {
        let call = made.iter().find(|made| sight.event.contains(&made.call));
        if let Some(made) = call {
            seen.entry((&made.call, sight.is_profile())).or_insert(sight);
        }
    }
    let first = |door: &[Passed], after_ns: u64, all: &[&str]| {
        door.iter()
            .filter(|passed| passed.asked_ns >= after_ns && all.iter().all(|part| passed.text.contains(part)))
            .min_by_key(|passed| passed.asked_ns)
            .cloned()
    };
    for made in made {
        ways.calls += 1;
        let call = made.call.as_str();
        let key = first(webhooks, 0, &["/twilio/voice/menu", call]);
        let number = made.from.trim_start_matches('+');
        let customer = first(customers, 0, &["/crm/v1/customers", number]);
        let there = first(
            webhooks,
            0,
            &["/twilio/voice/conference", "participant-join", call],
        );
        let told = there
            .as_ref()
            .and_then(|there| first(rest, there.asked_ns, &["POST ", call]));
        let card = seen
            .get(&(call, false))
            .filter(|sight| sight.at_ns.len() == screens);
        let profile = seen
            .get(&(call, true))
            .filter(|sight| sight.at_ns.len() == screens);
        let (Some(key), Some(customer), Some(there), Some(told), Some(card), Some(profile)) =
            (key, customer, there, told, card, profile)
        else {
            ways.incomplete += 1;
            continue;
        };
        let since = |from: u64| move |at: &u64| at.saturating_sub(from) / 1000;
        ways.choices.extend(card.at_ns.iter().map(since(key.asked_ns)));
        ways.profiles
            .extend(profile.at_ns.iter().map(since(customer.answered_ns)));
        ways.answers
            .push((made.answer_ns + told.asked_ns - there.asked_ns) / 1000);
    }
    ways
}
