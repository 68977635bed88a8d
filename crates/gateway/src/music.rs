//! Hold music: a WAV file of the office's own, or a soft arpeggio that is made here, so that there is nothing to
//! license, download or mount.
//!
//! It is played in pieces, each with a head of its own, because a waiting line must ask again soon.

use std::f64::consts::TAU;
use std::path::Path;

const RATE: u32 = 8_000;
/// How long the arpeggio is.
const SECONDS: u32 = 12;
/// A broken chord of C, A minor, F and G, three seconds each: frequencies in Hz.
const CHORDS: [[f64; 4]; 4] = [
    [261.63, 329.63, 392.00, 523.25],
    [220.00, 261.63, 329.63, 440.00],
    [174.61, 220.00, 261.63, 349.23],
    [196.00, 246.94, 293.66, 392.00],
];
/// Half an hour of what a telephone can carry; it stays in memory.
const LARGEST: u64 = 32 << 20;
/// No wait document is longer.
const LONGEST_PIECE: u64 = 20;

/// Music in memory.
pub(crate) struct Music {
    /// The `fmt ` chunk: what the samples are.
    format: Vec<u8>,
    bytes_a_second: usize,
    samples: Vec<u8>,
    /// Names this music among others that were played here.
    tag: String,
}

impl std::fmt::Debug for Music {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Music({} of {} s)", self.tag, self.seconds())
    }
}

impl Music {
    /// The arpeggio: mono, 8 kHz, 16 bit, which every carrier plays.
    pub(crate) fn built_in() -> Self {
        let mut format = Vec::with_capacity(16);
        for half in [1_u16, 1] {
            format.extend_from_slice(&half.to_le_bytes());
        }
        format.extend_from_slice(&RATE.to_le_bytes());
        format.extend_from_slice(&(RATE * 2).to_le_bytes());
        for half in [2_u16, 16] {
            format.extend_from_slice(&half.to_le_bytes());
        }
        let samples = (0..RATE * SECONDS)
            .flat_map(|index| sample(index).to_le_bytes())
            .collect();
        Self::of(format, RATE as usize * 2, samples)
    }

    /// A file.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let size = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
        if size > LARGEST {
            return Err(format!(
                "larger than {} MB: 8 kHz and mono are enough",
                LARGEST >> 20
            ));
        }
        Self::parse(&std::fs::read(path).map_err(|error| error.to_string())?)
    }

    /// A WAV file with whole seconds that can be cut anywhere: uncompressed or µ-law.
    pub(crate) fn parse(file: &[u8]) -> Result<Self, String> {
        let riff = file.get(..4) == Some(b"RIFF") && file.get(8..12) == Some(b"WAVE");
        let mut rest = file.get(12..).filter(|_| riff).ok_or("not a WAV file")?;
        let (mut format, mut samples) = (None, None);
        while let Some((head, after)) = rest.split_first_chunk::<8>() {
            let (name, length) = head.split_at(4);
            let length = length
                .iter()
                .rev()
                .fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
            // Programs that write to a pipe do not know the length beforehand: whatever is there counts.
            let chunk = after.get(..length).unwrap_or(after);
            match name {
                b"fmt " => format = Some(chunk),
                b"data" => samples = Some(chunk),
                _ => {}
            }
            rest = after.get(length.saturating_add(length % 2)..).unwrap_or_default();
        }
        let (format, samples) = format.zip(samples).ok_or("a WAV file without sound")?;
        let half = |at: usize| Some(u16::from_le_bytes(format.get(at..at + 2)?.try_into().ok()?));
        let rate = format
            .get(4..8)
            .and_then(|bytes| bytes.try_into().ok())
            .map(u32::from_le_bytes);
        let (Some(kind), Some(rate), Some(block)) = (half(0), rate, half(12)) else {
            return Err("a WAV file that does not say what is in it".to_owned());
        };
        if !matches!(kind, 1 | 7) {
            return Err(format!(
                "expected uncompressed sound or µ-law, found format {kind}"
            ));
        }
        if !(4_000..=96_000).contains(&rate) || !(1..=16).contains(&block) {
            return Err(format!(
                "expected 4 to 96 kHz, found {rate} Hz in blocks of {block} bytes"
            ));
        }
        let bytes_a_second = rate as usize * usize::from(block);
        if samples.len() < bytes_a_second {
            return Err("shorter than a second".to_owned());
        }
        Ok(Self::of(format.to_vec(), bytes_a_second, samples.to_vec()))
    }

    fn of(format: Vec<u8>, bytes_a_second: usize, mut samples: Vec<u8>) -> Self {
        samples.truncate(samples.len() / bytes_a_second * bytes_a_second);
        // FNV-1a: enough to tell two pieces of music apart.
        let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        let hash = format.iter().chain(&samples).fold(0xcbf2_9ce4_8422_2325, mix);
        Self {
            format,
            bytes_a_second,
            samples,
            tag: format!("{hash:016x}"),
        }
    }

    /// How long it is until it begins anew.
    pub(crate) fn seconds(&self) -> u64 {
        u64::try_from(self.samples.len() / self.bytes_a_second)
            .unwrap_or(1)
            .max(1)
    }

    /// Names a piece, for whoever keeps it.
    pub(crate) fn tag(&self, at: u64, seconds: u64) -> String {
        format!("\"{}-{}-{}\"", self.tag, at % self.seconds(), length(seconds))
    }

    /// The piece from that second on, as a file; after the end comes the beginning.
    pub(crate) fn piece(&self, at: u64, seconds: u64) -> Vec<u8> {
        let index = |seconds: u64| usize::try_from(seconds).unwrap_or(0) * self.bytes_a_second;
        let bytes = index(length(seconds));
        let number = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes();
        let mut file = Vec::with_capacity(28 + self.format.len() + bytes);
        file.extend_from_slice(b"RIFF");
        file.extend_from_slice(&number(20 + self.format.len() + bytes));
        file.extend_from_slice(b"WAVEfmt ");
        file.extend_from_slice(&number(self.format.len()));
        file.extend_from_slice(&self.format);
        file.extend_from_slice(b"data");
        file.extend_from_slice(&number(bytes));
        let (beginning, end) = self.samples.split_at(index(at % self.seconds()));
        let whole = file.len() + bytes;
        for part in [end, beginning].into_iter().cycle() {
            file.extend_from_slice(part.get(..whole - file.len()).unwrap_or(part));
            if file.len() >= whole {
                break;
            }
        }
        file
    }
}

