// The embeds as a stranger's page sees them: another origin, a strict content policy, no help from its own scripts.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import test, { after, afterEach, before, describe } from 'node:test';
import { Key, Pointer, start } from './harness.mjs';

/// Pages by path; each is the body of a document. `policy` is what the documentation of the embeds asks a host for.
async function hosts(guide) {
  const { origin } = new URL(guide);
  const policy = `default-src 'none'; script-src ${origin}; frame-src ${origin}; style-src 'none'`;
  const pages = new Map();
  const server = createServer((request, response) => {
    const body = pages.get(new URL(request.url, 'http://host').pathname);
    if (body === undefined) return response.writeHead(204).end();
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy });
    response.end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A host</title></head><body><h1>Host</h1>${body}</body></html>`);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  // By name: another site than the guide's, not only another port.
  const address = `http://localhost:${server.address().port}/`;
  return {
    add: (name, body) => { pages.set(`/${name}`, body); return address + name; },
    close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}

let page;
let host;
before(async () => {
  page = await start({ own: true });
  host = await hosts(page.site);
});
after(async () => {
  await host?.close();
  await page?.stop();
});
/// What a test expects to fail is taken out of the list by the test.
afterEach(async () => {
  await page.driver.switchTo().defaultContent();
  page.server.fault = () => undefined;
  assert.deepEqual(await troubles(), [], 'nothing failed on the way');
});

/// Firefox asks every page for its icon, and this policy refuses it: the host's own affair.
const troubles = async (of = page) => (await of.troubles()).filter((trouble) => !/img-src.*\/favicon\.ico/.test(trouble));

const script = (more = '', of = page) => `<script src="${of.url('/embed.js')}" async${more}></script>`;
const term = (slug = 'idempotency', more = '') =>
  `<field-guide-term slug="${slug}"${more}><a href="${page.url(`/terms/${slug}/`)}">Fallback ${slug}</a></field-guide-term>`;
const link = (slug, more = '') => `<a href="${page.url(`/terms/${slug}/`)}" data-field-guide${more}>${slug}</a>`;
const SPACE = '<br>'.repeat(120);

let count = 0;
const show = async (body, of = page) => of.driver.get(host.add(`page-${count += 1}`, body));

/// The frame of the element, once it has answered.
const ready = (selector = 'field-guide-term, field-guide-lab') => page.until(`a frame that is ready in ${selector}`, (selector) =>
  document.querySelector(selector)?.shadowRoot?.querySelector('iframe:not(.waiting)'), selector);
/// Runs a function inside a frame.
const within = async (frame, inside, ...args) => {
  await page.driver.switchTo().frame(frame);
  try {
    return await page.run(inside, ...args);
  } finally {
    await page.driver.switchTo().defaultContent();
  }
};
const needed = () => Math.ceil(document.documentElement.getBoundingClientRect().height);
const height = (frame) => page.run((frame) => frame.getBoundingClientRect().height, frame);
/// Asks until it is so: what crosses a frame's border takes its time.
const becomes = async (what, ask) => {
  const end = Date.now() + 15_000;
  for (let last; ; await new Promise((resolve) => setTimeout(resolve, 30))) {
    last = await ask();
    if (last === true) return;
    if (Date.now() > end) assert.fail(`${what}: ${last}`);
  }
};
/// Up to the 2000 px that no frame may exceed.
const fits = (frame) => becomes('the frame is as high as its document', async () => {
  const [inner, outer] = [Math.min(2000, await within(frame, needed)), await height(frame)];
  return Math.abs(inner - outer) <= 1 || `${outer} px for ${inner} px`;
});
const fallback = (of = page, selector = 'field-guide-term > a, field-guide-lab > a') =>
  of.run((selector) => document.querySelector(selector)?.checkVisibility() ?? null, selector);
const settled = () => new Promise((resolve) => setTimeout(resolve, 600));
/// An element made by a script of the page, with its events on record in `window.seen`.
const make = (tag, attributes) => page.run((tag, attributes) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.innerHTML = '<a href="/elsewhere">Fallback</a>';
  window.seen = [];
  for (const type of ['ready', 'resize', 'error']) element.addEventListener(type, (event) => window.seen.push({ type, ...event.detail }));
  document.body.append(element);
}, tag, attributes);
const event = (type) => page.until(`the event ${type}`, (type) => window.seen.find((event) => event.type === type), type);

