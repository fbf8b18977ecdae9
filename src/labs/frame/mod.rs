//! What every lab shares: addresses that replay a run, interventions, playback, and the plate around the picture.

pub mod intervention;
pub mod playback;
#[cfg(feature = "ui")]
pub mod view;
pub mod words;

pub use intervention::Intervention;
pub use playback::Playback;
pub use words::{Phrase, Words};
