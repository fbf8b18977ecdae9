//! The order of RFC 9110, and where the RFC leaves it open, the order of webmachine's diagram.
//!
//! Preconditions stand where §13.2.1 puts them: behind every refusal and redirect that can be known before anything is done,
//! and right before the method is performed. What only shows while it is performed (a conflict, a lock, a failure) comes after:
//! a 304 or 412 goes first. Codes of other RFCs stand beside their nearest relative.

use crate::http::graph::Station::{Action, Content, Limits, Message, Method, Negotiation, Preconditions, Range, Resource, Service, Who};
use crate::http::graph::{Graph, Node, end, to};
use crate::http::questions::{action, conditions, content, message, negotiation, ranges, resource, who};

pub fn graph() -> Graph {
    let mut nodes = before_the_resource();
    nodes.extend(resource_and_preconditions());
    nodes.extend(action_and_range());
    Graph::new(nodes)
}

fn before_the_resource() -> Vec<Node> {
    vec![
        Node::new(Message, "version", "Is this version of HTTP spoken here?", message::version_spoken)
            .yes(to("host"))
            .no(end(505))
            .may("RFC 9110 §15.6.6"),
        Node::new(Message, "host", "Is there one valid Host?", message::host_valid).yes(to("arrived")).no(end(400)).must("RFC 9112 §3.2"),
        Node::new(Message, "arrived", "Did the whole request arrive in time?", message::arrived)
            .yes(to("target"))
            .no(end(408))
            .may("RFC 9110 §15.5.9"),
        Node::new(Message, "target", "Is the target short enough?", message::target_short)
            .yes(to("fields"))
            .no(end(414))
            .must("RFC 9112 §3"),
        Node::new(Message, "fields", "Are the header fields small enough?", message::fields_short)
            .yes(to("transfer"))
            .no(end(431))
            .may("RFC 6585 §5"),
        Node::new(Message, "transfer", "Is every transfer coding known?", message::transfer_known)
            .yes(to("authority"))
            .no(end(501))
            .should("RFC 9112 §6.1"),
        Node::new(Message, "authority", "Does this server answer for that host?", message::authoritative)
            .yes(to("early"))
            .no(end(421))
            .may("RFC 9110 §15.5.20"),
        Node::new(Message, "early", "Is it safe to act on it already?", message::not_replayable)
            .yes(to("available"))
            .no(end(425))
            .may("RFC 8470 §5.2"),
        Node::new(Service, "available", "Is the service available?", message::available)
            .yes(to("known"))
            .no(end(503))
            .may("RFC 9110 §15.6.4"),
        Node::new(Method, "known", "Is the method implemented here?", message::method_known)
            .yes(to("expectation"))
            .no(end(501))
            .should("RFC 9110 §9.1"),
        Node::new(Method, "expectation", "Is every expectation known?", message::expectations_known)
            .yes(to("protocol"))
            .no(end(417))
            .may("RFC 9110 §10.1.1"),
        Node::new(Method, "protocol", "Will this protocol do?", message::protocol_enough)
            .yes(to("allowed"))
            .no(end(426))
            .must("RFC 9110 §15.5.22")
            .about("to name the protocol in Upgrade"),
        Node::new(Method, "allowed", "Does the resource allow the method?", message::method_allowed)
            .yes(to("formed"))
            .no(end(405))
            .must("RFC 9110 §15.5.6")
            .about("to list the methods in Allow; to answer with 405 is a SHOULD (§9.1)"),
        Node::new(Method, "formed", "Is the request well formed?", message::well_formed)
            .yes(to("authenticated"))
            .no(end(400))
            .may("RFC 9110 §15.5.1"),
        Node::new(Who, "authenticated", "Are the credentials good enough?", who::authenticated)
            .yes(to("permitted"))
            .no(end(401))
            .must("RFC 9110 §15.5.2")
            .about("to name a scheme in WWW-Authenticate; to ask with 401 is a SHOULD (§11.4)"),
        Node::new(Who, "permitted", "May this client do this?", who::allowed).yes(to("rate")).no(to("legal")).may("RFC 9110 §15.5.4"),
        Node::new(Who, "legal", "Does a legal demand forbid it?", who::legal).yes(end(451)).no(to("payment")).may("RFC 7725 §3"),
        Node::new(Who, "payment", "Would payment open it?", who::payment).yes(end(402)).no(to("hidden")).convention("RFC 9110 §15.5.3"),
        Node::new(Who, "hidden", "Is even its existence a secret?", who::hides).yes(end(404)).no(end(403)).may("RFC 9110 §15.5.4"),
        Node::new(Limits, "rate", "Is the client within its rate?", who::within_rate)
            .yes(to("conditional"))
            .no(end(429))
            .may("RFC 6585 §4"),
        Node::new(Limits, "conditional", "Is there a condition, or none demanded?", who::condition_present)
            .yes(to("extension"))
            .no(end(428))
            .may("RFC 6585 §3"),
        Node::new(Limits, "extension", "Is every demanded extension there?", who::extension_present)
            .yes(to("content"))
            .no(end(510))
            .convention("RFC 2774 §7"),
        Node::new(Content, "content", "Does it bring content?", content::has_content)
            .yes(to("length"))
            .no(to("options"))
            .convention("RFC 9110 §6.4"),
        Node::new(Content, "length", "Is the length given, or not demanded?", content::length_given)
            .yes(to("size"))
            .no(end(411))
            .may("RFC 9110 §15.5.12"),
        Node::new(Content, "size", "Is the content small enough?", content::small_enough)
            .yes(to("type"))
            .no(end(413))
            .may("RFC 9110 §15.5.14"),
        Node::new(Content, "type", "Does the resource take that media type?", content::type_taken)
            .yes(to("coding"))
            .no(end(415))
            .may("RFC 9110 §15.5.16"),
        Node::new(Content, "coding", "Can it undo the content coding?", content::coding_known)
            .yes(to("options"))
            .no(end(415))
            .may("RFC 9110 §8.4"),
        Node::new(Content, "options", "Is it OPTIONS?", resource::is_options).yes(end(200)).no(to("trace")).must("RFC 9110 §9.3.7"),
        Node::new(Content, "trace", "Is it TRACE?", resource::is_trace).yes(end(200)).no(to("connect")).should("RFC 9110 §9.3.8"),
        Node::new(Content, "connect", "Is it CONNECT?", resource::is_connect).yes(end(200)).no(to("circular")).must("RFC 9110 §13.2.1"),
        Node::new(Negotiation, "circular", "Does negotiation lead back to itself?", negotiation::goes_in_circles)
            .yes(end(506))
            .no(to("acceptable"))
            .convention("RFC 2295 §8.1"),
        Node::new(Negotiation, "acceptable", "Is any representation acceptable?", negotiation::acceptable)
            .yes(to("exists"))
            .no(to("insists"))
            .may("RFC 9110 §12.4.1"),
        Node::new(Negotiation, "insists", "Does the server send its favourite all the same?", negotiation::insists)
            .yes(to("exists"))
            .no(end(406))
            .may("RFC 9110 §15.5.7"),
    ]
}

