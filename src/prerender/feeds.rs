//! Files for programs: public data, site map, feed, search description, manifest.

use serde_json::json;

use super::Config;
use crate::glossary::content::{Glossary, escape};
use crate::labs::LABS;
use crate::site::context::NAME;

/// (name, text) of each file.
pub fn all(glossary: &Glossary, config: &Config) -> Vec<(&'static str, String)> {
    vec![
        ("glossary.json", glossary_json(glossary, config)),
        ("sitemap.xml", sitemap(glossary, config)),
        ("feed.xml", feed(glossary, config)),
        ("robots.txt", format!("User-agent: *\nAllow: /\n\nSitemap: {}\n", config.full("/sitemap.xml"))),
        ("opensearch.xml", opensearch(config)),
        ("manifest.webmanifest", manifest(config)),
        ("icon.svg", ICON.to_owned()),
    ]
}

/// A moon in its half: the middle level, and the mark of the site.
const ICON: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><rect width=\"32\" height=\"32\" rx=\"7\" fill=\"#1a1c22\"/><circle cx=\"16\" cy=\"16\" r=\"9\" fill=\"none\" stroke=\"#fbfaf6\" stroke-width=\"2.5\"/><path d=\"M16 7a9 9 0 0 1 0 18z\" fill=\"#46c4a2\"/></svg>\n";

/// The stable public data: an array of `{slug, title, aliases, level, topics, summary, url, related}`.
fn glossary_json(glossary: &Glossary, config: &Config) -> String {
    let entries: Vec<_> = glossary
        .entries
        .iter()
        .map(|entry| {
            json!({
                "slug": entry.slug,
                "title": entry.front.title,
                "aliases": entry.front.aliases.iter().map(|alias| alias.name.as_str()).collect::<Vec<_>>(),
                "level": entry.front.level.slug(),
                "topics": entry.front.topics.iter().map(|topic| topic.slug()).collect::<Vec<_>>(),
                "summary": entry.lead_text,
                "url": config.full(&format!("/terms/{}/", entry.slug)),
                "related": entry.front.related,
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::Array(entries))
}

fn sitemap(glossary: &Glossary, config: &Config) -> String {
    let places = ["/".to_owned(), "/labs/".to_owned(), "/conformance/".to_owned(), "/embedding/".to_owned()];
    let places = places.into_iter().chain(LABS.map(|lab| format!("/labs/{}/", lab.slug)));
    let paths = crate::prerender::paths::articles(glossary, config)
        .into_iter()
        .map(|article| format!("/{}/", crate::prerender::paths::folder(&article.slug)));
    let places: Vec<String> = places.into_iter().chain(paths).collect();
    let places: String = places.iter().map(|path| format!("<url><loc>{}</loc></url>\n", escape(&config.full(path)))).collect();
    let terms: String = glossary
        .entries
        .iter()
        .map(|entry| {
            format!(
                "<url><loc>{}</loc><lastmod>{}</lastmod></url>\n",
                escape(&config.full(&format!("/terms/{}/", entry.slug))),
                entry.front.reviewed
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n{places}{terms}</urlset>\n"
    )
}

/// Atom (RFC 4287): the forty entries reviewed last.
fn feed(glossary: &Glossary, config: &Config) -> String {
    let mut entries: Vec<_> = glossary.entries.iter().collect();
    entries.sort_by(|a, b| b.front.reviewed.cmp(&a.front.reviewed).then_with(|| a.front.title.cmp(&b.front.title)));
    let updated = entries.first().map_or("2026-01-01", |entry| entry.front.reviewed.as_str());
    let items: String = entries
        .iter()
        .take(40)
        .map(|entry| {
            let url = escape(&config.full(&format!("/terms/{}/", entry.slug)));
            format!(
                "<entry><id>{url}</id><title>{}</title><link href=\"{url}\"/><updated>{}T00:00:00Z</updated><summary>{}</summary></entry>\n",
                escape(&entry.front.title),
                entry.front.reviewed,
                escape(&entry.lead_text),
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<id>{url}</id>\n<title>{NAME}</title>\n<subtitle>{}</subtitle>\n<link href=\"{url}\"/>\n<link rel=\"self\" href=\"{}\"/>\n<author><name>{NAME}</name></author>\n<updated>{updated}T00:00:00Z</updated>\n{items}</feed>\n",
        escape(&config.description),
        escape(&config.full("/feed.xml")),
        url = escape(&config.url),
    )
}

fn opensearch(config: &Config) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OpenSearchDescription xmlns=\"http://a9.com/-/spec/opensearch/1.1/\">\n<ShortName>Field Guide</ShortName>\n<Description>{}</Description>\n<InputEncoding>UTF-8</InputEncoding>\n<Url type=\"text/html\" template=\"{}?q={{searchTerms}}\"/>\n<Image width=\"32\" height=\"32\" type=\"image/svg+xml\">{}</Image>\n</OpenSearchDescription>\n",
        escape(&config.description),
        escape(&config.url),
        escape(&config.full("/icon.svg")),
    )
}

fn manifest(config: &Config) -> String {
    let manifest = json!({
        "name": NAME,
        "short_name": "Field Guide",
        "description": config.description,
        "start_url": config.base,
        "scope": config.base,
        "display": "minimal-ui",
        "background_color": "#fbfaf6",
        "theme_color": "#1a1c22",
        "icons": [{ "src": format!("{}icon.svg", config.base), "sizes": "any", "type": "image/svg+xml" }],
    });
    format!("{manifest:#}\n")
}
