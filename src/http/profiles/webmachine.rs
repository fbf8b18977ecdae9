//! webmachine, version 3 of its diagram: `src/webmachine_decision_core.erl`, whose `decision(v3b13)` and so on give the
//! questions their names here.
//!
//! Content-MD5 (b9, b9a) is left out: no current specification defines it. What mochiweb refuses before webmachine is
//! asked (a missing Host, an unknown version) is not part of this graph either.

use crate::http::date;
use crate::http::etag::{self, Tags};
use crate::http::graph::Station::{Action, Content, Message, Method, Negotiation, Preconditions, Resource, Service, Who};
use crate::http::graph::{Graph, Node, end, to};
use crate::http::questions::{Answer, Exchange, action, brief, conditions, content, message, negotiation, resource, who};
use crate::http::state::Outcome;

const CORE: &str = "webmachine_decision_core.erl, decision/1";

pub fn graph() -> Graph {
    let mut nodes = up_to_negotiation();
    nodes.extend(existing());
    nodes.extend(missing());
    nodes.extend(acting());
    Graph::new(nodes)
        .differs("GET with If-Match where nothing is: 412, since the condition is asked before the resource is given up.", "decision(v3h7)")
        .differs("If-Unmodified-Since is evaluated even if If-Match is there and holds.", "decision(v3h10)")
        .differs("If-Modified-Since is evaluated even if If-None-Match is there and none matches.", "decision(v3k13)")
        .differs("If-Modified-Since can give 304 to any method.", "decision(v3l17)")
        .differs("If-Match and If-None-Match compare what stands in quotes and drop W/.", "webmachine_util:split_quoted_strings/1")
        .differs("There are no ranges: Range is never looked at.", "decision(v3o18)")
        .differs(
            "Moved and gone are asked only where nothing is; 302, 303 for GET, 305 and 308 do not occur.",
            "decision(v3k5), decision(v3l5)",
        )
        .differs("An unknown content coding is 501, not 415.", "decision(v3b6), as RFC 2616 §7.2.1 had it")
        .differs("Every refusal of a known client is 403.", "decision(v3b7)")
        .differs("Negotiation is asked of every method, and there is no favourite that is sent all the same.", "decision(v3c4)")
}

fn up_to_negotiation() -> Vec<Node> {
    vec![
        Node::new(Service, "b13", "Is the service available?", message::available).yes(to("b12")).no(end(503)).convention(CORE),
        Node::new(Method, "b12", "Is the method known?", message::method_known).yes(to("b11")).no(end(501)).convention(CORE),
        Node::new(Message, "b11", "Is the URI short enough?", message::target_short).yes(to("b10")).no(end(414)).convention(CORE),
        Node::new(Method, "b10", "Is the method allowed?", message::method_allowed).yes(to("b9b")).no(end(405)).convention(CORE),
        Node::new(Message, "b9b", "Is the request well formed?", message::well_formed).yes(to("b8")).no(end(400)).convention(CORE),
        Node::new(Who, "b8", "Is the client authorized?", who::authenticated).yes(to("b7")).no(end(401)).convention(CORE),
        Node::new(Who, "b7", "Is it allowed to?", who::allowed).yes(to("b6")).no(end(403)).convention(CORE),
        Node::new(Content, "b6", "Are the Content-* fields understood?", content::coding_known).yes(to("b5")).no(end(501)).convention(CORE),
        Node::new(Content, "b5", "Is the content type known?", type_known).yes(to("b4")).no(end(415)).convention(CORE),
        Node::new(Content, "b4", "Is the content small enough?", content::small_enough).yes(to("b3")).no(end(413)).convention(CORE),
        Node::new(Content, "b3", "Is it OPTIONS?", resource::is_options).yes(end(200)).no(to("c3")).convention(CORE),
        Node::new(Negotiation, "c3", "Is there Accept?", negotiation::has_accept).yes(to("c4")).no(to("d4")).convention(CORE),
        Node::new(Negotiation, "c4", "Is a media type acceptable?", negotiation::type_available)
            .yes(to("d4"))
            .no(end(406))
            .convention(CORE),
        Node::new(Negotiation, "d4", "Is there Accept-Language?", negotiation::has_accept_language)
            .yes(to("d5"))
            .no(to("e5"))
            .convention(CORE),
        Node::new(Negotiation, "d5", "Is a language acceptable?", negotiation::language_available)
            .yes(to("e5"))
            .no(end(406))
            .convention(CORE),
        Node::new(Negotiation, "e5", "Is there Accept-Charset?", negotiation::has_accept_charset)
            .yes(to("e6"))
            .no(to("f6"))
            .convention(CORE),
        Node::new(Negotiation, "e6", "Is a charset acceptable?", negotiation::charset_available)
            .yes(to("f6"))
            .no(end(406))
            .convention(CORE),
        Node::new(Negotiation, "f6", "Is there Accept-Encoding?", negotiation::has_accept_encoding)
            .yes(to("f7"))
            .no(to("g7"))
            .convention(CORE),
        Node::new(Negotiation, "f7", "Is a coding acceptable?", negotiation::coding_available).yes(to("g7")).no(end(406)).convention(CORE),
    ]
}

