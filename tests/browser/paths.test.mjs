// Reading paths: what was read is kept in the browser and shown wherever the path is.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { start } from './harness.mjs';

let page;
before(async () => { page = await start(); });
after(() => page?.stop());

const count = (wanted) => page.until(`the count “${wanted}”`, (wanted) =>
  [...document.querySelectorAll('.path-count')].some((element) => element.textContent === wanted), wanted);

test('a path lists its entries in order, and nothing is read at first', async () => {
  await page.open('/paths/http/');
  const steps = await page.texts('.steps .step-title');
  assert.equal(steps.length, 12);
  assert.match(steps[0], /Client$/);
  await count('12 entries');
  assert.equal(await page.run(() => document.querySelectorAll('.steps :checked').length), 0);
});

test('an entry that was opened is ticked, and counted in the list of paths', async () => {
  await page.click('.steps a[href$="/terms/client/"]');
  await page.until('the entry', () => document.querySelector('h1')?.innerText === 'Client');
  assert.match(await page.text('#article [data-part=margin]'), /On a path HTTP from zero: 1 of 12, next Server/);
  await page.click('header nav a[href$="/paths/"]');
  await count('1 of 12 read');
  await page.click('.paths a[href$="/paths/http/"]');
  await page.until('a tick', () => document.querySelector('[data-step=client]')?.checked);
});

test('a box can be ticked and cleared by hand, and stays after a reload', async () => {
  await page.click('[data-step=server]');
  await count('2 of 12 read');
  await page.click('[data-step=client]');
  await count('1 of 12 read');
  await page.driver.navigate().refresh();
  await page.alive();
  await count('1 of 12 read');
  assert.deepEqual(await page.run(() => [...document.querySelectorAll('.steps :checked')].map((box) => box.dataset.step)), ['server']);
  assert.deepEqual(await page.troubles(), []);
});

test('the home page leads to the paths', async () => {
  await page.open('/');
  await page.click('.home-plate a[href$="/paths/traffic/"]');
  await page.until('the path', () => document.querySelector('h1')?.innerText === 'Traffic under control');
});
