//! What a conformance test found: kept as `target/conformance/<name>.json`, so that a page can state it and not merely claim it.
//!
//! The tests take this file in with `#[path]`; it is not a test of its own.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use field_guide::limiters::Algorithm;

/// One limiter or one policy beside one product, for as many decisions as were compared.
pub struct Report {
    /// The file's, without its ending.
    name: &'static str,
    /// `limiter`, `policy` or `http`: under this key the file has the subject's slug.
    part: &'static str,
    subject: &'static str,
    title: String,
    against: &'static str,
    version: String,
    how: &'static str,
    cases: u64,
    divergences: u64,
    first: Option<String>,
}

impl Report {
    /// Of a limiter. `how` is one sentence: where the traffic came from, and what was compared.
    #[allow(dead_code)] // Some tests have only policies.
    pub fn new(name: &'static str, algorithm: Algorithm, against: &'static str, version: &str, how: &'static str) -> Self {
        let title = format!("{}, {}", algorithm.label(), algorithm.variant());
        Report::begin(name, "limiter", algorithm.slug(), title, against, version, how)
    }

    /// Of a load balancing policy: `subject` is its slug.
    #[allow(dead_code)] // Some tests have only limiters.
    pub fn of(name: &'static str, subject: &'static str, title: String, against: &'static str, version: &str, how: &'static str) -> Self {
        Report::begin(name, "policy", subject, title, against, version, how)
    }

    /// Of what the HTTP status lab answers.
    #[allow(dead_code)] // One test has it.
    pub fn of_http(name: &'static str, title: String, against: &'static str, version: &str, how: &'static str) -> Self {
        Report::begin(name, "http", name, title, against, version, how)
    }

    fn begin(
        name: &'static str,
        part: &'static str,
        subject: &'static str,
        title: String,
        against: &'static str,
        version: &str,
        how: &'static str,
    ) -> Self {
        let version = version.to_owned();
        let report = Report { name, part, subject, title, against, version, how, cases: 0, divergences: 0, first: None };
        // A run that breaks off before its end must not leave the last one's result standing. It need not be there.
        let _ = std::fs::remove_file(report.path());
        report
    }

    /// Counts one decision. `words` tells in full how the two differ; only the first difference is kept.
    pub fn compare(&mut self, same: bool, words: impl FnOnce() -> String) {
        self.cases += 1;
        if !same {
            self.divergences += 1;
            self.first.get_or_insert_with(words);
        }
    }

    /// Writes the file, whatever was found. An error says what differed first.
    pub fn finish(self) -> Result<(), String> {
        let path = self.path();
        let text = serde_json::json!({
            self.part: self.subject,
            "title": self.title,
            "against": self.against,
            "version": self.version,
            "how": self.how,
            "cases": self.cases,
            "divergences": self.divergences,
            "date": date(),
        });
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("target/ can be written");
        std::fs::write(&path, format!("{text:#}\n")).expect("target/conformance can be written");
        let Report { name, against, version, cases, divergences, .. } = self;
        println!("{name}: {cases} decisions compared with {against} {version}, {divergences} differ");
        match self.first {
            Some(first) => Err(format!("{name}: {divergences} of {cases} decisions differ from {against} {version}; the first:\n{first}")),
            None if cases == 0 => Err(format!("{name}: nothing was compared")),
            None => Ok(()),
        }
    }

    fn path(&self) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/conformance").join(self.name).with_extension("json")
    }
}

/// Today in UTC, as ISO 8601 writes it: from days since 1970, by Howard Hinnant's `civil_from_days`.
fn date() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    // Days since 1 March of year 0: a leap day then ends its year, and 400 years always have as many days.
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let months_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * months_from_march + 2) / 5 + 1;
    let month = if months_from_march < 10 { months_from_march + 3 } else { months_from_march - 9 };
    format!("{:04}-{month:02}-{day_of_month:02}", era * 400 + year + u64::from(month <= 2))
}
