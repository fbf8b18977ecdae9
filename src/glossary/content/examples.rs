//! Code in entries has to be code: each language that we have a parser for is parsed.

use saphyr_parser::Parser;
use sqlparser::dialect::PostgreSqlDialect;

use super::http_example;

/// Languages that may stand after the fence. The first group is parsed, the second only highlighted.
const PARSED: [&str; 6] = ["http", "json", "yaml", "toml", "rust", "sql"];
const HIGHLIGHTED: [&str; 18] = [
    "text",
    "nginx",
    "haproxy",
    "go",
    "python",
    "javascript",
    "typescript",
    "java",
    "sh",
    "c",
    "html",
    "css",
    "proto",
    "lua",
    "php",
    "ruby",
    "elixir",
    "xml",
];

/// Checks one example. The error has the line (0 is the fence, 1 the first line of the code), what is wrong, and the mend.
pub fn check(language: &str, text: &str) -> Result<(), (usize, String, String)> {
    let wrong = |(line, what): (usize, String)| {
        (line + 1, format!("the `{language}` example does not parse: {what}"), "Mend the example".to_owned())
    };
    match language {
        "http" => http_example::check(text).map_err(wrong),
        "json" => serde_json::from_str::<serde_json::Value>(text)
            .map(drop)
            .map_err(|error| wrong((error.line().saturating_sub(1), without_place(&error)))),
        "yaml" => Parser::new_from_str(text)
            .find_map(Result::err)
            .map_or(Ok(()), |error| Err(wrong((error.marker().line().saturating_sub(1), error.info().to_owned())))),
        "toml" => toml_edit::Document::parse(text).map(drop).map_err(|error| {
            let line = error.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count());
            wrong((line, error.message().lines().next().unwrap_or_default().to_owned()))
        }),
        "sql" => sqlparser::parser::Parser::parse_sql(&PostgreSqlDialect {}, text)
            .map(drop)
            .map_err(|error| wrong(sql_error(&error.to_string()))),
        "rust" => rust(text).map_err(wrong),
        "" => Err((0, "the example names no language".to_owned(), "Write it after the fence, or `text`".to_owned())),
        known if HIGHLIGHTED.contains(&known) => Ok(()),
        unknown => Err((
            0,
            format!("unknown example language `{unknown}`"),
            format!("Use one of: {}, {}", PARSED.join(", "), HIGHLIGHTED.join(", ")),
        )),
    }
}

/// A whole file, or statements as they stand inside a function.
fn rust(text: &str) -> Result<(), (usize, String)> {
    let Err(as_file) = syn::parse_file(text) else { return Ok(()) };
    // The braces stand on lines of their own: columns stay as they are, lines are one more.
    let Err(as_statements) = syn::parse_str::<syn::Block>(&format!("{{\n{text}\n}}")) else { return Ok(()) };
    let (file, statements) = (as_file.span().start(), as_statements.span().start());
    // The reading that got further is the one that its author meant.
    if (statements.line.saturating_sub(1), statements.column) > (file.line, file.column) {
        Err((statements.line.saturating_sub(2), as_statements.to_string()))
    } else {
        Err((file.line.saturating_sub(1), as_file.to_string()))
    }
}

/// The message without “at line 1 column 10”: that counts from the example's first line, and we name the file's.
pub fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what).to_owned()
}

/// “sql parser error: … at Line: 2, Column: 6” as line (from 0) and message.
fn sql_error(text: &str) -> (usize, String) {
    let text = text.strip_prefix("sql parser error: ").unwrap_or(text);
    let (what, place) = text.rsplit_once(" at Line: ").unwrap_or((text, ""));
    let line: usize = place.split(',').next().and_then(|line| line.parse().ok()).unwrap_or(1);
    (line.saturating_sub(1), what.to_owned())
}
