//! One entry's Markdown → checked HTML: headings with anchors, highlighted code, links, footnotes, and the three
//! places that a page sets apart (before the lab, after it, the margin).

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::front_matter::Draft;
use super::highlight::{self, escape};
use super::links::{self, FirstMentions, Target};
use super::names::Names;
use super::{Entry, Problem, Surroundings, examples, leads, slugify};
use crate::glossary::Kind;

/// The section after which a lab stands, and the one that goes into the margin.
const LAB_AFTER: &str = "How it works";
const MARGIN: &str = "Watch out";

pub fn render(draft: &Draft, names: &Names, around: &Surroundings, problems: &mut Vec<Problem>) -> Entry {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
    let events: Vec<(Event, Range<usize>)> = Parser::new_ext(draft.body, options).into_offset_iter().collect();
    let (lead, rest) = split_lead(&events);

    let mut by_hand: BTreeSet<String> = rest.iter().filter_map(|(event, _)| linked_slug(event)).collect();
    by_hand.insert(draft.slug.clone());
    let kind_of = |slug: &str| if slug.starts_with(|c: char| c.is_ascii_digit()) { Some(Kind::Status) } else { None };
    let mut writer = Writer {
        draft,
        names,
        base: around.base,
        mentions: FirstMentions::new(names, kind_of, by_hand, around.base),
        problems,
        parts: Parts::default(),
        place: Place::BeforeLab,
        heading_level: 1,
        section: String::new(),
        anchors: Vec::new(),
        anchor_links: Vec::new(),
        notes: Vec::new(),
        in_link: 0,
        landmarks: Vec::new(),
        text: String::new(),
    };

    let (lead_html, lead_text) = writer.lead(lead);
    writer.body(rest);
    writer.note_texts(rest);
    let notes = writer.notes_html();
    let Writer { parts, anchors, anchor_links, text, .. } = writer;
    Entry {
        slug: draft.slug.clone(),
        front: draft.front.clone(),
        lead_html,
        lead_text,
        before_lab: to_html(parts.before_lab),
        after_lab: to_html(parts.after_lab) + &notes,
        watch_out: to_html(parts.watch_out),
        text,
        anchors,
        anchor_links,
    }
}

fn to_html(events: Vec<Event>) -> String {
    let mut text = String::new();
    html::push_html(&mut text, events.into_iter());
    // Heads of columns say so; the corner of a table with heads on two sides is no head.
    text.replace("<th></th>", "<td></td>").replace("<th>", "<th scope=\"col\">").replace("<th style", "<th scope=\"col\" style")
}

type Spanned<'a> = (Event<'a>, Range<usize>);

/// The events of the first paragraph, and those after it.
fn split_lead<'a, 'e>(events: &'e [Spanned<'a>]) -> (&'e [Spanned<'a>], &'e [Spanned<'a>]) {
    if !matches!(events.first(), Some((Event::Start(Tag::Paragraph), _))) {
        return (&[], events);
    }
    let end = events.iter().position(|(event, _)| matches!(event, Event::End(TagEnd::Paragraph))).unwrap_or(0);
    events.split_at(end + 1)
}

fn linked_slug(event: &Event) -> Option<String> {
    let Event::Start(Tag::Link { dest_url, .. }) = event else { return None };
    Some(dest_url.strip_prefix("/terms/")?.split('/').next()?.to_owned())
}

#[derive(Default)]
struct Parts<'a> {
    before_lab: Vec<Event<'a>>,
    after_lab: Vec<Event<'a>>,
    watch_out: Vec<Event<'a>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    BeforeLab,
    AfterLab,
    Margin,
}

struct Note<'a> {
    label: String,
    events: Vec<Event<'a>>,
}

