//! Phone numbers in logs.

use std::fmt;

/// Shows who is meant without saying it: the last two digits of a number, and of everything else only the kind.
///
/// ```
/// use switchboard_runtime::Masked;
/// assert_eq!(Masked("+442079460123").to_string(), "+..23");
/// assert_eq!(Masked("client:amelia").to_string(), "client");
/// ```
#[derive(Clone, Copy)]
pub struct Masked<'a>(
    /// What the carrier or a setting said.
    pub &'a str,
);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.trim();
        let lower = text.to_ascii_lowercase();
        if text.is_empty() {
            return f.write_str("nobody");
        }
        for kind in ["client", "sip", "sips"] {
            if lower.strip_prefix(kind).is_some_and(|rest| rest.starts_with(':')) {
                return f.write_str(kind);
            }
        }
        let international = text.starts_with('+');
        let plain = text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '.' | '(' | ')'));
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        // Two of three digits would be most of a short code.
        match (plain, digits.len()) {
            (true, 7..) => write!(
                f,
                "{}..{}",
                if international { "+" } else { "" },
                &digits[digits.len() - 2..]
            ),
            (true, 1..) => f.write_str("short number"),
            (true | false, _) => f.write_str("other"),
        }
    }
}

impl fmt::Debug for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Masked;

    #[test]
    fn no_more_than_two_digits_are_shown() {
        for (text, shown) in [
            ("+442079460123", "+..23"),
            ("020 7946 0123", "..23"),
            ("+44 (0) 20-7946.0199", "+..99"),
            ("112", "short number"),
            ("+266696687", "+..87"),
            ("anonymous", "other"),
            ("Restricted", "other"),
            ("client:amelia", "client"),
            ("SIP:+442079460123@example.com", "sip"),
            ("number 2079460123", "other"),
            ("", "nobody"),
            ("  ", "nobody"),
            ("+", "other"),
            ("٣٤٥٦٧٨٩", "other"),
        ] {
            assert_eq!(Masked(text).to_string(), shown, "{text:?}");
            assert_eq!(format!("{:?}", Masked(text)), shown);
        }
    }
}
