//! Scenarios that teach one idea each.

use super::compare::Measure;
use super::run::Trace;
use super::scenario::{Action, Active, Budget, Clients, Ejection, Health, Kind, LaneSpec, Order, Queue, Retry, Scenario, ServerSpec};
use super::tasks::*;
use crate::labs::frame::{self, Intervention};
use crate::sim::backoff::Backoff;
use crate::sim::service::Service;
use crate::sim::{Arrivals, Nanos};

/// A scenario with its idea.
pub type Preset = frame::Preset<Scenario, Trace>;

pub static PRESETS: &[Preset] = &[
    Preset {
        slug: "slow",
        label: "One slow server",
        title: "One slow server, a full share of the work",
        watch: &[
            "Five servers, and s3 works at a quarter of the speed. The other four could carry it all.",
            "Round robin sends s3 eight requests a second, and it finishes fewer than four: its queue fills up and turns the rest away.",
        ],
        tasks: &[NINE_WAIT_AT_S3, WITHOUT_S3, NOBODY_TURNED_AWAY],
        make: slow,
    },
    Preset {
        slug: "unequal",
        label: "Unequal power",
        title: "A weight says what a server can do",
        watch: &[
            "s3 is twice as fast as s1 and s2, s4 four times; the weights say so. Round robin does not read them.",
            "Smooth weighted round robin gives s4 every second request, and the others come in between: it gets no long row of them.",
        ],
        tasks: &[SMALL_ONES_REFUSE, SAME_WEIGHTS],
        make: unequal,
    },
    Preset {
        slug: "load80",
        label: "80 % load",
        title: "Busy four seconds in five",
        watch: &[
            "Work for four servers, chosen at random: every one of them is idle a fifth of the time, and still the queues grow into the tens.",
            "Least connections does the same work with the same servers. It sends nobody to a queue while another server has nothing to do.",
        ],
        tasks: &[TEN_WAIT_BESIDE_IDLE, LESS_TRAFFIC],
        make: || loaded(32.0, 200),
    },
    Preset {
        slug: "load95",
        label: "95 % load",
        title: "A quarter of the slack, four times as long",
        watch: &[
            "From 80 to 95 % there is not even a fifth more work. In the long run, what is chosen at random takes four times as long.",
            "A good choice leaves no server idle beside a queue: the mean falls to less than half. It makes no room: a request of 100 ms still takes several times as long.",
        ],
        tasks: &[THIRTY_WAIT, FIFTH_SERVER],
        make: || loaded(38.0, 400),
    },
    Preset {
        slug: "load99",
        label: "99 % load",
        title: "A queue that never settles",
        watch: &[
            "On average there is room for every request. Nearly 18,000 of them are still too few for the queues to come to rest.",
            "Look at another seed: the same load, another story.",
        ],
        tasks: &[FIFTY_WAIT, A_TENTH_LESS],
        make: || loaded(39.6, 450),
    },
    Preset {
        slug: "two-choices",
        label: "Two choices",
        title: "A second look is worth more than a third",
        watch: &[
            "Sixteen servers at 90 % load. Power of choices looks at d of them and takes the one with the fewest requests.",
            "From one to two the mean falls to less than half, from two to three by a sixth more. To look at all sixteen is better still.",
        ],
        tasks: &[LESS_THAN_HALF, NEARLY_LEAST],
        make: two_choices,
    },
    Preset {
        slug: "herd",
        label: "Many balancers",
        title: "Thirty-two who count only their own",
        watch: &[
            "Each of 32 balancers sees what it has sent itself, nothing else. When a burst comes, the same servers look idle to all of them.",
            "Least connections chooses the best of what it knows, and so they choose alike: it is slower than random. Two drawn servers are seldom the same two.",
        ],
        tasks: &[FIRST_BURST, ONE_BALANCER],
        make: herd,
    },
    Preset {
        slug: "stale",
        label: "A long memory",
        title: "Slow once, shunned for long",
        watch: &[
            "From second 5 to 10 s1 takes ten times as long. Peak EWMA sees it at once: a slow answer counts in full.",
            "What it forgets, it forgets slowly. With a decay of 60 s it still avoids s1 long after that is quick again, and the others queue.",
        ],
        tasks: &[STILL_AVOIDED, FORGIVEN],
        make: stale,
    },
    Preset {
        slug: "hot-key",
        label: "Hot key",
        title: "One key, more than a server can do",
        watch: &[
            "A thousand clients, and one of them asks for more than a quarter of everything. Each has one server, on the hash ring as under rendezvous.",
            "The bounded-load ring passes on what would be a quarter more than a server’s share, to the next server on the ring.",
        ],
        tasks: &[HOT_SERVER, LOOSE_BOUND, EVEN_CLIENTS],
        make: hot_key,
    },
    Preset {
        slug: "losing",
        label: "Losing a server",
        title: "One server leaves, and who has to move?",
        watch: &[
            "At second 15 s3 leaves. Its clients have to go elsewhere; the others could stay where they are.",
            "Hash modulo deals most of them out anew, and every cache behind it is cold. The hash ring moves nobody who need not move.",
        ],
        tasks: &[MOVED_FOR_NOTHING, ONE_MORE],
        make: losing,
    },
    Preset {
        slug: "retry-storm",
        label: "Retry storm",
        title: "The servers are well again, the requests are not",
        watch: &[
            "From second 10 to 15 all servers take four times as long. Requests run into the time-out of a second, and are tried again.",
            "Then the servers are as quick as before, and it does not help: they work on requests whose senders have long given up.",
        ],
        tasks: &[STAYS_DOWN, WITH_A_BUDGET, SHORT_QUEUES],
        make: || brown_out(None),
    },
    Preset {
        slug: "budget",
        label: "Retry budget",
        title: "The same five bad seconds, with a budget",
        watch: &[
            "The same servers, requests and retries as in the storm, but at most 20 retries for each hundred requests, and ten a second besides.",
            "What has queued up is worked off before the run is over, and then requests are answered again.",
        ],
        tasks: &[COMES_BACK, TOO_GENEROUS],
        make: || brown_out(Some(Budget { percent: 20, floor: 10, ttl: seconds(10) })),
    },
    Preset {
        slug: "ejecting",
        label: "Ejecting too many",
        title: "Ejected for being busy",
        watch: &[
            "For six seconds twice as much comes as the servers can do. Queues are full, requests are turned away, and five in a row look like a sick server.",
            "Every server that is ejected leaves its share to the others. When the crowd has gone there is nobody left.",
        ],
        tasks: &[NOBODY_LEFT, FEW_EJECTED, LONGER_ROW],
        make: ejecting,
    },
    Preset {
        slug: "slow-start",
        label: "Slow start",
        title: "A cold server with a warm one’s share",
        watch: &[
            "At second 10 a fifth server comes. Its caches are cold: until second 18 it takes eight times as long.",
            "Smooth weighted round robin gives it a full fifth from the first moment. Least connections notices by itself.",
        ],
        tasks: &[FIFTY_WAIT_AT_S5, WARMED_UP],
        make: slow_start,
    },
    Preset {
        slug: "flapping",
        label: "Flapping",
        title: "Never down for long enough",
        watch: &[
            "From second 3 on s3 is down for a second and a half, up for as long, and so on. Three failed checks in a row never happen.",
            "A server that is down refuses at once and never has a request in flight. Least connections takes that for an idle server.",
        ],
        tasks: &[DRAWN_TO_IT, QUICKER_CHECKS, SECOND_TRY],
        make: flapping,
    },
];

