//! What the target names, and what becomes of changes to it.

use super::form::set_exists;
use super::read::{fitting, is_media_type, is_reference, line, list, optional, write_list, write_optional};
use super::server::seconds;
use super::{Options, Said, Setting, choice, option_of, text, toggle, value_of};
use crate::http::state::{Bindings, Move, Moved, Outcome};
use crate::http::syntax;
use crate::labs::http_status::scenario::Scenario;

pub(super) const STATE: &[Setting] = &[
    toggle(
        "exists",
        "Something is there",
        "A current representation, which is what * in a condition asks for.",
        |scenario| scenario.world.resource.exists(),
        set_exists,
        &[200, 404],
    ),
    choice(
        "moved",
        "Moved",
        "Asked only where nothing is there any more.",
        MOVED,
        |scenario| scenario.world.resource.moved.as_ref().map_or("no", |moved| move_slug(moved.how)),
        set_moved,
        &[301, 308, 302, 307, 305],
    ),
    text(
        "moved-to",
        "Moved to",
        "The Location value.",
        "/archive/1",
        |scenario| scenario.world.resource.moved.as_ref().map(|moved| moved.to.clone()).unwrap_or_default(),
        set_moved_to,
        &[301, 308, 302, 307, 305],
    )
    .when(|scenario| scenario.world.resource.moved.is_some()),
    flag!("gone", "Gone for good", "It was here and will not come back. Asked only where nothing is there.", resource.gone, &[410]),
    word!(
        "methods",
        "Methods allowed",
        "On this resource. Case counts.",
        "GET, HEAD",
        resource.methods,
        write_list,
        |text| list(text, "Methods allowed", syntax::is_token, "method names"),
        &[405]
    ),
    flag!("ranges", "Serves ranges", "Parts of it can be asked for.", resource.ranges, &[206, 416]),
    flag!(
        "insists",
        "Insists on its favourite",
        "Sends it to clients that accept none of its representations.",
        resource.insists,
        &[200, 406]
    ),
    flag!(
        "offers-choice",
        "Offers a choice",
        "Among several representations, to a client without preferences.",
        resource.offers_choice,
        &[300]
    ),
    word!(
        "deltas",
        "Deltas",
        "Formats in which it can say what changed (RFC 3229).",
        "vcdiff, gdiff",
        resource.deltas,
        write_list,
        |text| list(text, "Deltas", syntax::is_token, "names such as vcdiff"),
        &[226]
    ),
    word!(
        "cache-control",
        "Cache-Control",
        "Of its answers.",
        "max-age=60",
        resource.cache_control,
        write_optional,
        |text| optional(text, "Cache-Control", is_directives, "directives such as max-age=60, or nothing,"),
        &[]
    ),
    text(
        "expires-in",
        "Expires in",
        "Seconds from now, for an Expires field; none if it is empty.",
        "120",
        |scenario| scenario.world.resource.expires_in.map(|seconds| seconds.to_string()).unwrap_or_default(),
        |scenario, text| {
            scenario.world.resource.expires_in = if text.trim().is_empty() { None } else { Some(seconds(text, "Expires in")?) };
            Ok(())
        },
        &[],
    ),
    word!(
        "content-location",
        "Content-Location",
        "Of its answers.",
        "/notes/1.txt",
        resource.content_location,
        write_optional,
        |text| optional(text, "Content-Location", is_reference, "an address without spaces, or nothing,"),
        &[]
    ),
    choice(
        "bindings",
        "As a collection",
        "What a listing to any depth finds (RFC 5842).",
        BOUND,
        |scenario| option_of(&BINDINGS, BOUND, &scenario.world.resource.bindings),
        |scenario, slug| {
            if let Some(bindings) = value_of(&BINDINGS, BOUND, slug) {
                scenario.world.resource.bindings = bindings;
            }
        },
        &[208, 508],
    ),
];

pub(super) const CHANGES: &[Setting] = &[
    word!(
        "takes",
        "Takes",
        "Media types of content; none means any.",
        "application/json, text/*",
        resource.takes,
        write_list,
        |text| list(text, "Takes", is_media_type, "media types such as application/json"),
        &[415]
    ),
    word!(
        "decodes",
        "Undoes",
        "Content codings, besides none at all.",
        "gzip, br",
        resource.decodes,
        write_list,
        |text| list(text, "Undoes", syntax::is_token, "content codings such as gzip"),
        &[415]
    ),
    word!(
        "syntax",
        "Content begins with",
        "Else it cannot be read. Empty means anything.",
        "{",
        resource.syntax,
        ToString::to_string,
        |text| line(text, "Content begins with").map(str::to_owned),
        &[400]
    ),
    word!(
        "sense",
        "Content names",
        "Else it makes no sense. Empty means nothing in particular.",
        "title",
        resource.sense,
        ToString::to_string,
        |text| line(text, "Content names").map(str::to_owned),
        &[422]
    ),
    flag!("put-creates", "PUT creates", "Where nothing is.", resource.put_creates, &[201]),
    flag!("post-creates", "POST works where nothing is", "And makes something there.", resource.post_creates, &[201]),
    choice(
        "post",
        "POST",
        "What it comes to when nothing stands in its way.",
        OUTCOMES,
        |scenario| option_of(&ALL, OUTCOMES, &scenario.world.resource.post),
        |scenario, slug| set_outcome(&mut scenario.world.resource.post, slug),
        &[200, 204, 205, 201, 202, 303, 207],
    ),
    choice(
        "write",
        "PUT and PATCH",
        "What they come to over something that is there.",
        OUTCOMES,
        |scenario| option_of(&ALL, OUTCOMES, &scenario.world.resource.write),
        |scenario, slug| set_outcome(&mut scenario.world.resource.write, slug),
        &[200, 204, 202],
    ),
    choice(
        "delete",
        "DELETE",
        "What it comes to.",
        OUTCOMES,
        |scenario| option_of(&ALL, OUTCOMES, &scenario.world.resource.delete),
        |scenario, slug| set_outcome(&mut scenario.world.resource.delete, slug),
        &[200, 204, 202, 207],
    ),
    text(
        "location",
        "Location",
        "Where something new comes to stand, or where the result is.",
        "/notes/3",
        |scenario| scenario.world.resource.location.clone(),
        |scenario, text| {
            // A response that creates or points elsewhere has to name a place.
            scenario.world.resource.location = fitting(text, "Location", is_reference, "an address without spaces")?;
            Ok(())
        },
        &[201, 303],
    ),
    flag!("locked", "Locked", "By somebody else.", resource.locked, &[423]),
    flag!("conflict", "In conflict", "The change contradicts the current state.", resource.conflict, &[409]),
    flag!("dependency-failed", "A dependency failed", "Something that the change depends on.", resource.dependency_failed, &[424]),
    flag!("no-room", "No room", "To store it.", resource.no_room, &[507]),
];

