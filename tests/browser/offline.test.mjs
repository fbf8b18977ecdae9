// Offline and after a deploy: what was read is there without a server, a page and its files are always of one build, and
// the reader can switch it all off. Builds are made here from a few pages of DIST.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before, describe } from 'node:test';
import vm from 'node:vm';
import { DIST, start } from './harness.mjs';
import { serve } from './server.mjs';

const PAGES = ['index.html', '404.html', 'sw.js', 'icon.svg', 'manifest.webmanifest', 'assets', 'labs', 'embed/labs', 'conformance',
  ...['etag', 'token-bucket', 'json', 'cdn', 'server'].map((slug) => `terms/${slug}`)];
const buildOf = (dir) => /"build":"(\w+)"/.exec(readFileSync(join(dir, 'sw.js'), 'utf8'))[1];

let folder;
let page;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'field-guide-offline-'));
  page = await start({ own: true });
});
after(async () => {
  await page?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/// A part of DIST as another build of it: other style, therefore another name for it, and another build id.
function build(name) {
  const dir = join(folder, name);
  if (existsSync(dir)) return dir;
  // Without the packed files beside them: those would be of the first build for ever.
  for (const path of PAGES) cpSync(join(DIST, path), join(dir, path), { recursive: true, filter: (file) => !/\.(br|gz)$/.test(file) });
  if (name === 'A') return dir;
  const assets = join(dir, 'assets');
  const style = readdirSync(assets).find((file) => /^style-\w+\.css$/.test(file));
  const text = `${readFileSync(join(assets, style), 'utf8')}:root { --build: ${name}; }\n`;
  const renamed = `style-${createHash('sha256').update(text).digest('hex').slice(0, 10)}.css`;
  renameSync(join(assets, style), join(assets, renamed));
  writeFileSync(join(assets, renamed), text);
  const id = createHash('sha256').update(name).digest('hex').slice(0, 10);
  for (const file of readdirSync(dir, { recursive: true })) {
    if (!/\.html$|^sw\.js$/.test(file)) continue;
    const path = join(dir, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(buildOf(DIST), id).replaceAll(style, renamed));
  }
  return dir;
}

/// The first build on a port of its own, so that no test finds what another kept; `deploy` puts the next in its place.
async function site(t, { fault = () => undefined, dir = build('A') } = {}) {
  const current = join(folder, `current-${Math.random().toString(36).slice(2)}`);
  symlinkSync(dir, current);
  const server = await serve(current);
  server.fault = fault;
  server.down = () => { server.fault = () => 'drop'; };
  server.up = () => { server.fault = () => undefined; };
  server.deploy = (dir) => {
    rmSync(current);
    symlinkSync(dir, current);
  };
  const usual = page.site;
  page.site = server.address;
  t.after(async () => {
    page.site = usual;
    await page.driver.get('about:blank');
    await server.close();
    await page.troubles();
  });
  return server;
}

/// Runs an async function inside the page.
const inPage = (inside, ...args) => page.driver.executeAsyncScript(
  `const done = arguments[arguments.length - 1]; (${inside})(...Array.from(arguments).slice(0, -1)).then(done, (error) => done(String(error)));`, ...args);

/// Names of our caches with the paths in them.
const kept = () => inPage(async () => Object.fromEntries(await Promise.all((await caches.keys()).map(async (name) =>
  [name, (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)]))));

async function waitFor(what, condition) {
  const end = Date.now() + 20_000;
  let last;
  while (Date.now() < end) {
    last = await condition();
    if (last === true) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`Waited 20 s for: ${what}. Last: ${JSON.stringify(last)}`);
}

/// Waits until all of these paths are kept by one build.
const keeps = (...paths) => waitFor(`${paths.join(', ')} to be kept`, async () => {
  const caches = Object.values(await kept());
  return caches.some((cache) => paths.every((path) => cache.some((known) => path instanceof RegExp ? path.test(known) : path === known))) || caches;
});

const asset = (dir, start) => `/assets/${readdirSync(join(dir, 'assets')).find((name) => name.startsWith(start))}`;
const styles = () => page.run(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname).filter((path) => path.includes('/style-')));
const isUnknown = () => page.until('the page that says so', () => document.querySelector('main h1')?.innerText === 'You are offline, and this page has not been read here before');

describe('without a server', () => {
  test('a page that was read opens by its address and from another page, with its program and the search', async (t) => {
    const server = await site(t);
    await page.open('/terms/json/');
    await keeps('/', '/terms/json/', '/terms/json/article.html', /search-.*\.bin$/, /backend-field-guide_bg-.*\.wasm$/);
    assert.deepEqual(await page.troubles(), [], 'nothing fails while it is set up');
    // One that is reached inside the page never was a page load.
    await page.open('/');
    await page.click('a.row-title[href$="/terms/cdn/"]');
    await page.until('the entry', () => document.querySelector('#article h1')?.innerText === 'Content delivery network' || document.querySelector('#article')?.dataset.slug === 'cdn');
    await keeps('/terms/cdn/', '/terms/cdn/article.html');
    // A browser may say something of its own about a lab that is left before it has come.
    await page.labs();

    server.down();
    for (const slug of ['json', 'cdn']) {
      await page.open(`/terms/${slug}/`);
      assert.equal(await page.run(() => document.querySelector('#article')?.dataset.slug), slug, 'the entry reads, and its program runs');
      assert.equal(await page.run(() => getComputedStyle(document.querySelector('.trouble-bar')).position), 'fixed', 'with its style');
    }
    await page.open('/');
    await page.click('a.row-title[href$="/terms/json/"]');
    await page.until('the entry “JSON” inside the page', () => document.querySelector('#article')?.dataset.slug === 'json');
    await page.press('/', ...'tokn bucket');
    await page.until('the search that finds', () => [...document.querySelectorAll('#site-search-list [role=option]')].some((option) =>
      option.checkVisibility() && option.innerText.startsWith('Token bucket')));
    assert.equal(await page.run(() => document.documentElement.dataset.update ?? null), null, 'nobody speaks of a newer version');
    // Requests that fail on their way to the server are what offline is; an error in the console would be one too many.
    const meant = (trouble) => /^http\S+: (net::ERR_|NS_ERROR_)\w+$/.test(trouble);
    assert.deepEqual((await page.troubles()).filter((trouble) => !meant(trouble)), [], 'the console stays quiet');
  });

  test('every lab opens and runs once one was used', async (t) => {
    const server = await site(t);
    await page.open('/labs/rate-limiting/?preset=boundary');
    await keeps(...['rate-limiting', 'load-balancing', 'http-status'].flatMap((lab) => [`/labs/${lab}/`, new RegExp(`/${lab}_bg-`)]));
    server.down();
    await page.open('/labs/rate-limiting/?preset=boundary');
    await page.click('.plate .play');
    assert.equal(await page.run(() => document.documentElement.dataset.trouble ?? null), null);
    for (const lab of ['load-balancing', 'http-status']) {
      await page.open(`/labs/${lab}/`);
      assert.equal(await page.run(() => document.documentElement.dataset.trouble ?? null), null, `${lab} starts offline`);
    }
  });

  test('a page that was never read is answered with a list of what was', async (t) => {
    const server = await site(t);
    await page.open('/terms/json/');
    await keeps('/', '/terms/json/');
    server.down();
    await page.open('/terms/etag/', { alive: false });
    await isUnknown();
    assert.equal(await page.run(() => performance.getEntriesByType('navigation')[0].responseStatus ?? 503), 503);
    assert.notEqual(await page.run(() => getComputedStyle(document.body).fontFamily), await page.run(() => {
      const frame = document.createElement('iframe');
      document.body.append(frame);
      return getComputedStyle(frame.contentDocument.body).fontFamily;
    }), 'it has the site’s style');
    assert.ok((await page.texts('main li a')).includes('JSON'), 'it lists what was read, by its title');
    server.up();
    await page.click('main p a');
    await page.until('the entry, once there is a network again', () => document.querySelector('#article')?.dataset.slug === 'etag');
    server.down();
    await page.open('/terms/json/', { alive: false });
    assert.equal(await page.run(() => document.querySelector('#article')?.dataset.slug), 'json', 'what is listed opens');
  });

  test('a server that hangs is waited for three seconds', async (t) => {
    const server = await site(t);
    await page.open('/terms/json/');
    await keeps('/terms/json/');
    server.fault = () => 'hold';
    const began = Date.now();
    await page.open('/terms/json/');
    const took = Date.now() - began;
    assert.ok(took >= 2900 && took < 12_000, `the page came after ${took} ms`);
    server.fault = () => 503;
    await page.open('/terms/json/');
    assert.equal(await page.run(() => document.querySelector('#article')?.dataset.slug), 'json', 'a server in trouble does not hide what is kept');
  });
});

describe('a new build', () => {
  test('comes whole, keeps the one before it and deletes older ones', async (t) => {
    const [A, B, C] = ['A', 'B', 'C'].map(build);
    const server = await site(t, { dir: A });
    const cache = (dir) => `field-guide:/:${buildOf(dir)}`;
    await page.open('/terms/json/');
    await keeps('/terms/json/', '/terms/json/article.html', asset(A, 'style-'));
    for (const [dir, names] of [[B, [A, B]], [C, [B, C]]]) {
      server.deploy(dir);
      await page.open('/terms/cdn/');
      assert.deepEqual(await styles(), [asset(dir, 'style-')], 'the first page after a deploy has the new style and no other');
      assert.equal(await page.run(() => document.documentElement.dataset.build), buildOf(dir), 'and is of the new build');
      await waitFor('the caches of two builds', async () => {
        const there = Object.keys(await kept()).sort();
        return JSON.stringify(there) === JSON.stringify(names.map(cache).sort()) || there;
      });
      await waitFor('the page in the cache of its build', async () => (await kept())[cache(dir)]?.includes('/terms/cdn/'));
      assert.equal(await page.run(() => document.documentElement.dataset.update ?? null), null, 'a page of the new build says nothing');
    }
    // Everything that is kept is of the build whose cache it is in.
    const mixed = await inPage(async () => {
      const wrong = [];
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
          if (!/\/$|article\.html$/.test(request.url)) continue;
          const build = / data-build="(\w+)"/.exec(await (await cache.match(request)).text())?.[1];
          if (!name.endsWith(`:${build}`)) wrong.push(`${request.url} of ${build} in ${name}`);
        }
      }
      return wrong;
    });
    assert.deepEqual(mixed, []);
    server.down();
    await page.open('/terms/cdn/');
    assert.deepEqual(await styles(), [asset(C, 'style-')], 'offline too a page has its own style');
    await page.open('/terms/json/', { alive: false });
    await isUnknown();
  });

  test('leaves a page of the build before whole when offline', async (t) => {
    const [A, B] = ['A', 'B'].map(build);
    const server = await site(t, { dir: A });
    await page.open('/terms/json/');
    await keeps('/terms/json/', '/terms/json/article.html', asset(A, 'style-'));
    server.deploy(B);
    await page.open('/terms/cdn/');
    await keeps('/terms/cdn/', '/terms/cdn/article.html', asset(B, 'style-'));
    await waitFor('the new worker', () => inPage(async () => !(await navigator.serviceWorker.getRegistration()).waiting));
    server.down();
    await page.open('/terms/json/');
    assert.deepEqual(await styles(), [asset(A, 'style-')], 'the old page has the old style');
    assert.equal(await page.run(() => document.documentElement.dataset.build), buildOf(A));
    // From a new page its article must not come: it is of another build.
    await page.open('/');
    assert.equal(await page.run(() => document.documentElement.dataset.build), buildOf(B), 'the home page came with the new build');
    await page.click('a.row-title[href$="/terms/json/"]');
    await page.until('the sentence', () => document.querySelector('section.trouble[role=alert]')?.checkVisibility());
    // Not the driver's own reload: Firefox has that go around the worker.
    await page.run(() => location.reload());
    await page.until('the page itself, whole', () => document.querySelector('#article')?.dataset.slug === 'json');
    assert.equal(await page.run(() => document.documentElement.dataset.build), buildOf(A));
  });

  test('is told to a page that is open, by an article of another build or a lab that is gone; a reload helps', async (t) => {
    const [A, B] = ['A', 'without a lab'].map(build);
    for (const file of readdirSync(join(B, 'assets')).filter((name) => name.startsWith('rate-limiting'))) rmSync(join(B, 'assets', file));
    const server = await site(t, { dir: A });
    const told = () => page.until('the sentence of a newer version', () => document.querySelector('.trouble-update')?.checkVisibility());
    // What the browser itself does after a navigation is kept away: the page is to find out by what it asks for.
    const oldWorker = (path) => (path === '/sw.js' ? 503 : undefined);
    await page.open('/');
    await keeps('/', '/labs/plate.txt');
    assert.equal(await page.run(() => document.querySelector('.trouble-update').checkVisibility()), false, 'no sentence without a reason');
    server.deploy(B);
    server.fault = oldWorker;
    await page.click('a.row-title[href$="/terms/json/"]');
    await told();
    assert.equal(await page.run(() => document.querySelector('#article')?.dataset.slug ?? null), null, 'no article of another build gets into the page');
    server.up();
    await page.click('.trouble-update a');
    await page.until('the entry in the new build', (id) =>
      document.documentElement.dataset.build === id && document.querySelector('#article')?.dataset.slug === 'json', buildOf(B));
    assert.equal(await page.address(), '/terms/json/', 'the reader is where the link led');
    assert.equal(await page.run(() => document.querySelector('.trouble-update').checkVisibility()), false);

    // A lab: the page is of a build whose lab nobody has any more.
    const other = await site(t, { dir: A });
    await page.open('/terms/json/');
    await keeps('/terms/json/');
    other.deploy(B);
    other.fault = oldWorker;
    await page.click('header nav a[href$="/labs/"]');
    await told();
    await page.run(() => { delete document.documentElement.dataset.update; });
    await page.run(() => fieldGuide.lab('rate-limiting').catch(() => {}));
    await told();
  });
});

