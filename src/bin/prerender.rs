//! Writes every page, feed and index into Trunk's output.
//!
//! `prerender` runs as Trunk's hook; `prerender --check` only validates the content, `prerender --report`
//! counts it; `prerender --into DIR` writes into a
//! folder that holds Trunk's untouched output, for another address of the site (`SITE_URL`); `prerender --pack DIR` puts
//! `.br` and `.gz` beside what is in a finished folder; `prerender --watch` goes on writing `dist/` as content and style change.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use field_guide::prerender::watch::{TRUNK_OUTPUT, replace, watch};
use field_guide::prerender::{Config, Failure, build, packed, read_glossary, report};

fn main() -> ExitCode {
    match run() {
        Ok(sentence) => {
            println!("{sentence}");
            ExitCode::SUCCESS
        }
        Err(Failure(sentences)) => {
            eprintln!("{sentences}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String, Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let ["--pack", folder] = arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        let packed::Packed { files, plain, brotli, gzip } = packed::pack(Path::new(folder))?;
        let mb = |bytes: u64| format!("{:.1} MB", bytes as f64 / 1e6);
        return Ok(format!("{files} files: {}, as brotli {}, as gzip {}", mb(plain), mb(brotli), mb(gzip)));
    }
    let content = PathBuf::from("content");
    let dev = arguments == ["--watch"] || std::env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "debug");
    let config = Config::read(&content, std::env::var("SITE_URL").ok().filter(|url| !url.is_empty()), dev)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let _entered = runtime.enter();
    any_spawner::Executor::init_tokio().map_err(|error| error.to_string())?;
    if arguments == ["--watch"] {
        watch(&content, &config)?;
        return Ok("The prerenderer was built anew.".to_owned());
    }
    let glossary = read_glossary(&content, &config)?;
    let mut from_trunk = false;
    let out = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--report"] => return Ok(report::table(&glossary)),
        ["--check"] => return Ok(format!("{} entries are valid.", glossary.entries.len())),
        ["--into", folder] => PathBuf::from(folder),
        [] => std::env::var("TRUNK_STAGING_DIR")
            .map(PathBuf::from)
            .inspect(|_| from_trunk = true)
            .map_err(|_| "TRUNK_STAGING_DIR is not set: run `make build`, or `prerender --into DIR`".to_owned())?,
        _ => return Err("usage: prerender [--check | --report | --watch | --into DIR | --pack DIR]".to_owned().into()),
    };
    if from_trunk {
        // So that the same program can be put under another address, or beside other content, without building it again.
        replace(&out, Path::new(TRUNK_OUTPUT))?;
    }
    let pages = build(&glossary, &config, &out)?;
    Ok(format!("{} entries on {pages} pages for {}", glossary.entries.len(), config.url))
}
