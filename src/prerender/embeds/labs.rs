//! `/embed/labs/<lab>/?<scenario>`: a lab without the site around it. `src/site/embed/lab.js` opens it.

use super::super::assets::{Assets, LabFiles};
use super::super::{Config, document, render};
use super::head;
use crate::glossary::content::{Glossary, escape};
use crate::labs::About;
use crate::site::context::NAME;
use crate::site::{Site, lab_host};

/// The lab on its first scenario, as it stands before its program has come.
pub fn picture(lab: &About, site: &Site) -> String {
    let html = render::piece(site, || lab_host::contents(lab.slug, "", false, false));
    // Leptos marks places with `<!>`: an empty comment to every browser, and an error to every validator.
    html.replace("<!>", "<!---->")
}

/// The page around `picture`.
pub fn page(lab: &About, picture: &str, program: &LabFiles, glossary: &Glossary, config: &Config, assets: &Assets) -> String {
    let base = &config.base;
    let path = format!("/labs/{}/", lab.slug);
    let home = |words: &str| format!("<a href=\"{base}labs/{}/\" target=\"_top\" data-home>{words}</a>", lab.slug);
    // The site's own style comes last and has the last word: of the embed's a lab only takes what stands around the plate.
    let styles = [assets.embed_style.as_str(), &assets.style, &program.style];
    format!(
        "<!doctype html>\n{html}\n{head}<body class=\"embed-lab\">\n<main>\n<h1 class=\"sr\">{title}</h1>\n\
         <p class=\"trouble-bar trouble-load\" role=\"status\">The lab could not start here: the program behind it did not load. {open}.</p>\n\
         <p class=\"trouble-bar trouble-panic\" role=\"status\">Something went wrong in this lab. {again}.</p>\n\
         <div class=\"lab-host\" id=\"embed-lab\" data-lab=\"{slug}\">{picture}</div>\n<p class=\"embed-home\">{link}</p>\n</main>\n\
         <script type=\"module\" id=\"embed-start\" src=\"{base}{start}\" data-js=\"{base}{js}\" data-wasm=\"{base}{wasm}\" data-worker=\"{base}{worker}\"></script>\n\
         </body>\n</html>\n",
        html = document::html_tag(config, assets, glossary),
        head = head(lab.title, lab.summary, &path, document::RULES, &styles, config, assets),
        title = escape(lab.title),
        open = home(&format!("Open it in the {NAME}")),
        again = home(&format!("Start it again in the {NAME}")),
        link = home(&format!("Open in the {NAME}")),
        slug = lab.slug,
        start = assets.embed_lab,
        js = program.program,
        wasm = program.wasm,
        worker = assets.worker,
    )
}
