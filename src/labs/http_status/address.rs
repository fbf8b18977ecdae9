//! A scenario as an address and back: `preset=lost-update&rules=rfc9110,nginx&request=GET+/&rep.0.etag="v2"&do=5s:save&at=2s`.
//!
//! Only what differs from the preset is written. The world is written path by path, as its JSON has them: `server.limited=true`.
//! A path that holds a text, or nothing, takes its value as it stands; `!` before it makes it JSON (`!null`, `!{}`).

use serde_json::Value;

use super::presets::{self, Preset};
use super::scenario::{Client, LONGEST_REQUEST, MOST_ACTS, MOST_ROUTES, Scenario};
use super::statuses;
use super::words::{expand, read_act, shorten, write_act};
use crate::address::{Note, Query, read_span, write, write_span};
use crate::http::profiles::Profile;
use crate::http::state::{Front, Guard, Representation, Stored, World};

/// More representations than anybody compares.
const MOST_REPRESENTATIONS: usize = 8;

impl Scenario {
    /// Reads an address. What is not understood falls back to the preset, with a note.
    pub fn from_address(text: &str) -> (Scenario, Vec<Note>) {
        let (_, scenario, notes) = Self::from_address_with_preset(text);
        (scenario, notes)
    }

    /// The same, with the preset that the address starts from.
    pub fn from_address_with_preset(text: &str) -> (&'static Preset, Scenario, Vec<Note>) {
        let mut query = Query::parse(text);
        let preset = query.take_as("preset", "the name of a scenario or a status code", find).unwrap_or(presets::first());
        let mut scenario = preset.scenario();
        let of_rules = format!("one or two of {}", Profile::ALL.map(Profile::slug).join(", "));
        if let Some(rules) = query.take_as("rules", &of_rules, read_rules) {
            scenario.rules = rules;
        }
        let schemes = |text: &str| matches!(text, "http" | "https").then(|| text.to_owned());
        if let Some(scheme) = query.take_as("scheme", "http or https", schemes) {
            scenario.scheme = scheme;
        }
        if let Some(request) = query.take_as("request", "a request of at most 64 KB", |text| expand(text, LONGEST_REQUEST)) {
            scenario.request = request;
        }
        let read_client = |text: &str| serde_json::from_str::<Client>(text).ok().filter(fits);
        if let Some(client) = query.take_as("client", "what the client does, such as \"Browser\"", read_client) {
            scenario.client = client;
        }
        let read_routes = |text: &str| serde_json::from_str(text).ok().filter(|routes: &Vec<_>| routes.len() <= MOST_ROUTES);
        if let Some(routes) = query.take_as("routes", "a list of addresses that lead elsewhere", read_routes) {
            scenario.routes = routes;
        }
        if let Some(done) = query.take("do") {
            scenario.acts.clear();
            for part in done.split(';').filter(|part| !part.is_empty() && *part != "none") {
                match read_act(part) {
                    Some(_) if scenario.acts.len() >= MOST_ACTS => {
                        query.note(format!("The address has more than {MOST_ACTS} acts; the rest were left out."));
                        break;
                    }
                    Some(act) => scenario.acts.push(act),
                    None => query.note(format!("“{part}” in the address should be such as 5s:save or 60s:ask; it was left out.")),
                }
            }
        }
        scenario.at = query.take_as("at", "a moment of the transport, such as 2.5s", read_span);
        read_world(&mut query, &mut scenario.world);
        (preset, scenario, query.finish())
    }

    /// The shortest address from which `preset` gives this scenario back.
    pub fn to_address(&self, preset: &Preset) -> String {
        let base = preset.scenario();
        let mut parts: Vec<(String, String)> = Vec::new();
        let mut put = |key: &str, value: String| parts.push((key.to_owned(), value));
        if *preset != *presets::first() {
            put("preset", preset.slug.to_owned());
        }
        if self.rules != base.rules {
            put("rules", self.rules.iter().map(|rules| rules.slug()).collect::<Vec<_>>().join(","));
        }
        if self.scheme != base.scheme {
            put("scheme", self.scheme.clone());
        }
        if self.request != base.request {
            put("request", shorten(&self.request));
        }
        if self.client != base.client {
            put("client", serde_json::to_string(&self.client).unwrap_or_default());
        }
        if self.routes != base.routes {
            put("routes", serde_json::to_string(&self.routes).unwrap_or_default());
        }
        if self.acts != base.acts {
            let acts: Vec<String> = self.acts.iter().map(write_act).collect();
            put("do", if acts.is_empty() { "none".to_owned() } else { acts.join(";") });
        }
        if let (Ok(from), Ok(to)) = (serde_json::to_value(&base.world), serde_json::to_value(&self.world)) {
            differences("", &from, &to, &mut |path, value| put(&outside(path), value));
        }
        if let Some(at) = self.at {
            put("at", write_span(at));
        }
        write(&parts.iter().map(|(key, value)| (key.as_str(), value.clone())).collect::<Vec<_>>())
    }
}

