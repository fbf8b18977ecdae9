//! “Embed this”: one panel for all terms and labs, in the site's own program. A lab's program pays for a button only: the
//! panel hears the click at the window, and reads from the button what is meant.

use leptos::ev;
use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::browser;
use super::context::site;
use super::embed_snippets::{LEAST_HEIGHT, MOST_HEIGHT, Options, Place, Theme, What, element, snippet};
use crate::labs::LABS;

/// What a button carries: `data-embed` is a term's slug, or a lab's with `data-scenario` beside it.
#[component]
pub fn EmbedTerm(slug: String, title: String) -> impl IntoView {
    view! {
        <p class="embed needs-js">
            <button type="button" class="embed-this" data-embed=slug data-title=title aria-label="Embed this term">"Embed this"</button>
        </p>
    }
}

/// Stands once on every page; nothing of it is there before somebody asks.
#[component]
pub fn EmbedPanel() -> impl IntoView {
    let shown = RwSignal::new(None::<What>);
    Effect::new(move |_| {
        let on_click = window_event_listener(ev::click, move |event| {
            if let Some(what) = asked(event.target()) {
                shown.set(Some(what));
            }
        });
        on_cleanup(move || on_click.remove());
    });
    move || shown.get().map(|what| view! { <Panel what shown/> })
}

fn asked(target: Option<web_sys::EventTarget>) -> Option<What> {
    let button = target?.dyn_into::<web_sys::Element>().ok()?.closest(".embed-this").ok().flatten()?;
    let slug = button.get_attribute("data-embed")?;
    Some(match button.get_attribute("data-scenario") {
        Some(scenario) => What::Lab { title: LABS.iter().find(|lab| lab.slug == slug)?.title.to_owned(), slug, scenario },
        None => What::Term { slug, title: button.get_attribute("data-title")? },
    })
}

#[component]
fn Panel(what: What, shown: RwSignal<Option<What>>) -> impl IntoView {
    let site = site();
    let dialog = NodeRef::<Dialog>::new();
    let place = RwSignal::new(Place::Html);
    let options = RwSignal::new(Options::default());
    let copied = RwSignal::new(None::<bool>);
    // Built in the browser only: a panel opens by a click.
    let url = format!("{}{}", browser::window().location().origin().unwrap_or_default(), site.base);
    let title = what.title().to_owned();
    let what = StoredValue::new((what, url));
    let text = Memo::new(move |_| what.with_value(|(what, url)| snippet(place.get(), what, url, &options.read())));
    Effect::new(move |_| {
        text.track();
        copied.set(None);
    });

    Effect::new(move |_| {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            // It keeps the focus, and Escape closes it.
            let _ = dialog.show_modal();
        }
    });
    let close = move |_: web_sys::MouseEvent| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let copy = move |_| {
        let text = text.get_untracked();
        leptos::task::spawn_local(async move {
            let _ = copied.try_set(Some(browser::copy(&text).await));
        });
    };
    let choose_place = move |event: web_sys::Event| {
        let index = event_target_value(&event).parse::<usize>().unwrap_or(0);
        place.set(Place::ALL.get(index).copied().unwrap_or(Place::Html));
    };
    let choose_theme = move |event: web_sys::Event| {
        let name = event_target_value(&event);
        let theme = Theme::ALL.into_iter().find(|theme| theme.name() == name).unwrap_or_default();
        options.update(|options| options.theme = theme);
    };
    let choose_height = move |event: web_sys::Event| {
        // Nothing, or nothing that is a number: as high as what it shows.
        let height = event_target_value(&event).parse::<u32>().ok().map(|height| height.clamp(LEAST_HEIGHT, MOST_HEIGHT));
        options.update(|options| options.height = height);
    };
    // What is shown is what is pasted: the element itself, by the script that others load. A frame without it has one height.
    let loader = site.href("/embed.js");
    let base = site.base.clone();
    let preview = Memo::new(move |_| {
        what.with_value(|(what, _)| {
            let mut options = *options.read();
            if place.get() == Place::Iframe {
                options.height = options.height.or(Some(what.usual_height()));
            }
            element(what, &base, &options, "")
        })
    });
    view! {
        <dialog class="embed-panel" node_ref=dialog aria-labelledby="embed-title" on:close=move |_| shown.set(None)>
            <h2 id="embed-title">"Embed “"{title}"”"</h2>
            <p class="tool-row">
                <label>"In "<select on:change=choose_place>
                    {Place::ALL.iter().enumerate().map(|(index, place)| view! { <option value=index.to_string()>{place.label()}</option> }).collect_view()}
                </select></label>
                <label>"Theme "<select on:change=choose_theme>
                    {Theme::ALL.iter().map(|theme| view! { <option>{theme.name()}</option> }).collect_view()}
                </select></label>
                <label>"Height "<input
                    type="number"
                    min=LEAST_HEIGHT.to_string()
                    max=MOST_HEIGHT.to_string()
                    placeholder="fits"
                    on:change=choose_height
                /></label>
            </p>
            <p>{move || place.get().note()}</p>
            <pre class="export" tabindex="0" aria-label="What to paste" role="region"><code>{move || text.get()}</code></pre>
            <p class="tool-row">
                <button type="button" on:click=copy>"Copy"</button>
                <button type="button" on:click=close>"Close"</button>
                <a href=site.href("/embedding/") rel="external">"How embeds work"</a>
                <span role="status">{move || match copied.get() {
                    Some(true) => "It is copied.",
                    Some(false) => "This browser does not let a page copy: select the text.",
                    None => "",
                }}</span>
            </p>
            <script src=loader async></script>
            <div class="embed-shown" inner_html=move || preview.get()></div>
        </dialog>
    }
}
