//! The moving part of the picture: requests, drawn on a canvas from plain structs, frame by frame.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::labs::load_balancing::scene::{Item, Shape, Tone};
use crate::site::browser;

/// A canvas with the colours of the theme.
pub struct Canvas {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    colours: [String; Tone::ALL.len()],
    /// In CSS pixels, and how many device pixels each has.
    size: (f64, f64, f64),
    /// CSS pixels of a rem: larger where the reader has larger text.
    rem: f64,
}

impl Canvas {
    /// `None` where a browser has no canvas: the picture that is in the page stays.
    pub fn new(canvas: HtmlCanvasElement) -> Option<Self> {
        let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        let mut made = Canvas { canvas, context, colours: Default::default(), size: (0.0, 0.0, 0.0), rem: 16.0 };
        made.read_style();
        Some(made)
    }

    /// The theme's colours and the size of its text, as the style sheet has them.
    pub fn read_style(&mut self) {
        let root = browser::root().and_then(|root| browser::window().get_computed_style(&root).ok().flatten());
        let size = root.and_then(|style| style.get_property_value("font-size").ok()?.trim_end_matches("px").parse().ok());
        self.rem = size.filter(|size| *size > 0.0).unwrap_or(16.0);
        if let Ok(Some(style)) = browser::window().get_computed_style(&self.canvas) {
            self.colours = Tone::ALL.map(|tone| style.get_property_value(tone.token()).unwrap_or_default().trim().to_owned());
        }
    }

    /// Fits the canvas to its place; `false` if it has none.
    fn fit(&mut self) -> bool {
        let (width, height) = (f64::from(self.canvas.client_width()), f64::from(self.canvas.client_height()));
        let ratio = browser::window().device_pixel_ratio().clamp(1.0, 3.0);
        if self.size != (width, height, ratio) {
            self.canvas.set_width((width * ratio) as u32);
            self.canvas.set_height((height * ratio) as u32);
            self.size = (width, height, ratio);
        }
        width > 0.0 && height > 0.0
    }

    /// Draws `items` and nothing else.
    pub fn draw(&mut self, items: &[Item]) {
        if !self.fit() {
            return;
        }
        let (width, height, ratio) = self.size;
        let context = &self.context;
        let _ = context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, width, height);
        // By colour, so that the context changes its colour a few times and not a thousand.
        for tone in Tone::ALL {
            let mut of_tone = items.iter().filter(|item| item.tone == tone).peekable();
            if of_tone.peek().is_none() {
                continue;
            }
            let colour = self.colours[tone as usize].as_str();
            context.set_fill_style_str(colour);
            context.set_stroke_style_str(colour);
            of_tone.for_each(|item| draw_one(context, item, item.x * width + item.dx));
        }
    }
}

const FULL: f64 = core::f64::consts::TAU;

fn draw_one(context: &CanvasRenderingContext2d, item: &Item, x: f64) {
    context.begin_path();
    match item.shape {
        Shape::Dot { r } => {
            let _ = context.arc(x, item.y, r, 0.0, FULL);
            context.fill();
        }
        Shape::Ring { r } => {
            context.set_line_width(2.0);
            let _ = context.arc(x, item.y, r, 0.0, FULL);
            context.stroke();
        }
        Shape::Pie { r, done } => {
            context.set_line_width(1.2);
            let _ = context.arc(x, item.y, r, 0.0, FULL);
            context.stroke();
            context.begin_path();
            context.move_to(x, item.y);
            let top = -FULL / 4.0;
            let _ = context.arc(x, item.y, r, top, top + FULL * done);
            context.close_path();
            context.fill();
        }
        Shape::Cross { r } => {
            context.set_line_width(2.0);
            context.move_to(x - r, item.y - r);
            context.line_to(x + r, item.y + r);
            context.move_to(x - r, item.y + r);
            context.line_to(x + r, item.y - r);
            context.stroke();
        }
        Shape::More(count) => {
            context.set_font("600 11px Inter, sans-serif");
            context.set_text_align("right");
            let _ = context.fill_text(&format!("+{count}"), x, item.y + 4.0);
        }
    }
}

impl Canvas {
    pub fn width_in_rem(&self) -> f64 {
        f64::from(self.canvas.client_width()) / self.rem
    }
}

/// Calls `again` when what is drawn may look otherwise: another size, another theme. The theme stands on the root, by the
/// site's button or by what a host page says to a frame; where it does not, the system's setting decides.
pub fn when_looks_change(again: impl Fn() + Clone + 'static) {
    Effect::new(move |_| {
        let resized = again.clone();
        let resize = window_event_listener(ev::resize, move |_| resized());
        let changed = Closure::<dyn Fn()>::new(again.clone());
        let function = changed.as_ref().unchecked_ref();
        let query = browser::window().match_media("(prefers-color-scheme: dark)").ok().flatten();
        if let Some(query) = &query {
            query.set_onchange(Some(function));
        }
        let observer = web_sys::MutationObserver::new(function).ok();
        if let (Some(observer), Some(root)) = (&observer, browser::root()) {
            let attribute = web_sys::MutationObserverInit::new();
            attribute.set_attribute_filter(&js_sys::Array::of1(&"data-theme".into()));
            let _ = observer.observe_with_options(&root, &attribute);
        }
        let held = StoredValue::new_local((query, observer, changed));
        on_cleanup(move || {
            resize.remove();
            let _ = held.try_update_value(|(query, observer, _)| {
                if let Some(query) = query {
                    query.set_onchange(None);
                }
                if let Some(observer) = observer {
                    observer.disconnect();
                }
            });
        });
    });
}
