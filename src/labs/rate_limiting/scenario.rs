//! What a run is made from: everything that the address holds, and nothing else.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::labs::frame::Intervention;
pub use crate::limiters::Algorithm;
use crate::limiters::{Delay, Settings};
pub use crate::sim::backoff::{Backoff, Jitter};
use crate::sim::{Arrivals, Nanos};

/// Limits on what a reader may ask for: beyond them a page would freeze or a picture say nothing.
pub const LIMITS: RangeInclusive<u32> = 1..=100_000;
pub const WINDOWS: RangeInclusive<Nanos> = Nanos::from_millis(10)..=Nanos::from_millis(86_400_000);
pub const LENGTHS: RangeInclusive<Nanos> = Nanos::from_millis(500)..=Nanos::from_millis(3_600_000);
/// Requests per second of a traffic law.
pub const RATES: RangeInclusive<f64> = 0.01..=10_000.0;
pub const MOST_ARRIVALS: usize = 2_000;
/// Attempts that one lane handles, retries included.
pub const MOST_ATTEMPTS: usize = 12_000;
pub const MOST_INTERVENTIONS: usize = 50;
/// More lanes than fit on a screen compare nothing.
pub const MOST_LANES: usize = 6;
pub const MOST_CLIENTS: u32 = 200;
/// Requests of one burst that the reader sends, or a client in one go.
pub const BURSTS: RangeInclusive<u32> = 1..=100;
pub const COSTS: RangeInclusive<u32> = 1..=1_000;
pub const WORKERS: RangeInclusive<u32> = 1..=1_000;
pub const SLOWER: RangeInclusive<u32> = 1..=100;
pub const PATIENCE: RangeInclusive<Nanos> = Nanos::ZERO..=Nanos::from_millis(3_600_000);
pub const WORK_TIMES: RangeInclusive<Nanos> = Nanos::from_millis(1)..=Nanos::from_millis(60_000);
pub const ATTEMPTS: RangeInclusive<u32> = 1..=20;

/// A limiter in a lane, with what it has of its own: everything else is the scenario's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneSpec {
    pub algorithm: Algorithm,
    pub limit: Option<u32>,
    pub window: Option<Nanos>,
    pub burst: Option<u32>,
    /// Read by nginx's `limit_req` only.
    pub delay: Delay,
}

impl From<Algorithm> for LaneSpec {
    fn from(algorithm: Algorithm) -> Self {
        LaneSpec { algorithm, limit: None, window: None, burst: None, delay: Delay::All }
    }
}

/// What a reader can do in mid-run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// So many requests at once, by the first client.
    Send(u32),
    /// A new limit from here on, in every lane.
    Limit(u32),
    /// A new burst from here on, in every lane.
    Burst(u32),
    /// Work takes so many times as long from here on.
    Slow(u32),
}

/// Clients that send by one law, each on its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    pub clients: u32,
    pub arrivals: Arrivals,
}

impl From<Arrivals> for Source {
    fn from(arrivals: Arrivals) -> Self {
        Source { clients: 1, arrivals }
    }
}

/// Whose requests one limiter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// Each client has its own.
    PerClient,
    /// One for all.
    Everybody,
}

/// Every `every`th request of a client costs `cost`, the others 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Costs {
    pub cost: u32,
    pub every: u32,
}

impl Costs {
    pub const ONE: Costs = Costs { cost: 1, every: 1 };
}

/// What a client does when it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    pub wait: Backoff,
    /// Tries after the first.
    pub attempts: u32,
    /// Whether it waits at least as long as `Retry-After` says.
    pub honour: bool,
}

/// What stands behind the limiter: workers that take requests in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The mean time that one request takes.
    pub time: Nanos,
    /// Exponentially distributed, rather than always the same.
    pub random: bool,
    pub workers: u32,
}

impl Default for Work {
    fn default() -> Self {
        Work { time: Nanos::from_millis(100), random: true, workers: 10 }
    }
}

/// A limit beside the first, for algorithms that count in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondLimit {
    pub limit: u32,
    pub window: Nanos,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// From top to bottom; at least one, no two alike.
    pub lanes: Vec<LaneSpec>,
    pub limit: u32,
    pub window: Nanos,
    pub burst: u32,
    pub patience: Nanos,
    pub second: Option<SecondLimit>,
    pub scope: Scope,
    /// At least one.
    pub sources: Vec<Source>,
    pub costs: Costs,
    pub retry: Option<Retry>,
    /// `None`: what the requests do is not looked at, unless a lane counts them in flight.
    pub work: Option<Work>,
    pub seed: u64,
    /// How long the run is.
    pub length: Nanos,
    /// In the order they were made.
    pub interventions: Vec<Intervention<Action>>,
    /// The client whose limiter is drawn.
    pub watched: u32,
    /// The moment the reader looks at; the end if there is none.
    pub at: Option<Nanos>,
}

impl Scenario {
    /// What holds in a lane at the start.
    pub fn settings(&self, lane: &LaneSpec) -> Settings {
        Settings {
            limit: lane.limit.unwrap_or(self.limit),
            window: lane.window.unwrap_or(self.window),
            burst: lane.burst.unwrap_or(self.burst),
            delay: lane.delay,
            patience: self.patience,
        }
    }

    /// The second limit as settings of the same algorithm: its burst is the whole of it.
    pub fn second_settings(&self, lane: &LaneSpec) -> Option<Settings> {
        let SecondLimit { limit, window } = self.second?;
        Some(Settings { limit, window, burst: limit, ..self.settings(lane) })
    }

    /// All clients of all sources.
    pub fn clients(&self) -> u32 {
        self.sources.iter().map(|source| source.clients).sum()
    }

    /// What the lanes' requests are worked on by, if anybody looks.
    pub fn workshop(&self) -> Option<Work> {
        self.work.or_else(|| self.lanes.iter().any(|lane| lane.algorithm.by_concurrency()).then(Work::default))
    }
}
