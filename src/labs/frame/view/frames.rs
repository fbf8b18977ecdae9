//! Animation frames: one closure for the life of a lab, asked for only while something moves.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry};

use crate::site::browser;

/// Calls `tick` with the milliseconds since the last frame, for as long as `running` holds.
pub fn on_each_frame(running: Signal<bool>, tick: impl Fn(f64) + 'static) {
    struct Loop {
        frame: Option<Closure<dyn FnMut(f64)>>,
        /// The request that is under way.
        asked: Option<i32>,
        /// The last frame's time; `None` after a pause, so that the first frame advances by nothing.
        last: Option<f64>,
    }
    fn ask(state: &Rc<RefCell<Loop>>) {
        let mut state = state.borrow_mut();
        if state.asked.is_none() {
            state.asked =
                state.frame.as_ref().and_then(|frame| browser::window().request_animation_frame(frame.as_ref().unchecked_ref()).ok());
        }
    }

    // Only in effects, so that the host never makes a closure of the browser's.
    let tick = Rc::new(tick);
    let holder: StoredValue<Option<Rc<RefCell<Loop>>>, LocalStorage> = StoredValue::new_local(None);
    Effect::new(move |_| {
        let state = holder.get_value().unwrap_or_else(|| {
            let state = Rc::new(RefCell::new(Loop { frame: None, asked: None, last: None }));
            let (inner, tick) = (Rc::downgrade(&state), tick.clone());
            let frame = Closure::new(move |now: f64| {
                let Some(state) = inner.upgrade() else { return };
                let since = {
                    let mut state = state.borrow_mut();
                    state.asked = None;
                    state.last.replace(now).map_or(0.0, |last| now - last)
                };
                tick(since);
                if running.try_get_untracked() == Some(true) {
                    ask(&state);
                } else {
                    state.borrow_mut().last = None;
                }
            });
            state.borrow_mut().frame = Some(frame);
            holder.set_value(Some(state.clone()));
            state
        });
        if running.get() {
            ask(&state);
        }
    });
    on_cleanup(move || {
        let Some(state) = holder.try_update_value(Option::take).flatten() else { return };
        let asked = state.borrow_mut().asked.take();
        if let Some(asked) = asked {
            let _ = browser::window().cancel_animation_frame(asked);
        }
    });
}

/// An observer with the callback that has to live as long.
type Observed = (IntersectionObserver, Closure<dyn FnMut(js_sys::Array)>);

/// Keeps `visible` in step with whether `element` is on screen.
pub fn while_visible(element: NodeRef<leptos::html::Section>, visible: RwSignal<bool>) {
    let observer: StoredValue<Option<Observed>, LocalStorage> = StoredValue::new_local(None);
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let callback = Closure::new(move |entries: js_sys::Array| {
            let last = entries.iter().last().and_then(|entry| entry.dyn_into::<IntersectionObserverEntry>().ok());
            if let Some(entry) = last {
                let _ = visible.try_set(entry.is_intersecting());
            }
        });
        // Where it is not to be had, the lab counts as visible.
        let Ok(made) = IntersectionObserver::new(callback.as_ref().unchecked_ref()) else {
            visible.set(true);
            return;
        };
        let element: &Element = &element;
        made.observe(element);
        observer.set_value(Some((made, callback)));
    });
    on_cleanup(move || {
        if let Some((observer, _)) = observer.try_update_value(Option::take).flatten() {
            observer.disconnect();
        }
    });
}
