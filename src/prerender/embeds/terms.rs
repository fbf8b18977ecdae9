//! `/embed/terms/<slug>/`: a term in short, as HTML that needs no program.

use super::super::Config;
use super::super::assets::Assets;
use super::head;
use crate::glossary::content::{Entry, Glossary, escape};
use crate::site::context::NAME;

/// A card is text: it needs its style and the frame's script, and may have nothing else.
pub const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";
const MOST_RELATED: usize = 3;

pub fn card(entry: &Entry, glossary: &Glossary, config: &Config, assets: &Assets) -> String {
    let front = &entry.front;
    let path = format!("/terms/{}/", entry.slug);
    let related: Vec<String> = front
        .related
        .iter()
        .filter_map(|slug| glossary.entry(slug))
        .take(MOST_RELATED)
        .map(|other| link(config, &format!("terms/{}/", other.slug), &other.front.title))
        .collect();
    let related = if related.is_empty() { String::new() } else { format!("<p class=\"related\">Related: {}</p>\n", related.join(", ")) };
    // The lead has no links of its own: it stands in lists and cards of the site too.
    format!(
        "<!doctype html>\n<html lang=\"en\">\n{head}<body class=\"embed-card\">\n<main>\n\
         <p class=\"level\"><i class=\"moon {level}\"></i>{label}</p>\n<h1>{title}</h1>\n<p class=\"lead\">{lead}</p>\n\
         {related}<p class=\"source\">{source}</p>\n</main>\n</body>\n</html>\n",
        head = head(&front.title, &entry.lead_text, &path, POLICY, &[&assets.embed_style], config, assets),
        level = front.level.slug(),
        label = front.level.label(),
        title = link(config, path.trim_start_matches('/'), &front.title),
        lead = entry.lead_html,
        source = link(config, "", NAME),
    )
}

/// A link that leaves the frame. `place` is an address of the site without its base.
fn link(config: &Config, place: &str, text: &str) -> String {
    format!("<a href=\"{}{place}\" target=\"_top\">{}</a>", config.base, escape(text))
}
