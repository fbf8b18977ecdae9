//! The frame that every lab's picture is set into.

mod controls;
mod frames;
mod transport;

pub use controls::{NumberField, PresetBar, TextField, WordsView};
pub use frames::{on_each_frame, while_visible};
pub use transport::{Transport, keys};
