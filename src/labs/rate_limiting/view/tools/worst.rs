//! Searches for the arrivals that get most through one limiter, and puts them into the lab.

use leptos::prelude::*;

use super::super::state::LabState;
use crate::labs::rate_limiting::scenario::{Costs, LENGTHS, LaneSpec, MOST_ARRIVALS, Scope};
use crate::labs::rate_limiting::why::window_words;
use crate::labs::rate_limiting::{names, worst_case};
use crate::sim::{Arrivals, Nanos};

#[component]
pub fn Worst(lab: LabState) -> impl IntoView {
    let lanes = Memo::new(move |_| lab.scenario.read().lanes.clone());
    let said = RwSignal::new(None::<String>);
    let search = move |spec: LaneSpec| {
        let settings = lab.scenario.read_untracked().settings(&spec);
        let label = spec.algorithm.label();
        let found = match worst_case::find(spec.algorithm, settings) {
            Ok(found) => found,
            Err(sentence) => return said.set(Some(sentence)),
        };
        let bound = match found.bound {
            Some(bound) if bound == found.count as u64 => " That is its proven bound: no traffic gets more through.".to_owned(),
            Some(bound) => format!(" Its proven bound is {bound}."),
            None => String::new(),
        };
        said.set(Some(format!(
            "{label}: of {} floods the worst got {} through in {}; the limit is {}.{bound} It is in the picture now, for every lane.",
            found.tried,
            found.count,
            window_words(settings.window),
            settings.limit
        )));
        let mut arrivals = found.arrivals;
        arrivals.truncate(MOST_ARRIVALS);
        let last = arrivals.last().copied().unwrap_or(Nanos::ZERO);
        lab.change(|scenario| {
            scenario.length = (last + Nanos(settings.window.0 / 4)).max(*LENGTHS.start()).min(*LENGTHS.end());
            scenario.sources = vec![Arrivals::Listed(arrivals).into()];
            (scenario.costs, scenario.retry, scenario.scope) = (Costs::ONE, None, Scope::PerClient);
            (scenario.interventions, scenario.watched) = (Vec::new(), 0);
        });
    };
    view! {
        <div class="tool">
            <p>"Which arrivals get most through one window? Choose a limiter to attack; its own rule is the judge."</p>
            <div class="tool-row">
                {move || lanes.get().into_iter().map(|spec| view! {
                    <button type="button" on:click=move |_| search(spec)>
                        {spec.algorithm.label()}" "<span class="unit">{names::variant(&lab.scenario.read_untracked(), &spec)}</span>
                    </button>
                }).collect_view()}
            </div>
            <p role="status">{said}</p>
        </div>
    }
}
