//! A whole HTML document: Trunk's `index.html` with head and application filled in.

use std::fs;
use std::path::Path;

use super::assets::{Assets, LabFiles};
use super::pages::{Body, Page};
use super::{Config, Failure, embeds, paths, tally};
use crate::glossary::content::{Glossary, escape};
use crate::site::context::{NAME, write_paths};

/// Development builds only: reloads when the prerenderer wrote the site anew.
const RELOAD_SCRIPT: &str = "(function(v){setInterval(function(){fetch('BASEversion.txt',{cache:'no-store'}).then(function(r){return r.ok?r.text():v}).then(function(t){if(v&&t!==v)location.reload();v=t}).catch(function(){})},300)})()";

const HEAD_START: &str = "<!-- head:";
const APP: &str = "<div id=\"app\"></div>";

/// What is the same around every page.
pub struct Shell {
    /// Up to the head's own lines, after them up to the application, and after that.
    before_head: String,
    before_app: String,
    after_app: String,
    head: String,
    tail: String,
    /// Slug and address.
    lab_styles: Vec<(&'static str, String)>,
    build: String,
    config: Config,
}

impl Shell {
    pub fn read(path: &Path, config: &Config, assets: &Assets, glossary: &Glossary) -> Result<Self, Failure> {
        let template = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let (template, dev_scripts) = without_trunk(&template);
        let lacks = |what: &str| format!("index.html has no {what}: the prerenderer has nowhere to write");
        let (before_head, rest) = template.split_once(HEAD_START).ok_or_else(|| lacks("line “<!-- head: … -->”"))?;
        let (_, rest) = rest.split_once("-->").ok_or_else(|| lacks("end of the line “<!-- head: … -->”"))?;
        let (before_app, after_app) = rest.split_once(APP).ok_or_else(|| lacks(APP))?;
        let base = &config.base;
        let fonts: String = assets
            .fonts
            .iter()
            .filter(|font| font.contains("serif") || font.contains("inter"))
            .map(|font| format!("<link rel=\"preload\" href=\"{base}{font}\" as=\"font\" type=\"font/woff2\" crossorigin>\n"))
            .collect();
        let policy =
            if config.dev { String::new() } else { format!("<meta http-equiv=\"content-security-policy\" content=\"{RULES}\">\n") };
        let head = format!(
            "{policy}<script src=\"{base}{theme}\"></script>\n{fonts}<link rel=\"stylesheet\" href=\"{base}{style}\">\n\
             <link rel=\"icon\" href=\"{base}icon.svg\" type=\"image/svg+xml\">\n\
             <link rel=\"manifest\" href=\"{base}manifest.webmanifest\">\n\
             <link rel=\"search\" href=\"{base}opensearch.xml\" type=\"application/opensearchdescription+xml\" title=\"{NAME}\">\n\
             <link rel=\"alternate\" href=\"{base}feed.xml\" type=\"application/atom+xml\" title=\"{NAME}\">\n\
             <meta name=\"theme-color\" content=\"#fbfaf6\" media=\"(prefers-color-scheme: light)\">\n\
             <meta name=\"theme-color\" content=\"#14161a\" media=\"(prefers-color-scheme: dark)\">\n",
            theme = assets.theme,
            style = assets.style,
        );
        let dev_scripts =
            if config.dev { format!("{dev_scripts}<script>{}</script>\n", RELOAD_SCRIPT.replace("BASE", base)) } else { dev_scripts };
        let labs: String = assets
            .labs
            .iter()
            .map(|LabFiles { slug, program, wasm, style }| {
                format!(" data-{slug}=\"{base}{program}\" data-{slug}-wasm=\"{base}{wasm}\" data-{slug}-style=\"{base}{style}\"")
            })
            .collect();
        let offline =
            if config.dev { String::new() } else { format!("<script type=\"module\" src=\"{base}{}\"></script>\n", assets.offline) };
        let tail = format!(
            "{offline}<script type=\"module\" id=\"boot\" src=\"{base}{}\" data-js=\"{base}{}\" data-wasm=\"{base}{}\" data-worker=\"{base}{}\"{labs}></script>\n{dev_scripts}",
            assets.boot, assets.program, assets.wasm, assets.worker
        );
        Ok(Shell {
            before_head: before_head.replace("<html lang=\"en\">", &html_tag(config, assets, glossary)),
            before_app: before_app.to_owned(),
            after_app: after_app.to_owned(),
            head,
            tail,
            lab_styles: assets.labs.iter().map(|lab| (lab.slug, lab.style.clone())).collect(),
            build: assets.build.clone(),
            config: config.clone(),
        })
    }

    pub fn page(&self, page: &Page) -> String {
        match &page.body {
            Body::App { html, hydrate } => {
                // Leptos marks places with `<!>`: an empty comment to every browser, and an error to every validator.
                let html = html.replace("<!>", "<!---->");
                let mark = if *hydrate { " data-prerendered" } else { "" };
                let after = self.after_app.replace("</body>", &format!("{}</body>", self.tail));
                format!(
                    "{}{}{}{}{}<div id=\"app\"{mark}>{html}</div>{after}",
                    self.before_head,
                    self.own_head(page),
                    self.head,
                    self.lab_style(page),
                    self.before_app.trim_start(),
                )
            }
            Body::MovedTo { path, name, title } => self.moved(page, path, name, title),
        }
    }

