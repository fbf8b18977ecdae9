// Finding a term: what is typed, filtered or written in an address, and the keyboard's way to it.

import assert from 'node:assert/strict';
import test, { after, afterEach, before, beforeEach, describe } from 'node:test';
import { Key, start } from './harness.mjs';

let page;
before(async () => { page = await start(); });
after(() => page?.stop());
afterEach(async () => assert.deepEqual(await page.troubles(), [], 'nothing failed on the way'));

/// Titles of the rows on screen, without the alias by which they were found.
const titles = () => page.run(() => [...document.querySelectorAll('.row')]
  .filter((row) => row.checkVisibility())
  .map((row) => {
    const title = row.querySelector('.row-title').cloneNode(true);
    title.querySelector('.row-alias')?.remove();
    return title.textContent.trim();
  }));

const said = (what, pattern) => page.until(`the status says ${what}`, (source) => {
  const text = document.querySelector('.home .counted[role=status]').textContent;
  return new RegExp(source).test(text) && text;
}, pattern);

const focused = () => page.run(() => document.activeElement.id || document.activeElement.textContent.trim());

async function type(query) {
  await page.click('#search');
  await page.press([Key.CONTROL, 'a'], ...query);
  await said(`what “${query}” finds`, `“${query.replace(/[^\w ]/g, '.')}”`);
}

/// Names of the filters that are set, without their counts.
const pressed = async () => (await page.texts('.chip[aria-pressed=true]')).map((text) => text.replace(/[▶\d\s]+/g, ' ').trim());

const addressIs = (wanted) => page.until(`the address ${wanted}`, (wanted) =>
  (decodeURIComponent(location.search).replaceAll('+', ' ') === wanted), wanted);

describe('on the home page', () => {
  beforeEach(() => page.open('/'));

  const RANKING = [
    ['429', '429 Too Many Requests', 'a status by its number'],
    ['cdn', /CDN/, 'an acronym'],
    ['tokn bucket', 'Token bucket', 'a misspelt name'],
    ['retry without duplicates', /Idempotency key|Idempotency/, 'a wish in plain words'],
    ['etag', 'ETag', 'a name whatever its case'],
    ['leaky', 'Leaky bucket', 'the beginning of a name'],
    ['circuit breaker', /Circuit breaker/, 'an alias'],
  ];
  for (const [query, first, why] of RANKING) {
    test(`“${query}” finds ${why} first`, async () => {
      await type(query);
      const [found] = await titles();
      if (first instanceof RegExp) assert.match(found, first);
      else assert.equal(found, first);
    });
  }

  test('the number of matches is said, and is the number of rows', async () => {
    await type('bucket');
    const sentence = await said('the number', 'match');
    const rows = await titles();
    assert.match(sentence, new RegExp(`^${rows.length} terms match “bucket”$`), `${rows.length} rows are shown`);
  });

  test('what was typed is marked in what was found', async () => {
    await type('token');
    const marks = await page.texts('#results .row:first-child .row-title mark');
    assert.deepEqual(marks.map((mark) => mark.toLowerCase()), ['token']);
    await page.press([Key.CONTROL, 'a'], Key.BACK_SPACE);
    await page.until('no mark is left once the query is gone', () => !document.querySelector('#results mark'));
  });

  test('an alias by which a term was found is named', async () => {
    await type('cdn');
    assert.ok((await titles()).length > 0);
    await type('content delivery');
    assert.match(await page.text('#results .row:first-child'), /content delivery/i, 'the first row shows why it was found');
  });

  test('nothing found is said in words, and a near name is offered', async () => {
    await type('zzqqxx');
    assert.match(await page.text('#results'), /Nothing matches “zzqqxx”/);
    assert.deepEqual(await titles(), [], 'no row is shown for nonsense');
  });

  test('“/” and Ctrl+K bring the keyboard to the search', async () => {
    assert.notEqual(await focused(), 'search', 'the search does not take the focus by itself');
    await page.press('/');
    assert.equal(await focused(), 'search');
    assert.equal(await page.run(() => document.getElementById('search').value), '', 'the slash itself is not typed');
    await page.run(() => document.activeElement.blur());
    await page.press([Key.CONTROL, 'k']);
    assert.equal(await focused(), 'search');
    await page.press('a', '/', 'b');
    assert.equal(await page.run(() => document.getElementById('search').value), 'a/b', 'in the search a slash is a slash');
  });

  test('arrows walk through the rows, and back above the first stands the search', async () => {
    await type('bucket');
    const [first, second] = await titles();
    await page.press(Key.ARROW_DOWN);
    assert.ok((await focused()).startsWith(first), `Down goes to “${first}”, not “${await focused()}”`);
    await page.press(Key.ARROW_DOWN);
    assert.ok((await focused()).startsWith(second), `Down again goes to “${second}”, not “${await focused()}”`);
    await page.press(Key.ARROW_UP, Key.ARROW_UP);
    assert.equal(await focused(), 'search');
  });

  test('Enter in the search opens the first match', async () => {
    await type('tokn bucket');
    await page.press(Key.ENTER);
    await page.until('the entry “Token bucket”', () => document.querySelector('h1')?.innerText === 'Token bucket');
    assert.equal(await page.address(), '/terms/token-bucket/');
  });

  test('Escape empties the search and brings the whole list back', async () => {
    const all = await titles();
    await type('bucket');
    assert.notDeepEqual(await titles(), all);
    await page.press(Key.ESCAPE);
    await page.until('an empty search', () => document.getElementById('search').value === '');
    await page.until('the whole list', (count) => [...document.querySelectorAll('.row')].filter((row) => row.checkVisibility()).length === count, all.length);
    assert.deepEqual(await titles(), all);
    await addressIs('');
  });
});

