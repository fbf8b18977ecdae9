//! The glossary: what an entry is, how it is made from Markdown (host only), and how it is found.

pub mod browse;
#[cfg(not(target_arch = "wasm32"))]
pub mod content;
pub mod search;
pub mod sentence;
pub mod vocabulary;

use serde::{Deserialize, Serialize};

pub use vocabulary::{Kind, Level, Topic};

/// What a list, a card and the search need to know of an entry: everything but its article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The last part of its address, `/terms/<slug>/`.
    pub slug: String,
    pub title: String,
    /// Other names that lead here.
    pub aliases: Vec<String>,
    pub level: Level,
    pub topics: Vec<Topic>,
    /// The lead as plain text: at most two sentences and 280 characters.
    pub summary: String,
    /// Whether a lab shows it running.
    pub runs: bool,
}

impl Row {
    /// The letter, or the digit, under which the entry stands in the A–Z.
    pub fn initial(&self) -> char {
        self.title.chars().find(|c| c.is_alphanumeric()).map_or('#', |c| c.to_ascii_uppercase())
    }

    /// The order of the A–Z: digits before letters, case aside.
    pub fn sort_key(&self) -> String {
        self.title.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
    }
}
