//! From a name to the last part of its address.

/// Lower case, with hyphens; signs that tell names apart are spelled out: `C#` → `c-sharp`, `N+1` → `n-plus-1`, `.NET` → `dot-net`.
pub fn slugify(name: &str) -> String {
    let mut slug = String::new();
    let mut word = |text: &str| {
        if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        slug.push_str(text);
        slug.push('-');
    };
    let mut run = String::new();
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        let spelled = match character {
            '#' => Some("sharp"),
            '+' => Some("plus"),
            '&' => Some("and"),
            '.' if run.is_empty() && characters.peek().is_some_and(|next| next.is_alphanumeric()) => Some("dot"),
            _ => None,
        };
        if character.is_ascii_alphanumeric() {
            run.push(character.to_ascii_lowercase());
            continue;
        }
        // An apostrophe joins: “what's” is one word.
        if matches!(character, '\'' | '’') {
            continue;
        }
        if !run.is_empty() {
            word(&run);
            run.clear();
        }
        if let Some(spelled) = spelled {
            word(spelled);
        }
    }
    if !run.is_empty() {
        word(&run);
    }
    slug.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::slugify;

    #[test]
    fn names_with_signs_keep_what_tells_them_apart() {
        for (name, slug) in [
            ("404 Not Found", "404-not-found"),
            ("N+1 Problem", "n-plus-1-problem"),
            ("C#", "c-sharp"),
            (".NET", "dot-net"),
            ("Node.js", "node-js"),
            ("REST (Representational State Transfer)", "rest-representational-state-transfer"),
            ("At-Least-Once Delivery", "at-least-once-delivery"),
            ("I'm a teapot", "im-a-teapot"),
            ("A/B Testing", "a-b-testing"),
        ] {
            assert_eq!(slugify(name), slug);
        }
    }
}
