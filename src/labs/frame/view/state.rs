//! A lab's state: a scenario, the run that follows from it, and the moment. Gestures change the scenario; nothing changes
//! the run.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use crate::address::Note;
use crate::labs::frame::{Intervention, Lab, Playback, Preset};
use crate::sim::Nanos;
use crate::site::browser;
use crate::site::context::site;

const ADDRESS_DELAY: Duration = Duration::from_millis(300);

type PresetOf<L> = &'static Preset<<L as Lab>::Scenario, <L as Lab>::Trace>;

pub struct LabState<L: Lab> {
    pub preset: RwSignal<PresetOf<L>>,
    /// Without its moment: that is the playback's.
    pub scenario: RwSignal<L::Scenario>,
    pub trace: Memo<Arc<L::Trace>>,
    pub playback: RwSignal<Playback>,
    /// The moment that numbers and sentences speak of: in steps of a tenth of a second while playing.
    pub moment: Memo<Nanos>,
    /// Tasks that the run has shown done; they stay done until the preset changes.
    pub done: RwSignal<Vec<bool>>,
    pub notes: RwSignal<Vec<Note>>,
    /// A sentence about what the reader tried to do.
    pub said: RwSignal<Option<String>>,
    /// Whether the reader has done anything since the scenario was opened.
    touched: RwSignal<bool>,
    asked_for_a_moment: StoredValue<bool>,
    /// Writes the address; `None` inside an entry.
    write: StoredValue<Option<Writer>, LocalStorage>,
    pending: StoredValue<Option<TimeoutHandle>>,
}

impl<L: Lab> Clone for LabState<L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L: Lab> Copy for LabState<L> {}

type Writer = std::rc::Rc<dyn Fn(&str, bool)>;

impl<L: Lab> LabState<L> {
    pub fn new(address: &str) -> Self {
        let (preset, mut scenario, notes) = L::read(address);
        let at = L::moment(&mut scenario).take();
        let playback = RwSignal::new(Playback::paused(at, L::length(&scenario), L::opening_speed(&scenario)));
        let scenario = RwSignal::new(scenario);
        let preset = RwSignal::new(preset);
        let trace = Memo::new_with_compare(move |_| Arc::new(L::run(&scenario.read())), |_, _| true);
        let moment = Memo::new(move |_| {
            let playback = playback.read();
            if playback.playing { Nanos(playback.at.0 / 100_000_000 * 100_000_000) } else { playback.at }
        });
        let done = RwSignal::new(Vec::new());
        let touched = RwSignal::new(false);
        Effect::new(move |_| {
            if playback.read().playing {
                touched.set(true);
            }
        });
        Effect::new(move |_| {
            // A lab opens on the end of its run: what that shows, the reader has not done.
            if !touched.get() {
                return;
            }
            let (trace, moment, tasks) = (trace.get(), moment.get(), preset.get().tasks);
            let now: Vec<bool> = tasks
                .iter()
                .enumerate()
                .map(|(index, task)| done.read_untracked().get(index).copied().unwrap_or(false) || task.done(&trace, moment))
                .collect();
            if *done.read_untracked() != now {
                done.set(now);
            }
        });
        LabState {
            preset,
            scenario,
            trace,
            playback,
            moment,
            done,
            notes: RwSignal::new(notes),
            said: RwSignal::new(None),
            touched,
            asked_for_a_moment: StoredValue::new(at.is_some()),
            write: StoredValue::new_local(None),
            pending: StoredValue::new(None),
        }
    }

    /// Takes the scenario from the page's address, now and after Back and Forward, and keeps the address in step.
    /// `asked` is what the site's links ask for.
    pub fn live_in_the_address(self, asked: RwSignal<String>) {
        let lab = site().href(&format!("/labs/{}/", L::SLUG));
        let written = StoredValue::new(String::new());
        self.write.set_value(Some(std::rc::Rc::new(move |address: &str, replace: bool| {
            written.set_value(address.to_owned());
            browser::put_into_history(&format!("{lab}?{address}"), replace);
        })));
        Effect::new(move |_| {
            let handle = window_event_listener(leptos::ev::popstate, move |_| {
                let _ = asked.try_set(browser::search());
            });
            on_cleanup(move || handle.remove());
        });
        Effect::new(move |_| {
            let address = asked.get();
            let address = address.trim_start_matches('?');
            if written.with_value(|written| written == address) {
                return;
            }
            written.set_value(address.to_owned());
            let (preset, mut scenario, notes) = L::read(address);
            let at = L::moment(&mut scenario).take();
            self.asked_for_a_moment.set_value(at.is_some());
            self.notes.set(notes);
            self.open(preset, scenario, at);
        });
    }

