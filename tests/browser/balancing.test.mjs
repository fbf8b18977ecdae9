// The load-balancing lab as an instrument: played, stepped, changed, shared, and given what it cannot do.

import assert from 'node:assert/strict';
import test, { after, afterEach, before, describe } from 'node:test';
import { Key, start } from './harness.mjs';

const LAB = '/labs/load-balancing/';
const POLICIES = ['Round robin', 'Least connections', 'Power of choices, d = 2', 'Peak EWMA'];
let page;
before(async () => { page = await start(); });
after(() => page?.stop());
afterEach(async () => assert.deepEqual(await page.troubles(), [], 'nothing failed on the way'));

const why = (what, pattern) => page.until(`the “why” says ${what}`, (source) => {
  const text = document.querySelector('.why').innerText.replace(/\s+/g, ' ');
  return new RegExp(source).test(text) && text;
}, pattern);

/// Every row of the numbers, the drawn policy first: its name, what was answered, is under way and failed, and the rest.
const numbers = () => page.run(() => {
  const words = (cell) => [...cell.childNodes].filter((node) => node.className !== 'sr').map((node) => node.textContent).join(' ');
  const rows = [...document.querySelectorAll('.numbers tbody tr')];
  return rows.map((row) => [...row.cells].map((cell) => words(cell).replace(/[▸●◐✕]/g, '').replace(/\s+/g, ' ').trim()));
});
/// A count such as “2,422”, at the beginning of a cell.
const count = (cell) => Number(cell.match(/^[\d,]+/)[0].replaceAll(',', ''));

const addressIs = (wanted) => page.until(`the address ?${wanted}`, (wanted) =>
  decodeURIComponent(location.search) === (wanted && `?${wanted}`), wanted);

const press = async (label) => {
  const found = await page.until(`the button “${label}”`, (label) =>
    [...document.querySelectorAll('.plate button')].find((button) => button.textContent.includes(label) && button.checkVisibility()), label);
  await page.run((found) => found.scrollIntoView({ block: 'center' }), found);
  await found.click();
};

const heading = (text) => page.until(`the scenario “${text}”`, (text) => document.querySelector('.plate-title').textContent === text, text);
const warning = (pattern) => page.until(`a warning like ${pattern}`, (source) => {
  const texts = [...document.querySelectorAll('.warn')].filter((line) => line.checkVisibility()).map((line) => line.innerText);
  return texts.find((text) => new RegExp(source).test(text));
}, pattern);
const frames = (count) => page.driver.executeAsyncScript((left, done) => {
  const next = () => (left-- > 0 ? requestAnimationFrame(next) : done());
  next();
}, count);

/// A field of the settings, by its group and the beginning of its label.
const field = (legend, label) => page.until(`the field ${label}`, (legend, label) => {
  const group = [...document.querySelectorAll('.settings fieldset')].find((group) => group.querySelector('legend').textContent === legend);
  return [...(group?.querySelectorAll('.field') ?? [])].find((field) => field.textContent.trim().startsWith(label))?.querySelector('input');
}, legend, label);

const type = async (input, text) => {
  await page.run((input) => input.scrollIntoView({ block: 'center' }), input);
  await input.click();
  await page.press([Key.CONTROL, 'a'], text, Key.TAB);
};

/// What the canvas has drawn: how many pixels of it are opaque, and the colours of those, the commonest first.
const drawn = () => page.run(() => {
  const canvas = document.querySelector('.fan canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Map();
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] < 255) continue;
    const colour = `${data[at]},${data[at + 1]},${data[at + 2]}`;
    colours.set(colour, (colours.get(colour) ?? 0) + 1);
  }
  const sorted = [...colours].sort((one, other) => other[1] - one[1]);
  return { opaque: sorted.reduce((sum, [, count]) => sum + count, 0), colours: sorted.map(([colour]) => colour) };
});

