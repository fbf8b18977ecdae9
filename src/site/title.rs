//! The window's title after client-side navigation; the prerendered one is in the head already.

use leptos::prelude::*;

use super::browser;
use super::context::NAME;

/// With the site's name behind it, a page's name of so many characters would be cut.
const LONG: usize = 48;

/// The title of a page in the head and in the window.
pub fn full(page: &str) -> String {
    match page.chars().count() {
        0 => NAME.to_owned(),
        // A window's title and a search result show some 70 characters: a long name needs them for itself.
        1..LONG => format!("{page} · {NAME}"),
        _ => page.to_owned(),
    }
}

/// Keeps the window's title in step with `page`.
pub fn keep(page: impl Fn() -> String + Send + Sync + 'static) {
    Effect::new(move |_| browser::document().set_title(&full(&page())));
}
