//! The reader's own access log: taken in piece by piece, then through every lane.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Blob;

use super::super::state::LabState;
use super::log_summary::{LogSummary, ReplayView};
use crate::access_log::{AccessLog, Format, JsonFields, LogReader};
use crate::labs::rate_limiting::record;
use crate::labs::rate_limiting::replay::{Decider, LaneReplay, Replay};
use crate::labs::rate_limiting::scenario::LaneSpec;
use crate::site::breathe::Breather;
use crate::site::browser;
use crate::site::files::Pieces;

/// Requests between two looks at the clock.
const STRIDE: usize = 2_000;
/// Bytes between two looks at the clock.
const SLICE: usize = 32_768;

/// What is being done, for the progress bar.
#[derive(Clone, Debug, PartialEq)]
enum Busy {
    Reading { share: Option<f64>, lines: u64 },
    Replaying { share: f64 },
}

/// A log being taken in or replayed, and who may stop it.
#[derive(Clone, Copy)]
pub struct Import {
    busy: RwSignal<Option<Busy>>,
    /// Each piece of work has a number: when it is no longer the current one, it stops.
    turn: StoredValue<u32>,
    said: RwSignal<Option<String>>,
    replays: RwSignal<Option<Arc<Vec<LaneReplay>>>>,
    /// The file, kept for reading it again in another format.
    file: StoredValue<Option<Blob>, LocalStorage>,
}

impl Import {
    pub fn new() -> Self {
        Import {
            busy: RwSignal::new(None),
            turn: StoredValue::new(0),
            said: RwSignal::new(None),
            replays: RwSignal::new(None),
            file: StoredValue::new_local(None),
        }
    }

    fn next_turn(self) -> u32 {
        self.turn.update_value(|turn| *turn += 1);
        self.turn.get_value()
    }

    fn current(self, turn: u32) -> bool {
        self.turn.try_get_value() == Some(turn)
    }

    fn cancel(self) {
        self.next_turn();
        self.busy.set(None);
        self.said.set(Some("Stopped. What was there before is still there.".to_owned()));
    }

    /// Reads a log; the one before stays until the new one is whole.
    fn read(self, lab: LabState, blob: Blob, format: Format, spread: bool) {
        let turn = self.next_turn();
        self.file.set_value(Some(blob.clone()));
        self.said.set(None);
        self.busy.set(Some(Busy::Reading { share: Some(0.0), lines: 0 }));
        leptos::task::spawn_local(async move {
            let taken = self.take_in(turn, blob, format, spread).await;
            if !self.current(turn) {
                return;
            }
            self.busy.set(None);
            match taken {
                Ok(Some(log)) => lab.log.set(Some(Arc::new(log))),
                Ok(None) => {}
                Err(sentence) => self.said.set(Some(sentence)),
            }
        });
    }

    async fn take_in(self, turn: u32, blob: Blob, format: Format, spread: bool) -> Result<Option<AccessLog>, String> {
        let breather = Breather::new();
        let mut reader = LogReader::new(format).spread(spread);
        let mut pieces = Pieces::open(blob).await?;
        while reader.wants_more() {
            let Some(piece) = pieces.next().await? else { break };
            for slice in piece.chunks(SLICE) {
                reader.feed(slice);
                if breather.out_of_breath() {
                    if !self.current(turn) {
                        return Ok(None);
                    }
                    self.busy.set(Some(Busy::Reading { share: pieces.share(), lines: reader.lines() }));
                    breather.breathe().await;
                }
            }
        }
        reader.finish().map(Some)
    }

