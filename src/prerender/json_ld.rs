//! The glossary for machines: schema.org's DefinedTermSet and DefinedTerm.

use serde_json::{Value, json};

use super::Config;
use crate::glossary::content::{Entry, Glossary};
use crate::site::context::NAME;

pub fn set(glossary: &Glossary, config: &Config) -> Value {
    json!({
        "@context": "https://schema.org",
        "@type": "DefinedTermSet",
        "@id": format!("{}#glossary", config.url),
        "name": NAME,
        "description": config.description,
        "url": config.url,
        "inLanguage": "en",
        "hasDefinedTerm": glossary.entries.iter().map(|entry| json!({
            "@type": "DefinedTerm",
            "@id": config.full(&format!("/terms/{}/", entry.slug)),
            "name": entry.front.title,
        })).collect::<Vec<_>>(),
    })
}

pub fn term(entry: &Entry, config: &Config) -> Value {
    let url = config.full(&format!("/terms/{}/", entry.slug));
    json!({
        "@context": "https://schema.org",
        "@type": "DefinedTerm",
        "@id": url,
        "url": url,
        "name": entry.front.title,
        "alternateName": entry.front.aliases.iter().map(|alias| alias.name.as_str()).collect::<Vec<_>>(),
        "description": entry.lead_text,
        "termCode": entry.slug,
        "inDefinedTermSet": format!("{}#glossary", config.url),
    })
}
