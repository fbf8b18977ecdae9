//! Files that never change under their name: program, style, fonts and search data, named by their hash.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::Failure;
use crate::glossary::content::Glossary;
use crate::glossary::search::SearchIndex;
use crate::labs::LABS;

/// Addresses of the assets, without the base.
#[derive(Clone, Debug)]
pub struct Assets {
    /// Tells this build from every other; stands in every page and fragment.
    pub build: String,
    pub style: String,
    pub program: String,
    pub wasm: String,
    pub labs: Vec<LabFiles>,
    pub boot: String,
    /// Runs before the first paint.
    pub theme: String,
    /// Offline reading, the page's side.
    pub offline: String,
    /// Runs a lab's program off the main thread.
    pub worker: String,
    pub search_data: String,
    /// The fonts that every page begins with.
    pub fonts: Vec<String>,
    /// For pages in frames of others: their style, the frame's side of the talk with its host, and what opens a lab there.
    pub embed_style: String,
    pub embed_frame: String,
    pub embed_lab: String,
}

/// What a page with a lab fetches for it.
#[derive(Clone, Debug)]
pub struct LabFiles {
    pub slug: &'static str,
    pub program: String,
    pub wasm: String,
    pub style: String,
}

/// The order is the cascade.
const STYLES: [&str; 8] = ["tokens.css", "base.css", "site.css", "home.css", "term.css", "lab.css", "print.css", "forced.css"];
/// As Cargo names the program.
const PROGRAM: &str = "backend-field-guide";
const BOOT: &str = include_str!("../site/boot.js");
const THEME: &str = include_str!("../site/theme.js");
const OFFLINE: &str = include_str!("../site/offline/page.js");
const WORKER: &str = include_str!("../site/worker.js");
/// The frame's side of the protocol that `embed.js` speaks.
pub const EMBED_FRAME: &str = include_str!("../site/embed/frame.js");
const EMBED_LAB: &str = include_str!("../site/embed/lab.js");
const LICENCES: &str = "OFL";

/// Moves Trunk's output into `assets/` under hashed names and adds the search data.
pub fn place(out: &Path, glossary: &Glossary) -> Result<Assets, Failure> {
    let folder = out.join("assets");
    fs::create_dir_all(&folder)?;

    let read = |path: &Path| fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()));
    let sheet = |path: &Path| read(path).map(|text| without_remarks(&text));
    let mut style = String::new();
    for name in STYLES {
        style.push_str(&sheet(&out.join("style").join(name))?);
    }
    let tokens = sheet(&out.join("style/tokens.css"))?;
    let embed_style = format!("{}{}", without_fonts(&tokens), sheet(&out.join("style/embed.css"))?);
    let labs = LABS
        .iter()
        .map(|lab| Ok((lab.slug, lab_style(&out.join("style/labs").join(lab.slug), &sheet)?)))
        .collect::<Result<Vec<_>, Failure>>()?;
    let mut fonts = Vec::new();
    let mut files: Vec<_> = fs::read_dir(out.join("style/fonts"))?.collect::<Result<_, _>>()?;
    files.sort_by_key(|file| file.file_name());
    for file in files {
        let name = file.file_name().to_string_lossy().into_owned();
        let bytes = fs::read(file.path())?;
        if name.contains(LICENCES) {
            fs::write(folder.join(&name), bytes)?;
            continue;
        }
        let hashed = write_hashed(&folder, &name, &bytes)?;
        style = style.replace(&format!("fonts/{name}"), &hashed);
        fonts.push(format!("assets/{hashed}"));
    }
    fs::remove_dir_all(out.join("style"))?;

    let index = SearchIndex::build(
        glossary.entries.iter().map(|entry| entry.row()).collect(),
        &glossary.entries.iter().map(|entry| entry.text.clone()).collect::<Vec<_>>(),
    );
    let index = postcard::to_allocvec(&index).map_err(|error| format!("the search data could not be written: {error}"))?;

    let script = |name: &str, text: &str| -> Result<String, Failure> {
        Ok(format!("assets/{}", write_hashed(&folder, name, without_comments(text).as_bytes())?))
    };
    let take = |name: String| -> Result<String, Failure> {
        let path = out.join(&name);
        let bytes = fs::read(&path).map_err(|error| format!("{}: {error}. Trunk has not built the program", path.display()))?;
        let hashed = write_hashed(&folder, &name, &bytes)?;
        fs::remove_file(path)?;
        Ok(format!("assets/{hashed}"))
    };
    let assets = Assets {
        build: String::new(),
        program: take(format!("{PROGRAM}.js"))?,
        wasm: take(format!("{PROGRAM}_bg.wasm"))?,
        labs: labs
            .into_iter()
            .map(|(slug, style)| {
                Ok(LabFiles {
                    slug,
                    program: take(format!("{slug}.js"))?,
                    wasm: take(format!("{slug}_bg.wasm"))?,
                    style: format!("assets/{}", write_hashed(&folder, &format!("{slug}.css"), style.as_bytes())?),
                })
            })
            .collect::<Result<_, Failure>>()?,
        style: format!("assets/{}", write_hashed(&folder, "style.css", style.as_bytes())?),
        boot: script("boot.js", BOOT)?,
        theme: script("theme.js", THEME)?,
        offline: script("offline.js", OFFLINE)?,
        worker: script("worker.js", WORKER)?,
        search_data: format!("assets/{}", write_hashed(&folder, "search.bin", &index)?),
        fonts,
        embed_style: format!("assets/{}", write_hashed(&folder, "embed.css", embed_style.as_bytes())?),
        embed_frame: script("embed-frame.js", EMBED_FRAME)?,
        embed_lab: script("embed-lab.js", EMBED_LAB)?,
    };
    Ok(assets)
}

