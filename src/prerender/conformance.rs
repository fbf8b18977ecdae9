//! `/conformance/`: what each algorithm was held against, from the results that the tests leave in `target/conformance/`.
//! A limiter whose proof did not run for this build is listed as such; of the load balancing policies and of what the HTTP
//! status lab answers, those are listed that were held against something.

use std::fmt::Write;
use std::path::Path;

use serde_json::Value;

use super::Config;
use crate::balancers::Kind;
use crate::glossary::content::escape;
use crate::limiters::Algorithm;
use crate::site::article::Article;

pub const TITLE: &str = "Conformance";
pub const LEAD: &str =
    "Each algorithm in the labs is held against the real product, decision by decision. This is what was compared, and what came of it.";

/// Where the tests write, one JSON file a comparison.
const RESULTS: &str = "target/conformance";

/// One comparison.
struct Proof {
    limiters: Vec<String>,
    policies: Vec<String>,
    /// Parts of the HTTP status lab.
    http: Vec<String>,
    title: String,
    against: String,
    version: String,
    how: String,
    cases: u64,
    divergences: u64,
    date: String,
}

pub fn article(config: &Config) -> Article {
    let proofs = read(Path::new(RESULTS));
    let head = format!("<h1>{TITLE}</h1><p class=\"lead\">{}</p>", escape(LEAD));
    let mut before = String::from(
        "<p>The comparisons run with the site’s own tests. One that did not run when this site was built is not claimed here.</p>",
    );
    let mut limiters = String::new();
    for algorithm in Algorithm::ALL {
        rows(&mut limiters, algorithm, &proofs, config);
    }
    section(&mut before, ["rate-limiters", "Rate limiters", "Limiter", "Rate limiters"], &limiters);
    let mut policies = String::new();
    for policy in Kind::ALL {
        policy_rows(&mut policies, policy, &proofs);
    }
    if !policies.is_empty() {
        section(&mut before, ["load-balancing", "Load balancing", "Policy", "Load balancing policies"], &policies);
        before.push_str("<p>A policy that is not in this table was not held against a product for this build.</p>");
    }
    let mut http = String::new();
    for proof in proofs.iter().filter(|proof| !proof.http.is_empty()) {
        proven(&mut http, &escape(&proof.title), &[proof]);
    }
    if !http.is_empty() {
        section(&mut before, ["http-status", "HTTP status", "Rules", "Rules of the HTTP status lab"], &http);
    }
    let after = "<h2 id=\"again\">Do it again</h2><p><code>make conformance</code> installs the products, runs the comparisons and writes \
                 this page’s numbers; <code>make test</code> does so on the way. The tests are in <code>tests/*_conform.rs</code> and <code>tests/http_*.rs</code>.</p>";
    Article {
        slug: "conformance".to_owned(),
        title: TITLE.to_owned(),
        lab: None,
        head,
        before,
        after: after.to_owned(),
        margin: String::new(),
    }
}

fn section(html: &mut String, [id, heading, column, subjects]: [&str; 4], rows: &str) {
    let _ = write!(
        html,
        "<h2 id=\"{id}\">{heading}</h2>\
         <div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"{subjects} and what they were held against\"><table><thead><tr>\
         <th scope=\"col\">{column}</th><th scope=\"col\">Held against</th><th scope=\"col\">How</th><th scope=\"col\">Decisions</th>\
         <th scope=\"col\">Divergences</th></tr></thead><tbody>{rows}</tbody></table></div>"
    );
}

fn rows(html: &mut String, algorithm: Algorithm, proofs: &[Proof], config: &Config) {
    let name = format!(
        "<a href=\"{}terms/{}/\" data-term=\"{}\">{}</a>, {}",
        config.base,
        algorithm.term(),
        algorithm.term(),
        algorithm.label(),
        escape(algorithm.variant())
    );
    let own: Vec<&Proof> = proofs.iter().filter(|proof| proof.limiters.iter().any(|slug| slug == algorithm.slug())).collect();
    if own.is_empty() {
        let _ = write!(html, "<tr><th scope=\"row\">{name}</th><td colspan=\"4\">{}</td></tr>", unproven(algorithm));
    }
    proven(html, &name, &own);
}

