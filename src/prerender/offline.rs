//! The service worker, at a fixed name under the site's base: what was read can be read again offline. The worker itself is
//! `src/site/offline/worker.js`, what the page does with it `page.js` beside it.

use std::collections::BTreeSet;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::assets::{Assets, LabFiles, without_comments};

/// Its name below the base. It never changes: browsers ask for it again to learn of a new build.
pub const FILE: &str = "sw.js";

const WORKER: &str = include_str!("../site/offline/worker.js");
/// Where the worker takes what is written here.
const SITE: &str = "__SITE__";

/// Served in place of the worker, it takes an earlier one away with all that was kept: for development builds, and for a
/// host that no longer wants one. `base` as in [`service_worker`].
pub fn retired(base: &str) -> String {
    let prefix = json!(format!("field-guide:{base}:"));
    format!(
        "addEventListener('install', () => skipWaiting());\n\
         addEventListener('activate', (event) => event.waitUntil((async () => {{\n  \
           await registration.unregister();\n  \
           for (const name of await caches.keys()) if (name.startsWith({prefix})) await caches.delete(name);\n\
         }})().catch(() => {{}})));\n"
    )
}

/// What tells one build from another: ten hexadecimal digits over the names of all assets, which have hashes in them, and
/// `id`, in which the caller puts what else a page is made of. Stands as `data-build` in every page and fragment.
pub fn build_id(assets: &Assets, id: &str) -> String {
    let mut digest = Sha256::new();
    for name in all(assets) {
        digest.update(name);
        digest.update([0]);
    }
    digest.update(id);
    digest.finalize().iter().take(5).map(|byte| format!("{byte:02x}")).collect()
}

/// The worker of a site that lies at `base` (`/guide/`, with both slashes), for the pages that carry `assets.build`; as it
/// is served, without its comments.
pub fn service_worker(base: &str, assets: &Assets) -> String {
    let mut ahead = vec![&assets.program, &assets.wasm, &assets.boot, &assets.theme, &assets.offline, &assets.style, &assets.search_data];
    ahead.extend(&assets.fonts);
    let mut labs = vec![assets.worker.clone()];
    for LabFiles { slug, program, wasm, style } in &assets.labs {
        labs.extend([format!("labs/{slug}/"), program.clone(), wasm.clone(), style.clone()]);
    }
    let site = json!({
        "build": assets.build,
        "base": base,
        "style": assets.style,
        "ahead": ahead,
        // The list to start from and the plate that it has beside it; what the browser asks for on every page.
        "pages": ["", "labs/plate.txt", "icon.svg", "manifest.webmanifest"],
        "labs": labs,
        "assets": all(assets),
    });
    without_comments(WORKER).replacen(SITE, &site.to_string(), 1)
}

/// Every asset there is, each once and always in the same order.
fn all(assets: &Assets) -> BTreeSet<&str> {
    let Assets {
        build: _,
        style,
        program,
        wasm,
        labs,
        boot,
        theme,
        offline,
        worker,
        search_data,
        fonts,
        embed_style,
        embed_frame,
        embed_lab,
    } = assets;
    let single = [style, program, wasm, boot, theme, offline, worker, search_data, embed_style, embed_frame, embed_lab];
    let of_labs = labs.iter().flat_map(|LabFiles { slug: _, program, wasm, style }| [program, wasm, style]);
    single.into_iter().chain(fonts).chain(of_labs).map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::super::assets::sample as assets;
    use super::*;
    use crate::labs::LABS;

    #[test]
    fn a_build_changes_with_every_asset_and_with_what_else_pages_are_made_of() {
        let build = build_id(&assets(), "a");
        assert!(build.len() == 10 && build.chars().all(|digit| digit.is_ascii_hexdigit()), "{build}");
        assert_eq!(build, build_id(&assets(), "a"), "the same files are the same build");
        let mut lab = assets();
        lab.labs[2].wasm.push('2');
        let mut font = assets();
        font.fonts[0].push('2');
        let mut style = assets();
        style.embed_style.push('2');
        for (changed, what) in [(lab, "a lab's program"), (font, "a font"), (style, "the embeds' style")] {
            assert_ne!(build, build_id(&changed, "a"), "{what} changed");
        }
        assert_ne!(build, build_id(&assets(), "b"), "the text changed");
    }

    #[test]
    fn the_worker_knows_its_build_its_place_and_its_files() {
        let worker = service_worker("/guide/", &assets());
        assert!(!worker.contains(SITE) && !worker.lines().any(|line| line.trim_start().starts_with("//")), "{worker}");
        let line = worker.lines().find_map(|line| line.strip_prefix("const SITE = ")).unwrap_or_default();
        let site: serde_json::Value = serde_json::from_str(line.trim_end_matches(';')).unwrap_or_default();
        assert_eq!((site["build"].as_str(), site["base"].as_str()), (Some("0123456789"), Some("/guide/")), "{line}");
        let has = |list: &str, name: &str| site[list].as_array().is_some_and(|list| list.iter().any(|known| known == name));
        for ahead in ["assets/guide-1.js", "assets/guide-1.wasm", "assets/search-1.bin", "assets/inter-1.woff2", "assets/offline-1.js"] {
            assert!(has("ahead", ahead) && has("assets", ahead), "{ahead} is there before it is needed");
        }
        for lab in LABS {
            let (page, wasm) = (format!("labs/{}/", lab.slug), format!("assets/{}-1.wasm", lab.slug));
            assert!(has("labs", &page) && has("labs", &wasm) && has("assets", &wasm), "{page} works offline");
            assert!(!has("ahead", &wasm), "{wasm} is not fetched by who only reads");
        }
    }

    #[test]
    fn a_retired_worker_takes_away_its_own_caches_only() {
        let worker = retired("/guide/");
        assert!(worker.contains("registration.unregister()") && worker.contains("name.startsWith(\"field-guide:/guide/:\")"), "{worker}");
    }
}
