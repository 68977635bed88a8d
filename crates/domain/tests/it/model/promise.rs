//! What a caller may rely on. Milliseconds and small numbers; nothing of the crate under test.

use super::phase::{Phase, Ring, Seen};
use super::what::{Ask, Found, Line, Pick, Turn, What, Which};

const UNANSWERED: u64 = 180_000;
const RETRY: u64 = 60_000;
const ROUNDS: u32 = 2;
const READINGS: u8 = 2;
const ALONE: u64 = 2_000;
/// How long a claim lasts: two browsers and a phone.
const PATIENCE: [u64; 3] = [15_000, 15_000, 35_000];
/// How much shorter the claim of a phone may be that nobody has rung.
const UNRUNG: u64 = 20_000;
/// How long the carrier lets a phone wait before it rings, in this world.
pub(crate) const HELD_BACK: u64 = 3_000;
const ON_A_PHONE: usize = 2;

#[derive(Debug, Clone)]
pub(crate) struct Promise {
    pub(crate) phase: Phase,
    entries: u32,
    claims: u32,
    rounds: u32,
}

#[derive(Debug, Clone)]
pub(crate) struct Promises {
    now: u64,
    pub(crate) calls: [Promise; 2],
}

impl Default for Promises {
    fn default() -> Self {
        let unknown = Promise {
            phase: Phase::Unknown,
            entries: 0,
            claims: 0,
            rounds: 0,
        };
        Self {
            now: 0,
            calls: [unknown.clone(), unknown],
        }
    }
}

impl Promises {
    pub(crate) fn turn(&mut self, turn: &Turn) {
        match turn {
            Turn::Wait(millis) => self.now += millis,
            Turn::Happens(call, what) => {
                let busy = match what {
                    What::Answers(agent) => self.calls.iter().any(|other| other.holder() == Some(*agent)),
                    _ => false,
                };
                if let Some(promise) = self.calls.get_mut(*call) {
                    promise.happens(*what, self.now, busy);
                }
            }
        }
    }
}

impl Promise {
    fn holder(&self) -> Option<usize> {
        match self.phase {
            Phase::Held { agent, .. } | Phase::Agent { agent, .. } => Some(agent),
            _ => None,
        }
    }

    pub(crate) fn seen(&self) -> Seen {
        let (state, deadline) = match self.phase {
            Phase::Unknown => ("unknown", None),
            Phase::Menu { .. } => ("greeting", None),
            Phase::Closed => ("closed", None),
            Phase::Waiting { deadline } => ("queued", Some(deadline)),
            Phase::Held {
                ready: false,
                deadline,
                ..
            } => ("claimed", Some(deadline)),
            Phase::Held { deadline, .. } => ("connecting", Some(deadline)),
            Phase::Office { deadline, .. } => ("ringing_office", Some(deadline)),
            Phase::Agent { deadline, .. } | Phase::Phone { deadline, .. } => ("talking", Some(deadline)),
            Phase::Message => ("voicemail", None),
            Phase::Over => ("ended", None),
        };
        Seen {
            state,
            agent: self.holder(),
            deadline,
            entries: self.entries,
            claims: self.claims,
            rounds: self.rounds,
        }
    }

    /// Waits again, and has been alone for some time; but agents have a moment to come.
    fn alone(&mut self, since: u64, now: u64) {
        self.queue((since + RETRY).max(now + PATIENCE[0]));
    }

    fn queue(&mut self, deadline: u64) {
        self.entries += 1;
        self.phase = Phase::Waiting { deadline };
    }

    fn office(&mut self, deadline: u64) {
        self.rounds += 1;
        let ring = Ring {
            round: self.rounds,
            reached: false,
            again: false,
        };
        self.phase = Phase::Office { ring, deadline };
    }

    /// The agent who had pressed Answer does not come.
    fn back(&mut self, now: u64) {
        if let Phase::Held { from, deadline, .. } = self.phase {
            match from {
                Some(ring) => self.phase = Phase::Office { ring, deadline },
                None if now >= deadline => self.office(deadline),
                None => self.queue(deadline),
            }
        }
    }

    fn nobody(&mut self, ring: Ring, deadline: u64, now: u64) {
        if ring.reached && !ring.again {
            let ring = Ring {
                reached: false,
                again: true,
                ..ring
            };
            self.phase = Phase::Office { ring, deadline };
        } else if ring.round < ROUNDS {
            self.queue(now + RETRY);
        } else {
            self.phase = Phase::Message;
        }
    }

