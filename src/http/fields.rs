//! The fields of a message: lines in order, names compared without case (RFC 9110 §5).

use serde::{Deserialize, Serialize};

/// Field lines as they are sent. Equal only if order and spelling are equal too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line at the end.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// One line of that name: the first there is, where it stands, or a new one at the end.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let name = name.into();
        let mut value = Some(value.into());
        self.0.retain_mut(|(own, old)| {
            if !own.eq_ignore_ascii_case(&name) {
                return true;
            }
            match value.take() {
                Some(new) => {
                    *old = new;
                    true
                }
                None => false,
            }
        });
        if let Some(value) = value {
            self.0.push((name, value));
        }
    }

    /// All lines of that name go. Whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        self.0.len() < before
    }

    /// The value of the first line of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The values of all lines of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The field's value: its lines, put together with commas (RFC 9110 §5.3). `None` if there is no line.
    pub fn joined(&self, name: &str) -> Option<String> {
        let mut lines = self.all(name);
        let mut value = lines.next()?.to_owned();
        for line in lines {
            value.push_str(", ");
            value.push_str(line);
        }
        Some(value)
    }

    /// The lines: name, value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether a member of the field's list is that token, without case: `Connection: close`.
    pub fn lists(&self, name: &str, token: &str) -> bool {
        self.all(name).flat_map(super::syntax::list).any(|member| member.eq_ignore_ascii_case(token))
    }

    /// In lines.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Fields {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(lines: I) -> Self {
        Fields(lines.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_name_are_one_field() {
        // RFC 9110 §5.3: its own example.
        let fields = Fields::from_iter([("Example-Field", "Foo, Bar"), ("Host", "a"), ("Example-Field", "Baz")]);
        assert_eq!(fields.joined("example-field").as_deref(), Some("Foo, Bar, Baz"));
        assert_eq!(fields.get("EXAMPLE-FIELD"), Some("Foo, Bar"));
        assert_eq!(fields.all("example-field").collect::<Vec<_>>(), ["Foo, Bar", "Baz"]);
        assert!(fields.lists("example-field", "BAR") && fields.lists("example-field", "baz"));
        assert!(!fields.lists("example-field", "Foo, Bar"));
        assert_eq!((fields.joined("none"), fields.len()), (None, 3));
    }

    #[test]
    fn set_keeps_the_place_and_removes_the_rest() {
        let mut fields = Fields::from_iter([("a", "1"), ("B", "2"), ("b", "3"), ("c", "4")]);
        fields.set("b", "new");
        fields.set("d", "5");
        assert_eq!(fields.iter().collect::<Vec<_>>(), [("a", "1"), ("B", "new"), ("c", "4"), ("d", "5")]);
        assert!(fields.remove("A") && !fields.remove("A"));
        assert!(!fields.contains("a") && fields.contains("D"));
    }
}
