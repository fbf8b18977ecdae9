//! Keys as small numbers, in order of first appearance.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// What requests without a key count as.
pub const NO_KEY: &str = "(no key)";
/// What requests count as whose key came when there were already too many.
pub const OTHER_KEYS: &str = "(other keys)";

/// The keys seen so far. Only ever looked up by name, never walked in the order of their hashes.
pub struct Keys {
    numbers: HashMap<Box<str>, u32, BuildHasherDefault<Fnv>>,
    most: usize,
    longest: usize,
    /// Requests that had no key.
    pub absent: u64,
    /// Requests that count as [`OTHER_KEYS`].
    pub merged: u64,
    /// Requests whose key was cut.
    pub shortened: u64,
}

impl Keys {
    /// At most `most` keys beside the two above, each of at most `longest` bytes.
    pub fn new(most: usize, longest: usize) -> Self {
        Keys { numbers: HashMap::default(), most, longest, absent: 0, merged: 0, shortened: 0 }
    }

    /// The number of a key. Empty and `-`, which servers write for nothing, is [`NO_KEY`]; what is not UTF-8 is replaced.
    pub fn number(&mut self, key: &[u8]) -> u32 {
        if key.is_empty() || key == b"-" {
            self.absent += 1;
            return self.number_of(NO_KEY);
        }
        match std::str::from_utf8(key) {
            Ok(key) => self.number_within_limits(key),
            Err(_) => self.number_within_limits(&String::from_utf8_lossy(key)),
        }
    }

    fn number_within_limits(&mut self, mut key: &str) -> u32 {
        if key.len() > self.longest {
            let end = (0..=self.longest).rev().find(|&end| key.is_char_boundary(end)).unwrap_or(0);
            key = &key[..end];
            self.shortened += 1;
        }
        if let Some(&number) = self.numbers.get(key) {
            return number;
        }
        if self.numbers.len() >= self.most {
            self.merged += 1;
            return self.number_of(OTHER_KEYS);
        }
        self.number_of(key)
    }

    fn number_of(&mut self, key: &str) -> u32 {
        if let Some(&number) = self.numbers.get(key) {
            return number;
        }
        let number = self.numbers.len() as u32;
        self.numbers.insert(key.into(), number);
        number
    }

    /// The keys by their numbers.
    pub fn into_names(self) -> Vec<Box<str>> {
        let mut names = vec![Box::<str>::default(); self.numbers.len()];
        for (name, number) in self.numbers {
            names[number as usize] = name;
        }
        names
    }
}

/// FNV-1a, <http://www.isthe.com/chongo/tech/comp/fnv/>: several times quicker for short keys than the standard library's,
/// which also guards against chosen keys. Here a reader could only slow down their own page.
pub struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_numbered_as_they_appear() {
        let mut keys = Keys::new(100, 10);
        let numbers: Vec<u32> = ["b", "a", "-", "b", "", "a"].iter().map(|key| keys.number(key.as_bytes())).collect();
        assert_eq!(numbers, [0, 1, 2, 0, 2, 1]);
        assert_eq!(keys.absent, 2);
        assert_eq!(keys.into_names().iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["b", "a", NO_KEY]);
    }

    #[test]
    fn too_many_keys_become_one() {
        let mut keys = Keys::new(2, 10);
        let numbers: Vec<u32> = ["a", "b", "c", "a", "d", "", "c"].iter().map(|key| keys.number(key.as_bytes())).collect();
        assert_eq!(numbers, [0, 1, 2, 0, 2, 3, 2]);
        assert_eq!(keys.merged, 3);
        assert_eq!(keys.into_names().iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["a", "b", OTHER_KEYS, NO_KEY]);
    }

    #[test]
    fn long_keys_are_cut_between_characters_and_bad_bytes_replaced() {
        let mut keys = Keys::new(9, 5);
        assert_eq!(keys.number("ääää".as_bytes()), keys.number("ää".as_bytes()));
        assert_eq!(keys.number(b"\xff"), keys.number(b"\xfe"));
        assert_eq!(keys.shortened, 1);
        assert_eq!(keys.into_names().iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["ää", "\u{fffd}"]);
    }
}
