//! The frame that every lab's picture is set into.

mod controls;
mod export_text;
mod frames;
mod plate;
mod state;
mod transport;

pub use controls::{NumberField, PresetBar, SpanField, TextField, WordsView};
pub use export_text::ExportText;
pub use frames::{on_each_frame, while_visible};
pub use plate::{Plate, Share, Watch};
pub use state::LabState;
pub use transport::{Transport, keys};
