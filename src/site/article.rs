//! A term's article: prerendered HTML in four parts, never in the wasm. The first page's is in the document already;
//! after client-side navigation it is fetched as a fragment beside the page.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::browser::{self, FetchError};
use super::context::{Prerendered, Site};
use super::start;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Article {
    pub slug: String,
    pub title: String,
    /// The lab that shows it, as `rate-limiting?preset=…`.
    pub lab: Option<String>,
    /// Level, topics, title, lead.
    pub head: String,
    /// The text up to the place of the lab, and after it.
    pub before: String,
    pub after: String,
    /// Watch out, related, sources.
    pub margin: String,
}

/// The article of the page that is being rendered on the host or hydrated in the browser.
pub fn initial(slug: &str) -> Option<Article> {
    let article = if cfg!(target_arch = "wasm32") {
        start::is_hydrating().then(in_document).flatten()
    } else {
        use_context::<Prerendered>().and_then(|prerendered| prerendered.article)
    };
    article.filter(|article| article.slug == slug)
}

fn in_document() -> Option<Article> {
    read(browser::by_id("article")?.as_ref())
}

/// The parts are read back even where hydration would keep them: a later render then writes what is there already.
fn read(article: &web_sys::Element) -> Option<Article> {
    let part = |name: &str| {
        article.query_selector(&format!("[data-part={name}]")).ok().flatten().map(|part| part.inner_html()).unwrap_or_default()
    };
    Some(Article {
        slug: article.get_attribute("data-slug")?,
        title: article.get_attribute("data-title")?,
        lab: article.get_attribute("data-lab"),
        head: part("head"),
        before: part("before"),
        after: part("after"),
        margin: part("margin"),
    })
}

/// Fetches the fragment of an article's page, which lies in `folder`: `/terms/etag/`.
pub async fn fetch(site: &Site, folder: &str) -> Result<Article, FetchError> {
    let html = browser::fetch_text(&site.href(&format!("{folder}article.html"))).await?;
    // A host that answers everything with its front page has no article in it.
    parse(&html).ok_or(FetchError::Status(404))
}

fn parse(html: &str) -> Option<Article> {
    let holder = browser::document().create_element("template").ok()?;
    holder.set_inner_html(html);
    let fragment: web_sys::HtmlTemplateElement = holder.dyn_into().ok()?;
    read(&fragment.content().first_element_child()?)
}
