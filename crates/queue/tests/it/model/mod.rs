//! The scripts against a small reference model: random pushes with due times, priorities and keys used twice, fetches
//! whose answers get lost, settlements by holders and by those who were, leases that run out, workers that are gone,
//! an operator's hand, and a clock that is moved in both directions.
//!
//! After every step all that Redis holds is compared with the model. That nothing is lost, nothing runs early, a job
//! has one valid lease at most, and attempts never exceed their limit, is asked of every delivery.

mod reference;
mod scripts;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use self::reference::{Model, Place};
use self::scripts::{Fetched, Scripts};
use crate::redis::Redis;

const HOUR: i64 = 3_600_000;

/// One step; numbers are reduced to what there is.
#[derive(Debug, Clone)]
enum Step {
    Push {
        id: u8,
        key: Option<u8>,
        due_h: i64,
        high: bool,
        limit: u32,
    },
    Fetch {
        worker: u8,
        want: usize,
        reap: bool,
        answer_lost: bool,
    },
    Settle {
        worker: u8,
        pick: usize,
        op: Op,
    },
    Extend {
        worker: u8,
    },
    LeaseRunsOut {
        pick: usize,
    },
    WorkerIsGone {
        worker: u8,
    },
    ClockTo {
        hours: i64,
    },
    Requeue {
        id: u8,
    },
    Drop {
        id: u8,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Done,
    RetryNow,
    RetryIn(i64),
    Again(i64),
    Defer(i64),
    Release,
    Dead,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => Just(Op::Done),
        2 => Just(Op::RetryNow),
        2 => (1_i64..4).prop_map(Op::RetryIn),
        1 => (1_i64..4).prop_map(Op::Again),
        1 => (1_i64..4).prop_map(Op::Defer),
        1 => Just(Op::Release),
        1 => Just(Op::Dead),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let push = (
        0_u8..8,
        proptest::option::of(0_u8..4),
        0_i64..5,
        any::<bool>(),
        1_u32..4,
    );
    prop_oneof![
        6 => push.prop_map(|(id, key, due_h, high, limit)| Step::Push { id, key, due_h, high, limit }),
        8 => (0_u8..3, 1_usize..4, any::<bool>(), proptest::bool::weighted(0.2)).prop_map(
            |(worker, want, reap, answer_lost)| Step::Fetch { worker, want, reap, answer_lost }
        ),
        8 => (0_u8..3, 0_usize..8, op()).prop_map(|(worker, pick, op)| Step::Settle { worker, pick, op }),
        2 => (0_u8..3).prop_map(|worker| Step::Extend { worker }),
        3 => (0_usize..8).prop_map(|pick| Step::LeaseRunsOut { pick }),
        1 => (0_u8..3).prop_map(|worker| Step::WorkerIsGone { worker }),
        2 => (-1_i64..8).prop_map(|hours| Step::ClockTo { hours }),
        1 => (0_u8..8).prop_map(|id| Step::Requeue { id }),
        1 => (0_u8..8).prop_map(|id| Step::Drop { id }),
    ]
}

/// What a worker believes to hold, and its place in the numbers of fetches.
#[derive(Debug, Clone)]
struct Worker {
    name: String,
    number: u64,
    seen: u64,
    believes: Vec<Fetched>,
}

#[test]
fn the_scripts_do_as_the_model_says() {
    let redis = Redis::start();
    let mut runner = TestRunner::new(Config {
        cases: 150,
        failure_persistence: None,
        ..Config::default()
    });
    let steps = proptest::collection::vec(step(), 1..80);
    let ran = runner.run(&steps, |steps| {
        let mut run = Run::new(&redis);
        for step in &steps {
            run.step(step);
            run.compare(step);
        }
        run.drain();
        Ok(())
    });
    if let Err(error) = ran {
        panic!("{error}");
    }
}

struct Run {
    scripts: Scripts,
    model: Model,
    workers: Vec<Worker>,
    names: u32,
}

impl Run {
    fn new(redis: &Redis) -> Self {
        let mut run = Self {
            scripts: Scripts::new(redis),
            model: Model::default(),
            workers: Vec::new(),
            names: 0,
        };
        for _ in 0..3 {
            let worker = run.newcomer();
            run.workers.push(worker);
        }
        run
    }

