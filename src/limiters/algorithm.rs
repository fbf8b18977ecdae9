//! Every limiter by name: what it is called, whose rule it is, and how to make one.

use serde::{Deserialize, Serialize};

use super::{Concurrency, Delay, FirstHit, FixedWindow, Gcra, LimitLaw, LimitReq, Limiter, Pair, Settings};
use super::{SlidingCounter, SlidingLog, Throttle, TokenBucket, TokenWait};

/// A rate or concurrency limiter, in one product's variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Algorithm {
    FixedWindow,
    FirstHit,
    SlidingLog,
    SlidingCounter,
    TokenBucket,
    TokenWait,
    LimitReq,
    Gcra,
    Throttle,
    Concurrency,
    Aimd,
    Vegas,
    Gradient2,
}

/// What is written once about each: (slug in addresses, label, variant, the entry that explains it).
type Names = (&'static str, &'static str, &'static str, &'static str);

impl Algorithm {
    pub const ALL: [Algorithm; 13] = [
        Algorithm::FixedWindow,
        Algorithm::FirstHit,
        Algorithm::SlidingLog,
        Algorithm::SlidingCounter,
        Algorithm::TokenBucket,
        Algorithm::TokenWait,
        Algorithm::LimitReq,
        Algorithm::Gcra,
        Algorithm::Throttle,
        Algorithm::Concurrency,
        Algorithm::Aimd,
        Algorithm::Vegas,
        Algorithm::Gradient2,
    ];

    const fn names(self) -> Names {
        match self {
            Algorithm::FixedWindow => ("fixed", "Fixed window", "aligned to the clock", "fixed-window"),
            Algorithm::FirstHit => ("firsthit", "Fixed window", "from the first hit, as Python limits", "fixed-window"),
            Algorithm::SlidingLog => ("log", "Sliding log", "as Python limits", "sliding-window-log"),
            Algorithm::SlidingCounter => ("counter", "Sliding counter", "as Python limits", "sliding-window-counter"),
            Algorithm::TokenBucket => ("token", "Token bucket", "as Go x/time/rate Allow", "token-bucket"),
            Algorithm::TokenWait => ("wait", "Token bucket", "waiting, as Go Reserve", "token-bucket"),
            Algorithm::LimitReq => ("nginx", "Leaky bucket", "nginx limit_req", "leaky-bucket"),
            Algorithm::Gcra => ("gcra", "GCRA", "as governor", "gcra"),
            Algorithm::Throttle => ("throttle", "GCRA", "redis-cell CL.THROTTLE", "gcra"),
            Algorithm::Concurrency => ("inflight", "Concurrency limit", "fixed", "concurrency-limit"),
            Algorithm::Aimd => ("aimd", "AIMD limit", "as Netflix concurrency-limits", "adaptive-concurrency-limit"),
            Algorithm::Vegas => ("vegas", "Vegas limit", "as Netflix concurrency-limits", "adaptive-concurrency-limit"),
            Algorithm::Gradient2 => ("gradient2", "Gradient2 limit", "as Netflix concurrency-limits", "adaptive-concurrency-limit"),
        }
    }

    /// In addresses.
    pub const fn slug(self) -> &'static str {
        self.names().0
    }

    pub const fn label(self) -> &'static str {
        self.names().1
    }

    /// Which variant, and whose: never “variant 2”.
    pub const fn variant(self) -> &'static str {
        self.names().2
    }

    /// The entry that explains it.
    pub const fn term(self) -> &'static str {
        self.names().3
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.slug() == slug)
    }

    /// Whether it counts requests in flight rather than requests in time.
    pub const fn by_concurrency(self) -> bool {
        matches!(self, Algorithm::Concurrency | Algorithm::Aimd | Algorithm::Vegas | Algorithm::Gradient2)
    }

    /// Whether `burst` means anything to it.
    pub const fn has_burst(self) -> bool {
        matches!(self, Algorithm::TokenBucket | Algorithm::TokenWait | Algorithm::LimitReq | Algorithm::Gcra | Algorithm::Throttle)
    }

    /// Whether a request may count for more than one. nginx counts requests only, and so do concurrency limits.
    pub const fn weighs_cost(self) -> bool {
        !matches!(self, Algorithm::LimitReq) && !self.by_concurrency()
    }

    pub fn limiter(self, settings: Settings) -> Box<dyn Limiter> {
        match self {
            Algorithm::FixedWindow => Box::new(FixedWindow::new(settings)),
            Algorithm::FirstHit => Box::new(FirstHit::new(settings)),
            Algorithm::SlidingLog => Box::new(SlidingLog::new(settings)),
            Algorithm::SlidingCounter => Box::new(SlidingCounter::new(settings)),
            Algorithm::TokenBucket => Box::new(TokenBucket::new(settings)),
            Algorithm::TokenWait => Box::new(TokenWait::new(settings)),
            Algorithm::LimitReq => Box::new(LimitReq::new(settings)),
            Algorithm::Gcra => Box::new(Gcra::new(settings)),
            Algorithm::Throttle => Box::new(Throttle::new(settings)),
            Algorithm::Concurrency => Box::new(Concurrency::new(LimitLaw::Fixed, settings)),
            Algorithm::Aimd => Box::new(Concurrency::new(LimitLaw::Aimd, settings)),
            Algorithm::Vegas => Box::new(Concurrency::new(LimitLaw::vegas(), settings)),
            Algorithm::Gradient2 => Box::new(Concurrency::new(LimitLaw::gradient2(), settings)),
        }
    }

    /// With a second limit that has to agree. A concurrency limit has none.
    pub fn limiter_of(self, settings: Settings, second: Option<Settings>) -> Box<dyn Limiter> {
        match second.filter(|_| !self.by_concurrency()) {
            Some(second) => Box::new(Pair::new(self.limiter(settings), self.limiter(second))),
            None => self.limiter(settings),
        }
    }

    /// Label with what its settings are called at home: “nginx limit_req, burst=8 nodelay”.
    pub fn variant_with(self, settings: Settings) -> String {
        match self {
            Algorithm::LimitReq => {
                let delay = match settings.delay {
                    Delay::All => String::new(),
                    Delay::After(n) => format!(" delay={n}"),
                    Delay::Nothing => " nodelay".to_owned(),
                };
                format!("nginx limit_req, burst={}{delay}", settings.burst)
            }
            Algorithm::Throttle => format!("CL.THROTTLE, max_burst {}", settings.burst - 1),
            _ => self.variant().to_owned(),
        }
    }
}
