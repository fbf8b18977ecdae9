//! nginx 1.22 with static files: the phases in their order, `ngx_http_static_handler`, and the two filters that matter,
//! `ngx_http_not_modified_filter_module.c` and `ngx_http_range_filter_module.c`.
//!
//! Maintenance, moved and gone stand for `return` in the rewrite phase, so they come before access is checked. Every
//! answer here was seen from nginx 1.22.1 on loopback.

use super::nginx_scan::{Parsed, date as scan_date, in_list, parse_ranges};
use crate::http::date;
use crate::http::graph::Station::{Action, Content, Limits, Message, Method, Preconditions, Range, Resource, Service, Who};
use crate::http::graph::{Graph, Node, end, to};
use crate::http::questions::{Answer, Exchange, brief, conditions, content, message, ranges, resource, who};

const REQUEST: &str = "ngx_http_request.c, ngx_http_process_request_header()";
const STATIC: &str = "ngx_http_static_module.c, ngx_http_static_handler()";
const FILTER: &str = "ngx_http_not_modified_filter_module.c, ngx_http_not_modified_header_filter()";
const RANGES: &str = "ngx_http_range_filter_module.c, ngx_http_range_header_filter()";

pub fn graph() -> Graph {
    let mut nodes = request_and_phases();
    nodes.extend(file_and_filters());
    Graph::new(nodes)
        .differs("Header fields that are too large give 400, not 431.", "ngx_http_request.c, NGX_HTTP_REQUEST_HEADER_TOO_LARGE")
        .differs("A repeated If-Match, If-None-Match, date or length is 400.", "ngx_http_process_unique_header_line()")
        .differs(
            "Content that is too large is refused before anything else about the target, whatever the method.",
            "ngx_http_core_find_config_phase()",
        )
        .differs(
            "A redirect that `return` configures comes before access is checked, whether or not the file exists.",
            "ngx_http_rewrite_handler()",
        )
        .differs("Too many requests give 503 by default, not 429.", "limit_req_status")
        .differs("`deny` comes before passwords: 403 rather than 401.", "ngx_http_access_handler()")
        .differs("PUT, DELETE and even OPTIONS are 405 without Allow; so is POST, but only where a file is.", "ngx_http_static_handler()")
        .differs("Nothing is negotiated: Accept is not looked at.", "ngx_http_static_handler()")
        .differs("If-Match and If-Unmodified-Since both have to hold.", "ngx_http_not_modified_header_filter()")
        .differs("An If-Unmodified-Since that is no date counts as long ago: 412.", "ngx_http_test_if_unmodified()")
        .differs("If-None-Match and If-Modified-Since both have to say unmodified.", "ngx_http_not_modified_header_filter()")
        .differs("If-Modified-Since has to be exactly Last-Modified; a later date gives 200.", "if_modified_since exact")
        .differs("Range is honoured for HEAD too.", "ngx_http_range_header_filter()")
        .differs("A Range of bytes that cannot be read is 416, not ignored.", "ngx_http_range_parse()")
        .differs("Ranges that add up to more than the file are ignored.", "ngx_http_range_parse()")
}

