//! Where requests wait, how balancers learn who is sick, and how long anybody has patience.

use leptos::prelude::*;

use super::super::state::LabState;
use super::shorten;
use crate::labs::frame::view::{NumberField, SpanField, TextField};
use crate::labs::load_balancing::scenario::{BALANCERS, SPANS};
use crate::labs::load_balancing::words::{
    read_health, read_patience, read_queue, read_retry, write_health, write_patience, write_queue, write_retry,
};

/// Usual ways to tell who is sick, and how they are written here.
const HEALTHS: [(&str, &str); 5] = [
    ("none", "none"),
    ("passive:1:10s", "nginx, passive: max_fails=1 fail_timeout=10s"),
    ("active:2s:3:2", "HAProxy: inter 2s fall 3 rise 2"),
    ("eject:5:30s:10:10s", "Envoy: outlier detection, 5 errors in a row"),
    ("passive:1:10s+active:2s:3:2", "passive and active"),
];

/// Usual ways to try again.
const RETRIES: [(&str, &str); 7] = [
    ("none", "give up"),
    ("now:x1", "once more, at once"),
    ("now:x3", "three times, at once"),
    ("fixed:0.2s:x3", "three times, 200 ms apart"),
    ("full:0.1s:2s:x3", "back off, full jitter"),
    ("decorrelated:0.1s:2s:x3", "back off, decorrelated jitter"),
    ("full:0.1s:2s:x3:budget:20:10:10s", "the same within a budget (Finagle: 20 %, at least 10 a second)"),
];

#[component]
pub fn Failures(lab: LabState) -> impl IntoView {
    let scenario = lab.scenario;
    let set_queue = move |text: &str| match read_queue(text) {
        Some(queue) => {
            lab.change(|scenario| scenario.queue = queue);
            Ok(())
        }
        None => Err(format!(
            "“{}” is no queue. Write fifo for as many as come, fifo:100 for so many places, lifo:50 for the newest first, dropoldest:20 where the \
             oldest makes room, or none. It stays {}.",
            shorten(text),
            write_queue(scenario.read_untracked().queue)
        )),
    };
    let set_health = move |text: &str| match read_health(text) {
        Some(health) => {
            lab.change(|scenario| scenario.health = health);
            Ok(())
        }
        None => Err(format!(
            "“{}” is no health check. Write passive:1:10s (fails, for how long), active:2s:3:2 (every, fall, rise), eject:5:30s:10:10s (errors \
             in a row, for how long, percent at most, looked at every), several joined by +, or none. It stays {}.",
            shorten(text),
            write_health(scenario.read_untracked().health)
        )),
    };
    let set_timeout = move |text: &str| match read_patience(text) {
        Some(timeout) => {
            lab.change(|scenario| scenario.timeout = timeout);
            Ok(())
        }
        None => Err(format!(
            "The time-out is a time from 1 ms to 600 s, such as 250ms, or none; “{}” is not. It stays {}.",
            shorten(text),
            write_patience(scenario.read_untracked().timeout)
        )),
    };
    let set_retry = move |text: &str| match read_retry(text) {
        Some(retry) => {
            lab.change(|scenario| scenario.retry = retry);
            Ok(())
        }
        None => Err(format!(
            "“{}” is no way to retry. Write none, now:x2, fixed:1s:x2, or backoff, full, equal or decorrelated with base and cap, such as \
             full:100ms:2s:x3; with a budget of percent, so many a second in any case, and how long a request counts: …:budget:20:10:10s. It \
             stays {}.",
            shorten(text),
            write_retry(scenario.read_untracked().retry)
        )),
    };
    let set_hedge = move |text: &str| match read_patience(text) {
        Some(hedge) => {
            lab.change(|scenario| scenario.hedge = hedge);
            Ok(())
        }
        None => Err(format!(
            "A second attempt is made after a time from 1 ms to 600 s, such as 100ms, or never (none); “{}” is neither. It stays {}.",
            shorten(text),
            write_patience(scenario.read_untracked().hedge)
        )),
    };
    let usual_health = move |text: &str| read_health(text) == Some(scenario.read().health);
    let usual_retry = move |text: &str| read_retry(text) == Some(scenario.read().retry);
    view! {
        <fieldset>
            <legend>"Failures and patience"</legend>
            <TextField label="Queue" hint="fifo, fifo:100, lifo:50, none" value=Signal::derive(move || write_queue(scenario.read().queue)) set=set_queue/>
            <SpanField label="Network" wanted="a time up to 600 s from balancer to server, such as 1ms, or 0s" value=Signal::derive(move || scenario.read().network)
                fits=|span| SPANS.contains(&span) set=move |network| lab.change(|scenario| scenario.network = network)/>
            <NumberField label="Balancers" unit="not in touch" value=Signal::derive(move || scenario.read().balancers) range=BALANCERS
                slider_to=8 set=move |balancers| lab.change(|scenario| scenario.balancers = balancers)/>
            <label class="field">
                <span class="field-label">"Health"</span>
                <select on:change=move |event| { let _ = set_health(&event_target_value(&event)); }>
                    {HEALTHS.into_iter().map(|(text, label)| view! { <option value=text selected=move || usual_health(text)>{label}</option> }).collect_view()}
                    <option value="" disabled=true selected=move || !HEALTHS.iter().any(|(text, _)| usual_health(text))>"as written below"</option>
                </select>
            </label>
            <TextField label="exactly" hint="passive:1:10s" value=Signal::derive(move || write_health(scenario.read().health)) set=set_health/>
            <SpanField label="Slow start" wanted="a time up to 600 s in which who is new or back gets its share by and by, or 0s"
                value=Signal::derive(move || scenario.read().slow_start) fits=|span| SPANS.contains(&span)
                set=move |slow_start| lab.change(|scenario| scenario.slow_start = slow_start)/>
            <TextField label="Time-out" hint="none, 250ms" value=Signal::derive(move || write_patience(scenario.read().timeout)) set=set_timeout/>
            <label class="field">
                <span class="field-label">"Failed"</span>
                <select on:change=move |event| { let _ = set_retry(&event_target_value(&event)); }>
                    {RETRIES.into_iter().map(|(text, label)| view! { <option value=text selected=move || usual_retry(text)>{label}</option> }).collect_view()}
                    <option value="" disabled=true selected=move || !RETRIES.iter().any(|(text, _)| usual_retry(text))>"as written below"</option>
                </select>
            </label>
            <TextField label="exactly" hint="full:100ms:2s:x3:budget:20:10:10s" value=Signal::derive(move || write_retry(scenario.read().retry)) set=set_retry/>
            <TextField label="Hedge" hint="none, or after 100ms" value=Signal::derive(move || write_patience(scenario.read().hedge)) set=set_hedge/>
        </fieldset>
    }
}
