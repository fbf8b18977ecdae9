//! What stands between reader and origin: portals, proxies, caches, gateways and the upstream behind them.

use serde::{Deserialize, Serialize};

use super::state::{Guard, NOON, Representation};

/// How the next hop answers an intermediary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Upstream {
    #[default]
    Well,
    /// Bytes that are no HTTP response, or a connection cut in the middle.
    Garbles,
    /// No server of the pool is up.
    Down,
    /// No answer within the time allowed.
    Slow,
    /// The request comes back: the intermediary is its own upstream.
    Loops,
}

/// A response that a cache holds for the target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stored {
    pub representation: Representation,
    /// When the origin answered, in seconds since 1970.
    pub date: u64,
    /// How long it is fresh from then on, in seconds.
    pub max_age: u32,
}

impl Default for Stored {
    fn default() -> Self {
        Stored { representation: Representation::default(), date: NOON - 60, max_age: 300 }
    }
}

/// Intermediaries in front of the origin, the outermost question first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Front {
    /// How it signs the `Via` field.
    pub name: String,
    /// A captive portal has not let this client on the network.
    pub portal: Option<String>,
    /// Whom the proxy lets through; `None` means everybody.
    pub guard: Option<Guard>,
    pub caches: bool,
    pub stored: Option<Stored>,
    pub upstream: Upstream,
    /// Changes content on its way, such as by recompressing images.
    pub transforms: bool,
}

impl Default for Front {
    fn default() -> Self {
        Front {
            name: "edge".to_owned(),
            portal: None,
            guard: None,
            caches: false,
            stored: None,
            upstream: Upstream::Well,
            transforms: false,
        }
    }
}
