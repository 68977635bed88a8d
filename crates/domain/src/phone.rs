//! Phone numbers: one type, read by one library.

use std::fmt;

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumber as Parsed, PhoneNumberFormat, Region,
    ValidationError,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A text that is not a phone number in international form.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("expected a phone number in international form: + and 7 to 15 digits, the first not 0")]
pub struct PhoneNumberError;

/// Why a text is not a number that can be dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Undialable {
    /// Letters, an extension, two numbers, or nothing at all.
    #[error("it is not a number")]
    NoNumber,
    /// No country has that code.
    #[error("no country has this code")]
    UnknownCountry,
    /// Too few digits for its country.
    #[error("it is too short for its country")]
    TooShort,
    /// Too many digits for its country.
    #[error("it is too long for its country")]
    TooLong,
    /// Its country has shorter numbers and longer ones.
    #[error("its country has no numbers of this length")]
    WrongLength,
    /// Neither international, nor as the country's own people dial it.
    #[error("it is neither in international form nor as it is dialled within the country")]
    NotNational,
}

/// The country whose dialling rules apply to numbers without a country code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country(Region);

impl Country {
    /// The United Kingdom.
    pub const GB: Self = Self(Region::GB);

    /// Reads two capital letters of ISO 3166; `None` when the library knows no numbers of such a country.
    pub fn parse(text: &str) -> Option<Self> {
        let capitals = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        let region = Region::try_from(text).ok().filter(|_| capitals)?;
        let known = PHONE_NUMBER_UTIL.get_country_code_for_region(region).is_some();
        known.then_some(Self(region))
    }
}

/// A phone number in E.164 form: `+`, then 7 to 15 digits.
///
/// Its `Debug` shows the last two digits only, because debug output ends up in logs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Keeps a number that was written by us before: what is stored, and what stands in our own addresses. Looks at
    /// its form only, so that what an older release stored is always read.
    ///
    /// # Errors
    /// When it is not `+` and 7 to 15 digits.
    pub fn parse(text: &str) -> Result<Self, PhoneNumberError> {
        let digits = text.strip_prefix('+').ok_or(PhoneNumberError)?;
        let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        if plain && (7..=15).contains(&digits.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PhoneNumberError)
        }
    }

    /// Reads a number as people and carriers write it: `+44 (0)20 7946 0011`, `0044 20 7946 0011`, `020 7946 0011`.
    /// Punctuation, the zero that is dialled within a country only, and prefixes for abroad are dropped.
    ///
    /// Judged by the lengths that its country has and not by the ranges that are assigned: those change, and some
    /// are kept for examples.
    ///
    /// # Errors
    /// Why nobody can dial it.
    pub fn read(text: &str, country: Country) -> Result<Self, Undialable> {
        let text = text.trim();
        // The library also reads letters as keys and drops extensions. Neither is the number that was meant.
        if !text.chars().all(is_in_a_number) {
            return Err(Undialable::NoNumber);
        }
        let parsed = PHONE_NUMBER_UTIL
            .parse(text, Some(country.0))
            .map_err(|error| match error {
                ParseError::InvalidCountryCode => Undialable::UnknownCountry,
                ParseError::NotANumber(_) => Undialable::NoNumber,
                ParseError::TooShortAfterIdd | ParseError::TooShortNsn => Undialable::TooShort,
                ParseError::TooLongNsn => Undialable::TooLong,
            })?;
        match PHONE_NUMBER_UTIL.is_possible_number_with_reason(&parsed) {
            Ok(NumberLengthType::IsPossible) => {}
            Ok(NumberLengthType::IsPossibleLocalOnly) | Err(ValidationError::TooShort) => {
                return Err(Undialable::TooShort);
            }
            Err(ValidationError::TooLong) => return Err(Undialable::TooLong),
            Err(ValidationError::InvalidLength) => return Err(Undialable::WrongLength),
            Err(ValidationError::InvalidCountryCode) => return Err(Undialable::UnknownCountry),
        }
        // Without such a beginning it may be a short code or an extension, which the lengths of some countries allow.
        let whole = text.trim_start_matches('(').starts_with(['+', '\u{ff0b}', '0']);
        if !whole && !PHONE_NUMBER_UTIL.is_valid_number(&parsed) {
            return Err(Undialable::NotNational);
        }
        // The zero that is dialled within a country, kept because without it the number is too short: only where a zero
        // belongs to the number is that one.
        if parsed.get_national_significant_number().starts_with('0')
            && !PHONE_NUMBER_UTIL.is_valid_number(&parsed)
        {
            return Err(Undialable::WrongLength);
        }
        Self::parse(&parsed.format_as(PhoneNumberFormat::E164))
            .map_err(|PhoneNumberError| Undialable::WrongLength)
    }

    /// The number with its `+`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number as it is dialled within its own country, digits only: what many systems store.
    pub fn national(&self) -> Option<String> {
        let parsed: Parsed = self.0.parse().ok()?;
        let formatted = parsed.format_as(PhoneNumberFormat::National);
        let digits: String = formatted.chars().filter(char::is_ascii_digit).collect();
        (!digits.is_empty()).then_some(digits)
    }

    /// The number with all but the last two digits hidden, for logs.
    pub fn masked(&self) -> String {
        let (hidden, shown) = self.0.split_at(self.0.len() - 2);
        format!("+{}{shown}", "*".repeat(hidden.len() - 1))
    }
}

