//! Broken content, one folder for each rule: what the author is told, to the letter and to the line.
//!
//! A folder of `fixtures/content/` holds the smallest content that breaks one rule, and the message in `expected.txt`.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use field_guide::glossary::content::{ContentFiles, Glossary, LabReference, Problem, Surroundings, compile};
use field_guide::labs::check_scenario;

/// Every rule: the name of its folder. A new rule gets a line here and a folder there.
const RULES: &[&str] = &[
    // The front matter, and what it refers to.
    "no-front-matter",
    "front-matter-not-toml",
    "key-missing",
    "key-unknown",
    "text-expected",
    "list-expected",
    "level-unknown",
    "topic-not-a-text",
    "topic-unknown",
    "topics-none",
    "topics-not-a-list",
    "topics-too-many",
    "kind-unknown",
    "alias-level-not-a-text",
    "alias-level-unknown",
    "alias-without-name",
    "alias-empty",
    "source-not-https",
    "source-without-address",
    "source-without-title",
    "sources-none",
    "sources-not-a-list",
    "reviewed-not-a-date",
    "file-name-not-an-address",
    "related-not-a-text",
    "related-to-itself",
    "related-unknown",
    "related-unknown-near-itself",
    "related-unknown-with-a-near-one",
    "lab-scenario-malformed",
    "lab-unknown",
    // Names, each of which one entry answers to.
    "title-claimed-twice",
    "alias-claimed-twice",
    "alias-is-another-title",
    "alias-address-taken",
    "name-twice-in-one-entry",
    // The lists of names that the glossary has to answer to.
    "listed-alias-with-another-level",
    "listed-name-without-entry",
    "listed-title-with-another-level",
    "status-without-entry",
    "pending-in-neither-list",
    "pending-with-entry",
    // Reading paths.
    "path-not-toml",
    "path-key-unknown",
    "path-key-missing",
    "path-term-unknown",
    "path-term-twice",
    "path-falls-back",
    "path-too-short",
    "path-name-not-an-address",
    // The lead.
    "lead-missing",
    "lead-of-three-sentences",
    "lead-repeated",
    "lead-too-long",
    "lead-with-html",
    "lead-with-image",
    "lead-with-link",
    "lead-with-note",
    // Links.
    "link-to-unknown-entry",
    "link-to-unknown-entry-with-a-near-one",
    "link-to-unknown-heading-elsewhere",
    "link-to-unknown-heading-here",
    "link-to-unknown-page",
    // Headings, and what the text may not hold.
    "heading-of-level-1",
    "heading-skips-level",
    "heading-twice",
    "heading-with-link",
    "html-block",
    "html-in-text",
    "image",
    "note-never-referred-to",
    "example-in-watch-out",
    // Examples.
    "example-http-content-length",
    "example-http-content-not-json",
    "example-http-incomplete",
    "example-http-not-a-message",
    "example-http-without-host",
    "example-in-unknown-language",
    "example-indented",
    "example-json",
    "example-rust-file",
    "example-rust-statements",
    "example-sql",
    "example-toml",
    "example-without-language",
    "example-yaml",
];

/// Keeps every rule, and comes close to breaking most of them.
const VALID: &str = "valid";
/// Breaks many rules in many files at once.
const SEVERAL: &str = "several-mistakes";

fn manifest() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn fixture(name: &str) -> PathBuf {
    manifest().join("tests/fixtures/content").join(name)
}

fn compile_folder(folder: &Path) -> Result<Glossary, Vec<Problem>> {
    let files = ContentFiles::read(folder).unwrap_or_else(|error| panic!("{} cannot be read: {error}", folder.display()));
    let check_lab = |lab: &LabReference| check_scenario(&lab.lab, &lab.scenario);
    compile(&files, &Surroundings { base: "/", check_lab: &check_lab })
}

