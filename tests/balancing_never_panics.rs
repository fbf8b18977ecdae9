//! What a reader can type into the load-balancing lab or put into its address: it is read or noted, never a panic, and what was
//! read survives the way back, is run, drawn, explained and exported.
#![cfg(not(target_arch = "wasm32"))]

#[path = "strategies/clusters.rs"]
mod clusters;

use clusters::{scenario, servers};
use field_guide::labs::load_balancing::export::{Target, Wanted};
use field_guide::labs::load_balancing::moment::Index;
use field_guide::labs::load_balancing::run::{Trace, arrivals, run, run_lane};
use field_guide::labs::load_balancing::scenario::Scenario;
use field_guide::labs::load_balancing::sweep::{self, Parameter};
use field_guide::labs::load_balancing::{PRESETS, compare, hashing, numbers, record, scene, theory, why};
use field_guide::sim::Nanos;
use proptest::prelude::*;

/// Everything that the lab makes of a run, at a few moments.
fn shown(trace: &Trace) {
    let length = trace.scenario.length;
    for at in [Nanos::ZERO, Nanos(length.0 / 3), Nanos(length.0 - 1), length] {
        for lane in &trace.lanes {
            let index = Index::of(trace, lane);
            for narrow in [false, true] {
                scene::items_svg(&scene::items(trace, lane, &index, at, Nanos::from_millis(200), narrow));
            }
            assert_eq!(numbers::servers(trace, lane, at).len(), lane.servers.len());
            numbers::lane(trace, lane, at);
            numbers::warnings(trace, lane, at);
            if let Some(spread) = hashing::spread(trace, lane, at) {
                assert!(spread.servers.iter().map(|server| server.keys).sum::<u32>() <= spread.sampled);
            }
        }
        compare::bars(trace, at, compare::Measure::P99);
    }
    for (number, lane) in trace.lanes.iter().enumerate() {
        for attempt in 0..lane.attempts.len().min(60) {
            assert!(!why::explain(trace, lane, attempt).plain().is_empty());
            why::other_lanes(trace, number, lane.attempts[attempt].request as usize);
        }
        theory::compare(trace, lane);
        record::attempts_csv(lane);
        for target in Target::ALL {
            let _ = target.export(&Wanted { policy: lane.spec, scenario: &trace.scenario });
        }
    }
    record::run_json(trace, "preset=slow");
}

/// The first two thousand requests of a scenario: enough to see whether anything breaks.
fn begin(scenario: &Scenario) -> Trace {
    let (arrivals, cut) = arrivals(scenario, 2_000);
    let lanes = scenario.lanes.iter().map(|spec| run_lane(spec, scenario, &arrivals, 3_000)).collect();
    Trace { scenario: scenario.clone(), arrivals, lanes, cut }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_scenario_survives_its_address(scenario in scenario(), preset in 0..PRESETS.len()) {
        let (back, notes) = Scenario::from_address(&scenario.to_address(&PRESETS[preset]));
        prop_assert_eq!(notes, vec![]);
        prop_assert_eq!(back, scenario);
    }

    #[test]
    fn any_scenario_is_shown(scenario in scenario()) {
        shown(&run(&scenario));
    }

    #[test]
    fn any_sweep_has_an_answer(scenario in scenario(), servers in servers(), parameter in prop::sample::select(Parameter::ALL.to_vec()), value in -2.0f64..2_000.0) {
        let scenario = Scenario { servers, ..scenario };
        let job = sweep::Job { scenario: scenario.to_address(&PRESETS[0]), lane: 0, parameter, value, seed: 1, requests: 200 };
        let answer = sweep::work(&job.to_text());
        prop_assert!(answer.contains("p99") || answer.contains("error"), "{}", answer);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_address_gives_a_run(address in r"(preset|lanes|servers|traffic|clients|service|work|queue|balancers|network|health|do|at|seed|length|retry|timeout|hedge|watch|slowstart|[a-z]{1,3})=[ -~ä\u{0}]{0,30}(&(do|servers|health|traffic|at|lanes|retry|queue)=[0-9a-z:,.%+()|@*-]{0,40}){0,3}") {
        let (preset, scenario, _) = Scenario::from_address_with_preset(&address);
        begin(&scenario);
        let (back, notes) = Scenario::from_address(&scenario.to_address(preset));
        prop_assert_eq!(notes, vec![]);
        prop_assert_eq!(back, scenario);
    }

    #[test]
    fn any_job_has_an_answer(job in r#"\PC{0,40}|\{"scenario":"[a-z=&]{0,20}","lane":[0-9]{1,3},"parameter":"Load","value":[0-9e]{1,4},"seed":1,"requests":100\}"#) {
        prop_assert!(sweep::work(&job).contains("p99") || sweep::work(&job).contains("error"));
    }
}
