//! The labs. Each is scenario → run → trace → scene → pixels; only the last step knows the browser.

pub mod frame;
pub mod http_status;
pub mod load_balancing;
pub mod rate_limiting;

/// What the site says of a lab without running it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// The last part of its address: `/labs/<slug>/`.
    pub slug: &'static str,
    pub title: &'static str,
    pub summary: &'static str,
}

/// All labs, in the order in which they are shown.
pub const LABS: [About; 3] = [
    About { slug: rate_limiting::SLUG, title: rate_limiting::TITLE, summary: rate_limiting::SUMMARY },
    About { slug: load_balancing::SLUG, title: load_balancing::TITLE, summary: load_balancing::SUMMARY },
    About { slug: http_status::SLUG, title: http_status::TITLE, summary: http_status::SUMMARY },
];

/// The lab of an address, and what of it the scenario is: `rate-limiting?preset=boundary`.
pub fn parse(reference: &str) -> Option<(&'static About, &str)> {
    let (slug, scenario) = reference.split_once('?').unwrap_or((reference, ""));
    Some((LABS.iter().find(|lab| lab.slug == slug)?, scenario))
}

/// What is wrong with a scenario of a lab, or nothing: entries name one in their front matter.
pub fn check_scenario(lab: &str, scenario: &str) -> Result<(), String> {
    let notes = match lab {
        rate_limiting::SLUG => rate_limiting::Scenario::from_address(scenario).1,
        load_balancing::SLUG => load_balancing::Scenario::from_address(scenario).1,
        http_status::SLUG => http_status::Scenario::from_address(scenario).1,
        unknown => {
            let known = LABS.map(|lab| lab.slug).join(", ");
            return Err(format!("there is no lab “{unknown}”; there is {known}"));
        }
    };
    match notes.first() {
        None => Ok(()),
        Some(note) => Err(format!("the scenario of `lab` is not understood: {}", note.0.trim_end_matches('.'))),
    }
}
