//! Log lines that anybody outside can cause.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Between two lines of one kind.
const EVERY: Duration = Duration::from_secs(1);

/// Lets one line of a kind through each second, and counts the others: whoever sends rubbish must not fill a disk.
#[derive(Debug, Default)]
pub struct Sparing(Mutex<(Option<Instant>, u64)>);

impl Sparing {
    /// Before the first line.
    pub const fn new() -> Self {
        Self(Mutex::new((None, 0)))
    }

    /// How many lines were left out since the last one; `None` when this one is to be left out, too.
    pub fn due(&self) -> Option<u64> {
        self.due_at(Instant::now())
    }

    fn due_at(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, left_out) = &mut *state;
        if last.is_some_and(|last| now.duration_since(last) < EVERY) {
            *left_out += 1;
            return None;
        }
        *last = Some(now);
        Some(std::mem::take(left_out))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Sparing;

    #[test]
    fn one_line_a_second_and_the_rest_counted() {
        let (lines, begun) = (Sparing::new(), Instant::now());
        let at = |ms| lines.due_at(begun + Duration::from_millis(ms));
        assert_eq!(at(0), Some(0));
        assert_eq!((at(1), at(999)), (None, None));
        assert_eq!(at(1001), Some(2));
        assert_eq!(at(3000), Some(0));
    }
}