describe('filters', () => {
  const chip = (label) => page.until(`the filter “${label}”`, (label) =>
    [...document.querySelectorAll('.chip')].find((chip) => chip.textContent.includes(label)), label);
  const count = async (label) => Number(await (await chip(label)).findElement({ css: '.count' }).getText());
  const press = async (label) => (await chip(label)).click();

  test('each says how many rows it leaves, and leaves as many', async () => {
    for (const label of ['Beginner', 'Intermediate', 'Advanced', 'Runs here', 'Traffic', 'Data']) {
      await page.open('/');
      const promised = await count(label);
      await press(label);
      await said(`${promised} terms, filtered`, `^${promised} of \\d+ terms, filtered$`);
      assert.equal((await titles()).length, promised, `“${label}” says ${promised}`);
      assert.equal(await (await chip(label)).getAttribute('aria-pressed'), 'true');
    }
  });

  test('they combine with the query, and the counts follow', async () => {
    await page.open('/');
    const whole = await count('Advanced');
    await type('rate');
    const left = await count('Advanced');
    assert.ok(left > 0 && left < whole, `with “rate” typed, “Advanced” counts ${left}, fewer than ${whole}`);
    await press('Advanced');
    await addressIs('?q=rate&level=advanced');
    await said('filtered', ', filtered$');
    assert.equal((await titles()).length, left);
    const levels = await page.run(() => [...document.querySelectorAll('.row .moon')].filter((moon) => moon.checkVisibility()).map((moon) => moon.textContent));
    assert.deepEqual([...new Set(levels)], ['Advanced']);
  });

  test('“All” takes them off and keeps the query', async () => {
    await page.open('/?q=rate&level=advanced&topic=traffic');
    await said('filtered', ', filtered$');
    await press('All');
    await addressIs('?q=rate');
    assert.equal(await page.run(() => document.getElementById('search').value), 'rate');
  });
});

