//! The websocket's own frames (RFC 6455), without any I/O.
//!
//! A server's frames are not masked, so one message is the same bytes for everybody.

use actix_web::web::Bytes;

use crate::ws::close::Close;

const FIN: u8 = 0x80;
const MASKED: u8 = 0x80;
/// Control frames carry no more than this.
const MAX_CONTROL: usize = 125;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Op {
    fn read(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xA => Self::Pong,
            _ => return None,
        })
    }

    fn bits(self) -> u8 {
        match self {
            Self::Continuation => 0x0,
            Self::Text => 0x1,
            Self::Binary => 0x2,
            Self::Close => 0x8,
            Self::Ping => 0x9,
            Self::Pong => 0xA,
        }
    }

    fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// A frame of a server.
pub(crate) fn frame(op: Op, payload: &[u8]) -> Bytes {
    let mut bytes = Vec::with_capacity(payload.len() + 10);
    bytes.push(FIN | op.bits());
    // 125, 126 and 127 are the only values of this byte's seven bits; the larger ones say how long the length is.
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(short), _) if usize::from(short) <= MAX_CONTROL => bytes.push(short),
        (_, Ok(middle)) => {
            bytes.push(126);
            bytes.extend(middle.to_be_bytes());
        }
        (_, Err(_)) => {
            bytes.push(127);
            bytes.extend((payload.len() as u64).to_be_bytes());
        }
    }
    bytes.extend_from_slice(payload);
    Bytes::from(bytes)
}

/// A frame that says why the connection ends.
pub(crate) fn close_frame(close: Close) -> Bytes {
    let mut payload = close.code().to_be_bytes().to_vec();
    payload.extend(close.reason().as_bytes());
    frame(Op::Close, &payload)
}

/// What a client says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// A whole message.
    Text(Vec<u8>),
    /// A whole message.
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong,
    /// With the code it gave, if it gave one.
    Close(Option<u16>),
}

/// Reads the frames of one client, piece by piece.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    /// What has come of a frame that is not whole; empty most of the time, and then without memory.
    partial: Vec<u8>,
    /// What has come of a message in several frames, and whether it is text.
    message: Option<(bool, Vec<u8>)>,
}

impl Reader {
    /// Takes what has arrived and calls `hear` for each message in it.
    ///
    /// # Errors
    /// When it breaks the protocol or is too large; nothing more can be read then.
    pub(crate) fn take(
        &mut self,
        arrived: &[u8],
        limit: usize,
        mut hear: impl FnMut(Said),
    ) -> Result<(), Close> {
        let mut joined = std::mem::take(&mut self.partial);
        let mut rest = if joined.is_empty() {
            arrived
        } else {
            joined.extend_from_slice(arrived);
            joined.as_slice()
        };
        while let Some(header) = Header::read(rest, limit)? {
            let Some(masked) = rest.get(header.size..header.size + header.length) else {
                break;
            };
            let payload = masked
                .iter()
                .zip(header.mask.iter().cycle())
                .map(|(byte, mask)| byte ^ mask)
                .collect();
            rest = &rest[header.size + header.length..];
            if let Some(said) = self.assemble(&header, payload, limit)? {
                hear(said);
            }
        }
        self.partial = rest.to_vec();
        Ok(())
    }

    fn assemble(&mut self, header: &Header, payload: Vec<u8>, limit: usize) -> Result<Option<Said>, Close> {
        let whole = |text, message| {
            if text {
                Said::Text(message)
            } else {
                Said::Binary(message)
            }
        };
        Ok(match header.op {
            Op::Ping => Some(Said::Ping(payload)),
            Op::Pong => Some(Said::Pong),
            Op::Close => Some(Said::Close(close_code(&payload)?)),
            op @ (Op::Text | Op::Binary) => {
                if self.message.is_some() {
                    return Err(Close::Protocol);
                }
                let text = op == Op::Text;
                if header.fin {
                    Some(whole(text, payload))
                } else {
                    self.message = Some((text, payload));
                    None
                }
            }
            Op::Continuation => {
                let (text, mut message) = self.message.take().ok_or(Close::Protocol)?;
                if message.len() + payload.len() > limit {
                    return Err(Close::TooLarge);
                }
                message.extend(payload);
                if header.fin {
                    Some(whole(text, message))
                } else {
                    self.message = Some((text, message));
                    None
                }
            }
        })
    }
}

struct Header {
    op: Op,
    fin: bool,
    mask: [u8; 4],
    /// Bytes of the header itself.
    size: usize,
    /// Bytes of what follows it.
    length: usize,
}

