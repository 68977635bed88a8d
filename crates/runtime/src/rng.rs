//! Randomness that a seed can reproduce.

use std::{
    fmt,
    fmt::Write as _,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rand::{Rng as _, RngExt as _, SeedableRng as _, rngs::StdRng};

/// A handle to one source of randomness, shared by its clones. Made once in `main` from the operating system, or in a
/// test from a seed; whoever makes ids, tokens or jitter takes it as a parameter.
#[derive(Clone)]
pub struct Rng(Arc<Mutex<StdRng>>);

impl Rng {
    /// Seeded by the operating system, fit for secrets.
    ///
    /// # Panics
    /// When the operating system has no randomness: nothing that needs a secret may start then.
    pub fn from_os() -> Self {
        Self(Arc::new(Mutex::new(rand::make_rng())))
    }

    /// The same numbers for the same seed. Its tokens are no secrets.
    pub fn from_seed(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// A source of its own, decided by this one: for a part whose use must not disturb the others' numbers.
    pub fn fork(&self) -> Self {
        let mut rng = self.lock();
        Self(Arc::new(Mutex::new(StdRng::from_rng(&mut *rng))))
    }

    /// Fills the bytes.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.lock().fill_bytes(bytes);
    }

    /// Any number.
    pub fn next_u64(&self) -> u64 {
        self.lock().next_u64()
    }

    /// A number below `end`; 0 when there is none.
    pub fn below(&self, end: u64) -> u64 {
        if end == 0 {
            0
        } else {
            self.lock().random_range(0..end)
        }
    }

    /// 128 bits in hexadecimal: 32 characters. For ids, and for SIDs behind their prefix.
    pub fn hex128(&self) -> String {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        bytes.iter().fold(String::with_capacity(32), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// 160 bits in base 32 (lower case, without look-alikes `i l o u`): 32 characters. For tokens.
    pub fn token(&self) -> String {
        const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        // Five of each byte's bits: 32 divides 256, so no character is likelier than another.
        bytes
            .iter()
            .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
            .collect()
    }

    /// Between half of `base` and `base`, so that what failed together does not try again together.
    pub fn jitter(&self, base: Duration) -> Duration {
        let half = base / 2;
        let nanos = u64::try_from(half.as_nanos()).unwrap_or(u64::MAX);
        half + Duration::from_nanos(self.below(nanos.saturating_add(1)))
    }

    fn lock(&self) -> MutexGuard<'_, StdRng> {
        // A panic between two numbers leaves no broken number behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Rng {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The state would tell every token to come.
        f.write_str("Rng")
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, time::Duration};

    use super::Rng;

    #[test]
    fn a_seed_reproduces_a_run_and_the_system_does_not() {
        let run = |seed| {
            let rng = Rng::from_seed(seed);
            (rng.hex128(), rng.token(), rng.below(1000), rng.fork().token())
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        assert_ne!(Rng::from_os().token(), Rng::from_os().token());
    }

    #[test]
    fn clones_share_one_source() {
        let rng = Rng::from_seed(1);
        let tokens: BTreeSet<String> = (0..100)
            .flat_map(|_| [rng.token(), rng.clone().token()])
            .collect();
        assert_eq!(tokens.len(), 200);
        assert!(
            tokens
                .iter()
                .all(|t| t.len() == 32 && t.bytes().all(|b| b.is_ascii_alphanumeric()))
        );
    }

    #[test]
    fn jitter_stays_in_its_half() {
        let rng = Rng::from_seed(3);
        let base = Duration::from_millis(100);
        let seen: BTreeSet<Duration> = (0..100).map(|_| rng.jitter(base)).collect();
        assert!(seen.iter().all(|d| (base / 2..=base).contains(d)), "{seen:?}");
        assert!(seen.len() > 50);
        assert_eq!(rng.jitter(Duration::ZERO), Duration::ZERO);
        assert_eq!(rng.below(0), 0);
    }
}
