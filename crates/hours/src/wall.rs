//! A time of day as the clock on the wall shows it.

use std::fmt;

/// Minutes since midnight on the wall clock, 00:00 to 24:00; the latter only ends a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallTime(u16);

impl WallTime {
    pub(crate) const MIDNIGHT: Self = Self(0);
    pub(crate) const END_OF_DAY: Self = Self(24 * 60);

    /// Minutes since midnight, 0 to 1440.
    pub fn minutes(self) -> u16 {
        self.0
    }

    /// Reads `H:MM` or `HH:MM`. Only digits count: a sign, a space or seconds would be a guess at what was
    /// meant.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (hour, minute) = text.split_once(':')?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !(1..=2).contains(&hour.len()) || minute.len() != 2 || !digits(hour) || !digits(minute) {
            return None;
        }
        let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
        let minutes = hour * 60 + minute;
        (minute < 60 && minutes <= Self::END_OF_DAY.0).then_some(Self(minutes))
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}
