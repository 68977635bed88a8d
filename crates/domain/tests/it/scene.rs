//! One call with three agents at its desk, stepped as the shells step it: decide, apply, remember the effects.

use std::collections::BTreeMap;
use std::time::Duration;

use switchboard_domain::*;

/// When every scene begins.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

pub(crate) fn agent_id(name: &str) -> AgentId {
    AgentId::new(name).unwrap()
}

pub(crate) fn leg(name: &str) -> LegId {
    LegId::new(name).unwrap()
}

pub(crate) fn phone(last: u8) -> PhoneNumber {
    PhoneNumber::parse(&format!("+4420794607{last:02}")).unwrap()
}

pub(crate) fn source(name: &str) -> SourceName {
    SourceName::new(name).unwrap()
}

pub(crate) fn queue(name: &str) -> QueueName {
    QueueName::new(name).unwrap()
}

/// Anna and Ben answer in their browsers, Pat on a phone.
pub(crate) fn agents() -> BTreeMap<AgentId, Agent> {
    let on = [
        ("anna", AnswersOn::Browser),
        ("ben", AnswersOn::Browser),
        ("pat", AnswersOn::Phone(phone(21))),
    ];
    on.into_iter()
        .map(|(name, answers_on)| {
            let agent = Agent {
                id: agent_id(name),
                name: name.to_uppercase(),
                answers_on,
                presence: Presence::Available,
                engaged: None,
            };
            (agent_id(name), agent)
        })
        .collect()
}

pub(crate) fn incoming(id: &str, open: bool) -> Incoming {
    Incoming {
        id: CallId::new(id).unwrap(),
        caller: Caller::read("+442079460750", Country::GB),
        dialled: "+442079460100".into(),
        open,
        sources: vec![source("crm"), source("directory")],
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) call: Option<Call>,
    pub(crate) agents: BTreeMap<AgentId, Agent>,
    pub(crate) policy: Policy,
    pub(crate) now: Timestamp,
    pub(crate) last: Decision,
    pub(crate) effects: Vec<Effect>,
}

impl Scene {
    /// Nobody has rung yet.
    pub(crate) fn empty() -> Self {
        Self {
            call: None,
            agents: agents(),
            policy: Policy::default(),
            now: START,
            last: Decision::default(),
            effects: Vec::new(),
        }
    }

    pub(crate) fn ringing_in(open: bool) -> Self {
        Self::empty().then(Command::Incoming(incoming("CA1", open)))
    }

    /// The caller chose a queue and hears its music.
    pub(crate) fn waiting() -> Self {
        Self::ringing_in(true)
            .then(Command::Choose {
                attempt: 0,
                pick: MenuPick::Choice(MenuChoice::Queue(queue("sales"))),
            })
            .then(Command::Ask(At::Wait {
                queue: Some("QU1".into()),
            }))
    }

    pub(crate) fn call(&self) -> &Call {
        self.call.as_ref().expect("a call")
    }

    pub(crate) fn state(&self) -> &'static str {
        self.call().state.name()
    }

    /// What happened last, as its causes.
    pub(crate) fn causes(&self) -> Vec<Cause> {
        causes(&self.last)
    }

    pub(crate) fn after(mut self, wait: Duration) -> Self {
        self.now = self.now.plus(wait);
        self
    }

    pub(crate) fn after_secs(self, secs: u64) -> Self {
        self.after(Duration::from_secs(secs))
    }

    /// Steps the call with whoever the command concerns, and checks what must always hold.
    pub(crate) fn try_step(&mut self, by: Option<&str>, command: &Command) -> Result<(), Rejected> {
        let who = by
            .map(agent_id)
            .or_else(|| self.call.as_ref().and_then(|call| call.holder().cloned()));
        let agent = who.as_ref().and_then(|id| self.agents.get(id)).cloned();
        let decision = decide(
            self.call.as_ref(),
            agent.as_ref(),
            command,
            self.now,
            &self.policy,
        )?;
        let before = self.call.clone();
        let after = decision
            .call_after(before.clone())
            .expect("a decision makes a call");
        check_call(before.as_ref(), &decision, &after).unwrap();
        if let Some(agent) = agent {
            self.agents.insert(agent.id.clone(), agent.after(&after));
        }
        for agent in self.agents.values() {
            check_agent(agent, [&after]).unwrap();
        }
        self.effects.extend(decision.effects.iter().cloned());
        self.last = decision;
        self.call = Some(after);
        Ok(())
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "scenes read better without the sign"
    )]
    pub(crate) fn then(mut self, command: Command) -> Self {
        self.try_step(None, &command).expect("accepted");
        self
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "scenes read better without the sign"
    )]
    pub(crate) fn by(mut self, agent: &str, command: Command) -> Self {
        self.try_step(Some(agent), &command).expect("accepted");
        self
    }

    pub(crate) fn refused(&mut self, by: Option<&str>, command: &Command) -> Rejected {
        let before = self.call.clone();
        let rejected = self.try_step(by, command).expect_err("refused");
        assert_eq!(self.call, before);
        rejected
    }

    pub(crate) fn answered(self, agent: &str) -> Self {
        self.by(
            agent,
            Command::Answer {
                token: "secret".into(),
            },
        )
    }

    /// Anna has answered and her browser has shown the token.
    pub(crate) fn connected(self) -> Self {
        let claim = self.call().claims + 1;
        self.answered("anna").then(Command::AgentConnects {
            claim,
            agent: agent_id("anna"),
            token: "secret".into(),
            leg: leg("agent"),
        })
    }

    /// Anna is in the conference, the caller is not.
    pub(crate) fn ready(self) -> Self {
        let ready = self.connected();
        let claim = ready.call().claims;
        ready.then(Command::AgentJoined {
            claim,
            leg: leg("agent"),
        })
    }

    /// Anna and the caller talk.
    pub(crate) fn talking(self) -> Self {
        let ready = self.ready();
        let claim = ready.call().claims;
        ready
            .then(Command::Ask(At::LeftQueue(QueueExit::Redirected)))
            .then(Command::Ask(At::Resume))
            .then(Command::CallerJoined { claim })
    }

    /// Nobody answered in time.
    pub(crate) fn overdue(self) -> Self {
        let entry = self.call().queue_entries;
        let due = self.call().state.waiting().expect("waiting").deadline;
        let wait = due.since(self.now);
        self.after(wait).then(Command::CheckUnanswered { entry })
    }

    /// The office phones ring.
    pub(crate) fn in_the_office(self) -> Self {
        self.overdue().then(Command::Ask(At::LeftQueue(QueueExit::Leave)))
    }

    pub(crate) fn office_ended(self, round: u32, attempt: u32, bridged: bool) -> Self {
        self.then(Command::Ask(At::OfficeEnded {
            round,
            attempt,
            bridged: Some(bridged),
        }))
    }
}

pub(crate) fn causes(decision: &Decision) -> Vec<Cause> {
    decision
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Entered { cause, .. } => Some(*cause),
            Event::Received(_)
            | Event::LegMoved { .. }
            | Event::ClaimBound { .. }
            | Event::OfficeReached { .. }
            | Event::AgentDropped { .. }
            | Event::LookedUp { .. }
            | Event::Recorded(_) => None,
        })
        .collect()
}