    /// One lane's decisions about the whole log, as a file.
    pub fn save(self, lab: LabState, spec: LaneSpec) {
        let Some(log) = lab.log.get_untracked() else { return };
        let turn = self.next_turn();
        let scenario = lab.scenario.get_untracked();
        leptos::task::spawn_local(async move {
            let breather = Breather::new();
            let mut decider = Decider::new(&scenario, &spec, log.keys.len());
            let mut file = vec![record::CSV_HEAD.to_owned()];
            for (index, requests) in log.requests.chunks(STRIDE).enumerate() {
                let mut rows = String::new();
                for request in requests {
                    let key = log.keys.get(request.key as usize).map_or("", |key| key);
                    if let Some((decision, limiter)) = decider.decide(request) {
                        record::log_row(&mut rows, request, key, &decision, limiter.quota(request.at));
                    }
                }
                file.push(rows);
                if breather.out_of_breath() {
                    if !self.current(turn) {
                        return;
                    }
                    self.busy.set(Some(Busy::Replaying { share: (index * STRIDE) as f64 / log.requests.len().max(1) as f64 }));
                    breather.breathe().await;
                }
            }
            if self.current(turn) {
                self.busy.set(None);
                browser::download(&format!("{}-decisions.csv", spec.algorithm.slug()), "text/csv", &file);
            }
        });
    }

    /// Sends the log through the lanes as they are now.
    fn replay(self, lab: LabState) {
        let Some(log) = lab.log.get_untracked() else { return };
        let turn = self.next_turn();
        let scenario = lab.scenario.get_untracked();
        leptos::task::spawn_local(async move {
            let breather = Breather::new();
            let mut replay = Replay::new(&scenario, log.keys.len(), log.summary.span);
            while replay.step(&log.requests, STRIDE) {
                if breather.out_of_breath() {
                    if !self.current(turn) {
                        return;
                    }
                    self.busy.set(Some(Busy::Replaying { share: replay.done() as f64 / log.requests.len().max(1) as f64 }));
                    breather.breathe().await;
                }
            }
            if self.current(turn) {
                self.busy.set(None);
                self.replays.set(Some(Arc::new(replay.finish())));
            }
        });
    }
}

#[component]
pub fn Log(lab: LabState, import: Import) -> impl IntoView {
    let format = RwSignal::new(Format::Detect);
    let spread = RwSignal::new(true);
    let over = RwSignal::new(false);
    // Whatever changes in the lanes, the log goes through them anew; it is never lost.
    Effect::new(move |_| {
        lab.scenario.track();
        if lab.log.get().is_some() {
            import.replay(lab);
        }
    });
    // Chosen for one file; the next has fields of its own.
    let fields = RwSignal::new(None::<JsonFields>);
    let begin = move |blob: Blob| {
        let format = fields.get_untracked().map_or_else(|| format.get_untracked(), Format::JsonLines);
        import.read(lab, blob, format, spread.get_untracked());
    };
    let again = move || {
        if let Some(blob) = import.file.get_value() {
            begin(blob);
        }
    };
    let read = move |blob: Blob| {
        fields.set(None);
        begin(blob);
    };
    let picked = move |event: web_sys::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        if let Some(file) = input.and_then(|input| input.files()).and_then(|files| files.get(0)) {
            read(file.into());
        }
    };
    let dropped = move |event: web_sys::DragEvent| {
        event.prevent_default();
        over.set(false);
        match event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0)) {
            Some(file) => read(file.into()),
            None => import.said.set(Some("That was no file. Drop a log file here, or paste its lines below.".to_owned())),
        }
    };
    let pasted = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        if text.trim().is_empty() {
            return;
        }
        let parts = js_sys::Array::of1(&text.into());
        if let Ok(blob) = Blob::new_with_str_sequence(&parts) {
            read(blob);
        }
    };
    view! {
        <div
            class="tool log-tool"
            class:over=over
            on:dragover=move |event: web_sys::DragEvent| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=dropped
        >
            <p>
                "Drop a log here, "
                <label class="pick">"choose a file "<input type="file" on:change=picked/></label>
                " or paste lines: Common or Combined Log Format, JSON lines, or CSV "<code>"time_s[,key[,cost]]"</code>", plain or gzip."
                <b>" It is read in this page and never leaves your computer."</b>
            </p>
            <textarea rows="2" spellcheck="false" aria-label="Lines of a log" placeholder="0.0,alice\n0.2,bob,3" on:change=pasted></textarea>
            <FormatChoice lab format fields spread again/>
            <Progress import/>
            <p class="field-wrong" role="alert" hidden=move || import.said.read().is_none()>{import.said}</p>
            {move || lab.log.get().map(|log| view! { <LogSummary lab log/> })}
            {move || import.replays.get().zip(lab.log.get()).map(|(replays, log)| view! { <ReplayView lab import log replays/> })}
        </div>
    }
}

