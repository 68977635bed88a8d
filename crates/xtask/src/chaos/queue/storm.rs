//! The workers, and what is done to them and to Redis.

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use switchboard_runtime::{PrivateRedis, Rng};

use super::Storm;
use super::journal::Journals;
use crate::house::{Part, wall_us};

/// SIGABRT: how a job ends that takes its process along.
const ABORTED: i32 = 6;

/// After Redis was away workers leave each other's leases alone for a lease, having connected again within a second.
/// A stall that no call times out in is just a stall.
const AFTER_RESTART_US: i64 = 2_500_000;

/// How long a worker may take to leave when asked to.
const LEAVING: Duration = Duration::from_secs(20);

/// What was done, and when: µs since the epoch.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// Workers' ends, by number: those that were killed, and those that a job took along.
    pub(super) kills: Vec<(usize, i64)>,
    /// How many a job took along.
    pub(super) aborted: u64,
    pub(super) stopped: u64,
    pub(super) stalls: u64,
    pub(super) restarts: u64,
    /// While Redis did not answer, and for as long after as workers are cautious.
    pub(super) outages: Vec<(i64, i64)>,
}

struct Hand {
    number: usize,
    part: Part,
    resume_at: Option<Instant>,
}

/// The workers and their Redis.
pub(super) struct Crew {
    redis: PrivateRedis,
    folder: PathBuf,
    hands: Vec<Hand>,
    count: usize,
    rng: Rng,
    faults: Faults,
}

impl Crew {
    pub(super) fn new(redis: PrivateRedis, folder: &Path, workers: usize, rng: Rng) -> Result<Self> {
        let mut crew = Self {
            redis,
            folder: folder.to_owned(),
            hands: Vec::new(),
            count: 0,
            rng,
            faults: Faults::default(),
        };
        for _ in 0..workers {
            let hand = crew.hire()?;
            crew.hands.push(hand);
        }
        Ok(crew)
    }

    fn journal(&self, number: usize) -> PathBuf {
        self.folder.join(format!("worker-{number}.journal"))
    }

    fn hire(&mut self) -> Result<Hand> {
        let number = self.count;
        self.count += 1;
        let journal = self.journal(number);
        let arguments = [
            "--redis",
            self.redis.url(),
            "--journal",
            journal.to_str().context("an odd path")?,
        ];
        let part = Part::spawn("work", &arguments, &journal.with_extension("log"))?;
        Ok(Hand {
            number,
            part,
            resume_at: None,
        })
    }

    /// All rounds: each ends with the kill of a worker.
    pub(super) async fn storm(&mut self, storm: &Storm) -> Result<()> {
        for round in 0..storm.rounds {
            self.wait(100 + self.rng.below(600)).await?;
            if self.faults.restarts < (round + 1) * storm.restarts() / storm.rounds {
                self.restart_redis().await?;
            } else {
                match self.rng.below(20) {
                    0 => self.stall_redis().await?,
                    1 | 2 => self.stop_one()?,
                    _ => {}
                }
            }
            self.kill_one().await?;
            if (round + 1).is_multiple_of(50) {
                println!("{} kills, {} restarts", round + 1, self.faults.restarts);
            }
        }
        for hand in &mut self.hands {
            if hand.resume_at.take().is_some() {
                hand.part.resume()?;
            }
        }
        Ok(())
    }

    /// Waits, and sees to the workers meanwhile.
    async fn wait(&mut self, millis: u64) -> Result<()> {
        let end = Instant::now() + Duration::from_millis(millis);
        while Instant::now() < end {
            self.all_alive()?;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Lets stopped workers go on when it is time, and replaces those that a job took along. No other may have
    /// ended: nothing that happens to Redis is a reason.
    pub(super) fn all_alive(&mut self) -> Result<()> {
        for place in 0..self.hands.len() {
            let hand = &mut self.hands[place];
            if hand.resume_at.is_some_and(|at| at <= Instant::now()) {
                hand.resume_at = None;
                hand.part.resume()?;
            }
            let Some(status) = hand.part.end()? else { continue };
            if status.signal() != Some(ABORTED) {
                bail!(
                    "worker {} ended by itself, {status}: {}",
                    hand.number,
                    hand.part.last_words()
                );
            }
            self.faults.kills.push((hand.number, wall_us()));
            self.faults.aborted += 1;
            self.hands[place] = self.hire()?;
        }
        Ok(())
    }

    async fn kill_one(&mut self) -> Result<()> {
        let place = self.any();
        let at_us = wall_us();
        self.hands[place].part.kill().await?;
        self.faults.kills.push((self.hands[place].number, at_us));
        self.hands[place] = self.hire()?;
        Ok(())
    }

    fn any(&self) -> usize {
        usize::try_from(self.rng.below(self.hands.len() as u64)).unwrap_or_default()
    }

    /// Some are stopped for less than a lease, some for more.
    fn stop_one(&mut self) -> Result<()> {
        let place = self.any();
        let time = Duration::from_millis(100 + self.rng.below(3000));
        let hand = &mut self.hands[place];
        if hand.resume_at.is_none() {
            hand.part.pause()?;
            hand.resume_at = Some(Instant::now() + time);
            self.faults.stopped += 1;
        }
        Ok(())
    }

    async fn stall_redis(&mut self) -> Result<()> {
        let from = wall_us();
        self.redis.pause()?;
        self.wait(50 + self.rng.below(1000)).await?;
        self.redis.resume()?;
        self.faults.outages.push((from, wall_us()));
        self.faults.stalls += 1;
        Ok(())
    }

    /// Mostly as a crash, sometimes in order; away for up to a second.
    async fn restart_redis(&mut self) -> Result<()> {
        let from = wall_us();
        if self.rng.below(5) == 0 {
            self.redis.stop().await?;
        } else {
            self.redis.kill9()?;
        }
        self.wait(self.rng.below(1000)).await?;
        self.redis.restart().await?;
        self.faults.outages.push((from, wall_us() + AFTER_RESTART_US));
        self.faults.restarts += 1;
        Ok(())
    }

    /// Asks all to leave, and reads what everybody wrote.
    pub(super) async fn end(mut self) -> Result<(Faults, Journals)> {
        for hand in &mut self.hands {
            hand.part.terminate()?;
        }
        for hand in &mut self.hands {
            let Ok(status) = tokio::time::timeout(LEAVING, hand.part.ended()).await else {
                bail!(
                    "worker {} does not leave: {}",
                    hand.number,
                    hand.part.last_words()
                );
            };
            let status = status?;
            if !status.success() {
                bail!(
                    "worker {} left with {status}: {}",
                    hand.number,
                    hand.part.last_words()
                );
            }
        }
        let mut journals = Journals::default();
        for number in 0..self.count {
            journals.read(number, &self.journal(number))?;
        }
        journals.sort();
        self.redis.stop().await?;
        Ok((self.faults, journals))
    }
}
