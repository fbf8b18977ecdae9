//! `/embedding/`: how a term, a hover card or a lab comes into somebody else's documentation. The snippets are those of the
//! panel “Embed this”; what the loader and the frame do is in `src/site/embed/`.

use std::fmt::Write;

use super::Config;
use crate::glossary::content::{Entry, Glossary, escape};
use crate::labs::rate_limiting;
use crate::site::article::Article;
use crate::site::embed_snippets::{LEAST_HEIGHT, MOST_HEIGHT, Options, Place, What, element, snippet};

pub const TITLE: &str = "Embedding";
pub const LEAD: &str =
    "Put a term, a hover card or a running lab into your own documentation: one small script, and a plain link where no script runs.";

/// The entry that the examples show, where there is such a one.
const SHOWN: &str = "idempotency";

pub fn article(glossary: &Glossary, config: &Config) -> Article {
    let entry = glossary.entry(SHOWN).or(glossary.entries.first());
    let mut text = String::new();
    if let Some(entry) = entry {
        card(&mut text, entry, config);
        use_it(&mut text, entry, config);
    }
    attributes(&mut text);
    hover_cards(&mut text, config);
    events(&mut text);
    if let Some(entry) = entry {
        places(&mut text, entry, config);
    }
    promises(&mut text, config);
    protocol(&mut text);
    Article {
        slug: "embedding".to_owned(),
        title: TITLE.to_owned(),
        head: format!("<h1>{TITLE}</h1><p class=\"lead\">{}</p>", escape(LEAD)),
        before: text,
        ..Article::default()
    }
}

fn term(entry: &Entry) -> What {
    What::Term { slug: entry.slug.clone(), title: entry.front.title.clone() }
}

/// A real one, by the script and the element that anybody's page would have. Links to this page load it anew
/// (`rel="external"`): a script in text that is put into a page does not run.
fn card(html: &mut String, entry: &Entry, config: &Config) {
    let _ = write!(
        html,
        "<script src=\"{base}embed.js\" async></script><div class=\"embed-shown\">{card}</div>\
         <p>Above stands an embed: a card of a few kilobytes, without any program, and where no script runs the link inside it. Every \
         term here can be one, and every lab; a link can show one too: <a href=\"{base}terms/{slug}/\" data-field-guide>{title}</a>. “Embed this” on their pages writes the snippet \
         for you.</p>",
        base = config.base,
        card = element(&term(entry), &config.base, &Options::default(), ""),
        slug = entry.slug,
        title = escape(&entry.front.title),
    );
}

fn use_it(html: &mut String, entry: &Entry, config: &Config) {
    let lab =
        What::Lab { slug: rate_limiting::SLUG.to_owned(), title: rate_limiting::TITLE.to_owned(), scenario: "preset=boundary".to_owned() };
    let options = Options::default();
    heading(html, "use", "Use it");
    html.push_str("<p>The script once, and an element wherever you like. Order does not matter, and twice does no harm.</p>");
    code(html, "A term", &snippet(Place::Html, &term(entry), &config.url, &options));
    html.push_str("<p>A lab runs in its frame, on the scenario, seed and interventions that you chose:</p>");
    // The script is in the first snippet already.
    code(html, "A lab", &element(&lab, &config.url, &options, "\n"));
    let _ = write!(html, "<div class=\"embed-shown\">{}</div>", element(&lab, &config.base, &options, ""));
    html.push_str("<p>The link inside is what a reader sees until the embed is there, and whenever it cannot come.</p>");
}

