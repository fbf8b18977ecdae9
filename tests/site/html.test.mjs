// Every HTML file is valid, and names what it shows to those who do not see it.
//
// htmlvalidate.json takes html-validate's recommended rules, those of the HTML standard and those for whole documents:
// - doctype-style: the doctype's case is free; ours is in lower case.
// - missing-doctype is off, since a fragment has none. The test of HTML's parsing rules below asks the pages for it.
// - no-inline-style: pictures of labs set where a thing lies, which no class can say. Nothing else may be set in place.
// - prefer-native-element: a <select> cannot list what a search found (listbox), and an example or table that scrolls
//   sideways is itself what takes the focus (region): a <pre> cannot be a <section>.
// - require-sri: a hash is for what others serve. Our own files come from where the page comes from.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { ancestors, attribute, elements, meta, text } from './dom.mjs';
import { documents, ofKind } from './dist.mjs';
import { none } from './report.mjs';
import { tool } from './tools.mjs';

const { HtmlValidate, StaticConfigLoader } = await tool('html-validate');
const config = JSON.parse(readFileSync(new URL('htmlvalidate.json', import.meta.url), 'utf8'));
const validator = new HtmlValidate(new StaticConfigLoader(config));

async function messages(html, name) {
  const { results } = await validator.validateString(html, name);
  return results.flatMap((result) => result.messages);
}

test('html-validate sees what is wrong with a page, so its silence means something', async () => {
  const wrong = '<div style="color:red"><p><div id="a"></div></div><img src="x.png"><input type="text"><i id="a"></i><label>x<input><input></label>';
  const rules = new Set((await messages(wrong, 'wrong.html')).map((message) => message.ruleId));
  for (const rule of ['no-inline-style', 'no-implicit-close', 'wcag/h37', 'input-missing-label', 'multiple-labeled-controls', 'no-dup-id']) {
    assert.ok(rules.has(rule), `${rule} is not among ${[...rules].join(', ')}`);
  }
});

test('every HTML file passes html-validate', async () => {
  const problems = [];
  for (const { name, html } of documents) {
    for (const { ruleId, message, line, column, selector } of await messages(html, name)) {
      problems.push({ group: ruleId, text: `${name}:${line}:${column} ${message}${selector ? ` at ${selector}` : ''}` });
    }
  }
  none(problems, 'a file follows every rule of htmlvalidate.json');
});

test('every HTML file parses without an error of HTML’s own parsing rules', () => {
  const problems = documents.flatMap(({ name, errors }) =>
    errors.map(({ code, at, around }) => ({ group: code, text: `${name}:${at} ${around}` })),
  );
  none(problems, 'a file parses without error');
});

test('a page says its language, and has one title of at most 70 characters', () => {
  const problems = [];
  for (const { name, tree } of ofKind('page', 'missing', 'alias', 'embed')) {
    const [html] = elements(tree, 'html');
    if (attribute(html, 'lang') !== 'en') problems.push(`${name}: lang is ${attribute(html, 'lang')}`);
    const [head] = elements(tree, 'head');
    const titles = [...elements(head, 'title')].map(text);
    if (titles.length !== 1 || titles[0].trim() === '') problems.push(`${name}: its titles are ${JSON.stringify(titles)}`);
    for (const title of titles) {
      if ([...title].length > 70) problems.push(`${name}: “${title}” has ${[...title].length} characters`);
    }
  }
  none(problems, 'language and title are right');
});

test('a page and an article have exactly one h1', () => {
  const problems = [];
  for (const { name, tree } of ofKind('page', 'missing', 'fragment', 'embed')) {
    const found = [...elements(tree, 'h1')].map(text);
    if (found.length !== 1 || found[0].trim() === '') problems.push(`${name} has ${found.length}: ${found.join(' | ')}`);
  }
  none(problems, 'there is one h1');
});

test('a picture is named or said to be decoration', () => {
  const problems = [];
  for (const { name, tree } of documents) {
    for (const svg of elements(tree, 'svg')) {
      const around = [svg, ...ancestors(svg)];
      const hidden = around.some((each) => attribute(each, 'aria-hidden') === 'true');
      const named = around.some((each) => attribute(each, 'role') === 'img' && (attribute(each, 'aria-label') ?? '').trim() !== '');
      if (!hidden && !named) problems.push(`${name}:${svg.sourceCodeLocation.startLine} an svg has neither name nor aria-hidden`);
    }
  }
  none(problems, 'pictures are named');
});

test('nothing that takes the focus lies inside a picture, where it has no name', () => {
  // What is inside role=img is not told to anyone: a link there is a stop of the Tab key on nothing.
  const focusable = (each) =>
    (['button', 'input', 'select', 'textarea', 'summary'].includes(each.tagName) ||
      (each.tagName === 'a' && attribute(each, 'href') !== undefined) ||
      attribute(each, 'tabindex') !== undefined) &&
    attribute(each, 'tabindex') !== '-1';
  const problems = [];
  for (const { name, tree } of documents) {
    for (const picture of elements(tree)) {
      if (attribute(picture, 'role') !== 'img') continue;
      for (const inner of [...elements(picture)].filter(focusable)) {
        problems.push(`${name}: <${inner.tagName}> “${text(inner)}” in the picture “${attribute(picture, 'aria-label')}”`);
      }
    }
  }
  none(problems, 'a picture holds nothing to act on');
});

test('a page is set for small screens and names its encoding first', () => {
  const problems = [];
  for (const { name, html, tree } of ofKind('page', 'missing', 'alias', 'embed')) {
    if (meta(tree, 'viewport') !== 'width=device-width, initial-scale=1') problems.push(`${name}: viewport is ${meta(tree, 'viewport')}`);
    // A browser looks for the encoding in the first 1024 bytes only.
    const at = html.indexOf('<meta charset="utf-8">');
    if (at < 0 || Buffer.byteLength(html.slice(0, at)) > 1000) problems.push(`${name}: its encoding is said too late or not at all`);
  }
  none(problems, 'viewport and encoding are said');
});
