//! `/labs/`: what can be run, as an article. The site's program does not know the labs.

use super::Config;
use crate::glossary::content::escape;
use crate::labs::rate_limiting;
use crate::site::article::Article;

pub const TITLE: &str = "Labs";
const LEAD: &str = "Small instruments. Change something, and see what it did. The same address gives the same run, on every machine.";

pub fn article(config: &Config) -> Article {
    let lab = format!("{}labs/{}/", config.base, rate_limiting::SLUG);
    let presets: String = rate_limiting::PRESETS
        .iter()
        .map(|preset| format!("<li><a href=\"{lab}?preset={}\">{}</a></li>", preset.slug, escape(preset.title)))
        .collect();
    Article {
        slug: "labs".to_owned(),
        title: TITLE.to_owned(),
        head: format!("<h1>{TITLE}</h1><p class=\"lead\">{LEAD}</p>"),
        before: format!(
            "<section class=\"lab-entry\"><h2><a href=\"{lab}\">{}</a></h2><p>{}</p><ul>{presets}</ul></section>",
            escape(rate_limiting::TITLE),
            escape(rate_limiting::SUMMARY)
        ),
        ..Article::default()
    }
}
