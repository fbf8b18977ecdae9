//! Reading paths: `content/paths/<slug>.toml`, a few entries in the order in which they are best read.

use toml_edit::{Document, Item};

use super::names::Names;
use super::{Problem, SourceFile, slug};
use crate::glossary::Level;

const LENGTH: std::ops::RangeInclusive<usize> = 6..=12;

/// A reading path, valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingPath {
    /// The last part of its address, `/paths/<slug>/`.
    pub slug: String,
    pub title: String,
    /// One or two sentences: who it is for, and what they know at its end.
    pub summary: String,
    /// Slugs of entries, from the first to the last; levels never fall.
    pub terms: Vec<String>,
}

/// Reads and checks one; what is wrong is added to `problems`. `level_of` knows the entries.
pub fn parse(
    file: &SourceFile,
    names: &Names,
    level_of: &dyn Fn(&str) -> Option<Level>,
    problems: &mut Vec<Problem>,
) -> Option<ReadingPath> {
    let before = problems.len();
    let line_at = |at: Option<std::ops::Range<usize>>| at.map_or(1, |at| file.text[..at.start].matches('\n').count() + 1);
    let document = match Document::parse(file.text.as_str()) {
        Ok(document) => document,
        Err(error) => {
            let what = format!("this is not TOML: {}", error.message().trim_end_matches('.'));
            problems.push(Problem::new(&file.path, line_at(error.span()), what, "Write keys as name = value"));
            return None;
        }
    };
    if slug::slugify(&file.stem) != file.stem {
        let mend = format!("Rename the file to {}.toml", slug::slugify(&file.stem));
        problems.push(Problem::new(&file.path, 1, format!("“{}” cannot be an address", file.stem), mend));
    }
    for (key, item) in document.iter().filter(|(key, _)| !["title", "summary", "terms"].contains(key)) {
        problems.push(Problem::new(
            &file.path,
            line_at(item.span()),
            format!("there is no key `{key}`"),
            "A path has title, summary and terms",
        ));
    }
    let mut text = |key: &str| match document.get(key).and_then(Item::as_str).filter(|text| !text.trim().is_empty()) {
        Some(text) => text.to_owned(),
        None => {
            problems.push(Problem::new(&file.path, 1, format!("`{key}` is missing"), format!("Add {key} = \"…\"")));
            String::new()
        }
    };
    let (title, summary) = (text("title"), text("summary"));
    let mut terms: Vec<String> = Vec::new();
    let mut highest = Level::Beginner;
    let listed = document.get("terms").and_then(Item::as_array);
    for value in listed.iter().flat_map(|terms| terms.iter()) {
        let (term, line) = (value.as_str().unwrap_or_default(), line_at(value.span()));
        let Some(level) = level_of(term) else {
            let mend = names.nearest_slug(term, "").map_or("Name an entry".to_owned(), |near| format!("Did you mean “{near}”"));
            problems.push(Problem::new(&file.path, line, format!("there is no entry “{term}”"), mend));
            continue;
        };
        if terms.iter().any(|known| known == term) {
            problems.push(Problem::new(&file.path, line, format!("“{term}” comes twice"), "Take one out"));
        }
        if level < highest {
            let what = format!("“{term}” is easier ({}) than what comes before it", level.slug());
            problems.push(Problem::new(&file.path, line, what, "Move it up: a path climbs"));
        }
        highest = highest.max(level);
        terms.push(term.to_owned());
    }
    if !LENGTH.contains(&terms.len()) && problems.len() == before {
        let line = line_at(document.get("terms").and_then(Item::span));
        let what = format!("the path has {} terms", terms.len());
        problems.push(Problem::new(&file.path, line, what, format!("Choose {} to {}", LENGTH.start(), LENGTH.end())));
    }
    (problems.len() == before).then(|| ReadingPath { slug: file.stem.clone(), title, summary, terms })
}
