//! Lanes side by side: where two of them part ways, and how long the same requests took in each.

use super::names::{server, short};
use super::numbers::{Spread, whole};
use super::run::{End, Lane, Trace};
use super::why::answer;
use crate::labs::frame::Words;
use crate::sim::Nanos;

/// The first request that two lanes treat differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// Its number among the arrivals, from 0.
    pub request: usize,
    /// When it came.
    pub at: Nanos,
}

impl Divergence {
    fn of(trace: &Trace, request: Option<usize>) -> Option<Self> {
        let request = request?;
        Some(Divergence { request, at: trace.arrivals.get(request)?.at })
    }
}

/// The first request whose first attempt went to different servers. Later attempts are a consequence and not looked at.
pub fn first_divergence(trace: &Trace, a: usize, b: usize) -> Option<Divergence> {
    let (a, b) = trace.lanes.get(a).zip(trace.lanes.get(b))?;
    Divergence::of(trace, firsts(a).zip(firsts(b)).position(|(one, other)| one != other))
}

/// The first request that ended differently: answered here and not there, or failed in another way.
pub fn first_other_end(trace: &Trace, a: usize, b: usize) -> Option<Divergence> {
    let (a, b) = trace.lanes.get(a).zip(trace.lanes.get(b))?;
    Divergence::of(trace, a.requests.iter().zip(&b.requests).position(|(one, other)| one.end != other.end))
}

/// Where the first attempt of each request went, in order: requests are placed when they come.
fn firsts(lane: &Lane) -> impl Iterator<Item = Option<usize>> {
    lane.attempts.iter().filter(|attempt| attempt.number == 0).map(|attempt| attempt.server())
}

/// “Request 3, at 150 ms, is the first that went elsewhere: to s1 by Round robin, to s2 by Least connections.”
pub fn divergence_words(trace: &Trace, a: usize, b: usize, found: Divergence) -> Words {
    let went = |lane: usize| {
        let lane = trace.lanes.get(lane)?;
        let place = firsts(lane).nth(found.request)?.map_or("nowhere".to_owned(), |place| format!("to {}", server(place)));
        Some(format!("{place} by {}", short(trace, lane)))
    };
    told(found, "went elsewhere", went(a), went(b))
}

/// The same of how they ended.
pub fn other_end_words(trace: &Trace, a: usize, b: usize, found: Divergence) -> Words {
    let ended = |lane: usize| {
        let lane = trace.lanes.get(lane)?;
        let request = lane.requests.get(found.request)?;
        let took = if request.end == End::Open { Nanos::ZERO } else { request.over - found.at };
        Some(format!("{} by {}", answer(request.end, took), short(trace, lane)))
    };
    told(found, "ended otherwise", ended(a), ended(b))
}

fn told(found: Divergence, what: &str, a: Option<String>, b: Option<String>) -> Words {
    let words = Words::default().text(format!("Request {}, at {}, is the first that {what}", found.request + 1, found.at));
    match (a, b) {
        (Some(a), Some(b)) => words.text(format!(": {a}, {b}.")),
        _ => words.text("."),
    }
}

/// What bars show of the times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    P50,
    P99,
    P999,
    Mean,
    /// The share of requests without an answer: no time, but what comes first.
    Lost,
}

impl Measure {
    pub const ALL: [Measure; 5] = [Measure::P99, Measure::P999, Measure::P50, Measure::Mean, Measure::Lost];

    pub const fn label(self) -> &'static str {
        match self {
            Measure::P50 => "Median",
            Measure::P99 => "99th percentile",
            Measure::P999 => "99.9th percentile",
            Measure::Mean => "Mean",
            Measure::Lost => "Lost",
        }
    }

    pub fn of(self, times: &Spread) -> Option<Nanos> {
        match self {
            Measure::P50 => times.p50,
            Measure::P99 => times.p99,
            Measure::P999 => times.p999,
            Measure::Mean => times.mean,
            Measure::Lost => None,
        }
    }
}

/// One lane's bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    pub label: String,
    /// `None` if no request was answered.
    pub value: Option<Nanos>,
    /// The share of its requests that were over without an answer: a time says nothing of them.
    pub lost: f64,
    /// Its length, the longest being 1.
    pub share: f64,
    /// The shortest of those that lose the least. Nobody is if all are much the same.
    pub best: bool,
    /// The longest, or the one that loses most.
    pub worst: bool,
}

