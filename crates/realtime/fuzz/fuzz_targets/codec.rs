//! Any bytes of a client are answered with messages or a fault, the same ones in whatever pieces they arrive.
#![no_main]
#![expect(dead_code, reason = "the codec is taken as it stands, and only reads here")]

use libfuzzer_sys::fuzz_target;

/// The codec is private to its crate, so its files are compiled in here.
mod ws {
    #[path = "../../../src/ws/close.rs"]
    pub(crate) mod close;
    #[path = "../../../src/ws/codec.rs"]
    pub(crate) mod codec;
}

use ws::close::Close;
use ws::codec::{Reader, Said};

const LIMIT: usize = 4_096;

fn heard<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Said>, Option<Close>) {
    let (mut reader, mut said) = (Reader::default(), Vec::new());
    for piece in pieces {
        if let Err(close) = reader.take(piece, LIMIT, |what| said.push(what)) {
            return (said, Some(close));
        }
    }
    (said, None)
}

fuzz_target!(|bytes: &[u8]| {
    let whole = heard(std::iter::once(bytes));
    for step in [1, 3, 64] {
        assert_eq!(heard(bytes.chunks(step)), whole);
    }
});