fn request_and_phases() -> Vec<Node> {
    vec![
        Node::new(Message, "version", "Is it HTTP/1?", version_one)
            .yes(to("target"))
            .no(end(505))
            .convention("ngx_http_parse.c, ngx_http_parse_request_line()"),
        Node::new(Message, "target", "Is the request line short enough?", message::target_short)
            .yes(to("fields"))
            .no(end(414))
            .convention("ngx_http_request.c, ngx_http_process_request_line()"),
        Node::new(Message, "fields", "Are the header fields small enough?", message::fields_short)
            .yes(to("once"))
            .no(end(400))
            .convention("ngx_http_request.c, ngx_http_process_request_headers()"),
        Node::new(Message, "once", "Does every field stand once that must not be repeated?", no_repetition)
            .yes(to("host"))
            .no(end(400))
            .convention("ngx_http_request.c, ngx_http_process_unique_header_line()"),
        Node::new(Message, "host", "Is there one valid Host?", message::host_valid).yes(to("transfer")).no(end(400)).convention(REQUEST),
        Node::new(Message, "transfer", "Is the transfer coding known?", message::transfer_known)
            .yes(to("formed"))
            .no(end(501))
            .convention(REQUEST),
        Node::new(Message, "formed", "Is the length well formed?", message::well_formed).yes(to("trace")).no(end(400)).convention(REQUEST),
        Node::new(Method, "trace", "Is it TRACE or CONNECT?", trace_or_connect).yes(end(405)).no(to("size")).convention(REQUEST),
        Node::new(Content, "size", "Is the content small enough?", content::small_enough)
            .yes(to("available"))
            .no(end(413))
            .convention("ngx_http_core_module.c, ngx_http_core_find_config_phase()"),
        Node::new(Service, "available", "Is the service available?", message::available)
            .yes(to("moved"))
            .no(end(503))
            .convention("ngx_http_rewrite_module.c, return 503"),
        Node::new(Resource, "moved", "Does `return` send it elsewhere?", redirected)
            .yes(to("for-good"))
            .no(to("gone"))
            .convention("ngx_http_rewrite_module.c, return"),
        Node::new(Resource, "for-good", "For good?", resource::moved_for_good)
            .yes(to("keeps-for-good"))
            .no(to("keeps-for-now"))
            .convention("ngx_http_rewrite_module.c, return"),
        Node::new(Resource, "keeps-for-good", "Does the method stay?", resource::keeps_method)
            .yes(end(308))
            .no(end(301))
            .convention("ngx_http_rewrite_module.c, return"),
        Node::new(Resource, "keeps-for-now", "Does the method stay?", resource::keeps_method)
            .yes(end(307))
            .no(end(302))
            .convention("ngx_http_rewrite_module.c, return"),
        Node::new(Resource, "gone", "Does `return` say that it is gone?", resource::gone)
            .yes(end(410))
            .no(to("rate"))
            .convention("ngx_http_rewrite_module.c, return"),
        Node::new(Limits, "rate", "Is the client within its rate?", who::within_rate)
            .yes(to("permitted"))
            .no(end(503))
            .convention("ngx_http_limit_req_module.c, ngx_http_limit_req_handler()"),
        Node::new(Who, "permitted", "Is the client let in?", who::allowed)
            .yes(to("authenticated"))
            .no(end(403))
            .convention("ngx_http_access_module.c, ngx_http_access_handler()"),
        Node::new(Who, "authenticated", "Is the password right?", who::authenticated)
            .yes(to("allowed"))
            .no(end(401))
            .convention("ngx_http_auth_basic_module.c, ngx_http_auth_basic_handler()"),
        Node::new(Method, "allowed", "Is it GET, HEAD or POST?", get_head_or_post).yes(to("exists")).no(end(405)).convention(STATIC),
    ]
}

