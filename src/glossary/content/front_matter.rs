//! The TOML between the `+++` lines: parsed by hand over a spanned document, so that every mistake has its line
//! and one mistake does not hide the next.

use std::ops::Range;

use toml_edit::{Document, Item, Table, Value};

use super::names::Names;
use super::{Problem, SourceFile, Surroundings};
use crate::glossary::{Kind, Level, Topic};

/// A name other than the title, with a level of its own where a list says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub name: String,
    pub level: Option<Level>,
}

/// Where a fact can be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub title: String,
    pub url: String,
}

/// The lab that shows a term, and the scenario it opens on: `rate-limiting?preset=boundary`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabReference {
    pub lab: String,
    pub scenario: String,
}

#[derive(Clone, Debug)]
pub struct FrontMatter {
    pub title: String,
    pub aliases: Vec<Name>,
    pub level: Level,
    pub topics: Vec<Topic>,
    pub kind: Kind,
    pub related: Vec<String>,
    pub lab: Option<LabReference>,
    pub sources: Vec<Source>,
    /// `2026-11-22`.
    pub reviewed: String,
}

/// A file whose front matter is understood.
#[derive(Debug)]
pub struct Draft<'a> {
    pub file: &'a SourceFile,
    pub slug: String,
    pub front: FrontMatter,
    /// The Markdown after the front matter.
    pub body: &'a str,
    /// The line on which `body` begins, from 1.
    pub body_line: usize,
    /// Lines of the keys that later checks report on.
    pub lines: KeyLines,
}

#[derive(Debug, Default)]
pub struct KeyLines {
    pub title: usize,
    pub aliases: usize,
    pub related: Vec<usize>,
    pub lab: usize,
}

const KEYS: [&str; 9] = ["title", "aliases", "level", "topics", "kind", "related", "lab", "sources", "reviewed"];

/// What the values of lists look like, for messages.
const TEXT_SHAPE: &str = "\"…\"";
const SOURCE_SHAPE: &str = "{ title = \"…\", url = \"https://…\" }";

/// Reads one file. Everything wrong with it is added to `problems`; `None` if it has no front matter to read.
pub fn parse<'a>(file: &'a SourceFile, problems: &mut Vec<Problem>) -> Option<Draft<'a>> {
    let Some((toml, body)) = file.text.strip_prefix("+++\n").and_then(|rest| rest.split_once("\n+++\n")) else {
        problems.push(Problem::new(
            &file.path,
            1,
            "the file has no front matter",
            "Begin it with a line `+++`, the keys, and a second line `+++`",
        ));
        return None;
    };
    let document = match Document::parse(toml) {
        Ok(document) => document,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            problems.push(Problem::new(
                &file.path,
                2 + newlines(&toml[..at.min(toml.len())]),
                format!("the front matter is not TOML: {}", error.message().lines().next().unwrap_or_default().trim()),
                "Mend the line; strings stand in double quotes",
            ));
            return None;
        }
    };

    let mut reader = Reader { file, toml, table: document.as_table(), problems };
    reader.check_keys();
    let title = reader.string("title");
    let aliases = reader.aliases();
    let level = reader.closed("level", Level::from_slug, Level::slugs);
    let kind = reader.closed("kind", Kind::from_slug, Kind::slugs);
    let topics = reader.topics();
    let related = reader.strings("related");
    let lab = reader.lab();
    let sources = reader.sources();
    let reviewed = reader.reviewed();
    let lines = KeyLines {
        title: reader.line("title"),
        aliases: reader.line("aliases"),
        related: related.iter().map(|(_, line)| *line).collect(),
        lab: reader.line("lab"),
    };

    if !slug_is_well_formed(&file.stem) {
        problems.push(Problem::new(
            &file.path,
            1,
            format!("the file name “{}” cannot be an address", file.stem),
            "Use lower-case letters, digits and single hyphens",
        ));
    }
    // What is missing is stood in for, so that the text below is judged in the same run; the build fails all the same.
    Some(Draft {
        file,
        slug: file.stem.clone(),
        front: FrontMatter {
            title: title.unwrap_or_else(|| file.stem.clone()),
            aliases,
            level: level.unwrap_or(Level::Beginner),
            topics,
            kind: kind.unwrap_or(Kind::Concept),
            related: related.into_iter().map(|(slug, _)| slug).collect(),
            lab,
            sources,
            reviewed: reviewed.unwrap_or_default(),
        },
        body,
        body_line: 1 + newlines(&file.text[..file.text.len() - body.len()]),
        lines,
    })
}

