//! The content as it lies on disk: the only place of the pipeline that reads files.

use std::io;
use std::path::Path;

/// One Markdown file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// For messages: `content/terms/etag.md`.
    pub path: String,
    /// The file's name without `.md`.
    pub stem: String,
    pub text: String,
}

/// Everything under `content/`.
#[derive(Clone, Debug, Default)]
pub struct ContentFiles {
    pub terms: Vec<SourceFile>,
    /// Reading paths, one TOML file each.
    pub paths: Vec<SourceFile>,
    /// Names that the glossary must answer to, with levels: `terms.tsv`.
    pub term_list: Option<SourceFile>,
    /// Registered status codes: `statuses.tsv`.
    pub status_list: Option<SourceFile>,
    /// Names of the two lists that have no entry yet, one a line. It only ever gets shorter.
    pub pending: Option<SourceFile>,
}

impl ContentFiles {
    /// Reads `<root>/terms/*.md`, `<root>/paths/*.toml` and `<root>/lists/*`; missing lists and paths are left out.
    pub fn read(root: &Path) -> io::Result<Self> {
        let terms = read_folder(root, "terms", "md")?;
        let paths = if root.join("paths").exists() { read_folder(root, "paths", "toml")? } else { Vec::new() };
        let list = |name: &str| {
            let path = root.join("lists").join(name);
            path.exists().then(|| read_file(root, &path)).transpose()
        };
        Ok(ContentFiles { terms, paths, term_list: list("terms.tsv")?, status_list: list("statuses.tsv")?, pending: list("pending.txt")? })
    }
}

fn read_folder(root: &Path, folder: &str, kind: &str) -> io::Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root.join(folder))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == kind) {
            files.push(read_file(root, &path)?);
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn read_file(root: &Path, path: &Path) -> io::Result<SourceFile> {
    let inside = path.strip_prefix(root).unwrap_or(path);
    Ok(SourceFile {
        path: format!("content/{}", inside.display()),
        stem: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        // Windows line ends would shift nothing but would show up in code examples.
        text: std::fs::read_to_string(path)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?
            .replace("\r\n", "\n"),
    })
}
