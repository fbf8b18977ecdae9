//! Every page there is, with what its head says.

use crate::glossary::content::Glossary;
use crate::labs::LABS;
use crate::site::context::{NAME, Prerendered};
use crate::site::home::rows_html;
use crate::site::{Site, title};

use super::assets::Assets;
use super::{Config, article, conformance, embedding, json_ld, labs_index, paths, render, tally};

/// One HTML file.
pub struct Page {
    /// Where it is written: `terms/etag/index.html`.
    pub file: String,
    pub title: String,
    pub description: String,
    /// The address that counts for this page, with a leading slash; `None` on the 404 page.
    pub canonical: Option<String>,
    pub json_ld: Option<serde_json::Value>,
    /// The lab that stands on it.
    pub lab: Option<&'static str>,
    pub body: Body,
}

pub enum Body {
    /// Rendered by the application. `hydrate` is false where the browser has to build it anew.
    App { html: String, hydrate: bool },
    /// A page that sends the reader on.
    MovedTo { path: String, name: String, title: String },
}

pub fn site(glossary: &Glossary, config: &Config, assets: &Assets) -> Site {
    Site { base: config.base.clone(), search_data: assets.search_data.clone(), tally: tally::of(glossary), paths: paths::titles(glossary) }
}

pub fn all(glossary: &Glossary, config: &Config, assets: &Assets) -> Vec<Page> {
    let site = site(glossary, config, assets);
    let app = |path: &str, prerendered: Prerendered| Body::App {
        html: render::app(&site, &site.href(path), prerendered),
        hydrate: path != "/404.html",
    };
    let rows = glossary.entries.iter().map(|entry| entry.row()).collect();
    let rows = render::piece(&site, || rows_html(rows));
    let mut pages = vec![
        Page {
            file: "index.html".to_owned(),
            title: format!("{NAME}: backend engineering, explained and running"),
            description: config.description.clone(),
            canonical: Some("/".to_owned()),
            json_ld: Some(json_ld::set(glossary, config)),
            lab: None,
            body: app("/", Prerendered { rows: rows.into(), article: None }),
        },
        Page {
            file: "404.html".to_owned(),
            title: title::full("Not found"),
            description: "There is no page at this address.".to_owned(),
            canonical: None,
            json_ld: None,
            lab: None,
            body: app("/404.html", Prerendered::default()),
        },
        Page {
            file: "labs/index.html".to_owned(),
            title: title::full(labs_index::TITLE),
            description: "Instruments that run in the page: the same address gives the same run.".to_owned(),
            canonical: Some("/labs/".to_owned()),
            json_ld: None,
            lab: None,
            body: app("/labs/", Prerendered { article: Some(labs_index::article(config)), ..Prerendered::default() }),
        },
    ];
    pages.extend(LABS.iter().map(|lab| {
        let path = format!("/labs/{}/", lab.slug);
        Page {
            file: format!("labs/{}/index.html", lab.slug),
            title: title::full(lab.title),
            description: lab.summary.to_owned(),
            canonical: Some(path.clone()),
            json_ld: None,
            lab: Some(lab.slug),
            body: app(&path, Prerendered::default()),
        }
    }));
    pages.push(Page {
        file: "conformance/index.html".to_owned(),
        title: title::full(conformance::TITLE),
        description: conformance::LEAD.to_owned(),
        canonical: Some("/conformance/".to_owned()),
        json_ld: None,
        lab: None,
        body: app("/conformance/", Prerendered { article: Some(conformance::article(config)), ..Prerendered::default() }),
    });
    pages.push(Page {
        file: "embedding/index.html".to_owned(),
        title: title::full(embedding::TITLE),
        description: embedding::LEAD.to_owned(),
        canonical: Some("/embedding/".to_owned()),
        json_ld: None,
        lab: None,
        body: app("/embedding/", Prerendered { article: Some(embedding::article(glossary, config)), ..Prerendered::default() }),
    });
    for entry in &glossary.entries {
        let path = format!("/terms/{}/", entry.slug);
        let article = article::of(entry, glossary, config);
        pages.push(Page {
            file: format!("terms/{}/index.html", entry.slug),
            title: title::full(&entry.front.title),
            description: entry.lead_text.clone(),
            canonical: Some(path.clone()),
            json_ld: Some(json_ld::term(entry, config)),
            lab: entry.front.lab.as_ref().and_then(|lab| LABS.iter().find(|known| known.slug == lab.lab)).map(|lab| lab.slug),
            body: app(&path, Prerendered { article: Some(article), ..Prerendered::default() }),
        });
    }
    for article in paths::articles(glossary, config) {
        let path = format!("/{}/", paths::folder(&article.slug));
        pages.push(Page {
            file: format!("{}/index.html", paths::folder(&article.slug)),
            title: title::full(&article.title),
            description: paths::description(glossary, &article.slug),
            canonical: Some(path.clone()),
            json_ld: None,
            lab: None,
            body: app(&path, Prerendered { article: Some(article), ..Prerendered::default() }),
        });
    }
    for (address, alias) in &glossary.alias_pages {
        let Some(entry) = glossary.entry(&alias.leads_to) else { continue };
        let path = format!("/terms/{}/", entry.slug);
        pages.push(Page {
            file: format!("terms/{address}/index.html"),
            title: title::full(&alias.name),
            description: entry.lead_text.clone(),
            canonical: Some(path.clone()),
            json_ld: None,
            lab: None,
            body: Body::MovedTo { path, name: alias.name.clone(), title: entry.front.title.clone() },
        });
    }
    pages
}
