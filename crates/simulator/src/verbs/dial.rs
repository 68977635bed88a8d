//! Dial: phones and browsers rung at once, screening, the first to be bridged.

use super::nouns::Noun;
use super::{End, Step};
use crate::id::LegId;
use crate::judge::{Sound, What};
use crate::legs::{CallStatus, Child, Direction, Interrupt, Line, NewLeg, Wake, dialled};
use crate::signal::Signal;
use crate::twiml::{Document, Element, Where};

/// Twilio lets phones ring this much longer than asked.
const GRACE_MS: i64 = 5_000;

/// How a Dial ended.
struct Outcome {
    status: CallStatus,
    child: Option<LegId>,
    bridged: bool,
    /// False when the child went on elsewhere and its duration says nothing yet.
    ended: bool,
}

/// The legs of a Dial that are still of interest.
struct Rung {
    number: u64,
    ringing: Vec<LegId>,
    screened: Vec<LegId>,
}

impl Line {
    pub(super) async fn dial(&self, verb: &Element, document: &Document) -> Result<Step, Interrupt> {
        if let Some(noun) = verb.children.iter().find(|noun| noun.name == "Conference") {
            return self.confer(verb, noun, document).await;
        }
        if !verb.flag("answerOnBridge", false) {
            self.answer();
        }
        let nouns = self.nouns(verb, document);
        let groups: Vec<Vec<Noun>> = if verb.flag("sequential", false) {
            nouns.into_iter().map(|noun| vec![noun]).collect()
        } else {
            vec![nouns]
        };
        let mut outcome = Outcome {
            status: CallStatus::Failed,
            child: None,
            bridged: false,
            ended: true,
        };
        for group in groups.into_iter().filter(|group| !group.is_empty()) {
            let rung = self.start(verb, group);
            let result = self.ring(verb, rung).await;
            if let Some(leg) = self.exchange.lock().leg_mut(&self.leg) {
                leg.dial = None;
            }
            match result {
                Ok(ended) => outcome = ended,
                Err(interrupt) => {
                    self.tell_hung_up(verb, document, &interrupt);
                    return Err(interrupt);
                }
            }
            if outcome.bridged {
                break;
            }
        }
        let Some((url, method)) = Self::action(verb, document) else {
            return Ok(Step::Next);
        };
        let Some(url) = url else {
            return Ok(self.bad_url("action", Where::Call));
        };
        self.go(&url, &method, Where::Call, self.outcome_parameters(&outcome))
            .await
    }

    /// Creates the legs of a group and starts their tasks.
    fn start(&self, verb: &Element, group: Vec<Noun>) -> Rung {
        let mut state = self.exchange.lock();
        let number = state.next_number();
        let from = state
            .leg(&self.leg)
            .map(|leg| leg.new.from.clone())
            .unwrap_or_default();
        let from = verb.attribute("callerId").map_or(from, str::to_owned);
        let mut ringing = Vec::new();
        for noun in group {
            let new = NewLeg {
                direction: Direction::OutboundDial,
                from: from.clone(),
                to: noun.to,
                who: noun.who,
                parent: Some(self.leg.clone()),
                of_dial: Some(number),
                fallback: None,
                first: noun.screening,
                extra: Vec::new(),
                callback: noun.callback,
                timeout_ms: i64::MAX / 4,
            };
            let child = state.add_leg(new, CallStatus::Initiated);
            ringing.push(child.clone());
            state.spawn(move |exchange| dialled(exchange, child));
        }
        if let Some(leg) = state.leg_mut(&self.leg) {
            leg.dial = Some(number);
        }
        state.note(&self.leg, What::Heard(Sound::Ringing));
        Rung {
            number,
            ringing,
            screened: Vec::new(),
        }
    }

