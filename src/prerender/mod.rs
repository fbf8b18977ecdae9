//! The host program's work: every page, feed and index of the site, written beside what Trunk built.

mod article;
mod assets;
mod config;
mod conformance;
mod document;
mod embedding;
mod embeds;
mod feeds;
mod json_ld;
mod labs_index;
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
    let assets = assets::place(out, glossary)?;
    let shell = document::Shell::read(&out.join("index.html"), config, &assets, glossary)?;
    let pages = pages::all(glossary, config, &assets);
    let count = pages.len();
    for page in pages {
        let path = out.join(&page.file);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, shell.page(&page))?;
    }
    for entry in &glossary.entries {
        fs::write(out.join("terms").join(&entry.slug).join("article.html"), article::fragment(&article::of(entry, glossary, config)))?;
    }
    for article in paths::articles(glossary, config) {
        fs::write(out.join(paths::folder(&article.slug)).join("article.html"), article::fragment(&article))?;
    }
    fs::write(out.join("labs").join("article.html"), article::fragment(&labs_index::article(config)))?;
    let site = pages::site(glossary, config, &assets);
    fs::write(out.join("labs").join("plate.txt"), render::piece(&site, crate::site::home::plate_html))?;
    fs::write(out.join("conformance").join("article.html"), article::fragment(&conformance::article(config)))?;
    fs::write(out.join("embedding").join("article.html"), article::fragment(&embedding::article(glossary, config)))?;
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
