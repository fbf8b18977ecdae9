//! The world as it is when a request arrives: the scenario's, with what has happened since.

use crate::http::etag::ETag;
use crate::http::sequence::Visit;
use crate::http::state::{Moved, Representation, World};
use crate::http::{date, etag};
use crate::labs::frame::intervention::in_order;
use crate::labs::http_status::scenario::{Action, Client, Scenario};

/// What a visitor meets.
pub fn at_visit(scenario: &Scenario, visit: &Visit<'_>) -> World {
    let mut world = at(scenario, visit.now);
    if let Some(route) = scenario.routes.iter().find(|route| route.url == visit.url) {
        world.resource.representations.clear();
        world.resource.moved = Some(Moved { how: route.how, to: route.to.clone() });
    }
    if matches!(scenario.client, Client::Upload { .. }) && visit.turn > 0 {
        // What was hinted at hints at nothing itself.
        world.server.hints.clear();
        let style = "body { margin: 2rem }\n".to_owned();
        world.resource.representations =
            vec![Representation { media_type: "text/css".to_owned(), body: style, ..Representation::default() }];
    }
    if matches!(scenario.client, Client::Patient { .. }) && visit.connection > 1 {
        // Another connection is another server behind the name: it has the certificate, and no request was lost on it.
        world.server.hosts.clear();
        world.server.timed_out = false;
    }
    world
}

/// The world at a moment, in seconds since 1970.
pub fn at(scenario: &Scenario, now: u64) -> World {
    let start = scenario.world.now;
    let mut world = World { now, ..scenario.world.clone() };
    for act in in_order(&scenario.acts) {
        let moment = start.saturating_add(act.at.0 / 1_000_000_000);
        // A PUT meets what it is about to replace.
        let is_so = if act.action == Action::Write { moment < now } else { moment <= now };
        if is_so {
            happen(&act.action, moment, &mut world);
        }
    }
    world
}

fn happen(action: &Action, moment: u64, world: &mut World) {
    match action {
        // What a client does is no change of the origin; its PUT arrives as a request.
        Action::Ask(_) => {}
        Action::Write | Action::Save => save(moment, world),
        Action::Delete => world.resource.representations.clear(),
        Action::Down => world.server.unavailable = true,
        Action::Up => world.server.unavailable = false,
        Action::Limit => world.server.limited = true,
        Action::Forgive => world.server.limited = false,
        Action::Break => world.server.broken = true,
        Action::Mend => world.server.broken = false,
    }
}

/// A new version: the next entity tag, the date of now, a line more of content.
fn save(moment: u64, world: &mut World) {
    for own in &mut world.resource.representations {
        if let Some(tag) = own.etag.as_deref() {
            own.etag = Some(next(tag));
        }
        if own.last_modified.is_some() {
            own.last_modified = Some(moment);
        }
        own.body.push_str(&format!("Saved at {}.\n", date::format(moment)));
    }
}

/// The tag with its last number one higher, or with a 2 behind it.
fn next(tag: &str) -> String {
    let Some(ETag { weak, tag }) = etag::parse(tag) else {
        return "\"v2\"".to_owned();
    };
    let digits = tag.len() - tag.trim_end_matches(|sign: char| sign.is_ascii_digit()).len();
    let (name, number) = tag.split_at(tag.len() - digits);
    let number = number.parse::<u32>().map_or(2, |number| number.saturating_add(1));
    format!("{}\"{name}{number}\"", if weak { "W/" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::state::NOON;
    use crate::labs::frame::Intervention;
    use crate::sim::Nanos;

    fn after(seconds: u64, action: Action) -> Intervention<Action> {
        Intervention { at: Nanos(seconds * Nanos::SECOND.0), action }
    }

    #[test]
    fn a_new_version_has_the_next_tag_and_the_date_of_its_moment() {
        assert_eq!(["\"v1\"", "\"a\"", "W/\"v9\"", "\"4\"", "v1"].map(next), ["\"v2\"", "\"a2\"", "W/\"v10\"", "\"5\"", "\"v2\""]);
        let scenario = Scenario { acts: vec![after(10, Action::Save)], ..Scenario::default() };
        let before = at(&scenario, NOON + 9);
        assert_eq!(before.resource, scenario.world.resource);
        let then = at(&scenario, NOON + 30);
        let own = then.resource.representations.first().expect("it is still there");
        assert_eq!((own.etag.as_deref(), own.last_modified), (Some("\"v2\""), Some(NOON + 10)));
    }

    #[test]
    fn what_happens_is_undone_by_its_opposite_in_the_order_of_time() {
        // The list keeps the order in which acts were made, which is not that of their moments.
        let acts = vec![after(20, Action::Up), after(5, Action::Down), after(7, Action::Delete)];
        let scenario = Scenario { acts, ..Scenario::default() };
        let down = |seconds| at(&scenario, NOON + seconds).server.unavailable;
        assert_eq!([down(0), down(5), down(19), down(20)], [false, true, true, false]);
        assert!(!at(&scenario, NOON + 7).resource.exists());
    }
}
