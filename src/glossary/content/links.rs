//! Links between entries: those an author writes, and those that first mentions get by themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::front_matter::Draft;
use super::highlight::escape;
use super::names::Names;
use super::{Entry, Problem};
use crate::glossary::Kind;

/// Addresses inside the site that an entry may link to, besides entries.
const PAGES: [&str; 5] = ["/", "/labs/", "/labs/rate-limiting/", "/labs/load-balancing/", "/labs/http-status/"];

/// A link that an author wrote, resolved.
#[derive(Debug, PartialEq, Eq)]
pub enum Target {
    /// Another entry, with the anchor if there is one.
    Entry {
        slug: String,
        anchor: Option<String>,
    },
    /// A place on the same page.
    Here(String),
    /// Another page of the site.
    Page(String),
    Elsewhere(String),
}

/// Where an address leads, or what is wrong with it and how to mend it.
pub fn resolve(address: &str, names: &Names) -> Result<Target, (String, String)> {
    if let Some(anchor) = address.strip_prefix('#') {
        return Ok(Target::Here(anchor.to_owned()));
    }
    if address.starts_with("https://") {
        return Ok(Target::Elsewhere(address.to_owned()));
    }
    let (path, anchor) = address.split_once('#').map_or((address, None), |(path, anchor)| (path, Some(anchor.to_owned())));
    if let Some(slug) = path.strip_prefix("/terms/").and_then(|rest| rest.strip_suffix('/')) {
        if names.is_entry(slug) {
            return Ok(Target::Entry { slug: slug.to_owned(), anchor });
        }
        let mend = names.nearest_slug(slug, "").map_or("Link to an entry".to_owned(), |near| format!("Did you mean /terms/{near}/"));
        return Err((format!("the link to {address} goes nowhere"), mend));
    }
    if PAGES.contains(&path.split('?').next().unwrap_or_default()) {
        return Ok(Target::Page(path.to_owned()));
    }
    Err((format!("the link to {address} goes nowhere"), "Write /terms/<slug>/, #heading or https://…".to_owned()))
}

/// Anchors can be checked only when every entry has its headings.
pub fn check_anchors(entries: &[Entry], drafts: &[Draft], problems: &mut Vec<Problem>) {
    let anchors: BTreeMap<&str, BTreeSet<&str>> =
        entries.iter().map(|entry| (entry.slug.as_str(), entry.anchors.iter().map(String::as_str).collect())).collect();
    for (entry, draft) in entries.iter().zip(drafts) {
        for (slug, anchor, line) in &entry.anchor_links {
            // An entry whose front matter is broken has no headings yet.
            if anchors.get(slug.as_str()).is_some_and(|known| !known.contains(anchor.as_str())) {
                problems.push(Problem::new(
                    &draft.file.path,
                    *line,
                    format!("the link to #{anchor} goes nowhere: {slug} has no such heading"),
                    "Use the heading's words in lower case with hyphens",
                ));
            }
        }
    }
}

/// Finds names of entries in running text and links the first mention of each.
pub struct FirstMentions<'a> {
    /// First word, folded → names that begin with it, longest first.
    by_first_word: BTreeMap<String, Vec<Mention<'a>>>,
    linked: BTreeSet<String>,
    base: &'a str,
}

struct Mention<'a> {
    folded: String,
    exact: &'a str,
    /// `GET` and `REST` are names; “get” and “rest” are words.
    exact_case: bool,
    slug: &'a str,
}

impl<'a> FirstMentions<'a> {
    /// `linked` are the entries not to link: the page itself and those that its author links by hand.
    pub fn new(names: &'a Names, kind_of: impl Fn(&str) -> Option<Kind>, linked: BTreeSet<String>, base: &'a str) -> Self {
        let mut by_first_word: BTreeMap<String, Vec<Mention>> = BTreeMap::new();
        for claim in names.claims() {
            // “Found” and “conflict” are words; a status is mentioned by its number and reason together.
            let is_status = kind_of(&claim.slug) == Some(Kind::Status);
            if is_status && !claim.name.starts_with(|c: char| c.is_ascii_digit()) {
                continue;
            }
            if claim.name.chars().count() < 3 || !claim.name.contains(char::is_alphabetic) {
                continue;
            }
            let folded = claim.name.to_lowercase();
            let first = words(&folded).next().map_or(String::new(), |(start, end)| folded[start..end].to_owned());
            let exact_case = !claim.name.chars().any(char::is_lowercase);
            by_first_word.entry(first).or_default().push(Mention { folded, exact: &claim.name, exact_case, slug: &claim.slug });
        }
        for mentions in by_first_word.values_mut() {
            mentions.sort_by_key(|mention| std::cmp::Reverse(mention.folded.len()));
        }
        FirstMentions { by_first_word, linked, base }
    }

