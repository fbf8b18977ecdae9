//! liberator 0.15, for Clojure: `src/liberator/core.clj`, made from webmachine's diagram by what its decisions do
//! otherwise.
//!
//! Questions keep webmachine's names where they ask the same; the others carry the name of the decision.

use super::webmachine;
use crate::http::graph::Station::{Action, Content, Preconditions, Resource};
use crate::http::graph::{Graph, Node, end, to};
use crate::http::questions::{Answer, Exchange, action, brief, content};

pub fn graph() -> Graph {
    let graph = webmachine::graph().base();
    acting(missing(preconditions(graph))).pruned()
}

fn preconditions(graph: Graph) -> Graph {
    graph
        .differs("What makes no sense is 422, before anybody asks whether the resource exists.", "processable?")
        .before(
            "g7",
            Node::new(Content, "processable?", "Is the request processable?", processable)
                .yes(to("g7"))
                .no(end(422))
                .convention("liberator core.clj, processable?"),
        )
        .differs("GET with If-Match where nothing is: 412 only for `*`.", "if-match-star-exists-for-missing?")
        .with(
            Node::new(Preconditions, "h7", "Is If-Match *?", webmachine::if_match_is_star)
                .yes(end(412))
                .no(to("i7"))
                .convention("liberator core.clj, if-match-star-exists-for-missing?"),
        )
        .differs("If-Match and If-None-Match are compared as whole strings: a list never matches.", "etag-matches-for-if-match?")
        .with(
            Node::new(Preconditions, "g11", "Is If-Match the tag, letter by letter?", if_match_is_tag)
                .yes(to("h10"))
                .no(end(412))
                .convention("liberator core.clj, etag-matches-for-if-match?"),
        )
        .with(
            Node::new(Preconditions, "k13", "Is If-None-Match the tag, letter by letter?", if_none_match_is_tag)
                .yes(to("j18"))
                .no(to("l13"))
                .convention("liberator core.clj, etag-matches-for-if-none?"),
        )
        .differs("A date in the future counts in If-Modified-Since.", "if-modified-since-valid-date?")
        .without("l15", false)
        .differs("A resource without a modification date counts as unmodified: If-Modified-Since gives 304.", "modified-since?")
        .with(
            Node::new(Preconditions, "l17", "Is Last-Modified later?", webmachine::known_to_be_later_than_modified)
                .yes(to("works"))
                .no(end(304))
                .convention("liberator core.clj, modified-since?"),
        )
}

fn missing(graph: Graph) -> Graph {
    graph
        .differs("PUT that may not create anything is 501.", "can-put-to-missing?")
        .lead("i4", false, to("can-put-to-missing?"))
        .with(
            Node::new(Resource, "can-put-to-missing?", "May PUT create it?", crate::http::questions::resource::may_create)
                .yes(to("conflict?"))
                .no(end(501))
                .convention("liberator core.clj, can-put-to-missing?"),
        )
        .lead("n5", true, to("post-enacted?"))
        .lead("m7", true, to("post-enacted?"))
}

fn acting(graph: Graph) -> Graph {
    graph
        .differs("An exception is 500, whatever the method does.", "handle-exception")
        .before(
            "m16",
            Node::new(Action, "works", "Does no exception fly?", action::works)
                .yes(to("m16"))
                .no(end(500))
                .convention("liberator core.clj, handle-exception"),
        )
        .without("m20", true)
        .lead("m16", false, to("method-patch?"))
        .differs("PATCH is known, and may be done later.", "method-patch?, patch-enacted?")
        .with(
            Node::new(Action, "method-patch?", "Is it PATCH?", webmachine::is_patch)
                .yes(to("patch-enacted?"))
                .no(to("n16"))
                .convention("liberator core.clj, method-patch?"),
        )
        .with(
            Node::new(Action, "patch-enacted?", "Is it done now?", webmachine::done_now)
                .yes(to("o20"))
                .no(end(202))
                .convention("liberator core.clj, patch-enacted?"),
        )
        .differs("POST over something asks for conflicts too.", "post-to-existing?")
        .lead("n16", true, to("conflict?"))
        .lead("o16", true, to("conflict?"))
        .lead("o16", false, to("o18b"))
        .with(
            Node::new(Action, "conflict?", "Does it fit the current state?", action::no_conflict)
                .yes(to("method-post?"))
                .no(end(409))
                .convention("liberator core.clj, conflict?"),
        )
        .with(
            Node::new(Action, "method-post?", "Is it POST?", webmachine::is_post)
                .yes(to("post-enacted?"))
                .no(to("put-enacted?"))
                .convention("liberator core.clj, method-post?"),
        )
        .differs("POST and PUT may be done later: 202.", "post-enacted?, put-enacted?")
        .with(
            Node::new(Action, "post-enacted?", "Is it done now?", webmachine::done_now)
                .yes(to("post-redirect?"))
                .no(end(202))
                .convention("liberator core.clj, post-enacted?"),
        )
        .with(
            Node::new(Action, "put-enacted?", "Is it done now?", webmachine::done_now)
                .yes(to("new?"))
                .no(end(202))
                .convention("liberator core.clj, put-enacted?"),
        )
        .with(
            Node::new(Action, "post-redirect?", "Does the result stand elsewhere?", action::elsewhere)
                .yes(end(303))
                .no(to("new?"))
                .convention("liberator core.clj, post-redirect?"),
        )
        .with(
            Node::new(Action, "new?", "Is there a new resource?", action::creates)
                .yes(end(201))
                .no(to("o20"))
                .convention("liberator core.clj, new?"),
        )
        .lead("o20", true, to("o18b"))
}

fn processable(x: &Exchange) -> Answer {
    content::makes_sense(x)
}

fn is_tag(x: &Exchange, field: &str) -> Answer {
    let value = x.field(field).unwrap_or_default();
    let same = x.etag() == Some(value.as_str());
    let verb = if same { "is" } else { "is not" };
    Answer { yes: same, reason: format!("`{}` {verb} the string `{}`.", brief(&value), brief(x.etag().unwrap_or_default())) }
}

fn if_match_is_tag(x: &Exchange) -> Answer {
    is_tag(x, "If-Match")
}

fn if_none_match_is_tag(x: &Exchange) -> Answer {
    is_tag(x, "If-None-Match")
}
