//! Where in a run the reader is: play, pause, step, speed. Pure, so that it is tested without a browser.

use crate::sim::Nanos;

/// Speeds on offer, as simulated seconds per real second, with what the button says.
pub const SPEEDS: [(f64, &str); 6] = [(0.1, "⅒×"), (0.25, "¼×"), (0.5, "½×"), (1.0, "1×"), (4.0, "4×"), (16.0, "16×")];

/// A frame never advances by more real time than this: after a hidden tab the run goes on, it does not catch up.
const LONGEST_FRAME_MS: f64 = 100.0;

/// A position in a run of known length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Playback {
    pub at: Nanos,
    pub end: Nanos,
    pub playing: bool,
    /// Index into [`SPEEDS`].
    pub speed: usize,
    /// Real milliseconds that the reader has watched since the start or the last jump.
    pub watched_ms: f64,
}

impl Playback {
    /// Standing still at `at`, or at the end of the run: there everything can be seen.
    pub fn paused(at: Option<Nanos>, end: Nanos, speed: usize) -> Self {
        Playback { at: at.unwrap_or(end).min(end), end, playing: false, speed, watched_ms: 0.0 }
    }

    /// Plays on from here, or from the start if the run is over.
    pub fn play(&mut self) {
        if self.at >= self.end {
            self.seek(Nanos::ZERO);
        }
        self.playing = true;
    }

    pub fn pause(&mut self) {
        self.playing = false;
    }

    /// One frame, `real_ms` after the last.
    pub fn advance(&mut self, real_ms: f64) {
        if !self.playing {
            return;
        }
        let real_ms = real_ms.clamp(0.0, LONGEST_FRAME_MS);
        self.watched_ms += real_ms;
        self.at = (self.at + Nanos::from_secs_f64(real_ms / 1e3 * SPEEDS[self.speed].0)).min(self.end);
        self.playing = self.at < self.end;
    }

    pub fn seek(&mut self, at: Nanos) {
        self.at = at.min(self.end);
        self.watched_ms = 0.0;
    }

    /// To the next of the ascending `events`, or to the end; stops playing.
    pub fn step(&mut self, events: &[Nanos]) {
        self.pause();
        let next = events.partition_point(|event| *event <= self.at);
        self.seek(events.get(next).copied().unwrap_or(self.end));
    }

    /// To the event before, or to the start; stops playing.
    pub fn step_back(&mut self, events: &[Nanos]) {
        self.pause();
        let here = events.partition_point(|event| *event < self.at);
        self.seek(if here == 0 { Nanos::ZERO } else { events[here - 1] });
    }

    pub fn faster(&mut self) {
        self.speed = (self.speed + 1).min(SPEEDS.len() - 1);
    }

    pub fn slower(&mut self) {
        self.speed = self.speed.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_start() -> Playback {
        Playback::paused(Some(Nanos::ZERO), Nanos::from_millis(1_000), 3)
    }

    #[test]
    fn a_hidden_tab_does_not_make_the_run_jump() {
        let mut playback = at_start();
        playback.play();
        playback.advance(60_000.0);
        assert_eq!(playback.at, Nanos::from_millis(100));
    }

    #[test]
    fn it_stops_at_the_end_and_plays_again_from_the_start() {
        let mut playback = at_start();
        playback.play();
        for _ in 0..20 {
            playback.advance(100.0);
        }
        assert_eq!((playback.at, playback.playing), (playback.end, false));
        playback.play();
        assert_eq!((playback.at, playback.playing), (Nanos::ZERO, true));
    }

    #[test]
    fn steps_go_from_event_to_event_and_to_the_ends() {
        let events = [100, 100, 300].map(Nanos::from_millis);
        let mut playback = at_start();
        let mut seen = Vec::new();
        for _ in 0..4 {
            playback.step(&events);
            seen.push(playback.at.0 / 1_000_000);
        }
        assert_eq!(seen, [100, 300, 1000, 1000]);
        for _ in 0..4 {
            playback.step_back(&events);
            seen.push(playback.at.0 / 1_000_000);
        }
        assert_eq!(seen[4..], [300, 100, 0, 0]);
    }
}