describe('the reader', () => {
  const traces = () => inPage(async () => [...(await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope), ...await caches.keys()]);

  test('can switch it off in the address, and on again', async (t) => {
    const server = await site(t);
    await page.open('/terms/json/');
    await keeps('/terms/json/');
    await inPage(async () => { await caches.open('somebody-elses'); });
    await page.open('/terms/json/?offline=off');
    await waitFor('no registration and no cache but a neighbour’s', async () => {
      const left = await traces();
      return JSON.stringify(left) === '["somebody-elses"]' || left;
    });
    assert.equal(await page.address(), '/terms/json/', 'the wish does not stay in the address');
    // Nor does it come back: not by the page that is still open, and not by the next.
    await page.click('.brand');
    await page.click('a.row-title[href$="/terms/cdn/"]');
    await page.until('an entry', () => document.querySelector('#article')?.dataset.slug === 'cdn');
    await page.labs();
    await page.open('/');
    await page.run(() => new Promise((resolve) => setTimeout(resolve, 1500)));
    assert.deepEqual(await traces(), ['somebody-elses'], 'it stays off');
    server.asked.length = 0;
    await page.open('/terms/json/');
    assert.ok(server.asked.includes('/terms/json/') && !server.asked.includes('/sw.js'), 'everything comes from the server');
    await page.open('/?offline=on');
    await keeps('/');
    assert.deepEqual(await page.troubles(), [], 'nothing fails on the way');
  });

  test('does not learn of a worker that is not there', async (t) => {
    const server = await site(t, { fault: (path) => (path === '/sw.js' ? 404 : undefined) });
    await page.open('/terms/json/');
    await waitFor('the question for the worker', () => server.asked.includes('/sw.js'));
    await page.run(() => new Promise((resolve) => setTimeout(resolve, 500)));
    // What the browser itself says of the missing file no page can keep from it; the page has nothing to add.
    const browsers = (trouble) => trouble.startsWith(`${server.address}sw.js: 404`) || /A bad HTTP response code \(404\)/.test(trouble);
    assert.deepEqual((await page.troubles()).filter((trouble) => !browsers(trouble)), [], 'no error of the page’s own');
    assert.equal(await page.run(() => document.documentElement.dataset.trouble ?? null), null);
  });
});

