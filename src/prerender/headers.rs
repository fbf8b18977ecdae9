//! What a host shall send with each file besides its content: the one place where it is written. `dist/_headers` carries it to
//! hosts that read such a file (Netlify, Cloudflare Pages); the recipes in `deploy/` say the same to nginx and Caddy, and are
//! held to it: word by word by the test below, and by `tests/deploy/` with the servers running.
//!
//! Every page has its content policy in its head too, for hosts that send no headers. Who may frame a page can only be said in a
//! header.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Config;

/// The content policies of the three kinds of pages, as they stand in the pages themselves.
pub struct Policies<'a> {
    pub page: &'a str,
    /// `/embed/terms/`
    pub card: &'a str,
    /// `/embed/labs/`
    pub lab: &'a str,
}

/// Said of every file.
const ALWAYS: [(&str, &str); 4] = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    // A page that opens ours, or is opened by it, has no hand on it.
    ("Cross-Origin-Opener-Policy", "same-origin"),
    // The labs and the panel of snippets copy text; nothing here asks for more.
    (
        "Permissions-Policy",
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(), clipboard-write=(self)",
    ),
];

const POLICY: &str = "Content-Security-Policy";
const LIFETIME: &str = "Cache-Control";
/// Kept, but asked about each time: an `ETag` makes that cheap.
const ASK: &str = "no-cache";
/// The name has the hash of the content in it.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Other people's pages name it without a hash: an hour after a build they have the new one.
const AN_HOUR: &str = "public, max-age=3600";
/// Other people's pages may take it in, also those that ask for `Cross-Origin-Embedder-Policy`.
const EMBEDDED: (&str, &str) = ("Cross-Origin-Resource-Policy", "cross-origin");
/// Other people's programs may read it in a browser.
const READ: (&str, &str) = ("Access-Control-Allow-Origin", "*");

/// Headers of the files at one address, or below one if it ends in `*`.
struct Block {
    address: String,
    headers: Vec<(&'static str, String)>,
}

/// The text of `_headers`. `pages` are the files of the site's pages, such as `terms/etag/index.html`.
///
/// Where two blocks speak of one address, hosts join what they say of the same header, or choose: so no header is named by two
/// blocks that meet. Addresses begin with the site's base, since such a file lies at the root of a host.
pub fn text<'a>(config: &Config, pages: impl IntoIterator<Item = &'a str>, policies: &Policies) -> String {
    let mut text = String::new();
    for Block { address, headers } in blocks(&config.base, pages, policies) {
        let _ = writeln!(text, "{address}");
        for (name, value) in headers {
            let _ = writeln!(text, "  {name}: {value}");
        }
    }
    text
}

