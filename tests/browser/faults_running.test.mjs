// What wears a page out: thousands of inputs at once, an hour in a hidden tab, half an hour of a running lab. Afterwards it
// answers as it did at first, and the last thing that the reader did is what counts.

import assert from 'node:assert/strict';
import test, { after, afterEach, before, describe } from 'node:test';
import { BROWSER, Key, start } from './harness.mjs';

const INPUTS = 10_000;
let page;
before(async () => { page = await start(); });
after(() => page?.stop());
afterEach(async () => assert.deepEqual(await page.troubles(), [], 'nothing failed on the way'));

/// Gives a field `INPUTS` values one after the other, in bursts of a hundred as a busy page gets them, and says how long a
/// burst held the page up at most. `every` turns the number of an input into its value: a piece of a script.
const flood = (selector, every, event) => page.driver.executeAsyncScript(async (selector, count, every, event, done) => {
  const field = document.querySelector(selector);
  const set = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set;
  const [words, request] = [['token bucket', 'cdn', '429', 'retry'], field.value];
  const value = {
    // A reader who types, deletes everything and types again: with each beginning the history has an entry more to take.
    search: (n) => (n % 25 === 0 ? '' : words[n % 4].slice(0, n % 13 || undefined)),
    number: (n) => String(1 + (n * 7) % 50),
    request: (n) => request.replace(/\/\S*/, `/articles/${n}`),
    moment: (n) => String((n * 37) % 2_000),
  }[every];
  const { port1, port2 } = new MessageChannel();
  const turn = () => new Promise((resolve) => { port1.onmessage = resolve; port2.postMessage(null); });
  let longest = 0;
  for (let n = 0; n < count;) {
    const from = performance.now();
    for (let burst = 0; burst < 100; burst++, n++) {
      set.call(field, value(n));
      field.dispatchEvent(new Event(event, { bubbles: true }));
    }
    await turn();
    longest = Math.max(longest, performance.now() - from);
  }
  done(longest);
}, selector, INPUTS, every, event);

/// How long the page takes to draw two frames: what a reader feels as stuck or not.
const stuckFor = () => page.driver.executeAsyncScript((done) => {
  const from = performance.now();
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - from)));
});

/// Changes the value of a field as its reader would, once.
const give = (selector, value, event) => page.run((selector, value, event) => {
  const field = document.querySelector(selector);
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set.call(field, value);
  field.dispatchEvent(new Event(event, { bubbles: true }));
}, selector, value, event);

async function responsive(what) {
  const stuck = await stuckFor();
  assert.ok(stuck < 500, `${what}: two frames take ${Math.round(stuck)} ms`);
  assert.equal(await page.run(() => document.documentElement.dataset.trouble ?? null), null, `${what}: the program goes on`);
}

describe(`${INPUTS} inputs`, () => {
  test('in the search: the last one is answered, and stands in the address', async (t) => {
    await page.open('/');
    await page.click('#search');
    await page.press('e');
    await page.until('the search data', () => /match/.test(document.querySelector('.home .counted').innerText));
    const entries = await page.run(() => history.length);
    t.diagnostic(`a hundred inputs took ${Math.round(await flood('#search', 'search', 'input'))} ms at most`);
    await responsive('the search');
    await page.click('#search');
    await page.press([Key.CONTROL, 'a'], ...'etag');
    await page.until('the match', () => document.querySelector('#results .row-title')?.innerText.startsWith('ETag'));
    await page.until('the last query in the address', () => location.search === '?q=etag');
    assert.ok(await page.run(() => history.length) - entries <= 50, 'the history holds what a browser keeps');
    await page.press(Key.ESCAPE);
    await page.until('the whole list', () => [...document.querySelectorAll('.row')].filter((row) => row.checkVisibility()).length > 100);
  });

  test('in the number field of a lab: the last one is run, and stands in the address', async (t) => {
    await page.open('/labs/rate-limiting/?preset=boundary');
    const limit = '.settings fieldset:not(.lanes) input[type=number]';
    t.diagnostic(`a hundred inputs took ${Math.round(await flood(limit, 'number', 'change'))} ms at most`);
    await responsive('the number field');
    await give(limit, '6', 'change');
    await page.until('the last value in the run', () => /limit 6\b/.test(document.querySelector('.plate-sub').innerText));
    await page.until('it in the address', () => location.search === '?preset=boundary&limit=6');
    t.diagnostic(`a hundred moments took ${Math.round(await flood('.scrubber', 'moment', 'input'))} ms at most`);
    await responsive('the scrubber');
    await give('.scrubber', '1000', 'input');
    await page.until('the last moment in the picture', () => /^2 s of 4 s/.test(document.querySelector('.clocks').innerText));
    await page.until('it in the address', () => location.search === '?preset=boundary&limit=6&at=2s');
  });

  test('in the editor of the HTTP lab: the last one is answered, and what stands in the box is what was typed', async (t) => {
    await page.open('/labs/http-status/');
    t.diagnostic(`a hundred inputs took ${Math.round(await flood('.http-text', 'request', 'input'))} ms at most`);
    await responsive('the editor');
    const last = 'GET /last HTTP/1.1\nHost: example.org\nRange: bytes=9000-\n\n';
    await give('.http-text', last, 'input');
    await page.until('the last request on the wire', () => document.querySelector('.http-wire').innerText.includes('GET /last HTTP/1.1'));
    assert.equal(await page.run(() => document.querySelector('.http-text').value), last);
    await page.until('it in the address', () => decodeURIComponent(location.search).includes('/last'));
  });
});

