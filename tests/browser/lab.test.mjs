// The rate-limiting lab as an instrument: driven by the keyboard alone, its run in the address, the same run again.

import assert from 'node:assert/strict';
import test, { after, afterEach, before, describe } from 'node:test';
import { Key, start } from './harness.mjs';

const LAB = '/labs/rate-limiting/';
let page;
before(async () => { page = await start(); });
after(() => page?.stop());
afterEach(async () => assert.deepEqual(await page.troubles(), [], 'nothing failed on the way'));

const why = (what, pattern) => page.until(`the “why” says ${what}`, (source) => {
  const text = document.querySelector('.why').innerText.replace(/\s+/g, ' ');
  return new RegExp(source).test(text) && text;
}, pattern);

/// [lane, admitted, refused] of every lane, as they stand on screen.
const numbers = () => page.run(() => [...document.querySelectorAll('.numbers tbody tr')].map((row) =>
  [0, 1, 2].map((cell) => row.cells[cell].innerText.replace(/[^\w ]/g, '').trim())));

const addressIs = (wanted) => page.until(`the address ?${wanted}`, (wanted) =>
  decodeURIComponent(location.search) === (wanted && `?${wanted}`), wanted);

const button = (label) => page.until(`the button “${label}”`, (label) =>
  [...document.querySelectorAll('.plate button')].find((button) => button.textContent.includes(label)), label);

const press = async (label) => {
  const found = await button(label);
  await page.run((found) => found.scrollIntoView({ block: 'center' }), found);
  await found.click();
};

/// Goes on with Tab until the focus is there: what Tab does not reach, a keyboard does not have.
async function tabTo(selector) {
  const there = () => page.run((selector) => document.activeElement.matches(selector), selector);
  for (let presses = 0; presses < 60; presses++) {
    if (await there()) return;
    await page.press(Key.TAB);
  }
  assert.fail(`60 times Tab do not reach ${selector}`);
}

describe('the transport, by keyboard alone', () => {
  before(async () => {
    await page.open(LAB);
    await tabTo('.scrubber');
  });

  test('Home goes to the beginning, where nothing has happened', async () => {
    await why('the last request first', 'Request 32 of 32');
    await page.press(Key.HOME);
    await why('that there is none yet', 'No request yet');
    assert.deepEqual((await numbers()).map(([, admitted, refused]) => [admitted, refused]), [['0', '0'], ['0', '0'], ['0', '0']]);
  });

  test('Right goes from request to request; reason and numbers follow', async () => {
    await page.press(Key.HOME, Key.ARROW_RIGHT);
    await why('the first request', '^Why Request 1 of 32, at 700 ms');
    assert.deepEqual(await numbers(), [['Fixed window', '1', '0'], ['Token bucket', '1', '0'], ['GCRA', '1', '0']]);
    await page.press(...Array(8).fill(Key.ARROW_RIGHT));
    const text = await why('the ninth request', 'Request 9 of 32, at 940 ms');
    // The ninth in a window of eight: the first that the fixed window refuses, and the others do not.
    assert.match(text, /Fixed window refused: the window from 0 s to 1 s had 8 of 8\. The next begins 60 ms later\. 429, Retry-After: 1/);
    assert.match(text, /Token bucket admitted: it held 1\.92 tokens ≥ 1\. 200/);
    assert.deepEqual(await numbers(), [['Fixed window', '8', '1'], ['Token bucket', '9', '0'], ['GCRA', '9', '0']]);
  });

  test('Left goes back by one', async () => {
    await page.press(Key.HOME, Key.ARROW_RIGHT, Key.ARROW_RIGHT, Key.ARROW_RIGHT, Key.ARROW_LEFT);
    await why('the second request', 'Request 2 of 32, at 730 ms');
  });

  test('End goes to the end', async () => {
    await page.press(Key.HOME, Key.END);
    await why('the last request', 'Request 32 of 32');
    assert.deepEqual((await numbers())[0], ['Fixed window', '28', '4']);
  });

  test('Space plays and pauses, and does not scroll the page', async () => {
    await page.press(Key.END);
    const scrolled = await page.run(() => scrollY);
    await page.press(Key.SPACE);
    await page.until('a run that plays', () => document.querySelector('.play').textContent.includes('Pause'));
    await why('a later moment of the new run', 'Request \\d+ of 32');
    await page.press(Key.SPACE);
    await page.until('a run that stands', () => document.querySelector('.play').textContent.includes('Play'));
    const clocks = await page.text('.clocks');
    await page.driver.executeAsyncScript((done) => { let frames = 10; const next = () => (frames-- ? requestAnimationFrame(next) : done()); next(); });
    assert.equal(await page.text('.clocks'), clocks, 'time stands still after ten more frames');
    assert.equal(await page.run(() => scrollY), scrolled);
  });

  test('[ and ] change the speed, within what there is', async () => {
    const speed = () => page.run(() => document.querySelector('.speed select').selectedOptions[0].textContent);
    assert.equal(await speed(), '½×');
    await page.press(']', ']');
    assert.equal(await speed(), '4×');
    await page.press(...'[[[[[[');
    assert.equal(await speed(), '⅒×');
    await page.press(...']]]]]]]');
    assert.equal(await speed(), '16×');
  });

  test('the moment is in the address', async () => {
    await page.press(Key.HOME, Key.ARROW_RIGHT);
    await addressIs('preset=boundary&at=0.7s');
  });

  test('a burst is sent and taken back without a pointer', async () => {
    await page.open(`${LAB}?preset=boundary&at=1.5s`);
    await tabTo('.scrubber');
    for (let presses = 0; presses < 12; presses++) {
      await page.press(Key.TAB);
      if (await page.run(() => document.activeElement.textContent.includes('Send 10'))) break;
    }
    await page.press(Key.ENTER);
    await addressIs('preset=boundary&do=1.5s:send:10&at=1.5s');
    await why('42 requests', 'of 42');
    for (let presses = 0; presses < 6 && !(await page.run(() => document.activeElement.textContent === 'Undo')); presses++) await page.press(Key.TAB);
    await page.press(Key.SPACE);
    await addressIs('preset=boundary&at=1.5s');
    await why('32 requests again', 'of 32');
  });
});