impl Header {
    /// Nothing while it is not whole.
    fn read(bytes: &[u8], limit: usize) -> Result<Option<Self>, Close> {
        let &[first, second, ..] = bytes else {
            return Ok(None);
        };
        // Three bits belong to extensions, of which none was agreed upon, and a client must mask.
        let op = Op::read(first & 0x0F).filter(|_| first & 0x70 == 0 && second & MASKED != 0);
        let (op, fin) = (op.ok_or(Close::Protocol)?, first & FIN != 0);
        let short = usize::from(second & !MASKED);
        if op.is_control() && (!fin || short > MAX_CONTROL) {
            return Err(Close::Protocol);
        }
        let (length, at) = match short {
            126 => match bytes.get(2..4) {
                Some(&[a, b]) => (u64::from(u16::from_be_bytes([a, b])), 4),
                Some(_) | None => return Ok(None),
            },
            127 => match bytes.get(2..10).and_then(|long| <[u8; 8]>::try_from(long).ok()) {
                Some(long) => (u64::from_be_bytes(long), 10),
                None => return Ok(None),
            },
            short => (short as u64, 2),
        };
        // Refused before it is waited for.
        let length = usize::try_from(length)
            .ok()
            .filter(|length| *length <= limit.max(MAX_CONTROL))
            .ok_or(Close::TooLarge)?;
        let Some(&[a, b, c, d]) = bytes.get(at..at + 4) else {
            return Ok(None);
        };
        Ok(Some(Self {
            op,
            fin,
            mask: [a, b, c, d],
            size: at + 4,
            length,
        }))
    }
}

fn close_code(payload: &[u8]) -> Result<Option<u16>, Close> {
    match payload {
        [] => Ok(None),
        [a, b, reason @ ..] => {
            let code = u16::from_be_bytes([*a, *b]);
            let fits = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
            let text = std::str::from_utf8(reason).is_ok();
            (fits && text).then_some(Some(code)).ok_or(Close::Protocol)
        }
        [_] => Err(Close::Protocol),
    }
}

#[cfg(test)]
#[path = "codec_properties.rs"]
mod properties;

#[cfg(test)]
mod tests {
    use super::{Op, Reader, Said, frame};
    use crate::ws::close::Close;

    fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = frame(Op::Text, payload).to_vec();
        bytes[0] = first;
        bytes[1] |= 0x80;
        let at = bytes.len() - payload.len();
        let mask = [1, 2, 3, 250];
        for (byte, mask) in bytes[at..].iter_mut().zip(mask.iter().cycle()) {
            *byte ^= mask;
        }
        bytes.splice(at..at, mask);
        bytes
    }

    fn heard(reader: &mut Reader, bytes: &[u8]) -> Result<Vec<Said>, Close> {
        let mut said = Vec::new();
        reader.take(bytes, 70_000, |what| said.push(what))?;
        Ok(said)
    }

    #[test]
    fn lengths_are_written_in_one_two_or_eight_bytes() {
        assert_eq!(&frame(Op::Text, b"hi")[..], b"\x81\x02hi");
        assert_eq!(frame(Op::Binary, &[0; 125])[..2], [0x82, 125]);
        assert_eq!(frame(Op::Binary, &[0; 126])[..4], [0x82, 126, 0, 126]);
        assert_eq!(frame(Op::Binary, &vec![0; 65_535])[..4], [0x82, 126, 255, 255]);
        let long = frame(Op::Ping, &vec![0; 65_536]);
        assert_eq!(long[..10], [0x89, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn messages_are_read_however_they_arrive() {
        let mut bytes = Vec::new();
        for length in [0, 1, 125, 126, 65_535, 65_536] {
            bytes.extend(masked(0x81, &vec![b'x'; length]));
        }
        bytes.extend(masked(0x01, b"in "));
        bytes.extend(masked(0x89, b"meanwhile"));
        bytes.extend(masked(0x00, b"three "));
        bytes.extend(masked(0x80, b"parts"));
        bytes.extend(masked(0x8A, b""));
        bytes.extend(masked(0x88, &[0x03, 0xE8]));
        let whole = heard(&mut Reader::default(), &bytes).unwrap();
        assert_eq!(whole.len(), 10);
        assert_eq!(whole[6], Said::Ping(b"meanwhile".to_vec()));
        assert_eq!(whole[7], Said::Text(b"in three parts".to_vec()));
        assert_eq!(whole[8..], [Said::Pong, Said::Close(Some(1000))]);
        for step in [1, 7, 4_096] {
            let mut reader = Reader::default();
            let mut said = Vec::new();
            for piece in bytes.chunks(step) {
                said.extend(heard(&mut reader, piece).unwrap());
            }
            assert_eq!(said, whole, "in pieces of {step}");
        }
    }

    #[test]
    fn what_breaks_the_protocol_is_refused() {
        let unmasked = frame(Op::Text, b"hi").to_vec();
        for (bytes, close) in [
            (unmasked, Close::Protocol),
            (masked(0xC1, b"compressed"), Close::Protocol),
            (masked(0x83, b"unknown"), Close::Protocol),
            (masked(0x80, b"continues nothing"), Close::Protocol),
            ([masked(0x01, b"a"), masked(0x81, b"b")].concat(), Close::Protocol),
            (masked(0x09, b"a ping in parts"), Close::Protocol),
            (masked(0x89, &[0; 126]), Close::Protocol),
            (masked(0x88, &[3]), Close::Protocol),
            (masked(0x88, &[3, 0xED]), Close::Protocol),
            (masked(0x88, &[3, 0xE8, 0xFF]), Close::Protocol),
            (masked(0x81, &vec![0; 70_001]), Close::TooLarge),
            (
                [masked(0x01, &vec![0; 40_000]), masked(0x80, &vec![0; 40_000])].concat(),
                Close::TooLarge,
            ),
        ] {
            assert_eq!(heard(&mut Reader::default(), &bytes).unwrap_err(), close);
        }
    }
}
