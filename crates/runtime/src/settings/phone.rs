//! Phone numbers in the settings.

use std::fmt;

use crate::Masked;

/// A phone number in E.164 form. Its `Debug` is masked, because settings end up in debug output.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct E164(String);

impl E164 {
    /// Reads `+` and 7 to 15 digits, the first not 0. Spaces, dots, hyphens and brackets between them are dropped,
    /// because that is how numbers stand on letterheads.
    pub fn parse(text: &str) -> Option<Self> {
        let plain: String = text
            .trim()
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '\u{a0}'))
            .collect();
        let digits = plain.strip_prefix('+')?;
        let right = (7..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0');
        right.then_some(Self(plain))
    }

    /// `+` and the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "E164({})", Masked(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::E164;

    #[test]
    fn numbers_are_normalised_and_masked() {
        let number = E164::parse(" +44 (20) 7946-0123 ").expect("a number");
        assert_eq!(number.as_str(), "+442079460123");
        assert!(!format!("{number:?}").contains("794"), "{number:?}");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "+",
            "020 7946 0123",
            "+0442079460123",
            "+123456",
            "+1234567890123456",
            "+44x2079460123",
            "anonymous",
        ] {
            assert_eq!(E164::parse(text), None, "{text:?}");
        }
    }
}
