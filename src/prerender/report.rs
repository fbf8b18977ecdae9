//! `make content-report`: the glossary as a table, for whoever decides what to write or to look at again.

use std::collections::BTreeMap;

use crate::glossary::content::{Entry, Glossary};
use crate::glossary::{Kind, Level, Topic};

/// One row of the table: how many entries, their words, their sources, and the one reviewed longest ago.
#[derive(Clone, Debug, Default)]
struct Row {
    entries: usize,
    words: usize,
    sources: usize,
    runs: usize,
    oldest: Option<(String, String)>,
}

impl Row {
    fn add(&mut self, entry: &Entry) {
        self.entries += 1;
        self.words += entry.text.split_whitespace().count();
        self.sources += entry.front.sources.len();
        self.runs += usize::from(entry.front.lab.is_some());
        let reviewed = (entry.front.reviewed.clone(), entry.slug.clone());
        self.oldest = Some(self.oldest.take().map_or(reviewed.clone(), |oldest| oldest.min(reviewed)));
    }

    fn line(&self, name: &str) -> String {
        let per = |sum: usize| sum as f64 / self.entries.max(1) as f64;
        let (date, slug) = self.oldest.clone().unwrap_or_default();
        format!("{name:<26} {:>7} {:>10.0} {:>13.1} {:>5}   {date} {slug}\n", self.entries, per(self.words), per(self.sources), self.runs)
    }
}

/// By level, topic and kind; words without front matter; an entry with two topics counts in both.
pub fn table(glossary: &Glossary) -> String {
    let mut all = Row::default();
    let mut levels: BTreeMap<Level, Row> = BTreeMap::new();
    let mut topics: BTreeMap<Topic, Row> = BTreeMap::new();
    let mut kinds: BTreeMap<Kind, Row> = BTreeMap::new();
    for entry in &glossary.entries {
        all.add(entry);
        levels.entry(entry.front.level).or_default().add(entry);
        kinds.entry(entry.front.kind).or_default().add(entry);
        for topic in &entry.front.topics {
            topics.entry(*topic).or_default().add(entry);
        }
    }
    let aliases: usize = glossary.entries.iter().map(|entry| entry.front.aliases.len()).sum();
    let mut table = format!("{:<26} {:>7} {:>10} {:>13} {:>5}   oldest review\n", "", "entries", "words each", "sources each", "runs");
    table.push_str(&all.line("all"));
    let groups = [
        levels.iter().map(|(level, row)| row.line(level.label())).collect::<Vec<_>>(),
        topics.iter().map(|(topic, row)| row.line(topic.label())).collect(),
        kinds.iter().map(|(kind, row)| row.line(kind.label())).collect(),
    ];
    for group in groups {
        table.push('\n');
        table.extend(group);
    }
    table.push_str(&format!("\n{aliases} aliases, {} reading paths.\n", glossary.paths.len()));
    table
}
