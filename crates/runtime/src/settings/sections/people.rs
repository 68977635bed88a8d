//! Who answers.

use config::Value;

use crate::settings::{
    fault::Faults,
    leaf::text,
    phone::E164,
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
    Phone(E164),
}

impl Setting for AnswersOn {
    const EXPECTED: &'static str =
        "\"browser\" or a phone number in international form, such as \"+44 7700 900123\"";

    fn parse(value: &Value, path: &str, faults: &mut Faults) -> Option<Self> {
        let read = text(value).and_then(|text| match text.trim() {
            "browser" => Some(Self::Browser),
            number => E164::parse(number).map(Self::Phone),
        });
        if read.is_none() {
            faults.at(path, value, format!("expected {}", Self::EXPECTED));
        }
        read
    }

    fn show(&self) -> Shown {
        match self {
            Self::Browser => Shown::Text("browser".to_owned()),
            Self::Phone(number) => number.show(),
        }
    }
}