#[component]
fn Progress(import: Import) -> impl IntoView {
    let busy = Memo::new(move |_| import.busy.get());
    let working = Memo::new(move |_| busy.read().is_some());
    let words = move || match busy.get() {
        Some(Busy::Reading { lines, .. }) => format!("Reading: {lines} lines so far "),
        Some(Busy::Replaying { share }) => format!("Sending it through the limiters: {:.0} % ", share * 100.0),
        None => String::new(),
    };
    let share = move || match busy.get() {
        Some(Busy::Reading { share, .. }) => share,
        Some(Busy::Replaying { share }) => Some(share),
        None => None,
    };
    view! {
        <p class="progress" hidden=move || !working.get()>
            <progress max="1" value=move || share().map(|share| format!("{share:.3}")) aria-label="Progress"></progress>
            " "{words}
            <button type="button" on:click=move |_| import.cancel()>"Stop"</button>
        </p>
    }
}

/// How the log is read: found out by itself, or as the reader says.
#[component]
fn FormatChoice(
    lab: LabState,
    format: RwSignal<Format>,
    fields: RwSignal<Option<JsonFields>>,
    spread: RwSignal<bool>,
    again: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let name = move || match format.get() {
        Format::Detect => "detect",
        Format::Common => "common",
        Format::JsonLines(_) => "json",
        Format::Csv => "csv",
    };
    let chosen = move |event: web_sys::Event| {
        format.set(match event_target_value(&event).as_str() {
            "common" => Format::Common,
            "csv" => Format::Csv,
            "json" => Format::JsonLines(JsonFields::default()),
            _ => Format::Detect,
        });
        fields.set(None);
        again();
    };
    let field = move |event: web_sys::Event, set: fn(&mut JsonFields, String)| {
        let read_from = match lab.log.get_untracked().map(|log| log.summary.format.clone()) {
            Some(Format::JsonLines(fields)) => fields,
            _ => JsonFields::default(),
        };
        let mut chosen = fields.get_untracked().unwrap_or(read_from);
        set(&mut chosen, event_target_value(&event));
        fields.set(Some(chosen));
        again();
    };
    let on_offer = Memo::new(move |_| lab.log.get().map(|log| (log.summary.fields.clone(), log.summary.format.clone())));
    view! {
        <p class="tool-row">
            <label>"Read as "<select on:change=chosen prop:value=name>
                <option value="detect" selected=true>"whatever it is"</option>
                <option value="common">"Common or Combined Log Format"</option>
                <option value="json">"JSON lines"</option>
                <option value="csv">"CSV"</option>
            </select></label>
            {move || on_offer.get().and_then(|(names, format)| match format {
                Format::JsonLines(JsonFields { time, key, cost }) => Some(view! {
                    <FieldChoice label="time from " names=names.clone() chosen=time none=None set=move |event| field(event, |fields, name| fields.time = name)/>
                    <FieldChoice label="key from " names=names.clone() chosen=key.unwrap_or_default() none=Some("nothing: one client") set=move |event| field(event, |fields, name| fields.key = some(name))/>
                    <FieldChoice label="cost from " names chosen=cost.unwrap_or_default() none=Some("nothing: 1 each") set=move |event| field(event, |fields, name| fields.cost = some(name))/>
                }),
                _ => None,
            })}
            <label class="check"><input type="checkbox" prop:checked=spread on:change=move |event| {
                spread.set(event_target_checked(&event));
                again();
            }/>"spread whole seconds evenly"</label>
        </p>
    }
}

fn some(name: String) -> Option<String> {
    (!name.is_empty()).then_some(name)
}

#[component]
fn FieldChoice(
    label: &'static str,
    names: Vec<String>,
    chosen: String,
    none: Option<&'static str>,
    set: impl Fn(web_sys::Event) + 'static,
) -> impl IntoView {
    let options =
        names.into_iter().map(|name| view! { <option value=name.clone() selected=name == chosen>{name.clone()}</option> }).collect_view();
    view! {
        <label>{label}<select on:change=set>
            {none.map(|none| view! { <option value="" selected=chosen.is_empty()>{none}</option> })}
            {options}
        </select></label>
    }
}
