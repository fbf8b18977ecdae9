//! What one entry becomes: every kind of thing that an entry can hold, as the HTML of the page.
//!
//! A change here is a change of every page: look at it, then accept it with `cargo insta review` or `INSTA_UPDATE=always`.
#![cfg(not(target_arch = "wasm32"))]

use std::path::Path;

use field_guide::glossary::content::{ContentFiles, Entry, Surroundings, compile};

/// The entry `cache` of `fixtures/entry/`, under a sub-path so that a forgotten base shows.
fn entry() -> Entry {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/entry");
    let files = ContentFiles::read(&folder).unwrap_or_else(|error| panic!("{} cannot be read: {error}", folder.display()));
    let glossary = compile(&files, &Surroundings { base: "/guide/", check_lab: &|_| Ok(()) }).unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("the fixture has to be valid, but:\n{}", lines.join("\n"))
    });
    glossary.entry("cache").cloned().expect("the fixture has an entry `cache`")
}

/// Emphasis and code, no links: it also stands in cards and results.
#[test]
fn the_lead() {
    insta::assert_snapshot!("lead", entry().lead_html);
}

/// Up to the end of “How it works”: links by hand and by first mention, a table, a note's mark.
#[test]
fn the_article_before_the_lab() {
    insta::assert_snapshot!("before_lab", entry().before_lab);
}

/// Code in colours, headings with anchors, and the notes at the end.
#[test]
fn the_article_after_the_lab() {
    insta::assert_snapshot!("after_lab", entry().after_lab);
}

/// The list alone: the margin has a heading of its own.
#[test]
fn the_margin() {
    insta::assert_snapshot!("watch_out", entry().watch_out);
}
