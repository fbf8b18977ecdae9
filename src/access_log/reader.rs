//! A log in slices of any size → an [`AccessLog`].

use super::detect;
use super::intake::{Intake, Limits};
use super::lines::Lines;
use super::{AccessLog, Format};

/// Reads a log piece by piece, so that a page can show progress and stay responsive in between.
pub struct LogReader {
    /// The beginning of the file, until there is enough of it to tell what it is.
    start: Option<Vec<u8>>,
    /// How much is enough.
    start_bytes: usize,
    /// Why nothing is read.
    refused: Option<&'static str>,
    full: bool,
    cutter: Lines,
    intake: Intake,
}

impl LogReader {
    pub fn new(format: Format) -> Self {
        Self::with_limits(format, Limits::default())
    }

    pub(super) fn with_limits(format: Format, limits: Limits) -> Self {
        LogReader {
            start: Some(Vec::new()),
            start_bytes: limits.start_bytes,
            refused: None,
            full: false,
            cutter: Lines::new(limits.line_bytes),
            intake: Intake::new(format, limits),
        }
    }

    /// Whether the requests of one second are spread evenly over it if the log has whole seconds only, as most have.
    /// They are unless this says otherwise.
    pub fn spread(mut self, spread: bool) -> Self {
        self.intake.spread = spread;
        self
    }

    /// Takes the next bytes of the file. Slices may end anywhere, even inside a character.
    pub fn feed(&mut self, bytes: &[u8]) {
        if !self.wants_more() {
            return;
        }
        let Some(mut start) = self.start.take() else {
            self.cut(bytes);
            return;
        };
        let missing = self.start_bytes.saturating_sub(start.len());
        let (now, later) = bytes.split_at(missing.min(bytes.len()));
        start.extend_from_slice(now);
        if start.len() < self.start_bytes {
            self.start = Some(start);
            return;
        }
        self.begin(&start);
        self.cut(later);
    }

    /// Whether feeding more can change the result: not if the file is no log, or has more requests than are kept.
    pub fn wants_more(&self) -> bool {
        self.refused.is_none() && !self.full
    }

    /// How many lines were read so far. They are read from the first 64 KiB on, or at the end of a shorter file.
    pub fn lines(&self) -> u64 {
        self.intake.lines
    }

    /// The requests in order of time; or a sentence for the reader that says why there are none.
    pub fn finish(mut self) -> Result<AccessLog, String> {
        if let Some(start) = self.start.take() {
            self.begin(&start);
        }
        if let Some(sentence) = self.refused {
            return Err(sentence.to_owned());
        }
        if !self.full
            && let Some(line) = self.cutter.unfinished()
        {
            // Nothing comes after it, so it does not matter whether more would be wanted.
            let _ = self.intake.line(line, true);
        }
        self.intake.finish()
    }

    /// Finds out what the file is, and reads the beginning of it.
    fn begin(&mut self, start: &[u8]) {
        self.refused = detect::refuse(start);
        if self.refused.is_none() {
            let start = detect::without_mark(start);
            self.intake.settle(start);
            self.cut(start);
        }
    }

    fn cut(&mut self, bytes: &[u8]) {
        if self.wants_more() {
            let LogReader { cutter, intake, full, .. } = self;
            *full = cutter.feed(bytes, |line| intake.line(line, false)).is_break();
        }
    }
}
