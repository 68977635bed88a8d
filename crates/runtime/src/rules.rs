//! The settings in the domain's own types.

use std::collections::BTreeMap;
use std::time::Duration;

use switchboard_domain::{IdError, MenuPolicy, Policy, QueueName};
use switchboard_outbound::Reach;

use crate::settings::Settings;

/// Where addresses may lead that a person configured.
pub fn reach(settings: &Settings) -> Reach {
    Reach {
        // What is neither a host nor a network was refused when the settings were read.
        allowed: settings
            .outbound
            .allow
            .iter()
            .filter_map(|allowed| allowed.parse().ok())
            .collect(),
        proxies: settings.outbound.proxies,
    }
}

/// The promises that the settings make.
///
/// # Errors
/// When the default queue has a name that cannot be one.
pub fn policy(settings: &Settings) -> Result<Policy, IdError> {
    let calls = &settings.calls;
    let mut menus = BTreeMap::new();
    for line in settings.lines.values() {
        let menu = line.menu(&settings.menu);
        for number in &line.numbers {
            let policy = MenuPolicy {
                attempts: menu.attempts,
                default_queue: QueueName::new(&menu.default_queue)?,
            };
            menus.insert(number.as_str().to_owned(), policy);
        }
    }
    Ok(Policy {
        unanswered_after: calls.unanswered_after,
        office_retry_after: calls.office_retry_after,
        office_rings: calls.office_rings,
        office_has_phones: !settings.office.phones.is_empty(),
        claim_browser: calls.claim_browser,
        claim_phone: calls.claim_phone,
        connect_within: calls.connect_within,
        talking_check_after: calls.talking_check_after,
        recordings_kept: (calls.recording_days > 0)
            .then(|| Duration::from_secs(u64::from(calls.recording_days) * 24 * 3600)),
        menu_attempts: settings.menu.attempts,
        default_queue: QueueName::new(&settings.menu.default_queue)?,
        menus,
    })
}
