//! What somebody pastes into their own documentation to have a term or a lab of the guide there. Pure text: the panel
//! (`embed_panel`) and the page `/embedding/` show the same words.

/// Heights of a frame, in pixels: the loader clamps to these too.
pub const LEAST_HEIGHT: u32 = 60;
pub const MOST_HEIGHT: u32 = 2_000;

/// Where a snippet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Html,
    MdBook,
    MkDocs,
    Docusaurus,
    VitePress,
    Sphinx,
    Rustdoc,
    Iframe,
}

impl Place {
    pub const ALL: [Place; 8] =
        [Place::Html, Place::MdBook, Place::MkDocs, Place::Docusaurus, Place::VitePress, Place::Sphinx, Place::Rustdoc, Place::Iframe];

    pub fn label(self) -> &'static str {
        match self {
            Place::Html => "Plain HTML",
            Place::MdBook => "mdBook",
            Place::MkDocs => "MkDocs Material",
            Place::Docusaurus => "Docusaurus",
            Place::VitePress => "VitePress",
            Place::Sphinx => "Sphinx",
            Place::Rustdoc => "rustdoc",
            Place::Iframe => "A frame, without script",
        }
    }

    /// Where its parts go, in one sentence.
    pub fn note(self) -> &'static str {
        match self {
            Place::Html => "The script stands once on a page, anywhere; the element stands where the embed shall be.",
            Place::MdBook => "The script goes into every page by the theme’s head.hbs; a chapter holds the element as HTML.",
            Place::MkDocs => "The script goes into mkdocs.yml; the div makes a block of the element, so that no extension is needed.",
            Place::Docusaurus => "The script goes into the configuration; a page holds the element as JSX, with the same attributes.",
            Place::VitePress => "The configuration fetches the script and tells Vue that the element is not one of its own components.",
            Place::Sphinx => "The script goes into conf.py; a page holds the element in a raw directive.",
            Place::Rustdoc => "The script goes into the head by --html-in-header; a doc comment holds the element as HTML.",
            Place::Iframe => "For places that strip scripts: it keeps the height that it is given, and does not follow the page’s theme.",
        }
    }
}

/// Light, dark, or as the page around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Theme; 3] = [Theme::Auto, Theme::Light, Theme::Dark];

    pub fn name(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// What is embedded. A scenario is what follows the question mark of the lab's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Term { slug: String, title: String },
    Lab { slug: String, title: String, scenario: String },
}

impl What {
    pub fn title(&self) -> &str {
        match self {
            What::Term { title, .. } | What::Lab { title, .. } => title,
        }
    }

    /// Its page in the guide, behind `before`.
    fn address(&self, before: &str) -> String {
        match self {
            What::Term { slug, .. } => [before, "terms/", slug, "/"].concat(),
            What::Lab { slug, scenario, .. } if scenario.is_empty() => [before, "labs/", slug, "/"].concat(),
            What::Lab { slug, scenario, .. } => [before, "labs/", slug, "/?", scenario].concat(),
        }
    }

    /// What a frame shows. Without the loader there is no key: the frame takes its theme, and says nothing to the page around it.
    pub fn frame(&self, site_url: &str, theme: Theme) -> String {
        let address = self.address(&[site_url, "embed/"].concat());
        match theme {
            Theme::Auto => address,
            chosen => [address.as_str(), "#theme=", chosen.name()].concat(),
        }
    }

