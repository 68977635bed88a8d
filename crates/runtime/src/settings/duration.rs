//! Durations as people write them: "3m", "20s", "300ms", "1h 30m".

use std::time::Duration;

/// Units, largest first, in milliseconds.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

/// Reads one or more numbers, each with its unit. A number without a unit is refused: nobody remembers which it was.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut total: u64 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at(digits);
        let letters = after
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let (_, millis) = UNITS.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(*millis)?)?;
        rest = after.trim_start();
    }
    Some(Duration::from_millis(total))
}

/// Writes what [`parse`] reads, in the fewest units. Parts of a millisecond are dropped.
pub(super) fn render(duration: Duration) -> String {
    let mut rest = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut parts = Vec::new();
    for (name, millis) in UNITS {
        if rest >= millis {
            parts.push(format!("{}{name}", rest / millis));
            rest %= millis;
        }
    }
    if parts.is_empty() {
        "0s".to_owned()
    } else {
        parts.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{parse, render};

    #[test]
    fn durations_read_and_write() {
        for (text, millis) in [
            ("3m", 180_000),
            ("20s", 20_000),
            ("300ms", 300),
            ("1h 30m", 5_400_000),
            ("1d", 86_400_000),
            ("0s", 0),
        ] {
            assert_eq!(parse(text), Some(Duration::from_millis(millis)), "{text}");
            assert_eq!(render(Duration::from_millis(millis)), text);
        }
        assert_eq!(parse(" 1m30s "), Some(Duration::from_secs(90)));
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            " ",
            "5",
            "s",
            "5 s",
            "-5s",
            "1.5s",
            "5x",
            "5S",
            "3m,",
            "99999999999999999999s",
            "300000000000d",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
