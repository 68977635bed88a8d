//! The simulated carrier of an office, as its settings describe it.

use secrecy::ExposeSecret as _;
use switchboard_contracts::VOICE_PATH;
use switchboard_runtime::settings::{AnswersOn, Settings};
use switchboard_simulator::{Application, Number, Phone, SimulatorConfig};

use crate::Desk;

/// The office's numbers lead to the gateway, its phones stand on the table.
pub fn simulator_config(settings: &Settings) -> SimulatorConfig {
    let base = settings.public.base_url.as_str().trim_end_matches('/');
    let address = |path: &str| format!("{base}{VOICE_PATH}{path}");
    let token = settings.twilio.auth_token.expose_secret().to_owned();
    let mut config = SimulatorConfig::new(settings.twilio.account_sid.clone(), token);
    config.numbers = settings
        .office
        .numbers
        .iter()
        .map(|number| Number {
            number: number.as_str().to_owned(),
            voice_url: address("incoming"),
            voice_fallback_url: Some(address("fallback")),
            status_callback: Some(address("status")),
        })
        .collect();
    config.application = Application {
        sid: settings.twilio.application_sid.clone().unwrap_or_default(),
        voice_url: address("agent/connect"),
        status_callback: None,
    };
    config.phones = phones(settings);
    config.region.clone_from(&settings.simulator.region);
    config
        .browser_region
        .clone_from(&settings.simulator.browser_region);
    settings
        .twilio
        .api_base
        .as_str()
        .trim_end_matches('/')
        .clone_into(&mut config.api_url);
    config
}

fn phones(settings: &Settings) -> Vec<Phone> {
    let office = settings.office.phones.iter().map(|phone| Phone {
        name: phone.name.clone(),
        number: phone.number.as_str().to_owned(),
        group: "Office phones".to_owned(),
    });
    let desks = settings
        .agents
        .iter()
        .filter_map(|agent| match &agent.answers_on {
            AnswersOn::Phone(number) => Some(Phone {
                name: agent.name.clone(),
                number: number.as_str().to_owned(),
                group: "Agents\u{2019} desk phones".to_owned(),
            }),
            AnswersOn::Browser => None,
        });
    office.chain(desks).collect()
}

/// The agents of an office.
pub fn desks(settings: &Settings) -> Vec<Desk> {
    let phone = |answers_on: &AnswersOn| match answers_on {
        AnswersOn::Phone(number) => Some(number.as_str().to_owned()),
        AnswersOn::Browser => None,
    };
    settings
        .agents
        .iter()
        .map(|agent| Desk {
            id: agent.id.clone(),
            phone: phone(&agent.answers_on),
        })
        .collect()
}
