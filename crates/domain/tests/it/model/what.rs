//! What can happen, said in terms that promise and system both understand: "this claim" and "an earlier one"
//! instead of numbers.

use proptest::prelude::*;
use proptest::sample::select;

use super::phase::Phase;
use super::promise::Promises;

/// One turn of the game.
#[derive(Debug, Clone)]
pub(crate) enum Turn {
    /// So many milliseconds pass.
    Wait(u64),
    /// It happens to this call.
    Happens(usize, What),
}

/// Which claim, entry or round is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    This,
    Earlier,
    Later,
}

/// Whose line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    Agents,
    Strangers,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pick {
    Queue,
    Voicemail,
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    Menu,
    WaitingAMinute,
    Office,
    Talking,
    Voicemail,
}

/// Where the line asks, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    Wait,
    Resume,
    Astray,
    Redirected,
    LeftQueue,
    QueueFailed,
    AfterConference,
    Voicemail,
    Recorded,
    OfficeEnded(Which, Option<bool>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Rings {
        open: bool,
    },
    Adopted {
        found: Found,
        open: bool,
    },
    Chooses {
        again: bool,
        pick: Pick,
    },
    Asks(Ask),
    Screened,
    Accepted,
    Connects {
        which: Which,
        agent: usize,
        knows: bool,
        line: Line,
    },
    Called(Which, Line),
    Joined(Which, Line),
    Left(Which, Line),
    Lost(Which),
    CallerJoined(Which),
    ConnectFailed(Which),
    CallerGone,
    Stored {
        empty: bool,
    },
    Answers(usize),
    Releases(usize, Option<Which>),
    HangsUp(usize),
    /// The softphone says so.
    SoftphoneHungUp(usize, Which, Line),
    Deadline(Which),
    Expires(Which),
}

fn which() -> impl Strategy<Value = Which> {
    prop_oneof![5 => Just(Which::This), 1 => Just(Which::Earlier), 1 => Just(Which::Later)]
}

fn line() -> impl Strategy<Value = Line> {
    prop_oneof![4 => Just(Line::Agents), 1 => Just(Line::Strangers)]
}

fn ask() -> impl Strategy<Value = Ask> {
    let plain = vec![
        Ask::Wait,
        Ask::Resume,
        Ask::Astray,
        Ask::Redirected,
        Ask::LeftQueue,
        Ask::QueueFailed,
        Ask::AfterConference,
        Ask::Voicemail,
        Ask::Recorded,
    ];
    let ended =
        (which(), any::<Option<bool>>()).prop_map(|(which, bridged)| Ask::OfficeEnded(which, bridged));
    prop_oneof![3 => select(plain), 1 => ended]
}

fn anything() -> impl Strategy<Value = What> {
    let pick = || select(vec![Pick::Queue, Pick::Voicemail, Pick::Nothing]);
    let found = select(vec![
        Found::Menu,
        Found::WaitingAMinute,
        Found::Office,
        Found::Talking,
        Found::Voicemail,
    ]);
    let agent = || 0..3_usize;
    prop_oneof![
        any::<bool>().prop_map(|open| What::Rings { open }),
        (found, any::<bool>()).prop_map(|(found, open)| What::Adopted { found, open }),
        (any::<bool>(), pick()).prop_map(|(again, pick)| What::Chooses { again, pick }),
        ask().prop_map(What::Asks),
        Just(What::Screened),
        Just(What::Accepted),
        (which(), agent(), any::<bool>(), line()).prop_map(|(which, agent, knows, line)| What::Connects {
            which,
            agent,
            knows,
            line
        }),
        (which(), line()).prop_map(|(which, line)| What::Called(which, line)),
        (which(), line()).prop_map(|(which, line)| What::Joined(which, line)),
        (which(), line()).prop_map(|(which, line)| What::Left(which, line)),
        which().prop_map(What::Lost),
        which().prop_map(What::CallerJoined),
        which().prop_map(What::ConnectFailed),
        Just(What::CallerGone),
        any::<bool>().prop_map(|empty| What::Stored { empty }),
        agent().prop_map(What::Answers),
        (agent(), proptest::option::of(which())).prop_map(|(agent, which)| What::Releases(agent, which)),
        agent().prop_map(What::HangsUp),
        (agent(), which(), line()).prop_map(|(agent, which, line)| What::SoftphoneHungUp(agent, which, line)),
        which().prop_map(What::Deadline),
        which().prop_map(What::Expires),
    ]
}

/// What usually comes next, so that a run gets past the menu.
fn usual(phase: &Phase) -> Vec<What> {
    let this = Which::This;
    match phase {
        Phase::Unknown => vec![What::Rings { open: true }],
        Phase::Menu { .. } => vec![What::Chooses {
            again: false,
            pick: Pick::Queue,
        }],
        Phase::Waiting { .. } => vec![
            What::Asks(Ask::Wait),
            What::Answers(0),
            What::Answers(2),
            What::Deadline(this),
        ],
        Phase::Held { ready: false, .. } => vec![
            What::Called(this, Line::Agents),
            What::Joined(this, Line::Agents),
            What::Expires(this),
            What::Deadline(this),
            What::Asks(Ask::OfficeEnded(this, Some(false))),
        ],
        Phase::Held { ready: true, .. } => vec![
            What::Asks(Ask::Resume),
            What::CallerJoined(this),
            What::Left(this, Line::Agents),
        ],
        Phase::Office { .. } => vec![
            What::Asks(Ask::LeftQueue),
            What::Screened,
            What::Accepted,
            What::Answers(1),
            What::Asks(Ask::OfficeEnded(this, Some(false))),
        ],
        Phase::Agent { .. } => vec![
            What::Left(this, Line::Agents),
            What::Lost(this),
            What::HangsUp(0),
            What::SoftphoneHungUp(0, this, Line::Agents),
        ],
        Phase::Phone { .. } => vec![
            What::Asks(Ask::Resume),
            What::Asks(Ask::Astray),
            What::Asks(Ask::OfficeEnded(this, Some(false))),
        ],
        Phase::Closed | Phase::Message | Phase::Over => {
            vec![What::Asks(Ask::Recorded), What::Stored { empty: false }]
        }
    }
}

pub(crate) fn turns(promises: &Promises) -> BoxedStrategy<Turn> {
    let usual: Vec<Turn> = promises
        .calls
        .iter()
        .enumerate()
        .flat_map(|(call, promise)| {
            usual(&promise.phase)
                .into_iter()
                .map(move |what| Turn::Happens(call, what))
        })
        .collect();
    prop_oneof![
        8 => select(usual),
        3 => (0..2_usize, anything()).prop_map(|(call, what)| Turn::Happens(call, what)),
        3 => select(vec![300, 1_000, 3_000, 15_000, 35_000, 60_000, 180_000]).prop_map(Turn::Wait),
    ]
    .boxed()
}