pub fn first() -> &'static Preset {
    &PRESETS[0]
}

pub fn find(slug: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.slug == slug)
}

/// What a scenario is about first: the bars open on it.
pub fn measure(slug: &str) -> Measure {
    match slug {
        "flapping" | "retry-storm" | "budget" | "ejecting" | "hot-key" => Measure::Lost,
        "two-choices" | "load80" | "load95" | "load99" | "stale" => Measure::Mean,
        _ => Measure::P99,
    }
}

pub fn slugs() -> String {
    PRESETS.iter().map(|preset| preset.slug).collect::<Vec<_>>().join(", ")
}

const fn seconds(seconds: u64) -> Nanos {
    Nanos(seconds * Nanos::SECOND.0)
}

fn lanes<const N: usize>(kinds: [Kind; N]) -> Vec<LaneSpec> {
    kinds.map(LaneSpec::from).to_vec()
}

fn alike(count: usize) -> Vec<ServerSpec> {
    vec![ServerSpec::default(); count]
}

fn at_second(second: u64, action: Action) -> Intervention<Action> {
    Intervention { at: seconds(second), action }
}

/// Places for so many, first come, first served.
fn fifo(places: u32) -> Queue {
    Queue { places: Some(places), order: Order::Fifo }
}

/// Five servers alike, 40 requests a second of 70 ms, and nothing else; the load is 56 %.
fn plain() -> Scenario {
    Scenario {
        lanes: lanes([Kind::RoundRobin]),
        watched: 0,
        servers: alike(5),
        arrivals: Arrivals::Poisson { rate: 40.0 },
        clients: Clients { count: 1_000, skew: 0.0 },
        service: Service::Exponential,
        work: Nanos::from_millis(70),
        queue: Queue { places: None, order: Order::Fifo },
        balancers: 1,
        network: Nanos::from_millis(1),
        health: Health::default(),
        slow_start: Nanos::ZERO,
        timeout: None,
        retry: None,
        hedge: None,
        seed: 7,
        length: seconds(60),
        interventions: Vec::new(),
        at: None,
    }
}

