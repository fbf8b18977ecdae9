// Hover cards in a stranger's page: by mouse, focus, touch and Escape.

import assert from 'node:assert/strict';
import test, { after, afterEach, before, describe } from 'node:test';
import { Key } from './harness.mjs';
import { SPACE, becomes, settled, visit } from './embed_host.mjs';

let guest;
let page, troubles, script, link, show, within, fits;
before(async () => {
  guest = await visit();
  ({ page, troubles, script, link, show, within, fits } = guest);
});
after(() => guest?.stop());
afterEach(() => guest.leave());

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
    const tap = async () => page.tap(await first());
    const address = await page.driver.getCurrentUrl();
    await tap();
    await card();
    assert.equal(await page.driver.getCurrentUrl(), address, 'the first tap stays');
    await page.tapAt(40, 700);
    await gone();
    await tap();
    await card();
    await tap();
    await page.until('the entry', () => location.pathname === '/terms/idempotency/');
    await page.alive();
  });

  test('that does not come does not hold a finger up: after a second the link is followed', async () => {
    await open(`<p>${link('idempotency')}</p>`);
    page.server.fault = (path) => (path.startsWith('/embed/') ? 'hold' : undefined);
    await page.tap(await first());
    await page.until('the entry', () => location.pathname === '/terms/idempotency/');
    await page.alive();
  });

  test('has nothing that axe finds, in light and in dark', async () => {
    const found = [];
    for (const theme of ['light', 'dark']) {
      await open(`<p>${link('idempotency')}</p>`);
      await page.run((theme) => { document.documentElement.dataset.theme = theme; }, theme);
      await point(await first());
      const frame = await card();
      await becomes(theme, async () => await within(frame, () => document.documentElement.dataset.theme) === theme);
      found.push(...(await page.faults('html')).map((fault) => `${theme}, the page: ${fault}`));
      await page.driver.switchTo().frame(frame);
      found.push(...(await page.faults('html')).map((fault) => `${theme}, the card: ${fault}`));
      await page.driver.switchTo().defaultContent();
    }
    assert.deepEqual(found, []);
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
