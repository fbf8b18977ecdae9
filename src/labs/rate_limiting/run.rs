//! Scenario → trace: a pure function, the same on every machine.

use super::scenario::{Action, Algorithm, MOST_ARRIVALS, Scenario};
use crate::labs::frame::intervention::in_order;
use crate::limiters::{Decision, Settings};
use crate::sim::Nanos;
use crate::sim::window::{WorstWindow, worst_window};

/// Requests that the reader sends at once come this far apart, so that each can be seen.
pub const CLICK_GAP: Nanos = Nanos::from_millis(10);

/// A request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub at: Nanos,
    /// Sent by an intervention rather than by the traffic law.
    pub by_reader: bool,
}

/// Everything that happened in a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    pub scenario: Scenario,
    /// In order of time; the same for all lanes.
    pub arrivals: Vec<Arrival>,
    pub lanes: Vec<Lane>,
    /// Whether arrivals were left out because there were too many.
    pub cut: bool,
}

/// What one limiter made of the arrivals.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    pub algorithm: Algorithm,
    /// One for each arrival.
    pub decisions: Vec<Decision>,
    /// The limiter's reading (see [`crate::limiters::Limiter::reading`]) wherever it bends.
    pub readings: Vec<(Nanos, f64)>,
    /// The settings in force, with the moments from which they held.
    pub settings: Vec<(Nanos, Settings)>,
    /// The one true window in which most was admitted.
    pub worst: Option<WorstWindow>,
    /// The most that could ever be admitted in one window; `None` if the settings changed in mid-run.
    pub bound: Option<u64>,
}

impl Trace {
    /// How many arrivals lie at or before `at`.
    pub fn seen(&self, at: Nanos) -> usize {
        self.arrivals.partition_point(|arrival| arrival.at <= at)
    }
}

impl Lane {
    pub fn admitted(&self, seen: usize) -> usize {
        self.decisions[..seen].iter().filter(|decision| decision.admitted()).count()
    }
}

pub fn run(scenario: &Scenario) -> Trace {
    let (arrivals, cut) = arrivals(scenario);
    let lanes = scenario.lanes.iter().map(|&algorithm| lane(algorithm, scenario, &arrivals)).collect();
    Trace { scenario: scenario.clone(), arrivals, lanes, cut }
}

/// The law's arrivals and the reader's, merged; of one moment the law's come first.
fn arrivals(scenario: &Scenario) -> (Vec<Arrival>, bool) {
    let law = scenario.arrivals.generate(scenario.seed, scenario.length, MOST_ARRIVALS + 1);
    let mut arrivals: Vec<Arrival> = law.into_iter().map(|at| Arrival { at, by_reader: false }).collect();
    for intervention in in_order(&scenario.interventions) {
        let Action::Send(count) = intervention.action else { continue };
        let sent = (0..u64::from(count)).map(|n| intervention.at + Nanos(CLICK_GAP.0 * n));
        arrivals.extend(sent.filter(|at| *at < scenario.length).map(|at| Arrival { at, by_reader: true }));
    }
    arrivals.sort_by_key(|arrival| arrival.at);
    let cut = arrivals.len() > MOST_ARRIVALS;
    arrivals.truncate(MOST_ARRIVALS);
    (arrivals, cut)
}

fn lane(algorithm: Algorithm, scenario: &Scenario, arrivals: &[Arrival]) -> Lane {
    let mut limiter = algorithm.limiter(scenario.settings());
    let bound = limiter.bound(scenario.window);
    let mut settings = vec![(Nanos::ZERO, scenario.settings())];
    let mut readings = vec![(Nanos::ZERO, limiter.reading(Nanos::ZERO))];
    let mut decisions = Vec::with_capacity(arrivals.len());
    let ordered = in_order(&scenario.interventions);
    let mut changes = ordered.into_iter().filter(|made| !matches!(made.action, Action::Send(_)) && made.at < scenario.length).peekable();

    for arrival in arrivals {
        // A change at the moment of an arrival comes before it.
        while let Some(change) = changes.next_if(|change| change.at <= arrival.at) {
            retune(limiter.as_mut(), change.at, change.action, &mut settings, &mut readings);
        }
        bend(limiter.as_ref(), arrival.at, &mut readings);
        decisions.push(limiter.decide(arrival.at, 1));
        readings.push((arrival.at, limiter.reading(arrival.at)));
    }
    for change in changes {
        retune(limiter.as_mut(), change.at, change.action, &mut settings, &mut readings);
    }
    bend(limiter.as_ref(), scenario.length, &mut readings);

    let admitted: Vec<Nanos> =
        arrivals.iter().zip(&decisions).filter(|(_, decision)| decision.admitted()).map(|(arrival, _)| arrival.at).collect();
    Lane {
        algorithm,
        decisions,
        readings,
        worst: worst_window(&admitted, scenario.window),
        bound: (settings.len() == 1).then_some(bound),
        settings,
    }
}

