//! Who answers.

use config::Value;
use switchboard_domain::PhoneNumber;

use crate::settings::{
    fault::Faults,
    leaf::text,
    read::{Setting, section},
    show::Shown,
};

section! {
    /// `agents`: a person who answers calls.
    pub Agent {
        /// Names the agent everywhere, and their browser at the carrier: letters, digits and `_`.
        id: String,
        /// As colleagues read it.
        name: String,
        /// Where they talk.
        answers_on: AnswersOn,
    }
}

/// Where an agent talks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswersOn {
    /// In the browser: written `"browser"`.
    Browser,
    /// On a phone, which is called when they answer: written as its number.
    Phone(PhoneNumber),
}

impl Setting for AnswersOn {
    const EXPECTED: &'static str = "\"browser\" or a phone number, such as \"+44 7700 900123\"";

    fn parse(value: &Value, path: &str, faults: &mut Faults) -> Option<Self> {
        let text = text(value).unwrap_or_default();
        if text.trim() == "browser" {
            return Some(Self::Browser);
        }
        match PhoneNumber::read(&text, faults.country()) {
            Ok(number) => Some(Self::Phone(number)),
            Err(why) => {
                faults.at(path, value, format!("expected {}: {why}", Self::EXPECTED));
                None
            }
        }
    }

    fn show(&self) -> Shown {
        match self {
            Self::Browser => Shown::Text("browser".to_owned()),
            Self::Phone(number) => number.show(),
        }
    }
}
