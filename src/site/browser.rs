//! The browser, as far as pages need it. Called from effects and handlers only: on the host none of them run.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Element, HtmlElement, Response, Window};

pub fn window() -> Window {
    leptos::prelude::window()
}

pub fn document() -> Document {
    leptos::prelude::document()
}

/// `<html>`: the bearer of the theme and of what the site says about itself.
pub fn root() -> Option<HtmlElement> {
    document().document_element()?.dyn_into().ok()
}

pub fn by_id(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Whether a media query holds; `false` where it cannot be asked.
pub fn media(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}

pub fn reduced_motion() -> bool {
    media("(prefers-reduced-motion: reduce)")
}

/// Whether keys typed there belong to the element itself.
pub fn takes_text(element: &Element) -> bool {
    let kind = element.get_attribute("type").unwrap_or_default();
    match element.tag_name().as_str() {
        "TEXTAREA" | "SELECT" => true,
        "INPUT" => !matches!(kind.as_str(), "range" | "checkbox" | "radio" | "button" | "submit"),
        _ => element.has_attribute("contenteditable"),
    }
}

/// Why something could not be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchError {
    /// No answer at all: offline, or blocked.
    Unreachable,
    /// An answer with this status.
    Status(u16),
}

async fn fetch(url: &str) -> Result<Response, FetchError> {
    let answer = JsFuture::from(window().fetch_with_str(url)).await.map_err(|_| FetchError::Unreachable)?;
    let answer: Response = answer.dyn_into().map_err(|_| FetchError::Unreachable)?;
    if answer.ok() { Ok(answer) } else { Err(FetchError::Status(answer.status())) }
}

pub async fn fetch_text(url: &str) -> Result<String, FetchError> {
    let body = fetch(url).await?.text().map_err(|_| FetchError::Unreachable)?;
    let text = JsFuture::from(body).await.map_err(|_| FetchError::Unreachable)?;
    text.as_string().ok_or(FetchError::Unreachable)
}

pub async fn fetch_bytes(url: &str) -> Result<Vec<u8>, FetchError> {
    let body = fetch(url).await?.array_buffer().map_err(|_| FetchError::Unreachable)?;
    let buffer = JsFuture::from(body).await.map_err(|_| FetchError::Unreachable)?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// Puts text on the clipboard; `false` where the browser refuses.
pub async fn copy(text: &str) -> bool {
    // Undefined outside secure contexts; asking for it there must not throw.
    let navigator = window().navigator();
    match js_sys::Reflect::get(&navigator, &"clipboard".into()) {
        Ok(clipboard) if !clipboard.is_undefined() => JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok(),
        _ => false,
    }
}

/// Hands the reader a file that was made in the page; a long one in parts, so that it need not be joined first.
pub fn download(name: &str, kind: &str, parts: &[String]) {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(kind);
    let parts: js_sys::Array = parts.iter().map(wasm_bindgen::JsValue::from).collect();
    let Ok(blob) = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options) else { return };
    let Ok(address) = web_sys::Url::create_object_url_with_blob(&blob) else { return };
    if let Some(link) = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
        let _ = link.set_attribute("href", &address);
        let _ = link.set_attribute("download", name);
        // The router must not take it for a place of the site.
        let _ = link.set_attribute("rel", "external");
        link.click();
    }
    let _ = web_sys::Url::revoke_object_url(&address);
}

/// Calls `then` once: now if `at_once`, or when `element` comes near the screen.
pub fn when_near(element: &Element, at_once: bool, then: impl FnOnce() + 'static) {
    let mut then = Some(then);
    let mut near = move || {
        if let Some(then) = then.take() {
            then();
        }
    };
    if at_once {
        return near();
    }
    let callback = Closure::<dyn FnMut(js_sys::Array, web_sys::IntersectionObserver)>::new(
        move |entries: js_sys::Array, observer: web_sys::IntersectionObserver| {
            let entry = |entry: JsValue| entry.dyn_into::<web_sys::IntersectionObserverEntry>().is_ok_and(|entry| entry.is_intersecting());
            if entries.iter().any(entry) {
                observer.disconnect();
                near();
            }
        },
    );
    let options = web_sys::IntersectionObserverInit::new();
    options.set_root_margin("600px");
    if let Ok(observer) = web_sys::IntersectionObserver::new_with_options(callback.as_ref().unchecked_ref(), &options) {
        observer.observe(element);
        // Lives as long as the observer does: the browser drops both when the element is gone.
        callback.forget();
    }
}

/// The page's address after the question mark.
pub fn search() -> String {
    window().location().search().unwrap_or_default().trim_start_matches('?').to_owned()
}

/// Changes the page's address without leaving it: in the entry of the history that it has, or in a new one.
pub fn put_into_history(address: &str, replace: bool) {
    let Ok(history) = window().history() else { return };
    let state = history.state().unwrap_or(JsValue::NULL);
    // Browsers refuse hundreds a minute: the next one will do.
    let _ = match replace {
        true => history.replace_state_with_url(&state, "", Some(address)),
        false => history.push_state_with_url(&state, "", Some(address)),
    };
}
