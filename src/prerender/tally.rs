//! How many entries each filter leaves.

use crate::glossary::content::Glossary;
use crate::glossary::{Level, Topic};
use crate::site::context::Tally;

pub fn of(glossary: &Glossary) -> Tally {
    let count = |test: &dyn Fn(&crate::glossary::Row) -> bool| glossary.entries.iter().filter(|entry| test(&entry.row())).count();
    Tally {
        terms: glossary.entries.len(),
        runs: count(&|row| row.runs),
        levels: Level::ALL.iter().map(|level| count(&|row| row.level == *level)).collect(),
        topics: Topic::ALL.iter().map(|topic| count(&|row| row.topics.contains(topic))).collect(),
    }
}