/// The share of a lane's requests that were over by `at` without an answer, of all that were over: a bar says nothing of them.
pub fn lost(trace: &Trace, lane: &Lane, at: Nanos) -> f64 {
    if whole(trace, lane, at) {
        let [open, answered] = [End::Open, End::Answered].map(|end| lane.totals.ends[end as usize]);
        let over = lane.totals.requests - open;
        return (over - answered) as f64 / over.max(1) as f64;
    }
    let over = || lane.requests.iter().filter(|request| request.over <= at);
    over().filter(|request| request.end != End::Answered).count() as f64 / over().count().max(1) as f64
}

/// All bars, in the order of the lanes.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    pub measure: Measure,
    /// How many requests are compared. They are the same in all lanes, unless these are the numbers of the whole run.
    pub requests: u64,
    /// The whole run was compared, of which not every request is recorded: each lane has the requests that it answered.
    pub whole: bool,
    pub bars: Vec<Bar>,
    /// `None` if there is nothing to measure.
    pub scale: Option<LogScale>,
}

/// From arrival to answer, in every lane, of the requests that all of them had answered by `at`.
pub fn bars(trace: &Trace, at: Nanos, measure: Measure) -> Bars {
    let spreads = Spreads::of(trace, at);
    let values: Vec<Option<Nanos>> = spreads.lanes.iter().map(|times| measure.of(times)).collect();
    let scale = LogScale::around(values.iter().copied().flatten());
    let lost: Vec<f64> = trace.lanes.iter().map(|lane| lost(trace, lane, at)).collect();
    let most_lost = lost.iter().copied().fold(0.0, f64::max);
    let shares: Vec<f64> = match measure {
        Measure::Lost => lost.iter().map(|lost| if most_lost > 0.0 { lost / most_lost } else { 0.0 }).collect(),
        _ => values.iter().map(|value| value.zip(scale).map_or(0.0, |(value, scale)| scale.share(value))).collect(),
    };
    let (best, worst) = ends(measure, &values, &lost);
    let bar = |(number, lane): (usize, &Lane)| Bar {
        label: short(trace, lane),
        value: values[number],
        lost: lost[number],
        share: shares[number],
        best: best == Some(number),
        worst: worst == Some(number),
    };
    let bars = trace.lanes.iter().enumerate().map(bar).collect();
    Bars { measure, requests: spreads.requests, whole: spreads.whole, bars, scale }
}

/// Who loses this much more than another is the worse one, whatever its times.
const MUCH_LOST: f64 = 0.01;
/// Times that lie no further apart than this share are the same.
const THE_SAME: f64 = 0.05;

/// The best lane and the worst, if there are such: who answers a few quickly and turns the rest away is not the best.
fn ends(measure: Measure, values: &[Option<Nanos>], lost: &[f64]) -> (Option<usize>, Option<usize>) {
    let least_lost = lost.iter().copied().fold(1.0, f64::min);
    let most_lost = lost.iter().copied().fold(0.0, f64::max);
    let loser = (most_lost > least_lost + MUCH_LOST).then(|| lost.iter().position(|lost| *lost == most_lost)).flatten();
    if measure == Measure::Lost {
        return (loser.and_then(|_| lost.iter().position(|lost| *lost == least_lost)), loser);
    }
    let time = |number: usize| Some((values.get(number).copied().flatten()?, number));
    let fair = || (0..values.len()).filter(|number| lost[*number] <= least_lost + MUCH_LOST).filter_map(time);
    let (Some(best), Some(longest)) = (fair().min(), (0..values.len()).filter_map(time).max()) else { return (None, loser) };
    let apart = longest.0.0 as f64 > best.0.0 as f64 * (1.0 + THE_SAME);
    match loser {
        Some(loser) => (Some(best.1), Some(loser)),
        None if apart && best.1 != longest.1 => (Some(best.1), Some(longest.1)),
        None => (None, None),
    }
}

