//! Which fields the JSON objects of a log have, and which of them are likely to be the time, the key and the cost.

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess};

use super::JsonFields;
use super::detect;
use super::scalar::{Any, Scalar, Taker};
use super::time_text::Clock;

/// More names than anybody wants to choose from.
const MOST_FIELDS: usize = 64;
const LONGEST_PATH: usize = 100;
/// How far objects in objects are followed.
const DEEPEST: usize = 4;

/// Names of times as they are compared: in small letters, without signs. The likelier come first. `request_time` and the
/// like are durations and must not match, so names match as a whole.
const TIMES: &str = "timestamp time timeiso8601 ts msec timelocal datetime date starttime startutc startlocal eventtime loggedat \
    receivedat createdat epoch t";

/// Names of keys: addresses as servers call them before users, since nearly every log has them. A host comes before an
/// address that may have a port in it, which would make every connection a client.
const KEYS: &str = "clientip remoteip clienthost remoteaddr clientaddr clientaddress remoteaddress remotehost sourceip srcip ip \
    ipaddress apikey key userid user username remoteuser account tenant customer clientid client";

const COSTS: &str = "cost";

/// The names of the fields in the first objects of a JSON-lines log, in order of appearance, nested ones with points
/// between (`http.client_ip`): for an interface to offer. `start` is the beginning of the file, as long as one likes;
/// empty if there is no object in it.
pub fn field_names(start: &[u8]) -> Vec<String> {
    Fields::of(detect::without_mark(start)).names()
}

/// A field that some object has.
struct Field {
    path: String,
    /// Its whole path and the last part of it, as names are compared.
    names: [String; 2],
    /// Some value of it is a time.
    time: bool,
    /// Some value of it is a date with a time of day, not just a number.
    date: bool,
    /// Some value of it is a text or a number.
    key: bool,
    /// Some value of it is a valid cost.
    cost: bool,
}

/// The fields of the first objects.
#[derive(Default)]
pub struct Fields(Vec<Field>);

impl Fields {
    pub fn of(start: &[u8]) -> Self {
        let mut fields = Fields::default();
        for line in detect::first_lines(start) {
            let text = String::from_utf8_lossy(line.strip_suffix(b",").unwrap_or(line));
            if text.starts_with('{') {
                let mut json = serde_json::Deserializer::from_str(&text);
                // Of an object that breaks off, what came before still counts.
                let _ = Any(Search { fields: &mut fields, path: &mut String::new(), depth: 0 }).deserialize(&mut json);
            }
        }
        fields
    }

    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(|field| field.path.clone()).collect()
    }

    /// The likeliest fields; `None` if nothing looks like a time.
    pub fn choose(&self) -> Option<JsonFields> {
        let dated = || self.0.iter().find(|field| field.date);
        let time = &self.first_named(TIMES, |field| field.time).or_else(dated)?.path;
        let path_of = |names: &str, suits: fn(&Field) -> bool| {
            self.first_named(names, |field| suits(field) && field.path != *time).map(|field| field.path.clone())
        };
        Some(JsonFields { time: time.clone(), key: path_of(KEYS, |field| field.key), cost: path_of(COSTS, |field| field.cost) })
    }

    /// The field with the likeliest of the names. Both its whole path and the last part count: `client.ip`,
    /// `request.remote_ip`.
    fn first_named(&self, names: &str, suits: impl Fn(&Field) -> bool) -> Option<&Field> {
        let named = |name: &str| self.0.iter().find(|field| suits(field) && field.names.iter().any(|own| own == name));
        names.split_whitespace().find_map(named)
    }

    fn note(&mut self, path: &str, value: &Scalar<'_>) {
        let index = match self.0.iter().position(|field| field.path == path) {
            Some(index) => index,
            None if self.0.len() < MOST_FIELDS => {
                let names = [plain(path), plain(path.rsplit('.').next().unwrap_or(path))];
                self.0.push(Field { path: path.to_owned(), names, time: false, date: false, key: false, cost: false });
                self.0.len() - 1
            }
            None => return,
        };
        let field = &mut self.0[index];
        let is_time = value.time(&mut Clock::default()).is_ok();
        field.time |= is_time;
        field.date |= is_time && matches!(value, Scalar::Text(text) if text.contains(':'));
        let is_there = !matches!(value, Scalar::Missing);
        field.key |= is_there;
        field.cost |= is_there && value.cost().is_ok();
    }
}