    /// Waits until one has accepted and been talked to, or until nobody is left.
    async fn ring(&self, verb: &Element, mut rung: Rung) -> Result<Outcome, Interrupt> {
        let until = self.now() + verb.number("timeout", 30).clamp(5, 600) * 1000 + GRACE_MS;
        let mut last = (None, CallStatus::NoAnswer);
        while !(rung.ringing.is_empty() && rung.screened.is_empty()) {
            // Who has picked up in time is screened to the end.
            let deadline = (!rung.ringing.is_empty()).then_some(until);
            match self.pause(deadline).await {
                Ok(Wake::Time) => {
                    last = (rung.ringing.first().cloned(), CallStatus::NoAnswer);
                    for child in rung.ringing.drain(..) {
                        self.tell_child(&child, Signal::Stop(CallStatus::NoAnswer));
                    }
                }
                Ok(Wake::Digit(_) | Wake::Answer(..)) => {}
                Err(Interrupt::Child(child, Child::Answered)) => {
                    rung.ringing.retain(|one| one != &child);
                    rung.screened.push(child);
                    if self.exchange.peek().config.switches.first_pick_up_cancels {
                        self.stop_losers(&mut rung.ringing);
                    }
                }
                Err(Interrupt::Child(child, Child::Ready)) => {
                    rung.screened.retain(|one| one != &child);
                    self.stop_losers(&mut rung.ringing);
                    for other in &rung.screened {
                        self.tell_child(other, Signal::Stop(CallStatus::Completed));
                    }
                    return self.talk(verb, child).await;
                }
                Err(Interrupt::Child(child, Child::Ended(status))) => {
                    if rung.screened.contains(&child) {
                        let status = self.exchange.peek().config.switches.screening_hang_up_status;
                        last = (Some(child.clone()), status.into());
                    } else if rung.ringing.contains(&child) {
                        last = (Some(child.clone()), status);
                    }
                    rung.ringing.retain(|one| one != &child);
                    rung.screened.retain(|one| one != &child);
                }
                Err(Interrupt::Child(child, Child::Redirected)) => {
                    rung.screened.retain(|one| one != &child);
                    last = (Some(child), CallStatus::Completed);
                }
                Err(interrupt) => {
                    self.stop_all(rung, &interrupt);
                    return Err(interrupt);
                }
            }
        }
        Ok(Outcome {
            status: last.1,
            child: last.0,
            bridged: false,
            ended: true,
        })
    }

    fn stop_losers(&self, ringing: &mut Vec<LegId>) {
        let status = self.exchange.peek().config.switches.losing_leg_status;
        for other in ringing.drain(..) {
            self.tell_child(&other, Signal::Stop(status.into()));
        }
    }

    /// Ends all legs of a Dial whose caller is gone: at once, or with the switch a moment later.
    fn stop_all(&self, rung: Rung, why: &Interrupt) {
        let mut state = self.exchange.lock();
        let hung_up = matches!(why, Interrupt::HungUp);
        let linger = if hung_up && state.config.switches.children_linger {
            state.config.timings.linger_ms
        } else {
            0
        };
        tracing::debug!(
            dial = rung.number,
            linger_ms = linger,
            "dial {} is over",
            rung.number
        );
        let all: Vec<LegId> = rung.ringing.into_iter().chain(rung.screened).collect();
        if linger == 0 {
            for child in all {
                state.signal(&child, Signal::Stop(CallStatus::Canceled));
            }
        } else {
            state.spawn(move |exchange| async move {
                exchange.sleep(linger).await;
                let mut state = exchange.lock();
                for child in all {
                    state.signal(&child, Signal::Stop(CallStatus::Canceled));
                }
            });
        }
    }

