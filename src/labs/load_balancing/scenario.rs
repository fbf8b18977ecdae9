//! What a run is made from: everything that the address holds, and nothing else.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

pub use crate::balancers::{Kind, Policy};
use crate::labs::frame::Intervention;
use crate::sim::backoff::Backoff;
use crate::sim::service::Service;
use crate::sim::{Arrivals, Nanos};

/// Limits on what a reader may ask for: beyond them a page would freeze or a picture say nothing.
pub const MOST_LANES: usize = 6;
/// A request remembers the servers that it has tried in 64 bits.
pub const MOST_SERVERS: usize = 64;
pub const LENGTHS: RangeInclusive<Nanos> = Nanos::from_millis(500)..=Nanos::from_millis(3_600_000);
/// Requests per second of a traffic law.
pub const RATES: RangeInclusive<f64> = 0.01..=20_000.0;
/// Requests of one run; what is beyond is cut, and the lab says so.
pub const MOST_REQUESTS: usize = 200_000;
/// Attempts of one lane that are kept one by one for the picture; later ones are only counted.
pub const MOST_RECORDED: usize = 20_000;
pub const MOST_INTERVENTIONS: usize = 50;
pub const BURSTS: RangeInclusive<u32> = 1..=1_000;
pub const WEIGHTS: RangeInclusive<u32> = 1..=256;
pub const SPEEDS: RangeInclusive<f64> = 0.01..=100.0;
pub const WORKERS: RangeInclusive<u32> = 1..=256;
/// Places in a server's queue.
pub const QUEUES: RangeInclusive<u32> = 0..=100_000;
/// The mean time of one request at speed 1.
pub const WORK_TIMES: RangeInclusive<Nanos> = Nanos::from_micros(10)..=Nanos::from_millis(60_000);
pub const SPANS: RangeInclusive<Nanos> = Nanos::ZERO..=Nanos::from_millis(600_000);
pub const CLIENTS: RangeInclusive<u32> = 1..=1_000_000;
pub const SKEWS: RangeInclusive<f64> = 0.0..=3.0;
pub const BALANCERS: RangeInclusive<u32> = 1..=32;
pub const RETRIES: RangeInclusive<u32> = 1..=10;
pub const SLOWER: RangeInclusive<u32> = 1..=100;
pub const CHOICES: RangeInclusive<u32> = 1..=16;
pub const FACTORS: RangeInclusive<u32> = 101..=1_000;
pub const PERCENTS: RangeInclusive<u32> = 0..=100;
pub const THRESHOLDS: RangeInclusive<u32> = 1..=100;

/// A server as it starts. Written `s1`, `s2` … by its place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerSpec {
    pub weight: u32,
    /// How fast it works: at 2 a request takes half its time.
    pub speed: f64,
    /// Requests that it works on at the same time.
    pub workers: u32,
}

impl Default for ServerSpec {
    fn default() -> Self {
        ServerSpec { weight: 1, speed: 1.0, workers: 1 }
    }
}

/// The clients, and how unevenly they ask: the `k`th most eager asks in proportion to 1/kˢ.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clients {
    pub count: u32,
    pub skew: f64,
}

/// How a server's queue is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// First come, first served.
    Fifo,
    /// The newest first: under overload some are answered in time.
    Lifo,
    /// First come, first served; when it is full the oldest makes room, instead of the newest being refused.
    DropOldest,
}

/// Where requests wait at a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Places besides those being worked on; `None`: without bound.
    pub places: Option<u32>,
    pub order: Order,
}

/// Servers are marked down by what requests experience: nginx's `max_fails` and `fail_timeout`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passive {
    pub max_fails: u32,
    /// The time in which fails are counted, and for which the server is then left alone.
    pub fail_timeout: Nanos,
}

/// Servers are asked at intervals: HAProxy's `inter`, `fall`, `rise`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Active {
    pub interval: Nanos,
    /// Failed checks in a row until it is down.
    pub fall: u32,
    /// Passed checks in a row until it is up again.
    pub rise: u32,
}

