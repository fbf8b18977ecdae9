//! Load balancers, one policy a file, each deciding as its source does.
//!
//! A balancer is asked for a server ([`Balancer::pick`]) and told what came of it. It never looks at a clock and keeps
//! nothing in hash order: the same questions and the same draws give the same answers on every machine.

pub mod bounded_ring;
pub mod choices;
pub mod fair_weighted;
pub mod haproxy_ring;
pub mod hash;
pub mod hashing;
pub mod ip_hash;
pub mod jump;
pub mod least_connections;
pub mod maglev;
pub mod modulo;
pub mod peak_ewma;
pub mod policy;
pub mod profile;
pub mod random;
pub mod random_two;
pub mod rendezvous;
pub mod ring;
pub mod round_robin;
pub mod smooth_weighted;
pub mod sticky;

pub use policy::{Kind, Policy};
pub use profile::Product;

use crate::sim::Nanos;
use crate::sim::random::Stream;

/// A server as configured. Its place in the list is its number for the whole run; who leaves keeps the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// As hashed by the policies that hash servers: `10.0.0.1`.
    pub host: String,
    pub port: u16,
    /// From 1. While a server warms up (slow start) all weights come in sixteenths.
    pub weight: u32,
    /// Whether it is in the configuration at all: tables are made of these. A server that is down stays present.
    pub present: bool,
}

/// What a balancer sees of a server when it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    pub weight: u32,
    /// Requests that this balancer has sent there and that are not over.
    pub in_flight: u32,
    /// Present, up as far as this balancer knows, neither drained nor ejected.
    pub usable: bool,
    /// This request has been there already: a retry goes elsewhere.
    pub tried: bool,
}

impl Peer {
    pub fn open(&self) -> bool {
        self.usable && !self.tried
    }
}

/// A request that wants a server.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    pub at: Nanos,
    /// Who asks: the number of the client, from 0.
    pub client: u32,
    /// The client's address, for policies that look at it.
    pub address: [u8; 4],
    /// What is hashed. Empty where the policy hashes nothing ([`Kind::by_key`]).
    pub key: &'a [u8],
}

/// A server was chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pick {
    pub server: usize,
    pub reason: Reason,
}

/// Why that server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reason {
    /// It was its turn.
    Turn,
    /// The draw fell on it: `draw` in `0..of`, over the weights of the open servers in order.
    Draw { draw: f64, of: f64 },
    /// The best score of those looked at; so many others had the same.
    Best { tied: u32 },
    /// The key's hash led to a place (a point of the ring, a slot of the table, a bucket), and `skipped` places or hashes
    /// came before it whose servers were not to be had, or full.
    Hashed { hash: u64, place: u64, skipped: u32 },
    /// The client was here before.
    Pinned,
}

/// What came of a request, as the balancer sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Answered,
    /// Refused, reset, an error, or no answer in time.
    Failed,
}

/// Chooses servers. `peers` and `members` have the same length and order.
pub trait Balancer {
    /// The server for `ask`; `None` if no server is open.
    ///
    /// If `scores` is given it is filled with one number for each server: what this policy compared. `NAN` stands for
    /// a server that was not looked at. What the numbers mean, and whether the largest or the smallest wins, says
    /// [`Kind::score`].
    fn pick(&mut self, ask: &Ask<'_>, peers: &[Peer], draws: &mut Stream, scores: Option<&mut Vec<f64>>) -> Option<Pick>;

    /// An attempt that was sent to `server` is over after `took`.
    fn ended(&mut self, _server: usize, _at: Nanos, _took: Nanos, _outcome: Outcome) {}

    /// Servers came, left, or have other weights. Called once before the first pick.
    fn rebuild(&mut self, _members: &[Member]) {}
}
