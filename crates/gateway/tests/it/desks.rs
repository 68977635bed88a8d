//! Desk phones of agents: they do not ring while their agents are busy.

use switchboard_domain::{AgentId, Command, Presence};
use switchboard_runtime::settings::Layers;

use crate::house::{House, always};
use crate::line::{attribute, dialled};
use crate::office::{ended, pick_up, ringing};
use crate::queue::waiting;

const DOOR: &str = "+442079460100";
const AMELIAS: &str = "+442079460101";
const BASHIRS: &str = "+442079460102";

fn desks() -> Layers {
    let agent = |id| format!("{{ id = \"{id}\", name = \"{id}\", answers_on = \"browser\" }}");
    let agents = format!("agents = [{}, {}]", agent("amelia"), agent("bashir"));
    let phones = format!(
        "[office]\nphones = [{{ name = \"Door\", number = \"{DOOR}\" }},
           {{ name = \"Amelia's\", number = \"{AMELIAS}\", agent = \"amelia\" }},
           {{ name = \"Bashir's\", number = \"{BASHIRS}\", agent = \"bashir\" }}]"
    );
    always().text("agents", &agents).text("desks", &phones)
}

fn open() -> impl Future<Output = House> {
    Box::pin(opened())
}

async fn opened() -> House {
    let house = House::with(desks()).await;
    house.agent("amelia", None).await;
    house.agent("bashir", None).await;
    house
}

async fn is(house: &House, id: &str, presence: Presence) {
    let id = AgentId::new(id).unwrap();
    let change = |agent: Option<switchboard_domain::Agent>| {
        agent.map(|agent| switchboard_domain::Agent { presence, ..agent })
    };
    house.store.update_agent(&id, change).await.unwrap();
}

async fn rung(house: &House, number: u32) -> Vec<String> {
    let (_, ring) = ringing(house, number).await;
    dialled(&ring).into_iter().map(|(number, _)| number).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phone_of_an_agent_who_has_a_call_in_the_browser_does_not_ring() {
    let house = open().await;
    assert_eq!(rung(&house, 1).await, [DOOR, AMELIAS, BASHIRS]);
    let (other, ..) = waiting(&house, 2).await;
    house.answer(&other.sid, "amelia").await;
    assert_eq!(rung(&house, 3).await, [DOOR, BASHIRS]);
    house
        .agent_does(&other.sid, "amelia", Command::Release { claim: None })
        .await;
    assert_eq!(rung(&house, 4).await, [DOOR, AMELIAS, BASHIRS]);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_does_that_of_one_who_is_away_but_that_of_one_who_has_no_screen_does() {
    let house = open().await;
    is(&house, "amelia", Presence::Away).await;
    is(&house, "bashir", Presence::Offline).await;
    assert_eq!(rung(&house, 1).await, [DOOR, BASHIRS]);
    house.close().await;
}

/// Nobody is missed because everybody seems to be busy.
#[tokio::test(flavor = "multi_thread")]
async fn all_phones_ring_when_none_would_be_left() {
    let house = open().await;
    for id in ["amelia", "bashir"] {
        is(&house, id, Presence::Away).await;
    }
    // Somebody talks at the only other one.
    let (line, ring) = ringing(&house, 1).await;
    assert_eq!(dialled(&ring).len(), 1);
    let (mut door, screen) = pick_up(&house, &line, &ring, 0).await;
    door.ask(&house, &attribute(&screen, "action"), &[("Digits", "1")])
        .await;
    assert_eq!(rung(&house, 2).await, [DOOR, AMELIAS, BASHIRS]);
    house.close().await;
}

/// Who was rung and whose mailbox answered stays left out of the second ring of the round.
#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_is_left_out_also_when_the_others_are_busy() {
    let house = open().await;
    for id in ["amelia", "bashir"] {
        is(&house, id, Presence::Away).await;
    }
    let (mut line, ring) = ringing(&house, 1).await;
    let (mut door, screen) = pick_up(&house, &line, &ring, 0).await;
    door.ask(&house, &attribute(&screen, "action"), &[]).await;
    let again = line
        .ask(
            &house,
            &attribute(&ring, "action"),
            &ended("no-answer", "false", ""),
        )
        .await;
    let numbers: Vec<_> = dialled(&again).into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers, [AMELIAS, BASHIRS]);
    house.close().await;
}
