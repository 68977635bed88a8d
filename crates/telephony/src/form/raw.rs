//! All parameters of a request, as they came.

use std::fmt;

/// The decoded parameters of a form body or a query, in order, repeats included.
///
/// Reading never fails. Bytes that are not UTF-8 become replacement characters, exactly as they do when
/// the signature is checked, so what was signed is what is read.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct WebhookForm {
    pairs: Vec<(String, String)>,
}

impl WebhookForm {
    /// Reads the body of a `POST` or the raw query of a `GET`.
    pub fn parse(raw: &[u8]) -> Self {
        Self {
            pairs: form_urlencoded::parse(raw).into_owned().collect(),
        }
    }

    /// The first value of a parameter; an empty one counts as a value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// Every value of a parameter, in the order of arrival.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter()
            .filter(move |(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// Every parameter, in the order of arrival.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The names, for logs: values are people's numbers and names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }
}

impl fmt::Debug for WebhookForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookForm ")?;
        f.debug_list().entries(self.names()).finish()
    }
}
