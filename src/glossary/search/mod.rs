//! Search as you type over the glossary: pure, so that it is tested on the host and runs in the browser.
//!
//! The host builds a [`SearchIndex`]; the browser fetches it, makes a [`Searcher`] of it once, and asks it at every
//! keystroke. Work is arranged around that keystroke: typed words are looked up among the distinct words of all names
//! (`dictionary`), entries are then told apart by bits (`names`, `rank`), and only the few that are shown are folded
//! again to be marked (`highlight`).

#[cfg(test)]
mod corpus;
mod dictionary;
pub mod distance;
pub mod facets;
pub mod fold;
pub mod highlight;
mod index;
mod names;
pub mod query;
pub mod rank;
mod suggest;
mod text;
mod words;

use std::ops::Range;

pub use facets::{Counts, Filter, counts};
pub use index::SearchIndex;
pub use rank::Tier;

use crate::glossary::Row;
use facets::Facets;
use highlight::{marks, opening};
use names::{Name, Names};
use query::Query;
use rank::{Best, Place, rank};
use text::Text;

/// An entry in the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Its position in [`Searcher::rows`].
    pub row: usize,
    pub tier: Tier,
    /// What to mark, in bytes of the title.
    pub title_marks: Vec<Range<usize>>,
    /// The alias that led here, if the title did not, and what to mark in it.
    pub alias: Option<(usize, Vec<Range<usize>>)>,
    /// What to mark, in bytes of the summary.
    pub summary_marks: Vec<Range<usize>>,
}

/// The answer to a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The best of them, as many as were asked for.
    pub hits: Vec<Hit>,
    /// How many there are in all.
    pub total: usize,
    /// How many each further choice of the filter would leave of what matches the query.
    pub counts: Counts,
    /// Another query, which finds something where this one does not.
    pub did_you_mean: Option<String>,
}

/// An index made ready to be asked.
#[derive(Clone, Debug)]
pub struct Searcher {
    rows: Vec<Row>,
    facets: Vec<Facets>,
    names: Names,
    text: Text,
}

impl Searcher {
    pub fn new(index: SearchIndex) -> Self {
        let names = Names::new(&index.rows);
        let text = Text::new(index.vocabulary, index.postings, index.rows.len());
        let facets = index.rows.iter().map(Facets::of).collect();
        Searcher { rows: index.rows, facets, names, text }
    }

    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The best `limit` entries for what was typed. Nothing typed lists everything that the filter admits, A–Z.
    pub fn search(&self, query: &str, filter: &Filter, limit: usize) -> Found {
        if query.trim().is_empty() {
            return self.list(filter, limit);
        }
        let Some(query) = Query::parse(query, &self.names.dictionary) else { return Found::default() };
        let best = self.rank(&query);
        let mut counts = Counts::default();
        let mut places: Vec<(Place, usize)> = Vec::new();
        let (wanted, mut nothing) = (filter.wanted(), true);
        for (row, (best, facets)) in best.iter().zip(&self.facets).enumerate().filter(|(_, (best, _))| best.found()) {
            nothing = false;
            if counts.add(*facets, wanted) {
                places.push((best.place, row));
            }
        }
        keep_least(&mut places, limit);
        let hits = places.into_iter().map(|(_, row)| self.hit(row, best[row], &query)).collect();
        let did_you_mean = if nothing { self.guess(&query) } else { None };
        Found { hits, total: counts.total, counts, did_you_mean }
    }

    fn list(&self, filter: &Filter, limit: usize) -> Found {
        let admitted = self.rows.iter().enumerate().filter(|(_, row)| filter.admits(row));
        let hits = admitted
            .take(limit)
            .map(|(row, _)| Hit { row, tier: Tier::Listed, title_marks: Vec::new(), alias: None, summary_marks: Vec::new() })
            .collect();
        let counts = counts(self.rows.iter(), filter);
        Found { hits, total: counts.total, counts, did_you_mean: None }
    }

    fn rank(&self, query: &Query) -> Vec<Best> {
        rank(self.rows.len(), &self.names, &self.text, query)
    }

    fn guess(&self, query: &Query) -> Option<String> {
        suggest::guesses(&self.rows, &self.names, &self.text, query).find(|guess| {
            let guess = Query::parse(guess, &self.names.dictionary);
            guess.is_some_and(|guess| self.rank(&guess).iter().any(Best::found))
        })
    }

    fn hit(&self, row: usize, best: Best, query: &Query) -> Hit {
        let entry = &self.rows[row];
        let tier = best.place.tier();
        let name = (tier != Tier::Text).then(|| self.names.name(best.name));
        let alias = name.and_then(|name| {
            let spelt = entry.aliases.get(name.alias?)?;
            Some((name.alias?, name_marks(spelt, name, tier, query)))
        });
        let title_marks = match name {
            Some(name) if alias.is_none() => name_marks(&entry.title, name, tier, query),
            _ => marks(&entry.title, &query.words),
        };
        Hit { row, tier, title_marks, alias, summary_marks: marks(&entry.summary, &query.words) }
    }
}

