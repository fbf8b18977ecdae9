//! The names of the policies, and a policy with its numbers.

use serde::{Deserialize, Serialize};

use super::{
    Balancer, bounded_ring::BoundedRing, choices::Choices, fair_weighted::FairWeighted, haproxy_ring::HaproxyRing, hash::Hash,
    ip_hash::IpHash, jump::Jump, least_connections::LeastConnections, maglev::Maglev, modulo::Modulo, peak_ewma::PeakEwma, random::Random,
    random::WeightedRandom, random_two::RandomTwo, rendezvous::Rendezvous, ring::Ring, round_robin::RoundRobin,
    smooth_weighted::SmoothWeighted, sticky::Sticky,
};
use crate::sim::Nanos;

/// A rule for choosing a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    Random,
    WeightedRandom,
    RoundRobin,
    /// nginx.
    SmoothWeighted,
    /// HAProxy.
    FairWeighted,
    /// nginx.
    LeastConnections,
    /// Envoy: `d` draws with replacement.
    Choices,
    /// nginx: two distinct servers.
    RandomTwo,
    /// Finagle and tower.
    PeakEwma,
    /// nginx.
    IpHash,
    /// nginx.
    Hash,
    /// HAProxy, map-based.
    Modulo,
    /// nginx, ketama's points.
    Ring,
    /// HAProxy.
    HaproxyRing,
    /// HAProxy with `hash-balance-factor`.
    BoundedRing,
    /// Caddy.
    Rendezvous,
    /// Envoy.
    Maglev,
    Jump,
    /// A cookie; the first choice is round robin's.
    Sticky,
}

/// What a policy compares, and which end of it wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Score {
    /// Nothing is compared.
    None,
    /// A server's own running number: the largest wins.
    Current,
    /// Its place in the order of turns: the smallest wins.
    Position,
    /// Requests in flight for each unit of weight: the smallest wins.
    InFlight,
    /// Envoy compares requests in flight plus one: the smallest wins.
    Active,
    /// Seconds of latency times (pending + 1): the smallest wins.
    Cost,
    /// The hash of key and server: the largest wins.
    HashValue,
}

impl Score {
    /// Whether a larger score is better.
    pub fn largest_wins(self) -> bool {
        matches!(self, Score::Current | Score::HashValue)
    }
}

impl Kind {
    pub const ALL: [Kind; 19] = [
        Kind::Random,
        Kind::WeightedRandom,
        Kind::RoundRobin,
        Kind::SmoothWeighted,
        Kind::FairWeighted,
        Kind::LeastConnections,
        Kind::Choices,
        Kind::RandomTwo,
        Kind::PeakEwma,
        Kind::IpHash,
        Kind::Hash,
        Kind::Modulo,
        Kind::Ring,
        Kind::HaproxyRing,
        Kind::BoundedRing,
        Kind::Rendezvous,
        Kind::Maglev,
        Kind::Jump,
        Kind::Sticky,
    ];

    /// In addresses.
    pub fn slug(self) -> &'static str {
        match self {
            Kind::Random => "random",
            Kind::WeightedRandom => "weighted",
            Kind::RoundRobin => "rr",
            Kind::SmoothWeighted => "smooth",
            Kind::FairWeighted => "fair",
            Kind::LeastConnections => "least",
            Kind::Choices => "choices",
            Kind::RandomTwo => "two",
            Kind::PeakEwma => "ewma",
            Kind::IpHash => "iphash",
            Kind::Hash => "hash",
            Kind::Modulo => "modulo",
            Kind::Ring => "ring",
            Kind::HaproxyRing => "haring",
            Kind::BoundedRing => "bounded",
            Kind::Rendezvous => "rendezvous",
            Kind::Maglev => "maglev",
            Kind::Jump => "jump",
            Kind::Sticky => "sticky",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// As the field calls it.
    pub fn label(self) -> &'static str {
        match self {
            Kind::Random => "Random",
            Kind::WeightedRandom => "Weighted random",
            Kind::RoundRobin => "Round robin",
            Kind::SmoothWeighted => "Smooth weighted round robin",
            Kind::FairWeighted => "Weighted round robin",
            Kind::LeastConnections => "Least connections",
            Kind::Choices => "Power of choices",
            Kind::RandomTwo => "Random two",
            Kind::PeakEwma => "Peak EWMA",
            Kind::IpHash => "IP hash",
            Kind::Hash => "Hash",
            Kind::Modulo => "Hash modulo",
            Kind::Ring => "Hash ring",
            Kind::HaproxyRing => "Hash ring",
            Kind::BoundedRing => "Bounded-load ring",
            Kind::Rendezvous => "Rendezvous",
            Kind::Maglev => "Maglev",
            Kind::Jump => "Jump hash",
            Kind::Sticky => "Sticky sessions",
        }
    }