fn existing() -> Vec<Node> {
    vec![
        Node::new(Resource, "g7", "Does the resource exist?", resource::exists).yes(to("g8")).no(to("h7")).convention(CORE),
        Node::new(Preconditions, "g8", "Is there If-Match?", conditions::has_if_match).yes(to("g9")).no(to("h10")).convention(CORE),
        Node::new(Preconditions, "g9", "Is it *?", if_match_is_star).yes(to("h10")).no(to("g11")).convention(CORE),
        Node::new(Preconditions, "g11", "Is the tag in If-Match?", tag_in_if_match).yes(to("h10")).no(end(412)).convention(CORE),
        Node::new(Preconditions, "h10", "Is there If-Unmodified-Since?", has_unmodified).yes(to("h11")).no(to("i12")).convention(CORE),
        Node::new(Preconditions, "h11", "Is it a valid date?", unmodified_is_date).yes(to("h12")).no(to("i12")).convention(CORE),
        Node::new(Preconditions, "h12", "Is Last-Modified later?", later_than_unmodified).yes(end(412)).no(to("i12")).convention(CORE),
        Node::new(Preconditions, "i12", "Is there If-None-Match?", conditions::has_if_none_match)
            .yes(to("i13"))
            .no(to("l13"))
            .convention(CORE),
        Node::new(Preconditions, "i13", "Is it *?", if_none_match_is_star).yes(to("j18")).no(to("k13")).convention(CORE),
        Node::new(Preconditions, "k13", "Is the tag in If-None-Match?", tag_in_if_none_match).yes(to("j18")).no(to("l13")).convention(CORE),
        Node::new(Preconditions, "j18", "Is it GET or HEAD?", conditions::reads).yes(end(304)).no(end(412)).convention(CORE),
        Node::new(Preconditions, "l13", "Is there If-Modified-Since?", has_modified).yes(to("l14")).no(to("m16")).convention(CORE),
        Node::new(Preconditions, "l14", "Is it a valid date?", modified_is_date).yes(to("l15")).no(to("m16")).convention(CORE),
        Node::new(Preconditions, "l15", "Is it in the future?", modified_in_future).yes(to("m16")).no(to("l17")).convention(CORE),
        Node::new(Preconditions, "l17", "Is Last-Modified later?", later_than_modified).yes(to("m16")).no(end(304)).convention(CORE),
    ]
}

