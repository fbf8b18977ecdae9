// What an engineer does with a run: an access log, the worst case, the smallest numbers, the first difference.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, afterEach, before, describe } from 'node:test';
import { gzipSync } from 'node:zlib';
import { start } from './harness.mjs';

const LAB = '/labs/rate-limiting/';
let page;
let folder;
before(async () => {
  page = await start();
  folder = await mkdtemp(join(tmpdir(), 'field-guide-logs-'));
});
after(async () => {
  await page?.stop();
  await rm(folder, { recursive: true, force: true });
});
afterEach(async () => assert.deepEqual(await page.troubles(), [], 'nothing failed on the way'));

const press = async (label) => {
  const found = await page.until(`the button “${label}”`, (label) =>
    [...document.querySelectorAll('.plate button')].find((button) => button.textContent.includes(label) && button.checkVisibility()), label);
  await page.run((found) => found.scrollIntoView({ block: 'center' }), found);
  await found.click();
};

/// Inside the page: keeps what is handed out as a file, for a policy does not let the page itself read it back.
const keepFiles = () => {
  window.files = [];
  const blobs = new Map();
  const create = URL.createObjectURL;
  URL.createObjectURL = (blob) => { const address = create(blob); blobs.set(address, blob); return address; };
  HTMLAnchorElement.prototype.click = function () { window.files.push(blobs.get(this.href).text().then((text) => ({ name: this.download, text }))); };
};

/// A minute in which alice sends one request a second and bob twenty.
const lines = () => Array.from({ length: 60 }, (_, second) => {
  const time = `[24/Nov/2026:10:00:${String(second).padStart(2, '0')} +0000]`;
  const line = (host) => `${host} - - ${time} "GET / HTTP/1.1" 200 12`;
  return [line('alice.example'), ...Array.from({ length: 20 }, () => line('bob.example'))];
}).flat();

async function give(name, bytes) {
  const path = join(folder, name);
  await writeFile(path, bytes);
  await (await page.until('the field for a file', () => document.querySelector('.log-tool input[type=file]'))).sendKeys(path);
}

const summary = (start) => page.until(`a summary that begins “${start}”`, (start) => {
  const text = document.querySelector('.log-summary')?.innerText.replace(/\s+/g, ' ');
  return text?.startsWith(start) && text;
}, start);

/// [admitted, refused, clients ever refused] of each limiter.
const replayed = (what, wanted) => page.until(`a replay with ${what}`, (wanted) => {
  const rows = [...document.querySelectorAll('.replay tbody tr')].map((row) =>
    [1, 3].map((cell) => Number(row.cells[cell].innerText.replace(/\D/g, ''))).concat(row.cells[4].innerText));
  return JSON.stringify(rows) === JSON.stringify(wanted) && rows;
}, wanted);

