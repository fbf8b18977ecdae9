//! Requests as they were logged → requests in order of time, counted from the first.

use super::LogRequest;
use super::moment::Moment;
use super::summary::Spread;
use crate::sim::Nanos;
use crate::sim::window::{WorstWindow, worst_window};

/// A request as its line has it.
#[derive(Clone, Copy, Debug)]
pub struct Logged {
    pub at: Moment,
    pub key: u32,
    pub cost: u32,
}

/// Requests in order of time.
#[derive(Debug)]
pub struct Timeline {
    pub requests: Vec<LogRequest>,
    pub first: Moment,
    pub last: Moment,
    /// From the first request to the last.
    pub span: Nanos,
    /// The second that has most requests, wherever it begins.
    pub peak_second: WorstWindow,
    /// The minute that has most.
    pub peak_minute: WorstWindow,
    /// Whether no time had a fraction of a second.
    pub whole_seconds: bool,
    pub spread: Spread,
}

/// Sorts by time; of one moment, the earlier line comes first. `None` without requests.
///
/// A log of whole seconds would let all requests of a second arrive at its first nanosecond, which no limiter has ever
/// seen and which makes every one of them refuse. With `spread` they are set evenly over their second instead, in their
/// order.
pub fn lay_out(mut logged: Vec<Logged>, spread: bool) -> Option<Timeline> {
    logged.sort_by_key(|request| request.at);
    let (first, last) = (logged.first()?.at, logged.last()?.at);
    let whole_seconds = logged.iter().all(|request| request.at.is_whole_second());
    let since_first = |at: Moment| Nanos(at.0.abs_diff(first.0));
    let mut requests: Vec<LogRequest> =
        logged.into_iter().map(|Logged { at, key, cost }| LogRequest { at: since_first(at), key, cost }).collect();
    let crowded = requests.windows(2).any(|pair| pair[0].at == pair[1].at);
    let spread = match (whole_seconds && crowded, spread) {
        (false, _) => Spread::NotNeeded,
        (true, false) => Spread::Refused,
        (true, true) => {
            spread_seconds(&mut requests);
            Spread::Done
        }
    };
    let moments: Vec<Nanos> = requests.iter().map(|request| request.at).collect();
    let span = *moments.last()?;
    let peak_second = worst_window(&moments, Nanos::SECOND)?;
    let peak_minute = worst_window(&moments, Nanos(60 * Nanos::SECOND.0))?;
    Some(Timeline { requests, first, last, span, peak_second, peak_minute, whole_seconds, spread })
}

/// Sets the requests of each moment evenly over the second that begins with it.
fn spread_seconds(requests: &mut [LogRequest]) {
    for second in requests.chunk_by_mut(|one, next| one.at == next.at) {
        let count = second.len() as u64;
        for (index, request) in (0u64..).zip(second) {
            request.at = request.at.saturating_add(Nanos(index * Nanos::SECOND.0 / count));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Requests at these milliseconds, with their places as keys: their new order and milliseconds.
    fn laid_out(millis: &[i64], spread: bool) -> (Vec<(u32, u64)>, Timeline) {
        let logged = |(key, &at): (u32, &i64)| Logged { at: Moment(at * 1_000_000), key, cost: 1 };
        let timeline = lay_out((0..).zip(millis).map(logged).collect(), spread).unwrap();
        (timeline.requests.iter().map(|request| (request.key, request.at.0 / 1_000_000)).collect(), timeline)
    }

    #[test]
    fn requests_are_sorted_and_those_of_one_moment_keep_their_order() {
        let (order, timeline) = laid_out(&[5_500, 4_000, 5_500, 3_250], true);
        assert_eq!(order, [(3, 0), (1, 750), (0, 2_250), (2, 2_250)]);
        assert_eq!((timeline.first, timeline.last), (Moment(3_250_000_000), Moment(5_500_000_000)));
        assert_eq!(timeline.span, Nanos::from_millis(2_250));
        assert!(!timeline.whole_seconds);
        assert_eq!(timeline.spread, Spread::NotNeeded, "some time had a fraction");
        assert!(lay_out(Vec::new(), true).is_none());
    }

    #[test]
    fn whole_seconds_are_spread_in_their_order() {
        let seconds = [7_000, 9_000, 7_000, 9_000, 9_000, 7_000, 9_000];
        let (order, timeline) = laid_out(&seconds, true);
        assert_eq!(order, [(0, 0), (2, 333), (5, 666), (1, 2_000), (3, 2_250), (4, 2_500), (6, 2_750)]);
        assert_eq!((timeline.whole_seconds, timeline.spread), (true, Spread::Done));
        let (order, timeline) = laid_out(&seconds, false);
        assert_eq!(order[..3], [(0, 0), (2, 0), (5, 0)]);
        assert_eq!((timeline.whole_seconds, timeline.spread), (true, Spread::Refused));
        let (order, timeline) = laid_out(&[1_000, 2_000], true);
        assert_eq!(order, [(0, 0), (1, 1_000)]);
        assert_eq!((timeline.whole_seconds, timeline.spread), (true, Spread::NotNeeded));
    }

    #[test]
    fn the_busiest_second_and_minute_begin_anywhere() {
        let (_, timeline) = laid_out(&[0, 900, 1_100, 1_899, 59_000, 60_000], true);
        assert_eq!((timeline.peak_second.count, timeline.peak_second.start), (3, Nanos::from_millis(900)));
        assert_eq!((timeline.peak_minute.count, timeline.peak_minute.start), (5, Nanos::ZERO));
    }

    #[test]
    fn times_may_be_as_far_apart_as_they_can_be() {
        let at = [i64::MIN, i64::MAX];
        let logged = at.map(|at| Logged { at: Moment(at), key: 0, cost: 1 }).to_vec();
        assert_eq!(lay_out(logged, true).unwrap().requests[1].at, Nanos(u64::MAX));
    }
}
