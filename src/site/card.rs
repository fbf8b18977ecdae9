//! The card of a linked term: on hover, on focus, and on the first tap. Dismissible, hoverable, persistent (WCAG 1.4.13).

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, HtmlElement};

use super::browser;
use super::context::site;
use super::home::search_shortcut;
use super::row::Moon;
use super::search_store::SearchStore;
use crate::glossary::Row;

/// Long enough not to flicker under a passing pointer, and to let it travel from the link to the card.
const OPEN_AFTER: Duration = Duration::from_millis(220);
const CLOSE_AFTER: Duration = Duration::from_millis(260);

/// Where the card stands, in pixels of the document.
#[derive(Clone, Debug, PartialEq)]
struct Open {
    slug: String,
    left: f64,
    top: f64,
}

#[component]
pub fn TermCard() -> impl IntoView {
    let site = site();
    let store = SearchStore::get();
    let open = RwSignal::new(None::<Open>);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let by_touch = StoredValue::new(false);

    let after = move |delay: Duration, what: Option<Open>| {
        if let Some(handle) = timer.get_value() {
            handle.clear();
        }
        let handle = set_timeout_with_handle(
            move || {
                let _ = open.try_set(what.clone());
            },
            delay,
        );
        timer.set_value(handle.ok());
    };
    let stay = move || {
        if let Some(handle) = timer.get_value() {
            handle.clear();
        }
    };
    let wanting = site.clone();
    let show = move |link: &HtmlElement, delay: Duration| {
        store.want(&wanting);
        after(delay, place(link));
    };

    Effect::new(move |_| {
        let show = show.clone();
        let on_pointer = window_event_listener(ev::pointerover, {
            let show = show.clone();
            move |event| {
                if event.pointer_type() == "touch" {
                    return;
                }
                match (term_link(event.target()), inside_card(event.target())) {
                    (Some(link), false) => show(&link, OPEN_AFTER),
                    (_, true) => stay(),
                    _ if open.read_untracked().is_some() => after(CLOSE_AFTER, None),
                    _ => stay(),
                }
            }
        });
        let on_focus = window_event_listener(ev::focusin, {
            let show = show.clone();
            move |event| match (term_link(event.target()), inside_card(event.target())) {
                (Some(link), false) if link.matches(":focus-visible").unwrap_or(false) => show(&link, Duration::ZERO),
                (_, true) => stay(),
                _ => after(Duration::ZERO, None),
            }
        });
        let on_down = window_event_listener(ev::pointerdown, move |event| by_touch.set_value(event.pointer_type() == "touch"));
        // The first tap shows the card, the second follows the link. Heard on the way down: on the way up the router would
        // have followed the link already.
        let show = show.clone();
        let tap = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let Some(link) = term_link(event.target()).filter(|_| by_touch.get_value() && !inside_card(event.target())) else { return };
            let slug = link.get_attribute("data-term");
            if open.read_untracked().as_ref().map(|open| &open.slug) != slug.as_ref() {
                event.prevent_default();
                show(&link, Duration::ZERO);
            }
        });
        let _ = browser::window().add_event_listener_with_callback_and_bool("click", tap.as_ref().unchecked_ref(), true);
        let tap = StoredValue::new_local(Some(tap));
        let on_key = window_event_listener(ev::keydown, move |event| {
            search_shortcut(&event);
            if event.key() == "Escape" {
                after(Duration::ZERO, None);
            }
        });
        on_cleanup(move || {
            on_pointer.remove();
            on_focus.remove();
            on_down.remove();
            if let Some(tap) = tap.try_update_value(Option::take).flatten() {
                let _ = browser::window().remove_event_listener_with_callback_and_bool("click", tap.as_ref().unchecked_ref(), true);
            }
            on_key.remove();
        });
    });

    let row = Memo::new(move |_| -> Option<(Open, Row)> {
        let open = open.get()?;
        let row = store.ready()?.rows().iter().find(|row| row.slug == open.slug)?.clone();
        Some((open, row))
    });
    view! {
        <div id="card" role="region" aria-label="About this term" hidden=move || row.read().is_none()
            style=move || row.get().map(|(open, _)| format!("left:{}px;top:{}px", open.left, open.top))>
            {move || row.get().map(|(_, row)| view! {
                <p class="card-level"><Moon level=row.level/>{row.level.label()}</p>
                <p class="card-title"><a href=site.href(&format!("/terms/{}/", row.slug))>{row.title.clone()}</a></p>
                <p class="card-lead">{row.summary.clone()}</p>
            })}
        </div>
    }
}

fn term_link(target: Option<web_sys::EventTarget>) -> Option<HtmlElement> {
    let element: Element = target?.dyn_into().ok()?;
    element.closest("a[data-term]").ok().flatten()?.dyn_into().ok()
}

fn inside_card(target: Option<web_sys::EventTarget>) -> bool {
    target.and_then(|target| target.dyn_into::<Element>().ok()).and_then(|element| element.closest("#card").ok().flatten()).is_some()
}

/// Below the link, or above it near the lower edge; never outside the window.
fn place(link: &HtmlElement) -> Option<Open> {
    const WIDTH: f64 = 320.0;
    const HEIGHT: f64 = 170.0;
    let window = browser::window();
    let size = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0);
    let (width, height) = (size(window.inner_width()), size(window.inner_height()));
    let at = link.get_bounding_client_rect();
    let left = at.left().min(width - WIDTH - 12.0).max(12.0);
    let below = at.bottom() + 6.0;
    let top = if below + HEIGHT > height && at.top() > HEIGHT { at.top() - HEIGHT - 6.0 } else { below };
    let scrolled = (window.scroll_x().unwrap_or(0.0), window.scroll_y().unwrap_or(0.0));
    Some(Open { slug: link.get_attribute("data-term")?, left: left + scrolled.0, top: top + scrolled.1 })
}
