//! What must hold of the codec for any bytes, however they arrive.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Op, Reader, Said, frame};
use crate::ws::close::Close;

const LIMIT: usize = 4_096;

/// A frame as a client sends it, written apart from the code under test.
fn sent(first: u8, mask: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match (payload.len(), u16::try_from(payload.len())) {
        (0..=125, Ok(short)) => bytes.push(0x80 + u8::try_from(short).unwrap()),
        (_, Ok(middle)) => {
            bytes.push(0xFE);
            bytes.extend(middle.to_be_bytes());
        }
        (long, Err(_)) => {
            bytes.push(0xFF);
            bytes.extend((long as u64).to_be_bytes());
        }
    }
    bytes.extend(mask);
    bytes.extend(payload.iter().enumerate().map(|(at, byte)| byte ^ mask[at % 4]));
    bytes
}

/// A message, with what is said in between its frames.
#[derive(Debug, Clone)]
struct Message {
    text: bool,
    parts: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    mask: [u8; 4],
}

impl Message {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (at, (part, ping)) in self.parts.iter().enumerate() {
            let op = match (at, self.text) {
                (0, true) => 1,
                (0, false) => 2,
                _ => 0,
            };
            let fin = if at + 1 == self.parts.len() { 0x80 } else { 0 };
            bytes.extend(sent(fin | op, self.mask, part));
            if let Some(ping) = ping {
                bytes.extend(sent(0x89, self.mask, ping));
            }
        }
        bytes
    }

    /// What is to be heard: pings as they come, the message at its last frame.
    fn said(&self) -> Vec<Said> {
        let mut said = Vec::new();
        for (at, (_, ping)) in self.parts.iter().enumerate() {
            if at + 1 == self.parts.len() {
                let whole = self.parts.iter().flat_map(|(part, _)| part.clone()).collect();
                said.push(if self.text {
                    Said::Text(whole)
                } else {
                    Said::Binary(whole)
                });
            }
            said.extend(ping.clone().map(Said::Ping));
        }
        said
    }
}

prop_compose! {
    fn message()(
        text: bool,
        parts in vec((vec(any::<u8>(), 0..300), proptest::option::weighted(0.2, vec(any::<u8>(), 0..=125))), 1..5),
        mask: [u8; 4],
    ) -> Message {
        Message { text, parts, mask }
    }
}

/// Everything that is heard when the bytes arrive in these pieces, and how it ends; nothing is read after a fault.
fn heard(bytes: &[u8], cuts: &[usize]) -> (Vec<Said>, Option<Close>) {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    ends.push(bytes.len());
    ends.sort_unstable();
    let (mut reader, mut said, mut from) = (Reader::default(), Vec::new(), 0);
    for end in ends {
        if let Err(close) = reader.take(&bytes[from..end], LIMIT, |what| said.push(what)) {
            return (said, Some(close));
        }
        // What is kept of a frame that is not whole is less than the largest one.
        assert!(reader.partial.len() < LIMIT + 14);
        from = end;
    }
    (said, None)
}

proptest! {
    /// Whatever a client sends by the rules is heard as it was said.
    #[test]
    fn what_is_sent_is_heard(messages in vec(message(), 0..6), cuts in vec(any::<usize>(), 0..12)) {
        let bytes: Vec<u8> = messages.iter().flat_map(Message::bytes).collect();
        let said: Vec<Said> = messages.iter().flat_map(Message::said).collect();
        prop_assert_eq!(heard(&bytes, &cuts), (said, None));
    }

    /// Any bytes are answered with messages or a fault, and it does not matter in which pieces they arrive.
    #[test]
    fn any_bytes_mean_the_same_in_any_pieces(bytes in vec(any::<u8>(), 0..600), cuts in vec(any::<usize>(), 0..12)) {
        prop_assert_eq!(heard(&bytes, &cuts), heard(&bytes, &[]));
    }

    /// So do frames of which a few bytes are spoilt, which get further than bytes by chance.
    #[test]
    fn spoilt_frames_mean_the_same_in_any_pieces(
        messages in vec(message(), 1..4),
        spoilt in vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cuts in vec(any::<usize>(), 0..12),
    ) {
        let mut bytes: Vec<u8> = messages.iter().flat_map(Message::bytes).collect();
        for (at, byte) in spoilt {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        prop_assert_eq!(heard(&bytes, &cuts), heard(&bytes, &[]));
    }

    /// A frame of ours says what it is, how long it is, and carries its payload as it is.
    #[test]
    fn our_frames_are_what_the_standard_says(payload in vec(any::<u8>(), 0..70_000)) {
        let bytes = frame(Op::Binary, &payload);
        let length = payload.len();
        let header: usize = if length < 126 { 2 } else if length < 0x1_0000 { 4 } else { 10 };
        prop_assert_eq!(bytes[0], 0x82);
        let told = match header {
            2 => usize::from(bytes[1]),
            4 => usize::from(bytes[2]) << 8 | usize::from(bytes[3]),
            _ => bytes[2..10].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)),
        };
        prop_assert_eq!(told, length);
        prop_assert_eq!(&bytes[header..], &payload[..]);
    }
}
