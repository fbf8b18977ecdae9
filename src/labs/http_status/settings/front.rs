//! What stands between reader and origin.

use super::read::{self, is_reference, moment, optional};
use super::server::{get_accepts, get_realm, seconds, set_accepts, set_guard, set_realm};
use super::{Options, Said, Setting, choice, lines, option_of, text, toggle, value_of};
use crate::http::date;
use crate::http::front::{Front, Stored, Upstream};
use crate::labs::http_status::scenario::Scenario;

pub(super) const FRONT: &[Setting] = &[
    toggle(
        "front",
        "Something in front",
        "A proxy, a cache or a gateway; off if the client speaks to the origin directly.",
        |scenario| scenario.world.front.is_some(),
        |scenario, on| {
            if on {
                scenario.world.front.get_or_insert_default();
            } else {
                scenario.world.front = None;
            }
        },
        &[502, 503, 504],
    ),
    text("front-name", "Its name", "As it signs the Via field.", "cdn", |scenario| of(scenario, |front| front.name.clone()), set_name, &[])
        .when(is_there),
    text(
        "portal",
        "Captive portal",
        "Where the network sends this client to log in; none if it is empty.",
        "https://login.example/",
        |scenario| of(scenario, |front| front.portal.clone().unwrap_or_default()),
        set_portal,
        &[511],
    )
    .when(is_there),
    toggle(
        "proxy-guard",
        "Proxy asks for credentials",
        "In the Proxy-Authorization field.",
        guarded,
        |scenario, on| {
            if let Some(front) = &mut scenario.world.front {
                set_guard(&mut front.guard, on);
            }
        },
        &[407],
    )
    .when(is_there),
    text(
        "proxy-realm",
        "Proxy's realm",
        "What its challenge calls the guarded part.",
        "staff",
        |scenario| of(scenario, |front| get_realm(front.guard.as_ref())),
        |scenario, text| set_realm(there(scenario)?.guard.as_mut(), text),
        &[407],
    )
    .when(guarded),
    lines(
        "proxy-accepts",
        "Proxy lets through",
        "One a line: a field value, or user:password for Basic.",
        "Bearer pr0xy",
        |scenario| of(scenario, |front| get_accepts(front.guard.as_ref())),
        |scenario, text| set_accepts(there(scenario)?.guard.as_mut(), text),
        &[407],
    )
    .when(guarded),
    toggle(
        "caches",
        "Caches",
        "It may answer with what it has stored.",
        |scenario| scenario.world.front.as_ref().is_some_and(|front| front.caches),
        |scenario, on| {
            if let Some(front) = &mut scenario.world.front {
                front.caches = on;
            }
        },
        &[304, 504],
    )
    .when(is_there),
    toggle(
        "stored",
        "Holds a response",
        "To the target. What it is stands under “Stored response”.",
        |scenario| stored(scenario).is_some(),
        set_stored,
        &[200, 304],
    )
    .when(is_there),
    text(
        "stored-date",
        "Answered at",
        "When the origin gave the stored response.",
        "24 Nov 2026 11:00:00 GMT",
        |scenario| stored(scenario).map(|stored| date::format(stored.date)).unwrap_or_default(),
        |scenario, text| {
            let date = moment(text, "Answered at")?;
            stored_mut(scenario)?.date = date;
            Ok(())
        },
        &[200, 304],
    )
    .when(holds),
    text(
        "stored-max-age",
        "Fresh for",
        "Seconds from then on.",
        "30",
        |scenario| stored(scenario).map(|stored| stored.max_age.to_string()).unwrap_or_default(),
        |scenario, text| {
            let max_age = seconds(text, "Fresh for")?;
            stored_mut(scenario)?.max_age = max_age;
            Ok(())
        },
        &[200, 304],
    )
    .when(holds),
    choice(
        "upstream",
        "Upstream",
        "How the next hop answers it.",
        WAYS,
        |scenario| scenario.world.front.as_ref().map_or("well", |front| option_of(&UPSTREAMS, WAYS, &front.upstream)),
        |scenario, slug| {
            if let Some((front, upstream)) = scenario.world.front.as_mut().zip(upstream(slug)) {
                front.upstream = upstream;
            }
        },
        &[502, 503, 504, 508],
    )
    .when(is_there),
    toggle(
        "transforms",
        "Changes content",
        "On its way, such as by recompressing images.",
        |scenario| scenario.world.front.as_ref().is_some_and(|front| front.transforms),
        |scenario, on| {
            if let Some(front) = &mut scenario.world.front {
                front.transforms = on;
            }
        },
        &[203],
    )
    .when(is_there),
];

