//! The reference: what should become of jobs, in the plainest words.

use std::collections::BTreeMap;

use super::scripts::{Fetched, Seen};
use super::{HOUR, Op};

/// Where a job is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Ready,
    /// At that hour of virtual time.
    Due(i64),
    Leased {
        ran_out: bool,
    },
}

#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) place: Place,
    high: bool,
    limit: u32,
    deliveries: u64,
    handbacks: u64,
    failed: bool,
}

impl Job {
    fn attempts(&self) -> u64 {
        self.deliveries - self.handbacks
    }
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) jobs: BTreeMap<String, Job>,
    dead: BTreeMap<String, (bool, u32)>,
    /// Until when a key is used, in hours.
    keys: BTreeMap<String, i64>,
    /// The last answer sent to a worker: its number, and what it leased.
    sent: BTreeMap<String, (u64, Vec<(String, u64)>)>,
    pub(crate) hours: i64,
    pushed: u64,
    requeued: u64,
    done: u64,
    died: u64,
    dropped: u64,
}

/// How long a key lives.
pub(crate) const KEY_HOURS: i64 = 3;

impl Model {
    pub(crate) fn push(&mut self, id: &str, key: Option<&str>, due_h: i64, high: bool, limit: u32) -> bool {
        let used = |key: &str| self.keys.get(key).is_some_and(|until| *until > self.hours);
        if key.is_some_and(used) || self.jobs.contains_key(id) {
            return false;
        }
        if let Some(key) = key {
            self.keys.insert(key.to_owned(), self.hours + KEY_HOURS);
        }
        let place = if due_h > 0 && due_h > self.hours {
            Place::Due(due_h)
        } else {
            Place::Ready
        };
        let job = Job {
            place,
            high,
            limit,
            deliveries: 0,
            handbacks: 0,
            failed: false,
        };
        self.jobs.insert(id.to_owned(), job);
        self.pushed += 1;
        true
    }

    /// What a fetch does before it takes anything.
    pub(crate) fn before_fetch(&mut self, worker: &str, number: u64, seen: u64, reap: bool) {
        if let Some((sent, leased)) = self.sent.get(worker).cloned()
            && sent > seen
            && sent < number
        {
            for (id, token) in leased {
                if self.holds(&id, token) {
                    self.hand_back(&id);
                }
            }
        }
        if reap {
            let gone = |job: &Job| job.place == Place::Leased { ran_out: true };
            let ids: Vec<String> = self
                .jobs
                .iter()
                .filter(|(_, job)| gone(job))
                .map(|(id, _)| id.clone())
                .collect();
            for id in ids {
                if self.jobs[&id].attempts() >= u64::from(self.jobs[&id].limit) {
                    self.bury(&id);
                } else if let Some(job) = self.jobs.get_mut(&id) {
                    (job.place, job.failed) = (Place::Ready, true);
                }
            }
        }
        for job in self.jobs.values_mut() {
            if matches!(job.place, Place::Due(hour) if hour <= self.hours) {
                job.place = Place::Ready;
            }
        }
    }

    /// Accepts a delivery only if it is one that may be.
    pub(crate) fn deliver(
        &mut self,
        worker: &str,
        number: u64,
        want: usize,
        turn: bool,
        fetched: &[Fetched],
    ) {
        let ready = self.jobs.values().filter(|job| job.place == Place::Ready).count();
        assert_eq!(fetched.len(), ready.min(want), "as many as there are");
        let mut leased = Vec::new();
        for fetch in fetched {
            let before = |job: &Job| job.high != turn && job.place == Place::Ready;
            let others_first = self.jobs.values().any(before);
            let job = self.jobs.get_mut(&fetch.id).expect("a job that exists");
            // Neither lost, nor early, nor somebody else's.
            assert_eq!(job.place, Place::Ready, "{}", fetch.id);
            assert!(job.high != turn || !others_first, "{} before its turn", fetch.id);
            job.deliveries += 1;
            job.place = Place::Leased { ran_out: false };
            assert_eq!((fetch.token, fetch.attempt), (job.deliveries, job.attempts()));
            leased.push((fetch.id.clone(), fetch.token));
        }
        let seen_all = self.sent.get(worker).is_none_or(|(sent, _)| *sent < number);
        assert!(seen_all);
        self.sent.insert(worker.to_owned(), (number, leased));
    }

    fn holds(&self, id: &str, token: u64) -> bool {
        self.jobs
            .get(id)
            .is_some_and(|job| job.deliveries == token && matches!(job.place, Place::Leased { .. }))
    }

    pub(crate) fn is_last(&self, id: &str, attempt: u64) -> bool {
        self.jobs
            .get(id)
            .is_some_and(|job| attempt >= u64::from(job.limit))
    }

    fn hand_back(&mut self, id: &str) {
        if let Some(job) = self.jobs.get_mut(id) {
            job.place = Place::Ready;
            job.handbacks += 1;
        }
    }

