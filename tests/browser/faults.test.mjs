// What comes damaged or no longer fits: a program cut off half-way, search data that is not itself, a tab that a deploy has
// left behind. The reader keeps the text, is told what happened, and has a way on. (What does not come at all: trouble.test.mjs.)

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import test, { after, afterEach, before, describe } from 'node:test';
import { DIST, Key, start, visibleControls } from './harness.mjs';
import { serve } from './server.mjs';

let page;
before(async () => { page = await start({ own: true }); });
after(() => page?.stop());
afterEach(() => page.troubles());

/// The site behind a hand that damages its answers. `host.change(path, bytes)` returns nothing for the honest answer, or what
/// is different about it: `status`, `type`, `bytes`, and `half` to cut the connection in the middle of the body. After
/// `host.deployed = true` the host has another version: every asset has another name, and no fragment fits any more.
async function damaged(t, change = () => undefined) {
  const honest = await serve(DIST);
  const host = { change, deployed: false };
  const turned = (name) => name.replace(/(assets\/[\w-]+-)([0-9a-f]{10})(?=\.)/g, (_, stem, hash) => stem + [...hash].reverse().join(''));
  const server = createServer({ maxHeaderSize: 65_536 }, async (request, response) => {
    const path = new URL(request.url, 'http://host').pathname;
    // What an open tab still asks for is gone, but for fonts: the style names them, and it is not rewritten here.
    const font = path.endsWith('.woff2');
    if (host.deployed && (names.has(path) && !font || path.endsWith('/article.html'))) return response.writeHead(404).end();
    // What a worker fetches for later may come when the test is over.
    const answer = await fetch(new URL(host.deployed && !font ? turned(request.url) : request.url, honest.address), { redirect: 'manual' }).catch(() => undefined);
    if (!answer) return request.socket.destroy();
    let bytes = Buffer.from(await answer.arrayBuffer());
    const type = answer.headers.get('content-type');
    if (host.deployed && type?.startsWith('text/html')) bytes = Buffer.from(turned(bytes.toString()));
    const found = { status: answer.status, type, bytes, ...host.change(path, bytes) };
    const head = { 'content-type': found.type ?? 'text/plain', 'content-length': found.bytes.length, 'cache-control': 'no-store' };
    if (answer.headers.get('location')) head.location = answer.headers.get('location');
    response.writeHead(found.status, head);
    if (!found.half) return response.end(found.bytes);
    // The first half is on its way before the line is cut: a reader's browser has it.
    response.write(found.bytes.subarray(0, found.bytes.length >> 1), () => setTimeout(() => request.socket.destroy(), 50));
  });
  const home = await (await fetch(honest.address)).text();
  const names = new Set([...home.matchAll(/assets\/[\w-]+-[0-9a-f]{10}\.\w+/g)].map(([name]) => `/${name}`));
  assert.ok(names.size > 8, 'the page names its assets, with the hash of their content');
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const site = page.site;
  page.site = `http://127.0.0.1:${server.address().port}/`;
  t.after(async () => {
    page.site = site;
    await page.driver.get('about:blank');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await honest.close();
  });
  return host;
}

const noPanic = async (where) =>
  assert.notEqual(await page.run(() => document.documentElement.dataset.trouble ?? null), 'panic', `${where}: the program goes on`);

/// How much text the reader has: words of `main` that are on screen.
const words = () => page.run(() => document.querySelector('main').innerText.split(/\s+/).length);

const isProgram = (path) => /\/backend-field-guide_bg-[^/]*\.wasm$/.test(path);