    /// `text` as HTML with first mentions linked.
    pub fn html(&mut self, text: &str) -> String {
        let mut html = String::new();
        let mut done = 0;
        for (start, end) in words(text) {
            if start < done {
                continue;
            }
            let Some((length, slug)) = self.mention_at(&text[start..], &text[start..end]) else { continue };
            html.push_str(&escape(&text[done..start]));
            html.push_str(&opening_tag(self.base, &slug, None));
            html.push_str(&escape(&text[start..start + length]));
            html.push_str("</a>");
            done = start + length;
            self.linked.insert(slug);
        }
        html.push_str(&escape(&text[done..]));
        html
    }

    /// The longest name that `rest` begins with and that is not linked yet, with the length of its text there.
    fn mention_at(&self, rest: &str, first_word: &str) -> Option<(usize, String)> {
        // A plural's first word is its singular's for one-word names only: “proxies” is left alone, “quotas” is not.
        let folded_word = first_word.to_lowercase();
        let singular = folded_word.strip_suffix('s').unwrap_or(&folded_word);
        let candidates = [folded_word.as_str(), singular].into_iter().filter_map(|word| self.by_first_word.get(word)).flatten();
        let mut best: Option<(usize, &Mention)> = None;
        for mention in candidates {
            let Some(head) = rest.get(..mention.folded.len()) else { continue };
            let same = if mention.exact_case { head == mention.exact } else { head.to_lowercase() == mention.folded };
            if !same {
                continue;
            }
            let tail = &rest[mention.folded.len()..];
            let length = match tail.strip_prefix('s').filter(|_| !mention.exact_case || head.len() > 1) {
                Some(after) if at_word_end(after) => mention.folded.len() + 1,
                _ if at_word_end(tail) => mention.folded.len(),
                _ => continue,
            };
            if best.is_none_or(|(longest, _)| length > longest) {
                best = Some((length, mention));
            }
        }
        // Not the next best: “token bucket” must not become a link to “token” the second time.
        best.filter(|(_, mention)| !self.linked.contains(mention.slug)).map(|(length, mention)| (length, mention.slug.to_owned()))
    }
}

/// The opening tag of a link to an entry: the hook for its card.
pub fn opening_tag(base: &str, slug: &str, anchor: Option<&str>) -> String {
    let anchor = anchor.map_or(String::new(), |anchor| format!("#{}", escape(anchor)));
    format!("<a href=\"{base}terms/{slug}/{anchor}\" data-term=\"{slug}\">")
}

fn at_word_end(rest: &str) -> bool {
    // “cache-control” is not a mention of “cache”, nor “json.dumps” one of “JSON”.
    let mut characters = rest.chars();
    match characters.next() {
        None => true,
        Some('-' | '/' | '_' | '+') => false,
        Some('.') => !characters.next().is_some_and(char::is_alphanumeric),
        Some(other) => !other.is_alphanumeric(),
    }
}

/// Start and end of each word that may begin a mention: not after a hyphen, a slash or a dot.
fn words(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut previous = ' ';
    let mut start = None;
    let mut found = Vec::new();
    for (index, character) in text.char_indices() {
        let inside = character.is_alphanumeric();
        match (inside, start) {
            (true, None) if !previous.is_alphanumeric() && !matches!(previous, '-' | '/' | '.' | '_' | '@') => start = Some(index),
            (false, Some(from)) => {
                found.push((from, index));
                start = None;
            }
            _ => {}
        }
        previous = character;
    }
    if let Some(from) = start {
        found.push((from, text.len()));
    }
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_after_a_joint_begin_nothing() {
        let found: Vec<&str> =
            words("a cache-control, x/json (API)").map(|(start, end)| &"a cache-control, x/json (API)"[start..end]).collect();
        assert_eq!(found, ["a", "cache", "x", "API"]);
        assert!(!at_word_end("-control"));
        assert!(at_word_end(". Then"));
        assert!(!at_word_end(".dumps"));
    }
}