/// Digits, and the punctuation of letterheads.
fn is_in_a_number(c: char) -> bool {
    c.is_ascii_digit()
        || matches!(
            c,
            '+' | ' '
                | '-'
                | '.'
                | '/'
                | '('
                | ')'
                | '\u{a0}'
                | '\u{2010}'
                | '\u{2011}'
                | '\u{2013}'
                | '\u{ff0b}'
        )
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = PhoneNumberError;
    fn try_from(text: String) -> Result<Self, PhoneNumberError> {
        Self::parse(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_and_carriers_write_it() {
        for (text, country, number) in [
            ("+44 (0)20 7946 0011", "GB", "+442079460011"),
            ("+49 (0)30 901820", "GB", "+4930901820"),
            ("+4407700900123", "GB", "+447700900123"),
            ("07700 900123", "GB", "+447700900123"),
            ("00447700900123", "GB", "+447700900123"),
            ("0049 (0)30/901820", "DE", "+4930901820"),
            ("030 901820", "DE", "+4930901820"),
            ("+44\u{a0}20\u{a0}7946\u{2011}0011", "DE", "+442079460011"),
            ("442079460011", "GB", "+442079460011"),
            // In Italy the zero belongs to the number.
            ("+39 06 6982", "GB", "+39066982"),
            ("011 44 20 7946 0011", "US", "+442079460011"),
            ("(202) 456-1111", "US", "+12024561111"),
        ] {
            let country = Country::parse(country).expect(country);
            let read = PhoneNumber::read(text, country).map(String::from);
            assert_eq!(read.as_deref(), Ok(number), "{text:?}");
        }
    }

    #[test]
    fn what_nobody_can_dial_is_refused_and_why() {
        for (text, country, why) in [
            ("", "GB", Undialable::NoNumber),
            ("+", "GB", Undialable::NoNumber),
            ("anonymous", "GB", Undialable::NoNumber),
            ("+44 800 FLOWERS", "GB", Undialable::NoNumber),
            ("+44 20 7946 0011 ext. 5", "GB", Undialable::NoNumber),
            ("+999 123456", "GB", Undialable::UnknownCountry),
            ("7946 0011", "GB", Undialable::TooShort),
            ("999", "GB", Undialable::TooShort),
            ("+44 20 7946 00112", "GB", Undialable::TooLong),
            ("+1234567890123456", "GB", Undialable::TooLong),
            ("+44 (0)70 111111", "GB", Undialable::WrongLength),
            ("86753", "DE", Undialable::NotNational),
        ] {
            let country = Country::parse(country).expect(country);
            assert_eq!(PhoneNumber::read(text, country), Err(why), "{text:?}");
        }
    }

    #[test]
    fn countries_are_those_with_numbers() {
        for text in ["gb", "G", "GBR", "ZZ", "", "01", "AQ"] {
            assert_eq!(Country::parse(text), None, "{text:?}");
        }
        assert_eq!(Country::parse("GB"), Some(Country::GB));
    }
}
