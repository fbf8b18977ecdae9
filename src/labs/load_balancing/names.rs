//! What things are called: a lane by its policy, whose rule it is and the numbers of its own; a server by its place.

use super::run::{Lane, Trace};
use super::scenario::{Kind, LaneSpec};

/// A server, by its place from 0: `s1`.
pub fn server(index: usize) -> String {
    format!("s{}", index + 1)
}

/// A lane without its neighbours: its policy, with the numbers that are not as usual. Of power of choices always how many.
pub fn label(spec: &LaneSpec) -> String {
    if spec.kind == Kind::Choices || *spec != LaneSpec::from(spec.kind) { numbered(spec) } else { spec.kind.label().to_owned() }
}

/// The label with the numbers that its kind reads.
fn numbered(spec: &LaneSpec) -> String {
    let label = spec.kind.label();
    match spec.kind {
        Kind::Choices => format!("{label}, d = {}", spec.d),
        Kind::BoundedRing => format!("{label}, factor {}", spec.factor),
        Kind::PeakEwma => format!("{label}, decay {}", spec.decay),
        _ => label.to_owned(),
    }
}

/// Under the label: whose rule it is, as that product's configuration has it.
pub fn variant(spec: &LaneSpec) -> String {
    let variant = spec.kind.variant();
    match spec.kind {
        Kind::BoundedRing => format!("{variant} {}", spec.factor),
        Kind::Choices => format!("{variant}, choice_count {}", spec.d),
        Kind::PeakEwma => format!("{variant}, decay {}", spec.decay),
        _ => variant.to_owned(),
    }
}

/// In tables and sentences: the label, with what tells it from the other lanes of its name.
pub fn short(trace: &Trace, lane: &Lane) -> String {
    let own = lane.spec;
    let others: Vec<LaneSpec> = trace.lanes.iter().map(|other| other.spec).filter(|other| *other != own).collect();
    if others.iter().any(|other| other.kind == own.kind) {
        return numbered(&own);
    }
    if others.iter().any(|other| other.kind.label() == own.kind.label()) {
        return format!("{} ({})", own.kind.label(), variant(&own));
    }
    label(&own)
}

/// The entry that explains it.
pub fn term(kind: Kind) -> &'static str {
    match kind {
        // Hashing modulo the number of servers and consistent hashing are explained there.
        Kind::Modulo | Kind::Ring | Kind::HaproxyRing | Kind::BoundedRing => "sharding",
        _ => "load-balancing",
    }
}

/// Whether every policy that a sentence names by its label is among the lanes. “Hash” alone is an everyday word here, and so
/// is the random of “at random”.
pub fn are_there(sentence: &str, lanes: &[LaneSpec]) -> bool {
    let mut rest = sentence.to_lowercase().replace("at random", "…");
    let mut labels: Vec<&str> = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Hash).map(Kind::label).collect();
    // “Smooth weighted round robin” does not speak of round robin.
    labels.sort_by_key(|label| std::cmp::Reverse(label.len()));
    labels.into_iter().all(|label| {
        let name = label.to_lowercase();
        if !rest.contains(&name) {
            return true;
        }
        rest = rest.replace(&name, "…");
        lanes.iter().any(|lane| lane.kind.label() == label)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::load_balancing::run::run;
    use crate::labs::load_balancing::scenario::Scenario;
    use crate::labs::load_balancing::words::read_lanes;

    #[test]
    fn a_sentence_about_an_absent_policy_is_known() {
        let lanes = read_lanes("smooth,ring").unwrap();
        assert!(are_there("Smooth weighted round robin follows the weights.", &lanes));
        assert!(!are_there("Round robin does not.", &lanes));
        assert!(!are_there("Smooth weighted round robin follows the weights, weighted round robin too.", &lanes));
        assert!(are_there("The hash ring sends each client to one server.", &read_lanes("haring").unwrap()));
        assert!(!are_there("Run until ten wait at one server under random.", &lanes));
        assert!(are_there("Requests come at random, the hash of a key is its own.", &lanes));
    }

    #[test]
    fn lanes_of_one_policy_are_told_apart() {
        let (scenario, notes) = Scenario::from_address("servers=2&length=1s&lanes=rr,choices(d:3),ewma,ewma(decay:1s),ring,haring");
        assert_eq!(notes, []);
        let trace = run(&scenario);
        let names: Vec<String> = trace.lanes.iter().map(|lane| short(&trace, lane)).collect();
        assert_eq!(
            names,
            [
                "Round robin",
                "Power of choices, d = 3",
                "Peak EWMA, decay 10 s",
                "Peak EWMA, decay 1 s",
                "Hash ring (nginx hash … consistent)",
                "Hash ring (HAProxy consistent)",
            ]
        );
    }

    #[test]
    fn a_lane_alone_says_only_what_is_not_usual() {
        let names: Vec<String> = read_lanes("choices,ewma,bounded,bounded(factor:125)").unwrap().iter().map(label).collect();
        assert_eq!(names, ["Power of choices, d = 2", "Peak EWMA", "Bounded-load ring", "Bounded-load ring, factor 125"]);
        assert_eq!(variant(&Kind::BoundedRing.into()), "HAProxy hash-balance-factor 150");
        assert_eq!(server(0), "s1");
    }

    #[test]
    fn every_policy_has_an_entry_that_explains_it() {
        for kind in Kind::ALL {
            let entry = format!("{}/content/terms/{}.md", env!("CARGO_MANIFEST_DIR"), term(kind));
            assert!(std::path::Path::new(&entry).exists(), "{entry}");
        }
    }
}
