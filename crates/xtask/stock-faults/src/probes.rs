//! One probe a row.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result};
use apalis_core::backend::TaskSink as _;
use apalis_core::task::builder::TaskBuilder;
use apalis_redis::Config;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::house::{House, quick};

fn ms(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

/// A job for a worker that has had nothing to do for a moment.
pub async fn idle_pickup(house: &mut House) -> Result<String> {
    let starts = house.worker("idle", Config::default(), false).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let begun = Instant::now();
    house.storage(Config::default()).await?.push(1).await?;
    let there = starts.until(1, Duration::from_secs(40)).await;
    Ok(if there {
        format!("after {}", ms(begun.elapsed()))
    } else {
        "not within 40 s".to_owned()
    })
}

/// A short heartbeat is the only way to poll that its configuration has; then Redis stands still for a moment.
pub async fn polling(house: &mut House) -> Result<String> {
    let config = Config::default().heartbeat_interval(Duration::from_millis(100));
    let starts = house.worker("polling", config.clone(), false).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut storage = house.storage(config).await?;
    let mut pickups = Vec::new();
    for job in 0..20 {
        let begun = Instant::now();
        storage.push(job).await?;
        if !starts
            .until(usize::try_from(job)? + 1, Duration::from_secs(40))
            .await
        {
            return Ok("deaf within 20 jobs".to_owned());
        }
        pickups.push(begun.elapsed());
    }
    pickups.sort();
    house.signal("-STOP").await?;
    tokio::time::sleep(Duration::from_millis(700)).await;
    house.signal("-CONT").await?;
    let begun = Instant::now();
    storage.push(99).await?;
    let there = starts.until(21, Duration::from_secs(40)).await;
    let after = if there {
        ms(begun.elapsed())
    } else {
        "not within 40 s".to_owned()
    };
    Ok(format!(
        "p50 {}, max {}; after a stall of 700 ms: {after}",
        ms(pickups[10]),
        ms(pickups[19])
    ))
}

pub async fn many_due() -> Result<String> {
    let mut found = Vec::new();
    for count in [7_900_u64, 8_100] {
        let mut house = House::start().await?;
        let mut storage = house.storage(Config::default()).await?;
        let jobs = (0..count).map(|job| TaskBuilder::new(job).build());
        storage.push_all(futures::stream::iter(jobs)).await?;
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let starts = house.worker("burst", Config::default(), false).await?;
        starts
            .until(usize::try_from(count)?, Duration::from_secs(60))
            .await;
        let ended = house.workers.iter().any(tokio::task::JoinHandle::is_finished);
        let fate = if ended {
            "the worker ended"
        } else {
            "the worker lives"
        };
        found.push(format!("{count}: {} started, {fate}", starts.all().len()));
    }
    Ok(found.join("; "))
}

pub async fn early(house: &mut House) -> Result<String> {
    let config = Config::default().heartbeat_interval(Duration::from_millis(100));
    let starts = house.worker("early", config.clone(), false).await?;
    let mut storage = house.storage(config).await?;
    let mut due = BTreeMap::new();
    let (now, wall) = (Instant::now(), SystemTime::now());
    for job in 0..20_u64 {
        let after = Duration::from_millis(2000 + job * 137);
        storage
            .push_task(TaskBuilder::new(job).run_at_time(wall + after).build())
            .await?;
        due.insert(job, now + after);
    }
    starts.until(20, Duration::from_secs(60)).await;
    let early: Vec<u128> = starts
        .all()
        .iter()
        .filter_map(|(job, at)| due.get(job)?.checked_duration_since(*at))
        .map(|early| early.as_millis())
        .collect();
    let most = early.iter().max().copied().unwrap_or_default();
    Ok(format!(
        "{} of {} early, by up to {most} ms",
        early.len(),
        starts.all().len()
    ))
}

pub async fn idempotency(house: &mut House) -> Result<String> {
    let mut storage = house.storage(Config::default()).await?;
    for job in 0..2 {
        // It says nothing about duplicates, so the data tells.
        let _ = storage
            .push_task(TaskBuilder::new(job).idempotency_key("once").build())
            .await;
    }
    let mut raw = house.raw().await?;
    let kept: u64 = redis::cmd("HLEN").arg("probe:data").query_async(&mut raw).await?;
    Ok(format!("{kept} jobs are there"))
}

pub async fn limit(house: &mut House) -> Result<String> {
    let config = Config::default().heartbeat_interval(Duration::from_millis(100));
    let starts = house.worker("limit", config.clone(), true).await?;
    let mut storage = house.storage(config).await?;
    storage
        .push_task(TaskBuilder::new(1).max_attempts(3).build())
        .await?;
    starts.until(7, Duration::from_secs(60)).await;
    Ok(format!("started {} times within a minute", starts.all().len()))
}

pub async fn orphans(house: &mut House) -> Result<String> {
    house.storage(quick()).await?.push(1).await?;
    let mut doomed = Command::new(std::env::current_exe()?)
        .args(["worker", &house.url()])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut lines = BufReader::new(doomed.stdout.take().context("no output")?).lines();
    tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await??;
    doomed.kill().await?;
    let begun = Instant::now();
    let starts = house.worker("heir", quick(), false).await?;
    let there = starts.until(1, Duration::from_secs(60)).await;
    let after = if there {
        ms(begun.elapsed())
    } else {
        "not within 60 s".to_owned()
    };
    Ok(format!(
        "again after {after}; with the default heartbeat of 30 s as many times longer"
    ))
}

pub async fn restart(house: &mut House) -> Result<String> {
    house.worker("restart", Config::default(), false).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    house.restart().await?;
    for _ in 0..400 {
        if house.workers[0].is_finished() {
            let ended = (&mut house.workers[0]).await?;
            return Ok(format!("the worker ended: {ended:?}"));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok("the worker lived for 40 s".to_owned())
}

/// Commands by name, since last asked.
async fn commands(house: &House) -> Result<BTreeMap<String, (u64, u64)>> {
    let mut raw = house.raw().await?;
    let info: String = redis::cmd("INFO")
        .arg("commandstats")
        .query_async(&mut raw)
        .await?;
    let _: () = redis::cmd("CONFIG")
        .arg("RESETSTAT")
        .query_async(&mut raw)
        .await?;
    let number = |rest: &str, name: &str| -> Option<u64> {
        rest.split(',')
            .find_map(|field| field.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
    };
    Ok(info
        .lines()
        .filter_map(|line| line.strip_prefix("cmdstat_")?.split_once(':'))
        .filter_map(|(name, rest)| Some((name.to_owned(), (number(rest, "calls")?, number(rest, "usec")?))))
        .collect())
}

/// What is left of finished jobs, and how a lease is taken while others wait.
pub async fn leftovers(house: &mut House) -> Result<(String, String)> {
    let config = Config::default().batch_size(100);
    let mut storage = house.storage(config.clone()).await?;
    let jobs = (0..1000_u64).map(|job| TaskBuilder::new(job).build());
    storage.push_all(futures::stream::iter(jobs)).await?;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    commands(house).await?;
    let starts = house.worker("leftovers", config, false).await?;
    starts.until(1000, Duration::from_secs(60)).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let given = commands(house).await?;
    let (calls, usec) = given.get("lrem").copied().unwrap_or_default();
    let mut raw = house.raw().await?;
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut raw).await?;
    Ok((
        format!("{} of 1,000 jobs ran, {} keys", starts.all().len(), keys.len()),
        format!(
            "{calls} times LREM over the waiting list, {} us each on average",
            usec / calls.max(1)
        ),
    ))
}

struct Renamed;

pub fn type_name() -> String {
    format!(
        "{:?}: renaming the type strands its jobs",
        std::any::type_name::<Renamed>()
    )
}

pub async fn cost(house: &mut House) -> Result<String> {
    let config = Config::default().batch_size(100);
    let mut storage = house.storage(config.clone()).await?;
    let jobs = (0..5000_u64).map(|job| TaskBuilder::new(job).build());
    storage.push_all(futures::stream::iter(jobs)).await?;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    commands(house).await?;
    let starts = house.worker("cost", config, false).await?;
    starts.until(5000, Duration::from_secs(60)).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let given = commands(house).await?;
    // Scripts are counted with all that they call.
    let scripts: u64 = given
        .iter()
        .filter(|(name, _)| name.starts_with("eval"))
        .map(|(_, (_, usec))| usec)
        .sum();
    let ran = u64::try_from(starts.all().len())?.max(1);
    Ok(format!("{} us in scripts a job, of {ran} jobs", scripts / ran))
}