describe('an access log', () => {
  before(async () => {
    await page.open(`${LAB}?preset=boundary&lanes=fixed,token&limit=5&burst=5`);
    await press('Your access log');
  });

  test('in the Common Log Format is summed up and goes through every limiter', async () => {
    await give('access.log', lines().join('\n'));
    const text = await summary('1260 requests of 2 clients over 59.95 s from 2026-11-24 10:00:00 UTC.');
    assert.match(text, /whole seconds only: requests of one second were spread evenly/);
    // Fixed window: 5 of bob's 20 in each of 60 seconds. The bucket: five saved up besides, but for what never drips in.
    await replayed('five a second for bob', [[360, 900, '1 of 2'], [364, 896, '1 of 2']]);
  });

  test('gives every decision about it as a file', async () => {
    await page.run(keepFiles);
    await page.run(() => document.querySelector('.replay tbody tr button').click());
    await page.until('the file', () => window.files.length === 1);
    const [csv] = await page.driver.executeAsyncScript((done) => Promise.all(window.files).then(done));
    assert.equal(csv.name, 'fixed-decisions.csv');
    const rows = csv.text.trim().split('\n');
    assert.equal(rows.length, 1 + 1260);
    assert.match(rows[1], /^0,alice\.example,1,admitted,0,4,$/);
    assert.equal(rows.filter((row) => row.includes(',refused,')).length, 900);
  });

  test('survives a change of the limit, and goes through anew', async () => {
    const limit = await page.shown('.settings fieldset:not(.lanes) input[type=number]');
    await page.run((field) => { field.value = '20'; field.dispatchEvent(new Event('change', { bubbles: true })); }, limit);
    await replayed('nobody refused', [[1260, 0, '0 of 2'], [1260, 0, '0 of 2']]);
    assert.match(await page.text('.log-summary'), /^1260 requests/);
  });

  test('may be packed', async () => {
    await give('access.log.gz', gzipSync(lines().slice(0, 210).join('\n')));
    await summary('210 requests of 2 clients');
  });

  test('as JSON lines offers its fields', async () => {
    const objects = Array.from({ length: 50 }, (_, n) => JSON.stringify({ ts: 1_790_000_000 + n / 10, ip: `10.0.0.${n % 5}`, tenant: `t${n % 2}` }));
    await give('log.jsonl', objects.join('\n'));
    await summary('50 requests of 5 clients over 4.9 s');
    const choice = await page.until('the choice of a key', () =>
      [...document.querySelectorAll('.log-tool select')].find((select) => select.parentElement.textContent.startsWith('key from')));
    await page.run((select) => { select.value = 'tenant'; select.dispatchEvent(new Event('change', { bubbles: true })); }, choice);
    await summary('50 requests of 2 clients');
  });

  test('may be pasted, or dropped', async () => {
    await page.run(() => {
      const lines = document.querySelector('.log-tool textarea');
      lines.value = '0.0,a\n0.5,b,2\n0.9,a\n';
      lines.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await summary('3 requests of 2 clients over 900 ms');
    await page.run(() => {
      const data = new DataTransfer();
      data.items.add(new File(['0.0,a\n0.5,b\n0.6,c\n0.7,d\n'], 'dropped.csv'));
      document.querySelector('.log-tool').dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
    });
    await summary('4 requests of 4 clients over 700 ms');
  });

  test('with broken lines names them, and keeps the rest', async () => {
    await give('mixed.csv', 'time_s,key\n0.1,a\nnonsense\n0.2,b\n0.3,a,-4\n0.4,a\n');
    await summary('3 requests of 2 clients');
    await page.click('.log-summary details summary');
    const shown = await page.text('.log-summary details');
    assert.match(shown, /2 lines were skipped/);
    assert.match(shown, /Line 3 .*Line 5 /);
  });

  test('that is none is refused in a sentence, and the one before stays', async () => {
    await give('picture.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, ...Array(4000).fill(0)]));
    const sentence = await page.until('a sentence', () => [...document.querySelectorAll('.log-tool .field-wrong')].find((line) => line.checkVisibility())?.innerText);
    assert.match(sentence, /\.$/);
    assert.match(await page.text('.log-summary'), /^3 requests/);
    await give('empty.log', '');
    await page.until('a sentence about an empty file', () =>
      [...document.querySelectorAll('.log-tool .field-wrong')].some((line) => line.checkVisibility() && /empty/i.test(line.innerText)));
    assert.match(await page.text('.log-summary'), /^3 requests/);
  });

  test('is kept when the panel is closed', async () => {
    await press('Your access log');
    assert.equal(await page.run(() => document.querySelector('.log-tool')), null);
    await press('Your access log');
    await summary('3 requests of 2 clients');
  });

  test('lends its busiest second to the lab above, and to the link', async () => {
    await give('access.log', lines().join('\n'));
    await summary('1260 requests');
    await press('Run its busiest second above');
    await page.until('traffic from the log', () => decodeURIComponent(location.search).includes('traffic=at:'));
    assert.match(await page.text('.plate-sub'), /^300 requests in .* from 2 clients/);
  });
});

test('the worst case of a fixed window reaches its proven bound, and stands in the picture', async () => {
  await page.open(`${LAB}?preset=burst`);
  await press('Find the worst case');
  await press('aligned to the clock');
  const said = await page.until('a sentence', () => document.querySelector('.tool [role=status]')?.innerText);
  assert.match(said, /^Fixed window: of \d+ floods the worst got 16 through in one second; the limit is 8\. That is its proven bound/);
  await page.until('an alarm in the picture', () => /16 admitted in one second/.test(document.querySelector('.alarm:not([hidden])')?.innerText));
});

test('the smallest numbers are found, can be used, and then nobody is refused', async () => {
  await page.open(`${LAB}?preset=burst&lanes=token,fixed`);
  const refused = () => page.run(() => [...document.querySelectorAll('.numbers tbody tr')].map((row) => Number(row.cells[2].innerText.replace(/\D/g, ''))));
  assert.ok((await refused())[0] > 0);
  await press('What limit do I need?');
  await page.run(() => { const share = document.querySelector('.tool input[type=number]'); share.value = '100'; share.dispatchEvent(new Event('change', { bubbles: true })); });
  await press('Find the numbers');
  await page.until('an answer', () => document.querySelectorAll('.tool tbody tr').length >= 2);
  assert.match(await page.text('.tool tbody tr'), /^Token bucket .* 11 use it \(limit 8\)$/, 'twelve within 220 ms, of which one and a bit drip in');
  await page.run(() => document.querySelectorAll('.tool tbody tr')[0].cells[2].querySelector('button').click());
  await page.until('a bucket that refuses nobody', () => document.querySelector('.numbers tbody tr').cells[2].innerText.includes('0'));
  assert.equal((await refused())[0], 0);
});

describe('what a reader takes home', () => {
  const choose = (start, value) => page.run((start, value) => {
    const select = [...document.querySelectorAll('.tool select')].find((select) => select.parentElement.textContent.startsWith(start));
    select.value = value;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  }, start, value);
  const shown = (what, pattern) => page.until(what, (source) => {
    const text = document.querySelector('.tool .export')?.innerText ?? document.querySelector('.tool [role=status]')?.innerText;
    return text && new RegExp(source).test(text) && text;
  }, pattern);

  before(async () => {
    await page.open(`${LAB}?preset=nodelay`);
    await press('Take it home');
  });

  test('is the configuration of the limiter as it is set, for each product', async () => {
    await shown('nginx with a queue', 'limit_req zone=first burst=6;');
    await choose('Limiter', '2');
    await shown('nginx without a wait', 'limit_req zone=first burst=6 nodelay;');
    for (const [product, pattern] of [['envoy', 'local_ratelimit'], ['haproxy', 'stick-table'], ['go', 'rate\\.'], ['java', 'Bandwidth'], ['governor', 'Quota']]) {
      await choose('as', product);
      await shown(product, pattern);
    }
  });

  test('or a sentence where a product cannot', async () => {
    await choose('Limiter', '0');
    await choose('as', 'envoy');
    assert.match(await shown('a sentence', 'Envoy'), /\.$/);
  });

  test('and the run itself, as files', async () => {
    await page.run(keepFiles);
    await press('Its decisions as CSV');
    await press('All of it as JSON');
    const files = await page.driver.executeAsyncScript((done) => Promise.all(window.files).then(done));
    assert.deepEqual(files.map(({ name }) => name), ['nginx-decisions.csv', 'rate-limiting-run.json']);
    const rows = files[0].text.trim().split('\n');
    assert.equal(rows[0], 'time_s,key,cost,decision,wait_s,remaining,retry_after_s');
    assert.equal(rows.length, 1 + 28, 'two bursts of fourteen');
    assert.equal(rows[2], '0.04,client 1,1,delayed,0.06,5,');
    const run = JSON.parse(files[1].text);
    assert.deepEqual([run.lab, run.address, run.lanes.length], ['rate-limiting', 'preset=nodelay', 3]);
  });
});

test('the answer on the wire follows the moment', async () => {
  await page.open(`${LAB}?preset=boundary&at=0.94s`);
  await page.click('.answers summary');
  const [answer] = await page.texts('.answers pre');
  assert.match(answer, /^HTTP\/1\.1 429 Too Many Requests Retry-After: 1 RateLimit-Policy: "default";q=8;w=1 RateLimit: "default";r=0;t=1$/);
});

test('the first difference is named and led to', async () => {
  await page.open(`${LAB}?preset=boundary`);
  assert.match(await page.text('.difference'), /request 9 at 940 ms, refused by Fixed window, admitted by Token bucket and GCRA\./);
  await press('Go there');
  await page.until('the ninth request', () => /Request 9 of 32/.test(document.querySelector('.why').innerText));
});

test('traffic is drawn by hand, with a pointer and with keys', async () => {
  await page.open(`${LAB}?preset=boundary&traffic=drawn:0-0-10-0`);
  const curve = await page.shown('.drawn');
  await page.run((curve) => curve.scrollIntoView({ block: 'center' }), curve);
  const before = await page.text('.plate-sub');
  await page.driver.actions().move({ origin: curve, x: -20, y: 20 }).press().move({ origin: curve, x: 20, y: -20 }).release().perform();
  await page.until('other traffic', (before) => document.querySelector('.plate-sub').innerText !== before, before);
  await page.until('the curve in the address', () => /traffic=drawn:(\d+-){39}\d+/.test(decodeURIComponent(location.search)));
});
