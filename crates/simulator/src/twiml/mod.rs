//! `TwiML` documents: their rules, and a small tree that outlives the text.

mod grammar;
mod parse;
mod rules;
mod values;

pub use grammar::Where;
pub(crate) use grammar::check;
pub(crate) use parse::{Failure, parse, read};
pub use rules::faults_of;

use url::Url;

/// An element with its attributes, its own and its descendants' text, and its child elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

/// The verbs of a document and the URL that its relative URLs start from.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) base: Option<Url>,
    pub(crate) verbs: Vec<Element>,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn number(&self, name: &str, default: i64) -> i64 {
        self.attribute(name)
            .and_then(|value| value.trim().parse().ok())
            .unwrap_or(default)
    }

    pub(crate) fn flag(&self, name: &str, default: bool) -> bool {
        self.attribute(name)
            .map_or(default, |value| value.eq_ignore_ascii_case("true"))
    }

    /// The HTTP method that an attribute asks for; POST unless it says GET.
    pub(crate) fn method(&self, name: &str) -> String {
        let get = self
            .attribute(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("GET"));
        String::from(if get { "GET" } else { "POST" })
    }
}

impl Element {
    /// A document that dials this noun.
    pub(crate) fn dialled(&self) -> String {
        let escaped = |text: &str| {
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            text.replace('"', "&quot;")
        };
        let attributes: String = self
            .attributes
            .iter()
            .flat_map(|(name, value)| [" ", name, "=\"", &escaped(value), "\""].map(str::to_owned))
            .collect();
        let (name, text) = (&self.name, escaped(&self.text));
        format!("<Response><Dial><{name}{attributes}>{text}</{name}></Dial></Response>")
    }
}

impl Document {
    /// A spoken text and the end of the call.
    pub(crate) fn apology(text: &str) -> Self {
        let say = Element {
            name: String::from("Say"),
            attributes: Vec::new(),
            text: text.to_owned(),
            children: Vec::new(),
        };
        let hang_up = Element {
            name: String::from("Hangup"),
            attributes: Vec::new(),
            text: String::new(),
            children: Vec::new(),
        };
        Self {
            base: None,
            verbs: vec![say, hang_up],
        }
    }

    /// An absolute URL from one that may be relative to this document.
    pub(crate) fn resolve(&self, url: &str) -> Option<String> {
        match &self.base {
            Some(base) => base.join(url.trim()).ok(),
            None => Url::parse(url.trim()).ok(),
        }
        .map(String::from)
    }
}
