//! The plate that every lab's picture is set into: what starts it, what keys do, how it is shared, what there is to try.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{LabState, PresetBar, keys, on_each_frame, while_visible};
use crate::address::MOST_BYTES;
use crate::labs::frame::Lab;
use crate::sim::Nanos;
use crate::site::browser;
use crate::site::context::site;
use crate::site::notes::Notes;

/// The frame around a lab: head, presets, notes; `children` are the rest from the picture down.
#[component]
pub fn Plate<L: Lab>(
    lab: LabState<L>,
    /// Inside an entry: the address stays the entry's.
    inline: bool,
    /// What the page's address asks for, where the lab has the page to itself.
    asked: Option<RwSignal<String>>,
    /// Moments to step to, ascending.
    events: Signal<Vec<Nanos>>,
    /// What is the same for all lanes, in one line.
    #[prop(into)]
    subtitle: Signal<String>,
    /// Without the row of scenarios: where one scenario is what the reader came for.
    #[prop(optional)]
    bare: bool,
    children: Children,
) -> impl IntoView {
    // In a frame of somebody else's page (`site/embed/lab.js`) it keeps out of the history: that is the host's.
    if let Some(asked) = asked.filter(|_| !inline && browser::by_id("embed-lab").is_none()) {
        lab.live_in_the_address(asked);
    }
    let plate = NodeRef::<leptos::html::Section>::new();
    let visible = RwSignal::new(false);
    while_visible(plate, visible);
    let running = Signal::derive(move || lab.playback.read().playing && visible.get());
    on_each_frame(running, move |since| lab.playback.update(|playback| playback.advance(since)));

    // It starts by itself the first time it is seen, unless the reader wants no motion or came for one moment.
    let opened = StoredValue::new(false);
    Effect::new(move |_| {
        if visible.get() && !opened.get_value() {
            opened.set_value(true);
            if !browser::reduced_motion() && !lab.asked_for_a_moment() {
                lab.playback.update(|playback| {
                    playback.seek(Nanos::ZERO);
                    playback.play()
                });
            }
        }
    });

    // With the page to itself, the lab has the keys wherever nothing else has the focus.
    if !inline {
        Effect::new(move |_| {
            let handle = window_event_listener(ev::keydown, move |event| {
                let nobody = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
                if nobody.is_some_and(|target| target.tag_name() == "BODY" || target.id() == "main") {
                    keys(&event, lab.playback, events, move || lab.moved());
                }
            });
            on_cleanup(move || handle.remove());
        });
    }

    let presets = L::presets().iter().map(|preset| (preset.slug, preset.label)).collect::<Vec<_>>();
    let current = Signal::derive(move || lab.preset.get().slug);
    view! {
        <section
            class="plate"
            class:plate-inline=inline
            node_ref=plate
            tabindex="-1"
            aria-label=move || format!("Lab: {}", lab.preset.get().title)
            on:keydown=move |event| keys(&event, lab.playback, events, move || lab.moved())
        >
            <header class="plate-head">
                <h2 class="plate-title">{move || lab.preset.get().title}</h2>
                <p class="plate-sub">{move || subtitle.get()}</p>
            </header>
            {(!bare).then(|| view! { <PresetBar presets current choose=move |slug| lab.choose(slug)/> })}
            <Notes notes=lab.notes/>
            {children()}
        </section>
    }
}

/// The link that replays exactly this run.
#[component]
pub fn Share<L: Lab>(lab: LabState<L>) -> impl IntoView {
    let site = site();
    let link = RwSignal::new(None::<String>);
    let copied = RwSignal::new(false);
    // A link of before the last change would replay another run.
    Effect::new(move |_| {
        lab.scenario.track();
        lab.moment.track();
        link.set(None);
    });
    let share = move |_| {
        let own = lab.address();
        if own.len() > MOST_BYTES {
            let long = own.len();
            lab.said.set(Some(format!("As a link this run would be {long} bytes long, and a link is read up to {MOST_BYTES}: take it home as a file, or shorten it.")));
            return;
        }
        let origin = browser::window().location().origin().unwrap_or_default();
        let address = format!("{origin}{}?{}", site.href(&format!("/labs/{}/", L::SLUG)), own);
        leptos::task::spawn_local(async move {
            copied.set(browser::copy(&address).await);
            link.set(Some(address));
        });
    };
    view! {
        <button type="button" class="share" on:click=share>"Share this run"</button>
        <EmbedLab lab/>
        <p class="said" role="status" hidden=move || link.read().is_none() && lab.said.read().is_none()>
            {move || link.get().map(|address| view! {
                <label>
                    {if copied.get() { "The link is copied: " } else { "Copy this link: " }}
                    <input type="text" readonly=true prop:value=address/>
                </label>
            })}
            {move || if link.read().is_none() { lab.said.get() } else { None }}
        </p>
    }
}

/// Says on itself what run it means when it is pressed; the site, which hears the click too, opens its panel
/// (`site::embed_panel`). In a frame nobody would hear it: it is not shown there.
#[component]
fn EmbedLab<L: Lab>(lab: LabState<L>) -> impl IntoView {
    let say = move |event: web_sys::MouseEvent| {
        let button: web_sys::Element = event_target(&event);
        let _ = button.set_attribute("data-scenario", &lab.address());
    };
    view! { <button type="button" class="embed-this" data-embed=L::SLUG aria-label="Embed this lab" on:click=say>"Embed this"</button> }
}

/// What to watch for, and what to try. `here` says whether a sentence speaks only of what the reader can see.
#[component]
pub fn Watch<L: Lab>(lab: LabState<L>, here: impl Fn(&str) -> bool + Copy + Send + 'static) -> impl IntoView {
    view! {
        <div class="watch">
            <div>
                <h3>"Watch for"</h3>
                <ul>{move || lab.preset.get().watch.iter().filter(|sentence| here(sentence)).map(|sentence| view! { <li>{*sentence}</li> }).collect_view()}</ul>
            </div>
            <div class="needs-js" hidden=move || lab.preset.get().tasks.is_empty()>
                <h3>"Try"</h3>
                <ul class="tasks">{move || lab.preset.get().tasks.iter().enumerate().filter(|(_, task)| here(task.text)).map(|(index, task)| {
                    let done = move || lab.done.read().get(index).copied().unwrap_or(false);
                    view! {
                        <li class:done=done>
                            <span aria-hidden="true">{move || if done() { "☑ " } else { "☐ " }}</span>
                            {task.text}
                            <span class="sr">{move || if done() { ", done" } else { "" }}</span>
                        </li>
                    }
                }).collect_view()}</ul>
            </div>
        </div>
    }
}