fn blocks<'a>(base: &str, pages: impl IntoIterator<Item = &'a str>, policies: &Policies) -> Vec<Block> {
    let page = format!("{}; frame-ancestors 'self'", policies.page);
    let own = |(name, value): (&'static str, &str)| (name, value.to_owned());
    let block = |address: &str, headers: &[(&'static str, &str)]| Block {
        address: format!("{base}{address}"),
        headers: headers.iter().copied().map(own).collect(),
    };
    let mut blocks = vec![block("*", &ALWAYS)];
    let addresses: BTreeSet<String> = pages.into_iter().map(address).collect();
    blocks.extend(addresses.iter().map(|address| block(address, &[(POLICY, &page), (LIFETIME, ASK)])));
    blocks.extend([
        // Anybody may frame these, so they name no ancestors.
        block("embed/terms/*", &[(POLICY, policies.card), (LIFETIME, ASK), EMBEDDED]),
        block("embed/labs/*", &[(POLICY, policies.lab), (LIFETIME, ASK), EMBEDDED]),
        block("embed.js", &[(LIFETIME, AN_HOUR), EMBEDDED]),
        // A worker is held to the policy that comes with its own file, not to the page's.
        block("assets/*", &[(POLICY, &page), (LIFETIME, FOR_EVER), EMBEDDED]),
        block("sw.js", &[(POLICY, &page), (LIFETIME, ASK)]),
        block("glossary.json", &[(LIFETIME, ASK), READ]),
        block("feed.xml", &[(LIFETIME, ASK), READ]),
        block("oembed/*", &[(LIFETIME, ASK), READ]),
    ]);
    blocks
}

/// Where the page in `file` is asked for, without the base: a whole folder at a time, since hosts read a hundred blocks at most.
fn address(file: &str) -> String {
    match file.split_once('/') {
        Some((folder, _)) => format!("{folder}/*"),
        None if file == "index.html" => String::new(),
        None => file.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{document, embeds};
    use super::*;

    const PAGES: [&str; 6] =
        ["index.html", "404.html", "terms/etag/index.html", "terms/jitter/index.html", "labs/index.html", "labs/http-status/index.html"];

    fn of(base: &str) -> Vec<Block> {
        let policies = Policies { page: document::RULES, card: embeds::CARD_POLICY, lab: document::RULES };
        blocks(base, PAGES, &policies)
    }

    fn meet(one: &str, other: &str) -> bool {
        match (one.strip_suffix('*'), other.strip_suffix('*')) {
            (Some(one), Some(other)) => one.starts_with(other) || other.starts_with(one),
            (Some(folder), None) => other.starts_with(folder),
            (None, Some(folder)) => one.starts_with(folder),
            (None, None) => one == other,
        }
    }

    #[test]
    fn no_header_is_named_by_two_blocks_that_meet() {
        let blocks = of("/");
        for (index, one) in blocks.iter().enumerate() {
            for other in &blocks[index + 1..] {
                let twice = one.headers.iter().find(|(name, _)| other.headers.iter().any(|(second, _)| second == name));
                assert!(twice.is_none() || !meet(&one.address, &other.address), "{} and {} both say {twice:?}", one.address, other.address);
            }
        }
    }

    #[test]
    fn a_folder_of_pages_is_one_block_below_the_base() {
        let addresses: Vec<String> = of("/guide/").into_iter().map(|block| block.address).collect();
        assert_eq!(addresses[..5], ["/guide/*", "/guide/", "/guide/404.html", "/guide/labs/*", "/guide/terms/*"]);
        assert!(addresses.iter().all(|address| address.starts_with("/guide/")), "{addresses:?}");
    }

    #[test]
    fn embeds_may_be_framed_by_anybody_and_pages_only_by_the_site() {
        for Block { address, headers } in of("/") {
            let Some((_, policy)) = headers.iter().find(|(name, _)| *name == POLICY) else { continue };
            let ancestors = policy.split("; ").filter(|rule| rule.starts_with("frame-ancestors")).collect::<Vec<_>>();
            let wanted: &[&str] = if address.starts_with("/embed/") { &[] } else { &["frame-ancestors 'self'"] };
            assert_eq!(ancestors, wanted, "{address}");
        }
    }

    #[test]
    fn a_line_is_short_enough_for_the_hosts_that_read_it() {
        // Cloudflare Pages: 2,000 characters a line, 100 blocks.
        let blocks = of("/");
        assert!(blocks.len() < 100, "{} blocks", blocks.len());
        for (name, value) in blocks.iter().flat_map(|block| &block.headers) {
            assert!(name.len() + value.len() < 1_900 && !value.contains('\n'), "{name}: {value}");
        }
    }

    /// What changes here has to change there: the recipes are files to be copied, so they hold the words themselves.
    #[test]
    fn the_recipes_say_the_same_words() {
        for (recipe, text) in
            [("nginx-site.conf", include_str!("../../deploy/nginx-site.conf")), ("Caddyfile", include_str!("../../deploy/Caddyfile"))]
        {
            for (name, value) in of("/").iter().flat_map(|block| &block.headers) {
                assert!(text.contains(name), "deploy/{recipe} sends no {name}");
                let quoted = format!("\"{value}\"");
                assert!(text.contains(&quoted), "deploy/{recipe} does not say {name}: {quoted}");
            }
        }
    }
}
