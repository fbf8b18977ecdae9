//! The pages around the glossary and the labs, as one Leptos application: prerendered on the host, hydrated in the browser.
//!
//! The first render depends on the address alone; storage, date, viewport and theme are read in effects.

pub mod app;
pub mod article;
pub mod breathe;
pub mod browser;
pub mod card;
pub mod context;
pub mod embed_panel;
pub mod embed_snippets;
pub mod files;
pub mod footer;
pub mod header;
pub mod home;
pub mod lab_host;
pub mod lab_page;
pub mod lab_program;
pub mod not_found;
pub mod notes;
pub mod progress;
pub mod row;
pub mod search_box;
pub mod search_store;
pub mod start;
pub mod storage;
pub mod term;
pub mod theme;
pub mod title;

pub use app::App;
pub use context::Site;