/// The times of every lane: what all [`Measure`]s are taken from.
struct Spreads {
    requests: u64,
    whole: bool,
    lanes: Vec<Spread>,
}

impl Spreads {
    fn of(trace: &Trace, at: Nanos) -> Self {
        let recorded = trace.lanes.iter().map(|lane| lane.requests.len()).min().unwrap_or(0);
        if at >= trace.scenario.length && recorded < trace.arrivals.len() {
            let answered = trace.lanes.iter().map(|lane| lane.totals.latency.count()).min().unwrap_or(0);
            let lanes = trace.lanes.iter().map(|lane| Spread::of_histogram(&lane.totals.latency)).collect();
            return Spreads { requests: answered, whole: true, lanes };
        }
        let by_all = |request: &usize| {
            trace.lanes.iter().all(|lane| lane.requests.get(*request).is_some_and(|own| own.end == End::Answered && own.over <= at))
        };
        let same: Vec<usize> = (0..recorded.min(trace.seen(at))).filter(by_all).collect();
        let took = |lane: &Lane, request: usize| Some(lane.requests.get(request)?.over - trace.arrivals.get(request)?.at);
        let lanes = trace.lanes.iter().map(|lane| Spread::of(same.iter().filter_map(|request| took(lane, *request)).collect())).collect();
        Spreads { requests: same.len() as u64, whole: false, lanes }
    }
}

/// A logarithmic scale from a decade below everything to the longest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogScale {
    /// A power of ten.
    low: u64,
    high: u64,
}

impl LogScale {
    /// For these values, the shortest of which still has a bar to be seen. `None` without values.
    pub fn around(values: impl Iterator<Item = Nanos>) -> Option<Self> {
        // No time at all has no place on such a scale; it stands at the shortest that there is.
        let (shortest, longest) = values.map(|value| value.0.max(2)).fold(None, |ends, value| match ends {
            None => Some((value, value)),
            Some((low, high)) => Some((value.min(low), value.max(high))),
        })?;
        Some(LogScale { low: decade_below(shortest), high: longest })
    }

    /// How far along the scale a value lies, from 0 to 1.
    pub fn share(&self, value: Nanos) -> f64 {
        let low = libm::log10(self.low as f64);
        let place = libm::log10(value.0.max(1) as f64) - low;
        (place / (libm::log10(self.high as f64) - low)).clamp(0.0, 1.0)
    }

    /// The powers of ten on the scale, each with its place: 1 ms, 10 ms, 100 ms …
    pub fn ticks(&self) -> Vec<(Nanos, f64)> {
        let powers = std::iter::successors(Some(self.low), |power| power.checked_mul(10)).take_while(|power| *power <= self.high);
        powers.map(|power| (Nanos(power), self.share(Nanos(power)))).collect()
    }
}

/// The largest power of ten that is less than `value`, which is at least 2.
fn decade_below(value: u64) -> u64 {
    10u64.pow(value.saturating_sub(1).max(1).ilog10())
}

#[cfg(test)]
mod tests {
    use super::super::moment::testing::{ms, scenario};
    use super::super::run::{arrivals, run, run_lane};
    use super::super::scenario::{Kind, Scenario};
    use super::*;

    /// s1 takes 400 ms. Round robin has the third request wait for it, least connections sends it to s2.
    fn slow_server() -> Scenario {
        let mut scenario = scenario(&[Kind::RoundRobin, Kind::LeastConnections], 2, [0, 10, 150]);
        scenario.servers[0].speed = 0.25;
        scenario
    }

    #[test]
    fn the_first_difference_is_found_and_only_a_difference() {
        let trace = run(&slow_server());
        let found = first_divergence(&trace, 0, 1);
        assert_eq!(found, Some(Divergence { request: 2, at: ms(150) }));
        let words = found.map(|found| divergence_words(&trace, 0, 1, found).plain());
        assert_eq!(
            words.as_deref(),
            Some("Request 3, at 150 ms, is the first that went elsewhere: to s1 by Round robin, to s2 by Least connections.")
        );
        assert_eq!(first_divergence(&trace, 1, 1), None);
        assert_eq!(first_divergence(&trace, 0, 2), None);
        assert_eq!(first_other_end(&trace, 0, 1), None);
    }

