//! The frame's state with what this lab has besides: where every attempt is, at any moment.

use std::ops::Deref;
use std::sync::Arc;

use leptos::prelude::*;

use crate::labs::frame::view::LabState as State;
use crate::labs::load_balancing::LoadBalancing;
use crate::labs::load_balancing::moment::Index;
use crate::labs::load_balancing::run::{Lane, Trace};
use crate::sim::Nanos;

#[derive(Clone, Copy)]
pub struct LabState {
    pub frame: State<LoadBalancing>,
    /// The lane that is drawn.
    pub watched: Memo<usize>,
    /// Of the watched lane.
    pub index: Memo<Arc<Index>>,
    /// The attempt of the watched lane that the “why” speaks of: the last that was sent at or before the moment.
    pub last: Memo<Option<usize>>,
}

impl Deref for LabState {
    type Target = State<LoadBalancing>;

    fn deref(&self) -> &State<LoadBalancing> {
        &self.frame
    }
}

impl LabState {
    pub fn new(address: &str) -> Self {
        let frame = State::<LoadBalancing>::new(address);
        let watched = Memo::new(move |_| {
            let trace = frame.trace.read();
            (trace.scenario.watched as usize).min(trace.lanes.len().saturating_sub(1))
        });
        let index = Memo::new_with_compare(
            move |_| {
                let trace = frame.trace.read();
                Arc::new(Index::of(&trace, trace.watched()))
            },
            |_, _| true,
        );
        let last = Memo::new(move |_| frame.trace.read().watched().sent(frame.moment.get()).checked_sub(1));
        LabState { frame, watched, index, last }
    }

    /// Reads the run and the watched lane at the moment that sentences and numbers speak of; follows both.
    pub fn with_moment<T>(self, read: impl FnOnce(&Trace, &Lane, Nanos) -> T) -> T {
        let moment = self.moment.get();
        self.trace.with(|trace| read(trace, trace.watched(), moment))
    }

    /// Draws another lane.
    pub fn watch(self, lane: usize) {
        self.change(|scenario| scenario.watched = lane as u32);
    }
}
