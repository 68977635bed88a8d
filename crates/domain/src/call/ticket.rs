//! What an agent's leg shows to be let to its caller.

use std::fmt;
use std::str::FromStr;

use crate::{CallId, Claim};

/// A claim's call, number and secret in one text: `CA…-1-secret` would be ambiguous, so the parts are joined by
/// `~`, which none of them can hold.
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimTicket {
    /// Which call.
    pub call: CallId,
    /// Which claim of it.
    pub claim: u32,
    /// The secret.
    pub token: String,
}

impl ClaimTicket {
    /// The ticket of a claim.
    pub fn of(call: &CallId, claim: &Claim) -> Self {
        Self {
            call: call.clone(),
            claim: claim.number,
            token: claim.token.clone(),
        }
    }
}

impl fmt::Display for ClaimTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}~{}", self.call, self.claim, self.token)
    }
}

impl fmt::Debug for ClaimTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClaimTicket({}~{}~***)", self.call, self.claim)
    }
}

impl FromStr for ClaimTicket {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(3, '~');
        let call = parts.next().and_then(|id| CallId::new(id).ok()).ok_or(())?;
        let claim = parts.next().and_then(|number| number.parse().ok()).ok_or(())?;
        let token = parts.next().filter(|token| !token.is_empty()).ok_or(())?;
        Ok(Self {
            call,
            claim,
            token: token.to_owned(),
        })
    }
}