/// A name without what people spell differently: `Client_IP`, `client-ip` and `clientIp` are one.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Walks through an object and notes its fields.
struct Search<'a> {
    fields: &'a mut Fields,
    /// Where it is; empty at the top.
    path: &'a mut String,
    depth: usize,
}

impl<'de> Taker<'de> for Search<'_> {
    fn scalar(self, value: Scalar<'de>) {
        // A list can be none of the three, so it is not offered.
        if !self.path.is_empty() && !matches!(value, Scalar::Nested) {
            self.fields.note(self.path, &value);
        }
    }

    fn object<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let above = self.path.len();
        while let Some(name) = entries.next_key::<String>()? {
            if self.depth < DEEPEST && above + name.len() < LONGEST_PATH {
                if above > 0 {
                    self.path.push('.');
                }
                self.path.push_str(&name);
                let search = Search { fields: &mut *self.fields, path: &mut *self.path, depth: self.depth + 1 };
                entries.next_value_seed(Any(search))?;
                self.path.truncate(above);
            } else {
                entries.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(start: &str) -> Option<(String, Option<String>, Option<String>)> {
        Fields::of(start.as_bytes()).choose().map(|fields| (fields.time, fields.key, fields.cost))
    }

    fn of(time: &str, key: &str) -> Option<(String, Option<String>, Option<String>)> {
        Some((time.to_owned(), (!key.is_empty()).then(|| key.to_owned()), None))
    }

    #[test]
    fn well_known_logs_are_understood() {
        // nginx with escape=json, Caddy, Traefik, Elastic Common Schema, pino, and one that nobody knows.
        let nginx = r#"{"request_time":0.003,"time_iso8601":"2024-05-01T12:00:00+00:00","remote_addr":"192.0.2.1","status":200}"#;
        assert_eq!(chosen(nginx), of("time_iso8601", "remote_addr"));
        let caddy = r#"{"level":"info","ts":1714564800.25,"request":{"remote_ip":"192.0.2.1","headers":{"A":["b"]}},"duration":0.1}"#;
        assert_eq!(chosen(caddy), of("ts", "request.remote_ip"));
        let traefik = r#"{"ClientAddr":"192.0.2.1:80","ClientHost":"192.0.2.1","Duration":5,"StartUTC":"2024-05-01T12:00:00.1Z"}"#;
        assert_eq!(chosen(traefik), of("StartUTC", "ClientHost"));
        let elastic = r#"{"@timestamp":"2024-05-01T12:00:00Z","server":{"ip":"198.51.100.1"},"client":{"ip":"192.0.2.1"}}"#;
        assert_eq!(chosen(elastic), of("@timestamp", "client.ip"));
        let pino = r#"{"level":30,"time":1714564800123,"responseTime":4,"req":{"remoteAddress":"::1"}}"#;
        assert_eq!(chosen(pino), of("time", "req.remoteAddress"));
        let own = r#"{"n":5,"seen":"2024-05-01 12:00:00"}"#;
        assert_eq!(chosen(own), of("seen", ""));
    }

    #[test]
    fn a_field_needs_a_fitting_value() {
        assert_eq!(chosen(r#"{"time":"noon","ts":5,"ip":null,"user":"ann"}"#), of("ts", "user"));
        assert_eq!(chosen(r#"{"time":"noon"}"#), None);
        assert_eq!(chosen("192.0.2.1 - -\n[1]\n7"), None);
        let with_cost = Some(("t".to_owned(), None, Some("cost".to_owned())));
        assert_eq!(chosen("{\"t\":1,\"cost\":null}\r\n{\"t\":2,\"cost\":3}"), with_cost);
    }

    #[test]
    fn names_are_offered_once_in_their_order() {
        let start = "\u{feff}{\"b\":1,\"a\":{\"c\":[1],\"d.e\":2}}\n{\"a\":{\"c\":1},\"z\":true}\n{\"x\":1,\"broken";
        assert_eq!(field_names(start.as_bytes()), ["b", "a.d.e", "a.c", "z", "x"]);
        let many: String = (0..100).map(|n| format!("{{\"f{n}\":1}}\n")).collect();
        assert_eq!(field_names(many.as_bytes()).len(), detect::FIRST_LINES);
        let wide: Vec<String> = (0..100).map(|n| format!("\"f{n}\":1")).collect();
        assert_eq!(field_names(format!("{{{}}}", wide.join(",")).as_bytes()).len(), MOST_FIELDS);
        assert_eq!(field_names(br#"{"a":{"b":{"c":{"d":1,"e":{"f":1}}}}}"#), ["a.b.c.d"]);
    }
}