fn missing() -> Vec<Node> {
    vec![
        Node::new(Preconditions, "h7", "Is there If-Match?", conditions::has_if_match).yes(end(412)).no(to("i7")).convention(CORE),
        Node::new(Resource, "i7", "Is it PUT?", is_put).yes(to("i4")).no(to("k7")).convention(CORE),
        Node::new(Resource, "i4", "Has it moved for good?", resource::moved_for_good).yes(end(301)).no(to("p3")).convention(CORE),
        Node::new(Resource, "k7", "Did it exist before?", resource::existed).yes(to("k5")).no(to("l7")).convention(CORE),
        Node::new(Resource, "k5", "Has it moved for good?", resource::moved_for_good).yes(end(301)).no(to("l5")).convention(CORE),
        Node::new(Resource, "l5", "Has it moved for now?", resource::moved_for_now).yes(end(307)).no(to("m5")).convention(CORE),
        Node::new(Resource, "m5", "Is it POST?", is_post).yes(to("n5")).no(end(410)).convention(CORE),
        Node::new(Resource, "n5", "Is POST allowed where nothing is?", resource::may_create)
            .yes(to("n11-done"))
            .no(end(410))
            .convention(CORE),
        Node::new(Resource, "l7", "Is it POST?", is_post).yes(to("m7")).no(end(404)).convention(CORE),
        Node::new(Resource, "m7", "Is POST allowed where nothing is?", resource::may_create)
            .yes(to("n11-done"))
            .no(end(404))
            .convention(CORE),
    ]
}

fn acting() -> Vec<Node> {
    vec![
        Node::new(Action, "m16", "Is it DELETE?", is_delete).yes(to("m20")).no(to("n16")).convention(CORE),
        Node::new(Action, "m20", "Did deleting work?", action::works).yes(to("m20b")).no(end(500)).convention(CORE),
        Node::new(Action, "m20b", "Is it deleted already?", done_now).yes(to("o20")).no(end(202)).convention(CORE),
        Node::new(Action, "n16", "Is it POST?", is_post).yes(to("n11-done")).no(to("o16")).convention(CORE),
        Node::new(Action, "n11-done", "Did process_post work?", action::works).yes(to("n11")).no(end(500)).convention(CORE),
        Node::new(Action, "n11", "Does it redirect?", action::elsewhere).yes(end(303)).no(to("p11")).convention(CORE),
        Node::new(Action, "o16", "Is it PUT?", is_put).yes(to("o14")).no(to("o18")).convention(CORE),
        Node::new(Action, "o14", "Does it fit the current state?", action::no_conflict).yes(to("o14-done")).no(end(409)).convention(CORE),
        Node::new(Action, "o14-done", "Was the content taken?", action::works).yes(to("p11")).no(end(500)).convention(CORE),
        Node::new(Action, "p3", "Does it fit the current state?", action::no_conflict).yes(to("p3-done")).no(end(409)).convention(CORE),
        Node::new(Action, "p3-done", "Was the content taken?", action::works).yes(to("p11")).no(end(500)).convention(CORE),
        Node::new(Action, "p11", "Is there a new resource?", action::creates).yes(end(201)).no(to("o20")).convention(CORE),
        Node::new(Action, "o20", "Is there something to say?", action::says_something).yes(to("o18")).no(end(204)).convention(CORE),
        Node::new(Action, "o18", "Could the body be made?", action::works).yes(to("o18b")).no(end(500)).convention(CORE),
        Node::new(Action, "o18b", "Are there multiple choices?", resource::offers_choice).yes(end(300)).no(end(200)).convention(CORE),
    ]
}

/// Asked before it is known whether the method has any use for content, so only content that comes counts.
pub(super) fn type_known(x: &Exchange) -> Answer {
    if x.has_content() { content::type_taken(x) } else { Answer::yes("The request brings no content.") }
}

fn is_star(x: &Exchange, field: &str) -> Answer {
    let value = x.field(field).unwrap_or_default();
    Answer { yes: value.trim() == "*", reason: format!("{field} is `{}`.", brief(&value)) }
}

pub(super) fn if_match_is_star(x: &Exchange) -> Answer {
    is_star(x, "If-Match")
}

pub(super) fn if_none_match_is_star(x: &Exchange) -> Answer {
    is_star(x, "If-None-Match")
}

