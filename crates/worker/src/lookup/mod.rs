//! `worker-lookup`: who is calling.

mod lookup_caller;

use std::collections::HashMap;
use std::sync::Arc;

use switchboard_contracts::v1;
use switchboard_lookup::{Guarded, HttpConfig, HttpMapping, HttpSource, Limits, Reach};
use switchboard_queue::Router;
use switchboard_runtime::settings::{LookupSource, Settings, SourceKind};

use crate::error::WorkerError;
use crate::step::Calls;

/// The configured sources.
#[derive(Clone)]
pub(crate) struct Lookups {
    calls: Calls,
    sources: Arc<HashMap<String, Known>>,
}

struct Known {
    source: Guarded<HttpSource>,
    limits: Limits,
    attempts: u32,
}

impl Lookups {
    pub(crate) fn new(settings: &Settings, calls: Calls) -> Result<Self, WorkerError> {
        let mut sources = HashMap::new();
        let mut faults = Vec::new();
        for (name, known) in &settings.lookup.sources {
            let config = config(name, known, switchboard_runtime::rules::reach(settings));
            let limits = config.limits.clone();
            match config.build(&format!("lookup.sources.{name}")) {
                Ok(source) => {
                    sources.insert(
                        name.clone(),
                        Known {
                            source,
                            limits,
                            attempts: known.attempts,
                        },
                    );
                }
                Err(found) => faults.extend(found.iter().map(ToString::to_string)),
            }
        }
        if faults.is_empty() {
            return Ok(Self {
                calls,
                sources: Arc::new(sources),
            });
        }
        Err(WorkerError::Settings(faults))
    }
}

fn config(name: &str, known: &LookupSource, reach: Reach) -> HttpConfig {
    let SourceKind::Http = known.kind;
    let mut extra = known.mapping.clone();
    let mut take = |field: &str| extra.remove(field);
    let mapping = HttpMapping {
        matches: take("matches").unwrap_or_default(),
        maybe: take("maybe"),
        name: take("name"),
        organisation: take("organisation"),
        tier: take("tier"),
        since: take("since"),
        summary: take("summary"),
        record_url: take("record_url"),
        extra,
    };
    let limits = Limits {
        deadline: known.timeout,
        found_for: known.cache,
        ..Limits::default()
    };
    HttpConfig {
        headers: known.headers.clone(),
        bearer: known.bearer_token.clone(),
        mapping,
        limits,
        reach,
        ..HttpConfig::new(name, known.url.clone())
    }
}

/// The handlers of this process.
pub(crate) fn router(lookups: Lookups) -> Router {
    Router::new().on(move |job: v1::LookupCaller, context| {
        let lookups = lookups.clone();
        async move { lookups.lookup_caller(job, context).await }
    })
}
