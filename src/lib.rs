//! Backend Field Guide: the glossary, its labs, and the site around them. ARCHITECTURE.md has the map.

#![recursion_limit = "512"]

pub mod access_log;
pub mod address;
pub mod balancers;
pub mod glossary;
pub mod http;
pub mod labs;
pub mod limiters;
#[cfg(all(feature = "ui", not(target_arch = "wasm32")))]
pub mod prerender;
pub mod sim;
#[cfg(feature = "ui")]
pub mod site;
