//! An entry's article in its four parts, for the page and for the fragment beside it.

use crate::glossary::content::{Entry, Glossary, escape};
use crate::site::article::Article;

use super::{Config, paths};

pub fn of(entry: &Entry, glossary: &Glossary, config: &Config) -> Article {
    Article {
        slug: entry.slug.clone(),
        title: entry.front.title.clone(),
        lab: entry.front.lab.as_ref().map(|lab| format!("{}?{}", lab.lab, lab.scenario)),
        head: head(entry, config),
        before: entry.before_lab.clone(),
        after: entry.after_lab.clone(),
        margin: margin(entry, glossary, config),
    }
}

/// What client-side navigation fetches.
pub fn fragment(article: &Article, build: &str) -> String {
    let lab = article.lab.as_ref().map_or(String::new(), |lab| format!(" data-lab=\"{}\"", escape(lab)));
    format!(
        "<article data-build=\"{build}\" data-slug=\"{}\" data-title=\"{}\"{lab}><div data-part=\"head\">{}</div><div data-part=\"before\">{}</div><div data-part=\"after\">{}</div><div data-part=\"margin\">{}</div></article>\n",
        article.slug,
        escape(&article.title),
        article.head,
        article.before,
        article.after,
        article.margin
    )
}

fn head(entry: &Entry, config: &Config) -> String {
    let front = &entry.front;
    let topics: Vec<String> =
        front.topics.iter().map(|topic| format!("<a href=\"{}?topic={}\">{}</a>", config.base, topic.slug(), topic.label())).collect();
    // Numbers and other spellings are for the search; a reader is told the real other names.
    let also: Vec<String> = front
        .aliases
        .iter()
        .filter(|alias| first_word(&alias.name) != first_word(&front.title))
        .filter(|alias| !alias.name.chars().all(|c| c.is_ascii_digit()) && !alias.name.starts_with("HTTP "))
        .take(3)
        .map(|alias| escape(&alias.name))
        .collect();
    let also = if also.is_empty() { String::new() } else { format!("<span class=\"also\">also: {}</span>", also.join(", ")) };
    format!(
        "<p class=\"kicker\"><a class=\"level\" href=\"{base}?level={level}\"><i class=\"moon {level}\"></i>{label}</a> <span>{topics} · {kind}</span> {also}</p><h1>{title}</h1><p class=\"lead\">{lead}</p>",
        base = config.base,
        level = front.level.slug(),
        label = front.level.label(),
        topics = topics.join(", "),
        kind = front.kind.label(),
        title = escape(&front.title),
        lead = entry.lead_html,
    )
}

fn margin(entry: &Entry, glossary: &Glossary, config: &Config) -> String {
    let mut html = String::new();
    if !entry.watch_out.is_empty() {
        html.push_str(&format!("<section class=\"watch-out\"><h2 id=\"watch-out\">Watch out</h2>{}</section>", entry.watch_out));
    }
    let related: String = entry
        .front
        .related
        .iter()
        .filter_map(|slug| glossary.entry(slug))
        .map(|other| {
            format!(
                "<li><a href=\"{}terms/{}/\" data-term=\"{}\">{}</a></li>",
                config.base,
                other.slug,
                other.slug,
                escape(&other.front.title)
            )
        })
        .collect();
    html.push_str(&format!("<section><h2>Related</h2><ul>{related}</ul></section>"));
    html.push_str(&paths::on_the_way(entry, glossary, config));
    let sources: String = entry
        .front
        .sources
        .iter()
        .map(|source| format!("<li><a href=\"{}\" rel=\"noopener\">{}</a></li>", escape(&source.url), escape(&source.title)))
        .collect();
    html.push_str(&format!("<section><h2>Sources</h2><ul>{sources}</ul></section>"));
    let edit = config.edit.as_ref().map_or(String::new(), |edit| {
        format!("<li><a href=\"{}{}.md\" rel=\"noopener\">Edit this page</a></li>", escape(edit), entry.slug)
    });
    html.push_str(&format!(
        "<section><h2>This page</h2><ul><li>Reviewed <time datetime=\"{date}\">{date}</time></li>{edit}</ul></section>",
        date = entry.front.reviewed
    ));
    html
}

/// “rate limiter” says nothing beside “Rate limiting”.
fn first_word(name: &str) -> String {
    name.split([' ', '-']).next().unwrap_or_default().to_lowercase()
}
