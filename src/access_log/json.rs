//! JSON lines: one object a line, of which at most three fields are read.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::JsonFields;
use super::entry::Entry;
use super::scalar::{Any, Scalar, Taker};
use super::skipped::Reason;
use super::time_text::Clock;

/// Reads a line without space around it, and adds its key to `key`.
pub fn read(line: &[u8], fields: &JsonFields, clock: &mut Clock, key: &mut Vec<u8>) -> Result<Entry, Reason> {
    // The comma is there when the lines are those of one big array.
    let line = line.strip_suffix(b",").unwrap_or(line);
    if !line.starts_with(b"{") {
        return Err(Reason::NotJson);
    }
    match std::str::from_utf8(line) {
        Ok(line) => read_text(line, fields, clock, key),
        Err(_) => read_text(&String::from_utf8_lossy(line), fields, clock, key),
    }
}

fn read_text(line: &str, fields: &JsonFields, clock: &mut Clock, key: &mut Vec<u8>) -> Result<Entry, Reason> {
    let wanted = [fields.time.as_str(), fields.key.as_deref().unwrap_or(""), fields.cost.as_deref().unwrap_or("")];
    let mut found: [Scalar<'_>; 3] = Default::default();
    let mut json = serde_json::Deserializer::from_str(line);
    let object = Any(Place { step: Step { here: [false; 3], below: wanted }, found: &mut found });
    object.deserialize(&mut json).and_then(|()| json.end()).map_err(|_| Reason::NotJson)?;
    let [time, name, cost] = found;
    let entry = Entry { at: time.time(clock)?, cost: cost.cost()? };
    name.add_to(key);
    Ok(entry)
}

/// The paths of time, key and cost as seen from some object; empty if nothing is wanted below it.
type Wanted<'p> = [&'p str; 3];

/// Where a name of an object leads.
struct Step<'p> {
    /// Whether the value is itself the time, the key, the cost.
    here: [bool; 3],
    /// What is wanted of the value if it is an object.
    below: Wanted<'p>,
}

impl<'p> Step<'p> {
    /// `None` if it leads nowhere. A path `http.client` is followed into an object `http`, and is also the plain name
    /// `http.client`: some programs write names with points instead of nesting.
    fn of(wanted: Wanted<'p>, name: &str) -> Option<Self> {
        let mut step = Step { here: [false; 3], below: [""; 3] };
        let mut leads = false;
        for (index, path) in wanted.into_iter().enumerate().filter(|(_, path)| !path.is_empty()) {
            let Some(rest) = path.strip_prefix(name) else { continue };
            if rest.is_empty() {
                step.here[index] = true;
            } else if let Some(below) = rest.strip_prefix('.') {
                step.below[index] = below;
            } else {
                continue;
            }
            leads = true;
        }
        leads.then_some(step)
    }
}

/// Reads a name and says where it leads, without keeping it.
struct Name<'p>(Wanted<'p>);

impl<'de, 'p> DeserializeSeed<'de> for Name<'p> {
    type Value = Option<Step<'p>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'p> Visitor<'_> for Name<'p> {
    type Value = Option<Step<'p>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Step::of(self.0, name))
    }
}

/// A value that is wanted, or has something below it that is.
struct Place<'f, 'p, 'de> {
    step: Step<'p>,
    found: &'f mut [Scalar<'de>; 3],
}

impl<'de> Taker<'de> for Place<'_, '_, 'de> {
    fn scalar(self, value: Scalar<'de>) {
        for (slot, here) in self.found.iter_mut().zip(self.step.here) {
            if here {
                *slot = value.clone();
            }
        }
    }

    fn object<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(step) = entries.next_key_seed(Name(self.step.below))? {
            match step {
                Some(step) => entries.next_value_seed(Any(Place { step, found: &mut *self.found }))?,
                None => {
                    entries.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_line(line: &[u8], fields: [&str; 3]) -> Result<(i64, String, u32), Reason> {
        let optional = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        let fields = JsonFields { time: fields[0].to_owned(), key: optional(fields[1]), cost: optional(fields[2]) };
        let mut key = Vec::new();
        let entry = read(line, &fields, &mut Clock::default(), &mut key)?;
        Ok((entry.at.0, String::from_utf8_lossy(&key).into_owned(), entry.cost))
    }

    #[test]
    fn three_fields_are_read_and_the_rest_is_passed_over() {
        let fields = ["time", "http.client_ip", "cost"];
        for (line, nanos, key, cost) in [
            (r#"{"time":1.5,"http":{"client_ip":"192.0.2.1","port":80},"cost":2}"#, 1_500_000_000, "192.0.2.1", 2),
            (r#"{"cost":"3","x":[1,{"time":9}],"http.client_ip":"a\"b\u00e9","time":"1970-01-01T00:00:01Z"}"#, 1_000_000_000, "a\"bé", 3),
            (r#"{"time":"0.25","http":{"client_ip":7}},"#, 250_000_000, "7", 1),
            (r#"{"time":"0.25","http":{"client_ip":true},"cost":4.0}"#, 250_000_000, "true", 4),
            (r#"{"time":0,"http":null,"cost":null}"#, 0, "", 1),
            (r#"{"time":0,"http":"192.0.2.1"}"#, 0, "", 1),
            (r#"{"http":{"time":5,"client_ip":["a"]},"time":0}"#, 0, "", 1),
            (r#"{"time":1,"time":2}"#, 2_000_000_000, "", 1),
        ] {
            assert_eq!(read_line(line.as_bytes(), fields), Ok((nanos, key.to_owned(), cost)), "{line}");
        }
        let latin = read_line(b"{\"time\":0,\"http\":{\"client_ip\":\"caf\xe9\"}}", fields);
        assert_eq!(latin, Ok((0, "caf\u{fffd}".to_owned(), 1)));
        let same = read_line(br#"{"time":7}"#, ["time", "time", "time"]);
        assert_eq!(same, Ok((7_000_000_000, "7".to_owned(), 7)), "one field may serve twice");
    }

    #[test]
    fn other_lines_say_what_is_wrong() {
        let fields = ["time", "key", "cost"];
        for (line, reason) in [
            ("7", Reason::NotJson),
            ("[", Reason::NotJson),
            ("{", Reason::NotJson),
            (r#"{"time":1"#, Reason::NotJson),
            (r#"{"time":1} {"time":2}"#, Reason::NotJson),
            (r#"{"time":1,"#, Reason::NotJson),
            ("{}", Reason::NoTime),
            (r#"{"time":null}"#, Reason::NoTime),
            (r#"{"time":{"seconds":1}}"#, Reason::NoTime),
            (r#"{"time":[1]}"#, Reason::BadTime),
            (r#"{"time":"noon"}"#, Reason::BadTime),
            (r#"{"time":true}"#, Reason::BadTime),
            (r#"{"time":1e300}"#, Reason::OutOfRange),
            (r#"{"time":1,"cost":0}"#, Reason::BadCost),
            (r#"{"time":1,"cost":1.5}"#, Reason::BadCost),
            (r#"{"time":1,"cost":[1]}"#, Reason::BadCost),
        ] {
            assert_eq!(read_line(line.as_bytes(), fields), Err(reason), "{line}");
        }
        assert_eq!(read_line(br#"{"":1}"#, ["", "", ""]), Err(Reason::NoTime), "nothing wanted is not the empty name");
        let deep = r#"{"time":"#.repeat(400) + "1";
        assert_eq!(read_line(deep.as_bytes(), fields), Err(Reason::NotJson));
    }
}
