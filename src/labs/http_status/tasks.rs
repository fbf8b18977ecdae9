//! Things to try: each ticks off when the run shows it, up to the moment the reader has reached.

#[cfg(test)]
mod tests;

use super::run::{Run, Trace};
use super::scenario::Client;
use crate::http::message::{Request, Response, Version};
use crate::http::profiles::Profile;
use crate::http::sequence::{Event, Lane, Message};
use crate::http::state::{Forbidden, Retry};
use crate::labs::frame;
use crate::sim::Nanos;

/// A task with the test that it is done.
pub type Task = frame::Task<Trace>;

/// What a run has shown by then.
fn shown_of(run: &Run, at: Nanos) -> &[Event] {
    run.sequence.events.get(..run.now(at).events).unwrap_or_default()
}

/// The same of the run that the picture shows first.
fn shown(trace: &Trace, at: Nanos) -> &[Event] {
    shown_of(trace.first(), at)
}

/// Whether nothing is left to be shown.
fn over(trace: &Trace, at: Nanos) -> bool {
    trace.runs.iter().all(|run| shown_of(run, at).len() == run.sequence.events.len())
}

/// What has reached the client by then, interim responses too.
fn received(trace: &Trace, at: Nanos) -> impl Iterator<Item = &Response> {
    shown(trace, at).iter().filter(|event| event.to == Lane::Client).filter_map(|event| match &event.message {
        Message::Interim(response) | Message::Response(response) => Some(response),
        _ => None,
    })
}

fn statuses(trace: &Trace, at: Nanos) -> Vec<u16> {
    received(trace, at).map(|response| response.status).collect()
}

/// Whether these have reached the client by then, and no others.
fn is_told(trace: &Trace, at: Nanos, wanted: &[u16]) -> bool {
    statuses(trace, at) == wanted
}

/// The requests that one has sent the other by then, with their addresses.
fn asked(trace: &Trace, at: Nanos, from: Lane, to: Lane) -> impl Iterator<Item = (&str, &Request)> {
    shown(trace, at).iter().filter(move |event| event.from == from && event.to == to).filter_map(|event| match &event.message {
        Message::Request { url, request } => Some((url.as_str(), request)),
        _ => None,
    })
}

/// Whether the client has sent content that it had held back.
fn content_follows(trace: &Trace, at: Nanos) -> bool {
    shown(trace, at).iter().any(|event| event.from == Lane::Client && matches!(event.message, Message::Content(_)))
}

/// The request as the reader wrote it.
fn request(trace: &Trace) -> Option<&Request> {
    trace.first().request.as_ref().ok()
}

fn uses(trace: &Trace, method: &str) -> bool {
    request(trace).is_some_and(|request| request.method == method)
}

/// The value of a field of the reader's request.
fn field(trace: &Trace, name: &str) -> Option<String> {
    request(trace)?.fields.joined(name)
}

fn says(trace: &Trace, name: &str, part: &str) -> bool {
    field(trace, name).is_some_and(|value| value.contains(part))
}

/// Whether something is at the target.
fn exists(trace: &Trace) -> bool {
    trace.scenario.world.resource.exists()
}

/// The entity tag of what is there.
fn tag(trace: &Trace) -> Option<&str> {
    trace.scenario.world.resource.representations.first()?.etag.as_deref()
}

pub const CURRENT_TAG: Task = Task {
    text: "Make it go through: name the version that is there now in If-Match",
    done: |trace, at| uses(trace, "PUT") && is_told(trace, at, &[204]) && tag(trace) == Some("\"v2\"") && says(trace, "If-Match", "\"v2\""),
};

pub const OVERWRITTEN_BLINDLY: Task = Task {
    text: "Take If-Match away: 204, and the other’s work is gone without a word",
    done: |trace, at| uses(trace, "PUT") && exists(trace) && is_told(trace, at, &[204]) && field(trace, "If-Match").is_none(),
};

pub const CONDITION_DEMANDED: Task = Task {
    text: "Protect the article from that: under “Change the server…” demand a condition for every change, and see what a PUT without one gets",
    done: |trace, at| uses(trace, "PUT") && is_told(trace, at, &[428]),
};

pub const ADMITTED: Task = Task {
    text: "Let the server admit it: under “Change the server…” forbid it to this client instead of hiding it",
    done: |trace, at| exists(trace) && is_told(trace, at, &[403]),
};