describe('a run', () => {
  test('with interventions is the same again after a reload', async () => {
    await page.open(`${LAB}?preset=boundary&at=1.5s`);
    const before = await numbers();
    await press('Send 10');
    await press('Halve the limit');
    await addressIs('preset=boundary&do=1.5s:send:10,1.5s:limit:4&at=1.5s');
    await press('Step');
    await page.until('the moment of the next request', () => !location.search.endsWith('&at=1.5s'));
    const [changed, reason] = [await numbers(), await why('a request of 42', 'of 42')];
    assert.notDeepEqual(changed, before, 'the interventions changed the numbers');
    await page.driver.navigate().refresh();
    await page.alive();
    await why('the same as before the reload', reason.slice(4, 30));
    assert.deepEqual(await numbers(), changed);
    assert.equal(await why('the same', 'of 42'), reason);
  });

  test('loses its interventions by Undo, one by one', async () => {
    await page.open(`${LAB}?preset=boundary&do=1.5s:send:10,2s:limit:4`);
    const both = await numbers();
    await press('Undo');
    await addressIs('preset=boundary&do=1.5s:send:10');
    await press('Undo');
    await addressIs('preset=boundary');
    assert.notDeepEqual(await numbers(), both);
    assert.equal(await page.run(() => [...document.querySelectorAll('.plate button')].find((button) => button.textContent === 'Undo').disabled), true);
  });

  test('that is over takes no intervention, and says so', async () => {
    await page.open(`${LAB}?preset=boundary`);
    await press('Send one');
    assert.match(await page.until('a sentence', () => document.querySelector('.said')?.innerText), /The run is over: move to the moment/);
    await addressIs('preset=boundary');
  });

  test('is shared as a link that gives it again', async () => {
    await page.open(`${LAB}?preset=boundary&limit=5&do=1.5s:send:10&at=1.7s`);
    const shown = await numbers();
    await press('Share this run');
    const link = await page.until('the link to copy', () => document.querySelector('.said input')?.value);
    assert.match(await page.text('.said'), /^(The link is copied|Copy this link):/);
    assert.equal(link, page.url(`${LAB}?preset=boundary&limit=5&do=1.5s:send:10&at=1.7s`));
    await page.open('/');
    await page.driver.get(link);
    await page.alive();
    await why('the moment of the link', 'at 1\\.7 s');
    assert.deepEqual(await numbers(), shown);
  });

  test('is followed as a table, whose moments lead there', async () => {
    await page.open(`${LAB}?preset=boundary`);
    await page.click('.events summary');
    await page.until('a row for each request', () => document.querySelectorAll('.events tbody tr').length === 32);
    assert.match(await page.text('.events tbody tr:nth-child(9)'), /^9 940 ms ✕ refused 429, Retry-After: 1 refused: the window from 0 s to 1 s had 8 of 8/);
    await page.click('.events tbody tr:nth-child(9) button');
    await why('the ninth request', 'Request 9 of 32');
    assert.equal(await page.run(() => document.querySelector('.events [aria-current=true] th').textContent), '9');
  });
});

