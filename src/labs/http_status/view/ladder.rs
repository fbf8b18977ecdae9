//! Who sent what to whom, as a picture, and the latest message in words. There only where one request and its answer are not
//! all there is to see.

use leptos::prelude::*;

use super::state::LabState;
use crate::http::sequence::Change;
use crate::labs::frame::markup::escaped;
use crate::labs::frame::view::WordsView;
use crate::labs::http_status::run::What;
use crate::labs::http_status::scene::ladder::{self, Room, Row, Text};
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
    // Room for a list of changes is kept only where there will be one.
    let reserves = Memo::new(move |_| lab.trace.with(|trace| trace.first().sequence.events.iter().any(|event| !event.changes.is_empty())));
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
                        {move || picture(lab, events.get(), Room::Broad)}
                        {move || picture(lab, events.get(), Room::Wide)}
                        {move || picture(lab, events.get(), Room::Narrow)}
                    </div>
                    <div class="ladder-latest" class:ladder-reserves=move || reserves.get()>{move || latest(lab, events.get())}</div>
                </section>
            }
        })
    }
}

/// The picture in one of its widths; the style sheet shows the one that fits.
fn picture(lab: LabState, events: usize, room: Room) -> AnyView {
    let class = format!("ladder {}", room.class());
    let scene = lab.trace.with(|trace| ladder::draw(&trace.first().sequence, events, room));
    let view_box = format!("0 0 {} {}", scene.width, scene.height);
    let lanes = scene.lanes.iter().map(|lane| {
        view! {
            <line class="ladder-lane" x1=lane.x x2=lane.x y1=lane.top y2=lane.bottom></line>
            <text class="ladder-name" x=lane.x y="16" text-anchor="middle">{lane.name}</text>
        }
    });
    let gaps = scene.gaps.iter().map(|gap| {
        view! {
            <line class="ladder-gap" x1=gap.x1 x2=gap.x2 y1=gap.y y2=gap.y></line>
            {text("ladder-span", &gap.text)}
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
            {row.label.iter().map(|line| text("ladder-words", line)).collect_view()}
            {row.badge.as_ref().map(|badge| text("ladder-badge", badge))}
        </g>
    }
    .into_any()
}

fn text(class: &'static str, text: &Text) -> AnyView {
    let (x, y, width, height) = text.behind();
    view! {
        <rect class="ladder-behind" x=x y=y width=width height=height></rect>
        <text class=class x=text.x y=text.y text-anchor=text.anchor>{text.text.clone()}</text>
    }
    .into_any()
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
