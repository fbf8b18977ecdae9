//! The same scenario of the HTTP status lab gives the same run on the host and in wasm: every message, every question with
//! its reason. `GOLDEN=write cargo test --no-default-features --test golden_http` writes the committed runs anew.

use std::fmt::Write;

use field_guide::http::sequence::Message;
use field_guide::labs::http_status::{Scenario, run};

/// Each kind of client, several servers, and requests that are none.
const RUNS: [(&str, &str, &str); 9] = [
    ("http-lost-update", "", include_str!("golden/http-lost-update.txt")),
    ("http-redirects", "preset=post-301", include_str!("golden/http-redirects.txt")),
    ("http-cache", "preset=cache-life", include_str!("golden/http-cache.txt")),
    ("http-resume", "preset=resume", include_str!("golden/http-resume.txt")),
    ("http-pool", "preset=502-503-504", include_str!("golden/http-pool.txt")),
    ("http-retry", "preset=429-right", include_str!("golden/http-retry.txt")),
    ("http-servers", "preset=where-servers-part", include_str!("golden/http-servers.txt")),
    ("http-expect", "preset=expect-100", include_str!("golden/http-expect.txt")),
    ("http-malformed", "request=GET+/+HTTP/1.1%0AHost%3A+a%0ABad+name%3A+x%0A%0A", include_str!("golden/http-malformed.txt")),
];

fn text(address: &str) -> String {
    let (scenario, notes) = Scenario::from_address(address);
    assert!(notes.is_empty(), "{notes:?}");
    let trace = run(&scenario);
    let mut text = format!("{address}\n");
    for run in &trace.runs {
        let _ = writeln!(text, "\n{} {:?}", run.profile.label(), run.request.as_ref().err());
        for event in &run.sequence.events {
            let _ = writeln!(text, "{}", event.step());
            for change in &event.changes {
                let _ = writeln!(text, "  {}: {:?} to {:?}, {}", change.what, change.before, change.after, change.clause);
            }
            match &event.message {
                Message::Request { request, .. } => text.push_str(&request.text()),
                Message::Interim(response) | Message::Response(response) => text.push_str(&response.text()),
                _ => {}
            }
        }
        for visit in &run.visits {
            let _ = writeln!(text, "visit by message {}", visit.event + 1);
            for step in visit.path() {
                let _ = writeln!(text, "{} {} {}", step.node, if step.yes { "yes" } else { "no" }, step.reason);
            }
        }
        let _ = writeln!(text, "beats {:?}", run.beats.last());
    }
    let _ = writeln!(text, "{:?}", trace.fork);
    text
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn runs_are_the_committed_ones() {
    for (name, address, golden) in RUNS {
        let text = text(address);
        #[cfg(not(target_arch = "wasm32"))]
        if std::env::var_os("GOLDEN").is_some() {
            let path = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name).with_extension("txt");
            std::fs::write(&path, &text).unwrap();
            continue;
        }
        let first = text.lines().zip(golden.lines()).position(|(ours, theirs)| ours != theirs);
        assert!(text == golden, "{name} differs, first in line {:?}", first.map(|line| line + 1));
    }
}