/// A scenario that teaches one idea, or the one that ends in a status.
fn find(slug: &str) -> Option<&'static Preset> {
    presets::find(slug).or_else(|| statuses::find(slug))
}

fn read_rules(text: &str) -> Option<Vec<Profile>> {
    let rules = text.split(',').map(Profile::from_slug).collect::<Option<Vec<_>>>()?;
    matches!(rules.len(), 1 | 2).then_some(rules)
}

/// Bounds of what a client does: a run of hours would show no more.
fn fits(client: &Client) -> bool {
    match client {
        Client::Download { cuts } => cuts.len() <= 20,
        Client::Pool { upstreams, timeout_ms } => upstreams.len() <= 10 && *timeout_ms <= 3_600_000,
        Client::Patient { tries, longest_s, backoff_s, .. } => *tries <= 20 && *longest_s <= 31_536_000 && *backoff_s <= 86_400,
        Client::Upload { patience_ms, .. } => *patience_ms <= 3_600_000,
        // A name with a colon would be another name with another password (RFC 7617 §2).
        Client::Login { user, password } => user.len() + password.len() <= 200 && !user.contains(':'),
        Client::Once | Client::Browser | Client::Cache { .. } => true,
    }
}

/// Takes every path of the world out of the query. A path is tried on its own, so that one that does not fit takes no other
/// with it.
fn read_world(query: &mut Query, world: &mut World) {
    let Ok(mut value) = serde_json::to_value(&*world) else { return };
    for (key, text) in query.take_rest() {
        let path = inside(&key);
        let Some(changed) = with(&value, &path, &text) else {
            query.put_back(key, text);
            continue;
        };
        match serde_json::from_value::<World>(changed.clone()) {
            Ok(read) if read.resource.representations.len() <= MOST_REPRESENTATIONS => value = changed,
            Ok(_) => query.note(format!("A resource has at most {MOST_REPRESENTATIONS} representations here; “{key}” was left out.")),
            Err(_) => query.note(format!("“{key}” in the address has a value that does not fit there; it was left out.")),
        }
    }
    if let Ok(read) = serde_json::from_value(value) {
        *world = read;
    }
}