fn resource_and_preconditions() -> Vec<Node> {
    vec![
        Node::new(Resource, "exists", "Is there a current representation?", resource::exists)
            .yes(to("choice"))
            .no(to("moved"))
            .convention("RFC 9110 §15.5.5"),
        Node::new(Resource, "choice", "Is the client to choose?", resource::offers_choice)
            .yes(end(300))
            .no(to("has-if-match"))
            .may("RFC 9110 §15.4.1"),
        Node::new(Resource, "moved", "Has it moved?", resource::moved).yes(to("for-good")).no(to("creates-here")).may("RFC 9110 §15.4"),
        Node::new(Resource, "for-good", "For good?", resource::moved_for_good)
            .yes(to("keeps-for-good"))
            .no(to("for-now"))
            .may("RFC 9110 §15.4.2"),
        Node::new(Resource, "keeps-for-good", "Does the method stay?", resource::keeps_method)
            .yes(end(308))
            .no(end(301))
            .must("RFC 9110 §15.4.9"),
        Node::new(Resource, "for-now", "For now?", resource::moved_for_now).yes(to("keeps-for-now")).no(end(305)).may("RFC 9110 §15.4.3"),
        Node::new(Resource, "keeps-for-now", "Does the method stay?", resource::keeps_method)
            .yes(end(307))
            .no(end(302))
            .must("RFC 9110 §15.4.8"),
        Node::new(Resource, "creates-here", "May the method create it?", resource::may_create)
            .yes(to("has-if-match"))
            .no(to("gone"))
            .convention("RFC 9110 §9.3.4"),
        Node::new(Resource, "gone", "Is it gone for good?", resource::gone).yes(end(410)).no(end(404)).may("RFC 9110 §15.5.11"),
        Node::new(Preconditions, "has-if-match", "Is there If-Match?", conditions::has_if_match)
            .yes(to("if-match"))
            .no(to("has-unmodified"))
            .must("RFC 9110 §13.2.2"),
        Node::new(Preconditions, "if-match", "Does it match, strongly?", conditions::if_match_holds)
            .yes(to("has-none-match"))
            .no(end(412))
            .must("RFC 9110 §13.1.1")
            .about("not to perform the method; that 412 says so is a MAY"),
        Node::new(Preconditions, "has-unmodified", "Is there a usable If-Unmodified-Since?", conditions::unmodified_since_usable)
            .yes(to("unmodified"))
            .no(to("has-none-match"))
            .must("RFC 9110 §13.1.4"),
        Node::new(Preconditions, "unmodified", "Is it unmodified since?", conditions::unmodified_since_holds)
            .yes(to("has-none-match"))
            .no(end(412))
            .must("RFC 9110 §13.1.4")
            .about("not to perform the method; that 412 says so is a MAY"),
        Node::new(Preconditions, "has-none-match", "Is there If-None-Match?", conditions::has_if_none_match)
            .yes(to("none-match"))
            .no(to("has-modified"))
            .must("RFC 9110 §13.2.2"),
        Node::new(Preconditions, "none-match", "Does none match, not even weakly?", conditions::if_none_match_holds)
            .yes(to("continue"))
            .no(to("safe"))
            .must("RFC 9110 §13.1.2"),
        Node::new(Preconditions, "safe", "Is it GET or HEAD?", conditions::reads_what_it_has)
            .yes(end(304))
            .no(end(412))
            .must("RFC 9110 §13.1.2"),
        Node::new(Preconditions, "has-modified", "Is there a usable If-Modified-Since?", conditions::modified_since_usable)
            .yes(to("modified"))
            .no(to("continue"))
            .must("RFC 9110 §13.1.3"),
        Node::new(Preconditions, "modified", "Is it modified since?", conditions::modified_since_holds)
            .yes(to("continue"))
            .no(end(304))
            .should("RFC 9110 §13.1.3"),
    ]
}

