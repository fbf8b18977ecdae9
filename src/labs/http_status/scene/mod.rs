//! The pictures as data: what stands where, in pixels, without a browser.

pub mod freshness;
pub mod ladder;
pub mod line;
