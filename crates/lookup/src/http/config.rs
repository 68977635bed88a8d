//! The settings of an HTTP source, and their check.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde_json::Value;
use switchboard_outbound::{Origin, Reach};

use super::{HttpSource, guard, mapping::Reader, question::Question};
use crate::{Fault, Guarded, Limits, fault::Faults};

/// How the service is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HttpMethod {
    /// The number is in the address.
    #[default]
    Get,
    /// The number is in the address, in the body, or both.
    Post,
}

/// Everything about one HTTP service.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Shown to agents and used in metrics: letters, digits and hyphens, at most 40.
    pub name: String,
    /// Address with `{number}` (E.164) or `{national}` (as dialled within the country) in its path or query;
    /// both are percent-encoded.
    pub url: String,
    /// How it is asked.
    pub method: HttpMethod,
    /// For POST: sent as JSON, with the same placeholders inside its texts.
    pub body: Option<Value>,
    /// Further headers by name. Values may be secret.
    pub headers: BTreeMap<String, SecretString>,
    /// Sent as `Authorization: Bearer …`.
    pub bearer: Option<SecretString>,
    /// Where in the answer is what.
    pub mapping: HttpMapping,
    /// What the source may cost.
    pub limits: Limits,
    /// Who configured the address.
    pub origin: Origin,
    /// Where it may lead.
    pub reach: Reach,
}

/// Where in the answer is what.
///
/// Each field is a JSON pointer into a match (`/company/name`) or a text with pointers in braces
/// (`{/first} {/last}`). A field whose pointers lead to no text, number or truth value is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HttpMapping {
    /// Pointer to the matches; empty for the whole answer. A list of none is "not found", of one is certain,
    /// of more is several; an object is one match; null is none.
    pub matches: String,
    /// Pointer into a match; when `true` is there, the match is a guess.
    pub maybe: Option<String>,
    /// The person's name.
    pub name: Option<String>,
    /// The company or household.
    pub organisation: Option<String>,
    /// The level of service.
    pub tier: Option<String>,
    /// Since when they are a customer.
    pub since: Option<String>,
    /// One line of context.
    pub summary: Option<String>,
    /// Where an agent opens the record. In a text with braces the values are percent-encoded; the result must
    /// be an http or https address.
    pub record_url: Option<String>,
    /// Further fields by the label they are shown under; at most 20.
    pub extra: BTreeMap<String, String>,
}

impl HttpConfig {
    /// A GET without credentials or mapping, with default limits; the rest is filled in by field.
    pub fn new(name: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            url: url.into(),
            method: HttpMethod::Get,
            body: None,
            headers: BTreeMap::new(),
            bearer: None,
            mapping: HttpMapping::default(),
            limits: Limits::default(),
            origin: Origin::Settings,
            reach: Reach::default(),
        }
    }

    /// Checks the settings and builds the guarded source. `section` is where they stand in the configuration,
    /// for example `lookup.sources[0]`.
    ///
    /// # Errors
    ///
    /// All faults at once, each with its place and what was expected there.
    pub fn build(self, section: &str) -> Result<Guarded<HttpSource>, Vec<Fault>> {
        let mut faults = Faults::under(section);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let named = (1..=40).contains(&self.name.len()) && self.name.bytes().all(plain);
        faults.require(named, "name", "1 to 40 letters, digits and hyphens");
        self.limits.check(&mut faults);
        let question = Question::new(&self, &mut faults);
        let reader = Reader::new(&self.mapping, &mut faults);
        let origin = self.origin;
        let guard = faults.keep(
            "url",
            guard(self.reach).map_err(|error| format!("a working TLS set-up ({error})")),
        );
        let parts = question.zip(reader).zip(guard);
        let name = self.name;
        let source = parts.map(|((question, reader), guard)| HttpSource {
            name,
            guard,
            origin,
            question,
            reader,
        });
        faults.finish(source.map(|source| Guarded::new(source, &self.limits)))
    }
}
