//! What is done to the processes, and undone.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use switchboard_crowd::Account;
use switchboard_crowd::house::House;
use switchboard_runtime::Rng;
use switchboard_simulator::Faults;
use tokio::time::{Instant, sleep, sleep_until};

/// Between two deeds, half to one and a half of it.
const PAUSE_MS: u64 = 3_000;
/// How often the state of things is told.
const TELL: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Copy)]
enum Deed {
    Kill,
    Freeze,
    Restart,
    KillRedis,
    StallRedis,
    LoseAnswers,
}

impl Deed {
    fn name(self) -> &'static str {
        match self {
            Self::Kill => "services killed",
            Self::Freeze => "services stopped for a while (SIGSTOP)",
            Self::Restart => "services restarted in order",
            Self::KillRedis => "times Redis killed",
            Self::StallRedis => "times Redis stalled",
            Self::LoseAnswers => "times the carrier's answers were lost",
        }
    }

    fn drawn(rng: &Rng) -> Self {
        match rng.below(12) {
            0..=3 => Self::Kill,
            4..=5 => Self::Freeze,
            6..=7 => Self::Restart,
            8 => Self::KillRedis,
            9..=10 => Self::LoseAnswers,
            _ => Self::StallRedis,
        }
    }
}

/// Does one thing after the other until `length` is over, each undone before the next, and leaves everything running.
/// How often each was done.
pub(crate) async fn all(
    house: &mut House,
    seed: u64,
    length: Duration,
    calm: bool,
    account: &Account,
) -> Result<BTreeMap<&'static str, u32>> {
    let rng = Rng::from_seed(seed ^ 0xdeed);
    let began = Instant::now();
    let mut told = began;
    let mut done = BTreeMap::new();
    while began.elapsed() < length {
        let pause = Duration::from_millis(PAUSE_MS / 2 + rng.below(PAUSE_MS));
        sleep_until((Instant::now() + pause).min(began + length)).await;
        if told.elapsed() >= TELL {
            told = Instant::now();
            say(
                began,
                &format!(
                    "{} calls, {} of them over, {} events",
                    account.rung(),
                    account.over(),
                    account.events()
                ),
            );
        }
        if calm || began.elapsed() >= length {
            continue;
        }
        let deed = Deed::drawn(&rng);
        let what = carry_out(house, deed, &rng).await;
        say(began, &what?);
        *done.entry(deed.name()).or_default() += 1;
    }
    house.wait_ready().await?;
    Ok(done)
}

#[expect(clippy::print_stdout, reason = "a chore reports on the terminal")]
fn say(began: Instant, what: &str) {
    println!("{:>7.1} s  {what}", began.elapsed().as_secs_f64());
}

/// Does it, waits a moment, and undoes it; what it was.
async fn carry_out(house: &mut House, deed: Deed, rng: &Rng) -> Result<String> {
    let count = u64::try_from(house.nodes().len())?;
    let at = usize::try_from(rng.below(count.max(1)))?;
    let moment = Duration::from_millis(rng.below(3_000));
    let node = house.nodes().get_mut(at).context("no node")?;
    Ok(match deed {
        Deed::Kill => {
            node.kill().await?;
            sleep(moment).await;
            node.start()?;
            format!("killed {node}, started after {moment:?}")
        }
        Deed::Freeze => {
            let moment = moment * 2;
            node.freeze()?;
            sleep(moment).await;
            node.thaw()?;
            format!("stopped {node} for {moment:?}")
        }
        Deed::Restart => {
            node.terminate()?;
            node.wait_ended().await?;
            node.start()?;
            format!("restarted {node}")
        }
        Deed::KillRedis => {
            house.redis.kill9()?;
            sleep(moment).await;
            back(house).await?;
            format!("killed redis, started after {moment:?}")
        }
        Deed::StallRedis => {
            let moment = moment * 2;
            house.redis.pause()?;
            sleep(moment).await;
            house.redis.resume()?;
            format!("stalled redis for {moment:?}")
        }
        Deed::LoseAnswers => {
            let times = 1 + u32::try_from(rng.below(5))?;
            let faults = house.simulator.faults();
            house.simulator.set_faults(Faults {
                api_answers_lost: times,
                ..faults
            });
            format!("lost the carrier's next {times} answers")
        }
    })
}

async fn back(house: &mut House) -> Result<()> {
    let Err(error) = house.redis.restart().await else {
        return Ok(());
    };
    bail!("redis does not start again: {error}")
}