/// A script without the lines that are nothing but a comment: they are for who works on it.
pub fn without_comments(script: &str) -> String {
    script.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]).collect()
}

/// A style sheet without its remarks, which are a tenth of it. None of ours has one inside a string.
fn without_remarks(sheet: &str) -> String {
    let mut parts = sheet.split("/*");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| kept + part.split_once("*/").map_or("", |(_, after)| after.trim_start_matches('\n')))
}

/// The tokens without the fonts that stand before them: a card in a frame is not worth fetching one.
pub fn without_fonts(tokens: &str) -> &str {
    tokens.find(":root").map_or(tokens, |start| &tokens[start..])
}

/// The style sheets in a lab's folder, in the order of their names.
fn lab_style(folder: &Path, read: &impl Fn(&Path) -> Result<String, String>) -> Result<String, Failure> {
    let mut files: Vec<_> = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?.collect::<Result<_, _>>()?;
    files.sort_by_key(|file| file.file_name());
    Ok(files.iter().map(|file| read(&file.path())).collect::<Result<String, String>>()?)
}

/// Writes `name.ext` as `name-<hash>.ext` and returns that.
fn write_hashed(folder: &Path, name: &str, bytes: &[u8]) -> Result<String, Failure> {
    let hash: String = Sha256::digest(bytes).iter().take(5).map(|byte| format!("{byte:02x}")).collect();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
    let hashed = format!("{stem}-{hash}.{extension}");
    fs::write(folder.join(&hashed), bytes)?;
    Ok(hashed)
}

/// Assets for tests that need some: one of each kind, `assets/boot-1.js` and the like.
#[cfg(test)]
pub fn sample() -> Assets {
    let at = |name: &str| format!("assets/{name}");
    let lab = |lab: &crate::labs::About| LabFiles {
        slug: lab.slug,
        program: at(&format!("{}-1.js", lab.slug)),
        wasm: at(&format!("{}-1.wasm", lab.slug)),
        style: at(&format!("{}-1.css", lab.slug)),
    };
    Assets {
        build: "0123456789".to_owned(),
        style: at("style-1.css"),
        program: at("guide-1.js"),
        wasm: at("guide-1.wasm"),
        labs: LABS.iter().map(lab).collect(),
        boot: at("boot-1.js"),
        theme: at("theme-1.js"),
        offline: at("offline-1.js"),
        worker: at("worker-1.js"),
        search_data: at("search-1.bin"),
        fonts: vec![at("inter-1.woff2")],
        embed_style: at("embed-1.css"),
        embed_frame: at("embed-frame-1.js"),
        embed_lab: at("embed-lab-1.js"),
    }
}

#[cfg(test)]
mod tests {
    use super::{without_fonts, without_remarks};

    #[test]
    fn a_sheet_keeps_all_but_its_remarks() {
        assert_eq!(without_remarks("/* a */\na { b: c; } /* d\ne */ f {}\n/* open"), "a { b: c; }  f {}\n");
    }

    #[test]
    fn a_cards_tokens_have_every_colour_and_no_font() {
        let tokens = include_str!("../../style/tokens.css");
        let kept = without_fonts(tokens);
        assert!(kept.starts_with(":root {") && !kept.contains("@font-face") && !kept.contains("url("), "{kept}");
        assert_eq!(kept.matches("--paper:").count(), tokens.matches("--paper:").count());
    }
}
