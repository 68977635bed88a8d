//! What every request that wants `TwiML` says about its leg.

use super::{MissingSid, WebhookForm, read::Fields};
use crate::{AccountSid, CallSid, CallStatus, Direction, Party};

/// The leg whose document is being run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallParams {
    /// The leg.
    pub sid: CallSid,
    /// The account it belongs to; a sub-account has its own.
    pub account: AccountSid,
    /// Who calls. Nothing, and odd, only when the parameter is absent.
    pub from: Option<Party>,
    /// Who is called. Nothing, and odd, only when the parameter is absent.
    pub to: Option<Party>,
    /// How far the leg has come.
    pub status: Option<CallStatus>,
    /// Who started the leg.
    pub direction: Option<Direction>,
    /// The leg that dialled this one.
    pub parent: Option<CallSid>,
    /// The number the caller dialled first, when a carrier tells that it forwarded the call.
    pub forwarded_from: Option<Party>,
    /// The name registered for the caller, when the number looks names up.
    pub caller_name: Option<String>,
    /// In a fallback request: what went wrong before, by Twilio's number.
    pub error_code: Option<u32>,
    /// In a fallback request: the URL that failed.
    pub error_url: Option<String>,
}

impl CallParams {
    pub(super) fn read(fields: &mut Fields<'_>) -> Result<Self, MissingSid> {
        Ok(Self {
            sid: fields.required("CallSid")?,
            account: fields.required("AccountSid")?,
            from: fields.party("From"),
            to: fields.party("To"),
            status: fields.word("CallStatus"),
            direction: fields.word("Direction"),
            parent: fields.parsed("ParentCallSid"),
            forwarded_from: fields.raw("ForwardedFrom").map(Party::parse),
            caller_name: fields.text("CallerName"),
            error_code: fields.count("ErrorCode"),
            error_url: fields.text("ErrorUrl"),
        })
    }
}

/// A request with nothing but the standard parameters: an incoming call, a redirect, a screening, a
/// fallback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoiceRequest {
    /// The leg.
    pub call: CallParams,
    /// Names of the fields that made no sense.
    pub odd: Vec<&'static str>,
}

impl VoiceRequest {
    /// Reads the view; fails only without a call and an account.
    pub fn from_form(form: &WebhookForm) -> Result<Self, MissingSid> {
        let mut fields = Fields::of(form);
        let call = CallParams::read(&mut fields)?;
        Ok(Self {
            call,
            odd: fields.into_odd(),
        })
    }
}
