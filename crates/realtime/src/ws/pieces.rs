//! Events on their way to many: what several of them miss is put together once.

use std::collections::HashMap;

use actix_web::web::Bytes;

use crate::ws::board::Entry;
use crate::ws::encode::Form;

/// Events that go out in one write: of usual ones, as much as the system holds for a client.
pub(crate) const TOGETHER: usize = 128;

/// Events that follow each other, and what was made of them.
pub(crate) struct Pieces {
    entries: Vec<Entry>,
    made: HashMap<(u64, Form), Bytes>,
    taken: Taken,
}

/// Counted once for all: a counter costs as much as a good part of a write.
#[derive(Default)]
struct Taken {
    writes: u64,
    frames: u64,
    bytes: u64,
}

impl Drop for Taken {
    fn drop(&mut self) {
        metrics::counter!("realtime_socket_writes_total").increment(self.writes);
        metrics::counter!("realtime_socket_frames_total").increment(self.frames);
        metrics::counter!("realtime_socket_bytes_total").increment(self.bytes);
    }
}

/// What somebody is to be sent next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// This, which ends with the event of that number.
    Piece { bytes: Bytes, last: u64 },
    /// They have everything.
    Nothing,
    /// What they miss is not at hand any more.
    Gone,
}

impl Pieces {
    pub(crate) fn new(entries: Vec<Entry>) -> Self {
        Self {
            entries,
            made: HashMap::new(),
            taken: Taken::default(),
        }
    }

    /// For somebody who has everything up to `last`.
    pub(crate) fn after(&mut self, last: u64, form: Form) -> Next {
        let (Some(first), Some(end)) = (self.entries.first(), self.entries.last()) else {
            return Next::Nothing;
        };
        if last >= end.offset {
            return Next::Nothing;
        }
        let Some(at) = (last + 1).checked_sub(first.offset) else {
            return Next::Gone;
        };
        let rest = usize::try_from(at).ok().and_then(|at| self.entries.get(at..));
        let piece = rest.and_then(|rest| rest.get(..rest.len().min(TOGETHER)));
        let Some((piece, end)) = piece.and_then(|piece| Some((piece, piece.last()?.offset))) else {
            return Next::Nothing;
        };
        // Where it ends follows from where it begins.
        let made = self.made.entry((last, form));
        let bytes = made.or_insert_with(|| together(piece, form)).clone();
        self.taken.writes += 1;
        self.taken.frames += piece.len() as u64;
        self.taken.bytes += bytes.len() as u64;
        Next::Piece { bytes, last: end }
    }
}

/// Several events as one piece of bytes.
pub(crate) fn together(entries: &[Entry], form: Form) -> Bytes {
    if let [only] = entries {
        return only.frame.bytes(form).clone();
    }
    let parts = entries.iter().map(|entry| entry.frame.bytes(form));
    let mut joined = Vec::with_capacity(parts.clone().map(Bytes::len).sum());
    parts.for_each(|part| joined.extend_from_slice(part));
    Bytes::from(joined)
}

#[cfg(test)]
mod tests {
    use super::{Next, Pieces, TOGETHER, together};
    use crate::ws::board::Entry;
    use crate::ws::encode::{Form, Frame};

    fn entries(range: std::ops::RangeInclusive<u64>) -> Vec<Entry> {
        range
            .map(|offset| Entry {
                offset,
                frame: Frame::of_event(offset, "{}"),
                whose: None,
            })
            .collect()
    }

    /// Everything that somebody with that position is sent, and what they have then.
    fn all(pieces: &mut Pieces, mut from: u64, form: Form) -> (Vec<u8>, u64) {
        let mut sent = Vec::new();
        while let Next::Piece { bytes, last } = pieces.after(from, form) {
            assert!(last > from && last <= from + TOGETHER as u64);
            sent.extend_from_slice(&bytes);
            from = last;
        }
        (sent, from)
    }

    #[test]
    fn wherever_somebody_stands_they_are_sent_the_rest_in_order_and_once() {
        let known = entries(5..=400);
        let mut pieces = Pieces::new(known.clone());
        for form in [Form::Json, Form::Proto] {
            for from in 4..=401 {
                let missing: Vec<_> = known
                    .iter()
                    .filter(|entry| entry.offset > from)
                    .cloned()
                    .collect();
                let wanted = together(&missing, form).to_vec();
                assert_eq!(all(&mut pieces, from, form), (wanted, from.max(400)), "{from}");
            }
        }
        assert_eq!(pieces.after(3, Form::Json), Next::Gone);
        assert_eq!(Pieces::new(Vec::new()).after(3, Form::Json), Next::Nothing);
    }

    #[test]
    fn those_who_stand_at_the_same_place_are_sent_the_same_bytes() {
        let mut pieces = Pieces::new(entries(1..=10));
        let mut place = |from| match pieces.after(from, Form::Json) {
            Next::Piece { bytes, .. } => bytes.as_ptr(),
            Next::Nothing | Next::Gone => panic!("something is missing"),
        };
        assert_eq!(place(3), place(3));
        assert_ne!(place(3), place(4));
    }
}
