//! Virtual time, random streams and arrivals: what every lab's run is made of.
//!
//! Nothing here reads a clock, allocates in hash order or samples a `usize`, so a run is the same, bit for bit,
//! on a server and in a browser.

pub mod arrivals;
pub mod backoff;
pub mod confidence;
pub mod histogram;
pub mod random;
pub mod service;
pub mod theory;
pub mod time;
pub mod window;
pub mod zipf;

pub use arrivals::Arrivals;
pub use time::Nanos;
