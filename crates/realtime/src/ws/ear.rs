//! Whether the connection that tells events still tells any.
//!
//! The end of the stream is ahead of what was told whenever something is on its way, so being ahead proves nothing,
//! however often in a row it is seen. What stood in the stream at one look and was not told by the next one does.

/// A message may be lost, and a thread may be late; so many looks in a row are neither.
const DEAF_AFTER: u32 = 3;

/// What was told, beside what the stream had.
#[derive(Debug, Default)]
pub(crate) struct Ear {
    /// The last event told, or known when the telling began.
    told: u64,
    /// The end of the stream at the last look.
    owed: u64,
    /// Looks in a row at which what was owed had not been told.
    late: u32,
}

impl Ear {
    /// The connection was made anew, or the stream begins anew: everything up to `end` needs no telling.
    pub(crate) fn begin(&mut self, end: u64) {
        *self = Self {
            told: end,
            owed: end,
            late: 0,
        };
    }

    /// An event was told.
    pub(crate) fn hear(&mut self, offset: u64) {
        self.told = self.told.max(offset);
    }

    /// The stream ends at `end`. Whether the connection tells nothing any more; said once, and then the count begins
    /// anew.
    pub(crate) fn is_deaf(&mut self, end: u64) -> bool {
        self.late = if self.told < self.owed { self.late + 1 } else { 0 };
        self.owed = end;
        let deaf = self.late >= DEAF_AFTER;
        if deaf {
            self.late = 0;
        }
        deaf
    }
}

#[cfg(test)]
mod tests {
    use super::Ear;

    #[test]
    fn what_is_on_its_way_is_not_owed_yet() {
        let mut ear = Ear::default();
        ear.begin(100);
        for end in (110..1000).step_by(10) {
            assert!(!ear.is_deaf(end), "{end}");
            ear.hear(end);
        }
    }

    #[test]
    fn what_was_there_at_three_looks_and_never_told_is_deafness() {
        let mut ear = Ear::default();
        ear.begin(100);
        let said: Vec<_> = (0..8).map(|look| ear.is_deaf(101 + look)).collect();
        assert_eq!(said, [false, false, false, true, false, false, true, false]);
    }

    #[test]
    fn a_message_that_was_lost_before_others_is_not_deafness() {
        let mut ear = Ear::default();
        ear.begin(0);
        assert!(!ear.is_deaf(7));
        assert!(!ear.is_deaf(7));
        ear.hear(8);
        assert!((0..10).all(|_| !ear.is_deaf(8)));
    }

    #[test]
    fn who_begins_is_owed_nothing_of_before() {
        let mut ear = Ear::default();
        ear.begin(100);
        assert!((0..10).all(|_| !ear.is_deaf(100)));
        // A stream that begins anew counts from the start.
        ear.begin(3);
        assert!((0..10).all(|_| !ear.is_deaf(3)));
    }
}