pub const HONEST_404: Task = Task {
    text: "Make it an honest 404: allow it to this client, and have nothing there. Does the answer look any different?",
    done: |trace, at| is_told(trace, at, &[404]) && !exists(trace) && trace.scenario.world.server.forbidden == Forbidden::No,
};

pub const WRONG_PASSWORD: Task = Task {
    text: "Type another Password for the client: the second answer is 401 again, and nobody learns whether it would be a 403",
    done: |trace, at| is_told(trace, at, &[401, 401]) && trace.scenario.world.server.forbidden == Forbidden::Deny,
};

pub const LET_IN: Task = Task {
    text: "Let this client do it after all, under “This client”: 401, and then 200",
    done: |trace, at| is_told(trace, at, &[401, 200]),
};

pub const POST_ARRIVES: Task = Task {
    text: "Write 308 instead of 301 under “Other addresses”: the POST arrives as it was sent, and creates something",
    done: |trace, at| uses(trace, "POST") && is_told(trace, at, &[308, 201]),
};

pub const PUT_SURVIVES: Task = Task {
    text: "Keep the 301 and choose another Method: find one that arrives with its content",
    done: |trace, at| {
        statuses(trace, at).first() == Some(&301)
            && asked(trace, at, Lane::Client, Lane::Origin).nth(1).is_some_and(|(_, request)| !request.body.is_empty())
    },
};

pub const FOR_GOOD: Task = Task {
    text: "Under “Other addresses”, make it move for good and keep the method",
    done: |trace, at| uses(trace, "POST") && is_told(trace, at, &[308, 201]),
};

pub const OLD_HABIT: Task = Task {
    text: "Have the old address say 302 instead, and see what becomes of the order",
    done: |trace, at| uses(trace, "POST") && is_told(trace, at, &[302, 200]),
};

/// Whether it led the client somewhere at least twice, past a server with a guard.
fn led_twice(trace: &Trace, at: Nanos) -> bool {
    trace.scenario.world.server.guard.is_some() && statuses(trace, at).iter().filter(|status| matches!(**status, 301..=308)).count() >= 2
}

pub const KEY_STAYS: Task = Task {
    text: "Under “Other addresses”, let the second lead to a place at https://example.org: the key stays with the request, and the answer is 200",
    done: |trace, at| led_twice(trace, at) && statuses(trace, at).last() == Some(&200) && field(trace, "Authorization").is_some(),
};

pub const OTHER_SCHEME: Task = Task {
    text: "Let it lead to http://example.org instead: the same host, but is it the same origin?",
    done: |trace, at| {
        let mut requests = asked(trace, at, Lane::Client, Lane::Origin);
        let left_behind = requests.any(|(url, request)| url.starts_with("http://") && !request.fields.contains("Authorization"));
        led_twice(trace, at) && left_behind && statuses(trace, at).last() == Some(&401)
    },
};

pub const ROUND_IN_CIRCLES: Task = Task {
    text: "Let the second address lead back to the first, and run until the browser gives up",
    done: |trace, at| {
        let gives_up = shown(trace, at).last().is_some_and(|event| matches!(event.message, Message::NetworkError(_)));
        gives_up && statuses(trace, at).len() > 20
    },
};

/// Seconds, of a response that a cache gave.
fn age(response: &Response) -> u64 {
    response.fields.get("Age").and_then(|age| age.parse().ok()).unwrap_or(0)
}

pub const STALE_AT_ONCE: Task = Task {
    text: "Under “Cache-Control” write max-age=60, stale-while-revalidate=60: at 90 s the stale answer comes at once, and the cache asks the origin behind the client’s back",
    done: |trace, at| {
        received(trace, at).any(|response| {
            let offered = response.fields.joined("Cache-Control").is_some_and(|value| value.contains("stale-while-revalidate"));
            offered && response.status == 200 && age(response) > 60
        })
    },
};

pub const CACHE_OR_NOTHING: Task = Task {
    text: "“Ask with only-if-cached” at a moment when nothing fresh is stored: the cache says 504, and the origin hears nothing of it",
    done: |trace, at| {
        let wished = asked(trace, at, Lane::Client, Lane::Cache)
            .any(|(_, request)| request.fields.joined("Cache-Control").is_some_and(|value| value.contains("only-if-cached")));
        wished && statuses(trace, at).contains(&504)
    },
};

