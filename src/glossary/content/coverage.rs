//! The lists of names that the glossary must answer to, held against the entries there are.

use super::names::{Names, fold};
use super::{ContentFiles, Problem, SourceFile};
use crate::glossary::Level;

/// A name of a list, where it stands, and the level it demands.
struct Wanted<'a> {
    file: &'a SourceFile,
    line: usize,
    name: String,
    level: Option<Level>,
}

/// Every name of the lists leads to an entry with the level that the list gives, or stands in `pending.txt`;
/// and nothing stands there that has an entry already or that no list knows.
pub fn check(files: &ContentFiles, names: &Names, problems: &mut Vec<Problem>) {
    let wanted: Vec<Wanted> = files
        .term_list
        .iter()
        .flat_map(|file| {
            rows(file).filter_map(move |(line, cells)| {
                let name = cells.first().copied()?.to_owned();
                Some(Wanted { file, line, name, level: Level::from_slug(cells.get(1).copied().unwrap_or_default()) })
            })
        })
        .chain(files.status_list.iter().flat_map(|file| {
            rows(file).filter_map(move |(line, cells)| {
                let name = format!("{} {}", cells.first()?, cells.get(1)?);
                Some(Wanted { file, line, name, level: None })
            })
        }))
        .collect();

    let pending: Vec<(usize, String)> = files
        .pending
        .iter()
        .flat_map(|file| {
            file.text
                .lines()
                .enumerate()
                .map(|(index, line)| (index + 1, line.trim().to_owned()))
                .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        })
        .collect();
    let is_pending = |name: &str| pending.iter().any(|(_, waiting)| fold(waiting) == fold(name));

    for want in &wanted {
        let Some(level) = answered(names, &want.name) else {
            if !is_pending(&want.name) {
                problems.push(Problem::new(
                    &want.file.path,
                    want.line,
                    format!("no entry answers to “{}”", want.name),
                    "Write the entry, or give the name to the entry that means it as an alias",
                ));
            }
            continue;
        };
        if let Some(demanded) = want.level.filter(|demanded| !level.contains(demanded)) {
            let claim = names.get(&want.name).or_else(|| names.get(split(&want.name).0));
            let exact = format!("level = \"{}\"", demanded.slug());
            let mend = if claim.is_some_and(|claim| claim.is_title && fold(&claim.name) == fold(&want.name)) {
                format!("Write `{exact}`")
            } else {
                format!("Give the name its level: {{ name = \"{}\", {exact} }}", want.name)
            };
            let (file, line) = claim.map_or((want.file.path.as_str(), want.line), |claim| (claim.file.as_str(), claim.line));
            problems.push(Problem::new(
                file,
                line,
                format!("“{}” has the level {} and the list says {}", want.name, level[0].slug(), demanded.slug()),
                mend,
            ));
        }
    }
    if let Some(file) = &files.pending {
        for (line, name) in &pending {
            if answered(names, name).is_some() {
                problems.push(Problem::new(&file.path, *line, format!("“{name}” has an entry now"), "Remove the line"));
            } else if !wanted.iter().any(|want| fold(&want.name) == fold(name)) {
                problems.push(Problem::new(&file.path, *line, format!("“{name}” stands in neither list"), "Remove the line"));
            }
        }
    }
}

/// The cells of a tab-separated list, without its heading, with line numbers.
fn rows(file: &SourceFile) -> impl Iterator<Item = (usize, Vec<&str>)> {
    file.text
        .lines()
        .enumerate()
        .skip(1)
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| (index + 1, line.split('\t').map(str::trim).collect()))
}

/// The levels under which a name is answered, the nearest first. `CDC (Change Data Capture)` is answered by an entry
/// that answers to both of its halves.
fn answered(names: &Names, name: &str) -> Option<Vec<Level>> {
    if let Some(claim) = names.get(name) {
        return Some(vec![claim.level]);
    }
    let (short, long) = split(name);
    let (short, long) = (names.get(short)?, names.get(long?)?);
    (short.slug == long.slug).then(|| vec![short.level, long.level])
}

fn split(name: &str) -> (&str, Option<&str>) {
    match name.strip_suffix(')').and_then(|name| name.split_once(" (")) {
        Some((short, long)) => (short, Some(long)),
        None => (name, None),
    }
}
