//! How many calls one number may have.

use std::collections::BTreeSet;

use switchboard_domain::{Caller, Country, PhoneNumber};
use switchboard_runtime::settings::CallerLimits;
use switchboard_store::{Admission, CallerLimit};

/// The limits of the settings.
#[derive(Debug)]
pub(crate) struct Limits {
    known: CallerLimit,
    withheld: CallerLimit,
    exempt: BTreeSet<PhoneNumber>,
    country: Country,
}

impl Limits {
    pub(crate) fn new(settings: &CallerLimits, country: Country) -> Self {
        let CallerLimits {
            live,
            hourly,
            withheld_live,
            withheld_hourly,
            exempt,
        } = settings;
        Self {
            known: CallerLimit {
                live: *live,
                hourly: *hourly,
            },
            withheld: CallerLimit {
                live: *withheld_live,
                hourly: *withheld_hourly,
            },
            exempt: exempt.iter().cloned().collect(),
            country,
        }
    }

    /// On whose account a new call is counted, if on anybody's.
    pub(crate) fn of(&self, from: &str) -> Admission {
        let caller = Caller::read(from, self.country);
        let (who, limit) = match &caller {
            Caller::Number(number) if self.exempt.contains(number) => return Admission::Known,
            Caller::Number(number) => (number.as_str().to_owned(), self.known),
            // Nobody knows whether they are one: together they have what they are given.
            Caller::Withheld => ("withheld".to_owned(), self.withheld),
            Caller::Client(name) => (format!("client:{name}"), self.known),
            Caller::Sip(text) | Caller::Other(text) => (text.to_ascii_lowercase(), self.known),
        };
        if limit == CallerLimit::default() {
            return Admission::Known;
        }
        Admission::Counted { who, limit }
    }
}