describe('the transport', () => {
  before(async () => {
    await page.open(LAB);
    await page.run(() => document.querySelector('.scrubber').focus());
  });

  test('waits at the end of the run where no motion is wanted, with figures', async () => {
    assert.match(await page.text('.play'), /Play/);
    assert.match(await page.text('.clocks'), /^60 s of 60 s/);
    const [, sent] = (await page.text('.plate-sub')).match(/^([\d,]+) requests in 60 s, the same for all policies/);
    const all = sent.replaceAll(',', '');
    await why('the last request', `Request ${all} of ${all}`);
    const rows = await numbers();
    assert.deepEqual(rows.map(([name]) => name), POLICIES);
    for (const [name, answered, open, failed] of rows) {
      assert.equal(count(answered) + count(open) + count(failed), Number(all), `every request of ${name} is answered, under way or failed`);
    }
    assert.ok(!rows.flat().some((cell) => /NaN|undefined|null|inf/.test(cell)), rows.join(' | '));
    const bars = await page.run(() => [...document.querySelectorAll('.bar-row')].map((row) =>
      [row.querySelector('rect').getBoundingClientRect().width > 4, row.querySelector('.bar-value').innerText]));
    assert.equal(bars.length, 4);
    for (const [wide, value] of bars) assert.ok(wide && /^[\d.]+ (ms|s)(, ✕ [\d<]+ ?\d* %)?$/.test(value), `a bar with its time: ${bars}`);
    assert.equal((await drawn()).opaque > 50, true, 'what is on its way at the end is drawn');
  });

  test('Home goes to the beginning, arrows from request to request, End to the end', async () => {
    await page.press(Key.HOME);
    await why('that there is none yet', 'No request yet');
    assert.deepEqual((await numbers()).map((row) => row.slice(1, 4)), Array(4).fill(['0', '0', '0']));
    await page.press(Key.ARROW_RIGHT);
    const first = await why('the first request', 'Request 1 of \\d+, client \\d+, at .* went to s1');
    assert.deepEqual((await numbers())[0].slice(1, 4), ['0', '1', '0'], 'it is under way');
    for (const other of POLICIES.slice(1)) assert.ok(first.includes(`${other} sent it to s`), `${other} is in: ${first}`);
    await page.press(Key.ARROW_RIGHT, Key.ARROW_RIGHT);
    await why('the third', 'Request 3 of .*went to s3');
    await page.press(Key.ARROW_LEFT);
    await why('the second', 'Request 2 of .*went to s2');
    await page.until('its moment in the address', () => /^\?preset=slow&at=[\d.]+m?s$/.test(location.search));
    await page.press(Key.END);
    await why('the last', 'Request (\\d+) of \\1,');
    await addressIs('preset=slow');
  });

  test('the buttons step as the arrows do', async () => {
    await page.press(Key.HOME);
    await press('Step ›');
    await why('the first request', 'Request 1 of ');
    await press('Step ›');
    await why('the second request', 'Request 2 of ');
    await press('‹');
    await why('the first request', 'Request 1 of ');
  });

  test('the scrubber goes to where the pointer puts it', async () => {
    await page.press(Key.END);
    const end = await page.text('.why');
    const scrubber = await page.shown('.scrubber');
    await page.run((scrubber) => scrubber.scrollIntoView({ block: 'center' }), scrubber);
    await page.driver.actions().move({ origin: scrubber }).click().perform();
    const at = await page.until('the middle', () => document.querySelector('.clocks').textContent.match(/^(29|30|31)(\.\d+)? s of 60 s/)?.[0]);
    const middle = await page.text('.why');
    assert.notEqual(middle, end, 'the “why” follows');
    assert.match(middle, new RegExp(`at (${Number.parseInt(at) - 1}|${Number.parseInt(at)})(\\.\\d+)? s`));
    await page.until('it in the address', () => /&at=(29|30|31)(\.\d+)?s$/.test(location.search));
  });

  test('Space plays and pauses, and does not scroll the page', async () => {
    await page.run(() => document.querySelector('.scrubber').focus());
    await page.press(Key.HOME);
    const scrolled = await page.run(() => scrollY);
    await page.press(Key.SPACE);
    await page.until('a run that plays', () => document.querySelector('.play').textContent.includes('Pause'));
    await why('a later moment', 'Request \\d+ of ');
    await page.until('something answered', () => /● [1-9]/.test(document.querySelector('.numbers tbody').innerText));
    await page.press(Key.SPACE);
    await page.until('a run that stands', () => document.querySelector('.play').textContent.includes('Play'));
    const clocks = await page.text('.clocks');
    await frames(10);
    assert.equal(await page.text('.clocks'), clocks, 'time stands still after ten more frames');
    assert.equal(await page.run(() => scrollY), scrolled);
  });

  test('[ and ] change the speed, within what there is', async () => {
    const speed = () => page.run(() => document.querySelector('.speed select').selectedOptions[0].textContent);
    const before = await speed();
    await page.press(']', ']');
    assert.notEqual(await speed(), before);
    await page.press('[', '[');
    assert.equal(await speed(), before);
    await page.press(...'[[[[[[[');
    assert.equal(await speed(), '⅒×');
    await page.press(...']]]]]]]]');
    assert.equal(await speed(), '16×');
  });
});