/// The worker by itself, with `caches` of the test's own: what it listens to, and what it asked the network for.
function worker(caches) {
  const heard = {};
  const asked = [];
  const world = vm.createContext({
    caches, clients: { get: async () => undefined },
    location: { origin: 'https://guide.example' }, addEventListener: (name, hear) => { heard[name] = hear; },
    skipWaiting: () => { asked.push('skipWaiting'); }, crypto, setTimeout, URL, Response, MessageChannel, navigator: {},
    fetch: async (request) => {
      asked.push(request.url ?? request);
      const answer = new Response(`<html data-build="${buildOf(DIST)}">from the network`);
      // What a browser says of an answer from the page's own host.
      return Object.defineProperty(answer, 'type', { value: 'basic' });
    },
  });
  vm.runInContext(readFileSync(join(DIST, 'sw.js'), 'utf8'), world);
  return { heard, asked };
}

test('what is kept does not grow without end', async () => {
  const cache = new Map();
  const { heard } = worker({
    keys: async () => [], has: async () => true, match: async () => undefined,
    open: async () => ({
      keys: async () => [...cache.keys()].map((url) => ({ url })), delete: async ({ url }) => cache.delete(url),
      put: async (key, answer) => { cache.set(key, answer); },
    }),
  });
  const base = /"base":"([^"]*)"/.exec(readFileSync(join(DIST, 'sw.js'), 'utf8'))[1];
  const address = (number) => `https://guide.example${base}terms/t${number}/`;
  for (let number = 0; number < 205; number += 1) {
    const waited = [];
    heard.fetch({
      request: { url: address(number), method: 'GET', mode: 'navigate', headers: new Headers(), destination: 'document' },
      respondWith: (answer) => waited.push(answer),
      waitUntil: (work) => waited.push(work),
    });
    // The second is there once the first is.
    await waited[0];
    await Promise.all(waited);
  }
  assert.equal(cache.size, 200, '200 pages are kept');
  assert.deepEqual([cache.has(address(4)), cache.has(address(5)), cache.has(address(204))], [false, true, true], 'the oldest are gone');
});

