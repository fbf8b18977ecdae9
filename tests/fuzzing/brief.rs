//! A fuzzer for a few seconds, on any toolchain: inputs that are known, then such as come of them by small changes, from a seed
//! that is always the same. It knows nothing of the code that it runs; `make fuzz` has one that does.

use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// Longer inputs are cut.
pub const LONGEST: usize = 4_096;
/// One execution that takes longer is a failure: a page would stand still.
pub const SLOWEST: Duration = Duration::from_secs(20);
/// Where every run begins. Another one looks elsewhere.
pub const SEED: u64 = 0x5eed_0f1e_1d90_1de5;

/// What is known of a target.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub inputs: Vec<Vec<u8>>,
    pub words: Vec<Vec<u8>>,
}

/// An input for which the property does not hold.
#[derive(Debug)]
pub struct Found {
    pub input: Vec<u8>,
    /// What the check said.
    pub why: String,
    /// Which execution it was, from 1.
    pub execution: u64,
}

/// Gives `check` the known inputs, and then for `time` what comes of them: how many executions there were, or the first input
/// on which it panicked or took longer than `slowest`.
pub fn run(known: &Known, time: Duration, seed: u64, slowest: Duration, check: &dyn Fn(&[u8])) -> Result<u64, Found> {
    let mut executions = 0;
    let mut execute = |input: &[u8]| {
        executions += 1;
        let began = Instant::now();
        let ended = catch_unwind(AssertUnwindSafe(|| check(input)));
        let took = began.elapsed();
        let why = match ended {
            Err(panic) => said(&*panic),
            Ok(()) if took > slowest => format!("one execution took {took:?}"),
            Ok(()) => return Ok(executions),
        };
        Err(Found { input: input.to_vec(), why, execution: executions })
    };
    for input in &known.inputs {
        execute(input)?;
    }
    let (mut dice, began) = (Dice(seed), Instant::now());
    let mut done = known.inputs.len() as u64;
    while began.elapsed() < time {
        done = execute(&dice.changed(known))?;
    }
    Ok(done)
}

/// The text of a panic.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a text").to_owned()
}

/// Every file of a folder in the order of their names; none if there is no such folder.
pub fn files(folder: &Path) -> io::Result<Vec<Vec<u8>>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.is_file());
    paths.sort();
    paths.iter().map(fs::read).collect()
}

/// The words of a dictionary as libFuzzer reads it: one a line in double quotes, with `\\`, `\"` and `\xAB`, perhaps `name=`
/// before it, and lines that begin with `#`.
pub fn words(dictionary: &str) -> Vec<Vec<u8>> {
    let quoted = |line: &str| {
        let (_, word) = line.split_once('"')?;
        let mut bytes = word.strip_suffix('"')?.bytes();
        let mut word = Vec::new();
        while let Some(byte) = bytes.next() {
            word.push(match byte {
                b'\\' => match bytes.next()? {
                    b'x' => {
                        let digits = [bytes.next()?, bytes.next()?];
                        u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
                    }
                    plain => plain,
                },
                plain => plain,
            });
        }
        Some(word)
    };
    let lines = dictionary.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| quoted(line).unwrap_or_else(|| panic!("not a line of a dictionary: {line}"))).collect()
}

/// Numbers at which programs change their minds.
const NUMBERS: [&str; 14] = [
    "0",
    "1",
    "2",
    "9",
    "255",
    "256",
    "1000",
    "65536",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "18446744073709551615",
    "0.000000001",
    "1e308",
];

/// SplitMix64 (Steele, Lea and Flood: Fast splittable pseudorandom number generators, 2014): nothing else is needed of it than
/// to be the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `most`; 0 if there is nothing below it.
    fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }

    fn one_of<'a, T: ?Sized>(&mut self, all: &'a [impl AsRef<T>]) -> Option<&'a T> {
        let index = self.below(all.len());
        all.get(index).map(AsRef::as_ref)
    }

    /// A part of `length` bytes: where it begins and ends. Short ones are more likely.
    fn part(&mut self, length: usize) -> (usize, usize) {
        let from = self.below(length + 1);
        let most = if self.below(2) == 0 { 8 } else { length };
        (from, from + self.below((length - from).min(most) + 1))
    }

    /// A known input after one to six changes.
    fn changed(&mut self, known: &Known) -> Vec<u8> {
        let mut input = self.one_of::<[u8]>(&known.inputs).unwrap_or_default().to_vec();
        for _ in 0..=self.below(6) {
            self.change(&mut input, known);
            input.truncate(LONGEST);
        }
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, known: &Known) {
        let (from, to) = self.part(input.len());
        match self.below(9) {
            // A bit.
            0 => {
                let at = self.below(input.len());
                let bit = self.below(8);
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
            // Any byte.
            1 => input.insert(from, (self.next() >> 56) as u8),
            // A word, over a part or in between.
            2 | 3 => {
                let word = self.one_of::<[u8]>(&known.words).unwrap_or_default();
                let to = if self.below(2) == 0 { from } else { to };
                drop(input.splice(from..to, word.iter().copied()));
            }
            // The end of another input.
            4 => {
                let other = self.one_of::<[u8]>(&known.inputs).unwrap_or_default();
                let tail = &other[self.below(other.len() + 1)..];
                input.truncate(from);
                input.extend_from_slice(tail);
            }
            5 => input.truncate(from),
            6 => drop(input.drain(from..to)),
            // A part, again and again.
            7 => {
                let most = if self.below(8) == 0 { 600 } else { 3 };
                let again = input[from..to].repeat(1 + self.below(most));
                drop(input.splice(to..to, again));
            }
            // Another number where one stands.
            _ => {
                let starts: Vec<usize> = (0..input.len()).filter(|at| is_start_of_number(input, *at)).collect();
                if let Some(&start) = starts.get(self.below(starts.len())) {
                    let length = input[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                    let number = self.one_of::<str>(&NUMBERS).unwrap_or_default();
                    drop(input.splice(start..start + length, number.bytes()));
                }
            }
        }
    }
}

fn is_start_of_number(input: &[u8], at: usize) -> bool {
    input[at].is_ascii_digit() && (at == 0 || !input[at - 1].is_ascii_digit())
}