/// 2.8 servers' work for the 4.25 that there are: 66 %. s3 is offered 224 % of what it can do by whoever treats all alike.
fn slow() -> Scenario {
    let mut servers = alike(5);
    servers[2].speed = 0.25;
    Scenario {
        lanes: lanes([Kind::RoundRobin, Kind::LeastConnections, Kind::Choices, Kind::PeakEwma]),
        servers,
        queue: fifo(20),
        ..plain()
    }
}

/// 70 % of the whole, but 140 % of what s1 and s2 can do if all are treated alike.
fn unequal() -> Scenario {
    Scenario {
        lanes: lanes([Kind::RoundRobin, Kind::SmoothWeighted, Kind::LeastConnections]),
        servers: [1, 1, 2, 4].map(|power: u32| ServerSpec { weight: power, speed: f64::from(power), workers: 1 }).to_vec(),
        arrivals: Arrivals::Poisson { rate: 56.0 },
        work: Nanos::from_millis(100),
        queue: fifo(20),
        length: seconds(40),
        ..plain()
    }
}

/// Four servers that can do 40 requests a second: M/M/1 each if the choice is random, close to M/M/4 if it is good.
fn loaded(rate: f64, length: u64) -> Scenario {
    Scenario {
        lanes: lanes([Kind::Random, Kind::RoundRobin, Kind::Choices, Kind::LeastConnections]),
        servers: alike(4),
        arrivals: Arrivals::Poisson { rate },
        work: Nanos::from_millis(100),
        network: Nanos::ZERO,
        length: seconds(length),
        ..plain()
    }
}

/// 144 of 160 a second.
fn two_choices() -> Scenario {
    let three = LaneSpec { d: 3, ..Kind::Choices.into() };
    Scenario {
        lanes: vec![Kind::Random.into(), Kind::Choices.into(), three, Kind::LeastConnections.into()],
        servers: alike(16),
        arrivals: Arrivals::Poisson { rate: 144.0 },
        work: Nanos::from_millis(100),
        network: Nanos::ZERO,
        ..plain()
    }
}

/// Two requests for each server in a burst, one for each balancer; between the bursts it is worked off. 25 % load.
fn herd() -> Scenario {
    Scenario {
        lanes: lanes([Kind::LeastConnections, Kind::Choices, Kind::Random]),
        servers: alike(16),
        arrivals: Arrivals::Bursts { size: 32, gap: Nanos::from_micros(100), every: Nanos::from_millis(400) },
        work: Nanos::from_millis(50),
        balancers: 32,
        length: seconds(20),
        ..plain()
    }
}

