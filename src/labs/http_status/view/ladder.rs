//! Who sent what to whom, as a picture, and the latest message in words. There only where one request and its answer are not
//! all there is to see.

use leptos::prelude::*;

use super::state::LabState;
use crate::http::sequence::Change;
use crate::labs::frame::markup::escaped;
use crate::labs::frame::view::WordsView;
use crate::labs::http_status::run::What;
use crate::labs::http_status::scene::ladder::{self, Row, Text};
use crate::labs::http_status::scene::line::Width;
use crate::labs::http_status::why;

#[component]
pub fn LadderView(lab: LabState) -> impl IntoView {
    // How many lanes there are, if there is something to see.
    let lanes = Memo::new(move |_| {
        lab.trace.with(|trace| {
            let sequence = &trace.first().sequence;
            let lanes = sequence.lanes().len();
            (sequence.events.len() > 2 || lanes > 2).then_some(lanes)
        })
    });
    // Questions come and go without a message.
    let events = Memo::new(move |_| lab.now.get().events);
    move || {
        lanes.get().map(|lanes| {
            // The style sheet knows how much room so many lanes take.
            let class = format!("http-ladder lanes-{lanes}");
            view! {
                <section class=class aria-label="The messages in order">
                    <h3>"From message to message"</h3>
                    <div class="ladder-picture" role="region" tabindex="0" aria-label="Picture of the messages">
                        {move || picture(lab, events.get(), Width::Wide)}
                        {move || picture(lab, events.get(), Width::Narrow)}
                    </div>
                    <div class="ladder-latest">{move || latest(lab, events.get())}</div>
                </section>
            }
        })
    }
}

/// The picture in one of two widths; the style sheet shows the one that fits.
fn picture(lab: LabState, events: usize, width: Width) -> AnyView {
    let class = if matches!(width, Width::Narrow) { "ladder narrow" } else { "ladder wide" };
    let scene = lab.trace.with(|trace| ladder::draw(&trace.first().sequence, events, width));
    let view_box = format!("0 0 {} {}", scene.width, scene.height);
    let lanes = scene.lanes.iter().map(|lane| {
        view! {
            <line class="ladder-lane" x1=lane.x x2=lane.x y1=lane.top y2=lane.bottom></line>
            <text class="ladder-name" x=lane.x y="16" text-anchor="middle">{lane.name}</text>
        }
    });
    let gaps = scene.gaps.iter().map(|gap| {
        let (middle, baseline) = (i32::midpoint(gap.x1, gap.x2), gap.y + 4);
        view! {
            <line class="ladder-gap" x1=gap.x1 x2=gap.x2 y1=gap.y y2=gap.y></line>
            <text class="ladder-span" x=middle y=baseline text-anchor="middle">{gap.text.clone()}</text>
        }
    });
    let lanes = lanes.collect_view();
    let gaps = gaps.collect_view();
    let rows = scene.rows.iter().map(|row| drawn(lab, row, scene.width)).collect_view();
    view! {
        <svg class=class viewBox=view_box width=scene.width height=scene.height role="img" aria-label=scene.label.clone()>
            {lanes}
            {gaps}
            {rows}
        </svg>
    }
    .into_any()
}

/// An event; a click goes to its moment. The list of steps does the same for the keyboard.
fn drawn(lab: LabState, row: &Row, width: i32) -> AnyView {
    let event = row.event;
    let go = move |_| {
        let beat = lab.trace.with_untracked(|trace| trace.first().beats.iter().find(|beat| beat.what == What::Event(event)).copied());
        if let Some(beat) = beat {
            lab.go_to(beat.at);
        }
    };
    let class = format!("ladder-row {} {}", row.tone.class(), row.phase.class());
    let line = if row.dashed { "ladder-arrow dashed" } else { "ladder-arrow" };
    view! {
        <g class=class on:click=go>
            <title inner_html=escaped(&row.title)></title>
            <rect class="ladder-hit" x="0" y=row.top width=width height=row.height></rect>
            <text class="ladder-clock" x="4" y=row.clock_y>{row.clock.clone()}</text>
            <path class=line d=row.line.clone()></path>
            <path class="ladder-tip" d=row.tip.clone()></path>
            <path class="ladder-cross" d=row.cross.clone()></path>
            {text("ladder-words", &row.label)}
            {row.badge.as_ref().map(|badge| text("ladder-badge", badge))}
        </g>
    }
    .into_any()
}

fn text(class: &'static str, text: &Text) -> AnyView {
    view! { <text class=class x=text.x y=text.y text-anchor=text.anchor>{text.text.clone()}</text> }.into_any()
}

/// The last message that has been, in sentences, and what changed in it.
fn latest(lab: LabState, events: usize) -> AnyView {
    lab.trace.with(|trace| {
        let last = events.checked_sub(1).and_then(|last| trace.first().sequence.events.get(last));
        let Some(event) = last else { return view! { <p>"Nothing has been sent yet."</p> }.into_any() };
        let changes = event.changes.iter().map(changed).collect_view();
        view! {
            <p><WordsView words=why::words(&event.step())/></p>
            {(!event.changes.is_empty()).then(|| view! { <ul>{changes}</ul> })}
        }
        .into_any()
    })
}

fn changed(change: &Change) -> AnyView {
    view! { <li>{ladder::change(change)}</li> }.into_any()
}