describe('a term', () => {
  test('shows in place of the fallback, says what it is, and fits its height, also when narrowed', async () => {
    await show(`<div id="column">${term()}</div>${script()}`);
    const frame = await ready();
    assert.equal(await fallback(), false, 'the fallback has made room');
    assert.match(await page.run((frame) => frame.title, frame), /idempotency/i);
    await fits(frame);
    const wide = await height(frame);
    await page.run(() => document.querySelector('#column').style.setProperty('width', '260px'));
    await becomes('higher when narrow', async () => await height(frame) > wide || `${await height(frame)} px`);
    await fits(frame);
    await page.run(() => document.querySelector('#column').style.removeProperty('width'));
    await becomes('lower again', async () => await height(frame) === wide || `${await height(frame)} px`);
    assert.match(await within(frame, () => document.body.innerText), /idempoten/i);
    assert.deepEqual(await within(frame, () => performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => /\.wasm/.test(name))), []);
  });

  test('shows with the script before it, after it, twice, and for what is added later', async () => {
    await show(`${script()}${term('idempotency')}${term('token-bucket')}${script()}${script(' defer').replace(' async', '')}`);
    await page.until('both are ready', () => [...document.querySelectorAll('field-guide-term')].every((one) => one.shadowRoot?.querySelector('iframe:not(.waiting)')));
    await make('field-guide-term', { slug: 'idempotency', title: 'What it means' });
    await event('ready');
    assert.ok((await event('resize')).height >= 60);
    await settled();
    assert.deepEqual(await page.run(() => [...document.querySelectorAll('field-guide-term')].map((one) => one.shadowRoot.querySelectorAll('iframe').length)), [1, 1, 1]);
    assert.equal(await page.run(() => document.querySelector('body > :last-child').shadowRoot.querySelector('iframe').title), 'What it means');
    assert.equal(await page.run(() => window.seen.filter(({ type }) => type === 'ready').length), 1);
  });

  test('another slug, another place and a removal leave one frame or none', async () => {
    await show(`<div id="a"></div>${script()}`);
    await make('field-guide-term', { slug: 'idempotency' });
    await ready();
    await page.run(() => document.querySelector('field-guide-term').setAttribute('slug', 'token-bucket'));
    await page.until('the other term', () => document.querySelector('field-guide-term').shadowRoot.querySelector('iframe:not(.waiting)')?.src.includes('token-bucket'));
    await page.run(() => document.querySelector('#a').append(document.querySelector('field-guide-term')));
    await fits(await ready());
    const frames = await page.run(() => {
      const one = document.querySelector('field-guide-term');
      const before = one.shadowRoot.querySelectorAll('iframe').length;
      one.remove();
      return [before, one.shadowRoot.querySelectorAll('iframe').length];
    });
    assert.deepEqual(frames, [1, 0]);
  });

  test('keeps to the bounds that the page gives', async () => {
    await show(`${term('idempotency', ' height="333"')}${term('idempotency', ' max-height="90"')}${term('idempotency', ' min-height="900"')}
      ${term('idempotency', ' height="9"')}${term('idempotency', ' height="99999"')}${script()}`);
    await becomes('every frame has its height', async () => {
      const heights = await page.run(() => {
        const height = (one) => one.shadowRoot?.querySelector('iframe:not(.waiting)')?.getBoundingClientRect().height;
        const all = [...document.querySelectorAll('field-guide-term')];
        // Frames are made near the viewport, and the room for these is kept from the start.
        all.find((one) => !height(one))?.scrollIntoView();
        return all.map(height);
      });
      return heights.join() === '333,90,900,60,2000' || heights.join();
    });
  });

  test('follows the theme of the page, unless it was given one', async () => {
    await show(`${term()}${term('idempotency', ' theme="light"')}${script()}`);
    const [auto, light] = [await ready(), await ready('field-guide-term[theme]')];
    const theme = (frame, wanted) => becomes(`the frame's theme is ${wanted}`, async () => {
      const now = await within(frame, () => document.documentElement.dataset.theme ?? 'auto');
      return now === wanted || now;
    });
    await theme(light, 'light');
    for (const [set, wanted] of [
      [() => { document.documentElement.dataset.theme = 'dark'; }, 'dark'],
      [() => { document.documentElement.dataset.theme = 'light'; }, 'light'],
      [() => { delete document.documentElement.dataset.theme; document.body.dataset.mdColorScheme = 'slate'; }, 'dark'],
      [() => { delete document.body.dataset.mdColorScheme; document.documentElement.dataset.bsTheme = 'light'; }, 'light'],
      [() => { delete document.documentElement.dataset.bsTheme; document.documentElement.classList.add('dark'); }, 'dark'],
      [() => { document.documentElement.className = ''; }, 'auto'],
      [() => { document.body.style.setProperty('background', '#111'); document.body.className = 'night'; }, 'dark'],
    ]) {
      await page.run(set);
      await theme(auto, wanted);
    }
    await theme(light, 'light');
    await page.run(() => document.querySelector('[theme]').setAttribute('theme', 'dark'));
    await theme(light, 'dark');
    await page.run(() => document.querySelector('[theme]').setAttribute('theme', 'auto'));
    await page.run(() => { document.documentElement.dataset.theme = 'light'; });
    await theme(light, 'light');
  });
});

