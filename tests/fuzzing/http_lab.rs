//! Any request in any world: the lab plays it, and every response on its way to the client is one.
//!
//! The bytes up to the first NUL are the request as it was typed, those up to the next are an address that sets up world, client
//! and rules, and the rest is a world as JSON, for values that no address is written with.

use field_guide::http::message::Response;
use field_guide::http::sequence::Message;
use field_guide::http::state::World;
use field_guide::http::{status, syntax};
use field_guide::labs::http_status::record;
use field_guide::labs::http_status::run::{Trace, run};
use field_guide::labs::http_status::scenario::{LONGEST_REQUEST, Scenario};
use field_guide::sim::Nanos;

pub fn check(bytes: &[u8]) {
    let mut parts = bytes.splitn(3, |byte| *byte == 0).map(String::from_utf8_lossy);
    let (request, address, world) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next());
    let (mut scenario, _) = Scenario::from_address(&address);
    if !request.is_empty() && request.len() <= LONGEST_REQUEST {
        scenario.request = request.into_owned();
    }
    if let Some(world) = world.and_then(|text| serde_json::from_str::<World>(&text).ok()) {
        scenario.world = world;
    }
    holds(&run(&scenario));
}

/// What holds for whatever was played.
pub fn holds(trace: &Trace) {
    for run in &trace.runs {
        assert!(run.beats.windows(2).all(|pair| pair[0].at <= pair[1].at), "the transport runs forward");
        for event in &run.sequence.events {
            if let Message::Interim(response) | Message::Response(response) = &event.message {
                valid(response);
            }
        }
        for visit in &run.visits {
            assert!(visit.path().iter().all(|step| !step.reason.is_empty()), "every question has a reason");
        }
        for at in [Nanos::ZERO, Nanos(trace.end.0 / 2), trace.end] {
            let now = run.now(at);
            assert!(now.events <= run.sequence.events.len() && now.beats <= run.beats.len());
        }
        let _ = (record::har(run, &trace.scenario.scheme), record::hurl(run, "http"), record::curl(run, "http"));
    }
    let _ = (record::csv(trace), record::json(trace));
}

fn valid(response: &Response) {
    assert!(status::find(response.status).is_some_and(|status| !status.is_reserved()), "{}", response.status);
    assert!(response.fields.iter().all(|(name, _)| syntax::is_token(name)), "{}", response.text());
    if !status::may_have_content(response.status) {
        assert!(response.body.is_empty(), "{}", response.text());
    }
}
