//! Scenario → trace: a pure function, the same on every machine.

use super::lane::{self, Lane};
use super::scenario::{Action, MOST_ARRIVALS, Scenario};
use crate::labs::frame::intervention::in_order;
use crate::sim::Nanos;
use crate::sim::arrivals::Client;

/// Requests that the reader sends at once come this far apart, so that each can be seen.
pub const CLICK_GAP: Nanos = Nanos::from_millis(10);

/// A request as it is sent first; what a client does when it is refused is the lanes' own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub at: Nanos,
    /// Who sends it, from 0.
    pub client: u32,
    pub cost: u32,
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

impl Trace {
    /// How many arrivals lie at or before `at`.
    pub fn seen(&self, at: Nanos) -> usize {
        self.arrivals.partition_point(|arrival| arrival.at <= at)
    }

    /// Every moment at which something arrives in any lane, ascending: what a step goes to.
    pub fn moments(&self) -> Vec<Nanos> {
        let mut moments: Vec<Nanos> = self.arrivals.iter().map(|arrival| arrival.at).collect();
        moments
            .extend(self.lanes.iter().flat_map(|lane| lane.handled.iter()).filter(|handled| handled.attempt > 0).map(|handled| handled.at));
        moments.sort_unstable();
        moments
    }
}

pub fn run(scenario: &Scenario) -> Trace {
    let (arrivals, cut) = arrivals(scenario);
    let lanes = scenario.lanes.iter().map(|spec| lane::run(spec, scenario, &arrivals)).collect();
    Trace { scenario: scenario.clone(), arrivals, lanes, cut }
}

/// The laws' arrivals and the reader's, merged; of one moment the laws' come first, and clients in their order.
pub fn arrivals(scenario: &Scenario) -> (Vec<Arrival>, bool) {
    let mut arrivals: Vec<Arrival> = Vec::new();
    let mut number = 0;
    for source in &scenario.sources {
        for index in 0..source.clients {
            let client = Client { number, index, of: source.clients };
            let moments = source.arrivals.of_client(client, scenario.seed, scenario.length, MOST_ARRIVALS + 1);
            let costs = (1u32..).map(|n| if n % scenario.costs.every == 0 { scenario.costs.cost } else { 1 });
            arrivals.extend(moments.into_iter().zip(costs).map(|(at, cost)| Arrival { at, client: number, cost, by_reader: false }));
            number += 1;
        }
    }
    for intervention in in_order(&scenario.interventions) {
        let Action::Send(count) = intervention.action else { continue };
        let sent = (0..u64::from(count)).map(|n| intervention.at + Nanos(CLICK_GAP.0 * n));
        let sent = sent.filter(|at| *at < scenario.length).map(|at| Arrival { at, client: 0, cost: 1, by_reader: true });
        arrivals.extend(sent);
    }
    arrivals.sort_by_key(|arrival| arrival.at);
    let cut = arrivals.len() > MOST_ARRIVALS;
    arrivals.truncate(MOST_ARRIVALS);
    (arrivals, cut)
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
        assert!(trace.lanes.iter().all(|lane| lane.handled.len() == trace.arrivals.len()));
        let before = run(&presets::first().scenario());
        let untouched = trace.seen(Nanos::from_millis(1_999));
        for (lane, old) in trace.lanes.iter().zip(&before.lanes) {
            assert_eq!(lane.handled[..untouched], old.handled[..untouched]);
            assert_eq!(lane.bound, None);
        }
        assert!(trace.lanes[0].admitted(trace.scenario.length) < before.lanes[0].admitted(before.scenario.length));
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

    #[test]
    fn clients_have_limiters_of_their_own_unless_one_counts_for_all() {
        let (mut scenario, _) = Scenario::from_address("traffic=steady:4*2&limit=4&length=4s&lanes=fixed");
        let refused = |scenario: &Scenario| run(scenario).lanes[0].handled.iter().filter(|handled| !handled.decision.admitted()).count();
        assert_eq!(refused(&scenario), 0);
        scenario.scope = super::super::scenario::Scope::Everybody;
        assert!(refused(&scenario) >= 12);
    }

    #[test]
    fn refused_clients_come_again_and_no_more_often_than_they_may() {
        let (scenario, notes) = Scenario::from_address("traffic=at:0.1s*20&limit=5&lanes=fixed&length=6s&retry=fixed:300ms:x3");
        assert_eq!(notes, []);
        let lane = &run(&scenario).lanes[0];
        assert!(lane.handled.iter().all(|handled| handled.attempt == 0), "each client has its own limiter: none is refused");
        let everybody = Scenario { scope: super::super::scenario::Scope::Everybody, ..scenario };
        let lane = &run(&everybody).lanes[0];
        assert_eq!(
            lane.handled.iter().filter(|handled| handled.attempt == 3).count(),
            15,
            "five get through at once; the others come at 0.4, 0.7 and 1 s"
        );
        assert_eq!(lane.admitted(everybody.length), 10, "five in the first second, five in the next");
        assert!(lane.handled.iter().all(|handled| handled.attempt <= 3));
        assert!(lane.handled.is_sorted_by_key(|handled| handled.at));
    }

    #[test]
    fn a_concurrency_limit_keeps_what_is_in_flight_below_it() {
        let (scenario, notes) = Scenario::from_address("traffic=steady:50&lanes=inflight(limit:3)&length=5s&work=fixed:200ms:3");
        assert_eq!(notes, []);
        let lane = &run(&scenario).lanes[0];
        let served: Vec<_> = lane.handled.iter().filter(|handled| handled.decision.admitted()).collect();
        // Three workers, five a second each.
        assert!((70..=75).contains(&served.len()), "{}", served.len());
        assert!(lane.readings.iter().all(|(_, reading)| *reading <= 3.0));
        assert!(
            served
                .iter()
                .filter_map(|handled| handled.done)
                .zip(served.iter())
                .all(|(done, handled)| done - handled.at == Nanos::from_millis(200))
        );
    }
}