test('of a hundred cards only those near the screen have a frame', async () => {
  const card = `${term()}${'<br>'.repeat(20)}`;
  await show(card.repeat(100) + script());
  await ready();
  await settled();
  const framed = () => page.run(() => [...document.querySelectorAll('field-guide-term')].map((one, at) => (one.shadowRoot.querySelector('iframe') ? at : -1)).filter((at) => at >= 0));
  const first = await framed();
  assert.ok(first.length < 15, `${first.length} frames`);
  await page.run(() => scrollTo(0, document.documentElement.scrollHeight));
  await page.until('the last card', () => [...document.querySelectorAll('field-guide-term')].at(-1).shadowRoot.querySelector('iframe:not(.waiting)'));
  assert.ok((await framed()).length < 40, `${(await framed()).length} frames`);
});

test('a card just below the screen is ready before it is seen, and nothing fails for being far', async () => {
  await show(`<div id="gap"></div>${term()}${script(' data-timeout="1500"')}`);
  await page.run(() => {
    document.querySelector('#gap').style.setProperty('height', `${innerHeight + 400}px`);
    document.querySelector('field-guide-term').addEventListener('error', (event) => { window.wrong = event.detail.reason; });
  });
  const frame = await ready();
  assert.equal(await page.run(() => scrollY), 0);
  assert.equal(await page.run(() => window.wrong ?? null), null);
  await page.run(() => document.querySelector('field-guide-term').scrollIntoView());
  await fits(frame);
});

describe('a lab', () => {
  test('runs in its frame, with the scenario that was asked for', async () => {
    await show(`<field-guide-lab lab="rate-limiting" scenario="preset=boundary"><a href="${page.url('/labs/rate-limiting/?preset=boundary')}">Fallback</a></field-guide-lab>${script()}`);
    const frame = await ready();
    await page.driver.switchTo().frame(frame);
    await page.until('the lab is open', () => document.querySelector('.lab-host')?.open);
    assert.match(await page.run(() => location.search), /^\?preset=boundary$/);
    await page.driver.switchTo().defaultContent();
    await fits(frame);
    assert.equal(await fallback(), false);
  });
});