    /// How high a frame is that cannot measure itself.
    pub fn usual_height(&self) -> u32 {
        match self {
            What::Term { .. } => 320,
            What::Lab { .. } => 900,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub theme: Theme,
    /// In pixels; without it the embed is as high as what it shows.
    pub height: Option<u32>,
}

/// What to paste. `site_url` is the guide's address in full, with a slash at its end.
pub fn snippet(place: Place, what: &What, site_url: &str, options: &Options) -> String {
    let loader = [site_url, "embed.js"].concat();
    let script = ["<script src=\"", &escape(&loader), "\" async></script>"].concat();
    let element = |newline: &str| element(what, site_url, options, newline);
    match place {
        Place::Html => [script.as_str(), "\n\n", &element("\n")].concat(),
        Place::MdBook => ["<!-- theme/head.hbs -->\n", &script, "\n\n<!-- a chapter -->\n", &element("\n")].concat(),
        Place::MkDocs => [
            "# mkdocs.yml\nextra_javascript:\n  - path: ",
            &loader,
            "\n    async: true\n\n<!-- a page -->\n<div>\n",
            &element("\n"),
            "\n</div>",
        ]
        .concat(),
        // In one line: between lines, MDX would read Markdown.
        Place::Docusaurus => [
            "// docusaurus.config.js\nscripts: [{ src: \"",
            &loader,
            "\", async: true }],\n\n{/* a page */}\n",
            &element(""),
        ]
        .concat(),
        Place::VitePress => [
            "// .vitepress/config.js\nhead: [[\"script\", { src: \"",
            &loader,
            "\", async: \"\" }]],\nvue: { template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith(\"field-guide-\") } } },\n\n<!-- a page -->\n",
            &element("\n"),
        ]
        .concat(),
        Place::Sphinx => [
            "# conf.py\nhtml_js_files = [(\"",
            &loader,
            "\", {\"async\": \"async\"})]\n\n.. a page\n\n.. raw:: html\n\n   ",
            &element("\n   "),
        ]
        .concat(),
        Place::Rustdoc => [
            "<!-- field-guide.html, beside Cargo.toml -->\n",
            &script,
            "\n\n# Cargo.toml, for docs.rs\n[package.metadata.docs.rs]\nrustdoc-args = [\"--html-in-header\", \"field-guide.html\"]\n\n\
             # at home; in a workspace say $PWD/field-guide.html\nRUSTDOCFLAGS=\"--html-in-header field-guide.html\" cargo doc --no-deps\n\n//! ",
            &element("\n//! "),
        ]
        .concat(),
        Place::Iframe => [
            "<iframe src=\"",
            &escape(&what.frame(site_url, options.theme)),
            "\" title=\"",
            &escape(what.title()),
            "\" width=\"100%\" height=\"",
            &options.height.unwrap_or(what.usual_height()).to_string(),
            "\" frameborder=\"0\" loading=\"lazy\" referrerpolicy=\"no-referrer\"",
            // What a lab copies for the reader goes to the clipboard.
            if matches!(what, What::Lab { .. }) { " allow=\"clipboard-write\"" } else { "" },
            "></iframe>\n<p>",
            &link(what, site_url),
            "</p>",
        ]
        .concat(),
    }
}

/// The element around its fallback; `newline` stands between the three, so that each place can indent as it must. On the
/// guide's own pages the base alone does for `site_url`.
pub fn element(what: &What, site_url: &str, options: &Options, newline: &str) -> String {
    let (name, mut tag) = match what {
        What::Term { slug, .. } => ("field-guide-term", [" slug=\"", &escape(slug), "\""].concat()),
        What::Lab { slug, scenario, .. } => {
            let mut tag = [" lab=\"", &escape(slug), "\""].concat();
            if !scenario.is_empty() {
                tag.push_str(&[" scenario=\"", &escape(scenario), "\""].concat());
            }
            ("field-guide-lab", tag)
        }
    };
    if options.theme != Theme::Auto {
        tag.push_str(&[" theme=\"", options.theme.name(), "\""].concat());
    }
    if let Some(height) = options.height {
        tag.push_str(&[" height=\"", &height.to_string(), "\""].concat());
    }
    ["<", name, &tag, ">", newline, &link(what, site_url), newline, "</", name, ">"].concat()
}

/// What stands there where no script runs.
fn link(what: &What, site_url: &str) -> String {
    ["<a href=\"", &escape(&what.address(site_url)), "\">", &escape(what.title()), "</a>"].concat()
}

/// For text and attributes of HTML, JSX and Vue alike: the last two read something into braces.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '{' => escaped.push_str("&#123;"),
            '}' => escaped.push_str("&#125;"),
            // A line more would end a doc comment or a directive.
            control if control.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: &str = "https://a.example/guide/";
    const CARD: &str = "<field-guide-term slug=\"etag\">\n<a href=\"https://a.example/guide/terms/etag/\">ETag</a>\n</field-guide-term>";

    fn term() -> What {
        What::Term { slug: "etag".to_owned(), title: "ETag".to_owned() }
    }

    fn lab() -> What {
        What::Lab { slug: "rate-limiting".to_owned(), title: "Rate limiting".to_owned(), scenario: "preset=boundary&seed=7".to_owned() }
    }

    fn plain(place: Place) -> String {
        snippet(place, &term(), SITE, &Options::default())
    }

    #[test]
    fn plain_html_is_the_script_and_the_element_with_its_fallback() {
        assert_eq!(plain(Place::Html), format!("<script src=\"https://a.example/guide/embed.js\" async></script>\n\n{CARD}"));
    }

    #[test]
    fn a_lab_carries_its_scenario_and_so_does_its_fallback() {
        let options = Options { theme: Theme::Dark, height: Some(640) };
        let text = snippet(Place::Html, &lab(), SITE, &options);
        assert!(
            text.ends_with(
                "<field-guide-lab lab=\"rate-limiting\" scenario=\"preset=boundary&amp;seed=7\" theme=\"dark\" height=\"640\">\n\
                 <a href=\"https://a.example/guide/labs/rate-limiting/?preset=boundary&amp;seed=7\">Rate limiting</a>\n</field-guide-lab>"
            ),
            "{text}"
        );
        let bare = What::Lab { slug: "rate-limiting".to_owned(), title: "Rate limiting".to_owned(), scenario: String::new() };
        let text = snippet(Place::Html, &bare, SITE, &Options::default());
        assert!(text.contains("<field-guide-lab lab=\"rate-limiting\">") && text.contains("labs/rate-limiting/\">"), "{text}");
    }

    #[test]
    fn nothing_written_by_others_becomes_markup() {
        let what =
            What::Lab { slug: "a\"b".to_owned(), title: "<b>{{ x }} &\n\"q\"".to_owned(), scenario: "q=\"><script>\u{7}".to_owned() };
        let said = "&lt;b&gt;&#123;&#123; x &#125;&#125; &amp; &quot;q&quot;";
        for place in Place::ALL {
            let text = snippet(place, &what, SITE, &Options::default());
            assert!(text.contains(&format!(">{said}</a>")), "{}: {text}", place.label());
            assert!(text.contains("q=&quot;&gt;&lt;script&gt; "), "{}: {text}", place.label());
            assert!(!text.contains("<b>") && !text.contains("<script>") && !text.contains("{{ x"), "{}: {text}", place.label());
        }
    }

    #[test]
    fn markdown_tools_get_a_block_of_html() {
        assert!(plain(Place::MdBook).ends_with(&format!("<!-- a chapter -->\n{CARD}")));
        assert!(plain(Place::MdBook).starts_with("<!-- theme/head.hbs -->\n<script src="));
        assert!(plain(Place::MkDocs).ends_with(&format!("<div>\n{CARD}\n</div>")));
        assert!(plain(Place::MkDocs).contains("extra_javascript:\n  - path: https://a.example/guide/embed.js\n    async: true\n"));
    }

    #[test]
    fn vue_is_told_about_the_element() {
        let text = plain(Place::VitePress);
        assert!(text.contains("isCustomElement: (tag) => tag.startsWith(\"field-guide-\")"), "{text}");
        assert!(text.contains("head: [[\"script\", { src: \"https://a.example/guide/embed.js\", async: \"\" }]],"), "{text}");
        assert!(text.ends_with(CARD), "{text}");
    }

    #[test]
    fn mdx_gets_the_element_in_one_line() {
        let text = plain(Place::Docusaurus);
        assert!(text.contains("scripts: [{ src: \"https://a.example/guide/embed.js\", async: true }],"), "{text}");
        assert_eq!(text.lines().last().unwrap(), CARD.replace('\n', ""));
    }

    #[test]
    fn a_directive_and_a_doc_comment_go_on_over_every_line() {
        let text = plain(Place::Sphinx);
        assert!(text.contains("html_js_files = [(\"https://a.example/guide/embed.js\", {\"async\": \"async\"})]"), "{text}");
        assert!(text.ends_with(&format!(".. raw:: html\n\n   {}", CARD.replace('\n', "\n   "))), "{text}");
        let text = plain(Place::Rustdoc);
        assert!(text.contains("rustdoc-args = [\"--html-in-header\", \"field-guide.html\"]"), "{text}");
        assert!(text.ends_with(&format!("//! {}", CARD.replace('\n', "\n//! "))), "{text}");
    }

    #[test]
    fn a_frame_has_a_title_a_height_and_a_link_beside_it() {
        let text = snippet(Place::Iframe, &lab(), SITE, &Options { theme: Theme::Light, height: None });
        let frame = "<iframe src=\"https://a.example/guide/embed/labs/rate-limiting/?preset=boundary&amp;seed=7#theme=light\"";
        assert!(text.starts_with(frame), "{text}");
        assert!(text.contains(" title=\"Rate limiting\" width=\"100%\" height=\"900\""), "{text}");
        assert!(text.contains("</iframe>\n<p><a href=\"https://a.example/guide/labs/rate-limiting/?preset"), "{text}");
        assert!(!text.contains("<script"), "{text}");
        assert_eq!(term().frame(SITE, Theme::Auto), "https://a.example/guide/embed/terms/etag/");
    }

    /// Every file of a folder, one behind the other.
    fn all_of(folder: &std::path::Path) -> String {
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        let read = |file: &std::path::PathBuf| if file.is_dir() { all_of(file) } else { std::fs::read_to_string(file).unwrap() };
        files.iter().map(read).collect()
    }

    /// What the tests show to work in real sites is what readers are given.
    #[test]
    fn the_real_sites_of_the_tests_are_made_of_these_snippets() {
        let sites = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/embeds/sites");
        let what = [
            What::Term { slug: "idempotency".to_owned(), title: "Idempotency".to_owned() },
            What::Lab { slug: "rate-limiting".to_owned(), title: "Rate limiting".to_owned(), scenario: "preset=boundary".to_owned() },
        ];
        let folders = [
            (Place::Html, "plain"),
            (Place::MdBook, "mdbook"),
            (Place::MkDocs, "mkdocs"),
            (Place::Docusaurus, "docusaurus"),
            (Place::VitePress, "vitepress"),
            (Place::Sphinx, "sphinx"),
            (Place::Rustdoc, "rustdoc"),
        ];
        for (place, folder) in folders {
            let site = all_of(&sites.join(folder));
            for what in &what {
                let text = snippet(place, what, "GUIDE_URL", &Options::default());
                // Remarks say where a part goes, and the command is the test's own; all else stands in the site as it is here.
                let remark =
                    |line: &str| ["# ", "<!-- ", "// ", "{/* ", ".. a page", "RUSTDOCFLAGS="].iter().any(|start| line.starts_with(start));
                let parts = text.split('\n').filter(|line| !line.is_empty() && !remark(line));
                for part in parts {
                    assert!(site.lines().any(|line| line.trim() == part.trim()), "{folder} has no line {part}");
                }
            }
        }
    }

    #[test]
    fn every_place_is_named_and_explained_once() {
        let mut seen: Vec<&str> = Place::ALL.iter().flat_map(|place| [place.label(), place.note()]).collect();
        assert!(seen.iter().all(|text| !text.is_empty()));
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 2 * Place::ALL.len());
    }
}
