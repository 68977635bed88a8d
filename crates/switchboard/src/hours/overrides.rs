//! `hours override`: open or close by hand, in the running system.

use std::process::ExitCode;

use anyhow::{Context, anyhow, bail, ensure};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use switchboard_contracts::v1;
use switchboard_domain::{Timestamp, one_line};
use switchboard_hours::{Edge, Schedule};
use switchboard_runtime::settings::Settings;
use switchboard_runtime::{LiveSchedules, Rng, Schedules, SettingsArgs, read_overrides};
use switchboard_store::{Author, MOST_OVERRIDES, OverridePut, OverrideWithdrawn, Store, StoreConfig};

use super::cli::{OverrideCommand, Span};
use crate::output::say;
use crate::running::redis_url;

/// Somebody waits at a terminal, not on the telephone.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// Does it, and says what holds afterwards.
pub(super) fn run(
    args: &SettingsArgs,
    schedule: Option<&str>,
    command: &OverrideCommand,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let args = SettingsArgs {
        demo: args.demo || args.files.is_empty(),
        ..args.clone()
    };
    let settings = args.load()?;
    let schedules = super::schedules(&(&settings).into())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let store = store(&settings)?;
        let made = store.clock().await.context("no Redis")?.now;
        // Opening hours know nothing smaller than a second, and what begins now must not begin with the next one.
        let now = DateTime::from_timestamp(made.as_millis().div_euclid(1000), 0).context("the time")?;
        match command {
            OverrideCommand::Open(span) => {
                put(&store, &schedules, schedule, span, true, (made, now), json).await
            }
            OverrideCommand::Close(span) => {
                put(&store, &schedules, schedule, span, false, (made, now), json).await
            }
            OverrideCommand::List => {
                let schedules = schedules.with_records(&records(&store).await?);
                show(&schedules, now, json);
                Ok(ExitCode::SUCCESS)
            }
            OverrideCommand::Withdraw { id, author } => {
                let author = one_line(author);
                let author = Author {
                    name: &author,
                    id: "",
                };
                match store.withdraw_override(id, author, made).await? {
                    OverrideWithdrawn::Done(_) => say!("override {id} is withdrawn"),
                    OverrideWithdrawn::Before => say!("override {id} was withdrawn before"),
                    OverrideWithdrawn::NoSuch => bail!("there is no override {id}"),
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    })
}

/// All schedules with the overrides and calendars that the running system has.
pub(super) fn live(args: &SettingsArgs) -> anyhow::Result<Schedules> {
    let args = SettingsArgs {
        demo: args.demo || args.files.is_empty(),
        ..args.clone()
    };
    let settings = args.load()?;
    let schedules = super::schedules(&(&settings).into())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let store = store(&settings)?;
        let hours = LiveSchedules::new(schedules);
        hours.take(store.overrides().await?);
        for (name, mark) in store.feed_marks().await? {
            hours
                .take_feed(&name, &mark, store.feed(&name).await?.as_deref())
                .await;
        }
        Ok(Schedules::clone(&hours.current()))
    })
}

fn store(settings: &Settings) -> anyhow::Result<Store> {
    let url = redis_url(settings)?;
    let config = StoreConfig {
        budget: PATIENCE,
        ..StoreConfig::new(url, settings.key_prefix())
    };
    Ok(Store::new(config)?)
}

async fn records(store: &Store) -> anyhow::Result<Vec<v1::Override>> {
    Ok(read_overrides(&store.overrides().await?))
}

async fn put(
    store: &Store,
    schedules: &Schedules,
    named: Option<&str>,
    span: &Span,
    open: bool,
    (made, now): (Timestamp, DateTime<Utc>),
    json: bool,
) -> anyhow::Result<ExitCode> {
    let clock = schedules
        .get(named.unwrap_or(schedules.main_name()))
        .ok_or_else(|| anyhow!("there is no schedule {}", named.unwrap_or_default()))?;
    let (from, until) = times(clock, span, now)?;
    let over = v1::Override {
        id: Rng::from_os().hex128().chars().take(8).collect(),
        schedule: named.unwrap_or_default().to_owned(),
        open,
        from_ms: from.timestamp_millis(),
        until_ms: until.timestamp_millis(),
        reason: one_line(&span.reason),
        author: one_line(&span.author),
        made_ms: made.as_millis(),
        author_id: String::new(),
    };
    match store.put_override(&over).await? {
        OverridePut::Done => {}
        // Ids are random, so this is one in four milliards.
        OverridePut::Full => {
            bail!("there are {MOST_OVERRIDES} overrides that are not over yet: take some back")
        }
        OverridePut::Known(_) | OverridePut::Withdrawn => bail!("the id {} is taken: try again", over.id),
    }
    show(&schedules.with_records(&records(store).await?), now, json);
    Ok(ExitCode::SUCCESS)
}

fn times(
    schedule: &Schedule,
    span: &Span,
    now: DateTime<Utc>,
) -> anyhow::Result<(DateTime<Utc>, DateTime<Utc>)> {
    let read = |name: &str, text: &str, edge| {
        schedule
            .instant(text, now, edge)
            .map_err(|problem| anyhow!("--{name}: {problem}"))
    };
    let from = read("from", &span.from, Edge::From)?;
    // Nobody means for ever: without an end it is the end of the day on which it begins.
    let today = schedule.moment(from, from).local.date().to_string();
    let until = read("until", span.until.as_deref().unwrap_or(&today), Edge::Until)?;
    ensure!(from < until, "--until: expected a time after --from");
    ensure!(until > now, "--until: expected a time to come");
    Ok((from, until))
}

fn show(schedules: &Schedules, now: DateTime<Utc>, as_json: bool) {
    let mut list: Vec<Value> = Vec::new();
    for (name, schedule) in schedules.all() {
        let deciding = schedule
            .overrides()
            .find(|over| over.from <= now && now < over.until)
            .map(|over| &over.id);
        for over in schedule.overrides() {
            let state = if over.until <= now {
                "over"
            } else if now < over.from {
                "to come"
            } else if deciding == Some(&over.id) {
                "counts"
            } else {
                "hidden"
            };
            let local =
                |at: DateTime<Utc>| schedule.moment(at, at).local.format("%Y-%m-%d %H:%M").to_string();
            let what = if over.open { "open" } else { "closed" };
            if as_json {
                list.push(json!({ "schedule": name, "id": over.id, "open": over.open, "from": over.from, "until": over.until, "reason": over.reason, "author": over.author, "made": over.made, "state": state }));
            } else {
                say!(
                    "{name}  {}  {what} from {} until {}  by {}: {}  [{state}]",
                    over.id,
                    local(over.from),
                    local(over.until),
                    over.author,
                    over.reason
                );
            }
        }
        if !as_json {
            say!("{name} is {}", schedule.summary(now));
        }
    }
    if as_json {
        say!("{:#}", Value::Array(list));
    }
}