fn action_and_range() -> Vec<Node> {
    vec![
        Node::new(Action, "continue", "Does the client wait for a 100?", action::awaits_continue)
            .sends(100, to("switch"))
            .must("RFC 9110 §10.1.1"),
        Node::new(Action, "switch", "Do both sides want another protocol?", action::switches)
            .yes(end(101))
            .no(to("hints"))
            .may("RFC 9110 §7.8"),
        Node::new(Action, "hints", "Is there something to hint at?", action::hints).sends(103, to("resumable")).may("RFC 8297 §2"),
        Node::new(Action, "resumable", "May the upload be resumed?", action::resumable)
            .sends(104, to("long"))
            .may("draft-ietf-httpbis-resumable-upload"),
        Node::new(Action, "long", "Will it take long?", action::takes_long).sends(102, to("works")).convention("RFC 2518 §10.1"),
        Node::new(Action, "works", "Does the server do its part?", action::works)
            .yes(to("reads"))
            .no(end(500))
            .convention("RFC 9110 §15.6.1"),
        Node::new(Action, "reads", "Is it GET or HEAD?", conditions::reads).yes(to("delta")).no(to("syntax")).convention("RFC 9110 §9.3"),
        Node::new(Action, "syntax", "Can the content be read?", content::syntax_holds)
            .yes(to("sense"))
            .no(end(400))
            .may("RFC 9110 §15.5.1"),
        Node::new(Action, "sense", "Does the content make sense?", content::makes_sense)
            .yes(to("unlocked"))
            .no(end(422))
            .may("RFC 9110 §15.5.21"),
        Node::new(Action, "unlocked", "Is it free of other people's locks?", action::unlocked)
            .yes(to("depends"))
            .no(end(423))
            .must("RFC 4918 §11.3"),
        Node::new(Action, "depends", "Did everything it depends on succeed?", action::dependencies_hold)
            .yes(to("conflict"))
            .no(end(424))
            .must("RFC 4918 §11.4"),
        Node::new(Action, "conflict", "Does it fit the current state?", action::no_conflict)
            .yes(to("room"))
            .no(end(409))
            .may("RFC 9110 §15.5.10"),
        Node::new(Action, "room", "Is there room for it?", action::has_room).yes(to("lists")).no(end(507)).may("RFC 4918 §11.5"),
        Node::new(Action, "lists", "Does it list a collection?", action::lists_collection)
            .yes(to("circles"))
            .no(to("later"))
            .must("RFC 4918 §9.1"),
        Node::new(Action, "circles", "Does listing it go in circles?", action::goes_in_circles)
            .yes(end(508))
            .no(to("reported"))
            .may("RFC 5842 §7.2"),
        // 208 is meant for a member inside a 207. It stands as an exit so that it can be reached; the response says so.
        Node::new(Action, "reported", "Was it reported already?", action::already_reported)
            .yes(end(208))
            .no(end(207))
            .convention("RFC 5842 §7.1"),
        Node::new(Action, "later", "Is it done later?", action::later).yes(end(202)).no(to("creates")).may("RFC 9110 §15.3.3"),
        Node::new(Action, "creates", "Did it create something?", action::creates)
            .yes(end(201))
            .no(to("elsewhere"))
            .must("RFC 9110 §9.3.4")
            .about("for PUT; for POST it is a SHOULD (§9.3.3)"),
        Node::new(Action, "elsewhere", "Does the result stand elsewhere?", action::elsewhere)
            .yes(end(303))
            .no(to("parts"))
            .may("RFC 9110 §15.4.4"),
        Node::new(Action, "parts", "Did only parts of it succeed?", action::in_parts).yes(end(207)).no(to("says")).may("RFC 4918 §13"),
        Node::new(Action, "says", "Is there something to say?", action::says_something)
            .yes(end(200))
            .no(to("resets"))
            .convention("RFC 9110 §15.3.1"),
        Node::new(Action, "resets", "Is the client to empty its form?", action::resets).yes(end(205)).no(end(204)).may("RFC 9110 §15.3.6"),
        Node::new(Range, "delta", "Will a delta do?", ranges::delta_usable).yes(end(226)).no(to("range")).may("RFC 3229 §10.4.1"),
        Node::new(Range, "range", "Is it GET with a usable Range?", ranges::range_usable)
            .yes(to("has-if-range"))
            .no(end(200))
            .may("RFC 9110 §14.2"),
        Node::new(Range, "has-if-range", "Is there If-Range?", ranges::has_if_range)
            .yes(to("if-range"))
            .no(to("satisfiable"))
            .must("RFC 9110 §13.2.2"),
        Node::new(Range, "if-range", "Is it still the same representation?", ranges::if_range_holds)
            .yes(to("satisfiable"))
            .no(end(200))
            .must("RFC 9110 §13.1.5"),
        Node::new(Range, "satisfiable", "Is any of the range there?", ranges::satisfiable)
            .yes(end(206))
            .no(end(416))
            .should("RFC 9110 §15.5.17"),
    ]
}