fn retune(
    limiter: &mut dyn crate::limiters::Limiter,
    at: Nanos,
    action: Action,
    settings: &mut Vec<(Nanos, Settings)>,
    readings: &mut Vec<(Nanos, f64)>,
) {
    let (_, mut now) = settings[settings.len() - 1];
    match action {
        Action::Limit(limit) => now.limit = limit,
        Action::Burst(burst) => now.burst = burst,
        Action::Send(_) => return,
    }
    bend(limiter, at, readings);
    limiter.retune(at, now);
    readings.push((at, limiter.reading(at)));
    settings.push((at, now));
}

/// Adds the reading just before `at`, and where it bent on the way there by itself: a window that ended, a bucket
/// that was full, a theoretical arrival time that passed.
fn bend(limiter: &dyn crate::limiters::Limiter, at: Nanos, readings: &mut Vec<(Nanos, f64)>) {
    let from = readings[readings.len() - 1].0;
    if let Some(bend) = limiter.bends_at(from).filter(|bend| *bend < at) {
        readings.push((bend, limiter.reading(bend.saturating_sub(Nanos(1)).max(from))));
        readings.push((bend, limiter.reading(bend)));
    }
    if at > Nanos::ZERO {
        readings.push((at, limiter.reading(at.saturating_sub(Nanos(1)).max(from))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::frame::Intervention;
    use crate::labs::rate_limiting::presets;

    #[test]
    fn the_boundary_preset_shows_what_it_says() {
        let trace = run(&presets::first().scenario());
        let worst: Vec<usize> = trace.lanes.iter().map(|lane| lane.worst.unwrap().count).collect();
        assert_eq!(worst[0], 16, "twice the limit of 8");
        assert!(worst[1] < 16 && worst[2] < 16, "{worst:?}");
        assert_eq!(trace.lanes.iter().map(|lane| lane.bound).collect::<Vec<_>>(), [Some(16), Some(16), Some(15)]);
    }

    #[test]
    fn lanes_get_the_same_arrivals_and_interventions_count_from_their_moment() {
        let mut scenario = presets::first().scenario();
        scenario.interventions.push(Intervention { at: Nanos::from_millis(3_000), action: Action::Send(3) });
        scenario.interventions.push(Intervention { at: Nanos::from_millis(2_000), action: Action::Limit(1) });
        let trace = run(&scenario);
        assert_eq!(trace.arrivals.iter().filter(|arrival| arrival.by_reader).count(), 3);
        assert!(trace.lanes.iter().all(|lane| lane.decisions.len() == trace.arrivals.len()));
        let before = run(&presets::first().scenario());
        let untouched = trace.seen(Nanos::from_millis(1_999));
        for (lane, old) in trace.lanes.iter().zip(&before.lanes) {
            assert_eq!(lane.decisions[..untouched], old.decisions[..untouched]);
            assert_eq!(lane.bound, None);
        }
        assert!(trace.lanes[0].admitted(trace.arrivals.len()) < before.lanes[0].admitted(before.arrivals.len()));
    }

    #[test]
    fn readings_never_go_back_in_time() {
        for preset in presets::PRESETS {
            for lane in run(&preset.scenario()).lanes {
                assert!(lane.readings.is_sorted_by_key(|(at, _)| *at), "{}", preset.slug);
                assert!(lane.readings.iter().all(|(_, reading)| reading.is_finite() && *reading >= 0.0));
            }
        }
    }
}