/// A copy of `value` with another value at a path; `None` if there is no such path.
fn with(value: &Value, path: &str, text: &str) -> Option<Value> {
    let mut changed = value.clone();
    let mut place = &mut changed;
    for part in path.split('.') {
        place = match place {
            Value::Object(map) => map.get_mut(part)?,
            Value::Array(list) => list.get_mut(part.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    let plain = matches!(place, Value::String(_) | Value::Null);
    let read = match text.strip_prefix('!') {
        Some(json) if plain => serde_json::from_str(json).unwrap_or_else(|_| Value::String(text.to_owned())),
        _ if plain => Value::String(text.to_owned()),
        // What does not fit is found out where the world is read.
        _ => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())),
    };
    *place = filled(path, read);
    Some(changed)
}

/// Calls `put` for every path at which `to` differs.
fn differences(path: &str, from: &Value, to: &Value, put: &mut impl FnMut(&str, String)) {
    let below = |part: &str| if path.is_empty() { part.to_owned() } else { format!("{path}.{part}") };
    match (from, to) {
        _ if from == to => {}
        (Value::Object(from), Value::Object(to)) if from.keys().eq(to.keys()) => {
            for (key, value) in to {
                differences(&below(key), from.get(key).unwrap_or(&Value::Null), value, put);
            }
        }
        (Value::Array(from), Value::Array(to)) if from.len() == to.len() && to.iter().any(Value::is_object) => {
            for (index, (from, to)) in from.iter().zip(to).enumerate() {
                differences(&below(&index.to_string()), from, to, put);
            }
        }
        (Value::Null, Value::Object(_)) if default(path).is_some() => {
            put(path, "!{}".to_owned());
            differences(path, &filled(path, Value::Object(serde_json::Map::new())), to, put);
        }
        (Value::String(_) | Value::Null, Value::String(text)) if !text.starts_with('!') => put(path, text.clone()),
        (Value::String(_) | Value::Null, other) => put(path, format!("!{other}")),
        (_, other) => put(path, other.to_string()),
    }
}

/// What stands at a path that holds nothing until the reader puts it there.
fn default(path: &str) -> Option<Value> {
    let value = match path {
        "front" => serde_json::to_value(Front::default()),
        "front.stored" => serde_json::to_value(Stored::default()),
        "server.guard" | "front.guard" => serde_json::to_value(Guard::default()),
        _ => return None,
    };
    value.ok()
}

/// An object with what it leaves out standing at its default; so are those of a list of representations.
fn filled(path: &str, value: Value) -> Value {
    let over = |base: Option<Value>, value: Value| match (base, value) {
        (Some(Value::Object(mut base)), Value::Object(own)) => {
            base.extend(own);
            Value::Object(base)
        }
        (_, value) => value,
    };
    match value {
        Value::Array(list) if path == "resource.representations" => {
            let base = serde_json::to_value(Representation::default()).ok();
            Value::Array(list.into_iter().map(|own| over(base.clone(), own)).collect())
        }
        other => over(default(path), other),
    }
}

/// Paths as the address has them: what is longest and most frequent is short.
fn outside(path: &str) -> String {
    path.replacen("resource.representations", "rep", 1)
}

fn inside(key: &str) -> String {
    match key.strip_prefix("rep") {
        Some(rest) if rest.is_empty() || rest.starts_with('.') => format!("resource.representations{rest}"),
        _ => key.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::{Action, Route};
    use super::super::statuses::STATUS_PRESETS;
    use super::*;
    use crate::http::edits::candidates;
    use crate::http::parse;
    use crate::http::state::{Move, NOON};
    use crate::labs::frame::Intervention;
    use crate::sim::Nanos;

    fn back(scenario: &Scenario, preset: &Preset) -> (String, Scenario, Vec<Note>) {
        let address = scenario.to_address(preset);
        let (read, notes) = Scenario::from_address(&address);
        (address, read, notes)
    }

    #[test]
    fn a_preset_is_its_name_and_the_first_is_nothing() {
        for preset in presets::PRESETS.iter().chain(STATUS_PRESETS) {
            let (address, read, notes) = back(&preset.scenario(), preset);
            let name = if *preset == *presets::first() { String::new() } else { format!("preset={}", preset.slug) };
            assert_eq!((address, read, notes), (name, preset.scenario(), Vec::new()));
        }
    }

    /// Whatever a small change makes of any preset, the address gives it back.
    #[test]
    fn every_change_comes_back() {
        for preset in presets::PRESETS {
            let scenario = preset.scenario();
            let Ok(request) = parse::request(super::super::run::wire(&scenario.request).as_bytes(), &scenario.limits()) else { continue };
            for edit in candidates(&request, &scenario.world) {
                let (mut request, mut changed) = (request.clone(), scenario.clone());
                edit.apply(&mut request, &mut changed.world);
                changed.request = request.text();
                let (address, read, notes) = back(&changed, preset);
                assert_eq!((&read, notes), (&changed, Vec::new()), "{}: {} ({address})", preset.slug, edit.what);
                assert!(address.len() < 2_000, "{}: {} bytes for “{}”", preset.slug, address.len(), edit.what);
            }
        }
    }

    #[test]
    fn everything_else_comes_back() {
        let mut scenario = presets::first().scenario();
        scenario.rules = vec![Profile::Nginx, Profile::Cowboy];
        scenario.scheme = "http".to_owned();
        scenario.request = "GET /ä HTTP/1.1\nHost: a\n\n⟪a*3⟫".to_owned();
        scenario.client = Client::Login { user: "a".to_owned(), password: "&=".to_owned() };
        scenario.routes = vec![Route { url: "https://a/".to_owned(), how: Move::Permanent, to: "/b".to_owned() }];
        let ask = Action::Ask("Cache-Control: no-cache;\nA: %".to_owned());
        scenario.acts =
            vec![Intervention { at: Nanos::from_millis(1_500), action: ask }, Intervention { at: Nanos(0), action: Action::Down }];
        scenario.at = Some(Nanos::from_millis(2_500));
        scenario.world.now = NOON + 1;
        scenario.world.front =
            Some(Front { stored: Some(Stored { max_age: 5, ..Stored::default() }), name: "!".to_owned(), ..Front::default() });
        scenario.world.server.guard = Some(Guard::default());
        scenario.world.server.hints = vec!["</a>; rel=preload".to_owned()];
        let mut other = Representation { etag: None, language: Some("fr".to_owned()), ..Representation::default() };
        other.last_modified = None;
        scenario.world.resource.representations.push(other);
        let (address, read, notes) = back(&scenario, presets::first());
        assert_eq!((&read, &notes), (&scenario, &Vec::new()), "{address}");
    }

    #[test]
    fn what_is_not_understood_is_said_and_the_rest_counts() {
        let (scenario, notes) =
            Scenario::from_address("preset=nope&rules=apache&server.limited=maybe&server.nonsense=1&rep.0.etag=\"v9\"&do=soon;1s:save");
        assert_eq!(scenario.world.resource.representations.first().and_then(|own| own.etag.as_deref()), Some("\"v9\""));
        assert_eq!(scenario.acts.len(), 1);
        let said: Vec<&str> = notes.iter().map(|note| note.0.as_str()).collect();
        for part in ["preset=nope", "rules=apache", "“soon”", "server.limited", "server.nonsense"] {
            assert!(said.iter().any(|note| note.contains(part)), "{part}: {said:?}");
        }
        assert!(!scenario.world.server.limited);
    }
}