/// A name that was matched from its start is marked from its start, small words and all.
fn name_marks(spelt: &str, name: &Name, tier: Tier, query: &Query) -> Vec<Range<usize>> {
    let prefix = query.phrases.iter().find(|phrase| {
        let mut inked = name.folded.chars().filter(|c| *c != ' ');
        phrase.joined.chars().all(|typed| inked.next() == Some(typed))
    });
    match (tier, prefix) {
        (Tier::ExactTitle | Tier::ExactAlias, _) => opening(spelt, None),
        (Tier::TitlePrefix | Tier::AliasPrefix, Some(prefix)) => opening(spelt, Some(prefix.joined.chars().count())),
        _ => marks(spelt, &query.words),
    }
}

/// Keeps the least `limit` items, in order, without sorting the others.
fn keep_least<T: Ord>(items: &mut Vec<T>, limit: usize) {
    if limit < items.len() {
        items.select_nth_unstable(limit);
        items.truncate(limit);
    }
    items.sort_unstable();
}

#[cfg(test)]
mod tests {
    use super::corpus::{searcher, titles};
    use super::*;
    use crate::glossary::{Level, Topic};

    #[test]
    fn nothing_typed_lists_everything_in_order() {
        let searcher = searcher();
        let found = searcher.search("  ", &Filter::default(), 1_000);
        assert_eq!(found.total, searcher.rows().len());
        assert!(found.hits.iter().enumerate().all(|(i, hit)| hit.row == i && hit.tier == Tier::Listed));
        assert_eq!(searcher.search("", &Filter::default(), 3).hits.len(), 3);
    }

    #[test]
    fn the_filter_combines_with_the_query() {
        let searcher = searcher();
        let filter = Filter { levels: vec![Level::Beginner], ..Filter::default() };
        let found = searcher.search("re", &filter, 100);
        assert!(found.hits.iter().all(|hit| searcher.rows()[hit.row].level == Level::Beginner));
        assert_eq!(found.total, found.hits.len());
        assert_eq!(found.counts.level(Level::Beginner), found.total);
        assert!(found.counts.level(Level::Advanced) > 0, "what lifting the filter would bring is still shown");
        let nowhere = Filter { topics: vec![Topic::Security], ..Filter::default() };
        let found = searcher.search("webhook", &nowhere, 100);
        assert_eq!((found.total, found.did_you_mean), (0, None));
    }

    #[test]
    fn the_limit_keeps_the_best_and_the_total() {
        let (all, some) = (searcher().search("c", &Filter::default(), 100), searcher().search("c", &Filter::default(), 3));
        assert_eq!(some.hits, all.hits[..3]);
        assert_eq!(some.total, all.total);
        assert!(searcher().search("c", &Filter::default(), 0).hits.is_empty());
    }

    #[test]
    fn marks_show_why() {
        let searcher = searcher();
        let first = |typed: &str| {
            let hit = searcher.search(typed, &Filter::default(), 1).hits.remove(0);
            let row = &searcher.rows()[hit.row];
            let cut = |text: &str, marks: Vec<Range<usize>>| marks.into_iter().map(|m| text[m].to_owned()).collect();
            let alias = hit.alias.map(|(i, marks)| (row.aliases[i].clone(), cut(&row.aliases[i], marks)));
            let summary: Vec<String> = cut(&row.summary, hit.summary_marks);
            (cut(&row.title, hit.title_marks), alias, summary)
        };
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
        assert_eq!(first("retry with b"), (owned(&["Retry with b"]), None, owned(&["Retry"])));
        assert_eq!(first("tokn bucket").0, owned(&["Token", "bucket"]));
        assert_eq!(first("thrott"), (vec![], Some(("Throttling".to_owned(), owned(&["Thrott"]))), vec![]));
        assert_eq!(first("web hook").0, owned(&["Webhook"]));
    }

    #[test]
    fn odd_input_neither_panics_nor_splits_a_character() {
        let odd = ["Žluťoučký 🙂 kůň", "cafe\u{301}", "İstanbul", "Straße", "日本語", "👩‍👩‍👧", "\u{301}", "𝒻ancy"];
        let rows = odd.iter().map(|title| corpus::row(title, &[title, "ﬁ ß"])).collect();
        let searcher = Searcher::new(SearchIndex::build(rows, &odd.map(str::to_owned)));
        let long = "kůň ".repeat(2_500);
        let lone = "x".repeat(10_000);
        let typed = odd.iter().copied().chain([long.as_str(), &lone, "İ", "i\u{307}", "ß", "s", "+", "#", ". .", "\0"]);
        for typed in typed {
            for (end, _) in typed.char_indices().chain([(typed.len(), ' ')]).take(250) {
                for hit in searcher.search(&typed[..end], &Filter::default(), 10).hits {
                    let row = &searcher.rows()[hit.row];
                    let (alias, alias_marks) = hit.alias.map_or(("", vec![]), |(i, m)| (row.aliases[i].as_str(), m));
                    let texts = [(row.title.as_str(), hit.title_marks), (alias, alias_marks), (row.summary.as_str(), hit.summary_marks)];
                    for (text, marks) in texts {
                        assert!(marks.into_iter().all(|mark| text.get(mark).is_some_and(|cut| !cut.is_empty())));
                    }
                }
            }
        }
    }

    #[test]
    fn every_title_finds_its_entry_first() {
        for row in searcher().rows() {
            assert_eq!(titles(&row.title)[0], row.title);
        }
    }
}
