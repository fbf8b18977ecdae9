//! `make dev`: writes the pages anew whenever content or style change, without building the program again.
//!
//! Trunk watches the code; this watches the rest. Pages of a development build ask for `version.txt` and reload when
//! it says something new.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::{Config, Failure, build, read_glossary};

/// Where the hook keeps what Trunk built.
pub const TRUNK_OUTPUT: &str = "target/trunk-output";
const STAGING: &str = "target/dev-site";
const DIST: &str = "dist";
/// Short enough to feel at once, long enough to cost nothing.
const PAUSE: Duration = Duration::from_millis(150);

type Snapshot = BTreeMap<PathBuf, (SystemTime, u64)>;

/// Runs until it is stopped, or until its own program was built anew: then the caller starts that one.
pub fn watch(content: &Path, config: &Config) -> Result<(), Failure> {
    let program = std::env::current_exe()?;
    let built = snapshot(&[&program])?;
    let watched = [content, Path::new("style")];
    let mut seen = snapshot(&watched)?;
    // Grammars are loaded and examples highlighted before the first edit, not during it.
    if let Err(Failure(sentences)) = read_glossary(content, config) {
        eprintln!("{sentences}");
    }
    loop {
        std::thread::sleep(PAUSE);
        if snapshot(&[&program]).is_ok_and(|now| now != built) {
            return Ok(());
        }
        let now = snapshot(&watched)?;
        if now == seen {
            continue;
        }
        seen = now;
        let began = Instant::now();
        match write_site(content, config) {
            Ok(pages) => println!("{pages} pages in {:.1} s", began.elapsed().as_secs_f64()),
            // The last good site stays; the author reads what to mend.
            Err(Failure(sentences)) => eprintln!("{sentences}"),
        }
    }
}

fn write_site(content: &Path, config: &Config) -> Result<usize, Failure> {
    let glossary = read_glossary(content, config)?;
    let (staging, dist) = (Path::new(STAGING), Path::new(DIST));
    replace(Path::new(TRUNK_OUTPUT), staging)?;
    replace(Path::new("style"), &staging.join("style"))?;
    let pages = build(&glossary, config, staging)?;
    if dist.exists() {
        fs::remove_dir_all(dist)?;
    }
    fs::rename(staging, dist)?;
    Ok(pages)
}

/// A fresh copy of a folder, in place of what was there.
pub fn replace(from: &Path, to: &Path) -> io::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    copy_folder(from, to)
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Every file below the paths, with when it changed and how long it is.
fn snapshot(paths: &[&Path]) -> io::Result<Snapshot> {
    let mut files = Snapshot::new();
    let mut open: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    while let Some(path) = open.pop() {
        let about = fs::metadata(&path)?;
        if about.is_dir() {
            for entry in fs::read_dir(&path)? {
                open.push(entry?.path());
            }
        } else {
            files.insert(path, (about.modified()?, about.len()));
        }
    }
    Ok(files)
}