describe('the address', () => {
  test('holds query and filters, and gives them back', async () => {
    await page.open('/?q=bucket&level=advanced,intermediate&runs=1');
    await said('the matches', '“bucket”, filtered');
    assert.equal(await page.run(() => document.getElementById('search').value), 'bucket');
    assert.deepEqual(await pressed(), ['Intermediate', 'Advanced', 'Runs here']);
  });

  test('is restored by Back and Forward', async () => {
    await page.open('/');
    await type('bucket');
    await addressIs('?q=bucket');
    await page.run(() => [...document.querySelectorAll('.chip')].find((chip) => chip.textContent.includes('Advanced')).click());
    await addressIs('?q=bucket&level=advanced');
    const narrow = await titles();
    await page.driver.navigate().back();
    await addressIs('?q=bucket');
    await said('the unfiltered matches', '“bucket”$');
    const wide = await titles();
    assert.ok(wide.length > narrow.length, `Back shows more rows (${wide.length}) than the filter did (${narrow.length})`);
    await page.driver.navigate().back();
    await addressIs('');
    await page.until('an empty search', () => document.getElementById('search').value === '');
    await page.driver.navigate().forward();
    await addressIs('?q=bucket');
    await said('the matches again', '“bucket”$');
    assert.deepEqual(await titles(), wide);
  });

  test('has the whole query for who types, presses Enter at once and comes back', async () => {
    await page.open('/');
    await page.click('#search');
    await page.press(...'etag', Key.ENTER);
    await page.until('the entry “ETag”', () => document.querySelector('#article h1')?.innerText === 'ETag');
    await page.driver.navigate().back();
    await addressIs('?q=etag');
    await said('the matches again', '“etag”$');
    await page.driver.navigate().back();
    await addressIs('');
  });

  test('that is malformed in part gives a note that goes away, and the rest counts', async () => {
    await page.open('/?q=bucket&level=expert,advanced&color=red&topic=%FF');
    await page.shown('.notes-bar');
    const notes = await page.texts('.notes-bar li');
    assert.equal(notes.length, 3, `one note for each bad part: ${notes.join(' | ')}`);
    assert.match(notes.join(' '), /“expert” in the address is no level.*beginner, intermediate, advanced/);
    assert.match(notes.join(' '), /“color” in the address means nothing here/);
    await said('the rest of the address', '“bucket”, filtered');
    assert.deepEqual(await pressed(), ['Advanced']);
    await page.click('.notes-bar button');
    await page.until('the note is gone', () => !document.querySelector('.notes-bar').checkVisibility());
    assert.ok((await titles()).length > 0, 'the rows stay');
  });

  test('never breaks the page, whatever stands in it', async () => {
    for (const nonsense of ['?%', '?q=%E0%A4%A', '?=&==&&', `?q=${'ä'.repeat(1500)}`, '?q=<script>alert(1)</script>', '?runs=maybe&level=,,']) {
      await page.open(`/${nonsense}`);
      assert.equal(await page.run(() => document.documentElement.dataset.trouble ?? null), null, `${nonsense.slice(0, 40)}: no trouble`);
      assert.ok(await page.text('h1'), `${nonsense.slice(0, 40)}: the page has its heading`);
    }
  });
});

describe('the search in the header', () => {
  const options = () => page.texts('#site-search-list [role=option]');
  const active = () => page.run(() => {
    const id = document.getElementById('site-search').getAttribute('aria-activedescendant');
    const option = id && document.getElementById(id);
    return option && { text: option.innerText.trim(), selected: option.getAttribute('aria-selected') };
  });
  beforeEach(async () => {
    await page.open('/terms/etag/');
    await page.press('/');
    await page.until('the focus in the header’s search', () => document.activeElement.id === 'site-search');
  });

  test('suggests, walks by arrows and opens by Enter', async () => {
    await page.press(...'tokn');
    await page.shown('#site-search-list [role=option]');
    assert.equal(await page.run(() => document.getElementById('site-search').getAttribute('aria-expanded')), 'true');
    const [first, second] = await options();
    assert.equal(first, 'Token bucket');
    await page.until('the number of suggestions for a screen reader', (count) =>
      document.querySelector('.site-search [role=status]').textContent === `${count} suggestions`, (await options()).length);
    await page.press(Key.ARROW_DOWN, Key.ARROW_DOWN);
    assert.deepEqual(await active(), { text: second, selected: 'true' });
    await page.press(Key.ARROW_UP);
    assert.deepEqual(await active(), { text: first, selected: 'true' });
    await page.press(Key.ENTER);
    await page.until('the entry “Token bucket”', () => document.querySelector('h1')?.innerText === 'Token bucket');
  });

  test('Escape closes the list first, and empties the box after that', async () => {
    await page.press(...'cache');
    await page.shown('#site-search-list [role=option]');
    await page.press(Key.ESCAPE);
    await page.until('a closed list', () => !document.getElementById('site-search-list').checkVisibility());
    assert.equal(await page.run(() => document.getElementById('site-search').value), 'cache');
    await page.press(Key.ESCAPE);
    await page.until('an empty box', () => document.getElementById('site-search').value === '');
  });

  test('goes on to the home page’s search when nothing is found', async () => {
    await page.press(...'zzqqxx');
    await page.until('“Nothing found” for a screen reader', () =>
      document.querySelector('.site-search [role=status]').textContent === 'Nothing found');
    await page.press(Key.ENTER);
    await addressIs('?q=zzqqxx');
    assert.match(await page.until('the answer', () => document.getElementById('results')?.innerText), /Nothing matches “zzqqxx”/);
  });
});
