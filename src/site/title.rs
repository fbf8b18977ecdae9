//! The window's title after client-side navigation; the prerendered one is in the head already.

use leptos::prelude::*;

use super::browser;
use super::context::NAME;

/// The title of a page in the head and in the window.
pub fn full(page: &str) -> String {
    if page.is_empty() { NAME.to_owned() } else { format!("{page} · {NAME}") }
}

/// Keeps the window's title in step with `page`.
pub fn keep(page: impl Fn() -> String + Send + Sync + 'static) {
    Effect::new(move |_| browser::document().set_title(&full(&page())));
}