describe('a hidden tab', () => {
  /// Puts the page's clock under our hand: `clock.skip` milliseconds are added to every time that frames and scripts are told,
  /// and every frame that is drawn is noted with the callbacks that it ran.
  const ownClock = () => page.run(() => {
    window.clock = { skip: 0, frames: [], asked: 0 };
    const ask = window.requestAnimationFrame.bind(window);
    const now = performance.now.bind(performance);
    performance.now = () => now() + window.clock.skip;
    const today = Date.now;
    Date.now = () => today() + window.clock.skip;
    window.requestAnimationFrame = (callback) => ask((time) => {
      const last = window.clock.frames.at(-1);
      if (last?.time === time) last.calls += 1;
      else window.clock.frames.push({ time, calls: 1, hidden: document.hidden });
      callback(time + window.clock.skip);
    });
  });

  for (const [lab, preset] of [['rate-limiting', 'boundary'], ['load-balancing', 'slow']]) {
    test(`goes on where it stood after an hour: the ${lab} lab`, async () => {
      await page.open(`/labs/${lab}/?preset=${preset}`);
      await ownClock();
      // As slow as it goes, so that the run is not over before the tab is hidden.
      await give('.speed select', lab === 'rate-limiting' ? '0' : '2', 'change');
      await page.run(() => document.querySelector('.scrubber').focus());
      await page.press(Key.HOME, Key.SPACE);
      const seconds = () => page.run(() => {
        const [, value, unit] = document.querySelector('.clocks').textContent.match(/^([\d.]+) (m?s) of/);
        return Number(value) / (unit === 'ms' ? 1_000 : 1);
      });
      await page.until('a run that plays', () => document.querySelector('.clocks').textContent.match(/^\D*([1-9])/) && document.querySelector('.play').textContent.includes('Pause'));
      // A minimised window is a hidden one, as a tab behind another is: no frame is drawn.
      const window = page.driver.manage().window();
      const size = await window.getRect();
      await window.minimize();
      await page.until('a hidden page', () => document.hidden);
      const still = await page.run(() => window.clock.frames.length);
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.ok(await page.run(() => window.clock.frames.length) - still <= 2, 'nothing is drawn for nobody');
      const [before, framesBefore] = [await seconds(), await page.run(() => window.clock.frames.length)];
      await page.run(() => { window.clock.skip += 3_600_000; });
      await window.setRect(size);
      await page.until('a page that is seen', () => !document.hidden);
      const from = Date.now();
      await page.until('ten frames more', (before) => window.clock.frames.length >= before + 10, framesBefore);
      const [after, took] = [await seconds(), (Date.now() - from) / 1_000];
      assert.ok(after - before <= 0.2 + took, `in ${took} s the run went from ${before} s to ${after} s: the hour is not caught up with`);
      assert.match(await page.text('.play'), /Pause/, 'it still plays');
      const frames = await page.run((from) => window.clock.frames.slice(from), framesBefore);
      assert.ok(Math.max(...frames.map(({ calls }) => calls)) <= 2, `no burst: ${frames.map(({ calls }) => calls)} callbacks a frame`);
      await page.until('thirty frames more', (before) => window.clock.frames.length >= before + 40, framesBefore);
      const gaps = (await page.run((from) => window.clock.frames.slice(from + 10), framesBefore)).map(({ time }, index, all) => (index ? time - all[index - 1].time : 0)).slice(1);
      const median = gaps.toSorted((a, b) => a - b)[gaps.length >> 1];
      assert.ok(median < 34, `frames come ${median.toFixed(1)} ms apart at the median`);
      await page.press(Key.SPACE);
    });
  }
});

