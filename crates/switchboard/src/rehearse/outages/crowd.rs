//! Fifty callers, wherever a caller can be, and those who answer them.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::ensure;
use switchboard_simulator::{LegId, Party, Sound, Timeline, View, What};

use super::super::stage::{Answered, Stage};

/// Ten agents with browsers.
pub(super) const AGENTS: &str = r#"agents=[{id="a0",name="A",answers_on="browser"},{id="a1",name="B",answers_on="browser"},{id="a2",name="C",answers_on="browser"},
    {id="a3",name="D",answers_on="browser"},{id="a4",name="E",answers_on="browser"},{id="a5",name="F",answers_on="browser"},
    {id="a6",name="G",answers_on="browser"},{id="a7",name="H",answers_on="browser"},{id="a8",name="I",answers_on="browser"},
    {id="a9",name="J",answers_on="browser"}]"#;
/// Six office phones.
pub(super) const PHONES: &str = r#"office.phones=[{name="1",number="+442079460101"},{name="2",number="+442079460102"},{name="3",number="+442079460103"},
    {name="4",number="+442079460104"},{name="5",number="+442079460105"},{name="6",number="+442079460106"}]"#;

/// In each group that somebody talks with; the other groups are as large.
const TEN: usize = 10;
/// Somebody looks around so often once it is over.
const TURN: Duration = Duration::from_secs(20);
const TURNS: u32 = 60;

/// Everybody.
pub(super) struct Crowd<'a> {
    pub(super) stage: Stage<'a>,
    pub(super) groups: Vec<(&'static str, Vec<LegId>)>,
    browsers: Vec<LegId>,
    dialled: usize,
}

impl<'a> Crowd<'a> {
    pub(super) fn new(stage: Stage<'a>) -> Self {
        Self {
            stage,
            groups: Vec::new(),
            browsers: Vec::new(),
            dialled: 0,
        }
    }

    pub(super) fn callers(&self) -> Vec<LegId> {
        self.groups.iter().flat_map(|(_, legs)| legs.clone()).collect()
    }

    fn dial(&mut self, count: usize) -> Vec<LegId> {
        (0..count)
            .map(|_| {
                self.dialled += 1;
                self.stage.dial(&format!("+4416329610{:02}", self.dialled))
            })
            .collect()
    }

    fn all_press(&self, legs: &[LegId], key: &str) {
        for leg in legs {
            self.stage.system.simulator.press(leg, key);
        }
    }

    /// Brings forty of them to where they are in the middle of a call.
    pub(super) async fn gather(&mut self) -> anyhow::Result<()> {
        for number in 101..=106 {
            self.stage
                .person_at(&format!("+442079460{number}"), Duration::from_secs(12));
        }
        // Whose three minutes will be over in the middle of the outage.
        let due = self.dial(5);
        self.all_queue(&due).await?;
        self.stage.pass(Duration::from_secs(135)).await?;
        let talking = self.dial(TEN);
        self.all_queue(&talking).await?;
        for (number, caller) in talking.iter().enumerate() {
            let agent = format!("a{number}");
            let ticket = self.stage.take(&agent, caller).await?;
            self.browsers.push(self.stage.browser(&agent, &ticket));
        }
        let waiting = self.dial(TEN);
        self.all_queue(&waiting).await?;
        let leaving = self.dial(5);
        self.stage.pass(Duration::from_secs(4)).await?;
        self.all_press(&leaving, "9");
        let choosing = self.dial(TEN);
        self.stage.pass(Duration::from_secs(7)).await?;
        self.groups = vec![
            ("in the menu", choosing),
            ("waiting with music", waiting),
            ("about to have waited three minutes", due),
            ("talking with an agent", talking),
            ("leaving a message", leaving),
        ];
        Ok(())
    }

    async fn all_queue(&mut self, legs: &[LegId]) -> anyhow::Result<()> {
        self.stage.pass(Duration::from_secs(5)).await?;
        self.all_press(legs, "1");
        let waits = |view: &View<'_>, leg: &LegId| {
            view.leg(leg)
                .is_some_and(|leg| leg.queue.is_some() && leg.hears.is_some())
        };
        let legs = legs.to_vec();
        self.stage
            .until("they wait", Duration::from_secs(20), move |view| {
                legs.iter().all(|leg| waits(view, leg))
            })
            .await
            .map(|_| ())
    }

    /// Ten more ring in the middle of it.
    pub(super) fn newcomers(&mut self) {
        let newcomers = self.dial(TEN);
        self.groups.push(("who rang in the middle of it", newcomers));
    }

    /// Agents answer whoever waits, people hang up when they have talked, until all lines are over.
    pub(super) async fn come_to_an_end(&mut self) -> anyhow::Result<()> {
        for turn in 0..TURNS {
            self.stage.pass(TURN).await?;
            self.answer_some().await;
            if turn % 2 == 1 {
                let talks = |leg: &LegId, view: &View<'_>| {
                    view.leg(leg).is_some_and(|leg| !leg.bridged_with.is_empty())
                };
                for leg in self.callers() {
                    if self.stage.system.simulator.look(|view| talks(&leg, view)) {
                        self.stage.hang_up(&leg);
                    }
                }
            }
            let over = |view: &View<'_>| view.legs().iter().all(|leg| leg.ended_ms.is_some());
            if self.stage.system.simulator.look(over) {
                break;
            }
        }
        self.stage.pass(Duration::from_mins(1)).await?;
        self.stage.all_over().await?;
        self.stage.no_dead_letters().await
    }

    /// Each agent asks for the one who waits longest, and gets them or does not.
    async fn answer_some(&mut self) {
        let waits = |view: &View<'_>| -> Vec<LegId> {
            let legs = view.legs().into_iter();
            legs.filter(|leg| leg.queue.is_some()).map(|leg| leg.id).collect()
        };
        let waiting = self.stage.system.simulator.look(waits);
        for (number, caller) in waiting.iter().take(4).enumerate() {
            let agent = format!("a{number}");
            if let Ok(Answered::Yours(ticket)) = self.stage.answer(&agent, caller).await {
                self.browsers.push(self.stage.browser(&agent, &ticket));
            }
        }
    }

    /// Every caller talked with somebody, was asked for a message, or went by themselves.
    pub(super) fn none_is_lost(&self, timeline: &Timeline) -> anyhow::Result<()> {
        for caller in self.callers() {
            let end = end(timeline, &caller);
            ensure!(end != "hung up on", "{} was lost", caller.as_str());
        }
        Ok(())
    }

    pub(super) fn ends(&self, timeline: &Timeline) -> String {
        let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
        for caller in self.callers() {
            *ends.entry(end(timeline, &caller)).or_default() += 1;
        }
        let words: Vec<String> = ends.iter().map(|(end, count)| format!("{count} {end}")).collect();
        words.join(", ")
    }
}

/// How a call ended for the caller.
fn end(timeline: &Timeline, caller: &LegId) -> &'static str {
    let saw = |test: &dyn Fn(&What) -> bool| timeline.of(caller).any(|entry| test(&entry.what));
    if saw(&|what| matches!(what, What::Bridged(_))) {
        "talked with somebody"
    } else if saw(&|what| matches!(what, What::Recorded { .. } | What::Heard(Sound::Beep))) {
        "left a message"
    } else if saw(&|what| *what == What::HungUp(Party::Person)) {
        "hung up themselves"
    } else {
        "hung up on"
    }
}