test('what moves is drawn on the canvas, and drawn anew in another theme', async () => {
  await page.open(`${LAB}?preset=slow&at=20s`);
  const still = await drawn();
  assert.ok(still.opaque > 50, `${still.opaque} opaque pixels`);
  await page.press(Key.SPACE);
  await page.until('a second of the run', () => !document.querySelector('.clocks').textContent.startsWith('20 s'));
  await page.press(Key.SPACE);
  const light = await drawn();
  assert.ok(light.opaque > 50, `${light.opaque} opaque pixels after playing`);
  await page.click('button.theme');
  await page.click('button.theme');
  assert.equal(await page.run(() => document.documentElement.dataset.theme), 'dark');
  await frames(2);
  const dark = await drawn();
  assert.ok(dark.opaque > 50, `${dark.opaque} opaque pixels in the dark`);
  assert.ok(!dark.colours.includes(light.colours[0]), `${light.colours[0]} was the commonest colour in the light and is still there in the dark`);
  await page.click('button.theme');
  await frames(2);
  assert.deepEqual((await drawn()).colours.slice(0, 3), light.colours.slice(0, 3), 'and as before');
});

describe('the scenario', () => {
  test('is chosen from those that teach, stands in the address, and Back restores the one before', async () => {
    await page.open(LAB);
    const first = await page.text('.plate-title');
    await press('Two choices');
    await heading('A second look is worth more than a third');
    await addressIs('preset=two-choices');
    assert.deepEqual(await page.texts('.preset[aria-pressed=true]'), ['Two choices']);
    assert.equal((await page.texts('.server-row')).length, 16);
    await press('Retry storm');
    await heading('The servers are well again, the requests are not');
    await addressIs('preset=retry-storm');
    await page.driver.navigate().back();
    await heading('A second look is worth more than a third');
    assert.equal((await page.texts('.server-row')).length, 16);
    await page.driver.navigate().back();
    await heading(first);
    await addressIs('');
    await page.driver.navigate().forward();
    await heading('A second look is worth more than a third');
  });

  test('every one of them opens with its figures', async () => {
    const labels = await page.texts('.preset');
    assert.ok(labels.length >= 15, labels.join(', '));
    for (const label of labels) {
      await press(label);
      await page.until(`“${label}” chosen`, (label) => document.querySelector('.preset[aria-pressed=true]').textContent === label, label);
      const rows = await numbers();
      assert.ok(rows.length >= 1 && rows.every((row) => /^[1-9]/.test(row[1])), `${label}: every policy answers requests: ${rows.join(' | ')}`);
      assert.ok(!/NaN|undefined|null/.test(await page.text('.plate')), label);
    }
  });

  test('a policy’s name among the bars draws its lane', async () => {
    await page.open(`${LAB}?preset=slow&at=20s`);
    const before = await page.text('.why');
    const [one, two] = await numbers();
    await page.run(() => document.querySelectorAll('.bar-name')[1].click());
    await addressIs('preset=slow&watch=2&at=20s');
    const pressed = await page.run(() => [...document.querySelectorAll('.bar-name')].map((name) => name.getAttribute('aria-pressed')));
    assert.deepEqual(pressed, ['false', 'true', 'false', 'false']);
    const after = await why('what least connections did', 'Least connections: .*Round robin sent it to');
    assert.notEqual(after, before);
    assert.deepEqual((await numbers()).slice(0, 2), [two, one], 'the drawn one comes first, with the numbers that it had');
    assert.match(await page.run(() => document.querySelector('.fan').getAttribute('aria-label')), /^Least connections at 20 s/);
    assert.equal(await page.run(() => document.querySelector('.numbers tr[aria-current=true] .sr')?.textContent), ', drawn above');
  });

  test('that is malformed in part is noted part by part, and the rest counts', async () => {
    await page.open(`${LAB}?preset=nonsense&lanes=rr,quick&servers=65&traffic=poisson:1e9&queue=stack&health=luck&retry=later&`
      + 'do=1s:send:5,now:explode:1&watch=0&colour=red&work=50ms');
    await page.shown('.plate .notes-bar');
    const notes = await page.texts('.plate .notes-bar li');
    const parts = ['preset=nonsense', 'lanes=rr,quick', 'servers=65', 'traffic=poisson:1e9', 'queue=stack', 'health=luck', 'retry=later',
      'now:explode:1', 'watch=0', 'colour'];
    for (const part of parts) assert.ok(notes.some((note) => note.includes(`“${part}”`)), `a note names “${part}”: ${notes.join(' | ')}`);
    assert.equal(notes.length, parts.length, notes.join(' | '));
    assert.match(await page.text('.plate-sub'), /, 47 % of what 5 servers can do/, 'work=50ms counts: 40 a second of 85');
    assert.deepEqual((await numbers()).map(([name]) => name), POLICIES);
    assert.match(await page.text('.plate-sub'), /^2,427 requests/, 'the five of the good intervention are among them');
    await page.click('.plate .notes-bar button');
    await page.until('no note', () => !document.querySelector('.plate .notes-bar').checkVisibility());
  });

  test('keeps its last good value when a field is given nonsense, and says so', async () => {
    await page.open(`${LAB}?preset=slow`);
    const sentence = () => page.until('a sentence at the field', () =>
      [...document.querySelectorAll('.field-wrong')].find((line) => line.checkVisibility())?.innerText);
    const sub = await page.text('.plate-sub');
    const number = await field('Servers', 'How many');
    await type(number, '65');
    assert.match(await sentence(), /from 0 to 64; “65” is not\. It stays 5\.$/);
    assert.equal(await page.text('.plate-sub'), sub);
    await type(number, '6');
    await page.until('no sentence any more', () => ![...document.querySelectorAll('.field-wrong')].some((line) => line.checkVisibility()));
    await page.until('six servers', () => document.querySelectorAll('.server-row').length === 6);
    await page.until('them in the address', () => /servers=/.test(location.search));
    const before = await page.text('.plate-sub');
    await type(await field('Traffic', 'exactly'), 'a flood');
    assert.match(await sentence(), /“a flood” is no traffic\. .* It stays as it was\.$/);
    assert.equal(await page.text('.plate-sub'), before);
  });
});

