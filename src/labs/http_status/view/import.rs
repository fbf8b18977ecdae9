//! A request, a command or an exchange from elsewhere: what was recognised, which path explains it, and on into the lab.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use super::state::LabState;
use crate::http::explain::Fault;
use crate::http::graph::page_of;
use crate::http::message::Response;
use crate::http::state::World;
use crate::http::status::{self, Strength};
use crate::labs::frame::view::WordsView;
use crate::labs::http_status::import::{self, Decisive, EXAMPLES, Explained, Foreseen, Imported, Trouble, Verdict, Way};
use crate::labs::http_status::scenario::Client;
use crate::labs::http_status::why;

/// So long the word that it looks has to be painted, before the search takes the thread.
const PAINTED: Duration = Duration::from_millis(40);

#[component]
pub fn ImportPanel(
    lab: LabState,
    /// What is pasted, where it is to outlive the panel.
    #[prop(optional)]
    text: Option<RwSignal<String>>,
) -> impl IntoView {
    let text = text.unwrap_or_else(|| RwSignal::new(String::new()));
    let profile = Memo::new(move |_| lab.scenario.read().profile());
    let found = Memo::new(move |_| text.with(|text| (!text.trim().is_empty()).then(|| import::read(text))));
    // Cheap enough to follow each keystroke; a pair is explained when asked for.
    let alone = Memo::new_with_compare(
        move |_| {
            let profile = profile.get();
            found.with(|found| match found {
                Some(Ok(imported)) if imported.response.is_none() => Some(Arc::new(import::explain(profile, imported))),
                _ => None,
            })
        },
        |_, _| true,
    );
    let pair = RwSignal::new(None::<Arc<Verdict>>);
    let busy = RwSignal::new(false);
    let said = RwSignal::new(None::<String>);
    // Which text a search was begun for.
    let turn = StoredValue::new(0u32);

    let put = move |new: String| {
        turn.update_value(|turn| *turn = turn.wrapping_add(1));
        pair.set(None);
        busy.set(false);
        said.set(None);
        text.set(new);
    };
    let explain = move || {
        let Some(Ok(imported)) = found.get_untracked().filter(|found| matches!(found, Ok(imported) if imported.response.is_some())) else {
            return;
        };
        let (begun, profile) = (turn.get_value(), profile.get_untracked());
        busy.set(true);
        set_timeout(
            move || {
                if turn.try_get_value() == Some(begun) {
                    let _ = pair.try_set(Some(Arc::new(import::explain(profile, &imported))));
                    let _ = busy.try_set(false);
                }
            },
            PAINTED,
        );
    };
    let open = move |world: Option<World>| {
        let Some(Ok(imported)) = found.get_untracked() else { return };
        match imported.for_the_lab() {
            Ok(request) => {
                let world = world.unwrap_or_else(|| import::guessed(&imported));
                lab.change(|scenario| {
                    scenario.request = request.text();
                    scenario.scheme.clone_from(&imported.scheme);
                    scenario.world = world;
                    scenario.client = if imported.follows { Client::Browser } else { Client::Once };
                    scenario.routes.clear();
                    scenario.acts.clear();
                });
                said.set(Some("It is open in the lab above.".to_owned()));
            }
            Err(sentence) => said.set(Some(sentence)),
        }
    };
    let open_first = move |_| {
        let verdict = pair.get_untracked().or_else(|| alone.get_untracked());
        open(match verdict.as_deref() {
            Some(Verdict::Explained(explained)) => explained.ways.first().map(|way| way.world.clone()),
            Some(Verdict::Foreseen(foreseen)) => Some(foreseen.world.clone()),
            None => None,
        });
    };
    let readable = Memo::new(move |_| found.with(|found| matches!(found, Some(Ok(_)))));
    let is_pair = Memo::new(move |_| found.with(|found| matches!(found, Some(Ok(imported)) if imported.response.is_some())));
    view! {
        <div class="tool http-import">
            <h3 id="http-import-title">"Paste a request, a curl command, or a request with its response"</h3>
            <textarea
                rows="7"
                spellcheck="false"
                autocomplete="off"
                autocapitalize="off"
                aria-labelledby="http-import-title"
                placeholder="curl -H 'If-None-Match: \"v1\"' https://example.org/notes/1"
                prop:value=move || text.get()
                on:input=move |event| put(event_target_value(&event))
            ></textarea>
            <p class="tool-row">
                "Such as: "
                {EXAMPLES.into_iter().map(|(label, example)| view! {
                    <button type="button" class="link" on:click=move |_| {
                        put(example.to_owned());
                        explain();
                    }>{label}</button>
                }).collect_view()}
            </p>
            <div role="status">{move || found.with(|found| match found {
                None => ().into_any(),
                Some(Ok(imported)) => recognised(imported),
                Some(Err(trouble)) => text.with(|text| offending(trouble, text)),
            })}</div>
            <p class="tool-row" hidden=move || !readable.get()>
                <button type="button" hidden=move || !is_pair.get() disabled=move || busy.get() on:click=move |_| explain()>
                    {move || if busy.get() { "Looking for the path…" } else { "Explain it" }}
                </button>
                <button type="button" on:click=open_first>"Open it in the lab"</button>
                <span role="status">{move || said.get()}</span>
            </p>
            <div role="status">{move || pair.get().or_else(|| alone.get()).map(|verdict| match &*verdict {
                Verdict::Explained(explained) => explained_view(&verdict.headline(), explained, open),
                Verdict::Foreseen(foreseen) => foreseen_view(&verdict.headline(), foreseen),
            })}</div>
        </div>
    }
}

