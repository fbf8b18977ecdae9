//! Code with five classes of meaning, set by the host: no highlighter is sent to the reader.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use syntect::parsing::{ParseState, Scope, ScopeStack, ScopeStackOp, SyntaxSet};

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// Which scopes are shown how; the first that the innermost scope begins with wins.
/// c comment, s string, n number or constant, k keyword, f name of a thing that is defined or a field.
static CLASSES: LazyLock<Vec<(Scope, char)>> = LazyLock::new(|| {
    [
        ("comment", 'c'),
        ("string", 's'),
        ("constant.character", 's'),
        ("constant", 'n'),
        ("storage", 'k'),
        ("keyword.operator", ' '),
        ("keyword", 'k'),
        ("entity.name", 'f'),
        ("support.function", 'f'),
        ("support.type.property-name", 'f'),
        ("variable.function", 'f'),
        ("entity.other.attribute-name", 'f'),
    ]
    .iter()
    .filter_map(|(scope, class)| Some((Scope::new(scope).ok()?, *class)))
    .collect()
});

/// What was highlighted already: `make dev` renders every entry after each change, and the grammars are slow.
static DONE: LazyLock<Mutex<HashMap<(String, String), String>>> = LazyLock::new(Mutex::default);

/// `text` as HTML, with `<span class="c">` and so on around what has a meaning. Unknown languages are only escaped.
pub fn html(language: &str, text: &str) -> String {
    let key = (language.to_owned(), text.to_owned());
    if let Some(html) = DONE.lock().ok().and_then(|done| done.get(&key).cloned()) {
        return html;
    }
    let html = highlighted(language, text);
    if let Ok(mut done) = DONE.lock() {
        done.insert(key, html.clone());
    }
    html
}

fn highlighted(language: &str, text: &str) -> String {
    if language == "http" {
        return http(text);
    }
    let token = match language {
        "haproxy" => "ini",
        "proto" => "protobuf",
        other => other,
    };
    let Some(syntax) = SYNTAXES.find_syntax_by_token(token).filter(|_| language != "text") else {
        return escape(text);
    };
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut out = Spans::default();
    for line in text.split_inclusive('\n') {
        let Ok(operations) = state.parse_line(line, &SYNTAXES) else {
            return escape(text);
        };
        let mut from = 0;
        for (at, operation) in operations {
            out.push(&line[from..at], class_of(&stack));
            from = at;
            apply(&mut stack, &operation);
        }
        out.push(&line[from..], class_of(&stack));
    }
    out.finish()
}

fn apply(stack: &mut ScopeStack, operation: &ScopeStackOp) {
    // A grammar that pops what it did not push loses its colours, not the page.
    let _ = stack.apply(operation);
}

fn class_of(stack: &ScopeStack) -> char {
    stack
        .as_slice()
        .iter()
        .rev()
        .find_map(|scope| CLASSES.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)).map(|(_, class)| *class))
        .unwrap_or(' ')
}

/// HTTP is our own: start line, field names, the rest; content that is JSON as JSON.
fn http(text: &str) -> String {
    let (head, body) = text.split_once("\n\n").map_or((text, None), |(head, body)| (head, Some(body)));
    let mut out = Spans::default();
    for (index, line) in head.lines().enumerate() {
        match line.split_once(':') {
            _ if index == 0 => out.push(line, 'k'),
            Some((name, value)) => {
                out.push(name, 'f');
                out.push(":", ' ');
                out.push(value, ' ');
            }
            None => out.push(line, ' '),
        }
        out.push("\n", ' ');
    }
    let mut html = out.finish();
    if let Some(body) = body.filter(|body| !body.trim().is_empty()) {
        html.push('\n');
        html.push_str(&if body.trim_start().starts_with(['{', '[']) { self::html("json", body) } else { escape(body) });
    }
    html
}

/// Neighbours of one class become one span.
#[derive(Default)]
struct Spans {
    html: String,
    open: Option<char>,
}

impl Spans {
    fn push(&mut self, text: &str, class: char) {
        if text.is_empty() {
            return;
        }
        let wanted = (class != ' ').then_some(class);
        // White space takes the colour of what stands before it: fewer spans, same picture.
        if wanted != self.open && !text.trim().is_empty() {
            self.close();
            if let Some(class) = wanted {
                self.html.push_str(&format!("<span class=\"{class}\">"));
            }
            self.open = wanted;
        }
        self.html.push_str(&escape(text));
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            self.html.push_str("</span>");
        }
    }

    fn finish(mut self) -> String {
        self.close();
        self.html
    }
}

/// For text between tags and in double-quoted attributes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn code_carries_its_meaning_and_nothing_unescaped() {
        assert_eq!(html("text", "a < b"), "a &lt; b");
        assert_eq!(
            html("http", "GET / HTTP/1.1\nHost: a\n\n"),
            "<span class=\"k\">GET / HTTP/1.1\n</span><span class=\"f\">Host</span>: a\n"
        );
        let rust = html("rust", "let x = \"<\"; // why\n");
        assert!(rust.contains("<span class=\"k\">let"), "{rust}");
        assert!(rust.contains("<span class=\"c\">// why"), "{rust}");
        assert!(rust.contains("&lt;"), "{rust}");
    }
}