struct Writer<'a, 'p> {
    draft: &'a Draft<'a>,
    names: &'a Names,
    base: &'a str,
    mentions: FirstMentions<'a>,
    problems: &'p mut Vec<Problem>,
    parts: Parts<'a>,
    place: Place,
    heading_level: u8,
    section: String,
    anchors: Vec<String>,
    /// (entry, anchor, line)
    anchor_links: Vec<(String, String, usize)>,
    /// Footnotes in the order of their first reference.
    notes: Vec<Note<'a>>,
    in_link: usize,
    /// Names of regions given so far.
    landmarks: Vec<String>,
    text: String,
}

impl<'a> Writer<'a, '_> {
    fn line(&self, span: &Range<usize>) -> usize {
        self.draft.body_line + self.draft.body[..span.start].matches('\n').count()
    }

    fn complain(&mut self, span: &Range<usize>, what: impl Into<String>, mend: impl Into<String>) {
        let line = self.line(span);
        self.problems.push(Problem::new(&self.draft.file.path, line, what, mend));
    }

    fn push(&mut self, event: Event<'a>) {
        match self.place {
            Place::BeforeLab => self.parts.before_lab.push(event),
            Place::AfterLab => self.parts.after_lab.push(event),
            Place::Margin => self.parts.watch_out.push(event),
        }
    }

    fn push_html(&mut self, html: String) {
        self.push(Event::InlineHtml(CowStr::from(html)));
    }

    fn lead(&mut self, lead: &[Spanned<'a>]) -> (String, String) {
        let mut text = String::new();
        let mut inner = Vec::new();
        for (event, span) in lead {
            match event {
                Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => continue,
                Event::Start(Tag::Link { .. }) => {
                    self.complain(span, "the lead has a link", "Put it into the text below: the lead is shown where links cannot be")
                }
                Event::FootnoteReference(_) => {
                    self.complain(span, "the lead has a note", "Put it into the text below: the lead is shown where notes cannot be")
                }
                Event::Text(part) | Event::Code(part) => text.push_str(part),
                Event::SoftBreak => text.push(' '),
                other => {
                    if let Some((what, mend)) = forbidden(other) {
                        self.complain(span, what, mend);
                    }
                }
            }
            inner.push(match event {
                Event::SoftBreak => Event::Text(" ".into()),
                other => other.clone(),
            });
        }
        let line = lead.first().map_or(self.draft.body_line, |(_, span)| self.line(span));
        leads::check(self.draft, &text, line, self.problems);
        (to_html(inner), text)
    }

    fn body(&mut self, events: &[Spanned<'a>]) {
        let mut index = 0;
        while let Some((event, span)) = events.get(index) {
            index += 1;
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    let length = until(&events[index..], |event| matches!(event, Event::End(TagEnd::Heading(_))));
                    self.heading(*level, &events[index..index + length], span);
                    index += length + 1;
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    let length = until(&events[index..], |event| matches!(event, Event::End(TagEnd::CodeBlock)));
                    self.code(kind, &events[index..index + length], span);
                    index += length + 1;
                }
                // Notes come last: one may stand above the place that refers to it.
                Event::Start(Tag::FootnoteDefinition(_)) => {
                    index += 1 + until(&events[index..], |event| matches!(event, Event::End(TagEnd::FootnoteDefinition)));
                }
                other => self.inline(other, span),
            }
        }
    }

    fn inline(&mut self, event: &Event<'a>, span: &Range<usize>) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                self.in_link += 1;
                let tag = self.link(dest_url, span);
                self.push_html(tag);
            }
            Event::End(TagEnd::Link) => {
                self.in_link -= 1;
                self.push_html("</a>".to_owned());
            }
            Event::Start(Tag::Table(_)) => {
                let label = self.landmark(&format!("Table: {}", self.section));
                self.push_html(format!("<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"{label}\">"));
                self.push(event.clone());
            }
            Event::End(TagEnd::Table) => {
                self.push(event.clone());
                self.push_html("</div>\n".to_owned());
            }
            Event::Text(text) => {
                self.remember(text);
                if self.in_link > 0 {
                    self.push(event.clone());
                } else {
                    let html = self.mentions.html(text);
                    self.push_html(html);
                }
            }
            Event::Code(code) => {
                self.remember(code);
                self.push(event.clone());
            }
            Event::FootnoteReference(label) => self.note_reference(label),
            other => match forbidden(other) {
                Some((what, mend)) => self.complain(span, what, mend),
                None => self.push(other.clone()),
            },
        }
    }

    /// A name for a region that no other on the page has, escaped.
    fn landmark(&mut self, name: &str) -> String {
        let before = self.landmarks.iter().filter(|known| *known == name).count();
        self.landmarks.push(name.to_owned());
        let name = escape(name);
        if before == 0 { name } else { format!("{name}, {}", before + 1) }
    }

    /// Words for the search; code blocks are left out.
    fn remember(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push(' ');
    }

    fn heading(&mut self, level: HeadingLevel, inner: &[Spanned<'a>], span: &Range<usize>) {
        let depth = level as u8;
        let title = plain(inner);
        if depth == 1 {
            self.complain(span, format!("“{title}” is a heading of level 1"), "The title is that one; begin with `##`");
        } else if depth > self.heading_level + 1 {
            self.complain(
                span,
                format!("the heading “{title}” skips a level"),
                format!("Use {} at most", "#".repeat(self.heading_level as usize + 1)),
            );
        }
        if inner.iter().any(|(event, _)| matches!(event, Event::Start(Tag::Link { .. }))) {
            self.complain(span, format!("the heading “{title}” has a link in it"), "Link the word in the text below");
        }
        self.heading_level = depth;
        if depth == 2 {
            self.place = match () {
                _ if title == MARGIN => Place::Margin,
                _ if self.section == LAB_AFTER || self.place != Place::BeforeLab => Place::AfterLab,
                _ => Place::BeforeLab,
            };
            self.section = title.clone();
        }
        self.remember(&title);
        let anchor = slugify(&title);
        if self.anchors.contains(&anchor) {
            self.complain(span, format!("the heading “{title}” stands twice"), "Give each its own words");
        }
        self.anchors.push(anchor.clone());
        if self.place == Place::Margin && depth == 2 {
            return; // the margin has a heading of its own
        }
        let html = to_html(
            inner
                .iter()
                .filter(|(event, _)| !matches!(event, Event::Start(Tag::Link { .. }) | Event::End(TagEnd::Link)))
                .map(|(event, _)| event.clone())
                .collect(),
        );
        self.push_html(format!(
            "<h{depth} id=\"{anchor}\">{html}<a class=\"anchor\" href=\"#{anchor}\" aria-label=\"Link to “{}”\">#</a></h{depth}>\n",
            escape(&title)
        ));
    }

    fn code(&mut self, kind: &CodeBlockKind, inner: &[Spanned<'a>], span: &Range<usize>) {
        let language = match kind {
            CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or_default(),
            CodeBlockKind::Indented => "",
        };
        let text: String =
            inner.iter().filter_map(|(event, _)| if let Event::Text(text) = event { Some(text.as_ref()) } else { None }).collect();
        if let Err((line, what, mend)) = examples::check(language, &text) {
            // A fence may be the last line there is.
            let line = (self.line(span) + line).min(1 + self.draft.file.text.matches('\n').count());
            self.problems.push(Problem::new(&self.draft.file.path, line, what, mend));
        }
        if self.place == Place::Margin {
            self.complain(span, "“Watch out” holds an example", "It is set in a narrow margin: move it to “Example”");
        }
        let label = self.landmark(&format!("Example in {language}"));
        self.push_html(format!(
            "<pre class=\"code\" tabindex=\"0\" role=\"region\" aria-label=\"{label}\"><code>{}</code></pre>\n",
            highlight::html(language, text.trim_end_matches('\n'))
        ));
    }

    fn link(&mut self, address: &str, span: &Range<usize>) -> String {
        match links::resolve(address, self.names) {
            Ok(Target::Entry { slug, anchor }) => {
                if let Some(anchor) = &anchor {
                    let line = self.line(span);
                    self.anchor_links.push((slug.clone(), anchor.clone(), line));
                }
                links::opening_tag(self.base, &slug, anchor.as_deref())
            }
            Ok(Target::Here(anchor)) => {
                let line = self.line(span);
                self.anchor_links.push((self.draft.slug.clone(), anchor.clone(), line));
                format!("<a href=\"#{}\">", escape(&anchor))
            }
            Ok(Target::Page(path)) => format!("<a href=\"{}{}\">", self.base, escape(path.trim_start_matches('/'))),
            Ok(Target::Elsewhere(address)) => format!("<a href=\"{}\" rel=\"noopener\">", escape(&address)),
            Err((what, mend)) => {
                self.complain(span, what, mend);
                "<a>".to_owned()
            }
        }
    }

    fn note_reference(&mut self, label: &str) {
        let known = self.notes.iter().position(|note| note.label == label);
        let number = 1 + known.unwrap_or(self.notes.len());
        // Only the first reference is the one that the note leads back to.
        let id = if known.is_none() { format!(" id=\"note-{number}-ref\"") } else { String::new() };
        if known.is_none() {
            self.notes.push(Note { label: label.to_owned(), events: Vec::new() });
        }
        self.push_html(format!("<sup class=\"note\"{id}><a href=\"#note-{number}\" aria-label=\"Note {number}\">{number}</a></sup>"));
    }

    fn note_texts(&mut self, events: &[Spanned<'a>]) {
        for (index, (event, _)) in events.iter().enumerate() {
            if let Event::Start(Tag::FootnoteDefinition(label)) = event {
                let inner = &events[index + 1..];
                let length = until(inner, |event| matches!(event, Event::End(TagEnd::FootnoteDefinition)));
                self.note_text(label, &inner[..length]);
            }
        }
    }

    fn note_text(&mut self, label: &str, inner: &[Spanned<'a>]) {
        let place = self.place;
        let kept = std::mem::take(&mut self.parts.after_lab);
        self.place = Place::AfterLab;
        self.body(inner);
        let events = std::mem::replace(&mut self.parts.after_lab, kept);
        self.place = place;
        match self.notes.iter_mut().find(|note| note.label == label) {
            Some(note) => note.events = events,
            None => {
                let span = inner.first().map_or(0..0, |(_, span)| span.clone());
                self.complain(&span, format!("the note [^{label}] is never referred to"), "Refer to it or remove it");
            }
        }
    }

    fn notes_html(&mut self) -> String {
        if self.notes.is_empty() {
            return String::new();
        }
        let items: String = std::mem::take(&mut self.notes)
            .into_iter()
            .enumerate()
            .map(|(index, note)| {
                let number = index + 1;
                let inner = to_html(note.events);
                let inner = inner.trim().strip_suffix("</p>").unwrap_or(inner.trim());
                format!("<li id=\"note-{number}\">{inner} <a href=\"#note-{number}-ref\" aria-label=\"Back to the text\">↩</a></p></li>\n")
            })
            .collect();
        format!("<section class=\"notes\" aria-label=\"Notes\"><ol>\n{items}</ol></section>\n")
    }
}

/// What neither a lead nor a text may hold, and what to do instead.
fn forbidden(event: &Event) -> Option<(&'static str, &'static str)> {
    match event {
        Event::Html(_) | Event::InlineHtml(_) => Some(("the text has HTML in it", "Write Markdown; put code between backticks")),
        Event::Start(Tag::Image { .. }) => Some(("the text has an image", "Show it as a table, a list or a lab")),
        _ => None,
    }
}

fn until(events: &[Spanned], end: impl Fn(&Event) -> bool) -> usize {
    events.iter().position(|(event, _)| end(event)).unwrap_or(events.len())
}

fn plain(events: &[Spanned]) -> String {
    events
        .iter()
        .filter_map(|(event, _)| match event {
            Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
            _ => None,
        })
        .collect()
}