fn file_and_filters() -> Vec<Node> {
    vec![
        Node::new(Resource, "exists", "Is there a file?", resource::exists).yes(to("reads")).no(end(404)).convention(STATIC),
        Node::new(Resource, "reads", "Is it GET or HEAD?", conditions::reads).yes(to("continue")).no(end(405)).convention(STATIC),
        Node::new(Action, "continue", "Does the client expect a 100?", expects_continue)
            .sends(100, to("has-unmodified"))
            .convention("ngx_http_request_body.c, ngx_http_test_expect()"),
        Node::new(Preconditions, "has-unmodified", "Is there If-Unmodified-Since?", has_unmodified)
            .yes(to("unmodified"))
            .no(to("has-if-match"))
            .convention(FILTER),
        Node::new(Preconditions, "unmodified", "Is the file no newer?", unmodified)
            .yes(to("has-if-match"))
            .no(end(412))
            .convention("ngx_http_not_modified_filter_module.c, ngx_http_test_if_unmodified()"),
        Node::new(Preconditions, "has-if-match", "Is there If-Match?", conditions::has_if_match)
            .yes(to("if-match"))
            .no(to("has-modified"))
            .convention(FILTER),
        Node::new(Preconditions, "if-match", "Is the entity tag in it?", if_match)
            .yes(to("has-modified"))
            .no(end(412))
            .convention("ngx_http_not_modified_filter_module.c, ngx_http_test_if_match()"),
        Node::new(Preconditions, "has-modified", "Is there If-Modified-Since?", has_modified)
            .yes(to("same-date"))
            .no(to("has-none-match"))
            .convention(FILTER),
        Node::new(Preconditions, "same-date", "Is it exactly Last-Modified?", same_date)
            .yes(to("has-none-match-too"))
            .no(to("range"))
            .convention("ngx_http_not_modified_filter_module.c, ngx_http_test_if_modified()"),
        Node::new(Preconditions, "has-none-match-too", "Is there If-None-Match too?", conditions::has_if_none_match)
            .yes(to("none-match"))
            .no(end(304))
            .convention(FILTER),
        Node::new(Preconditions, "has-none-match", "Is there If-None-Match?", conditions::has_if_none_match)
            .yes(to("none-match"))
            .no(to("range"))
            .convention(FILTER),
        Node::new(Preconditions, "none-match", "Is the entity tag in none of it?", none_match)
            .yes(to("range"))
            .no(end(304))
            .convention("ngx_http_not_modified_filter_module.c, ngx_http_test_if_match()"),
        Node::new(Range, "range", "Does Range begin with bytes=?", range_of_bytes).yes(to("has-if-range")).no(end(200)).convention(RANGES),
        Node::new(Range, "has-if-range", "Is there If-Range?", ranges::has_if_range)
            .yes(to("if-range"))
            .no(to("satisfiable"))
            .convention(RANGES),
        Node::new(Range, "if-range", "Is it the entity tag or the date?", if_range).yes(to("satisfiable")).no(end(200)).convention(RANGES),
        Node::new(Range, "satisfiable", "Can it be read, and is any of it there?", not_unsatisfiable)
            .yes(to("worth"))
            .no(end(416))
            .convention("ngx_http_range_filter_module.c, ngx_http_range_parse()"),
        Node::new(Range, "worth", "Is it less than the whole?", worth_it)
            .yes(end(206))
            .no(end(200))
            .convention("ngx_http_range_filter_module.c, ngx_http_range_parse()"),
    ]
}

fn version_one(x: &Exchange) -> Answer {
    Answer { yes: x.request.version.numbers().0 == 1, reason: format!("The request says {}.", x.request.version) }
}

fn no_repetition(x: &Exchange) -> Answer {
    const UNIQUE: [&str; 10] = [
        "Host",
        "Content-Length",
        "Transfer-Encoding",
        "Expect",
        "Authorization",
        "If-Match",
        "If-None-Match",
        "If-Modified-Since",
        "If-Unmodified-Since",
        "If-Range",
    ];
    match UNIQUE.into_iter().find(|name| x.request.fields.all(name).nth(1).is_some()) {
        Some(name) => Answer::no(format!("{name} stands more than once.")),
        None => Answer::yes("No such field is repeated."),
    }
}

fn trace_or_connect(x: &Exchange) -> Answer {
    Answer { yes: x.is("TRACE") || x.is("CONNECT"), reason: format!("The method is {}.", brief(x.method())) }
}

/// `return 305` does not exist.
fn redirected(x: &Exchange) -> Answer {
    let by_return = resource::moved_for_good(x).yes || resource::moved_for_now(x).yes;
    Answer { yes: by_return, ..resource::moved(x) }
}

fn get_head_or_post(x: &Exchange) -> Answer {
    Answer { yes: x.reads() || x.is("POST"), reason: format!("The method is {}.", brief(x.method())) }
}

/// Even without content to wait for.
fn expects_continue(x: &Exchange) -> Answer {
    let expects = x.request.fields.get("Expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue"));
    let speaks = x.request.version.has_1_1();
    Answer::of(expects && speaks, "The client expects a 100.", "The client expects no 100.")
}

fn has_unmodified(x: &Exchange) -> Answer {
    Answer::of(x.has("If-Unmodified-Since"), "There is If-Unmodified-Since.", "There is no If-Unmodified-Since.")
}

fn has_modified(x: &Exchange) -> Answer {
    Answer::of(x.has("If-Modified-Since"), "There is If-Modified-Since.", "There is no If-Modified-Since.")
}

