//! The fields that say what a representation is, how long it lasts and what it varies with (RFC 9110 §8, §12.5.5).

use super::date;
use super::fields::Fields;
use super::profiles::Profile;
use super::questions::Exchange;
use super::state::Representation;
use super::status::KEPT;

/// The fields of a 200 to GET, without Content-Length.
pub fn describe(profile: Profile, x: &Exchange, own: &Representation) -> Fields {
    let resource = &x.world.resource;
    let mut fields = Fields::new();
    fields.push("Date", date::format(x.world.now));
    fields.push("Content-Type", own.content_type());
    let expires = resource.expires_in.map(|seconds| date::format(x.world.now.saturating_add(u64::from(seconds))));
    let others = [
        ("Content-Language", own.language.clone()),
        ("Content-Encoding", own.coding.clone()),
        ("Content-Location", resource.content_location.clone()),
        ("ETag", own.etag.clone()),
        ("Last-Modified", own.last_modified.map(date::format)),
        ("Cache-Control", resource.cache_control.clone()),
        ("Expires", expires),
        ("Vary", vary(&resource.representations)),
    ];
    for (name, value) in others {
        if let Some(value) = value {
            fields.push(name, value);
        }
    }
    let serves = resource.ranges && matches!(profile, Profile::Rfc9110 | Profile::Cowboy | Profile::Nginx);
    if serves {
        fields.push("Accept-Ranges", "bytes");
    }
    fields
}

/// The request fields by which the representations differ.
fn vary(all: &[Representation]) -> Option<String> {
    let differ = |what: fn(&Representation) -> Option<&str>| all.windows(2).any(|pair| what(&pair[0]) != what(&pair[1]));
    let names = [
        ("Accept", differ(|own| Some(own.media_type.as_str()))),
        ("Accept-Language", differ(|own| own.language.as_deref())),
        ("Accept-Charset", differ(|own| own.charset.as_deref())),
        ("Accept-Encoding", differ(|own| own.coding.as_deref())),
    ];
    let varying: Vec<&str> = names.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect();
    (!varying.is_empty()).then(|| varying.join(", "))
}

/// What of them a 304 carries: the six fields that it must, and the date of the last change where no tag can stand for it.
pub fn kept(full: &Fields) -> Fields {
    let lasting = |name: &str| KEPT.iter().any(|kept| kept.eq_ignore_ascii_case(name));
    let dated = |name: &str| name.eq_ignore_ascii_case("Last-Modified") && !full.contains("ETag");
    full.iter().filter(|(name, _)| lasting(name) || dated(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::message::Request;
    use super::super::state::World;
    use super::*;

    #[test]
    fn a_304_carries_what_updates_a_cache_and_no_more() {
        let mut world = World::default();
        world.resource.cache_control = Some("max-age=60".to_owned());
        world.resource.expires_in = Some(60);
        let request = Request::new("GET", "/");
        let full = describe(Profile::Rfc9110, &Exchange { request: &request, world: &world }, &world.resource.representations[0]);
        let names: Vec<String> = kept(&full).iter().map(|(name, _)| name.to_owned()).collect();
        assert_eq!(names, ["Date", "ETag", "Cache-Control", "Expires"]);
    }

    #[test]
    fn vary_names_what_differs() {
        let german = Representation { language: Some("de".to_owned()), ..Representation::default() };
        let html = Representation { media_type: "text/html".to_owned(), ..german.clone() };
        assert_eq!(vary(&[Representation::default()]), None);
        assert_eq!(vary(&[Representation::default(), german.clone()]).as_deref(), Some("Accept-Language"));
        assert_eq!(vary(&[Representation::default(), german, html]).as_deref(), Some("Accept, Accept-Language"));
    }
}
