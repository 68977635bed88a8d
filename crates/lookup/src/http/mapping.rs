//! From a JSON answer to a profile, by configuration alone.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use switchboard_domain::{Certainty, Profile};
use url::Url;

use super::{
    HttpMapping,
    clean::{self, line},
    template::{Pointer, Template},
};
use crate::{Answer, Nonsense, fault::Faults};

const MOST_EXTRAS: usize = 20;
const LONGEST_LABEL: usize = 40;

/// A checked mapping.
pub(super) struct Reader {
    matches: Pointer,
    maybe: Option<Pointer>,
    name: Option<Template>,
    organisation: Option<Template>,
    tier: Option<Template>,
    since: Option<Template>,
    summary: Option<Template>,
    record_url: Option<Template>,
    extra: Vec<(String, Template)>,
}

impl Reader {
    pub(super) fn new(mapping: &HttpMapping, faults: &mut Faults) -> Option<Self> {
        let HttpMapping {
            matches,
            maybe,
            name,
            organisation,
            tier,
            since,
            summary,
            record_url,
            extra,
        } = mapping;
        let matches = faults.keep("mapping.matches", Pointer::parse(matches));
        let maybe = maybe
            .as_deref()
            .and_then(|text| faults.keep("mapping.maybe", Pointer::parse(text)));
        let mut mapped = !extra.is_empty();
        let mut field = |setting: &str, text: &Option<String>| {
            mapped |= text.is_some();
            faults.keep(&format!("mapping.{setting}"), Template::parse(text.as_deref()?))
        };
        let (name, organisation) = (field("name", name), field("organisation", organisation));
        let (tier, since) = (field("tier", tier), field("since", since));
        let (summary, record_url) = (field("summary", summary), field("record_url", record_url));
        faults.require(mapped, "mapping", "at least one field");
        if let Some(address) = &record_url
            && !fixed_origin(address)
        {
            faults.add(
                "mapping.record_url",
                "a pointer, or an http or https address with pointers after the host",
            );
        }
        faults.require(extra.len() <= MOST_EXTRAS, "mapping.extra", "at most 20 fields");
        let mut extras = Vec::new();
        for (label, text) in extra {
            let setting = format!("mapping.extra.{label}");
            let clean = line(label, LONGEST_LABEL).as_deref() == Some(label.as_str());
            faults.require(clean, &setting, "a label of 1 to 40 visible characters");
            let template = faults.keep(&setting, Template::parse(text));
            extras.extend(template.map(|template| (label.clone(), template)));
        }
        let matches = matches?;
        Some(Self {
            matches,
            maybe,
            name,
            organisation,
            tier,
            since,
            summary,
            record_url,
            extra: extras,
        })
    }

    pub(super) fn read(&self, answer: &Value) -> Result<Answer, Nonsense> {
        let found = self.matches.find(answer).ok_or(Nonsense::NoMatches)?;
        let matches: Vec<&Value> = match found {
            Value::Array(items) => items.iter().collect(),
            Value::Object(_) => vec![found],
            Value::Null => Vec::new(),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => return Err(Nonsense::NoMatches),
        };
        if matches.is_empty() {
            return Ok(Answer::NotFound);
        }
        // Guesses count only when there is nothing better.
        let (guesses, sure): (Vec<&Value>, Vec<&Value>) =
            matches.into_iter().partition(|one| self.is_guess(one));
        let (best, unsure) = if sure.is_empty() {
            (guesses, true)
        } else {
            (sure, false)
        };
        let profile = best
            .iter()
            .find_map(|one| self.profile(one))
            .ok_or(Nonsense::EmptyMatch)?;
        let certainty = match best.len() {
            1 if unsure => Certainty::Maybe,
            1 => Certainty::Certain,
            several => Certainty::Several(u32::try_from(several).unwrap_or(u32::MAX)),
        };
        Ok(Answer::Found { profile, certainty })
    }

    fn is_guess(&self, one: &Value) -> bool {
        let flag = self.maybe.as_ref().and_then(|pointer| pointer.find(one));
        flag.is_some_and(|flag| flag == &Value::Bool(true))
    }

    /// `None` when no mapped field holds anything.
    fn profile(&self, one: &Value) -> Option<Profile> {
        let field = |template: &Option<Template>, limit: usize| line(&template.as_ref()?.fill(one)?, limit);
        let extra = self
            .extra
            .iter()
            .filter_map(|(label, template)| Some((label.clone(), line(&template.fill(one)?, clean::FIELD)?)));
        let profile = Profile {
            name: field(&self.name, clean::FIELD),
            organisation: field(&self.organisation, clean::FIELD),
            tier: field(&self.tier, clean::FIELD),
            since: field(&self.since, clean::FIELD),
            summary: field(&self.summary, clean::SUMMARY),
            record_url: self
                .record_url
                .as_ref()
                .and_then(|template| address(template, one)),
            extra: extra.collect(),
        };
        (profile != Profile::default()).then_some(profile)
    }
}

/// An address that a browser may be sent to: http or https, complete, and still under the path that was
/// configured.
fn address(template: &Template, one: &Value) -> Option<String> {
    let text = if template.is_pointer() {
        template.fill(one)?
    } else {
        // Without its id the address would lead to everybody's list; with `..` to elsewhere on the host.
        template.fill_whole(one, |value| {
            let inert = !matches!(value, "." | "..");
            inert.then(|| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string())
        })?
    };
    let url = Url::parse(text.trim()).ok()?;
    let fits = url.as_str().len() <= clean::ADDRESS && matches!(url.scheme(), "http" | "https");
    (fits && url.has_host() && url.username().is_empty() && url.password().is_none()).then(|| url.into())
}

/// Whether the settings and not the answer choose the host. A pointer alone is checked when it is read.
fn fixed_origin(template: &Template) -> bool {
    let parse = |word: &str| Url::parse(&template.shape(word)).ok();
    template.is_pointer()
        || parse("a").zip(parse("b")).is_some_and(|(one, two)| {
            matches!(one.scheme(), "http" | "https") && one.authority() == two.authority()
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Any JSON, with the keys that the mapping below looks for more often than chance would have it.
    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::String),
            "[a-z:/.]{0,4}\\PC{0,600}".prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 64, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::hash_map("[a-e]", inner, 0..6)
                    .prop_map(|fields| fields.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_is_read_is_fit_for_a_card(answer in json()) {
            let text = |text: &str| Some(text.to_owned());
            let mapping = HttpMapping {
                matches: "/a".into(),
                maybe: text("/b"),
                name: text("{/a} ({/b/0})"),
                summary: text("/c"),
                record_url: text("/d"),
                extra: [("E".to_owned(), "/e".to_owned())].into(),
                ..HttpMapping::default()
            };
            let mut faults = Faults::under("lookup");
            let reader = Reader::new(&mapping, &mut faults).unwrap();
            for answer in [answer.clone(), serde_json::json!({ "a": [answer] })] {
                let Ok(Answer::Found { profile, .. }) = reader.read(&answer) else { continue };
                prop_assert_ne!(&profile, &Profile::default());
                for text in [&profile.name, &profile.summary].into_iter().flatten().chain(profile.extra.values()) {
                    prop_assert!(!text.is_empty() && text.chars().count() <= 500);
                    prop_assert!(!text.chars().any(char::is_control));
                }
                if let Some(address) = &profile.record_url {
                    prop_assert!(address.starts_with("http://") || address.starts_with("https://"));
                }
            }
        }
    }
}
