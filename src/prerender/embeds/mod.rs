//! What stands in frames of other people's pages: a term's card, a lab alone, the script that makes the frames, and the
//! oEmbed documents that tell of them.

mod labs;
mod oembed;
mod terms;

use super::Config;
use super::assets::{Assets, without_comments};
use crate::glossary::content::{Glossary, escape};
use crate::labs::LABS;
use crate::site::{Site, title};

pub use oembed::of_page;
pub use terms::POLICY as CARD_POLICY;

/// At a fixed name, since other people's pages name it: `embed.js`.
const LOADER: &str = include_str!("../../site/embed/loader.js");

/// The loader as other people's pages get it: without its comments, which are a tenth of it and of no use there.
fn loader() -> String {
    without_comments(LOADER)
}

/// (name, text) of each file.
pub fn all(glossary: &Glossary, config: &Config, assets: &Assets, site: &Site) -> Vec<(String, String)> {
    let mut files = vec![("embed.js".to_owned(), loader())];
    for entry in &glossary.entries {
        let place = format!("terms/{}", entry.slug);
        files.push((format!("embed/{place}/index.html"), terms::card(entry, glossary, config, assets)));
        files.push((format!("oembed/{place}.json"), oembed::document(&place, &entry.front.title, oembed::CARD, config)));
    }
    for lab in &LABS {
        let Some(program) = assets.labs.iter().find(|program| program.slug == lab.slug) else { continue };
        let place = format!("labs/{}", lab.slug);
        let page = labs::page(lab, &labs::picture(lab, site), program, glossary, config, assets);
        files.push((format!("embed/{place}/index.html"), page));
        files.push((format!("oembed/{place}.json"), oembed::document(&place, lab.title, oembed::LAB, config)));
    }
    files
}

/// The head of a page for frames. `path` is the page of the site that counts in its place; `policy` must not say who may
/// frame it, and in HTML it could not.
fn head(name: &str, about: &str, path: &str, policy: &str, styles: &[&str], config: &Config, assets: &Assets) -> String {
    let base = &config.base;
    let styles: String = styles.iter().map(|style| format!("<link rel=\"stylesheet\" href=\"{base}{style}\">\n")).collect();
    format!(
        "<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"content-security-policy\" content=\"{policy}\">\n<base target=\"_top\">\n<title>{}</title>\n\
         <meta name=\"description\" content=\"{}\">\n<meta name=\"robots\" content=\"noindex\">\n<link rel=\"canonical\" href=\"{}\">\n{styles}\
         <link rel=\"icon\" href=\"{base}icon.svg\" type=\"image/svg+xml\">\n<script type=\"module\" src=\"{base}{}\"></script>\n</head>\n",
        escape(&title::full(name)),
        escape(about),
        escape(&config.full(path)),
        assets.embed_frame,
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::assets::{EMBED_FRAME, sample as assets, without_fonts};
    use super::super::{Failure, read_glossary};
    use super::*;

    /// The most that a card may come to with its style and script; the site's tests hold what is sent, which is less.
    const CARD: usize = 12_000;

    fn config() -> Config {
        Config {
            description: String::new(),
            url: "https://docs.example/guide/".to_owned(),
            base: "/guide/".to_owned(),
            edit: None,
            dev: false,
        }
    }

    fn glossary() -> Glossary {
        let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("content");
        read_glossary(&content, &config()).unwrap_or_else(|Failure(sentences)| panic!("{sentences}"))
    }

    /// Values of `href` and `src`.
    fn addresses(html: &str) -> Vec<&str> {
        ["href=\"", "src=\""]
            .into_iter()
            .flat_map(|name| html.split(name).skip(1))
            .filter_map(|rest| rest.split_once('"'))
            .map(|(address, _)| address)
            .collect()
    }

    #[test]
    fn a_card_has_the_entry_in_short_and_nothing_that_runs_but_the_frames_script() {
        let (glossary, config, assets) = (glossary(), config(), assets());
        let sheet = include_str!("../../../style/embed.css").len() + without_fonts(include_str!("../../../style/tokens.css")).len();
        for entry in &glossary.entries {
            let (slug, card) = (&entry.slug, terms::card(entry, &glossary, &config, &assets));
            let title = format!("<h1><a href=\"/guide/terms/{slug}/\" target=\"_top\">{}</a></h1>", escape(&entry.front.title));
            assert!(card.contains(&title), "{slug}: {card}");
            assert!(card.contains(&format!("<p class=\"lead\">{}</p>", entry.lead_html)), "{slug}");
            assert!(card.contains(&format!("<link rel=\"canonical\" href=\"https://docs.example/guide/terms/{slug}/\">")), "{slug}");
            assert!(card.contains(&format!("<i class=\"moon {}\">", entry.front.level.slug())), "{slug}");
            assert_eq!(card.matches("<script").count(), 1, "{slug}");
            assert!(card.contains("<script type=\"module\" src=\"/guide/assets/embed-frame-1.js\"></script>"), "{slug}");
            assert_eq!(card.matches("<a ").count(), card.matches("target=\"_top\">").count() - 1, "{slug}: a link stays in the frame");
            assert!(card.len() + sheet + EMBED_FRAME.len() <= CARD, "{slug}: {} + {sheet} + {}", card.len(), EMBED_FRAME.len());
            for address in addresses(&card) {
                assert!(address.starts_with("/guide/") || address.starts_with("https://docs.example/guide/"), "{slug}: {address}");
            }
        }
    }

    #[test]
    fn a_lab_stands_alone_with_its_picture_its_program_and_a_way_home() {
        let (glossary, config, assets) = (glossary(), config(), assets());
        let (lab, program) = (&LABS[0], &assets.labs[0]);
        let page = labs::page(lab, "<p>picture</p>", program, &glossary, &config, &assets);
        for part in [
            "<html lang=\"en\" data-base=\"/guide/\" data-search=\"assets/search-1.bin\"",
            &format!("<div class=\"lab-host\" id=\"embed-lab\" data-lab=\"{}\"><p>picture</p></div>", lab.slug),
            &format!("<a href=\"/guide/labs/{}/\" target=\"_top\" data-home>Open in the Backend Field Guide</a>", lab.slug),
            &format!("<link rel=\"canonical\" href=\"https://docs.example/guide/labs/{}/\">", lab.slug),
            "src=\"/guide/assets/embed-lab-1.js\" data-js=\"/guide/assets/rate-limiting-1.js\" data-wasm=\"/guide/assets/rate-limiting-1.wasm\" data-worker=\"/guide/assets/worker-1.js\"",
            "script-src 'self' 'wasm-unsafe-eval'; ",
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        assert!(!page.contains("frame-ancestors") && !page.contains("boot-1.js"), "{page}");
        let at = |part: &str| page.find(part).unwrap_or(usize::MAX);
        // Little of the embed's style is for a lab: what the site says of the same elements comes after it.
        assert!(at("embed-1.css") < at("/style-1.css") && at("/style-1.css") < at("rate-limiting-1.css"), "{page}");
    }
}
