//! Sound files: a generated tone, and how long a WAV file lasts.

/// Samples a second of our own files.
const RATE: u32 = 8_000;

/// A WAV file (8 kHz, 16 bit, mono) with a quiet tone of this length.
pub(crate) fn tone(ms: u32) -> Vec<u8> {
    let samples = RATE / 1000 * ms;
    let bytes = samples * 2;
    let mut file = Vec::with_capacity(44 + bytes as usize);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    file.extend_from_slice(&1_u16.to_le_bytes());
    file.extend_from_slice(&1_u16.to_le_bytes());
    file.extend_from_slice(&RATE.to_le_bytes());
    file.extend_from_slice(&(RATE * 2).to_le_bytes());
    file.extend_from_slice(&2_u16.to_le_bytes());
    file.extend_from_slice(&16_u16.to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&bytes.to_le_bytes());
    for sample in 0..samples {
        // A triangle of 400 Hz: twenty samples up and down between -2000 and 2000.
        let step = i16::try_from(sample % 20).unwrap_or(0);
        let value = if step < 10 {
            step * 400 - 2000
        } else {
            2000 - (step - 10) * 400
        };
        file.extend_from_slice(&value.to_le_bytes());
    }
    file
}

/// How long a WAV file lasts; `None` when it is not one.
pub(crate) fn wav_ms(file: &[u8]) -> Option<i64> {
    if file.get(..4)? != b"RIFF" || file.get(8..12)? != b"WAVE" {
        return None;
    }
    let mut at = 12_usize;
    let mut bytes_a_second = None;
    loop {
        let name = file.get(at..at + 4)?;
        let size = u32::from_le_bytes(file.get(at + 4..at + 8)?.try_into().ok()?);
        if name == b"fmt " {
            bytes_a_second = Some(u32::from_le_bytes(file.get(at + 16..at + 20)?.try_into().ok()?));
        }
        if name == b"data" {
            let rate = i64::from(bytes_a_second.filter(|rate| *rate > 0)?);
            // A streamed file may claim more than it has.
            let there = i64::try_from(file.len() - at - 8).ok()?;
            return Some(i64::from(size).min(there) * 1000 / rate);
        }
        // Chunks are padded to an even length.
        at = at
            .checked_add(8)?
            .checked_add(usize::try_from(size).ok()?)?
            .checked_add((size & 1) as usize)?;
    }
}