/// Nothing for a policy that was held against nothing: of some no product has the like.
fn policy_rows(html: &mut String, policy: Kind, proofs: &[Proof]) {
    let own: Vec<&Proof> = proofs.iter().filter(|proof| proof.policies.iter().any(|slug| slug == policy.slug())).collect();
    let name = own.first().map_or(String::new(), |proof| escape(&proof.title));
    proven(html, &name, &own);
}

/// The comparisons of one limiter or policy, under its name.
fn proven(html: &mut String, name: &str, own: &[&Proof]) {
    for (index, proof) in own.iter().enumerate() {
        let head = match index {
            0 => format!("<th scope=\"rowgroup\" rowspan=\"{}\">{name}</th>", own.len()),
            _ => String::new(),
        };
        let sign = if proof.divergences == 0 {
            "<span class=\"pass\">● none</span>".to_owned()
        } else {
            format!("<span class=\"stop\">✕ {}</span>", proof.divergences)
        };
        let _ = write!(
            html,
            "<tr>{head}<td>{} {}</td><td>{} <span class=\"unit\">({})</span></td><td>{}</td><td>{sign}</td></tr>",
            escape(&proof.against),
            escape(&proof.version),
            escape(&proof.how),
            escape(&proof.date),
            proof.cases
        );
    }
}

/// What can be said without a comparison: never that it holds.
fn unproven(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::FixedWindow => {
            "Common practice rather than one product’s rule: held against a brute-force count in the tests, not against a product."
        }
        Algorithm::Aimd | Algorithm::Vegas | Algorithm::Gradient2 => {
            "Read from the Java source, with the answers of its unit tests; not run beside the library."
        }
        Algorithm::TokenWait | Algorithm::TokenBucket => {
            "Read from the Go source, with the answers of its unit tests; not run beside the package."
        }
        Algorithm::Throttle => "Read from the source, with the answers of its unit test; not run beside the module.",
        Algorithm::Concurrency => "The rule is one comparison; nothing was run beside it.",
        _ => "Its proof did not run for this build.",
    }
}

/// Whatever can be read; a result that cannot is no result.
fn read(folder: &Path) -> Vec<Proof> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect();
    paths.sort();
    paths.iter().filter_map(|path| proof(&serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()?)).collect()
}

fn proof(value: &Value) -> Option<Proof> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let slugs = |key: &str| match value.get(key) {
        Some(Value::String(slug)) => vec![slug.clone()],
        Some(Value::Array(slugs)) => slugs.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    Some(Proof {
        limiters: slugs("limiter"),
        policies: slugs("policy"),
        http: slugs("http"),
        title: text("title").unwrap_or_default(),
        against: text("against")?,
        version: text("version")?,
        how: text("how")?,
        cases: value.get("cases")?.as_u64()?,
        divergences: value.get("divergences")?.as_u64()?,
        date: text("date").unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config { description: String::new(), base: "/".to_owned(), url: "https://a/".to_owned(), edit: None, dev: false }
    }

    #[test]
    fn a_limiter_without_a_result_says_so_and_one_with_a_divergence_shows_it() {
        let proofs = [proof(&serde_json::json!({
            "limiter": ["gcra"], "against": "governor", "version": "0.10", "how": "Random traffic.", "cases": 12, "divergences": 3, "date": "2026-11-24"
        }))
        .unwrap()];
        let html = |algorithm| {
            let mut html = String::new();
            rows(&mut html, algorithm, &proofs, &config());
            html
        };
        assert!(html(Algorithm::Gcra).contains("✕ 3"));
        assert!(html(Algorithm::LimitReq).contains("did not run for this build"));
        assert!(proof(&serde_json::json!({"limiter": "gcra"})).is_none());
    }

    #[test]
    fn a_policy_is_listed_with_its_title_if_it_was_held_against_something() {
        let proofs = [proof(&serde_json::json!({
            "policy": "fair", "title": "Weighted round robin, HAProxy roundrobin", "against": "HAProxy", "version": "2.6.12",
            "how": "Random weights.", "cases": 12, "divergences": 0, "date": "2026-11-24"
        }))
        .unwrap()];
        let html = |policy| {
            let mut html = String::new();
            policy_rows(&mut html, policy, &proofs);
            html
        };
        let fair = html(Kind::FairWeighted);
        assert!(fair.contains(">Weighted round robin, HAProxy roundrobin</th>") && fair.contains("● none"), "{fair}");
        assert_eq!(html(Kind::Maglev), "");
    }
}
