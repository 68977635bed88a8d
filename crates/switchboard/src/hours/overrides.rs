//! `hours override`: open or close by hand, in the running system.
#![expect(clippy::print_stdout, reason = "this is what the command is for")]

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, anyhow, ensure};
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use switchboard_hours::{Edge, Schedule};
use switchboard_runtime::settings::Settings;
use switchboard_runtime::{OverrideRecord, Rng, Schedules, SettingsArgs};
use switchboard_store::{Store, StoreConfig};

use super::cli::{OverrideCommand, Span};

/// Somebody waits at a terminal, not on the telephone.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);
/// Overrides that ended longer ago than this are swept out when the next one is made.
const KEPT: chrono::TimeDelta = chrono::TimeDelta::days(35);

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
        let now = DateTime::from_timestamp_millis(store.clock().await.context("no Redis")?.now.as_millis())
            .context("the time")?;
        match command {
            OverrideCommand::Open(span) => put(&store, &schedules, schedule, span, true, now, json).await,
            OverrideCommand::Close(span) => put(&store, &schedules, schedule, span, false, now, json).await,
            OverrideCommand::List => {
                let schedules = schedules.with_records(&records(&store).await?);
                show(&schedules, now, json);
                Ok(ExitCode::SUCCESS)
            }
            OverrideCommand::Withdraw { id } => {
                ensure!(store.forget_override(id).await?, "there is no override {id}");
                println!("override {id} is withdrawn");
                Ok(ExitCode::SUCCESS)
            }
        }
    })
}

/// All schedules with the overrides that the running system has.
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
    runtime.block_on(async { Ok(schedules.with_records(&records(&store(&settings)?).await?)) })
}

/// The Redis that the settings name, else the private one of `up`.
fn store(settings: &Settings) -> anyhow::Result<Store> {
    let url = match &settings.redis.url {
        Some(url) => url.expose_secret().to_owned(),
        None => private(&settings.data.dir)?,
    };
    let config = StoreConfig {
        budget: PATIENCE,
        ..StoreConfig::new(url, settings.key_prefix())
    };
    Ok(Store::new(config)?)
}

fn private(dir: &Path) -> anyhow::Result<String> {
    let socket = dir.join("redis.sock");
    let socket = socket.canonicalize().with_context(|| {
        format!(
            "nothing runs in {} (data.dir), and redis.url is not set",
            dir.display()
        )
    })?;
    Ok(format!("redis+unix://{}", socket.display()))
}

async fn records(store: &Store) -> anyhow::Result<Vec<OverrideRecord>> {
    let texts = store.overrides().await?;
    Ok(texts
        .values()
        .filter_map(|text| OverrideRecord::read(text))
        .collect())
}

async fn put(
    store: &Store,
    schedules: &Schedules,
    named: Option<&str>,
    span: &Span,
    open: bool,
    now: DateTime<Utc>,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let clock = schedules
        .get(named.unwrap_or(schedules.main_name()))
        .ok_or_else(|| anyhow!("there is no schedule {}", named.unwrap_or_default()))?;
    let (from, until) = times(clock, span, now)?;
    for old in records(store).await? {
        if DateTime::from_timestamp_millis(old.until_ms).is_some_and(|ended| now - ended > KEPT) {
            store.forget_override(&old.id).await?;
        }
    }
    let record = OverrideRecord {
        id: Rng::from_os().hex128().chars().take(8).collect(),
        schedule: named.map(str::to_owned),
        open,
        from_ms: from.timestamp_millis(),
        until_ms: until.timestamp_millis(),
        reason: span.reason.trim().to_owned(),
        author: span.author.clone(),
        made_ms: now.timestamp_millis(),
    };
    store.put_override(&record.id, &record.text()).await?;
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
                println!(
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
            println!("{name} is {}", schedule.summary(now));
        }
    }
    if as_json {
        println!("{:#}", Value::Array(list));
    }
}