describe('what goes wrong leaves the fallback', () => {
  test('a term and a lab that there are not', async () => {
    await show(script(' data-timeout="1500"'));
    await page.until('the loader', () => customElements.get('field-guide-term'));
    for (const [tag, attributes] of [['field-guide-term', { slug: 'no-such-term' }], ['field-guide-lab', { lab: 'no-such-lab' }]]) {
      await make(tag, attributes);
      assert.match((await event('error')).reason, /no-such-(term|lab)/);
      assert.equal(await fallback(page, `${tag} > a`), true);
      assert.equal(await page.run((tag) => document.querySelector(tag).shadowRoot.querySelector('iframe'), tag), null);
    }
    const found = await troubles();
    assert.ok(found.every((trouble) => /no-such/.test(trouble)), found.join('\n'));
  });

  test('a name that is none, at once and without asking anybody', async () => {
    await show(script());
    await page.until('the loader', () => customElements.get('field-guide-term'));
    for (const attributes of [{ slug: '../labs' }, { slug: 'A b' }, { slug: '' }, {}]) {
      await make('field-guide-term', attributes);
      assert.deepEqual(await page.run(() => window.seen.map(({ type }) => type)), ['error']);
      assert.equal(await page.run(() => document.querySelector('body > :last-child').shadowRoot.querySelector('iframe')), null);
    }
  });

  test('a guide that is gone, for its frames and altogether', async () => {
    await show(script(' data-timeout="1500"'));
    await page.until('the loader', () => customElements.get('field-guide-term'));
    page.server.fault = (path) => (path.includes('/embed/') ? 'drop' : undefined);
    await make('field-guide-term', { slug: 'idempotency' });
    await event('error');
    assert.equal(await fallback(), true);
    await troubles();

    page.server.fault = () => 'drop';
    await show(`${term()}${script(' data-timeout="1500"')}`);
    await settled();
    assert.equal(await fallback(), true);
    // The dropped requests, and nothing else: no exception of the page.
    const found = await troubles();
    assert.ok(found.every((trouble) => trouble.includes('embed.js')), found.join('\n'));
  });

  test('scripts off', async () => {
    const bare = await start({ javascript: false });
    try {
      await show(`${term()}<p>${link('token-bucket')}</p>${script()}`, bare);
      assert.equal(await fallback(bare), true);
      assert.equal(await bare.run(() => document.querySelector('field-guide-term').shadowRoot), null);
      assert.deepEqual(await troubles(bare), []);
    } finally {
      await bare.stop();
    }
  });
});

test('forged messages change nothing', async () => {
  await show(`${term()}${term('token-bucket')}${script()}`);
  const [frame, other] = [await ready(), await ready('field-guide-term[slug=token-bucket]')];
  await fits(frame);
  const before = await height(frame);
  const key = await page.run((frame) => new URLSearchParams(new URL(frame.src).hash.slice(1)).get('key'), frame);
  assert.match(key, /^[0-9a-f]{32}$/);
  assert.notEqual(await page.run((frame) => frame.src.split('#')[1], other), await page.run((frame) => frame.src.split('#')[1], frame), 'each has its own');
  const forge = (message) => { (parent === window ? window : parent).postMessage(message, '*'); };
  const size = { fieldGuide: 1, key, type: 'size', height: 1234 };
  // Right words from the wrong windows.
  await page.run(forge, size);
  await within(other, forge, size);
  // Wrong words from the right window.
  for (const wrong of [{ ...size, key: 'a' }, { ...size, fieldGuide: 2 }, { ...size, height: '1234' }, { ...size, height: null }, { ...size, type: 'jump' }, [size], 'size', 7, null]) {
    await within(frame, forge, wrong);
  }
  await within(frame, (size) => {
    for (const height of [NaN, Infinity]) parent.postMessage({ ...size, height }, '*');
  }, size);
  await settled();
  assert.equal(await height(frame), before);
  // To the frame: the host without the key, and with it a window that is not the host. (Frames in a shadow tree cannot reach
  // each other, so it is the frame's own.)
  const theme = { fieldGuide: 1, key, type: 'theme', theme: 'dark' };
  await page.run((frame, theme) => frame.contentWindow.postMessage({ ...theme, key: 'a' }, '*'), frame, theme);
  await within(frame, (theme) => window.postMessage(theme, '*'), theme);
  await settled();
  assert.notEqual(await within(frame, () => document.documentElement.dataset.theme), 'dark');
  // The same roads are open for what is true, up to the bound.
  await page.run((frame, theme) => frame.contentWindow.postMessage(theme, '*'), frame, theme);
  await becomes('dark', async () => await within(frame, () => document.documentElement.dataset.theme) === 'dark');
  await within(frame, forge, { ...size, height: 1e9 });
  await becomes('as high as may be', async () => await height(frame) === 2000);
});