    /// The style of the page's lab, which the pages without it do not fetch.
    fn lab_style(&self, page: &Page) -> String {
        let style = self.lab_styles.iter().find(|(slug, _)| page.lab == Some(slug));
        style.map_or(String::new(), |(_, style)| format!("<link rel=\"stylesheet\" href=\"{}{style}\">\n", self.config.base))
    }

    fn own_head(&self, page: &Page) -> String {
        let (title, description) = (escape(&page.title), escape(&page.description));
        let mut head = format!("<title>{title}</title>\n<meta name=\"description\" content=\"{description}\">\n");
        match &page.canonical {
            Some(path) => {
                let url = escape(&self.config.full(path));
                let kind = if path.starts_with("/terms/") { "article" } else { "website" };
                head.push_str(&format!(
                    "<link rel=\"canonical\" href=\"{url}\">\n<meta property=\"og:type\" content=\"{kind}\">\n<meta property=\"og:site_name\" content=\"{NAME}\">\n\
                     <meta property=\"og:title\" content=\"{title}\">\n<meta property=\"og:description\" content=\"{description}\">\n<meta property=\"og:url\" content=\"{url}\">\n\
                     <meta name=\"twitter:card\" content=\"summary\">\n"
                ));
            }
            None => head.push_str("<meta name=\"robots\" content=\"noindex\">\n"),
        }
        if let Some(document) = page.canonical.as_deref().and_then(embeds::of_page) {
            let url = escape(&self.config.full(&document));
            head.push_str(&format!("<link rel=\"alternate\" href=\"{url}\" type=\"application/json+oembed\" title=\"{title}\">\n"));
        }
        if let Some(data) = &page.json_ld {
            // A closing tag inside a string would end the script.
            head.push_str(&format!("<script type=\"application/ld+json\">{}</script>\n", data.to_string().replace("</", "<\\/")));
        }
        head
    }

    /// No script, no style: the reader is on the way already, and where that fails, one link stands there.
    fn moved(&self, page: &Page, path: &str, name: &str, title: &str) -> String {
        let href = format!("{}{}", self.config.base, path.trim_start_matches('/'));
        format!(
            "<!doctype html>\n<html lang=\"en\" data-build=\"{build}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"refresh\" content=\"0; url={href}\">\n<title>{}</title>\n<link rel=\"canonical\" href=\"{}\">\n<meta name=\"robots\" content=\"noindex\">\n<link rel=\"icon\" href=\"{base}icon.svg\" type=\"image/svg+xml\">\n</head>\n\
             <body>\n<p>“{}” is explained under <a href=\"{href}\">{}</a>.</p>\n</body>\n</html>\n",
            escape(&page.title),
            escape(&self.config.full(path)),
            escape(name),
            escape(title),
            base = self.config.base,
            build = self.build,
        )
    }
}

/// What every page with a program in it says of the site: `site::start` and `site::context` read it back.
pub fn html_tag(config: &Config, assets: &Assets, glossary: &Glossary) -> String {
    format!(
        "<html lang=\"en\" data-base=\"{}\" data-search=\"{}\" data-build=\"{}\" data-tally=\"{}\" data-paths=\"{}\">",
        config.base,
        assets.search_data,
        assets.build,
        tally::of(glossary).write(),
        escape(&write_paths(&paths::titles(glossary)))
    )
}

/// Only what a page is made of may run, and only from here. Styles in place are the labs' own: where a tick stands.
pub const RULES: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'self'";

/// Trunk's document without its start script and preloads, and apart from it any other script: `trunk serve` adds
/// one that reloads the page.
fn without_trunk(template: &str) -> (String, String) {
    let mut kept = String::new();
    let mut scripts = String::new();
    let mut rest = template;
    while let Some(start) =
        rest.find("<script").into_iter().chain(rest.find("<link rel=\"modulepreload\"")).chain(rest.find("<link rel=\"preload\"")).min()
    {
        kept.push_str(&rest[..start]);
        let end_mark = if rest[start..].starts_with("<script") { "</script>" } else { ">" };
        let end = rest[start..].find(end_mark).map_or(rest.len(), |at| start + at + end_mark.len());
        let element = &rest[start..end];
        if element.starts_with("<script") && !element.contains("TrunkApplicationStarted") && !element.contains("import init") {
            scripts.push_str(element);
            scripts.push('\n');
        }
        rest = &rest[end..];
    }
    kept.push_str(rest);
    (kept, scripts)
}

#[cfg(test)]
mod tests {
    use super::without_trunk;

    #[test]
    fn trunks_own_lines_go_and_its_reload_script_is_kept_apart() {
        let (kept, scripts) = without_trunk(
            "<head>\n<link rel=\"modulepreload\" href=\"/a.js\">\n<script type=\"module\">\nimport init from '/a.js';\n</script></head><body><script>reload()</script></body>",
        );
        assert_eq!(kept, "<head>\n\n</head><body></body>");
        assert_eq!(scripts, "<script>reload()</script>\n");
    }
}
