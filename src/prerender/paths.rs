//! Reading paths as pages: `/paths/` with all of them, `/paths/<slug>/` with one, and the place of an entry on its paths.
//!
//! Boxes to tick are in the HTML; the browser fills in what the reader has read (`site::progress`).

use std::fmt::Write;

use super::Config;
use crate::glossary::content::{Entry, Glossary, ReadingPath, escape};
use crate::site::article::Article;

pub const TITLE: &str = "Reading paths";
const LEAD: &str = "A few entries in the order in which they are best read. What you have read is kept in this browser, and nowhere else.";

/// Where an article's page lies: its slug is `paths` or `path-<slug>`, so that no entry has the same.
pub fn folder(slug: &str) -> String {
    slug.strip_prefix("path-").map_or_else(|| slug.to_owned(), |slug| format!("paths/{slug}"))
}

/// (slug, title) of each.
pub fn titles(glossary: &Glossary) -> Vec<(String, String)> {
    glossary.paths.iter().map(|path| (path.slug.clone(), path.title.clone())).collect()
}

pub fn description(glossary: &Glossary, slug: &str) -> String {
    let path = slug.strip_prefix("path-").and_then(|slug| glossary.paths.iter().find(|path| path.slug == slug));
    path.map_or(LEAD, |path| &path.summary).to_owned()
}

/// The list of paths, and each path.
pub fn articles(glossary: &Glossary, config: &Config) -> Vec<Article> {
    let list: String = glossary.paths.iter().map(|path| entry_of_list(path, glossary, config)).collect();
    let index = Article {
        slug: "paths".to_owned(),
        title: TITLE.to_owned(),
        head: format!("<h1>{TITLE}</h1><p class=\"lead\">{LEAD}</p>"),
        before: format!("<ul class=\"paths\">{list}</ul>"),
        ..Article::default()
    };
    std::iter::once(index).chain(glossary.paths.iter().map(|path| article(path, glossary, config))).collect()
}

fn entry_of_list(path: &ReadingPath, glossary: &Glossary, config: &Config) -> String {
    let steps: Vec<String> = path.terms.iter().filter_map(|slug| glossary.entry(slug)).map(|entry| escape(&entry.front.title)).collect();
    format!(
        "<li><h2 id=\"{slug}\"><a href=\"{base}paths/{slug}/\">{title}</a></h2><p>{summary}</p>{count}<p class=\"unit\">{steps}</p></li>",
        slug = path.slug,
        base = config.base,
        title = escape(&path.title),
        summary = escape(&path.summary),
        count = count(path),
        steps = steps.join(" → "),
    )
}

/// How far the reader is: how many there are, until the browser knows more.
fn count(path: &ReadingPath) -> String {
    format!("<p class=\"path-count\" data-path-count=\"{}\">{} entries</p>", escape(&path.terms.join(" ")), path.terms.len())
}

fn article(path: &ReadingPath, glossary: &Glossary, config: &Config) -> Article {
    let mut steps = String::new();
    for entry in path.terms.iter().filter_map(|slug| glossary.entry(slug)) {
        let _ = write!(
            steps,
            "<li><p class=\"step-title\"><i class=\"moon {level}\" title=\"{label}\"><span class=\"sr\">{label}</span></i> \
             <a href=\"{base}terms/{slug}/\">{title}</a></p><p>{lead}</p>\
             <label class=\"check needs-js\"><input type=\"checkbox\" data-step=\"{slug}\">read</label></li>",
            level = entry.front.level.slug(),
            label = entry.front.level.label(),
            base = config.base,
            slug = entry.slug,
            title = escape(&entry.front.title),
            lead = entry.lead_html,
        );
    }
    Article {
        slug: format!("path-{}", path.slug),
        title: path.title.clone(),
        head: format!(
            "<p class=\"kicker\"><a href=\"{}paths/\">{TITLE}</a></p><h1>{}</h1><p class=\"lead\">{}</p>",
            config.base,
            escape(&path.title),
            escape(&path.summary)
        ),
        before: format!("{}<ol class=\"steps\">{steps}</ol>", count(path)),
        ..Article::default()
    }
}

/// For the margin of an entry: on which paths it lies, and what comes next there.
pub fn on_the_way(entry: &Entry, glossary: &Glossary, config: &Config) -> String {
    let mut rows = String::new();
    for path in &glossary.paths {
        let Some(place) = path.terms.iter().position(|slug| *slug == entry.slug) else { continue };
        let next = path.terms.get(place + 1).and_then(|slug| glossary.entry(slug)).map_or(String::new(), |next| {
            format!(", next <a href=\"{}terms/{}/\" data-term=\"{}\">{}</a>", config.base, next.slug, next.slug, escape(&next.front.title))
        });
        let _ = write!(
            rows,
            "<li><a href=\"{}paths/{}/\">{}</a>: {} of {}{next}</li>",
            config.base,
            path.slug,
            escape(&path.title),
            place + 1,
            path.terms.len()
        );
    }
    if rows.is_empty() { rows } else { format!("<section><h2>On a path</h2><ul>{rows}</ul></section>") }
}
