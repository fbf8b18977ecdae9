// What goes wrong on the way leaves a page that reads and a sentence that says so: unknown addresses, refused storage,
// a program that does not load, entries and search data that do not come.

import assert from 'node:assert/strict';
import test, { after, before, describe } from 'node:test';
import { BROWSER, DIST, Key, start, visibleControls } from './harness.mjs';
import { serve } from './server.mjs';

let page;
before(async () => { page = await start({ own: true }); });
after(() => page?.stop());

/// The site on a port of its own, so that nothing comes from the browser's cache, with this fault.
async function siteWith(t, fault) {
  const server = await serve(DIST);
  server.fault = fault;
  const before = page.site;
  page.site = server.address;
  t.after(async () => {
    page.site = before;
    await page.driver.get('about:blank');
    await server.close();
    await page.troubles();
  });
  return server;
}

const noPanic = async (where) =>
  assert.notEqual(await page.run(() => document.documentElement.dataset.trouble ?? null), 'panic', `${where}: the program goes on`);

describe('an unknown address', () => {
  /// The 404 page, with the search filled in and the best match offered.
  async function asksFor(words, offered) {
    await page.until('the heading of the 404 page', () => document.querySelector('main h1')?.innerText === 'There is no page here');
    await page.until(`the search, filled with “${words}”`, (words) => document.getElementById('search')?.value === words, words);
    await page.until(`“${offered}” among what is offered`, (offered) =>
      [...document.querySelectorAll('#search-list [role=option]')].some((option) =>
        option.checkVisibility() && option.innerText.trim() === offered), offered);
    await page.until('the title of the 404 page', () => document.title === 'Not found · Backend Field Guide');
    await noPanic(words);
  }

  test('is answered with status 404 and the page that helps', async () => {
    for (const [path, words, offered] of [
      ['/terms/tokn-buckt/', 'tokn buckt', 'Token bucket'],
      ['/etag.html', 'etag', 'ETag'],
      ['/docs/v2/leaky_bucket', 'leaky bucket', 'Leaky bucket'],
    ]) {
      assert.equal((await fetch(page.url(path))).status, 404, `${path} is not there`);
      await page.open(path);
      await asksFor(words, offered);
    }
  });

  test('offers a match that leads on', async () => {
    await page.open('/terms/tokn-buckt/');
    await asksFor('tokn buckt', 'Token bucket');
    await page.click('#search-list [role=option]');
    await page.until('the entry “Token bucket”', () => document.querySelector('#article h1')?.innerText === 'Token bucket');
    assert.equal(await page.address(), '/terms/token-bucket/');
  });

  test('reached by a link inside the page gets the same page', async () => {
    await page.open('/terms/etag/');
    // No link of ours is dead; somebody else's text may hold one.
    await page.run(() => {
      window.neverLoadedAnew = true;
      const link = document.createElement('a');
      link.href = new URL('../tokn-buckt/', location.href).pathname;
      link.id = 'dead';
      link.textContent = 'dead link';
      document.getElementById('main').prepend(link);
    });
    await page.click('#dead');
    await asksFor('tokn buckt', 'Token bucket');
    assert.ok(await page.run(() => window.neverLoadedAnew), 'without a page load');
    await page.driver.navigate().back();
    await page.until('the entry “ETag” again', () => document.querySelector('#article h1')?.innerText === 'ETag');
  });

  test('of a lab that does not exist gets the same page', async () => {
    await page.open('/labs/time-travel/');
    await page.until('the heading of the 404 page', () => document.querySelector('main h1')?.innerText === 'There is no page here');
    await page.until('the filled search', () => document.getElementById('search')?.value === 'time travel');
  });
});

