//! What holds in every run of the load-balancing lab, whatever the scenario: nothing is lost, nothing is answered twice, no
//! worker idles while a request waits.
#![cfg(not(target_arch = "wasm32"))]

#[path = "strategies/clusters.rs"]
mod clusters;

use clusters::{scenario, servers};
use field_guide::balancers::Kind;
use field_guide::labs::load_balancing::run::{End, Lane, NEVER, Trace, run};
use field_guide::labs::load_balancing::scenario::Scenario;
use field_guide::sim::Nanos;
use proptest::prelude::*;

/// Every request is over in one way, or open; every attempt belongs to one; what was answered was answered once.
fn nothing_is_lost(trace: &Trace, lane: &Lane) {
    assert_eq!(lane.totals.requests as usize, trace.arrivals.len());
    assert_eq!(lane.totals.ends.iter().sum::<u64>(), lane.totals.requests);
    assert_eq!(lane.totals.attempts as usize, lane.attempts.len());
    for (index, request) in lane.requests.iter().enumerate() {
        let attempts: Vec<_> = lane.attempts.iter().filter(|attempt| attempt.request as usize == index).collect();
        assert!(!attempts.is_empty(), "request {index} was never tried");
        assert_eq!(request.end == End::Open, request.over == NEVER);
        let answered = attempts.iter().filter(|attempt| attempt.end == End::Answered).count();
        assert_eq!(answered, usize::from(request.end == End::Answered), "request {index}: {request:?}, {attempts:?}");
        if request.end != End::Open {
            assert!(attempts.iter().any(|attempt| attempt.over == request.over && attempt.end == request.end), "request {index}");
        }
        let most = 1 + trace.scenario.retry.map_or(0, |retry| retry.attempts) + u32::from(trace.scenario.hedge.is_some());
        assert!(attempts.len() as u32 <= most, "request {index} was tried {} times", attempts.len());
    }
    let by_server: u64 = lane.servers.iter().map(|server| server.attempts).sum();
    assert_eq!(by_server as usize, lane.attempts.iter().filter(|attempt| attempt.pick.is_some()).count());
}

/// Time goes forward, and a worker that could have begun did.
fn no_worker_idles(trace: &Trace, lane: &Lane) {
    let specs = trace.scenario.all_servers();
    for attempt in &lane.attempts {
        let Some(server) = attempt.server() else { continue };
        let reached = attempt.sent + trace.scenario.network;
        assert!(attempt.started == NEVER || attempt.started >= reached);
        assert!(attempt.finished == NEVER || attempt.finished >= attempt.started);
        assert!(attempt.over == NEVER || attempt.over >= attempt.sent);
        if attempt.started == NEVER || attempt.started <= reached {
            continue;
        }
        // It waited: just before it began all workers had something to do.
        let just_before = attempt.started.saturating_sub(Nanos(1));
        let busy = lane
            .attempts
            .iter()
            .filter(|other| other.server() == Some(server) && other.started <= just_before && other.finished > just_before)
            // What a dying server held was neither finished nor goes on.
            .filter(|other| !(other.finished == NEVER && other.end == End::Reset && other.over <= just_before))
            .count();
        assert!(busy >= specs[server].workers as usize, "{attempt:?} waited while {busy} of {} worked", specs[server].workers);
    }
}

/// Nobody is sent where the configuration has no server, or one that is drained.
fn nobody_goes_where_nothing_is(lane: &Lane) {
    for attempt in &lane.attempts {
        let Some(server) = attempt.server() else { continue };
        // Of one moment, the state before or after it counts.
        let before = lane.servers[server].state(attempt.sent.saturating_sub(Nanos(1)));
        let after = lane.servers[server].state(attempt.sent);
        let open = |state: &field_guide::labs::load_balancing::run::ServerState| state.present && !state.draining;
        assert!(before.iter().chain(&after).any(open), "{attempt:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_run_adds_up(scenario in scenario()) {
        let trace = run(&scenario);
        for lane in &trace.lanes {
            nothing_is_lost(&trace, lane);
            no_worker_idles(&trace, lane);
            nobody_goes_where_nothing_is(lane);
        }
        let again = run(&scenario);
        for (lane, again) in trace.lanes.iter().zip(&again.lanes) {
            prop_assert_eq!(&lane.attempts, &again.attempts);
            prop_assert_eq!(&lane.totals, &again.totals);
        }
    }

    /// What a policy, a server more or an intervention changes, it does not change by reshuffling the dice.
    #[test]
    fn arrivals_and_their_work_are_nobodys_business(scenario in scenario(), more in servers()) {
        let other = Scenario { servers: more, lanes: vec![Kind::Random.into()], interventions: Vec::new(), ..scenario.clone() };
        let own = |trace: &Trace| trace.arrivals.iter().filter(|arrival| !arrival.by_reader).copied().collect::<Vec<_>>();
        prop_assert_eq!(own(&run(&scenario)), own(&run(&other)));
    }
}
