//! Scenarios that teach one idea each.

use super::scenario::{Algorithm, Scenario};
use super::tasks::Task;
use super::tasks::{BOTH_HALVES, BURST_CAPPED, BY_HAND, EARLIEST_RETRY, NO_FALSE_HOPE, RHYTHM, SAVED_UP, SMOOTHED, TWICE_THE_LIMIT};
use crate::sim::{Arrivals, Nanos};

/// A scenario with its idea.
#[derive(Debug)]
pub struct Preset {
    /// In addresses.
    pub slug: &'static str,
    /// On its button.
    pub label: &'static str,
    /// Above the picture.
    pub title: &'static str,
    /// What is the same for all lanes, or what to look at.
    pub watch: &'static [&'static str],
    pub tasks: &'static [Task],
    make: fn() -> Scenario,
}

impl Preset {
    pub fn scenario(&self) -> Scenario {
        (self.make)()
    }
}

impl PartialEq for Preset {
    fn eq(&self, other: &Self) -> bool {
        self.slug == other.slug
    }
}

pub static PRESETS: &[Preset] = &[
    Preset {
        slug: "boundary",
        label: "Boundary burst",
        title: "One boundary, twice the limit",
        watch: &[
            "Eight requests fit into the first window, and eight more into the next, a moment later.",
            "The token bucket and GCRA have no boundary: they refuse most of the second half.",
        ],
        tasks: &[TWICE_THE_LIMIT, BURST_CAPPED, BY_HAND],
        make: boundary,
    },
    Preset {
        slug: "burst",
        label: "Burst or rate",
        title: "A burst is spent once, a rate for ever",
        watch: &[
            "Twelve requests come at once, then nothing for a while. Only what was saved up gets them through.",
            "With a burst of 4 the bucket is empty after the fourth, and what drips in decides.",
        ],
        tasks: &[SAVED_UP, SMOOTHED],
        make: burst,
    },
    Preset {
        slug: "rhythm",
        label: "Twice too fast",
        title: "The same share, another rhythm",
        watch: &[
            "Sixteen a second against a limit of eight: about half is refused by all of them.",
            "The fixed window admits the first half of each second and shuts; the others refuse every second request.",
        ],
        tasks: &[BOTH_HALVES, RHYTHM],
        make: rhythm,
    },
    Preset {
        slug: "answers",
        label: "429 and when to return",
        title: "What a refused client is told",
        watch: &[
            "Each refusal has its Retry-After: whole seconds, rounded up, so that nobody returns too early.",
            "The fixed window sends everybody back at the same moment; the token bucket as soon as a token is there.",
        ],
        tasks: &[EARLIEST_RETRY, NO_FALSE_HOPE],
        make: answers,
    },
];

pub fn first() -> &'static Preset {
    &PRESETS[0]
}

pub fn find(slug: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.slug == slug)
}

pub fn slugs() -> String {
    PRESETS.iter().map(|preset| preset.slug).collect::<Vec<_>>().join(", ")
}

fn eight_a_second() -> Scenario {
    Scenario {
        lanes: Algorithm::ALL.to_vec(),
        limit: 8,
        window: Nanos::SECOND,
        burst: 8,
        arrivals: Arrivals::Listed(Vec::new()),
        seed: 7,
        length: Nanos::from_millis(4_000),
        interventions: Vec::new(),
        at: None,
    }
}

fn boundary() -> Scenario {
    let before = (0..9).map(|n| 700 + 30 * n);
    let after = (0..9).map(|n| 1_010 + 30 * n);
    let later = [1_700, 1_950, 2_200, 2_350, 2_400, 2_450, 2_500, 2_950, 3_200, 3_500, 3_700, 3_740, 3_780, 3_820];
    Scenario { arrivals: Arrivals::Listed(before.chain(after).chain(later).map(Nanos::from_millis).collect()), ..eight_a_second() }
}

fn burst() -> Scenario {
    let arrivals = Arrivals::Bursts { size: 12, gap: Nanos::from_millis(20), every: Nanos::from_millis(1_500) };
    Scenario { burst: 4, arrivals, length: Nanos::from_millis(5_000), ..eight_a_second() }
}

fn rhythm() -> Scenario {
    Scenario { burst: 1, arrivals: Arrivals::Steady { rate: 16.0 }, ..eight_a_second() }
}

fn answers() -> Scenario {
    Scenario { limit: 4, burst: 4, arrivals: Arrivals::Poisson { rate: 9.0 }, length: Nanos::from_millis(5_000), ..eight_a_second() }
}
