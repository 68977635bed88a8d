//! One switch for each behaviour of Twilio that changes the flow of a call and that nobody could confirm.
//!
//! An application must work with every switch in every position; [`Switches::names`],
//! [`Switches::positions`] and [`Switches::flip`] let a test walk through them by name.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::legs::CallStatus;

/// The position of every switch. The default is the likelier behaviour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent yes-or-no facts, flipped by name"
)]
pub struct Switches {
    /// What becomes of the `TwiML` that answers the Enqueue action with `QueueResult=redirected`,
    /// requested when REST takes a caller out of a queue.
    pub redirected_action: RedirectedAction,
    /// True: the first dialled phone that picks up silences the others, even while it is being
    /// screened. False (default): they ring on until one has been bridged.
    pub first_pick_up_cancels: bool,
    /// True: the Dial action is requested (answer ignored) when the caller hung up. Default false.
    pub dial_action_after_hang_up: bool,
    /// Final status of an inbound call whose caller gave up before it was answered.
    pub abandoned_status: Final,
    /// `DialCallStatus` when the leg that counted was answered and then hung up in its screening
    /// document: `completed` with `DialBridged=false` (default), or `no-answer`.
    pub screening_hang_up_status: Final,
    /// HTTP status when a queue member is asked for a second time: 400 (default) or 404.
    pub second_member_post: u16,
    /// Whether webhooks carry `I-Twilio-Idempotency-Token`. Default true.
    pub idempotency_token: bool,
    /// Whether the Record action carries `RecordingSid`. Default true.
    pub record_action_sid: bool,
    /// Whether a Gather action without input carries an empty `Digits`. Default true; false: no `Digits`.
    pub empty_digits_sent: bool,
    /// Whether a fallback request carries `ErrorCode` and `ErrorUrl`. Default true.
    pub fallback_error_parameters: bool,
    /// True: a Call update with `Status=canceled` ends a call in progress. False (default): 400.
    pub cancel_ends_live_call: bool,
    /// True: dialled legs outlive the caller's leg for a moment. False (default): they end with it.
    pub children_linger: bool,
    /// Status of dialled legs still ringing when another one has won: `canceled` (default) or `no-answer`.
    pub losing_leg_status: Final,
    /// Status of a dialled leg that was refused: `busy` (default) or `no-answer`.
    pub rejected_leg_status: Final,
    /// Whether Gather's time-out starts again with each key. Default true.
    pub gather_timeout_restarts: bool,
    /// Whether requests of the `TwiML` application carry `ApplicationSid`. Default true.
    pub application_sid_sent: bool,
    /// Whether the signed URL keeps its port. Default true; false: signed as if there were none.
    pub signed_with_port: bool,
}

/// The fate of the answer to the Enqueue action of a redirected caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RedirectedAction {
    /// It is read and dropped; the caller runs the document of the redirect.
    Ignored,
    /// It is run first, with all it redirects to; when it ends without a hang-up, the document of
    /// the redirect follows.
    RunsFirst,
    /// It is run instead: the document of the redirect is never asked for.
    Replaces,
}

/// A final status that a switch can choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Final {
    /// `completed`
    Completed,
    /// `busy`
    Busy,
    /// `no-answer`
    NoAnswer,
    /// `canceled`
    Canceled,
}

impl From<Final> for CallStatus {
    fn from(status: Final) -> Self {
        match status {
            Final::Completed => Self::Completed,
            Final::Busy => Self::Busy,
            Final::NoAnswer => Self::NoAnswer,
            Final::Canceled => Self::Canceled,
        }
    }
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            redirected_action: RedirectedAction::Ignored,
            first_pick_up_cancels: false,
            dial_action_after_hang_up: false,
            abandoned_status: Final::Canceled,
            screening_hang_up_status: Final::Completed,
            second_member_post: 400,
            idempotency_token: true,
            record_action_sid: true,
            empty_digits_sent: true,
            fallback_error_parameters: true,
            cancel_ends_live_call: false,
            children_linger: false,
            losing_leg_status: Final::Canceled,
            rejected_leg_status: Final::Busy,
            gather_timeout_restarts: true,
            application_sid_sent: true,
            signed_with_port: true,
        }
    }
}