describe('the program', () => {
  const DAMAGES = {
    'is cut off half-way': () => ({ half: true }),
    'is garbage': (bytes) => ({ bytes: Buffer.from(bytes.map((_, at) => (at * 167 + 13) % 251)) }),
    'is a web page that a host answers everything with': () => ({ type: 'text/html', bytes: Buffer.from('<!doctype html><title>Home</title>') }),
  };
  for (const [how, damage] of Object.entries(DAMAGES)) {
    test(`that ${how} leaves the whole text, and a sentence`, async (t) => {
      const host = await damaged(t);
      // Without the service worker, which would bring the good program that it keeps.
      await page.open('/terms/token-bucket/?offline=off');
      const whole = await words();
      host.change = (path, bytes) => (isProgram(path) ? damage(bytes) : undefined);
      await page.open('/terms/token-bucket/', { alive: false });
      await page.until('the page knows that its program failed', () => document.documentElement.dataset.trouble === 'load');
      assert.deepEqual((await page.texts('.trouble-bar')).map((text) => /did not load\. Every page reads without it; reload to try again\.$/.test(text)), [true],
        'one sentence says what is the matter and what to do');
      assert.deepEqual(await page.run(visibleControls), [], 'no control is visible that needs the program');
      // Without the controls there are fewer words, but the entry has several hundred.
      const left = await words();
      assert.ok(left > 300 && left > whole / 2, `${left} of ${whole} words are left`);
      assert.match(await page.text('#article .lead'), /^A rate limiter that saves up unused allowance/);
      host.change = () => undefined;
      await page.driver.navigate().refresh();
      await page.alive();
      assert.deepEqual(await page.texts('.trouble-bar'), [], 'a reload is the way on, as the sentence says');
    });
  }

  test('with a wrong type of content starts all the same', async (t) => {
    await damaged(t, (path) => (path.endsWith('.wasm') ? { type: 'application/octet-stream' } : undefined));
    await page.open('/labs/rate-limiting/');
    assert.deepEqual(await page.texts('.trouble-bar'), [], 'nothing is the matter for the reader');
    await page.click('.plate .play');
    await page.until('a run that plays', () => document.querySelector('.play').textContent.includes('Pause'));
  });

  test('of a lab that is cut off half-way leaves text, picture, numbers and a sentence', async (t) => {
    const host = await damaged(t, (path) => (/rate-limiting_bg-[^/]*\.wasm$/.test(path) ? { half: true } : undefined));
    await page.driver.get(page.url('/terms/token-bucket/'));
    await page.until('the program of the site', () => document.documentElement.hasAttribute('data-alive'));
    await page.run(() => document.querySelector('.lab-host').scrollIntoView());
    await page.until('a sentence', () => document.querySelector('.trouble-lab')?.checkVisibility());
    assert.ok(await words() > 300, 'the entry reads');
    assert.ok(await page.run(() => document.querySelectorAll('.plate .lane circle.pass').length > 10), 'the picture is still there');
    assert.deepEqual(await page.run(() => [...document.querySelectorAll('.plate :is(button, input, select, summary)')].filter((control) => control.checkVisibility()).length), 0,
      'the lab shows no control that does nothing');
    host.change = () => undefined;
    await page.driver.navigate().refresh();
    await page.alive();
    assert.ok(await page.run(() => document.querySelector('.lab-host').open), 'the lab opens after a reload');
  });

  test('of a lab that does not come leaves the site’s own search in use', async (t) => {
    await damaged(t, (path) => (/rate-limiting_bg-[^/]*\.wasm$/.test(path) ? { half: true } : undefined));
    await page.driver.get(page.url('/labs/rate-limiting/'));
    await page.until('a sentence', () => document.querySelector('.trouble-lab')?.checkVisibility());
    assert.ok(await page.run(() => document.getElementById('site-search').checkVisibility()),
      'the search in the header works: the program behind it is alive, and it should not go with the lab');
  });
});

test('a page that is cut off half-way reads as far as it came', async (t) => {
  await damaged(t, (path) => (path === '/terms/token-bucket/' ? { half: true } : undefined));
  // A driver waits for the whole page, which never comes: what is on screen meanwhile is looked at.
  await page.driver.manage().setTimeouts({ pageLoad: 3_000 });
  t.after(() => page.driver.manage().setTimeouts({ pageLoad: 300_000 }));
  await page.driver.get(page.url('/terms/token-bucket/')).catch(() => undefined);
  await page.until('the heading', () => document.querySelector('#article h1')?.innerText === 'Token bucket');
  const before = await words();
  assert.ok(before > 50, `${before} words came`);
  // A program that finds half a page to take over must not take away what came.
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.equal(await words(), before, 'the text stays');
});

