//! cowboy's REST handlers: `src/cowboy_rest.erl`, made from webmachine's diagram by what its functions do otherwise.
//!
//! Questions keep webmachine's names where they ask the same; the others carry the name of the Erlang function.
//! `ranges_provided` is taken to be `bytes` with `auto` wherever the resource serves ranges.

use super::webmachine;
use crate::http::etag;
use crate::http::graph::Station::{Action, Content, Limits, Preconditions, Range};
use crate::http::graph::{Graph, Node, end, to};
use crate::http::questions::conditions::{Comparison, matches};
use crate::http::questions::{Answer, Exchange, action, brief, conditions, content, resource, who};
use crate::http::range::{self, Spec, Unread};

pub fn graph() -> Graph {
    let graph = webmachine::graph().base();
    let graph = preconditions(limits(graph));
    ranges(methods(graph)).pruned()
}

fn limits(graph: Graph) -> Graph {
    graph
        .differs("A client that asks too often gets 429.", "rate_limited/2")
        .before(
            "b6",
            Node::new(Limits, "rate_limited", "Is the client within its rate?", who::within_rate)
                .yes(to("b6"))
                .no(end(429))
                .convention("cowboy_rest.erl, rate_limited/2"),
        )
        .differs("The media type of the content is asked last, by the methods that take content.", "accept_resource/2")
        .without("b5", true)
        .differs("Content codings are not negotiated.", "encodings_provided/2")
        .without("f6", false)
        .without("f7", true)
}

fn preconditions(graph: Graph) -> Graph {
    graph
        .differs("A list in If-Match that holds skips If-Unmodified-Since; `*` does not.", "if_match/3, if_match_exists/2")
        .differs("If-Match compares strongly.", "if_match/3")
        .with(
            Node::new(Preconditions, "g11", "Does it match, strongly?", if_match_strong)
                .yes(to("i12"))
                .no(end(412))
                .convention("cowboy_rest.erl, if_match/3"),
        )
        .differs("If-None-Match on a resource without an entity tag is 412, even for GET.", "if_none_match/3")
        .before(
            "k13",
            Node::new(Preconditions, "if_none_match", "Has the resource an entity tag?", has_etag)
                .yes(to("k13"))
                .no(end(412))
                .convention("cowboy_rest.erl, if_none_match/3"),
        )
        .differs("Where If-None-Match is there, If-Modified-Since is ignored.", "if_none_match/3")
        .with(
            Node::new(Preconditions, "k13", "Does one match, weakly?", if_none_match_weak)
                .yes(to("j18"))
                .no(to("m16"))
                .convention("cowboy_rest.erl, is_weak_match/2"),
        )
}

fn methods(graph: Graph) -> Graph {
    graph
        .differs("POST and PATCH go the same way; PATCH is known.", "method/2")
        .with(
            Node::new(Action, "n16", "Is it POST or PATCH?", is_post_or_patch)
                .yes(to("accept_resource"))
                .no(to("o16"))
                .convention("cowboy_rest.erl, method/2"),
        )
        .lead("o16", false, to("reads"))
        .lead("o14", true, to("accept_resource"))
        .lead("i4", false, to("o14"))
        .lead("n5", true, to("accept_resource"))
        .lead("m7", true, to("accept_resource"))
        .with(
            Node::new(Content, "accept_resource", "Is the media type accepted?", content::type_taken)
                .yes(to("callback"))
                .no(end(415))
                .convention("cowboy_rest.erl, accept_resource/2"),
        )
        .with(
            Node::new(Action, "callback", "Does the callback return?", action::works)
                .yes(to("process_content_type"))
                .no(end(500))
                .convention("cowboy_rest.erl, process_content_type/3"),
        )
        .differs("A callback that returns false refuses the content with 400.", "process_content_type/3")
        .with(
            Node::new(Action, "process_content_type", "Did it take the content?", content::syntax_holds)
                .yes(to("see_other"))
                .no(end(400))
                .convention("cowboy_rest.erl, process_content_type/3"),
        )
        .differs("POST that names a new URL is 201 where nothing was, and 303 where something is.", "process_content_type/3")
        .with(
            Node::new(Action, "see_other", "Does it name a URL over an existing resource?", names_url_of_existing)
                .yes(end(303))
                .no(to("maybe_created"))
                .convention("cowboy_rest.erl, process_content_type/3"),
        )
        .with(
            Node::new(Action, "maybe_created", "Is there a new resource?", created_where_nothing_was)
                .yes(end(201))
                .no(to("o20"))
                .convention("cowboy_rest.erl, maybe_created/2"),
        )
        .lead("o20", true, to("o18b"))
}