test('storage that refuses leaves the network', async () => {
  const refuse = () => Promise.reject(new DOMException('refused', 'SecurityError'));
  const { heard, asked } = worker({ keys: refuse, open: refuse, match: refuse, has: refuse, delete: refuse });
  const base = /"base":"([^"]*)"/.exec(readFileSync(join(DIST, 'sw.js'), 'utf8'))[1];
  for (const [path, mode] of [['terms/etag/', 'navigate'], ['terms/etag/article.html', 'cors'], [asset(DIST, 'style-').slice(1), 'no-cors']]) {
    let answer;
    const waited = [];
    heard.fetch({
      request: { url: `https://guide.example${base}${path}`, method: 'GET', mode, headers: new Headers(), destination: 'document' },
      respondWith: (given) => { answer = given; },
      waitUntil: (work) => waited.push(work),
    });
    assert.match(await (await answer).text(), /from the network/, `${path} is answered`);
    await Promise.all(waited);
  }
  let installed;
  heard.install({ waitUntil: (work) => { installed = work; } });
  await installed;
  assert.equal(asked.at(-1), 'skipWaiting', 'the worker is installed all the same');
  for (const [url, request] of [
    ['https://other.example/terms/', {}], [`https://guide.example${base}terms/etag/`, { method: 'POST' }],
    [`https://guide.example${base}assets/a.wasm`, { headers: new Headers({ range: 'bytes=0-1' }) }], [`https://guide.example${base}glossary.json`, {}],
  ]) {
    heard.fetch({
      request: { url, method: 'GET', mode: 'cors', headers: new Headers(), ...request },
      respondWith: () => assert.fail(`${url} is none of the worker’s business`),
    });
  }
});