pub const FAVOURITE: Task = Task {
    text: "Switch “Insists on its favourite” on: French only is what the client wants, and English is what it gets",
    done: |trace, at| {
        says(trace, "Accept-Language", "fr")
            && received(trace, at).any(|response| response.status == 200 && response.fields.get("Content-Language") == Some("en"))
            && trace.scenario.world.resource.insists
    },
};

pub const GERMAN_FIRST: Task = Task {
    text: "Let the client accept English too, but rather German: Accept-Language with a weight, such as “de, en;q=0.5”",
    done: |trace, at| {
        says(trace, "Accept-Language", "en")
            && received(trace, at).any(|response| response.status == 200 && response.fields.get("Content-Language") == Some("de"))
    },
};

pub const BROKEN_TWICE: Task = Task {
    text: "Let “Breaks after” say 40, 20: the connection closes once more, and two parts complete the file",
    done: |trace, at| over(trace, at) && is_told(trace, at, &[200, 206, 206]),
};

pub const WEAK_IS_NOT_ENOUGH: Task = Task {
    text: "Under “ETag” make the tag weak, W/\"v1\": nothing makes sure that the rest fits, and the client begins again",
    done: |trace, at| is_told(trace, at, &[200, 200]) && tag(trace).is_some_and(|tag| tag.starts_with("W/")),
};

pub const UNGUARDED_PART: Task = Task {
    text: "Take If-Range away: 206, and the client would put parts of two versions together",
    done: |trace, at| is_told(trace, at, &[206]) && field(trace, "If-Range").is_none(),
};

pub const GUARDED_PART: Task = Task {
    text: "Name the current version in If-Range: 206, and this time it fits",
    done: |trace, at| is_told(trace, at, &[206]) && field(trace, "If-Range").is_some(),
};

pub const BEHIND_THE_END: Task = Task {
    text: "Ask for bytes behind the end, and find out from the answer how long the file is",
    done: |trace, at| is_told(trace, at, &[416]),
};

/// The upstream servers of the pool: how many.
fn pool(trace: &Trace) -> usize {
    match &trace.scenario.client {
        Client::Pool { upstreams, .. } => upstreams.len(),
        _ => 0,
    }
}

pub const DOWN_AT_LAST: Task = Task {
    text: "Put the same three under “Upstream servers” in an order that ends with 503",
    done: |trace, at| pool(trace) >= 3 && is_told(trace, at, &[503]),
};

pub const GARBLED_AT_LAST: Task = Task {
    text: "Put them in an order in which GET ends with 502",
    done: |trace, at| uses(trace, "GET") && pool(trace) >= 3 && is_told(trace, at, &[502]),
};

pub const NOT_TWICE: Task = Task {
    text: "Choose POST as the Method: after the first server the proxy must not try another",
    done: |trace, at| {
        uses(trace, "POST")
            && pool(trace) >= 2
            && asked(trace, at, Lane::Proxy, Lane::Origin).count() == 1
            && statuses(trace, at).last().is_some_and(|status| matches!(status, 502 | 504))
    },
};

/// Whether the last that reached the client is this, after so many refusals.
fn after_refusals(trace: &Trace, at: Nanos, refusal: u16, least: usize, last: u16) -> bool {
    let told = statuses(trace, at);
    told.iter().filter(|status| **status == refusal).count() >= least && told.last() == Some(&last)
}

pub const GUESSING: Task = Task {
    text: "Empty “Quiet until”, so that there is no Retry-After, and count the tries",
    done: |trace, at| trace.scenario.world.server.quiet == Retry::Unsaid && after_refusals(trace, at, 429, 2, 200),
};

pub const IMPATIENT: Task = Task {
    text: "Let the “Longest wait” be 3 seconds: the client gives up at once, as it is asked for five",
    done: |trace, at| {
        let too_long = match (&trace.scenario.client, trace.scenario.world.server.quiet) {
            (Client::Patient { longest_s, .. }, Retry::After(seconds)) => u64::from(seconds) > *longest_s,
            _ => false,
        };
        too_long && over(trace, at) && is_told(trace, at, &[429])
    },
};

pub const TOO_EARLY: Task = Task {
    text: "Promise too much: let “Back again” say 30. The client comes too early twice",
    done: |trace, at| after_refusals(trace, at, 503, 3, 204),
};

pub const POST_STOPS: Task = Task {
    text: "Choose POST as the Method: the client does not dare to send it again",
    done: |trace, at| uses(trace, "POST") && over(trace, at) && is_told(trace, at, &[503]),
};