describe('a run', () => {
  test('takes an intervention into the address, shows it, and Undo takes it back', async () => {
    await page.open(`${LAB}?preset=slow&at=10s`);
    const row = () => page.run(() => {
      const row = document.querySelector('.server-row');
      return [row.classList.contains('dead'), row.innerText];
    });
    const [dead, usual] = await row();
    assert.equal(dead, false);
    await press('Kill');
    await addressIs('preset=slow&do=10s:kill:s1&at=10s');
    await page.until('s1 dead in the picture', () => document.querySelector('.server-row').classList.contains('dead'));
    assert.match((await row())[1], /s1[^]*dead/);
    await page.press(Key.END);
    const failed = count((await numbers())[0][3]);
    assert.ok(failed > 300, `a fifth of the requests after second 10 fails under round robin: ${failed}`);
    await press('Undo');
    await addressIs('preset=slow');
    assert.deepEqual(await page.run(() => document.querySelectorAll('.server-row.dead').length), 0);
    await page.open(`${LAB}?preset=slow&at=10s`);
    assert.deepEqual(await row(), [false, usual]);
  });

  test('that is over takes no intervention, and says so', async () => {
    await page.open(`${LAB}?preset=slow`);
    await press('Send 20');
    assert.match(await page.until('a sentence', () => document.querySelector('.said')?.innerText), /The run is over: move to the moment/);
    await addressIs('preset=slow');
  });

  test('is the same in a second page with the same link', async () => {
    const link = `${LAB}?preset=slow&watch=3&seed=11&do=5s:send:20,8s:kill:s2,20s:revive:s2,25s:add&at=30s`;
    await page.open(link);
    const shown = [await numbers(), await page.text('.why'), await page.texts('.server-row')];
    const here = await page.driver.getWindowHandle();
    await page.driver.switchTo().newWindow('window');
    try {
      await page.open(link);
      assert.deepEqual([await numbers(), await page.text('.why'), await page.texts('.server-row')], shown);
    } finally {
      await page.driver.close();
      await page.driver.switchTo().window(here);
    }
  });
});