test('an embed page that is opened alone sends nothing', async () => {
  await page.driver.get(page.url('/embed/terms/idempotency/'));
  await page.run(() => { window.heard = []; addEventListener('message', ({ data }) => window.heard.push(data)); document.body.append('more '.repeat(2000)); });
  await settled();
  assert.deepEqual(await page.run(() => window.heard), []);
});

describe('a hover card', () => {
  const card = () => page.until('a card', () => {
    const card = document.querySelector('field-guide-card[data-shown]');
    return card?.checkVisibility({ visibilityProperty: true }) && card.shadowRoot.querySelector('field-guide-term').shadowRoot.querySelector('iframe');
  });
  const shown = () => page.run(() => Boolean(document.querySelector('field-guide-card')?.checkVisibility({ visibilityProperty: true })));
  const gone = () => becomes('the card is gone', async () => !(await shown()));
  const point = (element) => page.driver.actions().move({ origin: element, duration: 20 }).perform();
  const first = (selector = 'a[data-field-guide]') => page.driver.findElement({ css: selector });
  const open = async (body) => {
    await show(body + script());
    await page.until('the loader', () => customElements.get('field-guide-term'));
    await point(await first('h1'));
  };
  const inWindow = () => page.run(() => {
    const { left, top, right, bottom } = document.querySelector('field-guide-card').getBoundingClientRect();
    return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
  });

  test('comes for the mouse, may be entered, and goes when the mouse has left', async () => {
    // An element with this name makes `window.matches` something else than a function.
    await open(`<p id="matches">About ${link('idempotency')} and ${link('token-bucket')}.</p>${SPACE}`);
    assert.equal(await page.run(() => document.querySelector('field-guide-card')), null, 'no card before it is wanted');
    await point(await first());
    const frame = await card();
    await fits(frame);
    assert.ok(await inWindow());
    assert.match(await page.run(() => document.querySelector('field-guide-card').getAttribute('aria-label')), /idempotency/);
    await point(frame);
    await settled();
    assert.ok(await shown(), 'it stays under the pointer');
    await point(await first('h1'));
    await gone();
    await point(await first('a:nth-of-type(2)'));
    await page.until('the other term', () => document.querySelector('field-guide-card[data-shown]')?.shadowRoot.querySelector('field-guide-term').getAttribute('slug') === 'token-bucket');
    assert.equal(await page.run(() => document.querySelectorAll('field-guide-card').length), 1, 'one card for all');
    await point(await first('h1'));
    await gone();
  });

  test('does not come for a pointer that only passes', async () => {
    await open(`<p>${link('idempotency')}</p>`);
    await page.driver.actions().move({ origin: await first(), duration: 0 }).move({ origin: await first('h1'), duration: 0 }).perform();
    await settled();
    assert.equal(await page.run(() => document.querySelector('field-guide-card')), null);
  });

  test('Escape closes it, and neither pointer nor focus moves', async () => {
    await open(`<p>${link('idempotency')}</p>`);
    await point(await first());
    await card();
    await page.press(Key.ESCAPE);
    await gone();
    await settled();
    assert.equal(await shown(), false, 'it does not come back by itself');
    await point(await first('h1'));
    await point(await first());
    await card();
  });

  test('Escape closes it from inside of it too', async () => {
    await open(`<p>${link('idempotency')}</p>`);
    await point(await first());
    const frame = await card();
    await point(frame);
    // The focus, and nothing that is clicked.
    await page.run((frame) => frame.focus(), frame);
    await page.driver.switchTo().frame(frame);
    await page.press(Key.ESCAPE);
    await page.driver.switchTo().defaultContent();
    await gone();
  });

  test('comes for the focus, and goes with it or with Escape', async () => {
    await open(`<p>${link('idempotency')} <a href="/elsewhere">Elsewhere</a></p>`);
    await page.press(Key.TAB);
    await card();
    assert.ok(await page.run(() => document.activeElement.hasAttribute('data-field-guide')));
    await page.driver.actions().move({ x: 600, y: 700, duration: 20 }).perform();
    await settled();
    assert.ok(await shown(), 'the mouse elsewhere does not close what the focus opened');
    await page.press(Key.ESCAPE);
    await gone();
    assert.ok(await page.run(() => document.activeElement.hasAttribute('data-field-guide')), 'the focus stays');
    await page.press(Key.TAB);
    assert.equal(await page.run(() => document.activeElement.textContent), 'Elsewhere', 'the card is no stop on the way');
    await page.press([Key.SHIFT, Key.TAB]);
    await card();
    await page.press(Key.TAB);
    await gone();
  });

  test('stays inside the window, wherever its link is', async () => {
    await open(`<p><a id="spot" href="${page.url('/terms/idempotency/')}" data-field-guide>idempotency</a></p>`);
    for (const [horizontal, vertical] of [['left', 'top'], ['right', 'top'], ['left', 'bottom'], ['right', 'bottom']]) {
      await page.run((horizontal, vertical) => {
        const { style } = document.querySelector('#spot');
        for (const side of ['left', 'right', 'top', 'bottom']) style.removeProperty(side);
        style.setProperty('position', 'fixed');
        style.setProperty(horizontal, '0');
        style.setProperty(vertical, '0');
      }, horizontal, vertical);
      await point(await first('#spot'));
      await fits(await card());
      assert.ok(await inWindow(), `${horizontal} ${vertical}`);
      await page.driver.actions().move({ x: 640, y: 450, duration: 20 }).perform();
      await gone();
    }
  });

  test('comes at the first tap of a finger; elsewhere closes it; the second tap follows', async () => {
    await open(`<p>${link('idempotency')}</p>`);
    const { x, y } = await page.run(() => {
      const box = document.querySelector('a').getBoundingClientRect();
      return { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) };
    });
    const finger = new Pointer('finger', Pointer.Type.TOUCH);
    const tap = (x, y) => {
      const actions = page.driver.actions();
      actions.insert(finger, finger.move({ x, y, duration: 0 }), finger.press(), finger.release());
      return actions.perform();
    };
    const address = await page.driver.getCurrentUrl();
    await tap(x, y);
    await card();
    assert.equal(await page.driver.getCurrentUrl(), address, 'the first tap stays');
    await tap(x, 700);
    await gone();
    await tap(x, y);
    await card();
    await tap(x, y);
    await page.until('the entry', () => location.pathname === '/terms/idempotency/');
    await page.alive();
  });

  test('follows the theme of the page', async () => {
    await open(`<p>${link('idempotency')}</p>`);
    await page.run(() => { document.documentElement.dataset.theme = 'dark'; });
    await point(await first());
    const frame = await card();
    await becomes('dark', async () => await within(frame, () => document.documentElement.dataset.theme) === 'dark');
  });

  test('of a link that leads elsewhere, or to no term, does not come', async () => {
    await show(`<p><a id="a" href="https://example.org/terms/idempotency/" data-field-guide>elsewhere</a></p>
      <p><a id="b" href="${page.url('/labs/')}" data-field-guide>no term</a></p><p>${link('no-such-term', ' id="c"')}</p>${script(' data-timeout="1000"')}`);
    await page.until('the loader', () => customElements.get('field-guide-term'));
    for (const id of ['a', 'b']) {
      await point(await first(`#${id}`));
      await settled();
      assert.equal(await page.run(() => document.querySelector('field-guide-card')), null);
    }
    await point(await first('#c'));
    await page.until('a card that waits', () => document.querySelector('field-guide-card'));
    await page.until('and gives up', () => document.querySelector('field-guide-card').hidden);
    assert.equal(await shown(), false);
    const found = await troubles();
    assert.ok(found.every((trouble) => /no-such-term/.test(trouble)), found.join('\n'));
  });
});
