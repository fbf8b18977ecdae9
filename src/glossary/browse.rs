//! What the home page shows, as an address: `?q=token&level=advanced&topic=traffic,http&runs=1`.

use super::search::Filter;
use super::{Level, Topic};
use crate::address::{Note, Query, write};

/// Query and filters. The default shows everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Browse {
    pub query: String,
    pub levels: Vec<Level>,
    pub topics: Vec<Topic>,
    pub runs: bool,
}

impl Browse {
    /// Reads an address; what it does not understand is left out with a note.
    pub fn from_address(text: &str) -> (Browse, Vec<Note>) {
        let mut address = Query::parse(text);
        let query = address.take("q").unwrap_or_default().chars().take(200).collect();
        let levels = listed(&mut address, "level", &Level::slugs(), Level::from_slug);
        let topics = listed(&mut address, "topic", &Topic::slugs(), Topic::from_slug);
        let runs = address.take_as("runs", "1", |text| (text == "1").then_some(())).is_some();
        (Browse { query, levels, topics, runs }, address.finish())
    }

    /// Without the question mark; empty for the default.
    pub fn to_address(&self) -> String {
        let mut parts = Vec::new();
        if !self.query.is_empty() {
            parts.push(("q", self.query.clone()));
        }
        if !self.levels.is_empty() {
            parts.push(("level", join(self.levels.iter().map(|level| level.slug()))));
        }
        if !self.topics.is_empty() {
            parts.push(("topic", join(self.topics.iter().map(|topic| topic.slug()))));
        }
        if self.runs {
            parts.push(("runs", "1".to_owned()));
        }
        write(&parts)
    }

    pub fn filter(&self) -> Filter {
        Filter { levels: self.levels.clone(), topics: self.topics.clone(), runs: self.runs }
    }

    pub fn is_filtered(&self) -> bool {
        !self.levels.is_empty() || !self.topics.is_empty() || self.runs
    }

    pub fn toggle_level(&mut self, level: Level) {
        toggle(&mut self.levels, level);
    }

    pub fn toggle_topic(&mut self, topic: Topic) {
        toggle(&mut self.topics, topic);
    }
}

/// In the order of the closed list, so that one choice has one address.
fn toggle<T: PartialEq + Ord + Copy>(chosen: &mut Vec<T>, item: T) {
    match chosen.iter().position(|known| *known == item) {
        Some(index) => drop(chosen.remove(index)),
        None => {
            chosen.push(item);
            chosen.sort();
        }
    }
}

fn join<'a>(slugs: impl Iterator<Item = &'a str>) -> String {
    slugs.collect::<Vec<_>>().join(",")
}

fn listed<T: PartialEq + Ord>(address: &mut Query, key: &str, known: &str, find: fn(&str) -> Option<T>) -> Vec<T> {
    let mut items = Vec::new();
    for part in address.take(key).unwrap_or_default().split(',').filter(|part| !part.is_empty()) {
        match find(part) {
            Some(item) if !items.contains(&item) => items.push(item),
            Some(_) => {}
            None => {
                let part: String = part.chars().take(40).collect();
                address.note(format!("“{part}” in the address is no {key}; it was left out. There are: {known}."));
            }
        }
    }
    items.sort();
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_choice_has_one_address() {
        let (browse, notes) = Browse::from_address("?topic=traffic,http&level=advanced,beginner,advanced&q=n%2B1+queries&runs=1");
        assert_eq!(notes, []);
        assert_eq!(browse.to_address(), "q=n%2B1+queries&level=beginner,advanced&topic=http,traffic&runs=1");
        assert_eq!(Browse::from_address(&browse.to_address()).0, browse);
        assert_eq!(Browse::default().to_address(), "");
    }

    #[test]
    fn bad_parts_are_left_out_one_by_one() {
        let (browse, notes) = Browse::from_address("level=expert,advanced&topic=&runs=yes&page=2");
        assert_eq!(browse.levels, [Level::Advanced]);
        assert_eq!(notes.len(), 3, "{notes:?}");
        assert!(notes[0].0.starts_with("“expert” in the address is no level"), "{}", notes[0]);
    }
}