/// The messages as an author sees them, one a line; none if the content is valid.
fn messages(folder: &Path) -> String {
    let problems = compile_folder(folder).err().unwrap_or_default();
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

fn expected(name: &str) -> String {
    let path = fixture(name).join("expected.txt");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
}

/// The lines that only one of the two has, each under the fixture's name; empty if they agree.
fn difference(name: &str, expected: &str, actual: &str) -> String {
    if expected == actual {
        return String::new();
    }
    let mut text = format!("{name}\n");
    let mut only = |sign: char, these: &str, those: &str| {
        for line in these.lines().filter(|line| !those.lines().any(|other| other == *line)) {
            let _ = writeln!(text, "  {sign} {line}");
        }
    };
    only('-', expected, actual);
    only('+', actual, expected);
    if text.lines().count() == 1 {
        text.push_str("  the same lines, in another order, another number or with other line ends\n");
    }
    text
}

#[test]
fn each_broken_rule_gives_its_message_to_the_letter() {
    let differences: String = RULES.iter().map(|rule| difference(rule, &expected(rule), &messages(&fixture(rule)))).collect();
    assert!(differences.is_empty(), "\n- expected.txt, + the message now:\n{differences}");
}

/// One mistake, one message: none is left out, and none drags others along.
#[test]
fn each_broken_rule_gives_exactly_one_message() {
    let mut wrong = String::new();
    for rule in RULES {
        let messages = messages(&fixture(rule));
        if messages.lines().count() != 1 {
            let _ = writeln!(wrong, "{rule}: {} messages\n{messages}", messages.lines().count());
        }
        assert_eq!(expected(rule).lines().count(), 1, "{rule}/expected.txt has to hold one line");
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_rule_has_a_folder_and_every_folder_a_rule() {
    let folder = fixture("");
    let listed = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{} cannot be read: {error}", folder.display()));
    let folders: BTreeSet<String> =
        listed.map(|entry| entry.expect("an entry of the folder").file_name().to_string_lossy().into_owned()).collect();
    let named: BTreeSet<String> = RULES.iter().copied().chain([VALID, SEVERAL]).map(str::to_owned).collect();
    assert_eq!(named.len(), RULES.len() + 2, "a rule stands twice in RULES");
    let without_folder: Vec<_> = named.difference(&folders).collect();
    let without_rule: Vec<_> = folders.difference(&named).collect();
    assert!(
        without_folder.is_empty() && without_rule.is_empty(),
        "rules without folder: {without_folder:?}; folders without rule: {without_rule:?}"
    );
}

#[test]
fn content_that_only_comes_close_to_a_mistake_is_valid() {
    match compile_folder(&fixture(VALID)) {
        Ok(glossary) => assert_eq!(glossary.entries.len(), 2, "entries of the fixture `{VALID}`"),
        Err(_) => panic!("the fixture `{VALID}` has to be valid, but:\n{}", messages(&fixture(VALID))),
    }
}

/// An author sees all of it in one run, file by file and from the top of each; and an entry whose front matter is
/// broken still counts as there for those that link to it.
#[test]
fn mistakes_in_several_files_come_out_together_in_the_order_of_files_and_lines() {
    let actual = messages(&fixture(SEVERAL));
    let differences = difference(SEVERAL, &expected(SEVERAL), &actual);
    assert!(differences.is_empty(), "\n- expected.txt, + the message now:\n{differences}");

    let problems = compile_folder(&fixture(SEVERAL)).expect_err("the fixture is broken");
    let places: Vec<(&str, usize)> = problems.iter().map(|problem| (problem.file.as_str(), problem.line)).collect();
    let mut sorted = places.clone();
    sorted.sort_unstable();
    assert_eq!(places, sorted, "problems stand in the order of files and lines");
    let files: BTreeSet<&str> = places.iter().map(|(file, _)| *file).collect();
    assert!(files.len() >= 4, "mistakes of one file hide those of another: only {files:?}");
}

#[test]
fn the_content_of_the_site_is_valid() {
    let folder = manifest().join("content");
    let found = messages(&folder);
    assert!(found.is_empty(), "\n{found}");
}
