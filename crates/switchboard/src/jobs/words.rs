//! Times and lengths of time in words.

/// How far a moment is from now.
pub(super) fn from_now(at_ms: i64, now_ms: i64) -> String {
    let away = at_ms - now_ms;
    if away > 0 {
        format!("in {}", length(away))
    } else {
        format!("{} ago", length(-away))
    }
}

/// A length of time, to two places.
pub(super) fn length(ms: i64) -> String {
    if ms < 1000 {
        format!("{ms} ms")
    } else if ms < 60_000 {
        format!("{}.{} s", ms / 1000, ms % 1000 / 100)
    } else if ms < 3_600_000 {
        format!("{} min {} s", ms / 60_000, ms % 60_000 / 1000)
    } else if ms < 86_400_000 {
        format!("{} h {} min", ms / 3_600_000, ms % 3_600_000 / 60_000)
    } else {
        format!("{} d {} h", ms / 86_400_000, ms % 86_400_000 / 3_600_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_to_two_places() {
        for (ms, words) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (1250, "1.2 s"),
            (180_000, "3 min 0 s"),
            (3_661_000, "1 h 1 min"),
            (90_000_000, "1 d 1 h"),
        ] {
            assert_eq!(length(ms), words);
        }
        assert_eq!(from_now(5000, 2000), "in 3.0 s");
        assert_eq!(from_now(2000, 5000), "3.0 s ago");
    }
}