const MOVED: Options = &[
    ("no", "no"),
    ("permanent", "for good (301)"),
    ("permanent-keeping", "for good, keeping the method (308)"),
    ("temporary", "for now (302)"),
    ("temporary-keeping", "for now, keeping the method (307)"),
    ("proxy", "to be fetched through a proxy (305)"),
];
const MOVES: [Move; 5] = [Move::Permanent, Move::PermanentKeeping, Move::Temporary, Move::TemporaryKeeping, Move::Proxy];

fn move_slug(how: Move) -> &'static str {
    // The first option is that it has not moved.
    option_of(&MOVES, MOVED.get(1..).unwrap_or_default(), &how)
}

fn set_moved(scenario: &mut Scenario, slug: &str) {
    let moved = &mut scenario.world.resource.moved;
    if slug == "no" {
        *moved = None;
    } else if let Some(how) = value_of(&MOVES, MOVED.get(1..).unwrap_or_default(), slug) {
        let to = moved.take().map_or_else(|| "/elsewhere".to_owned(), |moved| moved.to);
        *moved = Some(Moved { how, to });
    }
}

fn set_moved_to(scenario: &mut Scenario, text: &str) -> Said {
    let to = fitting(text, "Moved to", is_reference, "an address without spaces")?;
    match &mut scenario.world.resource.moved {
        Some(moved) => moved.to = to,
        None => return Err("It has not moved. Choose how under “Moved” first.".to_owned()),
    }
    Ok(())
}

const OUTCOMES: Options = &[
    ("says", "done, and says something (200)"),
    ("silent", "done, and says nothing (204)"),
    ("resets", "done, and the form is emptied (205)"),
    ("creates", "something new (201)"),
    ("later", "done later (202)"),
    ("elsewhere", "the result stands elsewhere (303)"),
    ("parts", "done in part (207)"),
];
const ALL: [Outcome; 7] =
    [Outcome::Says, Outcome::Silent, Outcome::Resets, Outcome::Creates, Outcome::Later, Outcome::Elsewhere, Outcome::Parts];

fn set_outcome(outcome: &mut Outcome, slug: &str) {
    if let Some(new) = value_of(&ALL, OUTCOMES, slug) {
        *outcome = new;
    }
}

const BOUND: Options =
    &[("plain", "every member once"), ("twice", "a member twice (208)"), ("loop", "a member that contains the collection (508)")];
const BINDINGS: [Bindings; 3] = [Bindings::Plain, Bindings::Twice, Bindings::Loop];

/// Names, perhaps with values.
fn is_directives(text: &str) -> bool {
    let directives = syntax::list(text);
    !directives.is_empty() && directives.into_iter().all(|directive| syntax::parameter(directive).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_stands_for_a_value() {
        assert_eq!(MOVED.len(), MOVES.len() + 1);
        assert_eq!((OUTCOMES.len(), BOUND.len()), (ALL.len(), BINDINGS.len()));
        assert_eq!(MOVES.map(move_slug), ["permanent", "permanent-keeping", "temporary", "temporary-keeping", "proxy"]);
    }

    #[test]
    fn another_way_of_moving_keeps_the_place() {
        let mut scenario = Scenario::default();
        assert!(set_moved_to(&mut scenario, "/x").is_err());
        set_moved(&mut scenario, "permanent");
        assert_eq!(set_moved_to(&mut scenario, "/x"), Ok(()));
        set_moved(&mut scenario, "temporary-keeping");
        assert_eq!(scenario.world.resource.moved, Some(Moved { how: Move::TemporaryKeeping, to: "/x".to_owned() }));
        set_moved(&mut scenario, "nonsense");
        assert!(scenario.world.resource.moved.is_some());
        set_moved(&mut scenario, "no");
        assert_eq!(scenario, Scenario::default());
    }

    #[test]
    fn directives_are_names_with_or_without_values() {
        assert!(is_directives("no-store") && is_directives("max-age=60, stale-while-revalidate=30") && is_directives("private=\"a\""));
        assert!(!is_directives("max age") && !is_directives(",") && !is_directives("=1"));
    }
}
