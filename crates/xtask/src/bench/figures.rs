//! From measurements to figures.

use anyhow::Result;
use hdrhistogram::Histogram;
use serde::Serialize;

use crate::cpu::Cost;

/// Measurements of one side of a row, over all its rounds.
#[derive(Debug)]
pub(crate) struct Measured {
    all: Histogram<u64>,
    rounds: Vec<Histogram<u64>>,
    cost: Cost,
    units: u64,
    per_s: Vec<f64>,
}

impl Measured {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            all: microseconds()?,
            rounds: Vec::new(),
            cost: Cost::default(),
            units: 0,
            per_s: Vec::new(),
        })
    }

    /// Takes the latencies of one round in, in µs.
    pub(crate) fn round(&mut self, latencies_us: &[u64]) -> Result<()> {
        let mut round = microseconds()?;
        for latency in latencies_us {
            round.saturating_record(*latency);
        }
        self.all.add(&round)?;
        self.rounds.push(round);
        Ok(())
    }

    /// The same of latencies that were counted elsewhere: each in µs, and how often it was seen.
    pub(crate) fn round_of(&mut self, counted: &[(u64, u64)]) -> Result<()> {
        let mut round = microseconds()?;
        for (latency_us, count) in counted {
            round.saturating_record_n(*latency_us, *count);
        }
        self.all.add(&round)?;
        self.rounds.push(round);
        Ok(())
    }

    /// Takes in what a round of so many units cost.
    pub(crate) fn cost(&mut self, units: u64, cost: Cost) {
        self.units += units;
        self.cost.own_us += cost.own_us;
        self.cost.redis_us += cost.redis_us;
    }

    /// Takes in how many units a second a round made.
    pub(crate) fn rate(&mut self, per_s: f64) {
        self.per_s.push(per_s);
    }

    /// The p99 of each round, in ms.
    fn p99s(&self) -> Vec<f64> {
        self.rounds
            .iter()
            .map(|round| millis(round.value_at_quantile(0.99)))
            .collect()
    }

    /// The figures.
    pub(crate) fn figures(&self) -> Figures {
        let quantile = |q| (!self.all.is_empty()).then(|| millis(self.all.value_at_quantile(q)));
        let a_unit = |us: u64| (self.units > 0).then(|| rounded(float(us) / float(self.units)));
        Figures {
            count: self.all.len().max(self.units),
            p50_ms: quantile(0.5),
            p99_ms: quantile(0.99),
            p999_ms: quantile(0.999),
            max_ms: (!self.all.is_empty()).then(|| millis(self.all.max())),
            per_s: median(&self.per_s).map(f64::round),
            cpu_us_per_unit: a_unit(self.cost.own_us),
            redis_cpu_us_per_unit: a_unit(self.cost.redis_us),
            p99_ms_of_rounds: self.p99s(),
        }
    }

    /// How much slower the p99 is than the other side's: the median over rounds that were measured next to each
    /// other, because a neighbour on the machine disturbs a whole round of both.
    pub(crate) fn p99_ratio(&self, floor: &Self) -> Option<f64> {
        let pairs = self.p99s().into_iter().zip(floor.p99s());
        let ratios: Vec<f64> = pairs
            .filter(|(_, floor)| *floor > 0.0)
            .map(|(own, floor)| own / floor)
            .collect();
        median(&ratios).map(rounded)
    }

    /// Both p99s, own and floor's, of the round in which the floor's was lowest: what the machine allows when it is
    /// left alone. The floor chooses, because the best of our own rounds would flatter.
    pub(crate) fn calmest_p99s(&self, floor: &Self) -> Option<(f64, f64)> {
        let pairs = self.p99s().into_iter().zip(floor.p99s());
        pairs.min_by(|(_, one), (_, other)| one.total_cmp(other))
    }
}

/// What stands in one line of the table. Times are counted from the intended moment.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Figures {
    pub(crate) count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) p50_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) p99_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) p999_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) per_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cpu_us_per_unit: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redis_cpu_us_per_unit: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) p99_ms_of_rounds: Vec<f64>,
}

/// From a microsecond to two minutes, to three digits.
pub(crate) fn microseconds() -> Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 120_000_000, 3)?)
}

/// The middle one; the lower of two.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().saturating_sub(1) / 2).copied()
}

#[expect(clippy::cast_precision_loss, reason = "nothing counted here comes near 2^52")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

fn millis(us: u64) -> f64 {
    float(us) / 1000.0
}

/// To three digits behind the point.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_over_all_rounds_and_the_ratio_is_the_median_of_them() {
        let mut own = Measured::new().unwrap();
        let mut floor = Measured::new().unwrap();
        for (ours, theirs) in [(2000, 1000), (9000, 1000), (3000, 2000)] {
            own.round(&[ours; 100]).unwrap();
            floor.round(&[theirs; 100]).unwrap();
            own.cost(
                100,
                Cost {
                    own_us: 1000,
                    redis_us: 500,
                },
            );
        }
        let figures = own.figures();
        assert_eq!((figures.count, figures.max_ms.map(f64::round)), (300, Some(9.0)));
        assert_eq!(
            (figures.cpu_us_per_unit, figures.redis_cpu_us_per_unit),
            (Some(10.0), Some(5.0))
        );
        assert_eq!(own.p99_ratio(&floor).map(f64::round), Some(2.0));
        let calmest = own
            .calmest_p99s(&floor)
            .map(|(own, floor)| (own.round(), floor.round()));
        assert_eq!(calmest, Some((2.0, 1.0)));
    }

    #[test]
    fn what_was_not_measured_has_no_figure() {
        let figures = Measured::new().unwrap().figures();
        assert_eq!(
            (figures.p50_ms, figures.per_s, figures.cpu_us_per_unit),
            (None, None, None)
        );
        assert_eq!(median(&[]), None);
    }
}