    #[test]
    fn ends_differ_where_one_waits_too_long() {
        let mut scenario = slow_server();
        scenario.timeout = Some(ms(450));
        let trace = run(&scenario);
        let found = first_other_end(&trace, 0, 1);
        assert_eq!(found.map(|found| found.request), Some(2));
        let words = found.map(|found| other_end_words(&trace, 0, 1, found).plain());
        assert_eq!(
            words.as_deref(),
            Some("Request 3, at 150 ms, is the first that ended otherwise: 504 by Round robin, 200 after 100 ms by Least connections.")
        );
    }

    #[test]
    fn bars_are_those_of_the_same_requests() {
        let trace = run(&slow_server());
        // 400, 100 and 650 ms; 400, 100 and 100 ms.
        let values = |at: u64, measure: Measure| bars(&trace, ms(at), measure).bars.iter().map(|bar| bar.value).collect::<Vec<_>>();
        assert_eq!(values(1_000, Measure::P50), [Some(ms(400)), Some(ms(100))]);
        assert_eq!(values(1_000, Measure::P99), [Some(ms(650)), Some(ms(400))]);
        assert_eq!(values(1_000, Measure::Mean), [Some(Nanos(383_333_333)), Some(ms(200))]);
        // At 300 ms least connections has answered two, but both have answered only one.
        assert_eq!(values(300, Measure::P999), [Some(ms(100)), Some(ms(100))]);
        assert_eq!(values(50, Measure::P50), [None::<Nanos>; 2]);

        let bars = bars(&trace, Nanos::SECOND, Measure::P50);
        assert_eq!((bars.requests, bars.whole), (3, false));
        let told: Vec<_> = bars.bars.iter().map(|bar| (bar.label.as_str(), bar.best)).collect();
        assert_eq!(told, [("Round robin", false), ("Least connections", true)]);
        // On a scale from 10 to 400 ms: log 10 ÷ log 40.
        assert!((bars.bars[0].share - 1.0).abs() < 1e-12 && (bars.bars[1].share - 0.624_196).abs() < 1e-6, "{bars:?}");
    }

    #[test]
    fn what_is_not_recorded_is_compared_as_a_whole() {
        let scenario = slow_server();
        let (arrivals, cut) = arrivals(&scenario, 100);
        let lanes = scenario.lanes.iter().map(|spec| run_lane(spec, &scenario, &arrivals, 2)).collect();
        let trace = Trace { scenario, arrivals, lanes, cut };
        let end = bars(&trace, Nanos::SECOND, Measure::P99);
        assert_eq!((end.requests, end.whole), (3, true));
        assert_eq!(end.bars.iter().map(|bar| bar.value).collect::<Vec<_>>(), [Some(ms(650)), Some(ms(400))]);
        let before = bars(&trace, ms(900), Measure::P99);
        assert_eq!((before.requests, before.whole), (2, false));
    }

    #[test]
    fn scales_have_whole_decades() {
        let scale = |values: &[u64]| LogScale::around(values.iter().map(|value| ms(*value)));
        let Some(wide) = scale(&[390, 4_100, 46]) else { panic!("a scale") };
        let ticks = wide.ticks();
        assert_eq!(ticks.iter().map(|(at, _)| at.to_string()).collect::<Vec<_>>(), ["10 ms", "100 ms", "1 s"]);
        assert_eq!((ticks[0].1, wide.share(ms(4_100)), wide.share(ms(1))), (0.0, 1.0, 0.0));
        assert!(ticks.windows(2).all(|pair| pair[0].1 < pair[1].1));
        assert_eq!(scale(&[]), None);
        // The shortest of all has a bar, and so has what took no time.
        for values in [&[100, 100][..], &[1], &[0, 7], &[0]] {
            let Some(scale) = scale(values) else { panic!("a scale") };
            let shortest = values.iter().min().copied().unwrap_or_default();
            assert!(scale.share(ms(shortest)) > 0.0 || shortest == 0, "{values:?}");
            assert!(scale.share(ms(shortest)).is_finite(), "{values:?}");
        }
        assert_eq!([2, 9, 10, 11, 100, 101].map(decade_below), [1, 1, 1, 10, 10, 100]);
    }
}