    fn begins(&mut self, what: What, now: u64) {
        match what {
            What::Rings { open }
            | What::Adopted {
                found: Found::Menu,
                open,
            } => {
                self.phase = if open {
                    Phase::Menu { reading: 0 }
                } else {
                    Phase::Closed
                };
            }
            What::Adopted {
                found: Found::WaitingAMinute,
                ..
            } => self.queue(now + UNANSWERED - 60_000),
            What::Adopted {
                found: Found::Office, ..
            } => self.office(now + UNANSWERED),
            What::Adopted {
                found: Found::Talking,
                ..
            } => {
                self.phase = Phase::Phone {
                    asked: None,
                    deadline: now + UNANSWERED,
                    ring: None,
                };
            }
            What::Adopted {
                found: Found::Voicemail,
                open,
            } => {
                self.phase = if open { Phase::Message } else { Phase::Closed };
            }
            _ => {}
        }
    }

    fn happens(&mut self, what: What, now: u64, busy: bool) {
        if self.phase == Phase::Unknown {
            return self.begins(what, now);
        }
        if self.phase == Phase::Over {
            return;
        }
        let this = Which::This;
        match (what, self.phase.clone()) {
            (What::CallerGone, _) | (What::Stored { empty: false }, Phase::Message | Phase::Closed) => {
                self.phase = Phase::Over;
            }
            (What::Chooses { again: false, pick }, Phase::Menu { reading }) => match pick {
                Pick::Voicemail => self.phase = Phase::Message,
                Pick::Nothing if reading + 1 < READINGS => self.phase = Phase::Menu { reading: reading + 1 },
                Pick::Queue | Pick::Nothing => self.queue(now + UNANSWERED),
            },
            (What::Asks(ask), _) => self.asks(ask, now),
            (What::Screened, Phase::Office { ring, deadline }) => {
                let ring = Ring {
                    reached: true,
                    ..ring
                };
                self.phase = Phase::Office { ring, deadline };
            }
            (What::Screened, Phase::Held { ready: false, .. }) => {
                if let Phase::Held { from: Some(ring), .. } = &mut self.phase {
                    ring.reached = true;
                }
            }
            (What::Accepted, Phase::Office { deadline, ring }) => {
                self.phase = Phase::Phone {
                    asked: None,
                    deadline,
                    ring: Some(ring),
                };
            }
            (What::Accepted, Phase::Waiting { deadline }) => {
                self.phase = Phase::Phone {
                    asked: None,
                    deadline,
                    ring: None,
                };
            }
            (What::Answers(agent), Phase::Waiting { deadline }) if !busy => {
                self.claim(agent, None, deadline, now);
            }
            (What::Answers(agent), Phase::Office { ring, deadline }) if !busy => {
                self.claim(agent, Some(ring), deadline, now);
            }
            (What::Deadline(which), Phase::Waiting { deadline }) if which == this && now >= deadline => {
                self.office(deadline);
            }
            (what, Phase::Held { .. }) => self.held(what, now),
            (
                what,
                Phase::Agent {
                    agent, line, left, ..
                },
            ) => match what {
                What::HangsUp(who) if who == agent => self.phase = Phase::Over,
                What::SoftphoneHungUp(who, which, whose)
                    if who == agent && which == this && line.is_none_or(|line| line == whose) =>
                {
                    self.phase = Phase::Over;
                }
                What::Left(which, whose) if which == this && line.is_none_or(|line| line == whose) => {
                    if agent == ON_A_PHONE {
                        self.phase = Phase::Over;
                    } else if let Phase::Agent { left, .. } = &mut self.phase {
                        left.get_or_insert(now);
                    }
                }
                What::Lost(which) if which == this => {
                    if let Some(since) = left {
                        self.alone(since, now);
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn claim(&mut self, agent: usize, from: Option<Ring>, deadline: u64, now: u64) {
        self.claims += 1;
        self.phase = Phase::Held {
            agent,
            line: None,
            until: now + PATIENCE.get(agent).copied().unwrap_or(0),
            ready: false,
            from,
            deadline,
        };
    }

    fn held(&mut self, what: What, now: u64) {
        let Phase::Held {
            agent,
            line,
            until,
            ready,
            deadline,
            ..
        } = self.phase
        else {
            return;
        };
        let this = Which::This;
        let fits = |whose: Line| line.is_none_or(|line| line == whose);
        match what {
            What::Connects {
                which,
                agent: who,
                knows: true,
                line: whose,
            } if which == this && who == agent && !ready && line.is_none() => self.bind(whose, false),
            What::Called(which, whose) if which == this && !ready && line.is_none() => {
                self.bind(whose, false);
                if let Phase::Held { until, .. } = &mut self.phase {
                    *until += HELD_BACK;
                }
            }
            What::Joined(which, whose) if which == this && !ready && fits(whose) => self.bind(whose, true),
            What::Left(which, whose) if which == this && fits(whose) => self.back(now),
            What::CallerJoined(which) if which == this && ready => {
                self.phase = Phase::Agent {
                    agent,
                    line,
                    left: None,
                    deadline,
                };
            }
            What::ConnectFailed(which) if which == this => self.back(now),
            What::Expires(which) if which == this && !ready && now >= until => self.back(now),
            What::Releases(who, which) if who == agent && which.is_none_or(|which| which == this) => {
                self.back(now);
            }
            What::HangsUp(who) if who == agent => self.back(now),
            What::SoftphoneHungUp(who, which, whose) if who == agent && which == this && fits(whose) => {
                self.back(now);
            }
            _ => {}
        }
    }

    fn bind(&mut self, whose: Line, now_ready: bool) {
        if let Phase::Held { line, ready, .. } = &mut self.phase {
            *line = Some(whose);
            *ready = now_ready;
        }
    }

    fn asks(&mut self, ask: Ask, now: u64) {
        match (ask, self.phase.clone()) {
            (Ask::Wait, Phase::Waiting { deadline }) if now >= deadline => self.office(deadline),
            (
                Ask::Wait,
                Phase::Held {
                    ready: false,
                    agent,
                    line,
                    until,
                    deadline,
                    ..
                },
            ) => {
                // A phone that nobody rings is not waited for longer than a browser, once the time is over.
                let unrung = (agent == ON_A_PHONE && line.is_none()).then(|| until - UNRUNG);
                if now >= until || unrung.is_some_and(|end| now >= end.max(deadline)) {
                    self.back(now);
                }
            }
            (Ask::QueueFailed, Phase::Waiting { deadline }) => self.office(deadline),
            (Ask::AfterConference, Phase::Agent { left, .. }) => self.alone(left.unwrap_or(now), now),
            // Only a line that was told to ask there comes there; any other request may be an old one.
            (
                Ask::Resume | Ask::Astray | Ask::LeftQueue | Ask::AfterConference,
                Phase::Phone {
                    asked,
                    deadline,
                    ring,
                },
            ) => match asked {
                None => {
                    self.phase = Phase::Phone {
                        asked: Some(now),
                        deadline,
                        ring,
                    }
                }
                Some(since) if ask == Ask::Astray && now >= since + ALONE => self.alone(since, now),
                Some(_) => {}
            },
            (Ask::Voicemail, Phase::Menu { .. } | Phase::Waiting { .. }) => self.phase = Phase::Message,
            (Ask::Recorded, Phase::Message | Phase::Closed) => self.phase = Phase::Over,
            (Ask::OfficeEnded(which, bridged), phase) => self.office_ended(which, bridged, &phase, now),
            _ => {}
        }
    }

    fn office_ended(&mut self, which: Which, bridged: Option<bool>, phase: &Phase, now: u64) {
        // Rounds count from 1; "round 0" has no number and may be any.
        if which == Which::Earlier && self.rounds > 1 {
            return;
        }
        let round = if which == Which::Earlier { 0 } else { self.rounds };
        match *phase {
            // Everybody but the one who pressed the key and went, unless that one was left out already.
            Phase::Phone {
                deadline,
                ring: Some(ring),
                ..
            } if bridged == Some(false) && !ring.again => {
                let ring = Ring {
                    reached: false,
                    again: true,
                    ..ring
                };
                self.phase = Phase::Office { ring, deadline };
            }
            Phase::Phone { deadline, .. } if bridged == Some(false) => {
                let ring = Ring {
                    round,
                    reached: false,
                    again: false,
                };
                self.nobody(ring, deadline, now);
            }
            Phase::Phone { .. } => self.phase = Phase::Over,
            Phase::Office { .. } | Phase::Held { ready: false, .. } if bridged == Some(true) => {
                self.phase = Phase::Over;
            }
            Phase::Office { ring, deadline } if which == Which::This => self.nobody(ring, deadline, now),
            _ => {}
        }
    }
}