    fn newcomer(&mut self) -> Worker {
        self.names += 1;
        Worker {
            name: format!("w{}", self.names),
            number: 0,
            seen: 0,
            believes: Vec::new(),
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Push {
                id,
                key,
                due_h,
                high,
                limit,
            } => {
                let (id, key) = (format!("j{id}"), key.map(|key| format!("k{key}")));
                let new = self.scripts.push(&id, key.as_deref(), *due_h, *high, *limit);
                let expected = self.model.push(&id, key.as_deref(), *due_h, *high, *limit);
                assert_eq!(new, expected, "{step:?}");
            }
            Step::Fetch {
                worker,
                want,
                reap,
                answer_lost,
            } => self.fetch(usize::from(*worker), *want, *reap, *answer_lost),
            Step::Settle { worker, pick, op } => self.settle(usize::from(*worker), *pick, *op),
            Step::Extend { worker } => {
                for Fetched { id, token, .. } in self.workers[usize::from(*worker)].believes.clone() {
                    let renewed = self.scripts.extend(&id, token);
                    assert_eq!(renewed, self.model.extend(&id, token), "{id} {token}");
                }
            }
            Step::LeaseRunsOut { pick } => {
                if let Some(id) = self.model.expire(*pick) {
                    self.scripts.expire(&id);
                }
            }
            Step::WorkerIsGone { worker } => self.workers[usize::from(*worker)] = self.newcomer(),
            Step::ClockTo { hours } => {
                self.scripts.set_clock(hours * HOUR);
                self.model.hours = *hours;
            }
            Step::Requeue { id } => {
                let id = format!("j{id}");
                assert_eq!(self.scripts.requeue(&id), self.model.requeue(&id), "{step:?}");
            }
            Step::Drop { id } => {
                let id = format!("j{id}");
                assert_eq!(self.scripts.drop(&id), self.model.drop(&id), "{step:?}");
            }
        }
    }

    fn fetch(&mut self, worker: usize, want: usize, reap: bool, answer_lost: bool) {
        let worker = &mut self.workers[worker];
        worker.number += 1;
        let fetched: Vec<Fetched> = self
            .scripts
            .fetch(want, reap, &worker.name, worker.number, worker.seen);
        self.model
            .before_fetch(&worker.name, worker.number, worker.seen, reap);
        let turn = worker.number.is_multiple_of(8);
        self.model
            .deliver(&worker.name, worker.number, want, turn, &fetched);
        if !answer_lost {
            worker.seen = worker.number;
            worker.believes.extend(fetched);
        }
    }

    fn settle(&mut self, worker: usize, pick: usize, op: Op) {
        let believes = &mut self.workers[worker].believes;
        if believes.is_empty() {
            return;
        }
        // Some are settled twice, as after an answer that was lost.
        let place = pick % believes.len();
        let Fetched { id, token, attempt } = if pick.is_multiple_of(2) {
            believes.remove(place)
        } else {
            believes[place].clone()
        };
        // A worker does not ask for a retry that the limit forbids.
        let retries = matches!(op, Op::RetryNow | Op::RetryIn(_));
        let op = if retries && self.model.is_last(&id, attempt) {
            Op::Dead
        } else {
            op
        };
        let applied = self.scripts.settle(&id, token, op);
        assert_eq!(applied, self.model.settle(&id, token, op), "{id} {token} {op:?}");
    }

    fn compare(&mut self, step: &Step) {
        let there = self.scripts.state();
        assert_eq!(there, self.model.state(), "after {step:?}");
        self.model.check();
    }

    /// All workers are gone, and a new one does what is left: every job ends.
    fn drain(&mut self) {
        self.scripts.set_clock(1000 * HOUR);
        self.model.hours = 1000;
        self.workers = vec![self.newcomer()];
        for _ in 0..200 {
            while let Some(id) = self.model.expire(0) {
                self.scripts.expire(&id);
            }
            self.fetch(0, 3, true, false);
            while !self.workers[0].believes.is_empty() {
                self.settle(0, 0, Op::Done);
            }
            if self.model.jobs.is_empty() {
                break;
            }
        }
        let left: Vec<(&String, &Place)> = self.model.jobs.iter().map(|(id, job)| (id, &job.place)).collect();
        assert!(left.is_empty(), "jobs that never end: {left:?}");
        assert_eq!(self.scripts.state(), self.model.state());
    }
}
