// Labs in a stranger's page: they run, keep what is asked and what is done, look like their host, and hand out files.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, afterEach, before, describe } from 'node:test';
import { BROWSER, Key } from './harness.mjs';
import { becomes, visit } from './embed_host.mjs';

let guest, downloads;
let page, host, script, show, ready, within, fits, fallback;
before(async () => {
  downloads = await mkdtemp(join(tmpdir(), 'field-guide-downloads-'));
  guest = await visit({ downloads });
  ({ page, host, script, show, ready, within, fits, fallback } = guest);
});
after(async () => {
  await guest?.stop();
  await rm(downloads, { recursive: true, force: true, maxRetries: 5 });
});
afterEach(() => guest.leave());

const lab = (name, scenario = '', more = '') => `<field-guide-lab lab="${name}"${scenario && ` scenario="${scenario.replaceAll('&', '&amp;')}"`}${more}>`
  + `<a href="${page.url(`/labs/${name}/${scenario && `?${scenario.replaceAll('&', '&amp;')}`}`)}">Fallback</a></field-guide-lab>`;
/// Shows it and goes into its frame, once it is open there.
const enter = async (...asked) => {
  await show(lab(...asked) + script());
  const frame = await ready();
  await page.driver.switchTo().frame(frame);
  await page.until('the lab is open', () => document.querySelector('.lab-host')?.open);
  return frame;
};
const outside = () => page.driver.switchTo().defaultContent();
const press = async (label) => {
  const found = await page.until(`the button “${label}”`, (label) => [...document.querySelectorAll('.plate button')]
    .find((button) => button.textContent.includes(label) && button.checkVisibility()), label);
  await page.run((found) => found.scrollIntoView({ block: 'center' }), found);
  await found.click();
};
const pressed = () => page.run(() => document.querySelector('.preset[aria-pressed=true]')?.textContent.trim());
const home = () => page.run(() => [...document.querySelectorAll('.embed-home a[data-home]')].map((link) => link.href)[0]);

test('runs in its frame, with the scenario that was asked for', async () => {
  const frame = await enter('rate-limiting', 'preset=boundary');
  assert.match(await page.run(() => location.search), /^\?preset=boundary$/);
  assert.equal(await page.run(() => document.querySelector('.embed-this').checkVisibility()), false, 'nobody would hear “Embed this” here');
  await outside();
  await fits(frame);
  assert.equal(await fallback(), false);
});

test('of a scenario that it does not understand, it says what it left out', async () => {
  const frame = await enter('rate-limiting', 'preset=boundary&seed=%FF&nonsense=%00&limit.0=<script>');
  assert.match(await page.run(() => document.querySelector('.notes-bar').innerText), /nonsense/);
  await outside();
  await fits(frame);
  const long = await enter('http-status', `req=${'A'.repeat(20_000)}`);
  assert.ok(await page.run(() => document.querySelector('.plate').innerText.length > 100));
  await outside();
  await fits(long);
});

describe('the way home', () => {
  test('keeps what was asked for, and what was changed in the frame, and replays that run', async () => {
    await enter('rate-limiting', 'preset=boundary');
    assert.ok((await home()).endsWith('/labs/rate-limiting/?preset=boundary'), await home());
    await press('Burst or rate');
    await page.until('the other scenario', () => /Burst or rate/.test(document.querySelector('.preset[aria-pressed=true]').textContent));
    const chosen = await pressed();
    const numbers = () => page.texts('.numbers tbody tr');
    const here = await numbers();
    await page.run(() => document.querySelector('.embed-home a[data-home]').focus());
    assert.ok((await home()).endsWith('/labs/rate-limiting/?preset=nodelay') || /\?.+/.test(await home()), await home());
    await page.click('.embed-home a[data-home]');
    await outside();
    await page.until('the whole page has gone there', () => location.pathname === '/labs/rate-limiting/');
    await page.alive();
    assert.equal(await pressed(), chosen);
    assert.deepEqual(await numbers(), here);
  });

  test('keeps a request that was typed', async () => {
    await enter('http-status');
    await page.run(() => {
      const field = document.querySelector('.http-text');
      field.value = 'GET /elsewhere HTTP/1.1\nHost: a.example\nX-Typed: here\n\n';
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await page.run(() => document.querySelector('.embed-home a[data-home]').focus());
    assert.match(decodeURIComponent(await home()), /X-Typed/);
  });
});

test('opening and running it never scrolls its host, nor adds to its history', async () => {
  await show(`<h2>Before</h2>${'<br>'.repeat(12)}${lab('load-balancing')}${'<br>'.repeat(60)}${script()}`);
  const frame = await ready();
  await page.driver.switchTo().frame(frame);
  await page.until('the lab is open', () => document.querySelector('.lab-host')?.open);
  await outside();
  const before = await page.run(() => history.length);
  await page.driver.switchTo().frame(frame);
  await page.run(() => { for (const button of document.querySelectorAll('.preset')) button.click(); });
  await page.until('the last scenario', () => [...document.querySelectorAll('.preset')].at(-1).getAttribute('aria-pressed') === 'true');
  await outside();
  await fits(frame);
  assert.deepEqual(await page.run(() => [scrollY, history.length]), [0, before]);
});

test('its canvas takes the colours of a theme that its host chooses later', async () => {
  const frame = await enter('load-balancing');
  // Paused in the middle of the run, with requests on their way.
  await page.run(() => document.querySelector('.plate').focus());
  await page.press(Key.ARROW_RIGHT, Key.ARROW_RIGHT, Key.ARROW_RIGHT);
  const colours = () => {
    const canvas = document.querySelector('canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const seen = new Map();
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] !== 255) continue;
      const colour = data.slice(at, at + 3).join();
      seen.set(colour, (seen.get(colour) ?? 0) + 1);
    }
    return [...seen].sort((a, b) => b[1] - a[1]).slice(0, 3).map(([colour]) => colour);
  };
  await press('Play');
  await page.until('something is drawn', `return (${colours})().length > 0`);
  await press('Pause');
  const light = await page.run(colours);
  await outside();
  await page.run(() => { document.documentElement.dataset.theme = 'dark'; });
  await becomes('other colours', async () => {
    const now = await within(frame, colours);
    return now.length > 0 && now[0] !== light[0] || `still ${now}`;
  });
  assert.equal(await within(frame, () => document.documentElement.dataset.theme), 'dark');
});

