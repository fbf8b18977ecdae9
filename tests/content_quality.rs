//! The content as a whole: what no single entry can be blamed for, and what the build does not stop for. Each failure names
//! the entries.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use field_guide::glossary::content::{ContentFiles, Entry, Glossary, Surroundings, compile};
use field_guide::glossary::{Kind, sentence};
use field_guide::labs::check_scenario;
use tree_sitter::{Language, Node, Parser};

/// A phrase of so many words that stands in more than two entries is a template, not a sentence.
const PHRASE: usize = 8;
const MOST_WITH_A_PHRASE: usize = 2;
/// By Flesch and Kincaid. A lead of an advanced entry may ask for a grown reader; none may ask for a patient one.
const HARDEST_LEAD: f64 = 19.0;
const MEDIAN_LEAD: f64 = 12.5;

fn files() -> ContentFiles {
    ContentFiles::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("content")).expect("content/ is there")
}

fn glossary() -> Glossary {
    let check_lab = |lab: &field_guide::glossary::content::LabReference| check_scenario(&lab.lab, &lab.scenario);
    let compiled = compile(&files(), &Surroundings { base: "/", check_lab: &check_lab });
    compiled.unwrap_or_else(|problems| panic!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

/// (line of the fence, language, code) of every example in a Markdown text.
fn examples(text: &str) -> Vec<(usize, String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String, String)> = None;
    for (index, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some((index + 1, language.trim().to_owned(), String::new())),
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some((.., code)), None) => {
                code.push_str(line);
                code.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

fn grammar(language: &str) -> Option<Language> {
    Some(match language {
        "go" => tree_sitter_go::LANGUAGE.into(),
        "java" => tree_sitter_java::LANGUAGE.into(),
        "javascript" => tree_sitter_javascript::LANGUAGE.into(),
        "python" => tree_sitter_python::LANGUAGE.into(),
        "sh" => tree_sitter_bash::LANGUAGE.into(),
        // With elements in angle brackets or without: what one grammar takes for a cast is the other's element.
        "typescript" => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        _ => return None,
    })
}

/// The first line (from 1) that the grammar does not understand.
fn mistake(grammar: &Language, code: &str) -> Option<usize> {
    let mut parser = Parser::new();
    parser.set_language(grammar).expect("the grammar fits the parser");
    let tree = parser.parse(code, None).expect("nothing stops it");
    fn first(node: Node) -> Option<usize> {
        if node.is_error() || node.is_missing() {
            return Some(node.start_position().row + 1);
        }
        let mut cursor = node.walk();
        node.children(&mut cursor).filter(|child| child.has_error()).find_map(first)
    }
    tree.root_node().has_error().then(|| first(tree.root_node()).unwrap_or(1))
}

/// JSON, YAML, TOML, SQL, HTTP and Rust are parsed by the build itself.
#[test]
fn examples_in_other_languages_parse_too() {
    let mut wrong = Vec::new();
    let mut parsed: BTreeMap<String, usize> = BTreeMap::new();
    for file in files().terms {
        for (line, language, code) in examples(&file.text) {
            let Some(grammar) = grammar(&language) else { continue };
            *parsed.entry(language.clone()).or_default() += 1;
            let elements = || language == "typescript" && mistake(&tree_sitter_typescript::LANGUAGE_TSX.into(), &code).is_none();
            if let Some(at) = mistake(&grammar, &code).filter(|_| !elements()) {
                wrong.push(format!("{}:{}: this is no {language}", file.path, line + at));
            }
        }
    }
    println!("parsed: {parsed:?}");
    assert!(parsed.values().sum::<usize>() > 0, "no example was parsed");
    assert_eq!(wrong, [] as [String; 0], "\n{}", wrong.join("\n"));
}

/// The grammar sees a mistake, or its silence would mean nothing.
#[test]
fn a_broken_example_is_seen() {
    for (language, code) in [
        ("go", "func ( {"),
        ("python", "def f(:\n  pass"),
        ("javascript", "const = 3;"),
        ("typescript", "let x: = 1"),
        ("java", "class { }"),
        ("sh", "if then fi ("),
    ] {
        assert!(mistake(&grammar(language).unwrap(), code).is_some(), "{language}");
    }
}

/// The slugs that an entry's text links to.
fn linked(entry: &Entry) -> BTreeSet<String> {
    let html = [&entry.before_lab, &entry.after_lab, &entry.watch_out];
    html.into_iter()
        .flat_map(|html| html.split("href=\"/terms/").skip(1))
        .filter_map(|rest| rest.split(['/', '"']).next().map(str::to_owned))
        .chain(entry.front.related.iter().cloned())
        .filter(|slug| *slug != entry.slug)
        .collect()
}

#[test]
fn every_entry_is_led_to_and_none_stands_apart() {
    let glossary = glossary();
    let links: BTreeMap<&str, BTreeSet<String>> = glossary.entries.iter().map(|entry| (entry.slug.as_str(), linked(entry))).collect();
    let lonely: Vec<&str> = links.keys().filter(|slug| !links.values().any(|others| others.contains(**slug))).copied().collect();
    assert_eq!(lonely, [] as [&str; 0], "no entry links to these");
    let few: Vec<&str> = glossary.entries.iter().filter(|entry| entry.front.related.len() < 2).map(|entry| entry.slug.as_str()).collect();
    assert_eq!(few, [] as [&str; 0], "these have fewer than two related entries");

    // From the first entry along links, either way.
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = links.keys().next().copied().into_iter().collect();
    while let Some(slug) = open.pop() {
        if seen.insert(slug) {
            open.extend(links.keys().filter(|other| links[slug].contains(**other) || links[**other].contains(slug)));
        }
    }
    let apart: Vec<&str> = links.keys().filter(|slug| !seen.contains(**slug)).copied().collect();
    assert_eq!(apart, [] as [&str; 0], "no chain of links leads from the rest to these");
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '’' && c != '-').filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// The prose of a Markdown text: no front matter, code, tables, headings or footnotes.
fn prose(text: &str) -> String {
    let body = text.splitn(3, "+++").nth(2).unwrap_or_default();
    let mut code = false;
    let kept = body.lines().filter(|line| {
        if line.starts_with("```") {
            code = !code;
            return false;
        }
        !code && !line.starts_with(['|', '#']) && !line.starts_with("[^")
    });
    kept.collect::<Vec<_>>().join("\n")
}

#[test]
fn no_phrase_is_a_template() {
    let mut places: HashMap<Vec<String>, BTreeSet<String>> = HashMap::new();
    for file in files().terms {
        for paragraph in prose(&file.text).split("\n\n") {
            for phrase in words(paragraph).windows(PHRASE) {
                places.entry(phrase.to_vec()).or_default().insert(file.stem.clone());
            }
        }
    }
    let mut repeated: Vec<String> = places
        .into_iter()
        .filter(|(_, places)| places.len() > MOST_WITH_A_PHRASE)
        .map(|(phrase, places)| format!("“{}” in {}", phrase.join(" "), places.into_iter().collect::<Vec<_>>().join(", ")))
        .collect();
    repeated.sort();
    assert_eq!(repeated, [] as [String; 0], "\n{}", repeated.join("\n"));
}

/// Vowels that stand together are one syllable, a silent e is none: near enough to compare leads with each other.
fn syllables(word: &str) -> usize {
    let vowel = |c: char| "aeiouy".contains(c);
    let letters: Vec<char> = word.chars().collect();
    let groups = letters.iter().enumerate().filter(|(index, c)| vowel(**c) && (*index == 0 || !vowel(letters[index - 1]))).count();
    let silent = word.len() > 3 && word.ends_with('e') && !word.ends_with("le");
    (groups - usize::from(silent && groups > 1)).max(1)
}

/// The grade of Flesch and Kincaid.
fn grade(text: &str) -> f64 {
    let words = words(text);
    let sentences = sentence::count(text) as f64;
    let count = words.len().max(1) as f64;
    let syllables: usize = words.iter().map(|word| syllables(word)).sum();
    0.39 * count / sentences + 11.8 * syllables as f64 / count - 15.59
}

#[test]
fn leads_read_easily() {
    let mut grades: Vec<(f64, String)> =
        glossary().entries.iter().map(|entry| (grade(&entry.lead_text), format!("{}: {}", entry.slug, entry.lead_text))).collect();
    grades.sort_by(|a, b| b.0.total_cmp(&a.0));
    let hard: Vec<String> =
        grades.iter().take_while(|(grade, _)| *grade > HARDEST_LEAD).map(|(grade, lead)| format!("{grade:.1} {lead}")).collect();
    let median = grades[grades.len() / 2].0;
    println!("median grade {median:.1}, hardest {:.1}", grades[0].0);
    assert_eq!(hard, [] as [String; 0], "\n{}", hard.join("\n"));
    assert!(median <= MEDIAN_LEAD, "the median lead asks for grade {median:.1}");
}

#[test]
fn advanced_entries_have_two_sources() {
    let glossary = glossary();
    let advanced = glossary.entries.iter().filter(|entry| entry.front.level == field_guide::glossary::Level::Advanced);
    let few: Vec<&str> = advanced
        .filter(|entry| entry.front.sources.len() < 2 && entry.front.kind != Kind::Status)
        .map(|entry| entry.slug.as_str())
        .collect();
    assert_eq!(few, [] as [&str; 0], "these have one source");
}

#[test]
fn there_are_paths_to_read_along() {
    let glossary = glossary();
    assert!(glossary.paths.len() >= 6, "{} paths", glossary.paths.len());
}