/// Envoy's outlier detection by consecutive server errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ejection {
    /// Errors in a row.
    pub consecutive: u32,
    /// Ejected for this long, times how often it was ejected before.
    pub base: Nanos,
    /// At most this share of the servers is out at the same time, but one always may be.
    pub most_percent: u32,
    /// How often the ejected are looked at again.
    pub sweep: Nanos,
}

/// Ejections last at most this long (Envoy's `max_ejection_time`).
pub const LONGEST_EJECTION: Nanos = Nanos::from_millis(300_000);

/// How balancers learn that a server is no good. Without any they never learn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    pub passive: Option<Passive>,
    pub active: Option<Active>,
    pub ejection: Option<Ejection>,
}

/// How many retries there may be for how many requests: Finagle's `RetryBudget`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Retries for each hundred requests.
    pub percent: u32,
    /// And so many a second in any case.
    pub floor: u32,
    /// How long a request counts.
    pub ttl: Nanos,
}

/// What a balancer does when an attempt fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    pub wait: Backoff,
    /// Tries after the first.
    pub attempts: u32,
    /// `None`: as many as fail.
    pub budget: Option<Budget>,
}

/// A policy in a lane.
pub type LaneSpec = Policy;

/// What a reader can do in mid-run. Servers are numbered from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// So many requests at once.
    Send(u32),
    /// It stops, and all that it held is lost. Connections to it are refused.
    Kill(u32),
    /// It is there again, with nothing in its hands.
    Revive(u32),
    /// It takes so many times as long from here on; 1 is its own speed.
    Slow(u32, u32),
    /// So many of a hundred requests are answered at once with an error.
    Errors(u32, u32),
    /// Down and up by turns, each for this long; zero ends it.
    Flap(u32, Nanos),
    /// It gets nothing new, and finishes what it has.
    Drain(u32),
    /// Taken out of the configuration: tables are made anew. What it holds, it finishes.
    Remove(u32),
    /// A server like the first is added.
    Add,
    /// A new weight.
    Weight(u32, u32),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// Policies beside one another; at least one, no two alike.
    pub lanes: Vec<LaneSpec>,
    /// The lane whose servers are drawn.
    pub watched: u32,
    pub servers: Vec<ServerSpec>,
    pub arrivals: Arrivals,
    pub clients: Clients,
    /// How long one request takes: the law, and its mean at speed 1.
    pub service: Service,
    pub work: Nanos,
    pub queue: Queue,
    /// Balancers that share the traffic and do not see one another's.
    pub balancers: u32,
    /// One way, from balancer to server.
    pub network: Nanos,
    pub health: Health,
    /// A server that is new or back gets its weight by and by over this time; zero: at once.
    pub slow_start: Nanos,
    /// When a balancer gives an attempt up. The server does not know, and works on.
    pub timeout: Option<Nanos>,
    pub retry: Option<Retry>,
    /// A second attempt elsewhere when the first has no answer after this long; the first answer counts.
    pub hedge: Option<Nanos>,
    pub seed: u64,
    /// How long the run is.
    pub length: Nanos,
    /// In the order they were made.
    pub interventions: Vec<Intervention<Action>>,
    /// The moment the reader looks at; the end if there is none.
    pub at: Option<Nanos>,
}

impl Scenario {
    /// Servers that there are in the course of the run, with those that are added.
    pub fn all_servers(&self) -> Vec<ServerSpec> {
        let added = self.interventions.iter().filter(|made| made.action == Action::Add && made.at < self.length).count();
        let like = self.servers.first().copied().unwrap_or_default();
        let room = MOST_SERVERS.saturating_sub(self.servers.len());
        self.servers.iter().copied().chain(std::iter::repeat_n(like, added.min(room))).collect()
    }

    /// What the servers can finish in a second at the start, if work is spread perfectly.
    pub fn capacity(&self) -> f64 {
        let speed: f64 = self.servers.iter().map(|server| server.speed * f64::from(server.workers)).sum();
        speed / self.work.as_secs_f64().max(1e-9)
    }

    /// What comes, in requests a second, where the law has one rate.
    pub fn rate(&self) -> Option<f64> {
        match self.arrivals {
            Arrivals::Steady { rate } | Arrivals::Poisson { rate } => Some(rate),
            _ => None,
        }
    }
}