pub const TAKEN: Task = Task {
    text: "Let somebody have been quicker: switch “Something is there” on. The same request gets 412",
    done: |trace, at| uses(trace, "PUT") && exists(trace) && is_told(trace, at, &[412]) && says(trace, "If-None-Match", "*"),
};

pub const REPLACED: Task = Task {
    text: "Leave If-None-Match out while something is there: 204, and what was there is gone",
    done: |trace, at| uses(trace, "PUT") && exists(trace) && is_told(trace, at, &[204]) && field(trace, "If-None-Match").is_none(),
};

pub const GO_AHEAD: Task = Task {
    text: "With “Try a change…”, send Authorization: Basic cmVhZGVyOmJvb2s= along: 100, and the content follows",
    done: |trace, at| content_follows(trace, at) && statuses(trace, at).first() == Some(&100) && field(trace, "Authorization").is_some(),
};

pub const LOST_ON_THE_WAY: Task = Task {
    text: "With that field there, switch “No interim answer gets through” on: the client waits for a second and sends its content all the same",
    done: |trace, at| {
        let told = statuses(trace, at);
        content_follows(trace, at) && !told.contains(&100) && told.last().is_some_and(|status| (200..300).contains(status))
    },
};

pub const TWO_HINTS: Task = Task {
    text: "Give the server a second link under “Early hints”, and see the client fetch both",
    done: |trace, at| asked(trace, at, Lane::Client, Lane::Origin).count() >= 3 && statuses(trace, at).contains(&103),
};

pub const OLD_CLIENT: Task = Task {
    text: "Say HTTP/1.0 in the request line: no hint comes, since interim responses are newer than that",
    done: |trace, at| {
        request(trace).is_some_and(|request| request.version == Version::Http10)
            && !trace.scenario.world.server.hints.is_empty()
            && is_told(trace, at, &[200])
    },
};

pub const RIGHT_NAME: Task = Task {
    text: "Ask for www.example.org in the raw request: that is what this connection is for",
    done: |trace, at| !trace.scenario.world.server.hosts.is_empty() && is_told(trace, at, &[200]),
};

pub const POST_AGAIN: Task = Task {
    text: "Choose POST as the Method: after a 421 even that is sent again",
    done: |trace, at| uses(trace, "POST") && is_told(trace, at, &[421, 201]),
};

/// The statuses of two servers side by side, if both have been shown and nothing is at the target.
fn side_by_side(trace: &Trace, at: Nanos) -> Option<(u16, u16)> {
    let [one, other] = trace.runs.as_slice() else { return None };
    let fits = over(trace, at) && !exists(trace) && one.profile != other.profile && field(trace, "If-Match").is_some();
    fits.then(|| one.status().zip(other.status())).flatten()
}

pub const LIKE_MINDED: Task = Task {
    text: "Choose another server under “Beside” that says the same as RFC 9110 here",
    done: |trace, at| side_by_side(trace, at).is_some_and(|(one, other)| one == other),
};

pub const STAR_DIVIDES: Task = Task {
    text: "Put liberator beside RFC 9110, and find a value of If-Match over which those two part",
    done: |trace, at| {
        let liberator = trace.runs.get(1).is_some_and(|run| run.profile == Profile::Liberator);
        liberator && side_by_side(trace, at).is_some_and(|(one, other)| one != other)
    },
};

pub const READ_INSTEAD: Task = Task {
    text: "Make it a GET, with the same tag in If-None-Match instead of If-Match",
    done: |trace, at| uses(trace, "GET") && is_told(trace, at, &[304]) && tag(trace).is_some_and(|tag| tag.starts_with("W/")),
};

pub const STRONG_ON_BOTH_SIDES: Task = Task {
    text: "Drop the W/ on both sides: in If-Match and in the server’s ETag",
    done: |trace, at| {
        is_told(trace, at, &[204]) && field(trace, "If-Match").is_some() && tag(trace).is_some_and(|tag| tag.starts_with('"'))
    },
};

pub const LENIENT_SERVER: Task = Task {
    text: "Leave both tags weak and choose other rules: find the server that does not mind",
    done: |trace, at| is_told(trace, at, &[204]) && says(trace, "If-Match", "W/") && tag(trace).is_some_and(|tag| tag.starts_with("W/")),
};
