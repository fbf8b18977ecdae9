//! The frame's state with what this lab has besides: what the first run shows at the moment, and gestures on request and
//! world.

use std::ops::Deref;
use std::sync::Arc;

use leptos::prelude::*;

use crate::http::edits::Edit;
use crate::http::message::Request;
use crate::http::state::World;
use crate::labs::frame::Intervention;
use crate::labs::frame::view::LabState as State;
use crate::labs::http_status::HttpStatus;
use crate::labs::http_status::index::{self, Entry};
use crate::labs::http_status::run::{Now, Run, Trace, as_typed};
use crate::labs::http_status::scenario::{Action, LONGEST_REQUEST, MOST_ACTS};
use crate::sim::Nanos;

#[derive(Clone, Copy)]
pub struct LabState {
    pub frame: State<HttpStatus>,
    /// What the first run shows now. Changes only from beat to beat, so what follows it is drawn a few times a second.
    pub now: Memo<Now>,
    /// Every code as seen from here: a hundred small changes, each tried once for everybody who asks.
    pub entries: Memo<Arc<Vec<Entry>>>,
    /// The code that the reader asks for the way to; taken by the panel that answers.
    pub wanted: RwSignal<Option<u16>>,
}

impl Deref for LabState {
    type Target = State<HttpStatus>;

    fn deref(&self) -> &State<HttpStatus> {
        &self.frame
    }
}

impl LabState {
    pub fn new(address: &str) -> Self {
        let frame = State::<HttpStatus>::new(address);
        let now = Memo::new(move |_| {
            let moment = frame.playback.read().at;
            frame.trace.with(|trace| trace.first().now(moment))
        });
        let entries = Memo::new_with_compare(move |_| Arc::new(frame.trace.with(|trace| index::of(trace))), |_, _| true);
        LabState { frame, now, entries, wanted: RwSignal::new(None) }
    }

    /// Reads the first run as it stands at the moment; follows both.
    pub fn with_now<T>(self, read: impl FnOnce(&Trace, &Run, Now) -> T) -> T {
        let now = self.now.get();
        self.trace.with(|trace| read(trace, trace.first(), now))
    }

    /// Another request, as it was typed. Refused with a sentence if it is too long to be worked with.
    pub fn set_request(self, text: &str) -> Result<(), String> {
        if text.len() > LONGEST_REQUEST {
            let message = format!(
                "That is {} bytes; the lab reads up to {LONGEST_REQUEST}. Shorten the content: its size is what a server sees, in Content-Length.",
                text.len()
            );
            return Err(message);
        }
        let text = text.replace("\r\n", "\n");
        self.change(|scenario| scenario.request = text);
        Ok(())
    }

    /// How does one get there? The panel of all codes opens with the answer.
    pub fn ask_for(self, code: u16) {
        self.wanted.set(Some(code));
    }

    /// Makes small changes to request and world.
    pub fn apply(self, edits: &[Edit]) {
        let Some(mut request) = self.understood() else { return };
        self.change(|scenario| {
            for edit in edits {
                edit.apply(&mut request, &mut scenario.world);
            }
            scenario.request = as_typed(&request);
        });
    }

    /// Takes a request and a world over, such as those that a search has found.
    pub fn take_over(self, request: &Request, world: World) {
        self.change(|scenario| {
            scenario.request = as_typed(request);
            scenario.world = world;
        });
    }

    /// The request of the first run, if it could be understood.
    pub fn understood(self) -> Option<Request> {
        self.trace.with_untracked(|trace| trace.first().request.clone().ok())
    }

    /// Something happens `seconds` after the first request.
    pub fn act(self, seconds: u64, action: Action) {
        if self.scenario.read_untracked().acts.len() >= MOST_ACTS {
            self.said.set(Some(format!("A run holds at most {MOST_ACTS} acts. Undo one first.")));
            return;
        }
        self.said.set(None);
        let at = Nanos(seconds.saturating_mul(Nanos::SECOND.0));
        self.change(|scenario| scenario.acts.push(Intervention { at, action }));
    }
}
