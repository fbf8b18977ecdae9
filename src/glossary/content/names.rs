//! Who answers to which name: every title and alias belongs to exactly one entry.

use std::collections::BTreeMap;

use super::front_matter::Draft;
use super::{AliasPage, ContentFiles, Problem, slugify};
use crate::glossary::Level;

/// One claimed name.
#[derive(Clone, Debug)]
pub struct Claim {
    /// As its author wrote it.
    pub name: String,
    /// The entry that answers to it.
    pub slug: String,
    /// The alias's own level, or the entry's.
    pub level: Level,
    /// Whether it is the entry's title: then its level is the entry's.
    pub is_title: bool,
    pub file: String,
    pub line: usize,
}

/// All names of the glossary, by their folded form.
#[derive(Debug, Default)]
pub struct Names {
    claims: BTreeMap<String, Claim>,
    /// Also of entries whose front matter is broken: a link to one of them is not a mistake of its own.
    slugs: Vec<String>,
}

/// How names are compared: case and surrounding space do not matter.
pub fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Collects every name and reports those claimed twice, by name or by the address that it would get.
pub fn register(files: &ContentFiles, drafts: &[Draft], problems: &mut Vec<Problem>) -> Names {
    let mut names = Names { slugs: files.terms.iter().map(|file| file.stem.clone()).collect(), ..Names::default() };
    let mut addresses: BTreeMap<String, Claim> = BTreeMap::new();
    // Titles first, so that an alias that takes another entry's title is the one that is told off.
    for draft in drafts {
        let claim = Claim { is_title: true, ..claim(draft, &draft.front.title, draft.front.level, draft.lines.title) };
        addresses.insert(draft.slug.clone(), claim.clone());
        names.claim(claim, problems);
    }
    for draft in drafts {
        for alias in &draft.front.aliases {
            let claim = claim(draft, &alias.name, alias.level.unwrap_or(draft.front.level), draft.lines.aliases);
            let address = slugify(&alias.name);
            match addresses.get(&address) {
                Some(other) if other.slug != draft.slug && fold(&other.name) != fold(&alias.name) => {
                    problems.push(Problem::new(
                        &claim.file,
                        claim.line,
                        format!("the alias “{}” would get the address of “{}” ({})", alias.name, other.name, other.file),
                        "Reword it or remove it",
                    ));
                }
                _ => {
                    addresses.entry(address).or_insert_with(|| claim.clone());
                }
            }
            names.claim(claim, problems);
        }
    }
    names
}

fn claim(draft: &Draft, name: &str, level: Level, line: usize) -> Claim {
    Claim { name: name.to_owned(), slug: draft.slug.clone(), level, is_title: false, file: draft.file.path.clone(), line }
}

impl Names {
    fn claim(&mut self, claim: Claim, problems: &mut Vec<Problem>) {
        let folded = fold(&claim.name);
        match self.claims.get(&folded) {
            Some(other) if other.slug != claim.slug => problems.push(Problem::new(
                &claim.file,
                claim.line,
                format!("the name “{}” is already claimed by {}", claim.name, other.file),
                "Remove it from one of the two, or make them one entry",
            )),
            Some(_) => problems.push(Problem::new(
                &claim.file,
                claim.line,
                format!("the name “{}” stands twice in this entry", claim.name),
                "Remove one",
            )),
            None => {
                self.claims.insert(folded, claim);
            }
        }
    }

    pub fn is_entry(&self, slug: &str) -> bool {
        self.slugs.iter().any(|known| known == slug)
    }

    pub fn get(&self, name: &str) -> Option<&Claim> {
        self.claims.get(&fold(name))
    }

    pub fn claims(&self) -> impl Iterator<Item = &Claim> {
        self.claims.values()
    }

    /// The slug with the most letters in common, for a message; `besides` is not it.
    pub fn nearest_slug(&self, wrong: &str, besides: &str) -> Option<&str> {
        let nearest = self.slugs.iter().filter(|slug| *slug != besides).min_by_key(|slug| edit_distance(slug, wrong))?;
        (edit_distance(nearest, wrong) <= wrong.len().div_ceil(2)).then_some(nearest)
    }

    /// The pages that send a reader on from an alias to its entry, by address.
    pub fn alias_pages(&self, drafts: &[Draft]) -> BTreeMap<String, AliasPage> {
        let mut pages = BTreeMap::new();
        for draft in drafts {
            for alias in &draft.front.aliases {
                let address = slugify(&alias.name);
                if !self.is_entry(&address) && !address.is_empty() {
                    pages.entry(address).or_insert(AliasPage { name: alias.name.clone(), leads_to: draft.slug.clone() });
                }
            }
        }
        pages
    }
}

/// Levenshtein's, for messages only.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substitution = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substitution.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
