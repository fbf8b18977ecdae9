//! Filters, and how much each choice would leave.

use crate::glossary::{Level, Row, Topic};

/// What the reader has narrowed the list to. Choices within a facet widen it (beginner or advanced), facets narrow
/// each other; an empty facet asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub levels: Vec<Level>,
    pub topics: Vec<Topic>,
    /// Only entries that a lab shows running.
    pub runs: bool,
}

impl Filter {
    pub fn admits(&self, row: &Row) -> bool {
        self.wanted().judge(Facets::of(row)).all()
    }

    /// The filter in the form in which rows are held against it.
    pub fn wanted(&self) -> Facets {
        let levels = self.levels.iter().fold(0, |bits, &level| bits | 1 << level as u8);
        Facets { levels, topics: topic_bits(&self.topics), runs: self.runs }
    }
}

/// What a row has, or a filter wants, as bits: at every keystroke thousands of rows are counted, and following each
/// one's list of topics through memory would cost more than finding them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facets {
    levels: u8,
    topics: u32,
    runs: bool,
}

impl Facets {
    pub fn of(row: &Row) -> Self {
        Facets { levels: 1 << row.level as u8, topics: topic_bits(&row.topics), runs: row.runs }
    }

    fn judge(self, row: Facets) -> Verdict {
        Verdict {
            level: self.levels == 0 || self.levels & row.levels != 0,
            topics: self.topics == 0 || self.topics & row.topics != 0,
            runs: row.runs || !self.runs,
        }
    }
}

fn topic_bits(topics: &[Topic]) -> u32 {
    topics.iter().fold(0, |bits, &topic| bits | 1 << topic as u32)
}

/// Which facets of a filter a row passes.
struct Verdict {
    level: bool,
    topics: bool,
    runs: bool,
}

impl Verdict {
    fn all(&self) -> bool {
        self.level && self.topics && self.runs
    }
}

/// How many rows each choice would leave, shown beside it.
///
/// A facet is counted with its own choices lifted and the others applied: otherwise choosing "beginner" would show
/// zero at "advanced", and the reader could not see what adding it would bring.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    levels: [usize; Level::ALL.len()],
    topics: [usize; Topic::ALL.len()],
    pub runs: usize,
    /// Rows that the whole filter admits.
    pub total: usize,
}

impl Counts {
    pub fn level(&self, level: Level) -> usize {
        self.levels[level as usize]
    }

    pub fn topic(&self, topic: Topic) -> usize {
        self.topics[topic as usize]
    }

    /// Counts a row, and says whether the whole filter admits it.
    pub fn add(&mut self, row: Facets, wanted: Facets) -> bool {
        let verdict = wanted.judge(row);
        if verdict.topics && verdict.runs {
            self.levels[row.levels.trailing_zeros() as usize] += 1;
        }
        if verdict.level && verdict.runs {
            let mut left = row.topics;
            while left != 0 {
                self.topics[left.trailing_zeros() as usize] += 1;
                left &= left - 1;
            }
        }
        self.runs += usize::from(verdict.level && verdict.topics && row.runs);
        self.total += usize::from(verdict.all());
        verdict.all()
    }
}

pub fn counts<'r>(rows: impl Iterator<Item = &'r Row>, filter: &Filter) -> Counts {
    let mut counts = Counts::default();
    for row in rows {
        counts.add(Facets::of(row), filter.wanted());
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(level: Level, topics: &[Topic], runs: bool) -> Row {
        Row { slug: String::new(), title: String::new(), aliases: Vec::new(), level, topics: topics.to_vec(), summary: String::new(), runs }
    }

    fn rows() -> Vec<Row> {
        vec![
            row(Level::Beginner, &[Topic::Http], true),
            row(Level::Beginner, &[Topic::Http, Topic::Apis], false),
            row(Level::Advanced, &[Topic::Data], true),
            row(Level::Advanced, &[Topic::Http, Topic::Http], false),
        ]
    }

    #[test]
    fn an_empty_filter_admits_everything() {
        assert!(rows().iter().all(|row| Filter::default().admits(row)));
        assert_eq!(counts(rows().iter(), &Filter::default()).total, 4);
    }

    #[test]
    fn choices_widen_and_facets_narrow() {
        let both = Filter { levels: vec![Level::Beginner, Level::Advanced], ..Filter::default() };
        assert_eq!(counts(rows().iter(), &both).total, 4);
        let narrow = Filter { levels: vec![Level::Beginner], topics: vec![Topic::Http], runs: true };
        assert_eq!(rows().iter().filter(|row| narrow.admits(row)).count(), 1);
    }

    #[test]
    fn a_facet_is_counted_with_its_own_choices_lifted() {
        let filter = Filter { levels: vec![Level::Beginner], topics: vec![Topic::Http], runs: false };
        let counts = counts(rows().iter(), &filter);
        assert_eq!(counts.total, 2);
        assert_eq!((counts.level(Level::Beginner), counts.level(Level::Advanced)), (2, 1));
        assert_eq!((counts.topic(Topic::Http), counts.topic(Topic::Apis), counts.topic(Topic::Data)), (2, 1, 0));
        assert_eq!(counts.runs, 1);
    }

    #[test]
    fn every_count_is_what_choosing_it_would_leave() {
        let rows = rows();
        let filter = Filter { levels: vec![Level::Advanced], topics: vec![Topic::Data], runs: true };
        let shown = counts(rows.iter(), &filter);
        for &level in Level::ALL {
            let chosen = Filter { levels: vec![level], ..filter.clone() };
            assert_eq!(shown.level(level), rows.iter().filter(|row| chosen.admits(row)).count());
        }
        for &topic in Topic::ALL {
            let chosen = Filter { topics: vec![topic], ..filter.clone() };
            assert_eq!(shown.topic(topic), rows.iter().filter(|row| chosen.admits(row)).count());
        }
    }
}
