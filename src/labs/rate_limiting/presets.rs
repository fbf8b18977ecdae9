//! Scenarios that teach one idea each.

use super::run::Trace;
use super::scenario::{Action, MOST_CLIENTS};
use super::scenario::{Algorithm, Backoff, Costs, LaneSpec, Retry, Scenario, Scope, Source, Work};
use super::tasks::*;
use crate::labs::frame::{self, Intervention};
use crate::limiters::Delay;
use crate::sim::{Arrivals, Nanos};

/// A scenario with its idea.
pub type Preset = frame::Preset<Scenario, Trace>;

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
        slug: "nodelay",
        label: "nodelay or not",
        title: "The same refusals, with and without a wait",
        watch: &[
            "All of them refuse the same requests: the burst decides that, not the delay.",
            "Without nodelay the burst stands in a queue and leaves it one by one, at the rate. What is behind never sees a burst.",
        ],
        tasks: &[LONG_QUEUE, ALL_AT_ONCE],
        make: nodelay,
    },
    Preset {
        slug: "blind-spot",
        label: "The counter’s blind spot",
        title: "Two numbers cannot know when",
        watch: &[
            "The counter takes the last window’s requests for evenly spread. Ten late ones weigh too little: more than the limit gets through.",
            "Ten early ones weigh too much: it refuses although the log, which knows each moment, has room.",
        ],
        tasks: &[OVER_THE_LIMIT, FALSELY_REFUSED],
        make: blind_spot,
    },
    Preset {
        slug: "neighbour",
        label: "Greedy neighbour",
        title: "One limit for all is the loudest client’s",
        watch: &[
            "Four clients send two or three a second, the fifth sends thirty. One bucket counts for all of them.",
            "Most of what the bucket gains goes to whoever asks most often. The quiet ones are refused for what they did not do.",
        ],
        tasks: &[QUIET_ONES_PASS, ONLY_THE_GREEDY],
        make: neighbour,
    },
    Preset {
        slug: "storm",
        label: "Retry storm",
        title: "Refusals that make more requests",
        watch: &[
            "For two seconds the crowd asks three times as often as the limit allows. Whoever is refused asks again at once.",
            "When the crowd has gone its retries go on. Ten attempts are made for every request, and a third of the requests never get through.",
        ],
        tasks: &[FEWER_ATTEMPTS, NOBODY_GIVES_UP],
        make: storm,
    },
    Preset {
        slug: "herd",
        label: "Thundering herd",
        title: "Told the same second, back at the same moment",
        watch: &[
            "Sixty clients ask at one moment. Ten get through; fifty are told Retry-After: 1, and obey.",
            "They return together, and again all but ten are refused. Nobody did anything wrong.",
        ],
        tasks: &[SPREAD_OUT, ALL_SERVED],
        make: herd,
    },
    Preset {
        slug: "concurrency",
        label: "Concurrency, not rate",
        title: "When the work slows down, a rate is the wrong number",
        watch: &[
            "From second 3 to 7 everything takes four times as long. Not one request more arrives.",
            "The token bucket lets the same rate in, and its requests queue up for seconds. The limit on requests in flight refuses, and those it admits stay quick.",
        ],
        tasks: &[STAYED_QUICK, RATE_LOW_ENOUGH],
        make: concurrency,
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

fn millis(moments: impl IntoIterator<Item = u64>) -> Vec<Source> {
    vec![Arrivals::Listed(moments.into_iter().map(Nanos::from_millis).collect()).into()]
}

fn eight_a_second() -> Scenario {
    Scenario {
        lanes: [Algorithm::FixedWindow, Algorithm::TokenBucket, Algorithm::Gcra].map(LaneSpec::from).to_vec(),
        limit: 8,
        window: Nanos::SECOND,
        burst: 8,
        patience: Nanos::from_millis(5_000),
        second: None,
        scope: Scope::PerClient,
        sources: millis([]),
        costs: Costs::ONE,
        retry: None,
        work: None,
        seed: 7,
        length: Nanos::from_millis(4_000),
        interventions: Vec::new(),
        watched: 0,
        at: None,
    }
}

fn boundary() -> Scenario {
    let before = (0..9).map(|n| 700 + 30 * n);
    let after = (0..9).map(|n| 1_010 + 30 * n);
    let later = [1_700, 1_950, 2_200, 2_350, 2_400, 2_450, 2_500, 2_950, 3_200, 3_500, 3_700, 3_740, 3_780, 3_820];
    Scenario { sources: millis(before.chain(after).chain(later)), ..eight_a_second() }
}

fn burst() -> Scenario {
    let arrivals = Arrivals::Bursts { size: 12, gap: Nanos::from_millis(20), every: Nanos::from_millis(1_500) };
    Scenario { burst: 4, sources: vec![arrivals.into()], length: Nanos::from_millis(5_000), ..eight_a_second() }
}

fn nodelay() -> Scenario {
    let nginx = |delay| LaneSpec { delay, ..Algorithm::LimitReq.into() };
    let arrivals = Arrivals::Bursts { size: 14, gap: Nanos::from_millis(40), every: Nanos::from_millis(2_000) };
    Scenario {
        lanes: vec![nginx(Delay::All), nginx(Delay::After(3)), nginx(Delay::Nothing)],
        limit: 10,
        burst: 6,
        sources: vec![arrivals.into()],
        ..eight_a_second()
    }
}

fn blind_spot() -> Scenario {
    let late = (0..10).map(|n| 880 + 12 * n);
    let soon = (0..9).map(|n| 1_180 + 60 * n);
    let early = (0..10).map(|n| 3_010 + 12 * n);
    let after = (0..9).map(|n| 4_180 + 60 * n);
    Scenario {
        lanes: vec![Algorithm::SlidingCounter.into(), Algorithm::SlidingLog.into()],
        limit: 10,
        sources: millis(late.chain(soon).chain(early).chain(after)),
        length: Nanos::from_millis(5_500),
        ..eight_a_second()
    }
}

fn neighbour() -> Scenario {
    let quiet = Source { clients: 4, arrivals: Arrivals::Poisson { rate: 2.5 } };
    let greedy = Arrivals::Poisson { rate: 30.0 }.into();
    Scenario {
        lanes: vec![Algorithm::TokenBucket.into(), Algorithm::SlidingLog.into()],
        limit: 12,
        burst: 12,
        scope: Scope::Everybody,
        sources: vec![quiet, greedy],
        length: Nanos::from_millis(6_000),
        ..eight_a_second()
    }
}

fn storm() -> Scenario {
    let crowd = Arrivals::Flash { base: 0.3, peak: 5.0, at: Nanos::from_millis(1_000), lasts: Nanos::from_millis(2_000) };
    Scenario {
        lanes: vec![Algorithm::TokenBucket.into(), Algorithm::FixedWindow.into()],
        limit: 20,
        burst: 10,
        scope: Scope::Everybody,
        sources: vec![Source { clients: 12, arrivals: crowd }],
        retry: Some(Retry { wait: Backoff::Fixed(Nanos::from_millis(50)), attempts: 20, honour: false }),
        length: Nanos::from_millis(10_000),
        ..eight_a_second()
    }
}

fn herd() -> Scenario {
    const CLIENTS: u32 = 60;
    const { assert!(CLIENTS <= MOST_CLIENTS) };
    let at_once = Arrivals::Listed(vec![Nanos::from_millis(500)]);
    Scenario {
        lanes: vec![Algorithm::FixedWindow.into(), Algorithm::TokenBucket.into()],
        limit: 10,
        burst: 10,
        scope: Scope::Everybody,
        sources: vec![Source { clients: CLIENTS, arrivals: at_once }],
        retry: Some(Retry { wait: Backoff::AtOnce, attempts: 8, honour: true }),
        length: Nanos::from_millis(8_000),
        ..eight_a_second()
    }
}

fn concurrency() -> Scenario {
    let token = LaneSpec { limit: Some(80), burst: Some(20), ..Algorithm::TokenBucket.into() };
    let slow = |at, factor| Intervention { at: Nanos::from_millis(at), action: Action::Slow(factor) };
    Scenario {
        lanes: vec![token, Algorithm::Concurrency.into(), Algorithm::Gradient2.into()],
        limit: 12,
        scope: Scope::Everybody,
        sources: vec![Arrivals::Poisson { rate: 60.0 }.into()],
        work: Some(Work { time: Nanos::from_millis(100), random: true, workers: 8 }),
        interventions: vec![slow(3_000, 4), slow(7_000, 1)],
        length: Nanos::from_millis(10_000),
        ..eight_a_second()
    }
}

fn rhythm() -> Scenario {
    Scenario { burst: 1, sources: vec![Arrivals::Steady { rate: 16.0 }.into()], ..eight_a_second() }
}

fn answers() -> Scenario {
    let sources = vec![Arrivals::Poisson { rate: 9.0 }.into()];
    Scenario { limit: 4, burst: 4, sources, length: Nanos::from_millis(5_000), ..eight_a_second() }
}