fn attributes(html: &mut String) {
    heading(html, "attributes", "Attributes");
    let bounds = format!(
        "A number of pixels from {LEAST_HEIGHT} to {MOST_HEIGHT}, for a height that does not change. Without it the embed is as high as what it shows."
    );
    let least = format!("The least height; {LEAST_HEIGHT} by itself.");
    let most = format!("The greatest height; {MOST_HEIGHT} by itself. What is higher scrolls in its frame.");
    table(
        html,
        "Attributes",
        &["Attribute", "On", "What it says"],
        &[
            ["slug", "<code>field-guide-term</code>", "The term, as in its address."],
            ["lab", "<code>field-guide-lab</code>", "The lab, as in its address."],
            [
                "scenario",
                "<code>field-guide-lab</code>",
                "What follows the question mark in the address of “Share this run”. Without it the lab opens on its first scenario.",
            ],
            [
                "theme",
                "both",
                "<code>light</code>, <code>dark</code> or <code>auto</code>. By itself <code>auto</code>: it follows your page, also when the reader switches, and the system where your page says nothing.",
            ],
            ["height", "both", &bounds],
            ["min-height", "both", &least],
            ["max-height", "both", &most],
            ["title", "both", "The name of the frame for screen readers. By itself the text of the link inside."],
            ["data-timeout", "the script", "How many milliseconds a frame may take to answer; 15000 by itself."],
        ],
    );
    html.push_str("<p>All but <code>data-timeout</code> may change at any time.</p>");
}

fn hover_cards(html: &mut String, config: &Config) {
    heading(html, "hover", "Hover cards");
    html.push_str(
        "<p>A link to a term that carries <code>data-field-guide</code> shows the term’s card under the pointer, on keyboard focus, and on \
         the first tap; the second tap follows the link, and so does the first where no card comes within a second. Escape closes the card. Tab does not stop in it: what it links to stands on the page that the link leads to.</p>",
    );
    code(html, "A hover card", &format!("<a href=\"{}terms/{SHOWN}/\" data-field-guide>idempotent</a>", config.url));
}

fn events(html: &mut String) {
    heading(html, "events", "Events");
    html.push_str("<p>On the element; they do not bubble.</p>");
    table(
        html,
        "Events",
        &["Event", "Detail", "When"],
        &[
            [
                "ready",
                "none",
                "The embed has answered and stands in the place of the link. It may come again: far from the screen a card lets its frame go.",
            ],
            ["resize", "<code>height</code>, in pixels", "The frame’s height was set."],
            [
                "error",
                "<code>reason</code>, a sentence",
                "The embed could not come; the link stays, and the console has the same sentence.",
            ],
        ],
    );
}

fn places(html: &mut String, entry: &Entry, config: &Config) {
    heading(html, "places", "In your tool");
    for place in Place::ALL.into_iter().filter(|place| *place != Place::Html) {
        let label = escape(place.label());
        let _ = write!(html, "<h3>{label}</h3><p>{}</p>", escape(place.note()));
        code(html, &format!("Snippet for {}", place.label()), &snippet(place, &term(entry), &config.url, &Options::default()));
    }
    html.push_str(
        "<p>Tools that read oEmbed find a JSON document for every term and lab by the <code>link rel=\"alternate\"</code> in the head \
         of its page.</p>",
    );
}

