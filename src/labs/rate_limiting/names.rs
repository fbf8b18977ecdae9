//! What a lane is called: its algorithm, whose rule it is, and the numbers of its own that tell it from its neighbours.

use super::lane::Lane;
use super::run::Trace;
use super::scenario::{Algorithm, LaneSpec, Scenario};
use super::why::window_words;

/// Under the label: “as governor”, “nginx limit_req, burst=8 nodelay”, with own numbers that the variant does not name.
pub fn variant(scenario: &Scenario, spec: &LaneSpec) -> String {
    let settings = scenario.settings(spec);
    let mut variant = spec.algorithm.variant_with(settings);
    let names_burst = variant.contains("burst");
    if spec.limit.is_some() || spec.window.is_some() {
        variant.push_str(&format!(", {} in {}", settings.limit, window_words(settings.window)));
    }
    if spec.burst.is_some() && !names_burst {
        variant.push_str(&format!(", burst {}", settings.burst));
    }
    variant
}

/// In tables and sentences: the label, and the variant where two lanes have one label.
pub fn short(trace: &Trace, lane: &Lane) -> String {
    let label = lane.spec.algorithm.label();
    let alone = trace.lanes.iter().filter(|other| other.spec.algorithm.label() == label).count() == 1;
    if alone {
        return label.to_owned();
    }
    let variant = variant(&trace.scenario, &lane.spec);
    // “nginx limit_req, burst=8” says it all; “as Go x/time/rate Allow” does not.
    if lane.spec.algorithm == Algorithm::LimitReq { variant } else { format!("{label} ({variant})") }
}

/// Whether every limiter that a sentence names by its label is among the lanes.
pub fn are_there(sentence: &str, lanes: &[LaneSpec]) -> bool {
    let sentence = sentence.to_lowercase();
    Algorithm::ALL
        .into_iter()
        .map(Algorithm::label)
        .all(|label| !sentence.contains(&label.to_lowercase()) || lanes.iter().any(|lane| lane.algorithm.label() == label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::rate_limiting::run;

    #[test]
    fn a_sentence_about_an_absent_limiter_is_known() {
        let fixed = [LaneSpec::from(Algorithm::FixedWindow)];
        assert!(are_there("Run until the fixed window has admitted twice its limit.", &fixed));
        assert!(!are_there("The token bucket and GCRA have no boundary.", &fixed));
        assert!(are_there("Twelve requests come at once.", &fixed));
    }

    #[test]
    fn lanes_of_one_algorithm_are_told_apart() {
        let (scenario, _) = Scenario::from_address("lanes=token,token(burst:20,limit:4),nginx(delay:3),gcra");
        let trace = run(&scenario);
        let names: Vec<String> = trace.lanes.iter().map(|lane| short(&trace, lane)).collect();
        assert_eq!(
            names,
            [
                "Token bucket (as Go x/time/rate Allow)",
                "Token bucket (as Go x/time/rate Allow, 4 in one second, burst 20)",
                "Leaky bucket",
                "GCRA"
            ]
        );
        assert_eq!(variant(&scenario, &scenario.lanes[2]), "nginx limit_req, burst=8 delay=3");
    }
}