/// 75 % load; without s1 the other three are just full.
fn stale() -> Scenario {
    let remembering = |decay| LaneSpec { decay, ..Kind::PeakEwma.into() };
    Scenario {
        lanes: vec![remembering(seconds(60)), remembering(seconds(1)), Kind::LeastConnections.into()],
        servers: alike(4),
        arrivals: Arrivals::Poisson { rate: 60.0 },
        seed: 1,
        work: Nanos::from_millis(50),
        length: seconds(40),
        interventions: vec![at_second(5, Action::Slow(0, 10)), at_second(10, Action::Slow(0, 1))],
        ..plain()
    }
}

/// Half of what eight servers can do; with a skew of 1.3 the first of a thousand clients has 28 %, more than two servers’ share.
fn hot_key() -> Scenario {
    let bounded = LaneSpec { factor: 125, ..Kind::BoundedRing.into() };
    Scenario {
        lanes: vec![Kind::Ring.into(), bounded, Kind::Rendezvous.into(), Kind::RoundRobin.into()],
        servers: alike(8),
        arrivals: Arrivals::Poisson { rate: 80.0 },
        clients: Clients { count: 1_000, skew: 1.3 },
        work: Nanos::from_millis(50),
        queue: fifo(50),
        length: seconds(40),
        ..plain()
    }
}

/// Each of 500 clients comes four or five times before s3 leaves, and as often after.
fn losing() -> Scenario {
    Scenario {
        lanes: lanes([Kind::Modulo, Kind::Ring, Kind::Maglev]),
        arrivals: Arrivals::Poisson { rate: 150.0 },
        clients: Clients { count: 500, skew: 0.0 },
        work: Nanos::from_millis(15),
        length: seconds(30),
        interventions: vec![at_second(15, Action::Remove(2))],
        ..plain()
    }
}

/// 60 % of 160 a second, and 240 % while the servers are slow. With three retries for each that fails it is 240 % for good;
/// with a budget of 20 % and ten a second 78 %.
fn brown_out(budget: Option<Budget>) -> Scenario {
    let all = |second, factor| (0..6).map(move |server| at_second(second, Action::Slow(server, factor)));
    Scenario {
        lanes: lanes([Kind::RoundRobin, Kind::LeastConnections]),
        servers: alike(6),
        arrivals: Arrivals::Poisson { rate: 96.0 },
        work: Nanos::from_micros(37_500),
        timeout: Some(seconds(1)),
        retry: Some(Retry { wait: Backoff::AtOnce, attempts: 3, budget }),
        length: seconds(40),
        interventions: all(10, 4).chain(all(15, 1)).collect(),
        ..plain()
    }
}

/// 63 % of 80 a second, and twice as much as they can do for six seconds.
fn ejecting() -> Scenario {
    let ejection = Ejection { consecutive: 5, base: seconds(30), most_percent: 100, sweep: seconds(10) };
    Scenario {
        lanes: lanes([Kind::RoundRobin, Kind::Choices]),
        servers: alike(8),
        arrivals: Arrivals::Flash { base: 50.0, peak: 160.0, at: seconds(10), lasts: seconds(6) },
        work: Nanos::from_millis(100),
        queue: fifo(4),
        health: Health { ejection: Some(ejection), ..Health::default() },
        ..plain()
    }
}

/// 75 % of what four servers can do; the fifth manages two or three a second at first and is offered twelve.
fn slow_start() -> Scenario {
    Scenario {
        lanes: lanes([Kind::SmoothWeighted, Kind::LeastConnections]),
        servers: alike(4),
        arrivals: Arrivals::Poisson { rate: 60.0 },
        work: Nanos::from_millis(50),
        length: seconds(40),
        interventions: vec![at_second(10, Action::Add), at_second(10, Action::Slow(4, 8)), at_second(18, Action::Slow(4, 1))],
        ..plain()
    }
}

/// Half of what four servers can do.
fn flapping() -> Scenario {
    Scenario {
        lanes: lanes([Kind::RoundRobin, Kind::LeastConnections]),
        servers: alike(4),
        work: Nanos::from_millis(50),
        health: Health { active: Some(Active { interval: seconds(1), fall: 3, rise: 2 }), ..Health::default() },
        length: seconds(30),
        interventions: vec![at_second(3, Action::Flap(2, Nanos::from_millis(1_500)))],
        ..plain()
    }
}
