//! The frame's state with what this lab has besides.

use std::ops::Deref;
use std::sync::Arc;

use leptos::prelude::*;

use crate::access_log::AccessLog;
use crate::labs::frame::view::LabState as State;
use crate::labs::rate_limiting::RateLimiting;

#[derive(Clone, Copy)]
pub struct LabState {
    pub frame: State<RateLimiting>,
    /// The request that the “why” speaks of: the last at or before the moment.
    pub last_seen: Memo<Option<usize>>,
    /// The reader's own access log, once it was taken in.
    pub log: RwSignal<Option<Arc<AccessLog>>>,
}

impl Deref for LabState {
    type Target = State<RateLimiting>;

    fn deref(&self) -> &State<RateLimiting> {
        &self.frame
    }
}

impl LabState {
    pub fn new(address: &str) -> Self {
        let frame = State::<RateLimiting>::new(address);
        let last_seen = Memo::new(move |_| frame.trace.read().seen(frame.moment.get()).checked_sub(1));
        LabState { frame, last_seen, log: RwSignal::new(None) }
    }

    /// The limit in force at the moment.
    pub fn limit_now(self) -> u32 {
        let at = self.playback.read_untracked().at;
        self.trace.with_untracked(|trace| {
            let settings = trace.lanes.first().map(|lane| lane.settings.as_slice()).unwrap_or_default();
            settings.iter().rev().find(|(from, _)| *from <= at).map_or(trace.scenario.limit, |(_, settings)| settings.limit)
        })
    }
}
