//! What the caller typed.

use super::{CallParams, MissingSid, WebhookForm, read::Fields};

/// The request to a `<Gather>`'s action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gathered {
    /// The leg.
    pub call: CallParams,
    /// The keys, without the one that finished; nothing when no key was pressed.
    pub digits: Option<String>,
    /// Names of the fields that made no sense.
    pub odd: Vec<&'static str>,
}

impl Gathered {
    /// Reads the view; fails only without a call and an account.
    pub fn from_form(form: &WebhookForm) -> Result<Self, MissingSid> {
        let mut fields = Fields::of(form);
        let call = CallParams::read(&mut fields)?;
        let digits = fields.with("Digits", |keys| keys.chars().all(is_key).then(|| keys.to_owned()));
        Ok(Self {
            call,
            digits,
            odd: fields.into_odd(),
        })
    }
}

pub(super) const fn is_key(key: char) -> bool {
    matches!(key, '0'..='9' | '*' | '#' | 'A'..='D')
}
