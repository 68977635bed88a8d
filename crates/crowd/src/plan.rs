//! What callers and agents want, drawn from a seed.

use std::time::Duration;

use switchboard_runtime::Rng;

/// How many ring, for how long, and how patient everybody is.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Everything that is left to chance.
    pub seed: u64,
    /// Which number they ring.
    pub office: String,
    /// New callers.
    pub calls_per_second: f64,
    /// So long; after that the last ones are served.
    pub length: Duration,
    /// What callers do.
    pub shares: Shares,
    /// The mean length of a conversation.
    pub talk: Duration,
    /// The mean time until an agent presses Answer.
    pub think: Duration,
    /// Between two calls of one agent.
    pub wrap_up: Duration,
    /// A caller who does not want to hang up and whom nobody helped for so long was forgotten.
    pub forgotten_after: Duration,
    /// The phones of the office: somebody is at the first, a mailbox at the second, nobody at the others.
    pub office_phones: Vec<String>,
    /// How fast time goes once the last caller has rung; only where the simulator's companion moves the system's clock.
    pub hurry: Option<u32>,
}

/// Of a hundred callers or agents, so many.
#[derive(Debug, Clone)]
pub struct Shares {
    /// Callers who want to leave a message.
    pub message: u64,
    /// Callers who hang up if they have to wait.
    pub impatient: u64,
    /// Callers who choose nothing.
    pub silent: u64,
    /// Calls that no agent answers: the office phones ring.
    pub ignored: u64,
    /// Pressed Answers after which the agent's browser never comes.
    pub absent: u64,
    /// Conversations in which the agent's browser dies.
    pub dying: u64,
    /// Calls for which two agents press Answer.
    pub contested: u64,
}

impl Default for Shares {
    fn default() -> Self {
        Self {
            message: 10,
            impatient: 15,
            silent: 10,
            ignored: 8,
            absent: 3,
            dying: 3,
            contested: 10,
        }
    }
}

/// What one caller wants.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) from: String,
    /// The key they press, if any.
    pub(crate) key: Option<char>,
    /// From hearing the menu until they press it.
    pub(crate) choice_ms: u64,
    /// They hang up if nobody talks with them for so long.
    pub(crate) patience: Option<Duration>,
}

/// How a conversation goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Talk {
    pub(crate) length: Duration,
    /// The agent ends it, else the caller.
    pub(crate) agent_ends: bool,
}

/// What the agents do about one call.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is drawn on its own")]
pub(crate) struct Care {
    pub(crate) ignored: bool,
    pub(crate) absent: bool,
    pub(crate) dying: bool,
    pub(crate) contested: bool,
    pub(crate) think: Duration,
}

impl Plan {
    /// What the caller of that number wants: the same for each run of a seed, whatever happened to others.
    pub(crate) fn wish(&self, number: u64) -> Wish {
        let rng = self.dice(number);
        let share = rng.below(100);
        let Shares {
            message,
            impatient,
            silent,
            ..
        } = self.shares;
        let key = if share < message {
            Some('9')
        } else if share < message + silent {
            None
        } else if rng.below(2) == 0 {
            Some('1')
        } else {
            Some('2')
        };
        let hurried = (message + silent..message + silent + impatient).contains(&share);
        Wish {
            from: format!("+44161496{:04}", rng.below(1_000)),
            key,
            choice_ms: 200 + rng.below(2_000),
            patience: hurried.then(|| Duration::from_millis(500 + rng.below(15_000))),
        }
    }

    /// How long caller and agent talk, and who ends it: both know.
    pub(crate) fn talk(&self, call: &str) -> Talk {
        let rng = self.dice(hash(call) ^ 1);
        Talk {
            length: around(&rng, self.talk),
            agent_ends: rng.below(2) == 0,
        }
    }

    /// What the agents do about the call of that id when it is shown for the `turn`th time.
    pub(crate) fn care(&self, call: &str, turn: u32) -> Care {
        let id = hash(call);
        let first = self.dice(!id);
        let ignored = first.below(100) < self.shares.ignored;
        let again = self.dice(!id ^ (u64::from(turn) << 32));
        let one_of = |share: u64| again.below(100) < share;
        Care {
            ignored,
            absent: one_of(self.shares.absent),
            dying: one_of(self.shares.dying),
            contested: one_of(self.shares.contested),
            think: around(&again, self.think),
        }
    }

    fn dice(&self, number: u64) -> Rng {
        Rng::from_seed(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number)
    }
}

/// FNV-1a: ids are random already, they only have to become a number.
fn hash(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Half to one and a half times the mean.
pub(crate) fn around(rng: &Rng, mean: Duration) -> Duration {
    let ms = u64::try_from(mean.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(ms / 2 + rng.below(ms.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(seed: u64) -> Plan {
        Plan {
            seed,
            office: String::from("+442079460000"),
            calls_per_second: 1.0,
            length: Duration::from_secs(1),
            shares: Shares::default(),
            talk: Duration::from_secs(10),
            think: Duration::from_secs(1),
            wrap_up: Duration::from_secs(1),
            forgotten_after: Duration::from_secs(1),
            office_phones: Vec::new(),
            hurry: None,
        }
    }

    #[test]
    fn a_seed_gives_the_same_wishes_again() {
        let wishes = |seed| {
            format!(
                "{:?}",
                (0..50).map(|number| plan(seed).wish(number)).collect::<Vec<_>>()
            )
        };
        assert_eq!(wishes(7), wishes(7));
        assert_ne!(wishes(7), wishes(8));
    }

    #[test]
    fn shares_are_what_they_say() {
        let plan = plan(3);
        let count = |is: &dyn Fn(&Wish) -> bool| (0..10_000).filter(|number| is(&plan.wish(*number))).count();
        assert!((900..1_100).contains(&count(&|wish| wish.key == Some('9'))));
        assert!((900..1_100).contains(&count(&|wish| wish.key.is_none())));
        assert!((1_400..1_600).contains(&count(&|wish| wish.patience.is_some())));
    }

    #[test]
    fn talks_are_about_as_long_as_their_mean() {
        let plan = plan(3);
        for call in ["CA1", "CA2", "CA3"] {
            let length = plan.talk(call).length;
            assert!((5..=15).contains(&length.as_secs()), "{length:?}");
        }
    }
}
