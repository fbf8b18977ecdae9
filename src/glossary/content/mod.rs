//! From `content/` to finished entries: parse, validate, render. Host only; none of it enters the wasm.
//!
//! Every rule is checked over every file before anything fails, so that an author sees all of it in one run.

mod coverage;
mod examples;
mod files;
mod front_matter;
mod highlight;
mod http_example;
mod leads;
mod links;
mod markdown;
mod names;
mod paths;
mod problem;
mod slug;

use std::collections::BTreeMap;

pub use files::{ContentFiles, SourceFile};
pub use front_matter::{FrontMatter, LabReference, Name, Source};
pub use highlight::escape;
pub use paths::ReadingPath;
pub use problem::Problem;
pub use slug::slugify;

use crate::glossary::Row;

/// One finished entry.
#[derive(Clone, Debug)]
pub struct Entry {
    pub slug: String,
    pub front: FrontMatter,
    /// The lead as HTML (no links) and as plain text.
    pub lead_html: String,
    pub lead_text: String,
    /// The article up to the end of “How it works”: the place where a lab goes.
    pub before_lab: String,
    /// The rest of the article.
    pub after_lab: String,
    /// The bullet list of “Watch out”, set in the margin; empty if the entry has none.
    pub watch_out: String,
    /// The article's words, for the search.
    pub text: String,
    /// Anchors of its headings, and its links to anchors as (entry, anchor, line): checked once all are known.
    anchors: Vec<String>,
    anchor_links: Vec<(String, String, usize)>,
}

impl Entry {
    pub fn row(&self) -> Row {
        Row {
            slug: self.slug.clone(),
            title: self.front.title.clone(),
            aliases: self.front.aliases.iter().map(|alias| alias.name.clone()).collect(),
            level: self.front.level,
            topics: self.front.topics.clone(),
            summary: self.lead_text.clone(),
            runs: self.front.lab.is_some(),
        }
    }
}

/// The whole glossary, valid.
#[derive(Clone, Debug)]
pub struct Glossary {
    /// In the order of the A–Z.
    pub entries: Vec<Entry>,
    /// Address of an alias → slug of its entry. Addresses of entries are not in it.
    pub alias_pages: BTreeMap<String, AliasPage>,
    /// In the order of their titles.
    pub paths: Vec<ReadingPath>,
}

/// A page that sends the reader on from another name of a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AliasPage {
    pub name: String,
    pub leads_to: String,
}

impl Glossary {
    pub fn entry(&self, slug: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.slug == slug)
    }
}

/// What the content may refer to outside itself.
pub struct Surroundings<'a> {
    /// What stands before every address of the site: `/` or `/guide/`.
    pub base: &'a str,
    /// Checks a lab reference such as `rate-limiting?preset=boundary`; the error says what is wrong and what would be right.
    pub check_lab: &'a dyn Fn(&LabReference) -> Result<(), String>,
}

/// Compiles all files or returns everything that is wrong with them, in the order of files and lines.
pub fn compile(files: &ContentFiles, around: &Surroundings) -> Result<Glossary, Vec<Problem>> {
    let mut problems = Vec::new();

    let mut drafts = Vec::new();
    for file in &files.terms {
        match front_matter::parse(file, &mut problems) {
            Some(draft) => drafts.push(draft),
            None => continue,
        }
    }
    drafts.sort_by_key(|draft| (draft.front.title.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase(), draft.slug.clone()));

    let names = names::register(files, &drafts, &mut problems);
    front_matter::check_references(&drafts, &names, around, &mut problems);
    coverage::check(files, &names, &mut problems);

    let entries: Vec<Entry> = drafts.iter().map(|draft| markdown::render(draft, &names, around, &mut problems)).collect();
    leads::check_repeated(&entries, &drafts, &mut problems);
    links::check_anchors(&entries, &drafts, &mut problems);
    let level_of = |slug: &str| entries.iter().find(|entry| entry.slug == slug).map(|entry| entry.front.level);
    let mut paths: Vec<ReadingPath> = files.paths.iter().filter_map(|file| paths::parse(file, &names, &level_of, &mut problems)).collect();
    paths.sort_by(|a, b| a.title.cmp(&b.title));

    if problems.is_empty() {
        let alias_pages = names.alias_pages(&drafts);
        Ok(Glossary { entries, alias_pages, paths })
    } else {
        problems.sort();
        problems.dedup();
        Err(problems)
    }
}
