//! What one seed stands for: the weather, the carrier's unconfirmed behaviours, and how much happens.

use switchboard_runtime::Rng;
use switchboard_simulator::{Faults, Storm, Switches};

/// A storm, decided by its seed alone.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is there or not, whatever the others are"
)]
pub(super) struct Plan {
    pub(super) seed: u64,
    /// This one notification is lost, whatever becomes of the others.
    pub(super) without: Option<String>,
    pub(super) switches: Switches,
    /// Which switch is where it is not by default.
    pub(super) switched: String,
    pub(super) closed: bool,
    /// How many callers ring at most.
    pub(super) callers: usize,
    /// How many things people, operators and time do before everybody is left to come to an end.
    pub(super) steps: u32,
    /// Services die.
    pub(super) deadly: bool,
    /// The carrier's API fails now and then.
    pub(super) stumbles: bool,
    lost: u8,
    doubled: u8,
    late: u8,
    latest_ms: i64,
    answers_lost: u8,
    webhooks_doubled: bool,
    lists: Lists,
    /// Another system of the same account calls an agent's phone while the carrier's API fails.
    pub(super) others_call: bool,
}

/// What is wrong with the carrier's lists of calls.
#[derive(Debug, Clone, Copy, Default)]
struct Lists {
    late_ms: i64,
    page_items: u16,
    shifted: u8,
    unreadable: u8,
}

impl Plan {
    pub(super) fn of(seed: u64) -> Self {
        // Apart from the dice of what happens, so that a new kind of weather does not change who does what.
        let rng = Rng::from_seed(seed ^ 0x57_0124);
        let (label, switches) = if rng.below(2) == 0 {
            (String::new(), Switches::default())
        } else {
            pick(&rng, &Switches::variants()).unwrap_or_default()
        };
        let percent = |positions: &[u8]| pick(&rng, positions).unwrap_or_default();
        Self {
            seed,
            without: None,
            switches,
            switched: label,
            closed: rng.below(12) == 0,
            callers: 1 + usize::try_from(rng.below(4)).unwrap_or_default(),
            steps: 15 + u32::try_from(rng.below(60)).unwrap_or_default(),
            deadly: rng.below(3) == 0,
            stumbles: rng.below(3) == 0,
            lost: percent(&[0, 0, 5, 20, 50, 100]),
            doubled: percent(&[0, 0, 10, 40]),
            late: percent(&[0, 0, 20, 60]),
            latest_ms: pick(&rng, &[2_000, 10_000, 60_000]).unwrap_or_default(),
            answers_lost: percent(&[0, 0, 0, 5]),
            webhooks_doubled: rng.below(8) == 0,
            lists: Lists {
                late_ms: pick(&rng, &[0, 0, 2_000, 20_000]).unwrap_or_default(),
                page_items: pick(&rng, &[0, 1, 2]).unwrap_or_default(),
                shifted: percent(&[0, 0, 30, 100]),
                unreadable: percent(&[0, 0, 0, 20, 100]),
            },
            others_call: rng.below(2) == 0,
        }
    }

    /// The same people and the same moments in fair weather.
    pub(super) fn fair(seed: u64) -> Self {
        Self {
            lost: 0,
            doubled: 0,
            late: 0,
            answers_lost: 0,
            webhooks_doubled: false,
            deadly: false,
            stumbles: false,
            lists: Lists::default(),
            others_call: false,
            ..Self::of(seed)
        }
    }

    /// The same, but for one notification.
    pub(super) fn without(self, name: String) -> Self {
        Self {
            without: Some(name),
            ..self
        }
    }

    pub(super) fn faults(&self) -> Faults {
        Faults {
            lists_late_ms: self.lists.late_ms,
            lists_page_items: self.lists.page_items,
            lists_shifted_percent: self.lists.shifted,
            lists_unreadable_percent: self.lists.unreadable,
            webhooks_doubled: self.webhooks_doubled,
            storm: Some(Storm {
                seed: self.seed,
                lost_percent: self.lost,
                doubled_percent: self.doubled,
                late_percent: self.late,
                latest_ms: self.latest_ms,
                answers_lost_percent: self.answers_lost,
                without: self.without.clone(),
            }),
            ..Faults::default()
        }
    }

    /// The weather in a line.
    pub(super) fn forecast(&self) -> String {
        let Self {
            seed: _,
            without,
            switches: _,
            switched,
            closed,
            callers,
            steps,
            deadly,
            stumbles,
            lost,
            doubled,
            late,
            latest_ms,
            answers_lost,
            webhooks_doubled,
            lists,
            others_call,
        } = self;
        let mut line = format!(
            "{callers} callers, {steps} steps, lost {lost} %, doubled {doubled} %, late {late} % by up to {latest_ms} ms, \
             answers lost {answers_lost} %"
        );
        for (said, words) in [
            (*deadly, "services die"),
            (*stumbles, "the carrier's API stumbles"),
            (*closed, "closed"),
            (*webhooks_doubled, "all webhooks doubled"),
            (*others_call, "another system calls too"),
        ] {
            if said {
                line.push_str(", ");
                line.push_str(words);
            }
        }
        let Lists {
            late_ms,
            page_items,
            shifted,
            unreadable,
        } = lists;
        if *late_ms > 0 || *shifted > 0 || *unreadable > 0 {
            let pages = format!(
                ", lists {late_ms} ms late, pages of {page_items} shifted {shifted} %, unreadable {unreadable} %"
            );
            line.push_str(&pages);
        }
        if !switched.is_empty() {
            line.push_str(", ");
            line.push_str(switched);
        }
        if let Some(without) = without {
            line.push_str(", without ");
            line.push_str(without);
        }
        line
    }
}

/// One of several; nothing of nothing.
pub(super) fn pick<T: Clone>(rng: &Rng, choices: &[T]) -> Option<T> {
    let at = rng.below(u64::try_from(choices.len()).unwrap_or_default());
    choices.get(usize::try_from(at).unwrap_or_default()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_one_plan() {
        for seed in 0..200 {
            let (one, other) = (Plan::of(seed), Plan::of(seed));
            assert_eq!(one.forecast(), other.forecast());
            assert_eq!(one.faults(), other.faults());
        }
    }

    #[test]
    fn one_notification_less_in_fair_weather_changes_nothing_else() {
        let plan = Plan::fair(7).without("a name".to_owned());
        assert_eq!(plan.switches, Plan::of(7).switches);
        let storm = plan.faults().storm.unwrap_or_default();
        assert_eq!(
            (storm.lost_percent, storm.late_percent, storm.doubled_percent),
            (0, 0, 0)
        );
        assert_eq!(storm.without.as_deref(), Some("a name"));
    }
}