/// Every switch, its positions and what it decides, in the order of the fields. `yes-no` stands for true and false.
const TABLE: &[(&str, &[&str], &str)] = &[
    (
        "redirected_action",
        &["ignored", "runs-first", "replaces"],
        "What becomes of the answer to the Enqueue action when REST takes a caller out of a queue",
    ),
    (
        "first_pick_up_cancels",
        YES_NO,
        "The first phone that picks up silences the others, even while it is being screened",
    ),
    (
        "dial_action_after_hang_up",
        YES_NO,
        "The Dial action is requested although the caller has hung up",
    ),
    (
        "abandoned_status",
        &["canceled", "no-answer", "completed"],
        "Final status of a call whose caller gave up before it was answered",
    ),
    (
        "screening_hang_up_status",
        &["completed", "no-answer"],
        "DialCallStatus when a phone was answered and then hung up while it was screened",
    ),
    (
        "second_member_post",
        &["400", "404"],
        "Answer when a caller is taken out of a queue for the second time",
    ),
    (
        "idempotency_token",
        YES_NO,
        "Webhooks carry I-Twilio-Idempotency-Token",
    ),
    (
        "record_action_sid",
        YES_NO,
        "The Record action carries RecordingSid",
    ),
    (
        "empty_digits_sent",
        YES_NO,
        "A Gather action without input carries an empty Digits",
    ),
    (
        "fallback_error_parameters",
        YES_NO,
        "A fallback request carries ErrorCode and ErrorUrl",
    ),
    (
        "cancel_ends_live_call",
        YES_NO,
        "A Call update with Status=canceled ends a call in progress",
    ),
    (
        "children_linger",
        YES_NO,
        "Dialled legs outlive the caller's leg for a moment",
    ),
    (
        "losing_leg_status",
        &["canceled", "no-answer"],
        "Status of phones still ringing when another one has won",
    ),
    (
        "rejected_leg_status",
        &["busy", "no-answer"],
        "Status of a phone that refused the call",
    ),
    (
        "gather_timeout_restarts",
        YES_NO,
        "Gather's time-out starts again with each key",
    ),
    (
        "application_sid_sent",
        YES_NO,
        "Requests of the TwiML application carry ApplicationSid",
    ),
    ("signed_with_port", YES_NO, "The signed URL keeps its port"),
];
const YES_NO: &[&str] = &["false", "true"];

impl Switches {
    /// The names of all switches.
    pub fn names() -> Vec<&'static str> {
        TABLE.iter().map(|(name, ..)| *name).collect()
    }

    /// The positions that a switch can take, as text; empty for an unknown name.
    pub fn positions(name: &str) -> &'static [&'static str] {
        TABLE
            .iter()
            .find(|(known, ..)| *known == name)
            .map_or(&[], |(_, positions, _)| positions)
    }

    /// What a switch decides, in one line for people; empty for an unknown name.
    pub fn about(name: &str) -> &'static str {
        TABLE
            .iter()
            .find(|(known, ..)| *known == name)
            .map_or("", |(_, _, about)| about)
    }

    /// The position of a switch as text.
    ///
    /// # Errors
    /// When no switch has that name.
    pub fn position(&self, name: &str) -> Result<String, UnknownSwitch> {
        match serde_json::to_value(self).unwrap_or_default().get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(other) => Ok(other.to_string()),
            None => Err(UnknownSwitch {
                name: name.to_owned(),
                position: None,
            }),
        }
    }

    /// Puts one switch into a position given as text.
    ///
    /// # Errors
    /// When there is no such switch or it has no such position; nothing changes then.
    pub fn set(&mut self, name: &str, position: &str) -> Result<(), UnknownSwitch> {
        let unknown = || UnknownSwitch {
            name: name.to_owned(),
            position: Some(position.to_owned()),
        };
        if !Self::positions(name).contains(&position) {
            return Err(unknown());
        }
        let value = match position {
            "true" => json!(true),
            "false" => json!(false),
            text => text
                .parse::<u16>()
                .map_or_else(|_| json!(text), |number| json!(number)),
        };
        let mut all = serde_json::to_value(&*self).map_err(|_| unknown())?;
        all[name] = value;
        *self = serde_json::from_value(all).map_err(|_| unknown())?;
        Ok(())
    }

    /// Moves one switch to its next position; after the last comes the first.
    ///
    /// # Errors
    /// When no switch has that name.
    pub fn flip(&mut self, name: &str) -> Result<(), UnknownSwitch> {
        let now = self.position(name)?;
        let positions = Self::positions(name);
        let at = positions
            .iter()
            .position(|position| *position == now)
            .unwrap_or(0);
        let next = positions
            .get((at + 1) % positions.len().max(1))
            .copied()
            .unwrap_or(&now);
        let next = next.to_owned();
        self.set(name, &next)
    }

    /// Every setting that differs from the default in exactly one switch, labelled `name=position`.
    pub fn variants() -> Vec<(String, Self)> {
        let default = Self::default();
        let mut all = Vec::new();
        for (name, positions, _) in TABLE {
            for position in *positions {
                let mut one = default.clone();
                if one.set(name, position).is_ok() && one != default {
                    all.push((format!("{name}={position}"), one));
                }
            }
        }
        all
    }
}

/// There is no such switch, or it has no such position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSwitch {
    name: String,
    position: Option<String>,
}

impl fmt::Display for UnknownSwitch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.position {
            Some(position) => write!(f, "no switch {} with a position {position}", self.name),
            None => write!(f, "no switch {}", self.name),
        }
    }
}

impl std::error::Error for UnknownSwitch {}
