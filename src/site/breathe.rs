//! Long work in slices: the page is never held for longer than a reader could feel.

use std::cell::Cell;

/// Milliseconds of work between two breaths: well below the 50 ms after which a tap seems to hang.
const SLICE_MS: f64 = 16.0;

/// Counts the time since the page last had its turn.
#[derive(Debug)]
pub struct Breather {
    since: Cell<f64>,
}

impl Breather {
    #[allow(clippy::new_without_default)] // it begins to count: that is no default
    pub fn new() -> Self {
        Breather { since: Cell::new(now()) }
    }

    /// Whether a slice is over.
    pub fn out_of_breath(&self) -> bool {
        now() - self.since.get() > SLICE_MS
    }

    /// Gives the page its turn if the slice is over.
    pub async fn breathe(&self) {
        if self.out_of_breath() {
            #[cfg(target_arch = "wasm32")]
            gloo_timers::future::TimeoutFuture::new(0).await;
            self.since.set(now());
        }
    }
}

/// Milliseconds of a clock that only goes forward; 0 where there is none.
fn now() -> f64 {
    if cfg!(target_arch = "wasm32") { super::browser::window().performance().map_or(0.0, |clock| clock.now()) } else { 0.0 }
}