/// What was recognised: the start lines, and what was taken otherwise than it stands there.
fn recognised(imported: &Imported) -> AnyView {
    let request = &imported.request;
    let asked = format!("{} {}", request.method, request.url(&imported.scheme));
    let answered = imported.response.as_ref().map(|response| view! { ", answered with "<code>{start(response)}</code> });
    let notes = imported.notes.iter().map(|note| view! { <li><WordsView words=why::words(note)/></li> }).collect_view();
    view! {
        <div>
            <p>"This is "<WordsView words=why::words(imported.what.label())/>": "<code>{asked}</code>{answered}"."</p>
            <ul class="export-notes">{notes}</ul>
        </div>
    }
    .into_any()
}

fn start(response: &Response) -> String {
    format!("{} {}", response.status, status::reason(response.status).unwrap_or_default()).trim_end().to_owned()
}

/// The sentence, and the line with the byte marked.
fn offending(trouble: &Trouble, text: &str) -> AnyView {
    let place = (!text.trim().is_empty()).then(|| format!("Line {}, column {}: ", trouble.line, trouble.column));
    let (before, marked, after) = trouble.shown(text);
    view! {
        <div>
            <p class="field-wrong">{place}<WordsView words=why::words(&trouble.sentence)/></p>
            <pre class="offending" tabindex="0" role="region" aria-label="The line, with the byte marked"><code>{before}<mark>{marked}</mark>{after}</code></pre>
        </div>
    }
    .into_any()
}

fn explained_view(headline: &str, explained: &Explained, open: impl Fn(Option<World>) + Copy + 'static) -> AnyView {
    let several = explained.ways.len() > 1;
    let ways = explained.ways.iter().map(|way| view! { <li>{way_view(way, several, open)}</li> }).collect_view();
    let faults = explained.faults.iter().map(fault).collect_view();
    let faultless = explained.faults.is_empty();
    let ever = explained.ever;
    let none = explained.ways.is_empty().then(|| {
        let sentence = if ever {
            "Not even three changes to the world that the response tells of lead there with this request."
        } else {
            "None of its questions leads there."
        };
        view! { <p>{sentence}</p> }
    });
    let wrong = if faultless { "Nothing is wrong with the response in itself." } else { "Wrong with the response, whatever the reason:" };
    view! {
        <div class="verdict">
            <p><b>{headline.to_owned()}</b></p>
            {none}
            <ol class="ways">{ways}</ol>
            <p>{wrong}</p>
            <ul class="faults">{faults}</ul>
        </div>
    }
    .into_any()
}

/// One way: what has to be so, and the question at which it is decided.
fn way_view(way: &Way, several: bool, open: impl Fn(Option<World>) + Copy + 'static) -> AnyView {
    let assumptions = (!way.assumptions.is_empty()).then(|| {
        let orders = way.assumptions.join(" ");
        view! { <p>"What it takes: "<WordsView words=why::words(&orders)/></p> }
    });
    let world = way.world.clone();
    let own = several.then(|| {
        view! { <button type="button" class="link" on:click=move |_| open(Some(world.clone()))>"Open this way in the lab"</button> }
    });
    view! { {assumptions}{way.decisive.as_ref().map(decisive_view)}{own} }.into_any()
}

fn decisive_view(decisive: &Decisive) -> AnyView {
    let question = format!("“{}” ", decisive.question);
    let reason = why::words(&decisive.reason);
    view! {
        <p>{question}<b>{why::word(decisive.yes)}</b>": "<WordsView words=reason/>" "{clause(decisive.clause)}" "<span class="unit">{decisive.label.word()}</span></p>
    }
    .into_any()
}

fn foreseen_view(headline: &str, foreseen: &Foreseen) -> AnyView {
    let assumptions = (!foreseen.assumptions.is_empty()).then(|| {
        let assumed = foreseen.assumptions.join(" ");
        view! { <p>"Taken for granted: "<WordsView words=why::words(&assumed)/></p> }
    });
    view! {
        <div class="verdict">
            <p><b>{headline.to_owned()}</b></p>
            {foreseen.decisive.as_ref().map(decisive_view)}
            {assumptions}
        </div>
    }
    .into_any()
}

fn fault(fault: &Fault) -> AnyView {
    let (class, word) = match fault.strength {
        Strength::Must => ("must", "MUST"),
        Strength::Should => ("should", "SHOULD"),
    };
    view! { <li><b class=class>{word}</b>" "<WordsView words=why::words(&fault.what)/>" "{clause(fault.clause)}</li> }.into_any()
}

/// Linked if it is an RFC's.
fn clause(clause: &'static str) -> AnyView {
    match page_of(clause) {
        Some(page) => view! { <a href=page>{clause}</a> }.into_any(),
        None => view! { <span class="unit">{clause}</span> }.into_any(),
    }
}