/// Related slugs and labs must exist.
pub fn check_references(drafts: &[Draft], names: &Names, around: &Surroundings, problems: &mut Vec<Problem>) {
    for draft in drafts {
        for (slug, line) in draft.front.related.iter().zip(&draft.lines.related) {
            if *slug == draft.slug {
                problems.push(Problem::new(&draft.file.path, *line, "the entry is related to itself", "Remove it from `related`"));
            } else if !names.is_entry(slug) {
                let mend = match names.nearest_slug(slug, &draft.slug) {
                    Some(near) => format!("Did you mean “{near}”"),
                    None => "Name the slug of an entry".to_owned(),
                };
                problems.push(Problem::new(&draft.file.path, *line, format!("there is no entry “{slug}” to be related to"), mend));
            }
        }
        if let Some(Err(wrong)) = draft.front.lab.as_ref().map(around.check_lab) {
            problems.push(Problem::new(&draft.file.path, draft.lines.lab, wrong, "Open the lab, set it up and copy its address"));
        }
    }
}

fn slug_is_well_formed(slug: &str) -> bool {
    slug == super::slugify(slug) && !slug.is_empty()
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

struct Reader<'a> {
    file: &'a SourceFile,
    toml: &'a str,
    table: &'a Table,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn line_of(&self, span: Option<Range<usize>>) -> usize {
        2 + newlines(&self.toml[..span.map_or(0, |span| span.start).min(self.toml.len())])
    }

    /// The line of a key, or of the first `+++` if it is missing.
    fn line(&self, key: &str) -> usize {
        self.table.key(key).map_or(1, |key| self.line_of(key.span()))
    }

    fn complain(&mut self, line: usize, what: impl Into<String>, mend: impl Into<String>) {
        self.problems.push(Problem::new(&self.file.path, line, what, mend));
    }

    fn check_keys(&mut self) {
        for (key, _) in self.table.iter() {
            if !KEYS.contains(&key) {
                self.complain(self.line(key), format!("unknown key `{key}`"), format!("Use only {}", KEYS.join(", ")));
            }
        }
    }

    fn present(&mut self, key: &str) -> Option<&Item> {
        if self.table.get(key).is_none() {
            self.complain(1, format!("the key `{key}` is missing"), format!("Add `{key} = …`"));
        }
        self.table.get(key)
    }

    fn string(&mut self, key: &str) -> Option<String> {
        let text = self.present(key)?.as_str().map(str::trim).unwrap_or_default().to_owned();
        if text.is_empty() {
            self.complain(self.line(key), format!("`{key}` is not a text"), format!("Write `{key} = \"…\"`"));
            return None;
        }
        Some(text)
    }

    fn closed<T>(&mut self, key: &str, find: fn(&str) -> Option<T>, all: fn() -> String) -> Option<T> {
        let text = self.string(key)?;
        let found = find(&text);
        if found.is_none() {
            self.complain(self.line(key), format!("unknown {key} “{text}”"), format!("Use one of: {}", all()));
        }
        found
    }

    /// The values of a list with their lines; anything but a list is a problem. `shape` is what one of them looks like.
    fn list(&mut self, key: &str, shape: &str) -> Vec<(Value, usize)> {
        let Some(item) = self.table.get(key) else { return Vec::new() };
        match item.as_array() {
            Some(array) => array.iter().map(|value| (value.clone(), self.line_of(value.span()))).collect(),
            None => {
                self.complain(self.line(key), format!("`{key}` is not a list"), format!("Write `{key} = [{shape}]`"));
                Vec::new()
            }
        }
    }

    fn strings(&mut self, key: &str) -> Vec<(String, usize)> {
        self.present(key);
        let mut texts = Vec::new();
        for (value, line) in self.list(key, TEXT_SHAPE) {
            match value.as_str() {
                Some(text) => texts.push((text.to_owned(), line)),
                None => self.complain(line, format!("`{key}` holds something that is not a text"), "Put it in double quotes"),
            }
        }
        texts
    }

    fn topics(&mut self) -> Vec<Topic> {
        let texts = self.strings("topics");
        let count = self.table.get("topics").and_then(Item::as_array).map(|array| array.len());
        if let Some(count) = count.filter(|count| !(1..=3).contains(count)) {
            self.complain(self.line("topics"), format!("the entry has {count} topics"), "Choose one to three");
        }
        let mut topics = Vec::new();
        for (text, line) in texts {
            match Topic::from_slug(&text) {
                Some(topic) => topics.push(topic),
                None => self.complain(line, format!("unknown topic “{text}”"), format!("Use one of: {}", Topic::slugs())),
            }
        }
        topics
    }

    fn aliases(&mut self) -> Vec<Name> {
        let mut names = Vec::new();
        for (value, line) in self.list("aliases", TEXT_SHAPE) {
            let table = value.as_inline_table();
            let name = value.as_str().or_else(|| table?.get("name")?.as_str());
            let level = table.and_then(|table| table.get("level"));
            let known_level = level.and_then(Value::as_str).and_then(Level::from_slug);
            match name.filter(|name| !name.trim().is_empty()) {
                None => self.complain(line, "an alias has no name", "Write \"name\" or { name = \"…\", level = \"…\" }"),
                Some(_) if level.is_some() && known_level.is_none() => {
                    let written = level.map(|level| level.as_str().map_or_else(|| level.to_string(), str::to_owned)).unwrap_or_default();
                    self.complain(line, format!("unknown level “{}”", written.trim()), format!("Use one of: {}", Level::slugs()))
                }
                Some(name) => names.push(Name { name: name.to_owned(), level: known_level }),
            }
        }
        names
    }

    fn lab(&mut self) -> Option<LabReference> {
        self.table.get("lab")?;
        let text = self.string("lab")?;
        let (lab, scenario) = text.split_once('?').unwrap_or((&text, ""));
        Some(LabReference { lab: lab.to_owned(), scenario: scenario.to_owned() })
    }

    fn sources(&mut self) -> Vec<Source> {
        let mut sources = Vec::new();
        if self.present("sources").and_then(Item::as_array).is_some_and(|array| array.is_empty()) {
            self.complain(self.line("sources"), "the entry names no source", "Name the RFC, the paper or the project's own documentation");
        }
        for (value, line) in self.list("sources", SOURCE_SHAPE) {
            let field = |key| value.as_inline_table().and_then(|table| table.get(key)).and_then(Value::as_str);
            match (field("title"), field("url")) {
                (Some(_), Some(url)) if !url.starts_with("https://") => {
                    self.complain(line, format!("the source “{url}” is not https"), "Give an address that begins with https://");
                }
                (Some(title), Some(url)) => sources.push(Source { title: title.to_owned(), url: url.to_owned() }),
                _ => self.complain(line, "a source lacks its title or its address", format!("Write {SOURCE_SHAPE}")),
            }
        }
        sources
    }

    fn reviewed(&mut self) -> Option<String> {
        let date = self.present("reviewed")?.as_datetime().filter(|date| date.time.is_none()).and_then(|date| date.date);
        if date.is_none() {
            self.complain(self.line("reviewed"), "`reviewed` is not a date", "Write it without quotes: reviewed = 2026-11-22");
        }
        date.map(|date| date.to_string())
    }
}