    pub fn asked_for_a_moment(self) -> bool {
        self.asked_for_a_moment.get_value()
    }

    fn open(self, preset: PresetOf<L>, scenario: L::Scenario, at: Option<Nanos>) {
        // Another scenario is another length; the same one keeps the speed that the reader chose.
        let speed = match *self.preset.read_untracked() == preset {
            true => self.playback.read_untracked().speed,
            false => L::opening_speed(&scenario),
        };
        self.playback.set(Playback::paused(at, L::length(&scenario), speed));
        if *self.preset.read_untracked() != preset {
            self.done.set(Vec::new());
            self.preset.set(preset);
        }
        self.touched.set(false);
        self.scenario.set(scenario);
    }

    /// The run as an address, with the moment unless the run stands at its end.
    pub fn address(self) -> String {
        let playback = self.playback.get_untracked();
        let mut scenario = self.scenario.get_untracked();
        *L::moment(&mut scenario) = (playback.at < playback.end && !playback.playing).then_some(playback.at);
        L::write(&scenario, self.preset.get_untracked())
    }

    fn put_into_address(self, replace: bool) {
        let Some(write) = self.write.get_value() else { return };
        if let Some(handle) = self.pending.get_value() {
            handle.clear();
        }
        if !replace {
            write(&self.address(), false);
            return;
        }
        // Dragging makes many moments; browsers refuse hundreds of addresses a minute.
        let later = set_timeout_with_handle(
            move || {
                if self.playback.try_get_untracked().is_some() {
                    write(&self.address(), true)
                }
            },
            ADDRESS_DELAY,
        );
        self.pending.set_value(later.ok());
    }

    /// The reader moved or stopped the run.
    pub fn moved(self) {
        self.said.set(None);
        self.touched.set(true);
        if !self.playback.read_untracked().playing {
            self.put_into_address(true);
        }
    }

    pub fn choose(self, slug: &'static str) {
        let current = self.preset.get_untracked();
        let Some(preset) = L::presets().iter().chain([current]).find(|preset| preset.slug == slug) else { return };
        self.said.set(None);
        self.notes.set(Vec::new());
        self.open(preset, preset.scenario(), None);
        self.put_into_address(false);
        if !browser::reduced_motion() {
            self.playback.update(|playback| {
                playback.seek(Nanos::ZERO);
                playback.play()
            });
        }
    }

    /// Changes the scenario; the run follows, the moment stays.
    pub fn change(self, change: impl FnOnce(&mut L::Scenario)) {
        self.touched.set(true);
        self.scenario.update(change);
        let length = L::length(&self.scenario.read_untracked());
        self.playback.update(|playback| {
            let at_end = playback.at >= playback.end;
            playback.end = length;
            playback.at = if at_end { length } else { playback.at.min(length) };
        });
        self.put_into_address(true);
    }

    /// Records what the reader did, at the moment of doing it.
    pub fn intervene(self, action: L::Action) {
        let playback = self.playback.get_untracked();
        if playback.at >= playback.end {
            self.said.set(Some("The run is over: move to the moment at which it should happen.".to_owned()));
            return;
        }
        if L::interventions(&self.scenario.read_untracked()).len() >= L::MOST_INTERVENTIONS {
            self.said.set(Some(format!("A run holds at most {} interventions. Undo one first.", L::MOST_INTERVENTIONS)));
            return;
        }
        self.said.set(None);
        self.touched.set(true);
        self.scenario.update(|scenario| L::interventions_mut(scenario).push(Intervention { at: playback.at, action }));
        self.put_into_address(true);
    }

    pub fn undo(self) {
        self.scenario.update(|scenario| {
            L::interventions_mut(scenario).pop();
        });
        self.put_into_address(true);
    }

    /// Goes to a moment and stays there.
    pub fn go_to(self, at: Nanos) {
        self.playback.update(|playback| {
            playback.pause();
            playback.seek(at);
        });
        self.moved();
    }
}
