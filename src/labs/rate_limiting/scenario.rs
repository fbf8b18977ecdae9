//! What a run is made from: everything that the address holds, and nothing else.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::labs::frame::Intervention;
use crate::limiters::{FixedWindow, Gcra, Limiter, Settings, TokenBucket};
use crate::sim::{Arrivals, Nanos};

/// Limits on what a reader may ask for: beyond them a page would freeze or a picture say nothing.
pub const LIMITS: RangeInclusive<u32> = 1..=1_000;
pub const WINDOWS: RangeInclusive<Nanos> = Nanos::from_millis(10)..=Nanos::from_millis(60_000);
pub const LENGTHS: RangeInclusive<Nanos> = Nanos::from_millis(500)..=Nanos::from_millis(60_000);
/// Requests per second of a traffic law.
pub const RATES: RangeInclusive<f64> = 0.1..=1_000.0;
pub const MOST_ARRIVALS: usize = 2_000;
pub const MOST_INTERVENTIONS: usize = 50;
/// Requests of one burst that the reader sends.
pub const BURSTS: RangeInclusive<u32> = 1..=100;

/// A limiter that a lane can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    FixedWindow,
    TokenBucket,
    Gcra,
}

impl Algorithm {
    pub const ALL: [Algorithm; 3] = [Algorithm::FixedWindow, Algorithm::TokenBucket, Algorithm::Gcra];

    /// In addresses.
    pub const fn slug(self) -> &'static str {
        match self {
            Algorithm::FixedWindow => "fixed",
            Algorithm::TokenBucket => "token",
            Algorithm::Gcra => "gcra",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Algorithm::FixedWindow => "Fixed window",
            Algorithm::TokenBucket => "Token bucket",
            Algorithm::Gcra => "GCRA",
        }
    }

    /// Which variant, and whose: never “variant 2”.
    pub const fn variant(self) -> &'static str {
        match self {
            Algorithm::FixedWindow => "aligned to the clock",
            Algorithm::TokenBucket => "as Go x/time/rate",
            Algorithm::Gcra => "as governor",
        }
    }

    /// The entry that explains it.
    pub const fn term(self) -> &'static str {
        match self {
            Algorithm::FixedWindow => "fixed-window",
            Algorithm::TokenBucket => "token-bucket",
            Algorithm::Gcra => "gcra",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.slug() == slug)
    }

    pub fn limiter(self, settings: Settings) -> Box<dyn Limiter> {
        match self {
            Algorithm::FixedWindow => Box::new(FixedWindow::new(settings)),
            Algorithm::TokenBucket => Box::new(TokenBucket::new(settings)),
            Algorithm::Gcra => Box::new(Gcra::new(settings)),
        }
    }
}

/// What a reader can do in mid-run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// So many requests at once.
    Send(u32),
    /// A new limit from here on.
    Limit(u32),
    /// A new burst from here on.
    Burst(u32),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// From top to bottom; at least one, each at most once.
    pub lanes: Vec<Algorithm>,
    pub limit: u32,
    pub window: Nanos,
    pub burst: u32,
    pub arrivals: Arrivals,
    pub seed: u64,
    /// How long the run is.
    pub length: Nanos,
    /// In the order they were made.
    pub interventions: Vec<Intervention<Action>>,
    /// The moment the reader looks at; the end if there is none.
    pub at: Option<Nanos>,
}

impl Scenario {
    pub fn settings(&self) -> Settings {
        Settings { limit: self.limit, window: self.window, burst: self.burst }
    }
}
