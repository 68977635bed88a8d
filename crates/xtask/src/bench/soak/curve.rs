//! Memory over time.

use std::collections::BTreeMap;
use std::time::Duration;

/// The processes and what is told of each: the name of the figure, and what growth is still none, in percent. Resident
/// memory moves in steps of what an allocator asks for.
const FIGURES: [(&str, &str, f64); 7] = [
    ("switchboard-gateway-1", "gateway_growth_percent", 5.0),
    ("switchboard-realtime-1", "realtime_growth_percent", 5.0),
    ("worker-lookup-1", "worker_lookup_growth_percent", 5.0),
    ("worker-calls-1", "worker_calls_growth_percent", 5.0),
    ("worker-records-1", "worker_records_growth_percent", 5.0),
    ("redis", "redis_growth_percent", 5.0),
    ("in redis", "redis_data_growth_percent", 5.0),
];

/// One curve for each process.
#[derive(Debug, Default)]
pub(super) struct Curves(BTreeMap<String, Vec<(Duration, f64)>>);

/// How much more was held at the end than after warming up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Growth {
    pub(super) figure: &'static str,
    pub(super) percent: f64,
    pub(super) bound: f64,
}

impl Curves {
    pub(super) fn add(&mut self, name: &str, at: Duration, mib: f64) {
        self.0.entry(name.to_owned()).or_default().push((at, mib));
    }

    /// The growth of each from the second quarter to the last one of the time that callers rang, and what it held last.
    pub(super) fn after_warm_up(&self, length: Duration) -> Vec<(&'static str, Growth, f64)> {
        FIGURES
            .iter()
            .filter_map(|(name, figure, bound)| {
                let curve = self.0.get(*name)?;
                let early = mean(curve, length / 4, length / 2)?;
                let late = mean(curve, length * 3 / 4, length)?;
                let growth = Growth {
                    figure,
                    percent: (late / early - 1.0) * 100.0,
                    bound: *bound,
                };
                Some((*name, growth, curve.last()?.1))
            })
            .collect()
    }
}

fn mean(curve: &[(Duration, f64)], from: Duration, to: Duration) -> Option<f64> {
    let part: Vec<f64> = curve
        .iter()
        .filter(|(at, _)| (from..to).contains(at))
        .map(|(_, mib)| *mib)
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "some hundreds of samples")]
    let count = part.len() as f64;
    (!part.is_empty()).then(|| part.iter().sum::<f64>() / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_seen_after_warming_up_only() {
        let mut curves = Curves::default();
        let length = Duration::from_secs(100);
        for second in 0..100_u32 {
            // Fills up at first, then stays.
            let mib = f64::from(second.min(20)) * 10.0;
            curves.add("redis", Duration::from_secs(second.into()), mib);
            curves.add("in redis", Duration::from_secs(second.into()), f64::from(second));
        }
        let found = curves.after_warm_up(length);
        let growth = |name: &str| {
            found
                .iter()
                .find(|(found, ..)| *found == name)
                .map(|(_, growth, _)| growth.percent)
        };
        assert!(growth("redis").is_some_and(|growth| growth.abs() < 0.1));
        assert!(growth("in redis").is_some_and(|growth| growth > 100.0));
    }
}
