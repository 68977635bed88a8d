//! What every `main` does: read the arguments and settings, speak and count, run until told to stop.

use std::future::Future;
use std::io::Write as _;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use clap::builder::FalseyValueParser;
use tracing::{error, info, warn};

use crate::probe::{READY, probe};
use crate::settings::{Layers, Listen, OfficeHours, Settings, SettingsError};
use crate::{Clock, Lifecycle, Metrics, Rng, Schedules, open_files, telemetry};

/// The version and the commit that this was built from, as `--version` tells them.
pub const VERSION: &str = env!("SWITCHBOARD_VERSION");

/// A gateway holds one for each connection of the carrier, a realtime node one for each screen.
const FEW_FILES: u64 = 4096;

/// How long a process may take to finish what it began.
const DRAIN: Duration = Duration::from_secs(30);

/// Where the settings of a process come from; part of every command line.
#[derive(Debug, Clone, Default, Args)]
pub struct SettingsArgs {
    /// A settings file (TOML); later ones go over earlier ones
    #[arg(long = "config", value_name = "FILE", global = true)]
    pub files: Vec<PathBuf>,
    /// One setting, such as `calls.unanswered_after=2m`; goes over files and environment
    #[arg(long = "set", value_name = "KEY=VALUE", global = true)]
    pub settings: Vec<String>,
    /// Start from the demonstration: simulated carrier, made-up people, loopback only
    #[arg(long, global = true, env = "SWITCHBOARD_DEMO", value_parser = FalseyValueParser::new())]
    pub demo: bool,
}

/// The command line of a process that is one service.
#[derive(Debug, Clone, Default, Args)]
pub struct ServiceArgs {
    /// Its settings.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// Start nothing: ask the service that runs with these settings whether it is ready, and exit with 0 if so
    #[arg(long)]
    pub probe: bool,
}

impl SettingsArgs {
    /// Reads opening hours alone, of the demonstration when no file is given.
    ///
    /// # Errors
    /// All their faults at once.
    pub fn load_hours(&self) -> Result<OfficeHours, SettingsError> {
        let demo = self.demo || self.files.is_empty();
        self.layers(demo).load_hours()
    }

    /// Reads all layers.
    ///
    /// # Errors
    /// All faults at once.
    pub fn load(&self) -> Result<Settings, SettingsError> {
        self.layers(self.demo).load()
    }

    fn layers(&self, demo: bool) -> Layers {
        let mut layers = if demo { Layers::demo() } else { Layers::new() };
        for file in &self.files {
            layers = layers.file(file);
        }
        layers = layers.process_environment();
        for setting in &self.settings {
            layers = layers.set(setting);
        }
        // Those of a demonstration are nobody's.
        if demo { layers } else { layers.refuse_secrets() }
    }
}

/// What a process is given.
pub struct Process {
    /// The settings.
    pub settings: Settings,
    /// Stopping.
    pub lifecycle: Lifecycle,
    /// Counting.
    pub metrics: Metrics,
    /// Chance.
    pub rng: Rng,
    /// Time.
    pub clock: Clock,
}

/// What a process does when everything else has stopped, such as stopping the Redis that the rest needed.
pub type Last = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs a process that is one service, listening where `listen` finds it in the settings; see [`run_process`].
pub fn run_service<F, Fut>(
    name: &str,
    args: &ServiceArgs,
    listen: fn(&Settings) -> &Listen,
    start: F,
) -> ExitCode
where
    F: FnOnce(Process) -> Fut,
    Fut: Future<Output = anyhow::Result<Option<Last>>>,
{
    if !args.probe {
        return run_process(name, &args.settings, start);
    }
    match args.settings.load() {
        Ok(settings) => match probe(listen(&settings), READY) {
            Ok(()) => ExitCode::SUCCESS,
            Err(reason) => {
                complain(&format!("{name}: {reason}"));
                ExitCode::FAILURE
            }
        },
        Err(faults) => complain(&faults.to_string()),
    }
}

/// Runs a process: `start` begins what it is for, through the lifecycle, and returns; the process then goes on
/// until a signal, or until something vital ends.
pub fn run_process<F, Fut>(name: &str, args: &SettingsArgs, start: F) -> ExitCode
where
    F: FnOnce(Process) -> Fut,
    Fut: Future<Output = anyhow::Result<Option<Last>>>,
{
    let settings = match args.load() {
        Ok(settings) => settings,
        Err(faults) => return complain(&faults.to_string()),
    };
    if let Err(reason) = telemetry::init(&settings.log) {
        return complain(&reason.to_string());
    }
    // What a service writes, its databases and its log, is nobody else's.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let files = open_files::raise();
    info!(files, "{name} may have {files} files and connections open");
    if files < FEW_FILES {
        warn!(
            files,
            "{files} open files are few: raise the hard limit (ulimit -Hn, LimitNOFILE)"
        );
    }
    for warning in settings.warnings() {
        warn!("{warning}");
    }
    match Schedules::new(&(&settings).into()) {
        Ok(schedules) => {
            for fault in schedules.unread() {
                warn!("{fault}");
            }
            warn_of_hours(&schedules, &Clock::system());
        }
        Err(faults) => {
            let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
            return complain(&lines.join("\n"));
        }
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(reason) => return complain(&reason.to_string()),
    };
    runtime.block_on(async {
        let lifecycle = Lifecycle::new();
        let metrics = match (lifecycle.stop_on_signals(), Metrics::install()) {
            (Ok(()), Ok(metrics)) => metrics,
            (Err(reason), _) => return complain(&reason.to_string()),
            (_, Err(reason)) => return complain(&reason.to_string()),
        };
        metrics.keep_tidy(&lifecycle);
        if let Ok(schedules) = Schedules::new(&(&settings).into()) {
            schedules.count_skipped();
        }
        let process = Process {
            settings,
            lifecycle: lifecycle.clone(),
            metrics,
            rng: Rng::from_os(),
            clock: Clock::system(),
        };
        let last = match start(process).await {
            Ok(last) => last,
            Err(reason) => {
                error!("{name} cannot start: {reason:#}");
                lifecycle.shutdown(DRAIN).await;
                return ExitCode::FAILURE;
            }
        };
        info!("{name} runs");
        let outcome = lifecycle.run(DRAIN).await;
        if let Some(last) = last {
            last.await;
        }
        info!(clean = outcome.is_clean(), "{name} stopped");
        outcome.exit_code()
    })
}

/// Holidays that end soon, or are not what their office thinks they are.
fn warn_of_hours(schedules: &Schedules, clock: &Clock) {
    for (name, schedule) in schedules.all() {
        for warning in schedule.warnings(clock.now()) {
            warn!("schedule {name}: {warning}");
        }
    }
}

/// There is no log yet, or nobody reads it; and nobody may read this either.
fn complain(reason: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{reason}");
    ExitCode::from(2)
}