    fn bury(&mut self, id: &str) {
        if let Some(job) = self.jobs.remove(id) {
            self.dead.insert(id.to_owned(), (job.high, job.limit));
            self.died += 1;
        }
    }

    fn wait(&mut self, id: &str, place: Place, failed: bool) {
        if let Some(job) = self.jobs.get_mut(id) {
            (job.place, job.failed) = (place, failed);
        }
    }

    pub(crate) fn settle(&mut self, id: &str, token: u64, op: Op) -> bool {
        if !self.holds(id, token) {
            return false;
        }
        let now = self.hours;
        let at = |hours: i64| Place::Due(now + hours);
        match op {
            Op::Done => {
                self.jobs.remove(id);
                self.done += 1;
            }
            Op::Dead => self.bury(id),
            Op::Release => self.hand_back(id),
            Op::RetryNow => self.wait(id, at(0), true),
            Op::RetryIn(hours) => self.wait(id, at(hours), true),
            Op::Again(hours) => {
                self.wait(id, at(hours), false);
                if let Some(job) = self.jobs.get_mut(id) {
                    job.handbacks = job.deliveries;
                }
            }
            Op::Defer(hours) => {
                self.wait(id, at(hours), true);
                if let Some(job) = self.jobs.get_mut(id) {
                    job.handbacks += 1;
                }
            }
        }
        true
    }

    pub(crate) fn extend(&mut self, id: &str, token: u64) -> bool {
        let holds = self.holds(id, token);
        if holds && let Some(job) = self.jobs.get_mut(id) {
            job.place = Place::Leased { ran_out: false };
        }
        holds
    }

    /// Chooses a lease that has not run out yet.
    pub(crate) fn expire(&mut self, pick: usize) -> Option<String> {
        let valid = |job: &Job| job.place == Place::Leased { ran_out: false };
        let ids: Vec<String> = self
            .jobs
            .iter()
            .filter(|(_, job)| valid(job))
            .map(|(id, _)| id.clone())
            .collect();
        let id = ids.get(pick % ids.len().max(1))?.clone();
        self.jobs.get_mut(&id)?.place = Place::Leased { ran_out: true };
        Some(id)
    }

    pub(crate) fn requeue(&mut self, id: &str) -> bool {
        if let Some(job) = self.jobs.get_mut(id) {
            let waits = job.failed && matches!(job.place, Place::Due(_));
            if waits {
                job.place = Place::Ready;
            }
            return waits;
        }
        let Some((high, limit)) = self.dead.remove(id) else {
            return false;
        };
        let job = Job {
            place: Place::Ready,
            high,
            limit,
            deliveries: 0,
            handbacks: 0,
            failed: false,
        };
        self.jobs.insert(id.to_owned(), job);
        self.requeued += 1;
        true
    }

    /// 1 = gone, 0 = no such job, -1 = it runs.
    pub(crate) fn drop(&mut self, id: &str) -> i64 {
        match self.jobs.get(id) {
            None => i64::from(self.dead.remove(id).is_some()),
            Some(job) if matches!(job.place, Place::Leased { .. }) => -1,
            Some(_) => {
                self.jobs.remove(id);
                self.dropped += 1;
                1
            }
        }
    }

    /// The invariants that need no comparison.
    pub(crate) fn check(&self) {
        for (id, job) in &self.jobs {
            assert!(
                job.attempts() <= u64::from(job.limit),
                "{id} was tried too often: {job:?}"
            );
        }
        let there = self.jobs.len() as u64;
        assert_eq!(
            self.pushed + self.requeued,
            self.done + self.died + self.dropped + there,
            "a job is lost"
        );
    }

    /// What Redis should hold.
    pub(crate) fn state(&self) -> Seen {
        let mut seen = Seen::default();
        for (id, job) in &self.jobs {
            match job.place {
                Place::Ready if job.high => seen.high.push(id.clone()),
                Place::Ready => seen.ready.push(id.clone()),
                Place::Due(hour) => seen.due.push((id.clone(), hour)),
                Place::Leased { .. } => seen.lease.push(id.clone()),
            }
            seen.jobs.push(id.clone());
            if job.deliveries > 0 {
                seen.att.insert(id.clone(), job.deliveries);
            }
            if job.handbacks > 0 {
                seen.rel.insert(id.clone(), job.handbacks);
            }
            if job.failed {
                seen.fail.push(id.clone());
            }
        }
        seen.dead = self.dead.keys().cloned().collect();
        for (what, count) in [
            ("pushed", self.pushed),
            ("requeued", self.requeued),
            ("done", self.done),
            ("dead", self.died),
            ("dropped", self.dropped),
        ] {
            if count > 0 {
                seen.counts.insert(what.to_owned(), count);
            }
        }
        seen
    }
}

/// The hour of a moment in virtual ms, rounded down from the base of the run.
pub(crate) fn hour(since_base_ms: i64) -> i64 {
    since_base_ms.div_euclid(HOUR)
}
