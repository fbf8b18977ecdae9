//! What every page knows of the site: the prerenderer writes it on `<html>`, the browser reads it back.

use std::sync::Arc;

use leptos::prelude::*;

use super::article::Article;
use crate::glossary::{Level, Topic};

pub const NAME: &str = "Backend Field Guide";

/// The same on every page of one build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// What stands before every address: `/` or `/guide/`.
    pub base: String,
    /// Where the search data lies, without the base; its name has its hash.
    pub search_data: String,
    /// How many entries there are: by level, by topic, and those that run.
    pub tally: Tally,
    /// The reading paths, as (slug, title).
    pub paths: Vec<(String, String)>,
}

/// How many entries each filter would leave, with no other set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub terms: usize,
    pub runs: usize,
    pub levels: Vec<usize>,
    pub topics: Vec<usize>,
}

impl Site {
    /// An address of the site: `path` begins with a slash.
    pub fn href(&self, path: &str) -> String {
        format!("{}{}", self.base, path.trim_start_matches('/'))
    }

    /// The base as the router wants it: without the last slash.
    pub fn router_base(&self) -> String {
        self.base.trim_end_matches('/').to_owned()
    }
}

/// `http:HTTP from zero|data:Data behind APIs`: for an attribute of `<html>`.
pub fn write_paths(paths: &[(String, String)]) -> String {
    paths.iter().map(|(slug, title)| format!("{slug}:{title}")).collect::<Vec<_>>().join("|")
}

pub fn read_paths(text: &str) -> Vec<(String, String)> {
    text.split('|').filter_map(|path| path.split_once(':')).map(|(slug, title)| (slug.to_owned(), title.to_owned())).collect()
}

impl Tally {
    pub fn level(&self, level: Level) -> usize {
        self.levels.get(level as usize).copied().unwrap_or(0)
    }

    pub fn topic(&self, topic: Topic) -> usize {
        self.topics.get(topic as usize).copied().unwrap_or(0)
    }

    /// `75 9 20,40,15 31,12,…`
    pub fn write(&self) -> String {
        let list = |numbers: &[usize]| numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
        format!("{} {} {} {}", self.terms, self.runs, list(&self.levels), list(&self.topics))
    }

    pub fn read(text: &str) -> Option<Tally> {
        let mut parts = text.split(' ');
        let mut next = || parts.next();
        let list = |text: &str| text.split(',').map(|number| number.parse().ok()).collect::<Option<Vec<usize>>>();
        Some(Tally { terms: next()?.parse().ok()?, runs: next()?.parse().ok()?, levels: list(next()?)?, topics: list(next()?)? })
    }
}

/// What the host hands to the page it renders, and the browser finds in the page: never in the wasm.
#[derive(Clone, Debug, Default)]
pub struct Prerendered {
    /// The rows of the home page as HTML.
    pub rows: Arc<str>,
    pub article: Option<Article>,
}

pub fn site() -> Site {
    expect_context::<Site>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_survives_its_attribute() {
        let tally = Tally { terms: 75, runs: 9, levels: vec![20, 40, 15], topics: vec![31, 0, 12] };
        assert_eq!(Tally::read(&tally.write()), Some(tally));
        assert_eq!(Tally::read("75 nine"), None);
    }
}