test('its workers run, and its files reach the reader', async () => {
  await enter('load-balancing');
  await press('Sweep a parameter');
  await press('Run the sweep');
  await page.until('all runs done', () => /(\d+) of \1 runs done/.test(document.querySelector('.tool [role=status]')?.innerText));
  await outside();
  // Firefox asks the host's frame-src about a file that a frame hands out, though nothing is framed: the documentation says so.
  if (BROWSER === 'firefox') host.frames = 'blob:';
  await enter('rate-limiting', 'preset=boundary');
  await press('Take it home');
  await press('All of it as JSON');
  await becomes('a file', async () => {
    const files = await readdir(downloads);
    return files.includes('rate-limiting-run.json') && !files.some((file) => /part|crdownload/.test(file)) || `${files}`;
  });
  await becomes('the whole file', async () => {
    const run = JSON.parse(await readFile(join(downloads, 'rate-limiting-run.json'), 'utf8').then((text) => text || 'null'));
    return run?.address === 'preset=boundary' || `${run?.address}`;
  });
});

test('a link that is copied is copied, or shown to be copied by hand', async () => {
  await enter('rate-limiting', 'preset=boundary');
  await press('Share this run');
  const { value, words } = await page.until('the link', () => {
    const input = document.querySelector('.said input');
    return input?.value && { value: input.value, words: input.closest('label').innerText };
  });
  assert.equal(value, page.url('/labs/rate-limiting/?preset=boundary'));
  assert.match(words, /The link is copied|Copy this link/);
});

test('where the browser refuses storage and cookies, it runs all the same', async () => {
  const refused = await visit({ storage: false });
  const inside = async (frame) => {
    await refused.page.driver.switchTo().frame(frame);
    await refused.page.until('the lab is open', () => document.querySelector('.lab-host')?.open);
    const storage = await refused.page.run(() => { try { return typeof localStorage; } catch (error) { return error.name; } });
    await refused.page.driver.switchTo().defaultContent();
    return storage;
  };
  try {
    await refused.show(`${refused.term()}${lab('rate-limiting').replaceAll(page.site, refused.page.site)}${refused.script()}`);
    await refused.fits(await refused.ready('field-guide-term'));
    const frame = await refused.ready('field-guide-lab');
    assert.equal(await inside(frame), 'SecurityError', 'storage really is refused');
    await refused.fits(frame);
    await refused.leave();
  } finally {
    await refused.stop();
  }
});

test('axe finds nothing in any lab, nor in the page around it', async () => {
  const found = [];
  for (const name of ['rate-limiting', 'load-balancing', 'http-status']) {
    for (const theme of ['light', 'dark']) {
      await enter(name, '', ` theme="${theme}"`);
      found.push(...(await page.faults('html')).map((fault) => `${name}, ${theme}: ${fault}`));
      await outside();
      found.push(...(await page.faults('field-guide-lab')).map((fault) => `around ${name}: ${fault}`));
    }
  }
  assert.deepEqual(found, []);
});