    /// The two legs talk until one of them leaves.
    async fn talk(&self, verb: &Element, child: LegId) -> Result<Outcome, Interrupt> {
        self.answer();
        let until = self.now() + verb.number("timeLimit", 14_400).max(1) * 1000;
        {
            let mut state = self.exchange.lock();
            // It may have hung up in this very moment; its end is then the next thing we hear.
            if state.leg(&child).is_some_and(crate::legs::Leg::is_live) {
                state.open_bridge(&self.leg, &child);
                state.signal(&child, Signal::Bridged);
            }
        }
        let ended = loop {
            match self.pause(Some(until)).await {
                Ok(Wake::Time) => {
                    self.tell_child(&child, Signal::Stop(CallStatus::Completed));
                    break true;
                }
                Ok(Wake::Digit(digit)) => {
                    if digit == '*' && verb.flag("hangupOnStar", false) {
                        self.tell_child(&child, Signal::Stop(CallStatus::Completed));
                        break true;
                    }
                }
                Err(Interrupt::Child(other, Child::Ended(_))) if other == child => break true,
                Err(Interrupt::Child(other, Child::Redirected)) if other == child => break false,
                Ok(Wake::Answer(..)) | Err(Interrupt::Child(..)) => {}
                Err(interrupt) => {
                    self.exchange.lock().close_bridge(&self.leg, &child);
                    let rung = Rung {
                        number: 0,
                        ringing: Vec::new(),
                        screened: vec![child],
                    };
                    self.stop_all(rung, &interrupt);
                    return Err(interrupt);
                }
            }
        };
        self.exchange.lock().close_bridge(&self.leg, &child);
        Ok(Outcome {
            status: CallStatus::Completed,
            child: Some(child),
            bridged: true,
            ended,
        })
    }

    fn outcome_parameters(&self, outcome: &Outcome) -> Vec<(String, String)> {
        let mut params = vec![(String::from("DialCallStatus"), outcome.status.as_str().to_owned())];
        if let Some(child) = &outcome.child {
            params.push((String::from("DialCallSid"), child.to_string()));
            let state = self.exchange.peek();
            let leg = state
                .leg(child)
                .filter(|leg| leg.answered_ms.is_some() && outcome.ended);
            if let Some(leg) = leg {
                let to = leg.ended_ms.unwrap_or_else(|| state.clock.now_ms());
                let seconds = leg.answered_ms.map_or(0, |from| (to - from + 500) / 1000);
                params.push((String::from("DialCallDuration"), seconds.to_string()));
            }
        }
        params.push((String::from("DialBridged"), outcome.bridged.to_string()));
        params
    }

    /// With the switch, the action is told that the caller hung up; its answer cannot matter.
    fn tell_hung_up(&self, verb: &Element, document: &Document, why: &Interrupt) {
        if !matches!(why, Interrupt::HungUp) {
            return;
        }
        let Some((Some(url), method)) = Self::action(verb, document) else {
            return;
        };
        let mut state = self.exchange.lock();
        if state.config.switches.dial_action_after_hang_up {
            let bridged = state.bridges.iter().any(|bridge| bridge.has(&self.leg));
            let status = if bridged { "completed" } else { "canceled" };
            let more = vec![
                (String::from("DialCallStatus"), status.to_owned()),
                (String::from("DialBridged"), bridged.to_string()),
            ];
            state.request_in_vain(&self.leg, url, &method, more, true);
        }
    }

    /// Runs the screening document of a dialled leg; true: it may be bridged.
    pub(crate) async fn screen(&self, source: &crate::webhook::Source) -> Result<bool, Interrupt> {
        let document = match source {
            crate::webhook::Source::Url { url, method } => {
                match self
                    .try_document(url, method, Where::Screening, Vec::new())
                    .await?
                {
                    Ok(document) => document,
                    Err(failure) => {
                        self.warn(failure.code, format!("no screening document from {url}"));
                        return Ok(false);
                    }
                }
            }
            crate::webhook::Source::Twiml(_) => return Ok(false),
        };
        Ok(match self.run(document, Where::Screening).await? {
            End::Finished => true,
            End::HungUp | End::Rejected(_) | End::Left | End::Failed => false,
        })
    }
}
