//! Any text as the address of any lab: a scenario within its bounds, a sentence for what was left out, and an address from which
//! the same scenario comes back.

use field_guide::labs;
use field_guide::labs::http_status::HttpStatus;
use field_guide::labs::load_balancing::LoadBalancing;
use field_guide::labs::rate_limiting::RateLimiting;

use super::labs::{Checked, are_sentences, comes_back};

pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    of::<RateLimiting>(&text);
    of::<LoadBalancing>(&text);
    of::<HttpStatus>(&text);
    reference(&text);
}

fn of<L: Checked>(text: &str) {
    let (preset, scenario, notes) = L::read(text);
    are_sentences(&notes);
    L::within(&scenario);
    comes_back::<L>(&scenario, preset);
}

/// The text as an entry's `lab = "…"`: a lab that there is, and the same judgement as its own reader's.
fn reference(text: &str) {
    let (slug, scenario) = text.split_once('?').unwrap_or((text, ""));
    assert_eq!(labs::parse(text).map(|(lab, scenario)| (lab.slug, scenario)), labs::parse(slug).map(|(lab, _)| (lab.slug, scenario)));
    for lab in labs::LABS {
        if let Err(wrong) = labs::check_scenario(lab.slug, scenario) {
            assert!(!wrong.ends_with('.'), "it becomes a part of a sentence: {wrong}");
        }
    }
    let known = labs::LABS.iter().any(|lab| lab.slug == slug);
    assert!(known || labs::check_scenario(slug, scenario).is_err_and(|wrong| wrong.contains("there is no lab")), "{slug:?} is no lab");
}