const WAYS: Options = &[
    ("well", "does well"),
    ("garbles", "sends no HTTP (502)"),
    ("down", "no server is up (503)"),
    ("slow", "too slow (504)"),
    ("loops", "is the gateway itself (508)"),
];
const UPSTREAMS: [Upstream; 5] = [Upstream::Well, Upstream::Garbles, Upstream::Down, Upstream::Slow, Upstream::Loops];

/// The upstream that a word stands for.
pub(super) fn upstream(slug: &str) -> Option<Upstream> {
    value_of(&UPSTREAMS, WAYS, slug)
}

pub(super) fn upstream_slug(upstream: Upstream) -> &'static str {
    option_of(&UPSTREAMS, WAYS, &upstream)
}

fn is_there(scenario: &Scenario) -> bool {
    scenario.world.front.is_some()
}

fn guarded(scenario: &Scenario) -> bool {
    scenario.world.front.as_ref().is_some_and(|front| front.guard.is_some())
}

fn holds(scenario: &Scenario) -> bool {
    stored(scenario).is_some()
}

fn of(scenario: &Scenario, read: fn(&Front) -> String) -> String {
    scenario.world.front.as_ref().map(read).unwrap_or_default()
}

fn there(scenario: &mut Scenario) -> Said<&mut Front> {
    scenario.world.front.as_mut().ok_or_else(|| "Nothing stands in front. Switch “Something in front” on first.".to_owned())
}

fn stored(scenario: &Scenario) -> Option<&Stored> {
    scenario.world.front.as_ref()?.stored.as_ref()
}

fn stored_mut(scenario: &mut Scenario) -> Said<&mut Stored> {
    there(scenario)?.stored.as_mut().ok_or_else(|| "The cache holds nothing at present. Switch “Holds a response” on first.".to_owned())
}

fn set_name(scenario: &mut Scenario, text: &str) -> Said {
    let name = read::token(text, "Its name")?;
    there(scenario)?.name = name;
    Ok(())
}

fn set_portal(scenario: &mut Scenario, text: &str) -> Said {
    let portal = optional(text, "Captive portal", is_reference, "an address such as https://login.example/, or nothing,")?;
    there(scenario)?.portal = portal;
    Ok(())
}

fn set_stored(scenario: &mut Scenario, on: bool) {
    let date = scenario.world.now.saturating_sub(60);
    let Some(front) = &mut scenario.world.front else { return };
    if !on {
        front.stored = None;
    } else if front.stored.is_none() {
        front.stored = Some(Stored { date, ..Stored::default() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_front_its_settings_say_how_to_get_one() {
        let mut scenario = Scenario::default();
        for set in [set_name, set_portal] {
            assert!(set(&mut scenario, "cdn").is_err_and(|why| why.contains("Something in front")));
        }
        set_stored(&mut scenario, true);
        assert_eq!(scenario, Scenario::default());
    }

    #[test]
    fn what_is_stored_is_a_minute_old_at_first() {
        let mut scenario = Scenario::default();
        scenario.world.front = Some(Front::default());
        scenario.world.now += 1_000;
        set_stored(&mut scenario, true);
        assert_eq!(stored(&scenario).map(|stored| scenario.world.now - stored.date), Some(60));
    }

    #[test]
    fn every_word_is_an_upstream() {
        assert_eq!(WAYS.len(), UPSTREAMS.len());
        for way in UPSTREAMS {
            assert_eq!(upstream(upstream_slug(way)), Some(way));
        }
    }
}
