//! What really got through: counts over true sliding windows, whatever a limiter believes.

use super::time::Nanos;

/// The half-open window `[start, start + length)` in which the most moments fall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorstWindow {
    pub start: Nanos,
    /// The last moment that fell into it.
    pub last: Nanos,
    pub count: usize,
}

/// The worst true window of `length` over ascending `moments`; the earliest of equals. `None` without moments.
pub fn worst_window(moments: &[Nanos], length: Nanos) -> Option<WorstWindow> {
    let mut worst: Option<WorstWindow> = None;
    let mut first = 0;
    for (index, &last) in moments.iter().enumerate() {
        while last - moments[first] >= length {
            first += 1;
        }
        let count = index - first + 1;
        if worst.is_none_or(|so_far| count > so_far.count) {
            worst = Some(WorstWindow { start: moments[first], last, count });
        }
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_does_not_hold_both_its_ends() {
        let moments = [0, 500, 1000, 1400].map(Nanos::from_millis);
        let worst = worst_window(&moments, Nanos::SECOND).unwrap();
        assert_eq!((worst.count, worst.start, worst.last), (3, Nanos::from_millis(500), Nanos::from_millis(1400)));
        assert_eq!(worst_window(&[], Nanos::SECOND), None);
    }
}