fn length(seconds: u64) -> u64 {
    seconds.clamp(1, LONGEST_PIECE)
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
    fn pieces_of_it_are_it() {
        let music = Music::built_in();
        let whole = music.piece(0, 12);
        assert_eq!(&whole[..4], b"RIFF");
        assert_eq!(whole.len(), 44 + 2 * 8_000 * 12);
        assert!(whole[44..].iter().any(|byte| *byte != 0), "not silent");
        let read = Music::parse(&whole).expect("its own file");
        assert_eq!((read.seconds(), &read.samples), (12, &music.samples));
        // From the tenth second on, and after the end from the beginning.
        let piece = Music::parse(&music.piece(10, 5)).expect("a piece");
        assert_eq!(piece.samples[..32_000], music.samples[160_000..]);
        assert_eq!(piece.samples[32_000..], music.samples[..48_000]);
        assert_eq!(music.piece(130, 5), music.piece(10, 5));
        assert_eq!(
            music.piece(0, u64::MAX).len(),
            44 + 16_000 * 20,
            "never longer than a document"
        );
        assert_ne!(music.tag(0, 5), music.tag(1, 5));
        assert_eq!(music.tag(1, 5), music.tag(13, 5));
    }

    #[test]
    fn what_cannot_be_played_in_pieces_is_refused() {
        let whole = Music::built_in().piece(0, 3);
        let mp3_in_wav = [&whole[..20], &[85, 0], &whole[22..]].concat();
        for (file, why) in [
            (Vec::new(), "not a WAV file"),
            (b"ID3 and so on, at some length".to_vec(), "not a WAV file"),
            (whole[..36].to_vec(), "without sound"),
            (whole[..1_000].to_vec(), "shorter than a second"),
            (mp3_in_wav, "found format 85"),
        ] {
            let refused = Music::parse(&file).expect_err(why);
            assert!(refused.contains(why), "{refused}");
        }
        // Written to a pipe: the length of the sound is not known, and a list of its makers stands before it.
        let list = [b"LIST".as_slice(), &[3, 0, 0, 0], b"us!\0"].concat();
        let piped = [&whole[..36], &list, b"data", &[255; 4], &whole[44..]].concat();
        assert_eq!(Music::parse(&piped).expect("piped").seconds(), 3);
    }
}
