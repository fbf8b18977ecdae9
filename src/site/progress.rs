//! What the reader has read, for the reading paths: kept in the browser, and only there.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

use super::{browser, storage};

const KEY: &str = "read";
/// More entries than there will be; a list that somebody filled by hand must not grow for ever.
const MOST: usize = 2_000;

fn read() -> Vec<String> {
    storage::get(KEY).map(|text| text.split_whitespace().take(MOST).map(str::to_owned).collect()).unwrap_or_default()
}

/// Notes that an entry was read, or was not.
pub fn note(slug: &str, was_read: bool) {
    let mut slugs = read();
    let known = slugs.iter().position(|known| known == slug);
    match (known, was_read) {
        (None, true) => slugs.push(slug.to_owned()),
        (Some(index), false) => drop(slugs.remove(index)),
        _ => return,
    }
    storage::set(KEY, &slugs.join(" "));
}

/// Ticks the boxes of what was read and counts it, wherever a path is shown. Boxes have `data-step`, counts
/// `data-path-count` with the path's slugs.
pub fn show() {
    let slugs = read();
    for_each("[data-step]", |element| {
        if let (Some(slug), Ok(input)) = (element.get_attribute("data-step"), element.dyn_into::<HtmlInputElement>()) {
            input.set_checked(slugs.contains(&slug));
        }
    });
    for_each("[data-path-count]", |element| {
        let steps = element.get_attribute("data-path-count").unwrap_or_default();
        let (all, done) =
            steps.split_whitespace().fold((0, 0), |(all, done), step| (all + 1, done + usize::from(slugs.iter().any(|slug| slug == step))));
        let words = match done {
            0 => format!("{all} entries"),
            _ if done == all => format!("all {all} read"),
            _ => format!("{done} of {all} read"),
        };
        // Only what differs is written: a page without progress stays as it was prerendered.
        if element.text_content().as_deref() != Some(&words) {
            element.set_text_content(Some(&words));
        }
    });
}

/// A box was ticked or cleared.
pub fn ticked(event: &web_sys::Event) {
    let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    if let Some((input, slug)) = input.and_then(|input| Some((input.clone(), input.get_attribute("data-step")?))) {
        note(&slug, input.checked());
        show();
    }
}

fn for_each(selector: &str, mut each: impl FnMut(Element)) {
    let Ok(list) = browser::document().query_selector_all(selector) else { return };
    for element in (0..list.length()).filter_map(|index| list.item(index)?.dyn_into().ok()) {
        each(element);
    }
}

/// Shows progress once what is rendered now stands in the document.
pub fn show_soon() {
    request_animation_frame(show);
}