describe('search data', () => {
  const isData = (path) => path.endsWith('.bin');
  /// Types into the home page's search; the sentence below it, once there is one.
  async function ask(query) {
    await page.open('/');
    await page.click('#search');
    await page.press(...query);
    const sentence = await page.until('a sentence, whatever it says', () =>
      document.documentElement.dataset.trouble ? `trouble: ${document.documentElement.dataset.trouble}` : document.querySelector('.home .counted').innerText);
    return sentence;
  }
  const KINDS = {
    'of random bytes': (bytes) => Buffer.from(bytes.map((_, at) => (at * 1_103_515_245 + 12_345) >>> 16 & 255)),
    'that ends too early': (bytes) => bytes.subarray(0, bytes.length - 2_000),
    'of a version with one field more': (bytes) => Buffer.concat([Buffer.from([3]), bytes]),
    'of a version with one field less': (bytes) => bytes.subarray(1),
    'with something after its end': (bytes) => Buffer.concat([bytes, Buffer.alloc(64, 7)]),
  };
  for (const [what, damage] of Object.entries(KINDS)) {
    test(`${what} is said to be wrong, and the list stays`, async (t) => {
      await damaged(t, (path, bytes) => (isData(path) ? { bytes: damage(bytes) } : undefined));
      const sentence = await ask('bucket');
      assert.match(sentence, /^The search data (does not fit|could not be read|could not be fetched|is damaged)/, 'a sentence says that the data is wrong');
      assert.match(sentence, /reload|again/i, 'and what to do');
      assert.ok((await page.texts('.row')).length > 50, 'the list below is complete');
      assert.equal(await page.run(() => document.getElementById('search').value), 'bucket', 'what was typed stays');
      await noPanic('damaged search data');
    });
  }

  test('with single bytes damaged never stops the program', async (t) => {
    let seed = 20_261_124;
    const random = () => { seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0; return seed / 2 ** 32; };
    let flipped;
    await damaged(t, (path, bytes) => {
      if (!isData(path)) return undefined;
      const copy = Buffer.from(bytes);
      flipped = Math.floor(random() * copy.length);
      copy[flipped] ^= 1 << Math.floor(random() * 8);
      return { bytes: copy };
    });
    const wrong = [];
    for (let round = 0; round < 2; round++) {
      const sentence = await ask('retry tokn 429').catch((error) => String(error));
      if (!/match|^The search data/.test(sentence)) wrong.push(`byte ${flipped}: ${sentence}`);
    }
    assert.deepEqual(wrong, [], 'each is answered: with matches, or with a sentence about the data');
  });

  test('that fits again is fetched again: nobody need reload', async (t) => {
    const host = await damaged(t, (path, bytes) => (isData(path) ? { bytes: bytes.subarray(0, 5_000) } : undefined));
    assert.match(await ask('etag'), /^The search data/);
    host.change = () => undefined;
    await page.press('s', Key.BACK_SPACE);
    await page.until('a match', () => document.querySelector('#results .row-title')?.innerText.startsWith('ETag'));
  });
});

