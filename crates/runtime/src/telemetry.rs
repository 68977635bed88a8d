//! Log lines and panics.

use std::{
    io::{self, IsTerminal as _},
    panic,
    sync::{Mutex, PoisonError},
};

use tracing_subscriber::{
    EnvFilter, Layer as _, Registry, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::settings::{Log, LogFormat};

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter has a fault.
    #[error("log.filter is not a list of log directives")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Something else in the process writes its log already.
    #[error("the process has another log already")]
    Taken,
}

/// Sends log lines to standard error (standard output belongs to the commands), and panics into the log. Later calls in
/// the same process change nothing.
///
/// # Errors
/// When the filter has a fault, or the process has a log that is not ours.
pub fn init(log: &Log) -> Result<(), TelemetryError> {
    static DONE: Mutex<bool> = Mutex::new(false);
    let mut filter = EnvFilter::builder().parse(&log.filter)?;
    // It calls whatever anybody sends an error. What cannot be read is told by `http`, sparingly and with its sender.
    if !log.filter.contains("actix_http") {
        filter = filter.add_directive("actix_http=off".parse()?);
    }
    let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    if *done {
        return Ok(());
    }
    let lines = fmt::layer().with_writer(io::stderr);
    let lines = match log.format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).boxed(),
    };
    Registry::default()
        .with(filter)
        .with(lines)
        .try_init()
        .map_err(|_| TelemetryError::Taken)?;
    log_panics();
    *done = true;
    Ok(())
}

/// Panics become log lines. The standard hook with `RUST_BACKTRACE` set reads the symbols of the whole program first,
/// which holds the thread for seconds while callers wait; the place alone is enough to find the line.
fn log_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or("without words");
        let thread = std::thread::current();
        let thread = thread.name().unwrap_or("unnamed");
        tracing::error!(
            panic.place = place,
            panic.thread = thread,
            "panic at {place}: {message}"
        );
    }));
}
