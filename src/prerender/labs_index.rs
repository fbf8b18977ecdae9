//! `/labs/`: what can be run, as an article. The site's program does not know the labs.

use super::Config;
use crate::glossary::content::escape;
use crate::labs::{About, LABS, http_status, load_balancing, rate_limiting};
use crate::site::article::Article;

pub const TITLE: &str = "Labs";
const LEAD: &str = "Small instruments. Change something, and see what it did. The same address gives the same run, on every machine.";

pub fn article(config: &Config) -> Article {
    let sections: String = LABS.iter().map(|lab| section(config, lab)).collect();
    Article {
        slug: "labs".to_owned(),
        title: TITLE.to_owned(),
        head: format!("<h1>{TITLE}</h1><p class=\"lead\">{LEAD}</p>"),
        before: sections,
        ..Article::default()
    }
}

/// A lab with its scenarios.
fn section(config: &Config, lab: &About) -> String {
    let presets: Vec<(&str, &str)> = match lab.slug {
        http_status::SLUG => http_status::PRESETS.iter().map(|preset| (preset.slug, preset.title)).collect(),
        load_balancing::SLUG => load_balancing::PRESETS.iter().map(|preset| (preset.slug, preset.title)).collect(),
        _ => rate_limiting::PRESETS.iter().map(|preset| (preset.slug, preset.title)).collect(),
    };
    let address = format!("{}labs/{}/", config.base, lab.slug);
    let presets: String =
        presets.into_iter().map(|(slug, title)| format!("<li><a href=\"{address}?preset={slug}\">{}</a></li>", escape(title))).collect();
    format!(
        "<section class=\"lab-entry\"><h2><a href=\"{address}\">{}</a></h2><p>{}</p><ul>{presets}</ul></section>",
        escape(lab.title),
        escape(lab.summary)
    )
}