describe('the scenario', () => {
  const heading = (text) => page.until(`the scenario “${text}”`, (text) => document.querySelector('.plate-title').textContent === text, text);
  const ONE = 'One boundary, twice the limit';
  const TWO = 'A burst is spent once, a rate for ever';
  const THREE = 'The same share, another rhythm';

  test('is chosen from those that teach, and stands in the address', async () => {
    await page.open(LAB);
    await press('Burst or rate');
    await heading(TWO);
    await addressIs('preset=burst');
    assert.deepEqual(await page.texts('.preset[aria-pressed=true]'), ['Burst or rate']);
  });

  test('is restored by Back and Forward', async () => {
    await page.open(`${LAB}?preset=boundary`);
    await press('Burst or rate');
    await heading(TWO);
    await press('Twice too fast');
    await heading(THREE);
    await page.driver.navigate().back();
    await heading(TWO);
    await page.driver.navigate().back();
    await heading(ONE);
    await page.driver.navigate().forward();
    await heading(TWO);
    await page.driver.navigate().forward();
    await heading(THREE);
    await addressIs('preset=rhythm');
  });

  test('is the first again when Back leads to the bare address', async () => {
    await page.open(LAB);
    await press('Burst or rate');
    await heading(TWO);
    await page.driver.navigate().back();
    await addressIs('');
    await heading(ONE);
  });

  test('that is malformed in part is noted part by part, and the rest counts', async () => {
    await page.open(`${LAB}?preset=nonsense&limit=0&burst=3&do=1s:send:5,now:explode:1&colour=red`);
    await page.shown('.plate .notes-bar');
    const notes = await page.texts('.plate .notes-bar li');
    for (const part of ['preset=nonsense', 'limit=0', 'now:explode:1', 'colour']) {
      assert.ok(notes.some((note) => note.includes(`“${part}”`)), `a note names “${part}”: ${notes.join(' | ')}`);
    }
    assert.equal(notes.length, 4, notes.join(' | '));
    await why('the five requests of the good intervention', 'of 37');
    assert.match(await page.text('.plate-sub'), /limit 8 in one second, burst 3$/);
    await page.click('.plate .notes-bar button');
    await page.until('no note', () => !document.querySelector('.plate .notes-bar').checkVisibility());
  });

  test('keeps its last good value when a field is given nonsense, and says so', async () => {
    await page.open(`${LAB}?preset=boundary`);
    const field = await page.shown('.settings fieldset:not(.lanes) input[type=number]');
    await field.click();
    await page.press([Key.CONTROL, 'a'], '0', Key.TAB);
    const sentence = await page.until('a sentence at the field', () =>
      [...document.querySelectorAll('.field-wrong')].find((line) => line.checkVisibility())?.innerText);
    assert.equal(sentence, 'Limit is a whole number from 1 to 100000; “0” is not. It stays 8.');
    assert.match(await page.text('.plate-sub'), /limit 8/);
    await field.click();
    await page.press([Key.CONTROL, 'a'], '6', Key.TAB);
    await addressIs('preset=boundary&limit=6');
    assert.match(await page.text('.plate-sub'), /limit 6/);
  });
});

test('the lab starts by itself only where motion is welcome', async () => {
  await page.open(LAB);
  assert.match(await page.text('.play'), /Play/, 'with reduced motion it waits');
  await why('the end of the run', 'Request 32 of 32');
  const moving = await start({ motion: true });
  try {
    await moving.open(LAB);
    await moving.until('a run that plays by itself', () => document.querySelector('.play').textContent.includes('Pause'));
    await moving.until('requests that came meanwhile', () => /Request \d+ of 32/.test(document.querySelector('.why').textContent));
    assert.deepEqual(await moving.troubles(), []);
  } finally {
    await moving.stop();
  }
});
