//! `switchboard-lookup` against real servers on the loopback.
#![expect(clippy::unwrap_used, reason = "tests")]

mod crm;
mod guard;
mod hostile;
mod http;
mod settings;
mod trouble;

use std::time::Duration;

use switchboard_lookup::{Answer, Certainty, HttpConfig, HttpMapping, Profile, Source, SourceError};

/// A number of the range kept for fiction.
const NUMBER: &str = "+442079460018";
/// More than any answer from the loopback takes.
const AMPLE: Duration = Duration::from_secs(20);

/// A source at this address that reads names and companies, with a generous deadline.
fn config(url: &str) -> HttpConfig {
    let mut config = HttpConfig {
        mapping: HttpMapping {
            matches: "/people".into(),
            name: Some("{/given} {/family}".into()),
            organisation: Some("/firm/title".into()),
            ..HttpMapping::default()
        },
        ..HttpConfig::new("crm", format!("{url}/find?tel={{number}}"))
    };
    config.limits.deadline = AMPLE;
    config
}

async fn ask(config: HttpConfig) -> Result<Answer, SourceError> {
    config.build("lookup").unwrap().look_up(NUMBER, AMPLE).await
}

fn named(name: &str) -> Profile {
    Profile {
        name: Some(name.to_owned()),
        ..Profile::default()
    }
}

fn certain(profile: Profile) -> Answer {
    Answer::Found {
        profile,
        certainty: Certainty::Certain,
    }
}
