//! Figures as every lab takes and writes them.

use crate::sim::Nanos;

/// The smallest of the ascending `times` that at least `share` of them do not exceed.
pub fn quantile(times: &[Nanos], share: f64) -> Option<Nanos> {
    // As the histogram has it: what is a whole number must not be rounded up for its last binary place.
    let rank = (share * times.len() as f64 * (1.0 - 2.0 * f64::EPSILON)).ceil() as usize;
    times.get(rank.saturating_sub(1)).copied()
}

/// For a table: three digits, no more.
pub fn brief(span: Nanos) -> String {
    let (unit, per_unit) = match span.0 {
        0 => return "0".to_owned(),
        1_000_000_000.. => ("s", 1_000_000_000),
        1_000_000.. => ("ms", 1_000_000),
        _ => ("µs", 1_000),
    };
    // In integers, rounded to nearest, so that host and wasm print the same.
    let decimals = match span.0 / per_unit {
        100.. => 0,
        10.. => 1,
        _ => 2,
    };
    let scale = 10u64.pow(decimals);
    let rounded = (u128::from(span.0) * u128::from(scale) + u128::from(per_unit) / 2) / u128::from(per_unit);
    let (whole, rest) = (rounded / u128::from(scale), rounded % u128::from(scale));
    let text = if decimals == 0 { whole.to_string() } else { format!("{whole}.{rest:0width$}", width = decimals as usize) };
    let text = if decimals > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} {unit}")
}

/// Exact: nine decimals at most, none that say nothing.
pub fn seconds(at: Nanos) -> String {
    let (whole, rest) = (at.0 / Nanos::SECOND.0, at.0 % Nanos::SECOND.0);
    if rest == 0 { whole.to_string() } else { format!("{whole}.{}", format!("{rest:09}").trim_end_matches('0')) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0.07 × 100 is a hair more than 7 in binary: the rank is 7 all the same.
    #[test]
    fn a_rank_is_not_rounded_up_for_its_last_binary_place() {
        let times: Vec<Nanos> = (1..=100).map(Nanos).collect();
        assert_eq!(quantile(&times, 0.07), Some(Nanos(7)));
        assert_eq!((quantile(&times, 0.071), quantile(&times, 1.0), quantile(&[], 0.5)), (Some(Nanos(8)), Some(Nanos(100)), None));
    }
}