    /// Whose variant it is.
    pub fn variant(self) -> &'static str {
        match self {
            Kind::Random => "every server alike",
            Kind::WeightedRandom => "by weight",
            Kind::RoundRobin => "in turn, weights ignored",
            Kind::SmoothWeighted => "nginx",
            Kind::FairWeighted => "HAProxy roundrobin",
            Kind::LeastConnections => "nginx least_conn",
            Kind::Choices => "Envoy LEAST_REQUEST, drawn with replacement",
            Kind::RandomTwo => "nginx random two, distinct",
            Kind::PeakEwma => "tower, Finagle",
            Kind::IpHash => "nginx ip_hash",
            Kind::Hash => "nginx hash",
            Kind::Modulo => "HAProxy map-based",
            Kind::Ring => "nginx hash … consistent",
            Kind::HaproxyRing => "HAProxy consistent",
            Kind::BoundedRing => "HAProxy hash-balance-factor",
            Kind::Rendezvous => "Caddy",
            Kind::Maglev => "Envoy MAGLEV",
            Kind::Jump => "Lamping and Veach",
            Kind::Sticky => "a cookie",
        }
    }

    /// Whether it looks at the key (or the address) of a request.
    pub fn by_key(self) -> bool {
        matches!(
            self,
            Kind::IpHash
                | Kind::Hash
                | Kind::Modulo
                | Kind::Ring
                | Kind::HaproxyRing
                | Kind::BoundedRing
                | Kind::Rendezvous
                | Kind::Maglev
                | Kind::Jump
        )
    }

    /// Whether weights change what it does.
    pub fn weighted(self) -> bool {
        !matches!(self, Kind::Random | Kind::RoundRobin | Kind::PeakEwma | Kind::Jump | Kind::Sticky | Kind::Rendezvous)
    }

    /// What it compares.
    pub fn score(self) -> Score {
        match self {
            Kind::SmoothWeighted => Score::Current,
            Kind::FairWeighted => Score::Position,
            Kind::LeastConnections | Kind::RandomTwo => Score::InFlight,
            Kind::Choices => Score::Active,
            Kind::PeakEwma => Score::Cost,
            Kind::Rendezvous => Score::HashValue,
            _ => Score::None,
        }
    }
}

/// A policy with its numbers. Those that a kind does not read stand at their defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    pub kind: Kind,
    /// Draws of [`Kind::Choices`].
    pub d: u32,
    /// `hash-balance-factor` of [`Kind::BoundedRing`], in percent of the average load.
    pub factor: u32,
    /// The time constant of [`Kind::PeakEwma`].
    pub decay: Nanos,
}

impl From<Kind> for Policy {
    fn from(kind: Kind) -> Self {
        Policy { kind, d: 2, factor: 150, decay: Nanos(10 * Nanos::SECOND.0) }
    }
}

impl Policy {
    /// The same for weights that come in sixteenths, because servers warm up.
    pub fn balancer_in_sixteenths(&self) -> Box<dyn Balancer> {
        match self.kind {
            Kind::FairWeighted => Box::new(FairWeighted::in_sixteenths()),
            _ => self.balancer(),
        }
    }

    /// A balancer that has seen nothing yet; it wants [`Balancer::rebuild`] before its first pick.
    pub fn balancer(&self) -> Box<dyn Balancer> {
        match self.kind {
            Kind::Random => Box::new(Random::new()),
            Kind::WeightedRandom => Box::new(WeightedRandom::new()),
            Kind::RoundRobin => Box::new(RoundRobin::new()),
            Kind::SmoothWeighted => Box::new(SmoothWeighted::new()),
            Kind::FairWeighted => Box::new(FairWeighted::new()),
            Kind::LeastConnections => Box::new(LeastConnections::new()),
            Kind::Choices => Box::new(Choices::new(self.d)),
            Kind::RandomTwo => Box::new(RandomTwo::new()),
            Kind::PeakEwma => Box::new(PeakEwma::new(self.decay)),
            Kind::IpHash => Box::new(IpHash::new()),
            Kind::Hash => Box::new(Hash::new()),
            Kind::Modulo => Box::new(Modulo::new()),
            Kind::Ring => Box::new(Ring::new()),
            Kind::HaproxyRing => Box::new(HaproxyRing::new()),
            Kind::BoundedRing => Box::new(BoundedRing::new(self.factor)),
            Kind::Rendezvous => Box::new(Rendezvous::new()),
            Kind::Maglev => Box::new(Maglev::new()),
            Kind::Jump => Box::new(Jump::new()),
            Kind::Sticky => Box::new(Sticky::new()),
        }
    }
}
