//! The index as it travels: what the host builds and the browser fetches.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fold::{Folded, pieces};
use super::words::is_stop;
use crate::glossary::Row;

/// How much more a word tells where an entry states what it is about than in the run of its article.
const TITLE: f32 = 5.0;
const ALIAS: f32 = 4.0;
const LEAD: f32 = 2.0;
const ARTICLE: f32 = 1.0;

/// BM25's usual constants: how soon repetition stops counting, and how much a long article is held against its words.
const SATURATION: f32 = 1.2;
const LENGTH: f32 = 0.75;

/// Weights are rounded to these parts of one. Fewer distinct bytes compress better, and ranking needs no more.
pub const WEIGHT_UNIT: f32 = 1.0 / 8.0;

/// No word of English is longer; what is, is a hash or an address out of a code sample.
const LONGEST_WORD: usize = 32;

/// Where a word occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Rows since the previous posting, so that most of them take one byte.
    pub gap: u32,
    /// BM25's share of this row, before the rarity of the word, in units of [`WEIGHT_UNIT`].
    pub weight: u8,
}

/// Every entry's row in A–Z order, and the words of the articles with the rows they occur in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchIndex {
    pub rows: Vec<Row>,
    /// Sorted; `postings` runs beside it.
    pub(super) vocabulary: Vec<String>,
    pub(super) postings: Vec<Vec<Posting>>,
}

impl SearchIndex {
    /// `articles[i]` is the plain text of the article of `rows[i]`; a missing one counts as empty. Rows are put into
    /// A–Z order, which is the order that positions in the index refer to from then on.
    pub fn build(rows: Vec<Row>, articles: &[String]) -> SearchIndex {
        let mut entries: Vec<(Row, &str)> =
            rows.into_iter().enumerate().map(|(i, row)| (row, articles.get(i).map_or("", String::as_str))).collect();
        entries.sort_by_cached_key(|(row, _)| (row.sort_key(), row.slug.clone()));

        let mut occurrences: BTreeMap<String, Vec<(usize, f32)>> = BTreeMap::new();
        let mut lengths = Vec::with_capacity(entries.len());
        for (i, (row, article)) in entries.iter().enumerate() {
            let mut words = BTreeMap::new();
            add(&mut words, &row.title, TITLE);
            row.aliases.iter().for_each(|alias| add(&mut words, alias, ALIAS));
            add(&mut words, &row.summary, LEAD);
            add(&mut words, article, ARTICLE);
            lengths.push(words.values().sum::<f32>());
            for (word, count) in words {
                occurrences.entry(word).or_default().push((i, count));
            }
        }

        let mean = (lengths.iter().sum::<f32>() / lengths.len().max(1) as f32).max(1.0);
        let (vocabulary, postings) = occurrences
            .into_iter()
            .map(|(word, rows)| {
                let mut next = 0;
                let postings = rows
                    .into_iter()
                    .map(|(row, count)| {
                        let gap = u32::try_from(row - next).unwrap_or(u32::MAX);
                        next = row;
                        Posting { gap, weight: weight(count, lengths[row] / mean) }
                    })
                    .collect();
                (word, postings)
            })
            .unzip();
        SearchIndex { rows: entries.into_iter().map(|(row, _)| row).collect(), vocabulary, postings }
    }
}

fn add(words: &mut BTreeMap<String, f32>, text: &str, field: f32) {
    for (_, word) in Folded::new(text).words() {
        for form in std::iter::once(word).chain(pieces(word)) {
            if form.len() <= LONGEST_WORD && !is_stop(form) {
                *words.entry(form.to_owned()).or_default() += field;
            }
        }
    }
}

/// BM25 without its idf: grows with the count, ever more slowly, and less in a long article.
fn weight(count: f32, relative_length: f32) -> u8 {
    let damping = SATURATION * (1.0 - LENGTH + LENGTH * relative_length);
    let weight = count * (SATURATION + 1.0) / (count + damping);
    // A cast saturates, and a word that occurs at all must weigh something.
    ((weight / WEIGHT_UNIT).round() as u8).max(1)
}

#[cfg(test)]
mod tests {
    use super::super::corpus;
    use super::*;

    #[test]
    fn rows_come_in_alphabetical_order_with_their_own_articles() {
        let rows = vec![corpus::row("Webhook", &[]), corpus::row("cache", &[]), corpus::row("Audit log", &[])];
        let index = SearchIndex::build(rows, &["hooked".to_owned(), "cached".to_owned()]);
        let titles: Vec<_> = index.rows.iter().map(|row| row.title.as_str()).collect();
        assert_eq!(titles, ["Audit log", "cache", "Webhook"]);
        let at = |word: &str| index.vocabulary.iter().position(|known| known == word).map(|i| index.postings[i][0].gap);
        assert_eq!((at("cached"), at("hooked")), (Some(1), Some(2)));
    }

    #[test]
    fn vocabulary_is_sorted_and_has_no_small_words() {
        let index = corpus::index();
        assert!(index.vocabulary.is_sorted());
        assert_eq!(index.vocabulary.len(), index.postings.len());
        assert!(!index.vocabulary.iter().any(|word| word == "the"));
    }

    #[test]
    fn weight_grows_with_count_and_shrinks_with_length() {
        assert!(weight(5.0, 1.0) > weight(1.0, 1.0));
        assert!(weight(2.0, 0.5) > weight(2.0, 3.0));
        assert!(weight(0.01, 90.0) >= 1);
    }
}