// Only Chromium says how much of its heap is in use after a collection that one can ask for.
describe('a lab that runs for long', { skip: BROWSER === 'chromium' ? false : 'heap sizes are to be had from Chromium only' }, () => {
  const command = (name, parameters = {}) => page.driver.sendAndGetDevToolsCommand(name, parameters);
  /// Bytes of JavaScript, bytes of the lab's wasm, and elements, after everything that can go has gone.
  async function inUse(lab) {
    await command('HeapProfiler.collectGarbage');
    await command('HeapProfiler.collectGarbage');
    const { metrics } = await command('Performance.getMetrics');
    const metric = (name) => metrics.find((metric) => metric.name === name).value;
    const wasm = await page.driver.executeAsyncScript(async (lab, done) => {
      // The program is there already: asked again it hands out what it exports.
      const exported = await (await window.fieldGuide.lab(lab)).default();
      done(exported.memory.buffer.byteLength);
    }, lab);
    const { usedSize } = await command('Runtime.getHeapUsage');
    return { heap: usedSize, wasm, nodes: metric('Nodes'), listeners: metric('JSEventListeners') };
  }

  /// Frames of 100 ms, the longest that a lab takes for one, without waiting for the screen: `minutes` of them. A run that is
  /// over begins again; now and then its reader jumps, or steps.
  const play = (minutes) => page.driver.executeAsyncScript(async (minutes, done) => {
    const { port1, port2 } = new MessageChannel();
    const turn = () => new Promise((resolve) => { port1.onmessage = resolve; port2.postMessage(null); });
    const real = window.requestAnimationFrame;
    const cancel = window.cancelAnimationFrame;
    const waiting = new Map();
    window.next ??= 1;
    window.time ??= performance.now();
    window.requestAnimationFrame = (callback) => { waiting.set(window.next, callback); return window.next++; };
    window.cancelAnimationFrame = (id) => waiting.delete(id);
    const button = document.querySelector('.play');
    const scrubber = document.querySelector('.scrubber');
    const frames = minutes * 600;
    let runs = 0;
    // The frame that was asked for before is the screen's.
    await new Promise((resolve) => real(() => real(resolve)));
    for (let frame = 0; frame < frames; frame++) {
      window.time += 100;
      const due = [...waiting.values()];
      waiting.clear();
      for (const callback of due) callback(window.time);
      if (button.textContent.includes('Play')) { runs += 1; button.click(); }
      if (frame % 997 === 500) { scrubber.value = String(frame % 2_000); scrubber.dispatchEvent(new Event('input', { bubbles: true })); }
      await turn();
    }
    window.requestAnimationFrame = real;
    window.cancelAnimationFrame = cancel;
    done(runs);
  }, minutes);

  // Half an hour; and ten minutes of the lab whose frames cost most, which at its highest speed are 160 minutes of its run.
  for (const [lab, preset, minutes] of [['rate-limiting', 'boundary', 30], ['load-balancing', 'slow&traffic=poisson:2&length=20s&lanes=rr&servers=2', 10]]) {
    test(`leaves memory as it was: the ${lab} lab`, async (t) => {
      await page.driver.manage().setTimeouts({ script: 60_000 });
      await command('Performance.enable');
      await page.open(`/labs/${lab}/?preset=${preset}`);
      await give('.speed select', '5', 'change');
      const said = [];
      let runs = 0;
      for (let third = 0; third < 3; third++) {
        runs += await play(minutes / 3);
        said.push(await inUse(lab));
      }
      t.diagnostic(said.map(({ heap, wasm, nodes }) => `${(heap / 1e6).toFixed(2)} MB + ${(wasm / 1e6).toFixed(2)} MB of wasm, ${nodes} nodes`).join('; '));
      assert.ok(runs > 20, `the lab has really run: ${runs} times`);
      const [first, , last] = said;
      for (const what of ['heap', 'wasm', 'nodes', 'listeners']) {
        assert.ok(said.every((one) => one[what] <= first[what] * 1.1), `${what}: ${said.map((one) => one[what])}; flat means within 10 % of the first third`);
      }
      assert.ok(last.wasm < 256e6, `${last.wasm} bytes of wasm`);
    });
  }
});
