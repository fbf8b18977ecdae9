//! Values inside a JSON object, read without building the object: what is not wanted is never allocated.

use std::borrow::Cow;
use std::fmt;
use std::io::Write;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::entry::{DEFAULT_COST, cost_from_number, cost_from_text};
use super::moment::Moment;
use super::skipped::Reason;
use super::time_text::Clock;

/// A value of a field.
#[derive(Clone, Debug, Default)]
pub enum Scalar<'de> {
    /// Not there, or null.
    #[default]
    Missing,
    /// A string, or `true` and `false`.
    Text(Cow<'de, str>),
    /// Any whole number of 64 bits.
    Whole(i128),
    Fraction(f64),
    /// An array or an object.
    Nested,
}

impl Scalar<'_> {
    pub fn time(&self, clock: &mut Clock) -> Result<Moment, Reason> {
        match self {
            Scalar::Missing => Err(Reason::NoTime),
            Scalar::Text(text) => clock.read(text.as_bytes()),
            Scalar::Whole(number) => Moment::from_count(*number),
            Scalar::Fraction(number) => Moment::from_fraction(*number),
            Scalar::Nested => Err(Reason::BadTime),
        }
    }

    pub fn cost(&self) -> Result<u32, Reason> {
        match self {
            Scalar::Missing => Ok(DEFAULT_COST),
            Scalar::Text(text) => cost_from_text(text.as_bytes()),
            Scalar::Whole(number) => cost_from_number(*number),
            Scalar::Fraction(number) if number.fract() == 0.0 => cost_from_number(*number as i128),
            Scalar::Fraction(_) | Scalar::Nested => Err(Reason::BadCost),
        }
    }

    /// Adds it to `key`; arrays and objects name nobody.
    pub fn add_to(&self, key: &mut Vec<u8>) {
        // Writing to memory cannot fail.
        let _ = match self {
            Scalar::Missing | Scalar::Nested => Ok(()),
            Scalar::Text(text) => key.write_all(text.as_bytes()),
            Scalar::Whole(number) => write!(key, "{number}"),
            Scalar::Fraction(number) => write!(key, "{number}"),
        };
    }
}

/// What is to be done with a value: the two cases that differ between reading a line and looking for names.
pub trait Taker<'de>: Sized {
    fn scalar(self, value: Scalar<'de>);
    /// An object, of which every entry has to be taken.
    fn object<A: MapAccess<'de>>(self, entries: A) -> Result<(), A::Error>;
}

/// Whatever comes goes to the taker.
pub struct Any<T>(pub T);

impl<'de, T: Taker<'de>> DeserializeSeed<'de> for Any<T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Taker<'de>> Visitor<'de> for Any<T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.0.scalar(Scalar::Text(Cow::Borrowed(if value { "true" } else { "false" })));
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.0.scalar(Scalar::Whole(i128::from(value)));
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.0.scalar(Scalar::Whole(i128::from(value)));
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.0.scalar(Scalar::Fraction(value));
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.scalar(Scalar::Missing);
        Ok(())
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<(), E> {
        self.0.scalar(Scalar::Text(Cow::Borrowed(value)));
        Ok(())
    }

    /// Only a string with escapes comes here.
    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.0.scalar(Scalar::Text(Cow::Owned(value.to_owned())));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        self.0.scalar(Scalar::Nested);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<(), A::Error> {
        self.0.object(entries)
    }
}
