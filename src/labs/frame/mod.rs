//! What every lab shares: addresses that replay a run, presets, interventions, playback, traffic, and the plate around the picture.

pub mod figures;
pub mod intervention;
pub mod lab;
pub mod lanes;
pub mod markup;
pub mod playback;
pub mod preset;
pub mod traffic;
#[cfg(feature = "ui")]
pub mod view;
pub mod words;

pub use intervention::Intervention;
pub use lab::Lab;
pub use playback::Playback;
pub use preset::{Preset, Task};
pub use words::{Phrase, Words};
