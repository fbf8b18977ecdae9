//! Any text as the file of an entry: an entry that keeps the rules, or problems with lines that the file has, and the same ones
//! every time. Host only: content is compiled there.

use field_guide::glossary::content::{ContentFiles, Entry, Glossary, Problem, SourceFile, Surroundings, compile};
use field_guide::labs::check_scenario;

/// Beside it stands one entry that keeps every rule, so that there is something to be related to and to take names from.
const OTHER: &str = "+++\ntitle = \"Proxy\"\naliases = [\"intermediary\"]\nlevel = \"beginner\"\ntopics = [\"http\"]\nkind = \"concept\"\n\
    related = []\nsources = [{ title = \"RFC 9110\", url = \"https://www.rfc-editor.org/rfc/rfc9110\" }]\nreviewed = 2026-11-22\n+++\n\n\
    A server that passes requests on.\n";

pub fn check(bytes: &[u8]) {
    // Line ends as the reader of files leaves them. Examples in Rust are read as text: the compiler's parser has no bound on
    // depth, and four thousand brackets of an author's own would exhaust the stack.
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace("rust", "text");
    let made = compiled(&text);
    match &made {
        Ok(glossary) => {
            assert_eq!(glossary.entries.len(), 2, "an entry for each file");
            let entry = glossary.entry("cache").unwrap_or_else(|| panic!("no entry for the file"));
            keeps_the_rules(entry);
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "neither a glossary nor a problem");
            problems.iter().for_each(|problem| stands_in_its_file(problem, &text));
        }
    }
    assert_eq!(format!("{made:?}"), format!("{:?}", compiled(&text)), "the second time comes to something else");
}

/// What becomes of the text as `content/terms/cache.md`.
pub fn compiled(text: &str) -> Result<Glossary, Vec<Problem>> {
    let file = |stem: &str, text: &str| SourceFile { path: path(stem), stem: stem.to_owned(), text: text.to_owned() };
    let files = ContentFiles { terms: vec![file("cache", text), file("proxy", OTHER)], ..ContentFiles::default() };
    compile(&files, &Surroundings { base: "/", check_lab: &|lab| check_scenario(&lab.lab, &lab.scenario) })
}

fn path(stem: &str) -> String {
    format!("content/terms/{stem}.md")
}

fn keeps_the_rules(entry: &Entry) {
    let front = &entry.front;
    assert!(!front.title.trim().is_empty(), "an entry without a title");
    assert!((1..=3).contains(&front.topics.len()), "{:?}", front.topics);
    assert!(!front.sources.is_empty() && front.sources.iter().all(|source| source.url.starts_with("https://")), "{:?}", front.sources);
    assert!(front.related.iter().all(|slug| slug == "proxy"), "related to what there is not: {:?}", front.related);
    assert!(front.reviewed.len() >= 10, "no date: {:?}", front.reviewed);
    assert!(front.aliases.iter().all(|alias| !alias.name.trim().is_empty()), "{:?}", front.aliases);
    assert!((1..=280).contains(&entry.lead_text.chars().count()), "the lead: {:?}", entry.lead_text);
    assert_eq!(entry.row().runs, front.lab.is_some());
}

fn stands_in_its_file(problem: &Problem, text: &str) {
    let own = match &problem.file {
        file if *file == path("cache") => text,
        file if *file == path("proxy") => OTHER,
        file => panic!("a problem with a file that there is not: {file}"),
    };
    // As an editor counts: what follows the last line feed is a line too.
    let lines = 1 + own.bytes().filter(|byte| *byte == b'\n').count();
    assert!((1..=lines).contains(&problem.line), "{problem} There are {lines} lines.");
    assert!(!problem.what.is_empty() && !problem.mend.is_empty(), "{problem}");
}
