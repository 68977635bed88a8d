//! How long a caller will still wait, as far as it can be known honestly.

use std::time::Duration;

use crate::Timestamp;

/// Older answers say nothing of now.
const WINDOW: Duration = Duration::from_mins(30);
/// So many intervals between answers make a rate; fewer are chance.
const ENOUGH: usize = 5;
/// Nobody is helped by a number beyond this.
const LONGEST: Duration = Duration::from_mins(30);
/// On top of three ordinary intervals: a silence longer than this means that whoever answered has stopped.
const GRACE: Duration = Duration::from_mins(1);

/// A caller who came to talk with somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answered {
    /// When.
    pub at: Timestamp,
    /// How long they had waited.
    pub waited: Duration,
}

/// How long somebody waits before whom so many are answered; `None` when it is not known well enough to be said.
///
/// What is measured is how long it takes to answer whoever is next. Between two answers that is the time since the
/// one before, unless the caller came later than that: then it is their whole wait, because until they came there was
/// nobody to answer. The mean of these times the place in the queue is the estimate. It is not given
///
/// - after fewer than six answers in half an hour,
/// - when they came so unevenly that the mean says little: the deviation is larger than the mean,
/// - when there has been no answer for longer than three of these times and a minute,
/// - beyond half an hour.
pub fn estimate(answers: &[Answered], ahead: u64, now: Timestamp) -> Option<Duration> {
    let mut recent: Vec<Answered> = answers
        .iter()
        .filter(|answer| answer.at <= now && now.since(answer.at) <= WINDOW)
        .copied()
        .collect();
    recent.sort_unstable();
    let newest = recent.last()?.at;
    let times: Vec<u128> = recent
        .iter()
        .zip(recent.iter().skip(1))
        .map(|(before, answer)| answer.waited.min(answer.at.since(before.at)).as_millis())
        .collect();
    let count = times.len() as u128;
    if times.len() < ENOUGH {
        return None;
    }
    let mean = times.iter().sum::<u128>() / count;
    let variance = times.iter().map(|time| time.abs_diff(mean).pow(2)).sum::<u128>() / count;
    if variance > mean.pow(2) {
        return None;
    }
    let mean = Duration::from_millis(u64::try_from(mean).ok()?);
    if now.since(newest) > mean.saturating_mul(3).saturating_add(GRACE) {
        return None;
    }
    let place = u32::try_from(ahead).ok()?.checked_add(1)?;
    mean.checked_mul(place).filter(|wait| *wait <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    /// Answers so many seconds ago, after waits of so many.
    fn answers(list: &[(u64, u64)]) -> Vec<Answered> {
        let answer = |(ago, waited): &(u64, u64)| Answered {
            at: NOW.minus(Duration::from_secs(*ago)),
            waited: Duration::from_secs(*waited),
        };
        list.iter().map(answer).collect()
    }

    /// One every minute, each after a long wait.
    fn steady(count: u64) -> Vec<Answered> {
        answers(&(0..count).map(|n| (20 + 60 * n, 300)).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_known_is_said_and_what_is_not_is_not() {
        let secs = |secs| Some(Duration::from_secs(secs));
        let uneven = [
            (10, 900),
            (12, 900),
            (14, 900),
            (16, 900),
            (18, 900),
            (20, 900),
            (900, 900),
        ];
        for (name, answers, ahead, expected) in [
            ("nobody was ever answered", vec![], 0, None),
            ("too few", steady(5), 0, None),
            ("just enough", steady(6), 0, secs(60)),
            ("the third in the queue", steady(10), 2, secs(180)),
            ("too far away to be said", steady(10), 30, None),
            ("absurdly far away", steady(10), u64::MAX, None),
            (
                "whoever came was answered at once",
                answers(&[(9, 4), (99, 4), (199, 4), (299, 4), (399, 4), (499, 4)]),
                0,
                secs(4),
            ),
            (
                "nobody answers any more",
                answers(&[(300, 90), (330, 90), (360, 90), (390, 90), (420, 90), (450, 90)]),
                0,
                None,
            ),
            (
                "yesterday's",
                answers(&[
                    (86_400, 9),
                    (86_410, 9),
                    (86_420, 9),
                    (86_430, 9),
                    (86_440, 9),
                    (86_450, 9),
                ]),
                0,
                None,
            ),
            ("too uneven", answers(&uneven), 0, None),
        ] {
            assert_eq!(estimate(&answers, ahead, NOW), expected, "{name}");
        }
    }

    #[test]
    fn the_order_in_which_answers_are_kept_does_not_matter() {
        let mut mixed = steady(9);
        mixed.reverse();
        mixed.swap(1, 5);
        assert_eq!(estimate(&mixed, 1, NOW), estimate(&steady(9), 1, NOW));
        // The clock of whoever wrote it was ahead: not an answer yet.
        let ahead = answers(&[(0, 1)]).into_iter().map(|answer| Answered {
            at: NOW.plus(GRACE),
            ..answer
        });
        let mut with = steady(9);
        with.extend(ahead);
        assert_eq!(estimate(&with, 1, NOW), estimate(&steady(9), 1, NOW));
    }
}
