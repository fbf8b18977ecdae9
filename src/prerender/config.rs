//! Where the site lies and what it says about itself: `content/site.toml`, overridden by the environment.

use std::path::Path;

use toml_edit::DocumentMut;

use super::Failure;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub description: String,
    /// With a slash at its end: `https://host/guide/`.
    pub url: String,
    /// The path of it: `/guide/`.
    pub base: String,
    /// What an entry's file name is put after, to edit it.
    pub edit: Option<String>,
    /// Kept in `<head>` for `make dev`: Trunk's reload script, and no content policy that would stop it.
    pub dev: bool,
}

impl Config {
    pub fn read(content_dir: &Path, site_url: Option<String>, dev: bool) -> Result<Self, Failure> {
        let path = content_dir.join("site.toml");
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let document: DocumentMut = text.parse().map_err(|error| format!("{}: {error}", path.display()))?;
        let text = |key: &str| document.get(key).and_then(|item| item.as_str()).map(str::to_owned);
        let url = site_url.or_else(|| text("url")).ok_or_else(|| format!("{}: `url` is missing", path.display()))?;
        let base = base_of(&url).ok_or_else(|| {
            format!("“{url}” is no address of a site: write https://host/ or https://host/path/, with a slash at its end")
        })?;
        Ok(Config { description: text("description").unwrap_or_default(), base, url, edit: text("edit"), dev })
    }

    /// An address in full: `path` begins with a slash.
    pub fn full(&self, path: &str) -> String {
        format!("{}{}", self.url, path.trim_start_matches('/'))
    }
}

fn base_of(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let path = &rest[rest.find('/')?..];
    (path.ends_with('/') && !path.contains("//") && !path.contains(['?', '#', '"', '<', ' '])).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::base_of;

    #[test]
    fn a_sub_path_is_what_follows_the_host() {
        assert_eq!(base_of("https://example.org/").as_deref(), Some("/"));
        assert_eq!(base_of("http://127.0.0.1:8080/guide/").as_deref(), Some("/guide/"));
        for wrong in ["example.org/", "https://example.org", "https://example.org/guide", "https://example.org/?a/"] {
            assert_eq!(base_of(wrong), None, "{wrong}");
        }
    }
}
