//! One parameter over many runs, on all cores but one: the page stays as smooth as it is.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker};

use super::super::state::LabState;
use crate::labs::frame::view::NumberField;
use crate::labs::load_balancing::sweep::{self, Parameter, Plan, REQUESTS, SEEDS, USUAL_REQUESTS, USUAL_SEEDS};
use crate::labs::load_balancing::{SLUG, Scenario};
use crate::site::browser;

/// More workers than this are not started, however many cores there are.
const MOST_WORKERS: usize = 8;

/// Workers that are at it. Dropping it stops them.
struct Pool {
    workers: Vec<Worker>,
    _listen: Closure<dyn FnMut(MessageEvent)>,
    _fail: Closure<dyn FnMut(web_sys::Event)>,
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.workers.iter().for_each(Worker::terminate);
    }
}

type Shared = Rc<RefCell<State>>;

/// A sweep under way.
struct State {
    sweep: sweep::Sweep,
    /// The next job that nobody has.
    next: usize,
}

#[component]
pub fn Sweep(lab: LabState) -> impl IntoView {
    let parameter = RwSignal::new(Parameter::Load);
    let (seeds, requests) = (RwSignal::new(USUAL_SEEDS), RwSignal::new(USUAL_REQUESTS));
    let shown = RwSignal::new(None::<(Parameter, Vec<sweep::Curve>, Vec<String>)>);
    let progress = RwSignal::new(None::<(usize, usize)>);
    let said = RwSignal::new(None::<String>);
    let pool: StoredValue<Option<Pool>, LocalStorage> = StoredValue::new_local(None);
    let running = move || progress.get().is_some_and(|(done, all)| done < all) && pool.with_value(Option::is_some);

    let stop = move || drop(pool.try_update_value(Option::take));
    on_cleanup(stop);
    // A changed scenario is another sweep: what is shown stays, and says what it was of.
    let stale = RwSignal::new(false);
    // Which lane is drawn is nothing to a sweep, which is of all of them.
    let swept = Memo::new(move |_| Scenario { watched: 0, ..lab.scenario.get() });
    Effect::new(move |last: Option<()>| {
        // Read, not only tracked: a memo that nobody reads listens to nothing.
        drop(swept.read());
        if last.is_some() && shown.read_untracked().is_some() {
            stale.set(true);
        }
    });

    let start = move |_| {
        stop();
        said.set(None);
        stale.set(false);
        let plan = Plan::new(&lab.address(), parameter.get_untracked(), seeds.get_untracked(), requests.get_untracked());
        let notes = plan.notes.clone();
        let state: Shared = Rc::new(RefCell::new(State { sweep: sweep::Sweep::new(plan), next: 0 }));
        progress.set(Some(state.borrow().sweep.progress()));
        shown.set(Some((parameter.get_untracked(), state.borrow().sweep.curves(), notes.clone())));
        let what = parameter.get_untracked();
        let took = move |state: &Shared| {
            let state = state.borrow();
            let now = state.sweep.progress();
            // Curves are drawn a hundred times in all, not with every answer.
            let redraw = now.0 == now.1 || now.0.is_multiple_of((now.1 / 100).max(1));
            progress.set(Some(now));
            if redraw {
                shown.set(Some((what, state.sweep.curves(), notes.clone())));
                said.set(state.sweep.first_error().map(|error| format!("Some runs have no answer: {error}")));
            }
            now.0 == now.1
        };
        let failed = move || {
            stop();
            progress.set(None);
            said.set(Some(
                "The sweep’s program could not be fetched: try again, or reload the page. The scenario is in its address.".to_owned(),
            ));
        };
        match begin(state, took, failed, pool) {
            Ok(made) => pool.set_value(Some(made)),
            Err(_) => {
                progress.set(None);
                said.set(Some(
                    "This browser does not let a page start workers, and a sweep on the page’s own thread would freeze it.".to_owned(),
                ));
            }
        }
    };
    let cancel = move |_| {
        stop();
        progress.update(|progress| *progress = None);
        said.set(Some("Stopped. What was measured so far is shown.".to_owned()));
    };
    let applies = move |parameter: Parameter| lab.scenario.with(|scenario| parameter.applies(scenario));
    view! {
        <div class="tool">
            <div class="tool-row">
                <label>"Vary "<select on:change=move |event| {
                    if let Some(chosen) = Parameter::from_slug(&event_target_value(&event)) { parameter.set(chosen) }
                }>
                    {Parameter::ALL.into_iter().map(|of| view! {
                        <option value=of.slug() disabled=move || !applies(of) selected=of == parameter.get_untracked()>{of.label()}</option>
                    }).collect_view()}
                </select></label>
                <NumberField label="Seeds" unit="runs for each point" value=Signal::derive(move || seeds.get()) range=SEEDS slider_to=40 set=move |number| seeds.set(number)/>
                <NumberField label="Requests" unit="in each run" value=Signal::derive(move || requests.get()) range=REQUESTS slider_to=100_000 set=move |number| requests.set(number)/>
                <button type="button" disabled=running on:click=start>"Run the sweep"</button>
                <button type="button" disabled=move || !running() on:click=cancel>"Stop"</button>
            </div>
            <p role="status">
                {move || progress.get().map(|(done, all)| format!("{done} of {all} runs done. "))}
                {said}
                {move || stale.get().then_some(" The scenario has changed since: run it again.")}
            </p>
            {move || progress.get().map(|(done, all)| view! { <progress max=all.to_string() value=done.to_string() aria-label="Runs done"></progress> })}
            {move || shown.get().map(|(parameter, curves, notes)| {
                let table = sweep::table(parameter, &curves);
                view! {
                    <div class="sweep-picture" inner_html=sweep::curve_svg(parameter, &curves)></div>
                    <p class="unit">"99th percentile of the time from arrival to answer; bands hold the mean over seeds at 95 %. All lanes and values meet the same seeds."</p>
                    <ul class="export-notes">{notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_view()}</ul>
                    <details>
                        <summary>"As a table"</summary>
                        <div class="table" role="region" tabindex="0" aria-label="The sweep as a table">
                            <table>
                                <thead><tr>{table.head.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect_view()}</tr></thead>
                                <tbody>{table.rows.into_iter().map(|row| {
                                    let mut cells = row.into_iter();
                                    let head = cells.next();
                                    view! { <tr><th scope="row">{head}</th>{cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr> }
                                }).collect_view()}</tbody>
                            </table>
                        </div>
                    </details>
                }
            })}
        </div>
    }
}

/// Starts workers and gives each a job; each gets the next when it has answered. `took` is told of every answer and says
/// whether it was the last; then the workers go.
fn begin(
    state: Shared,
    took: impl Fn(&Shared) -> bool + 'static,
    failed: impl Fn() + Copy + 'static,
    pool: StoredValue<Option<Pool>, LocalStorage>,
) -> Result<Pool, JsValue> {
    let site = js_sys::Reflect::get(&browser::window(), &"fieldGuide".into())?;
    let make: js_sys::Function = js_sys::Reflect::get(&site, &"worker".into())?.dyn_into()?;
    // One core is the page's own.
    let cores = browser::window().navigator().hardware_concurrency() as usize;
    let count = cores.saturating_sub(1).clamp(1, MOST_WORKERS).min(state.borrow().sweep.plan().jobs.len().max(1));
    let inner = state.clone();
    let listen = Closure::new(move |event: MessageEvent| {
        let data = event.data();
        let field = |name: &str| js_sys::Reflect::get(&data, &name.into()).ok();
        let number = field("number").and_then(|number| number.as_f64()).filter(|number| *number >= 0.0).map(|number| number as usize);
        let answer = field("result").and_then(|result| result.as_string()).unwrap_or_default();
        if let Some(number) = number {
            inner.borrow_mut().sweep.take(number, &answer);
        }
        if took(&inner) {
            // Not from within its own callback.
            leptos::task::spawn_local(async move { drop(pool.try_update_value(Option::take)) });
        } else if let Some(worker) = event.target().and_then(|target| target.dyn_into::<Worker>().ok()) {
            hand_out(&inner, &worker);
        }
    });
    // Not from within its own callback.
    let fail = Closure::new(move |_: web_sys::Event| leptos::task::spawn_local(async move { failed() }));
    let mut made = Pool { workers: Vec::new(), _listen: listen, _fail: fail };
    for _ in 0..count {
        let worker: Worker = make.call1(&site, &SLUG.into())?.dyn_into()?;
        worker.set_onmessage(Some(made._listen.as_ref().unchecked_ref()));
        worker.set_onerror(Some(made._fail.as_ref().unchecked_ref()));
        hand_out(&state, &worker);
        made.workers.push(worker);
    }
    Ok(made)
}

/// Gives a worker the next job, if there is one.
fn hand_out(state: &Shared, worker: &Worker) {
    let mut state = state.borrow_mut();
    let number = state.next;
    let Some(job) = state.sweep.plan().jobs.get(number).map(|job| job.to_text()) else { return };
    state.next += 1;
    let message = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&message, &"number".into(), &(number as f64).into());
    let _ = js_sys::Reflect::set(&message, &"job".into(), &job.into());
    let _ = worker.post_message(&message);
}