fn ranges(graph: Graph) -> Graph {
    graph
        .differs("Range is honoured for HEAD too.", "method/2, range/2")
        .with(
            Node::new(Action, "reads", "Is it GET or HEAD?", conditions::reads)
                .yes(to("render"))
                .no(to("o18b"))
                .convention("cowboy_rest.erl, method/2"),
        )
        .with(
            Node::new(Action, "render", "Could the body be made?", action::works)
                .yes(to("if_range"))
                .no(end(500))
                .convention("cowboy_rest.erl, set_resp_body/2"),
        )
        .with(
            Node::new(Range, "if_range", "Are there both If-Range and Range?", has_if_range_and_range)
                .yes(to("if_range_strong"))
                .no(to("range"))
                .convention("cowboy_rest.erl, if_range/2"),
        )
        .differs("A date in If-Range never holds.", "if_range/2")
        .with(
            Node::new(Range, "if_range_strong", "Is If-Range the strong entity tag?", if_range_strong)
                .yes(to("range"))
                .no(to("o18b"))
                .convention("cowboy_rest.erl, if_range/2"),
        )
        .with(
            Node::new(Range, "range", "Is there a Range, and are there ranges?", has_range)
                .yes(to("range_read"))
                .no(to("o18b"))
                .convention("cowboy_rest.erl, range/2"),
        )
        .differs("A Range that cannot be read is 416, without Content-Range.", "range/2")
        .with(
            Node::new(Range, "range_read", "Can the Range be read?", range_readable)
                .yes(to("choose_range"))
                .no(end(416))
                .convention("cowboy_rest.erl, range/2"),
        )
        .with(
            Node::new(Range, "choose_range", "Is its unit bytes?", unit_is_bytes)
                .yes(to("range_satisfiable"))
                .no(to("o18b"))
                .convention("cowboy_rest.erl, choose_range/3"),
        )
        .differs(
            "One range that does not fit spoils them all, and one that reaches beyond the end is not shortened.",
            "maybe_set_ranged_body_auto/3",
        )
        .with(
            Node::new(Range, "range_satisfiable", "Does every range fit?", every_range_fits)
                .yes(end(206))
                .no(end(416))
                .convention("cowboy_rest.erl, maybe_set_ranged_body_auto/3"),
        )
        .with(
            Node::new(Action, "o18b", "Are there multiple choices?", resource::offers_choice)
                .yes(end(300))
                .no(end(200))
                .convention("cowboy_rest.erl, multiple_choices/2"),
        )
}

fn if_match_strong(x: &Exchange) -> Answer {
    let (yes, reason) = matches(x, &x.field("If-Match").unwrap_or_default(), Comparison::Strong);
    Answer { yes, reason }
}

fn has_etag(x: &Exchange) -> Answer {
    match x.etag() {
        Some(own) => Answer::yes(format!("The entity tag is `{}`.", brief(own))),
        None => Answer::no("The resource has no entity tag."),
    }
}

fn if_none_match_weak(x: &Exchange) -> Answer {
    let (yes, reason) = matches(x, &x.field("If-None-Match").unwrap_or_default(), Comparison::Weak);
    Answer { yes, reason }
}

fn is_post_or_patch(x: &Exchange) -> Answer {
    Answer { yes: x.is("POST") || x.is("PATCH"), reason: format!("The method is {}.", brief(x.method())) }
}

fn names_url_of_existing(x: &Exchange) -> Answer {
    let names = x.is("POST") && (action::creates(x).yes || action::elsewhere(x).yes);
    match (names, x.world.resource.exists()) {
        (false, _) => Answer::no("The callback names no URL."),
        (true, true) => Answer::yes(format!("The callback names `{}`, and the resource exists.", brief(&x.world.resource.location))),
        (true, false) => Answer::no("The callback names a URL, and nothing was here before."),
    }
}

fn created_where_nothing_was(x: &Exchange) -> Answer {
    let names = x.is("POST") && (action::creates(x).yes || action::elsewhere(x).yes);
    let created = !x.world.resource.exists() && (x.is("PUT") || names);
    Answer::of(created, "Nothing was here before, and now there is something.", "Nothing new came of it.")
}

fn has_if_range_and_range(x: &Exchange) -> Answer {
    Answer::of(x.has("If-Range") && x.has("Range"), "There are If-Range and Range.", "There are not both If-Range and Range.")
}

fn if_range_strong(x: &Exchange) -> Answer {
    let value = x.field("If-Range").unwrap_or_default();
    let own = x.etag().unwrap_or_default();
    let same = matches!((etag::parse(value.trim()), etag::parse(own)), (Some(given), Some(own)) if given.strong_eq(&own));
    let verb = if same { "is" } else { "is not" };
    Answer { yes: same, reason: format!("`{}` {verb} the strong entity tag `{}`.", brief(&value), brief(own)) }
}

fn has_range(x: &Exchange) -> Answer {
    match (x.field("Range"), x.world.resource.ranges) {
        (None, _) => Answer::no("There is no Range."),
        (Some(_), false) => Answer::no("The resource provides no ranges."),
        (Some(value), true) => Answer::yes(format!("Range is `{}`.", brief(&value))),
    }
}

fn range_readable(x: &Exchange) -> Answer {
    let value = x.field("Range").unwrap_or_default();
    let readable = !matches!(range::read(&value), Err(Unread::Malformed));
    let verb = if readable { "can" } else { "cannot" };
    Answer { yes: readable, reason: format!("`{}` {verb} be read.", brief(&value)) }
}

fn unit_is_bytes(x: &Exchange) -> Answer {
    let value = x.field("Range").unwrap_or_default();
    Answer { yes: range::read(&value).is_ok(), reason: format!("Range is `{}`; bytes are provided.", brief(&value)) }
}

fn every_range_fits(x: &Exchange) -> Answer {
    let length = x.selected().map_or(0, |own| own.length());
    let value = x.field("Range").unwrap_or_default();
    let specs = range::parse(&value).unwrap_or_default();
    // As in the source, a range may end one byte beyond the last, which is where it would be shortened.
    let fits = |spec: &Spec| match *spec {
        Spec::From { first, last: None } => first < length,
        Spec::From { first, last: Some(last) } => first < length && last <= length,
        Spec::Suffix(count) => count != 0 && count < length,
    };
    let all = !specs.is_empty() && specs.iter().all(fits);
    let verb = if all { "fits" } else { "does not fit" };
    Answer { yes: all, reason: format!("`{}` {verb} within {length} bytes.", brief(&value)) }
}