describe('a tab that a deploy has left behind', () => {
  /// A tab with the version of before, that has fetched nothing besides its page and the program.
  async function stale(t, path) {
    const host = await damaged(t);
    await page.open(path);
    host.deployed = true;
    return host;
  }

  test('is a real thing here: the old names are gone, the new ones answer', async (t) => {
    await stale(t, '/');
    const [old] = (await page.run(() => document.getElementById('boot').getAttribute('data-wasm'))).match(/assets\/.*/);
    assert.equal((await fetch(page.url(old))).status, 404);
    await page.open('/terms/etag/');
    assert.equal(await page.text('#article h1'), 'ETag', 'a page that is loaded anew is whole');
    assert.deepEqual(await page.texts('.trouble-bar'), []);
  });

  test('opens an entry all the same, or says what is the matter and leads to it', async (t) => {
    await stale(t, '/');
    await page.click('a.row-title[href$="/terms/token-bucket/"]');
    const how = await page.until('the entry, or a sentence', () => {
      if (document.querySelector('#article h1')?.innerText === 'Token bucket') return 'entry';
      const trouble = document.querySelector('section.trouble');
      return trouble?.checkVisibility() && trouble.innerText;
    });
    if (how !== 'entry') {
      assert.doesNotMatch(how, /There is no page here/, 'the page is there; it is the tab that is old');
      await page.click('section.trouble :is(a[href$="/terms/token-bucket/"], button)');
      await page.until('the entry “Token bucket”', () => document.querySelector('#article h1')?.innerText === 'Token bucket');
    }
    await noPanic('an entry of another version');
  });

  test('goes on from the labs’ list to a lab, or says what is the matter and leads to it', async (t) => {
    await stale(t, '/labs/');
    await page.click('main a[href$="/labs/rate-limiting/"]');
    const how = await page.until('the lab, or a sentence', () => {
      if (document.querySelector('.lab-host')?.open) return 'lab';
      return [...document.querySelectorAll('.trouble-bar, .lab-host [role=alert], .lab-host .trouble')].find((bar) => bar.checkVisibility())?.innerText;
    });
    if (how !== 'lab') {
      assert.match(how, /reload|again/i, 'it says what to do');
      assert.doesNotMatch(await page.text('main'), /Fetching the lab…/, 'and no longer that the lab is on its way');
      await page.driver.navigate().refresh();
      await page.alive();
    }
    await page.shown('.plate .play');
  });

  test('keeps what was typed when the search data is gone', async (t) => {
    await stale(t, '/');
    await page.click('#search');
    await page.press(...'tokn bucket');
    const sentence = await page.until('a sentence', () => document.querySelector('.home .counted').innerText);
    assert.match(sentence, /^The search data could not be fetched|^The search data does not fit|reload/i);
    assert.match(sentence, /reload|again/i, 'it says what to do');
    assert.equal(await page.run(() => document.getElementById('search').value), 'tokn bucket');
    assert.ok((await page.texts('.row')).length > 50, 'the list stays');
    // The way on: the address has what was typed, so a reload takes it along.
    await page.until('the query in the address', () => location.search === '?q=tokn+bucket');
    await page.driver.navigate().refresh();
    await page.until('the match', () => document.querySelector('#results .row-title')?.innerText.startsWith('Token bucket'));
  });

  test('keeps what was typed into a lab when a worker is gone, and says so', async (t) => {
    await stale(t, '/labs/load-balancing/?preset=slow');
    const press = (label) => page.run((label) => [...document.querySelectorAll('.plate button')].find((button) => button.textContent.includes(label)).click(), label);
    await press('Sweep a parameter');
    await page.run(() => {
      const seeds = [...document.querySelectorAll('.tool label')].find((label) => label.textContent.trim().startsWith('Seeds')).querySelector('input');
      seeds.value = '3';
      seeds.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await press('Run the sweep');
    await page.until('a sentence that says so', () => /could not|did not|no answer|reload/i.test(
      [...document.querySelectorAll('.tool [role=status], .tool [role=alert], .trouble-bar')].filter((line) => line.checkVisibility()).map((line) => line.innerText).join(' ')));
    assert.equal(await page.run(() => [...document.querySelectorAll('.tool label')].find((label) => label.textContent.trim().startsWith('Seeds')).querySelector('input').value), '3');
    assert.match(await page.text('.numbers'), /Round robin/, 'the run stays');
    await noPanic('a sweep without its worker');
  });

  test('leaves an entry from which nothing else can be opened readable', async (t) => {
    await stale(t, '/terms/token-bucket/');
    await page.run(() => { window.neverLoadedAnew = true; });
    await page.click('[data-part=margin] section:not(.watch-out) a[data-term]');
    await page.until('another page, or a sentence', () =>
      document.querySelector('section.trouble')?.checkVisibility() || document.querySelector('#article h1')?.innerText !== 'Token bucket');
    await page.driver.navigate().back();
    await page.until('the entry “Token bucket” again', () => document.querySelector('#article h1')?.innerText === 'Token bucket');
    assert.ok(await words() > 300, 'with its text');
  });
});