describe('a program that does not load', () => {
  const SENTENCE = /^Search, filters and labs could not start in this browser: the program behind them did not load\. Every page reads without it/;
  const FAULTS = {
    'is answered with 503': (path) => (path.endsWith('.wasm') ? 503 : undefined),
    'is cut off': (path) => (path.endsWith('.wasm') ? 'drop' : undefined),
    'lacks its script': (path) => (/backend-field-guide-\w+\.js$/.test(path) ? 404 : undefined),
  };
  for (const [how, fault] of Object.entries(FAULTS)) {
    test(`because it ${how} leaves pages that read, and a plain sentence`, async (t) => {
      await siteWith(t, fault);
      for (const [path, heading] of [['/', 'Backend engineering, explained and running.'], ['/terms/token-bucket/', 'Token bucket'], ['/labs/rate-limiting/', 'Rate-limiting lab']]) {
        await page.open(path, { alive: false });
        await page.until('the page knows that its program failed', () => document.documentElement.dataset.trouble === 'load');
        assert.equal(await page.run(() => document.documentElement.hasAttribute('data-alive')), false, 'it is not alive');
        assert.equal(await page.text('main h1'), heading);
        const [sentence, ...more] = await page.texts('.trouble-bar');
        assert.match(sentence ?? '', SENTENCE, `${path} says what is the matter`);
        assert.deepEqual(more, [], 'once is enough');
        assert.deepEqual(await page.run(visibleControls), [], `${path}: no control is visible that needs the program`);
      }
      const links = await page.run(() => [...document.querySelectorAll('nav a')].filter((link) => link.checkVisibility()).length);
      assert.ok(links >= 2, 'the navigation stays');
    });
  }

  test('that panics says another sentence', async (t) => {
    await siteWith(t, () => undefined);
    await page.open('/');
    assert.deepEqual(await page.texts('.trouble-bar'), [], 'no sentence without a reason');
    // A panic cannot be had by request; what the panic hook sets is set by hand, what it shows is the page's own.
    await page.run(() => document.documentElement.setAttribute('data-trouble', 'panic'));
    const [sentence, ...more] = await page.texts('.trouble-bar');
    assert.match(sentence ?? '', /^Something went wrong in the moving part of this page\. What you read is still right/);
    assert.deepEqual(more, []);
  });
});

describe('an entry that does not come', () => {
  for (const [how, fault] of [['the network is gone', 'drop'], ['the server is in trouble', 503]]) {
    test(`because ${how} is said, and comes by “Try again”`, async (t) => {
      const server = await siteWith(t, () => undefined);
      await page.open('/');
      server.fault = (path) => (path.endsWith('/article.html') ? fault : undefined);
      await page.click('a.row-title[href$="/terms/token-bucket/"]');
      await page.until('the sentence', () => document.querySelector('section.trouble[role=alert] h1')?.innerText === 'This entry could not be fetched');
      assert.match(await page.text('section.trouble'), /You seem to be offline, or the server did not answer\./);
      await noPanic('an entry that cannot be fetched');

      const asked = () => server.asked.filter((path) => path.endsWith('/terms/token-bucket/article.html')).length;
      const before = asked();
      await page.click('section.trouble button');
      await page.until('the second refusal', () => document.querySelector('section.trouble button')?.checkVisibility());
      assert.ok(asked() > before, '“Try again” asks again');

      server.fault = () => undefined;
      await page.click('section.trouble button');
      await page.until('the entry “Token bucket”', () => document.querySelector('#article h1')?.innerText === 'Token bucket');
    });
  }

  test('leaves the way back to what was read before', async (t) => {
    const server = await siteWith(t, () => undefined);
    await page.open('/terms/token-bucket/');
    server.fault = (path) => (path.endsWith('/article.html') ? 'drop' : undefined);
    await page.click('[data-part=margin] a[data-term]');
    await page.until('the sentence', () => document.querySelector('section.trouble[role=alert]')?.checkVisibility());
    await page.driver.navigate().back();
    await page.until('the entry “Token bucket”, which needs no network', () => document.querySelector('#article h1')?.innerText === 'Token bucket');
  });
});

