// Cards of terms in a stranger's page, and what no page and no message can do to them.

import assert from 'node:assert/strict';
import test, { after, afterEach, before, describe } from 'node:test';
import { start } from './harness.mjs';
import { becomes, settled, visit } from './embed_host.mjs';

let guest;
let page, troubles, script, term, link, show, ready, within, height, fits, fallback, make, event;
before(async () => {
  guest = await visit();
  ({ page, troubles, script, term, link, show, ready, within, height, fits, fallback, make, event } = guest);
});
after(() => guest?.stop());
afterEach(() => guest.leave());

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
      [() => { document.documentElement.style.setProperty('color-scheme', 'dark'); }, 'dark'],
      [() => { document.documentElement.style.setProperty('color-scheme', 'light dark'); }, 'auto'],
      [() => { document.body.style.setProperty('background', '#111'); }, 'dark'],
      [() => { document.body.style.setProperty('background', 'oklch(0.97 0.01 250)'); }, 'light'],
      [() => { document.body.style.setProperty('background', 'lab(12 3 -4)'); }, 'dark'],
      [() => { document.body.style.setProperty('background', 'color-mix(in srgb, white, black 10%)'); }, 'light'],
      // Dark at the end only.
      [() => { document.body.style.setProperty('transition', 'background-color 0.3s'); document.body.style.setProperty('background', '#111'); }, 'dark'],
      // As good as transparent: the page's own canvas shows.
      [() => { document.body.style.setProperty('transition', 'none'); document.body.style.setProperty('background', 'rgb(0 0 0 / 0.1)'); }, 'auto'],
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
  await fits(await ready());
  const rooms = () => page.run(() => [...document.querySelectorAll('field-guide-term')].slice(0, 3).map((one) => one.getBoundingClientRect().height));
  const before = await rooms();
  await page.run(() => scrollTo(0, document.documentElement.scrollHeight));
  await page.until('the last card', () => [...document.querySelectorAll('field-guide-term')].at(-1).shadowRoot.querySelector('iframe:not(.waiting)'));
  const last = await framed();
  assert.ok(last.length < 40, `${last.length} frames`);
  assert.ok(!last.includes(0), 'the first is far away by now, and let go');
  // Its room is kept, and it is there again for whoever goes back.
  assert.deepEqual(await rooms(), before);
  await page.run(() => scrollTo(0, 0));
  await fits(await ready());
  assert.deepEqual(await rooms(), before);
});

test('scrolling past a hundred cards keeps the page moving', async (t) => {
  await show(`${term()}${'<br>'.repeat(20)}`.repeat(100) + script());
  await ready();
  const gaps = await page.driver.executeAsyncScript((done) => {
    const gaps = [];
    let last = performance.now();
    const step = (now) => {
      gaps.push(now - last);
      last = now;
      scrollBy(0, 200);
      if (scrollY + innerHeight >= document.documentElement.scrollHeight - 1) done(gaps.slice(1));
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
  const ordered = gaps.toSorted((a, b) => a - b);
  const [median, worst] = [ordered[Math.floor(ordered.length / 2)], ordered.at(-1)];
  t.diagnostic(`${gaps.length} frames, ${median.toFixed(1)} ms apart at the median, ${worst.toFixed(1)} ms at most`);
  assert.ok(gaps.length > 50 && median < 34, `${median} ms at the median`);
  assert.ok(worst < 250, `a frame took ${worst} ms`);
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

describe('what goes wrong leaves the fallback', () => {
  test('a term and a lab that there are not', async () => {
    await show(script(' data-timeout="1500"'));
    await page.until('the loader', () => customElements.get('field-guide-term'));
    for (const [tag, attributes] of [['field-guide-term', { slug: 'no-such-term' }], ['field-guide-lab', { lab: 'no-such-lab' }]]) {
      page.warnings.length = 0;
      await make(tag, attributes);
      const { reason } = await event('error');
      assert.match(reason, /no-such-(term|lab)/);
      await becomes('a warning that says what', () => page.warnings.some((text) => text.startsWith(`Field guide: ${reason}; the link stays instead.`)) || page.warnings.join('\n'));
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
  // Much too much, with and without the key.
  for (const wrong of [{ ...size, height: 'x'.repeat(5_000_000) }, { ...size, key: 'x'.repeat(5_000_000) }]) await within(frame, forge, wrong);
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
