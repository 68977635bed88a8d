//! Hold music: a soft arpeggio, made here, so that there is nothing to license, download or mount.

use std::f64::consts::TAU;

const RATE: u32 = 8_000;
/// How long it is. With a sentence before it, it must fit into one wait document of at most 20 s, because a
/// waiting line learns what was decided when its document is over.
pub(crate) const SECONDS: u32 = 12;
/// A broken chord of C, A minor, F and G, three seconds each: frequencies in Hz.
const CHORDS: [[f64; 4]; 4] = [
    [261.63, 329.63, 392.00, 523.25],
    [220.00, 261.63, 329.63, 440.00],
    [174.61, 220.00, 261.63, 349.23],
    [196.00, 246.94, 293.66, 392.00],
];

/// The music as a WAV file: mono, 8 kHz, 16 bit, which every carrier plays.
pub(crate) fn wav() -> Vec<u8> {
    let samples = (0..RATE * SECONDS).map(sample);
    let bytes = RATE * SECONDS * 2;
    let mut file = Vec::with_capacity(44 + bytes as usize);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    for half in [1_u16, 1] {
        file.extend_from_slice(&half.to_le_bytes());
    }
    file.extend_from_slice(&RATE.to_le_bytes());
    file.extend_from_slice(&(RATE * 2).to_le_bytes());
    for half in [2_u16, 16] {
        file.extend_from_slice(&half.to_le_bytes());
    }
    file.extend_from_slice(b"data");
    file.extend_from_slice(&bytes.to_le_bytes());
    for value in samples {
        file.extend_from_slice(&value.to_le_bytes());
    }
    file
}

/// Each half second one note of the chord of its three seconds, dying away.
fn sample(index: u32) -> i16 {
    let time = f64::from(index) / f64::from(RATE);
    let half_second = index / (RATE / 2);
    let chord = CHORDS[(half_second / 6) as usize % CHORDS.len()];
    let note = chord[half_second as usize % chord.len()];
    let within = f64::from(index % (RATE / 2)) / f64::from(RATE);
    let attack = (within * 50.0).min(1.0);
    let loudness = 5_000.0 * attack * (-3.0 * within).exp();
    #[expect(clippy::cast_possible_truncation, reason = "at most 5,000")]
    let value = (loudness * (TAU * note * time).sin()) as i16;
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_a_wav_of_the_length_it_says() {
        let file = wav();
        assert_eq!(&file[..4], b"RIFF");
        assert_eq!(file.len(), 44 + 2 * 8_000 * 12);
        assert!(file[44..].iter().any(|byte| *byte != 0), "not silent");
    }
}