fn promises(html: &mut String, config: &Config) {
    // The address ends in the path, which is all that an origin lacks.
    let origin = config.url.strip_suffix(config.base.as_str()).unwrap_or(&config.url);
    heading(html, "policy", "Content policy");
    html.push_str("<p>A page with a strict content policy has to allow the script and the frames, and nothing else: no inline style, no <code>eval</code>.</p>");
    code(html, "Content policy", &format!("script-src {origin}; frame-src {origin}"));
    html.push_str(
        "<p>Firefox asks <code>frame-src</code> also when a lab in a frame hands out a file: add <code>blob:</code> there if your readers shall \
         save them. With <code>'strict-dynamic'</code> host names do not count: give the script your page’s nonce. A page with \
         <code>Cross-Origin-Embedder-Policy: require-corp</code> keeps its links. Whoever hosts a copy of this guide must not send \
         <code>X-Frame-Options</code> or <code>frame-ancestors</code> for <code>/embed/</code>, nor \
         <code>Cross-Origin-Resource-Policy: same-origin</code>.</p>",
    );
    heading(html, "promise", "What we promise");
    html.push_str(
        "<ul>\
         <li>The script has no dependency, sets no cookie, asks no third party, and neither reads nor writes storage. Where storage and cookies are blocked, everything works.</li>\
         <li>Every frame gets a secret of its own, and each side listens only to the other’s window with that secret.</li>\
         <li>An embed never grows beyond its bounds, and never scrolls your page.</li>\
         <li>It never takes your page elsewhere unless the reader clicks a link in it.</li>\
         <li>Frames are made when they come near the screen, and are asked for without a referrer. They add nothing to your page’s history.</li>\
         <li>No page here has an account or a button that could be pressed to a reader’s harm, so there is nothing to steal by framing it.</li>\
         </ul>",
    );
    heading(html, "fallbacks", "When something fails");
    html.push_str(
        "<p>No script, an old browser, a refused frame, a name that does not exist, this site out of reach: the link that you wrote inside \
         the element stays, and the page around it is as it was. A part of a scenario that the lab does not understand is left out, and the \
         lab says so.</p>",
    );
}

fn protocol(html: &mut String) {
    heading(html, "protocol", "Between page and frame");
    html.push_str(
        "<p>For those who write a loader of their own. The frame’s address ends in <code>#fg=1&amp;key=…&amp;theme=…</code>, where the key is a \
         random text of your own. Every message is a plain object with <code>fieldGuide: 1</code>, the <code>key</code> and a \
         <code>type</code>; both sides drop whatever comes from another window or with another key. A frame without a key sends nothing.</p>",
    );
    table(
        html,
        "Messages",
        &["Type", "From", "What it says"],
        &[
            ["ready", "frame", "It has loaded; also the answer to <code>hello</code>."],
            ["size", "frame", "<code>height</code>: how high its document is, whenever that changes."],
            ["escape", "frame", "The reader pressed Escape in it: a hover card closes."],
            [
                "hello",
                "page",
                "It listens. <code>theme</code> goes with it, and the frame answers <code>ready</code> and <code>size</code>.",
            ],
            ["theme", "page", "<code>theme</code> is now <code>light</code>, <code>dark</code> or <code>auto</code>."],
        ],
    );
}

fn heading(html: &mut String, id: &str, words: &str) {
    let _ = write!(html, "<h2 id=\"{id}\">{words}</h2>");
}

fn code(html: &mut String, label: &str, text: &str) {
    let _ = write!(
        html,
        "<pre class=\"code\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><code>{}</code></pre>",
        escape(label),
        escape(text)
    );
}

/// The first cell of a row is a name in code; the others are HTML.
fn table(html: &mut String, label: &str, columns: &[&str; 3], rows: &[[&str; 3]]) {
    let columns: String = columns.iter().map(|column| format!("<th scope=\"col\">{column}</th>")).collect();
    let rows: String = rows
        .iter()
        .map(|[name, second, third]| format!("<tr><th scope=\"row\"><code>{name}</code></th><td>{second}</td><td>{third}</td></tr>"))
        .collect();
    let _ = write!(
        html,
        "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"{label}\"><table><thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table></div>"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_policy_names_the_origin_without_the_path() {
        for (url, base) in [("https://a.example/", "/"), ("https://a.example/guide/", "/guide/")] {
            let config = Config { description: String::new(), base: base.to_owned(), url: url.to_owned(), edit: None, dev: false };
            let mut html = String::new();
            promises(&mut html, &config);
            assert!(html.contains("<code>script-src https://a.example; frame-src https://a.example</code>"), "{html}");
        }
    }

    #[test]
    fn code_is_shown_and_not_run() {
        let mut html = String::new();
        code(&mut html, "A “label”", "<script src=\"a\"></script>");
        assert!(html.ends_with("<code>&lt;script src=&quot;a&quot;&gt;&lt;/script&gt;</code></pre>"), "{html}");
    }
}
