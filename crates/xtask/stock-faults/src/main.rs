//! What apalis' own Redis storage does that a phone system cannot have, one probe a row: the reasons for
//! `docs/adr/0003-own-redis-backend.md`. Our own queue has a test for each in `crates/queue/tests/it`.
//!
//! Nothing here is part of the product or of a test; versions are pinned, and what is printed is what was seen. It takes
//! some minutes, most of them waiting for heartbeats.

mod house;
mod probes;

use anyhow::Result;

use house::House;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    if std::env::args().nth(1).as_deref() == Some("worker") {
        return house::doomed_worker().await;
    }
    println!("apalis-redis 1.0.0 with its defaults, on a private redis\n");
    let say = |row: u32, what: &str, found: Result<String>| {
        let found = found.unwrap_or_else(|error| format!("could not be shown: {error:#}"));
        println!("{row:>2}  {what}\n      {found}");
    };
    say(
        1,
        "an idle worker picks a job up",
        probes::idle_pickup(&mut House::start().await?).await,
    );
    say(
        2,
        "polling, and then a stall of redis",
        probes::polling(&mut House::start().await?).await,
    );
    say(3, "7,900 and 8,100 jobs due at once", probes::many_due().await);
    say(
        4,
        "jobs that are due later",
        probes::early(&mut House::start().await?).await,
    );
    say(
        5,
        "one idempotency key, pushed twice",
        probes::idempotency(&mut House::start().await?).await,
    );
    say(
        6,
        "a job that always fails, with a limit of 3",
        probes::limit(&mut House::start().await?).await,
    );
    say(
        7,
        "kill -9 of a worker, heartbeat 1 s",
        probes::orphans(&mut House::start().await?).await,
    );
    say(
        8,
        "redis restarts",
        probes::restart(&mut House::start().await?).await,
    );
    let (kept, lrem) = probes::leftovers(&mut House::start().await?).await?;
    say(9, "keys that are left of 1,000 finished jobs", Ok(kept));
    say(10, "what taking a lease walks", Ok(lrem));
    say(
        11,
        "the queue of a type without a name of its own",
        Ok(probes::type_name()),
    );
    say(
        12,
        "redis' processor a job",
        probes::cost(&mut House::start().await?).await,
    );
    Ok(())
}