describe('at its limits', () => {
  test('without servers every request is answered 503, and nothing breaks', async () => {
    await page.open(`${LAB}?preset=slow&servers=0`);
    await warning('^There is no server: every request is answered 503\\.$');
    assert.match(await page.text('.fan-empty'), /every request is answered 503/);
    for (const [name, ...counts] of await numbers()) assert.match(counts.slice(0, 3).join(' '), /^0 0 ([\d,]+) \1 no server$/, name);
    await page.press(Key.HOME, Key.ARROW_RIGHT);
    await why('the first request, answered 503', 'Request 1 of .*503');
    await page.press(Key.SPACE);
    await frames(10);
    await page.press(Key.SPACE);
    await press('Add a server');
    await page.until('a server', () => document.querySelectorAll('.server-row').length === 1);
  });

  test('more than the servers can do is said to be that', async () => {
    await page.open(`${LAB}?preset=load80&traffic=poisson:60`);
    await warning('^Saturated: 60 requests a second come, and these servers can finish 40\\. Queues grow without bound');
    await page.open(`${LAB}?preset=load80`);
    assert.deepEqual(await page.texts('.warn'), [], '80 % are no trouble');
  });

  test('a million clients do not hold the page up', async () => {
    await page.open(`${LAB}?preset=hot-key`);
    const timed = async (what, act) => {
      const from = Date.now();
      await act();
      assert.ok(Date.now() - from < 2_000, `${what} took ${Date.now() - from} ms`);
    };
    await timed('the change', async () => {
      await type(await field('Traffic', 'Clients'), '1000000');
      await addressIs('preset=hot-key&clients=1000000:1.3');
    });
    await page.run(() => document.querySelector('.scrubber').focus());
    await timed('a step', async () => {
      await page.press(Key.HOME, Key.ARROW_RIGHT);
      await why('the first', 'Request 1 of ');
    });
    await timed('a server more', async () => {
      await press('Add a server');
      await page.until('nine', () => document.querySelectorAll('.server-row').length === 9);
    });
    await timed('where their keys go', async () => {
      await press('Where keys go');
      await page.until('the table', () => document.querySelector('.tool tbody tr'));
    });
  });

  test('more requests than a run holds are cut, and more than are drawn are counted; both are said', async () => {
    await page.open(`${LAB}?preset=load80&lanes=random,least&traffic=poisson:10000&length=60s`);
    await warning('^Only the first 200,000 requests are run: none comes after ');
    await warning('on requests are counted and no longer drawn: 20,000 attempts');
    assert.match(await page.text('.plate-sub'), /^200,000 requests in .*cut there: a run holds no more/);
    const from = Date.now();
    await page.press(Key.HOME, Key.ARROW_RIGHT);
    await why('the first', 'Request 1 of 200000');
    assert.ok(Date.now() - from < 2_000, `a step took ${Date.now() - from} ms`);
  });
});

test('the lab starts by itself only where motion is welcome', async () => {
  const moving = await start({ motion: true });
  try {
    await moving.open(LAB);
    await moving.until('a run that plays by itself', () => document.querySelector('.play').textContent.includes('Pause'));
    await moving.until('requests that came meanwhile', () => /Request \d+ of \d+/.test(document.querySelector('.why').textContent));
    assert.deepEqual(await moving.troubles(), []);
  } finally {
    await moving.stop();
  }
});