test('search data that does not come is said, the list stays, and the search works once it is there', async (t) => {
  const server = await siteWith(t, (path) => (path.endsWith('.bin') ? 'drop' : undefined));
  await page.open('/');
  await page.click('#search');
  await page.press(...'etag');
  const sentence = await page.until('a sentence', () => document.querySelector('.home .counted').innerText);
  assert.match(sentence, /^The search data could not be fetched\. The list below is complete/);
  assert.ok((await page.texts('.row')).length > 50, 'the list below is complete');
  server.fault = () => undefined;
  await page.press('s', Key.BACK_SPACE);
  await page.until('a match', () => document.querySelector('#results .row-title')?.innerText.startsWith('ETag'));
});

test('storage that refuses is no trouble: the choice lasts as long as the page', async () => {
  const refused = await start({ own: true, storage: false });
  try {
    await refused.open('/terms/token-bucket/');
    // Were storage not refused, this would be a test of nothing.
    const error = await refused.run(() => {
      try {
        localStorage.getItem('x');
        return null;
      } catch (error) {
        return error.name;
      }
    });
    assert.equal(error, 'SecurityError', `${BROWSER} refuses storage`);
    await refused.click('button.theme');
    assert.equal(await refused.run(() => document.documentElement.dataset.theme), 'light');
    await refused.click('button.theme');
    assert.equal(await refused.run(() => document.documentElement.dataset.theme), 'dark');
    await refused.press('/', ...'cdn');
    await refused.shown('#site-search-list [role=option]');
    await refused.open('/labs/rate-limiting/');
    await refused.click('.plate .play');
    assert.equal(await refused.run(() => document.documentElement.dataset.trouble ?? null), null);
    assert.deepEqual(await refused.troubles(), []);
  } finally {
    await refused.stop();
  }
});

test('a chosen theme is kept where storage lets us', async () => {
  await page.open('/');
  await page.click('button.theme');
  await page.open('/terms/etag/', { alive: false });
  assert.equal(await page.run(() => document.documentElement.dataset.theme), 'light', 'before the program has started');
  await page.alive();
  await page.until('the button’s word', () => document.querySelector('button.theme').textContent.includes('light'));
});

test('a labs’ program that does not load leaves its picture, its numbers and a plain sentence', async (t) => {
  await siteWith(t, (path) => (/rate-limiting_bg-[^/]*\.wasm$/.test(path) ? 503 : undefined));
  await page.driver.get(page.url('/labs/rate-limiting/'));
  await page.until('a sentence', () => document.querySelector('.trouble-lab')?.checkVisibility());
  assert.match(await page.text('.trouble-lab'), /^The lab could not start: the program behind it did not load\./);
  assert.match(await page.text('.numbers'), /Fixed window/);
  assert.ok(await page.run(() => document.querySelectorAll('.lane circle.pass').length) > 10, 'the picture is still there');
  // The rest of the site goes on.
  await page.click('header nav a[href$="/labs/"]');
  await page.until('the list of labs', () => document.querySelector('h1')?.innerText === 'Labs');
});

test('a page without a lab does not fetch the labs’ program, and one further down waits until it is near', async (t) => {
  const server = await siteWith(t, () => undefined);
  const asked = () => server.asked.some((path) => /(rate-limiting|load-balancing|http-status)(_bg)?-/.test(path));
  await page.driver.get(page.url('/terms/json/'));
  await page.until('the program', () => document.documentElement.hasAttribute('data-alive'));
  assert.equal(asked(), false);
  await page.driver.get(page.url('/terms/token-bucket/'));
  await page.until('the program', () => document.documentElement.hasAttribute('data-alive'));
  await page.run(() => document.querySelector('.lab-host').scrollIntoView());
  await page.until('the lab', () => document.querySelector('.lab-host').open);
  assert.equal(asked(), true);
});
