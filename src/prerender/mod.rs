//! The host program's work: every page, feed and index of the site, written beside what Trunk built.

mod article;
mod assets;
mod config;
mod conformance;
mod document;
mod embedding;
mod embeds;
mod feeds;
mod headers;
mod json_ld;
mod labs_index;
mod offline;
pub mod packed;
mod pages;
mod paths;
mod render;
pub mod report;
mod tally;
pub mod watch;

use std::fs;
use std::path::Path;
use std::time::SystemTime;

pub use config::Config;

use crate::glossary::content::{self, ContentFiles, Glossary, Surroundings};
use crate::labs;
use crate::site::article::Article;

/// What went wrong, in sentences, one a line.
pub struct Failure(pub String);

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure(error.to_string())
    }
}

impl From<String> for Failure {
    fn from(sentence: String) -> Self {
        Failure(sentence)
    }
}

/// Reads and validates the content.
pub fn read_glossary(content_dir: &Path, config: &Config) -> Result<Glossary, Failure> {
    let files = ContentFiles::read(content_dir)?;
    let check_lab = |lab: &content::LabReference| labs::check_scenario(&lab.lab, &lab.scenario);
    let around = Surroundings { base: &config.base, check_lab: &check_lab };
    content::compile(&files, &around).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failure(format!("{}\n{} problems in the content.", lines.join("\n"), lines.len()))
    })
}

/// Writes the site into `out`, where Trunk's `index.html`, program and style lie. Returns how many pages there are.
pub fn build(glossary: &Glossary, config: &Config, out: &Path) -> Result<usize, Failure> {
    let mut assets = assets::place(out, glossary)?;
    let articles = articles(glossary, config);
    let around = fs::read_to_string(out.join("index.html"))?;
    let text = articles.iter().map(|(_, article)| article::fragment(article, "")).fold(around, |all, one| all + &one);
    assets.build = offline::build_id(&assets, &text);
    let shell = document::Shell::read(&out.join("index.html"), config, &assets, glossary)?;
    let pages = pages::all(glossary, config, &assets);
    let count = pages.len();
    let policies = headers::Policies { page: document::RULES, card: embeds::CARD_POLICY, lab: document::RULES };
    fs::write(out.join("_headers"), headers::text(config, pages.iter().map(|page| page.file.as_str()), &policies))?;
    for page in pages {
        let path = out.join(&page.file);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, shell.page(&page))?;
    }
    for (folder, article) in &articles {
        fs::write(out.join(folder).join("article.html"), article::fragment(article, &assets.build))?;
    }
    let site = pages::site(glossary, config, &assets);
    fs::write(out.join("labs").join("plate.txt"), render::piece(&site, crate::site::home::plate_html))?;
    let worker = if config.dev { offline::retired(&config.base) } else { offline::service_worker(&config.base, &assets) };
    fs::write(out.join(offline::FILE), worker)?;
    for (name, text) in feeds::all(glossary, config) {
        fs::write(out.join(name), text)?;
    }
    for (name, text) in embeds::all(glossary, config, &assets, &site) {
        let path = out.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
    }
    if config.dev {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        fs::write(out.join("version.txt"), now.as_nanos().to_string())?;
    }
    Ok(count)
}

/// Every article with the folder of its page: what is fetched when a reader comes to it by a link of the site.
fn articles(glossary: &Glossary, config: &Config) -> Vec<(String, Article)> {
    let mut all: Vec<_> =
        glossary.entries.iter().map(|entry| (format!("terms/{}", entry.slug), article::of(entry, glossary, config))).collect();
    all.extend(paths::articles(glossary, config).into_iter().map(|article| (paths::folder(&article.slug), article)));
    all.push(("labs".to_owned(), labs_index::article(config)));
    all.push(("conformance".to_owned(), conformance::article(config)));
    all.push(("embedding".to_owned(), embedding::article(glossary, config)));
    all
}
