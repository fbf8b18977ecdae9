// The site under /guide/, as project pages on a code host have it: built into DIST_GUIDE (dist-guide/) with a SITE_URL
// that ends so. Served without anything at the root, where a forgotten base would look.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { after, afterEach, before, describe } from 'node:test';
import { Key, start } from './harness.mjs';

const DIST_GUIDE = process.env.DIST_GUIDE ?? fileURLToPath(new URL('../../dist-guide', import.meta.url));
const skip = existsSync(join(DIST_GUIDE, 'index.html')) ? false : `${DIST_GUIDE} is not built`;

describe('under /guide/', { skip }, () => {
  let page;
  before(async () => { page = await start({ own: true, dir: DIST_GUIDE, base: '/guide/' }); });
  after(() => page?.stop());

  afterEach(async () => {
    assert.deepEqual(page.server.asked.splice(0).filter((path) => !path.startsWith('/guide/')), [], 'every request is below /guide/');
    assert.deepEqual(await page.troubles(), [], 'nothing failed on the way');
  });

  test('the home page comes alive and finds', async () => {
    await page.open('/');
    await page.press('/', ...'tokn bucket');
    await page.until('the match', () => document.querySelector('#results .row-title')?.innerText.startsWith('Token bucket'));
    await page.until('the query in the address', () => location.pathname === '/guide/' && location.search === '?q=tokn+bucket');
  });

  test('an address with state is read', async () => {
    await page.open('/?q=bucket&level=advanced');
    await page.until('filtered matches', () => /“bucket”, filtered$/.test(document.querySelector('.counted').textContent));
  });

  test('navigation goes on without a page load', async () => {
    await page.open('/');
    await page.run(() => { window.neverLoadedAnew = true; });
    await page.click('a.row-title[href="/guide/terms/token-bucket/"]');
    await page.until('the entry “Token bucket”', () => document.querySelector('#article h1')?.innerText === 'Token bucket');
    assert.equal(await page.address(), '/terms/token-bucket/');
    const related = await page.run(() => document.querySelector('[data-part=margin] section:not(.watch-out) a[data-term]').textContent);
    await page.click('[data-part=margin] section:not(.watch-out) a[data-term]');
    await page.until(`the entry “${related}”`, (related) => document.querySelector('#article h1')?.innerText === related, related);
    await page.click('.brand');
    await page.shown('#search');
    assert.equal(await page.address(), '/');
    assert.ok(await page.run(() => window.neverLoadedAnew));
  });

  test('an entry that is opened itself hydrates, and its header finds', async () => {
    await page.open('/terms/token-bucket/');
    assert.equal(await page.text('#article h1'), 'Token bucket');
    await page.press('/', ...'etag');
    await page.shown('#site-search-list [role=option]');
    await page.press(Key.ENTER);
    await page.until('the entry “ETag”', () => document.querySelector('#article h1')?.innerText === 'ETag');
    assert.equal(await page.address(), '/terms/etag/');
  });

  test('a lab keeps its run in the address, and shares a link that works', async () => {
    await page.open('/labs/rate-limiting/?preset=boundary&do=1.5s:send:10&at=1.7s');
    await page.click('.share');
    const link = await page.until('the link', () => document.querySelector('.said input')?.value);
    assert.equal(link, page.url('/labs/rate-limiting/?preset=boundary&do=1.5s:send:10&at=1.7s'));
    await page.run(() => [...document.querySelectorAll('.preset')].find((preset) => preset.textContent === 'Burst or rate').click());
    await page.until('the scenario in the address', () => location.pathname === '/guide/labs/rate-limiting/' && location.search === '?preset=burst');
    await page.driver.get(link);
    await page.alive();
    assert.match(await page.text('.why'), /of 42, at 1\.7 s/);
  });

  test('an alias and an unknown address are answered inside', async () => {
    await page.open('/terms/429/', { alive: false });
    await page.until('the entry that the alias means', () => location.pathname === '/guide/terms/429-too-many-requests/');
    await page.alive();
    assert.equal((await fetch(page.url('/terms/tokn-buckt/'))).status, 404);
    await page.open('/terms/tokn-buckt/');
    await page.until('the filled search', () => document.getElementById('search')?.value === 'tokn buckt');
    // The page itself is a 404 and logged as one, by the service worker a moment later; anything else is not meant.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const meant = page.url('/terms/tokn-buckt/');
    assert.deepEqual((await page.troubles()).filter((trouble) => !trouble.startsWith(meant)), []);
  });
});