/// Every file has a date; without one nothing is ever unmodified, as the filter says.
fn unmodified(x: &Exchange) -> Answer {
    let value = x.request.fields.get("If-Unmodified-Since").unwrap_or_default();
    let Some(own) = x.last_modified() else {
        return Answer::no("There is no modification date.");
    };
    let modified = i64::try_from(own).unwrap_or(i64::MAX);
    match scan_date(value) {
        None => Answer::no(format!("`{}` is no date, which counts as one before all others.", brief(value))),
        Some(given) => {
            let yes = modified <= given;
            let verb = if yes { "is not later than" } else { "is later than" };
            Answer { yes, reason: format!("Last-Modified, {}, {verb} `{}`.", date::format(own), brief(value)) }
        }
    }
}

/// Whether nginx reads the very second of the file out of it.
fn is_last_modified(x: &Exchange, value: &str) -> bool {
    let read = scan_date(value).and_then(|seconds| u64::try_from(seconds).ok());
    read.is_some() && read == x.last_modified()
}

/// `if_modified_since exact`, the default.
fn same_date(x: &Exchange) -> Answer {
    let value = x.request.fields.get("If-Modified-Since").unwrap_or_default();
    let same = is_last_modified(x, value);
    let own = x.last_modified().map(date::format).unwrap_or_default();
    let verb = if same { "is" } else { "is not" };
    Answer { yes: same, reason: format!("`{}` {verb} exactly Last-Modified, {own}.", brief(value)) }
}

fn tag_in(x: &Exchange, field: &str, weak: bool) -> Answer {
    let list = x.request.fields.get(field).unwrap_or_default();
    let found = in_list(list, x.etag(), weak);
    let verb = if found { "is" } else { "is not" };
    let own = x.etag().unwrap_or("nothing");
    Answer { yes: found, reason: format!("The entity tag, `{}`, {verb} in `{}`.", brief(own), brief(list)) }
}

fn if_match(x: &Exchange) -> Answer {
    tag_in(x, "If-Match", false)
}

fn none_match(x: &Exchange) -> Answer {
    tag_in(x, "If-None-Match", true).opposite()
}

fn range_of_bytes(x: &Exchange) -> Answer {
    let Some(value) = x.request.fields.get("Range") else {
        return Answer::no("There is no Range.");
    };
    let begins = value.len() >= 7 && value.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("bytes="));
    let yes = begins && x.world.resource.ranges;
    let verb = if begins { "begins" } else { "does not begin" };
    Answer { yes, reason: format!("`{}` {verb} with bytes= and something behind it.", brief(value)) }
}

/// A tag is compared byte by byte, weak or not; a date has to be the very same.
fn if_range(x: &Exchange) -> Answer {
    let value = x.request.fields.get("If-Range").unwrap_or_default();
    let same = if value.len() >= 2 && value.ends_with('"') { x.etag() == Some(value) } else { is_last_modified(x, value) };
    let verb = if same { "is" } else { "is neither" };
    Answer { yes: same, reason: format!("`{}` {verb} the entity tag or the date of the file.", brief(value)) }
}

fn parsed(x: &Exchange) -> (Parsed, u64) {
    let length = x.selected().map_or(0, |own| own.length());
    let set = x.request.fields.get("Range").and_then(|value| value.get(6..)).unwrap_or_default();
    (parse_ranges(set, length), length)
}

fn not_unsatisfiable(x: &Exchange) -> Answer {
    let (parsed, length) = parsed(x);
    let value = x.request.fields.get("Range").unwrap_or_default();
    let yes = parsed != Parsed::Unsatisfiable;
    let verb = if yes { "can be read and touches" } else { "cannot be read, or touches none of" };
    Answer { yes, reason: format!("`{}` {verb} the {length} bytes that there are.", brief(value)) }
}

fn worth_it(x: &Exchange) -> Answer {
    let (parsed, length) = parsed(x);
    Answer::of(
        matches!(parsed, Parsed::Ranges(_)),
        &format!("The ranges together are no longer than the {length} bytes of the file."),
        &format!("The ranges together are longer than the {length} bytes of the file, or the file is empty."),
    )
}

/// First and last byte of each range that is sent.
pub fn satisfiable_ranges(x: &Exchange) -> Vec<(u64, u64)> {
    match parsed(x).0 {
        Parsed::Ranges(ranges) => ranges,
        _ => Vec::new(),
    }
}
