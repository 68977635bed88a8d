//! The whole graph: every place that can be reached from the first ring, explored and not believed, drawn for
//! `docs/call-states.md`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;

use switchboard_domain::*;

use crate::commands::happenings;
use crate::encoding;
use crate::rescue;
use crate::scene::Scene;
use crate::show;

/// Which states may follow which, written down by hand. What the exploration finds must be exactly this.
const FOLLOWS: [(&str, &[&str]); 9] = [
    ("greeting", &["greeting", "queued", "voicemail", "ended"]),
    ("closed", &["ended"]),
    // Talking: somebody at an office phone took it while Redis was away, and the ring was never known.
    // Queued: a caller alone in a conference is brought back before the voicemail, in an office without phones.
    (
        "queued",
        &[
            "queued",
            "claimed",
            "ringing_office",
            "talking",
            "voicemail",
            "ended",
        ],
    ),
    (
        "claimed",
        &["queued", "connecting", "ringing_office", "voicemail", "ended"],
    ),
    (
        "connecting",
        &["queued", "ringing_office", "talking", "voicemail", "ended"],
    ),
    (
        "ringing_office",
        &[
            "queued",
            "claimed",
            "ringing_office",
            "talking",
            "voicemail",
            "ended",
        ],
    ),
    ("talking", &["queued", "ringing_office", "ended"]),
    ("voicemail", &["ended"]),
    ("ended", &[]),
];

/// What of a call decides how it can go on. Two calls with the same are the same place.
fn place(scene: &Scene) -> String {
    let call = scene.call();
    let claim = |claim: &Claim| {
        let origin = match &claim.origin {
            ClaimOrigin::Queue => "queue".into(),
            ClaimOrigin::Office(ring) => round(ring),
        };
        format!(
            "{} {} {origin}",
            claim.phone.is_some(),
            claim.leg.as_ref().map_or("-", LegId::as_str)
        )
    };
    let detail = match &call.state {
        State::Greeting { attempt } => attempt.to_string(),
        State::Closed | State::Queued(_) => String::new(),
        State::Claimed { claim: c, until, .. } => format!("{} {}", claim(c), scene.now >= *until),
        State::Connecting { claim: c, .. } => claim(c),
        State::RingingOffice { ring, .. } => round(ring),
        State::Talking(talk) => {
            let with = match &talk.with {
                Party::Agent(c) => claim(c),
                Party::Office { .. } => "office".into(),
            };
            format!("{with} {}", talk.agent_left.is_some())
        }
        State::Voicemail { why } => format!("{why:?}"),
        State::Ended { reason, .. } => format!("{reason:?}"),
    };
    let overdue = call.state.waiting().map(|waiting| scene.now >= waiting.deadline);
    format!(
        "{} {detail} | {} | {overdue:?} {} {}",
        call.state.name(),
        line(&call.leg),
        call.office_rounds.min(3),
        scene.policy.office_has_phones
    )
}

fn round(ring: &OfficeRing) -> String {
    format!(
        "{}.{} {} {}",
        ring.round.min(3),
        ring.attempt.min(2),
        ring.reached.is_empty(),
        ring.skipped.is_empty()
    )
}

fn line(leg: &Leg) -> &'static str {
    match leg {
        Leg::Menu => "menu",
        Leg::Parked { .. } => "parked",
        Leg::OfficeDial => "office dial",
        Leg::Conference { .. } => "conference",
        Leg::Recording => "recording",
        Leg::Gone => "gone",
    }
}

#[derive(Default)]
struct Graph {
    /// Causes of every step between two states.
    edges: BTreeMap<(usize, usize), BTreeSet<String>>,
    /// Where the line may be in each state.
    lines: BTreeMap<usize, BTreeSet<&'static str>>,
    places: usize,
}

/// A state's rank: the order in which a call usually meets them.
fn rank(name: &str) -> usize {
    FOLLOWS
        .iter()
        .position(|(state, _)| *state == name)
        .expect("a known state")
}

fn explore() -> Graph {
    let mut graph = Graph::default();
    let mut seen = BTreeSet::new();
    let mut ahead = VecDeque::new();
    for has_phones in [true, false] {
        for open in [true, false] {
            let mut scene = Scene::ringing_in(open);
            scene.policy.office_has_phones = has_phones;
            seen.insert(place(&scene));
            ahead.push_back(scene);
        }
    }
    while let Some(scene) = ahead.pop_front() {
        let from = scene.state();
        graph
            .lines
            .entry(rank(from))
            .or_default()
            .insert(line(&scene.call().leg));
        rescue::rescued(scene.call(), &scene.effects, scene.now, &scene.policy)
            .unwrap_or_else(|stuck| panic!("{}: {stuck}", place(&scene)));
        encoding::assert_round_trip(scene.call(), &scene.last.events);
        for wait in [3, 600] {
            let scene = scene.clone().after_secs(wait);
            for happening in happenings(scene.call()) {
                let mut next = scene.clone();
                if next.try_step(happening.by, &happening.command).is_err() {
                    continue;
                }
                let mut at = rank(from);
                for event in &next.last.events {
                    if let Event::Entered { state, cause, .. } = event {
                        let to = rank(state.name());
                        graph
                            .edges
                            .entry((at, to))
                            .or_default()
                            .insert(show::label(*cause));
                        at = to;
                    }
                }
                if seen.insert(place(&next)) {
                    ahead.push_back(next);
                }
            }
        }
    }
    graph.places = seen.len();
    graph
}

impl Graph {
    fn mermaid(&self) -> String {
        let mut text =
            String::from("stateDiagram-v2\n    [*] --> greeting : open\n    [*] --> closed : closed\n");
        for ((from, to), causes) in &self.edges {
            let causes: Vec<_> = causes.iter().map(String::as_str).collect();
            writeln!(
                text,
                "    {} --> {} : {}",
                FOLLOWS[*from].0,
                FOLLOWS[*to].0,
                causes.join(", ")
            )
            .unwrap();
        }
        text.push_str("    ended --> [*]\n");
        text
    }

    fn line_table(&self) -> String {
        let mut text = String::from("| state | the caller's line |\n| --- | --- |\n");
        for (state, lines) in &self.lines {
            let lines: Vec<_> = lines.iter().copied().collect();
            writeln!(text, "| `{}` | {} |", FOLLOWS[*state].0, lines.join(", ")).unwrap();
        }
        text
    }
}

/// The text between two lines of the page.
fn block<'a>(page: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("{begin}\n")).expect(begin);
    rest.split_once(end).expect(end).0
}

#[test]
fn the_reachable_graph_is_the_documented_one() {
    let graph = explore();
    assert!(
        graph.places > 100,
        "{} places: the exploration lost its way",
        graph.places
    );
    for (from, (name, allowed)) in FOLLOWS.iter().enumerate() {
        let found: BTreeSet<_> = graph
            .edges
            .keys()
            .filter(|(state, _)| *state == from)
            .map(|(_, to)| FOLLOWS[*to].0)
            .collect();
        assert_eq!(found, allowed.iter().copied().collect(), "what follows {name}");
    }
    insta::assert_snapshot!("graph", graph.mermaid());
    insta::assert_snapshot!("lines", graph.line_table());
    let page = include_str!("../../../../docs/call-states.md");
    let advice = "copy it from crates/domain/tests/it/snapshots into docs/call-states.md";
    assert_eq!(block(page, "```mermaid", "```"), graph.mermaid(), "{advice}");
    assert_eq!(
        block(page, "<!-- lines -->", "<!-- end -->"),
        graph.line_table(),
        "{advice}"
    );
}
