//! The labs. Each is scenario → run → trace → scene → pixels; only the last step knows the browser.

pub mod frame;
pub mod rate_limiting;

/// What is wrong with a scenario of a lab, or nothing: entries name one in their front matter.
pub fn check_scenario(lab: &str, scenario: &str) -> Result<(), String> {
    match lab {
        rate_limiting::SLUG => match rate_limiting::Scenario::from_address(scenario).1.first() {
            None => Ok(()),
            Some(note) => Err(format!("the scenario of `lab` is not understood: {}", note.0.trim_end_matches('.'))),
        },
        unknown => Err(format!("there is no lab “{unknown}”; there is {}", rate_limiting::SLUG)),
    }
}
