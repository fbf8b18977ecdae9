// With JavaScript off the site is a book: everything reads, everything is listed, and nothing is offered that cannot work.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { start, visibleControls } from './harness.mjs';

let page;
before(async () => { page = await start({ javascript: false }); });
after(() => page?.stop());

async function nothingPretends(path) {
  // Guards all tests here: were scripts on by mistake, these would be tests of something else.
  assert.equal(await page.run(() => document.documentElement.hasAttribute('data-js')), false, `${path}: scripts of the page do not run`);
  assert.deepEqual(await page.run(visibleControls), [], `${path}: no control is visible that needs the program`);
  assert.deepEqual(await page.texts('.trouble-bar'), [], `${path}: having no scripts is no trouble to report`);
  assert.deepEqual(await page.troubles(), [], `${path} loads without an error`);
}

test('the home page lists every entry with its level, its meaning and its address', async () => {
  const glossary = await (await fetch(page.url('/glossary.json'))).json();
  await page.open('/', { alive: false });
  const rows = await page.run(() => [...document.querySelectorAll('.row')]
    .filter((row) => row.checkVisibility({ visibilityProperty: true }))
    .map((row) => ({
      title: row.querySelector('a.row-title').innerText.trim(),
      summary: row.querySelector('.row-summary').innerText.trim(),
      path: new URL(row.querySelector('a.row-title').href).pathname,
      level: row.querySelector('.moon').textContent.trim().toLowerCase(),
    })));
  const base = new URL(page.site).pathname;
  // A row has the first sentence of what the data has whole.
  for (const row of rows) {
    const { summary } = glossary.find(({ title }) => title === row.title) ?? { summary: '' };
    assert.ok(/[.?!]$/.test(row.summary) && summary.startsWith(row.summary), `${row.title}: “${row.summary}” opens “${summary}”`);
    row.summary = summary;
  }
  const expected = glossary.map(({ title, summary, slug, level }) => ({ title, summary, path: `${base}terms/${slug}/`, level }));
  const byPath = (a, b) => (a.path < b.path ? -1 : 1);
  // Summaries carry code spans, which the data writes as plain text: both are compared as text.
  assert.deepEqual(rows.sort(byPath), expected.sort(byPath), 'home lists the glossary as glossary.json has it');
  await nothingPretends('/');
});

test('a link in the list leads to an entry that reads from lead to sources', async () => {
  await page.open('/', { alive: false });
  await page.click('a.row-title[href$="/terms/token-bucket/"]');
  await page.until('the entry “Token bucket”', () => document.querySelector('h1')?.innerText === 'Token bucket');
  assert.match(await page.text('#article .lead'), /^A rate limiter that saves up unused allowance/);
  const heads = await page.texts('#article h2');
  for (const head of ['How it works', 'Example', 'Watch out', 'Related', 'Sources']) {
    assert.ok(heads.some((text) => text.startsWith(head)), `the entry has “${head}” on screen, among ${heads.join(', ')}`);
  }
  await nothingPretends('/terms/token-bucket/');
});

test('an inline lab stands there as a picture with its numbers', async () => {
  await page.open('/terms/token-bucket/', { alive: false });
  const picture = await page.run(() => {
    const picture = document.querySelector('.plate .picture');
    const box = picture.getBoundingClientRect();
    return {
      size: [box.width > 200, box.height > 100],
      marks: picture.querySelectorAll('.lane circle.pass').length,
      words: picture.getAttribute('aria-label'),
    };
  });
  assert.deepEqual(picture.size, [true, true], 'the picture has its size without the program');
  assert.ok(picture.marks > 10, `decisions are drawn: ${picture.marks} admitted ones`);
  assert.match(picture.words, /^\d+ requests in .*Token bucket admits \d+ and refuses \d+/);
  // What lies ahead is covered by a sheet that the playhead pushes out: at the end of the run none of it is left.
  const covered = await page.run(() => {
    const shown = document.querySelector('.plate .overlay').getBoundingClientRect();
    const sheet = document.querySelector('.plate .ahead-lanes').getBoundingClientRect();
    return Math.min(shown.right, sheet.right) - Math.max(shown.left, sheet.left);
  });
  assert.ok(covered < 4, `nothing of the run is covered as its future, but ${covered} px are`);
});

test('the lab’s own page has the picture, the reason and the numbers', async () => {
  await page.open('/labs/rate-limiting/', { alive: false });
  const [table] = await page.texts('.numbers table');
  for (const lane of ['Fixed window', 'Token bucket', 'GCRA']) {
    assert.match(table, new RegExp(`${lane} ● \\d+ ✕ \\d+`), `numbers of ${lane} are on screen`);
  }
  assert.match(await page.text('.why'), /Request 32 of 32/);
  await nothingPretends('/labs/rate-limiting/');
});

test('an alias sends the reader on to its entry', async () => {
  await page.open('/terms/429/', { alive: false });
  await page.until('the entry “429 Too Many Requests”', () => document.querySelector('h1')?.innerText === '429 Too Many Requests');
  assert.equal(await page.address(), '/terms/429-too-many-requests/');
  const sent = await (await fetch(page.url('/terms/429/'))).text();
  assert.match(sent, /<link rel="icon"/, 'a page that names no icon makes browsers ask for /favicon.ico at the host’s root');
});