/// Compares what stands in quotes, whatever stands before it.
fn tag_in(x: &Exchange, field: &str) -> Answer {
    let value = x.field(field).unwrap_or_default();
    let Some(own) = x.etag() else {
        return Answer::no(format!("The resource has no entity tag to look for in {field}."));
    };
    let found = match (etag::parse_list(&value), etag::parse(own)) {
        (Some(Tags::List(tags)), Some(own)) => tags.iter().any(|tag| tag.tag == own.tag),
        _ => false,
    };
    let verb = if found { "is" } else { "is not" };
    Answer { yes: found, reason: format!("What `{}` has in quotes {verb} in `{}`; W/ is dropped.", brief(own), brief(&value)) }
}

fn tag_in_if_match(x: &Exchange) -> Answer {
    tag_in(x, "If-Match")
}

fn tag_in_if_none_match(x: &Exchange) -> Answer {
    tag_in(x, "If-None-Match")
}

fn has_unmodified(x: &Exchange) -> Answer {
    Answer::of(x.has("If-Unmodified-Since"), "There is If-Unmodified-Since.", "There is no If-Unmodified-Since.")
}

fn has_modified(x: &Exchange) -> Answer {
    Answer::of(x.has("If-Modified-Since"), "There is If-Modified-Since.", "There is no If-Modified-Since.")
}

fn is_date(x: &Exchange, field: &str) -> Answer {
    let value = x.field(field).unwrap_or_default();
    let valid = conditions::condition_date(x, field).is_some();
    let verb = if valid { "is" } else { "is not" };
    Answer { yes: valid, reason: format!("`{}` {verb} a valid date.", brief(&value)) }
}

fn unmodified_is_date(x: &Exchange) -> Answer {
    is_date(x, "If-Unmodified-Since")
}

fn modified_is_date(x: &Exchange) -> Answer {
    is_date(x, "If-Modified-Since")
}

/// Whether Last-Modified is later than the date of the field; `unknown` if the resource has none.
fn later_than(x: &Exchange, field: &str, unknown: bool) -> Answer {
    let given = conditions::condition_date(x, field).unwrap_or_default();
    match x.last_modified() {
        None => Answer { yes: unknown, reason: "The resource has no modification date.".to_owned() },
        Some(own) => {
            let verb = if own > given { "is later than" } else { "is not later than" };
            Answer { yes: own > given, reason: format!("Last-Modified, {}, {verb} {}.", date::format(own), date::format(given)) }
        }
    }
}

/// Erlang puts the atom `undefined` before every date, so without one it is never later.
fn later_than_unmodified(x: &Exchange) -> Answer {
    later_than(x, "If-Unmodified-Since", false)
}

fn modified_in_future(x: &Exchange) -> Answer {
    let given = conditions::condition_date(x, "If-Modified-Since").unwrap_or_default();
    let future = given > x.world.now;
    let verb = if future { "lies after" } else { "does not lie after" };
    Answer { yes: future, reason: format!("{} {verb} now, {}.", date::format(given), date::format(x.world.now)) }
}

fn later_than_modified(x: &Exchange) -> Answer {
    later_than(x, "If-Modified-Since", true)
}

/// Liberator takes a resource without a modification date for unmodified.
pub(super) fn known_to_be_later_than_modified(x: &Exchange) -> Answer {
    later_than(x, "If-Modified-Since", false)
}

fn is_method(x: &Exchange, method: &str) -> Answer {
    Answer { yes: x.is(method), reason: format!("The method is {}.", brief(x.method())) }
}

pub(super) fn is_put(x: &Exchange) -> Answer {
    is_method(x, "PUT")
}

pub(super) fn is_post(x: &Exchange) -> Answer {
    is_method(x, "POST")
}

pub(super) fn is_patch(x: &Exchange) -> Answer {
    is_method(x, "PATCH")
}

fn is_delete(x: &Exchange) -> Answer {
    is_method(x, "DELETE")
}

pub(super) fn done_now(x: &Exchange) -> Answer {
    Answer::of(x.outcome() != Outcome::Later, "It is done now.", "It is accepted and will be done later.")
}
