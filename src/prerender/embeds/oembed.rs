//! oEmbed (oembed.com, version 1.0): for every page that can be embedded, a document that says how. Static, so it is found
//! by the link in the page's head, and knows no `maxwidth`.

use serde_json::json;

use super::super::Config;
use crate::glossary::content::escape;
use crate::site::context::NAME;
use crate::site::title;

/// Width and height of a frame, in pixels: the longest lead fits a card, and a lab its picture and reasons.
pub const CARD: (u32, u32) = (600, 270);
pub const LAB: (u32, u32) = (800, 960);
/// Seconds: a day. Pages change when the site is built anew.
const CACHE_AGE: u32 = 86_400;

/// Where the document of a page lies, if the page can be embedded: `/terms/etag/` gives `/oembed/terms/etag.json`.
pub fn of_page(path: &str) -> Option<String> {
    let place = path.strip_prefix('/')?.strip_suffix('/')?;
    let (kind, slug) = place.split_once('/')?;
    (matches!(kind, "terms" | "labs") && !slug.is_empty() && !slug.contains('/')).then(|| format!("/oembed/{place}.json"))
}

/// The document for the page at `place`: `terms/etag`.
pub fn document(place: &str, name: &str, (width, height): (u32, u32), config: &Config) -> String {
    let html = format!(
        "<iframe src=\"{}\" width=\"{width}\" height=\"{height}\" title=\"{}\" loading=\"lazy\" referrerpolicy=\"no-referrer\" frameborder=\"0\"></iframe>",
        escape(&config.full(&format!("/embed/{place}/"))),
        escape(&title::full(name)),
    );
    let document = json!({
        "version": "1.0",
        "type": "rich",
        "provider_name": NAME,
        "provider_url": config.url,
        "title": name,
        "html": html,
        "width": width,
        "height": height,
        "cache_age": CACHE_AGE,
    });
    format!("{document:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_term_and_a_lab_can_be_embedded() {
        assert_eq!(of_page("/terms/etag/").as_deref(), Some("/oembed/terms/etag.json"));
        assert_eq!(of_page("/labs/rate-limiting/").as_deref(), Some("/oembed/labs/rate-limiting.json"));
        for path in ["/", "/labs/", "/terms//", "/terms/a/b/", "/paths/http/", "/conformance/", "/404.html"] {
            assert_eq!(of_page(path), None, "{path}");
        }
    }

    #[test]
    fn a_name_stays_text_in_the_html_of_the_frame() {
        let config =
            Config { description: String::new(), url: "https://a.example/".to_owned(), base: "/".to_owned(), edit: None, dev: false };
        let text = document("terms/odd", "“A” \"<b>\" & co", CARD, &config);
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["version"], "1.0");
        assert_eq!(document["type"], "rich");
        assert_eq!(document["title"], "“A” \"<b>\" & co");
        assert_eq!((document["width"].as_u64(), document["height"].as_u64()), (Some(600), Some(270)));
        assert_eq!(
            document["html"],
            "<iframe src=\"https://a.example/embed/terms/odd/\" width=\"600\" height=\"270\" title=\"“A” &quot;&lt;b&gt;&quot; &amp; co · Backend Field Guide\" loading=\"lazy\" referrerpolicy=\"no-referrer\" frameborder=\"0\"></iframe>"
        );
    }
}
