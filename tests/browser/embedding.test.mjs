// Where readers get an embed from: the panel “Embed this”, the page /embedding/, and a guide that lies under a sub-path.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { after, afterEach, before, describe } from 'node:test';
import { Key } from './harness.mjs';
import { becomes, visit } from './embed_host.mjs';

const DIST_GUIDE = process.env.DIST_GUIDE ?? fileURLToPath(new URL('../../dist-guide', import.meta.url));

let guest;
let page, show, ready, within, fits;
before(async () => {
  guest = await visit();
  ({ page, show, ready, within, fits } = guest);
});
after(() => guest?.stop());
afterEach(() => guest.leave());

const PREVIEW = '.embed-panel :is(field-guide-term, field-guide-lab)';
const snippet = () => page.run(() => document.querySelector('.embed-panel pre').textContent);
/// Picks an option, by its words, in the panel's list with this label.
const choose = (label, option) => page.run((label, option) => {
  const select = [...document.querySelectorAll('.embed-panel select')].find((select) => select.parentElement.textContent.startsWith(label));
  select.value = [...select.options].find((each) => each.textContent === option).value;
  select.dispatchEvent(new Event('change', { bubbles: true }));
}, label, option);
const theme = (frame, wanted) => becomes(`the preview is ${wanted}`, async () => {
  const now = await within(frame, () => document.documentElement.dataset.theme ?? 'auto');
  return now === wanted || now;
});

describe('the panel “Embed this”', () => {
  test('of a term shows what it writes, follows theme and size, and gives the focus back', async () => {
    await page.open('/terms/jitter/');
    await page.run(() => document.querySelector('.embed .embed-this').focus());
    await page.press(Key.ENTER);
    await fits(await ready(PREVIEW));
    assert.match(await snippet(), /^<script src=".*\/embed\.js" async><\/script>\n\n<field-guide-term slug="jitter">\n<a href=".*\/terms\/jitter\/">Jitter<\/a>\n<\/field-guide-term>$/);
    assert.deepEqual(await page.faults('.embed-panel'), []);

    await choose('Theme', 'dark');
    await page.until('the other element', (selector) => document.querySelector(selector)?.getAttribute('theme') === 'dark', PREVIEW);
    await theme(await ready(PREVIEW), 'dark');
    assert.match(await snippet(), /theme="dark"/);
    await page.run(() => {
      const field = document.querySelector('.embed-panel input');
      field.value = '410';
      field.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await page.until('the height that was asked for', (selector) => document.querySelector(selector)?.shadowRoot.querySelector('iframe:not(.waiting)')?.offsetHeight === 410, PREVIEW);
    assert.match(await snippet(), /height="410"/);

    await page.press(Key.ESCAPE);
    await page.until('no panel', () => !document.querySelector('.embed-panel'));
    assert.ok(await page.run(() => document.activeElement.matches('.embed .embed-this')), 'the focus is where it was');
  });

  test('of a page that the reader made dark is dark by itself', async () => {
    await page.open('/terms/jitter/');
    await page.run(() => { document.documentElement.dataset.theme = 'dark'; });
    await page.click('.embed .embed-this');
    await theme(await ready(PREVIEW), 'dark');
    await page.press(Key.ESCAPE);
  });

  test('of a lab carries the run that is on screen', async () => {
    await page.open('/labs/rate-limiting/?preset=boundary&at=1500ms');
    await page.run(() => [...document.querySelectorAll('.plate button')].find((button) => /Send 10/.test(button.textContent)).click());
    const words = (selector) => document.querySelector(selector).getAttribute('aria-label');
    const here = await page.until('the run with ten more', () => {
      const said = document.querySelector('.picture').getAttribute('aria-label');
      return said.startsWith('42 requests') && said;
    });
    await page.click('.plate .embed-this');
    const frame = await ready(PREVIEW);
    const scenario = await page.run((selector) => document.querySelector(selector).getAttribute('scenario'), PREVIEW);
    assert.match(scenario, /preset=boundary&.*send/, scenario);
    await becomes('the same run in the preview', async () => {
      const there = await within(frame, words, '.picture').catch(String);
      return there === here || there;
    });
  });

  for (const place of ['Plain HTML', 'A frame, without script']) {
    test(`gives a snippet that works as it is: ${place}`, async () => {
      await page.open('/terms/jitter/');
      await page.click('.embed .embed-this');
      await page.until('the panel', () => document.querySelector('.embed-panel[open]'));
      await choose('In', place);
      const [loader, frame] = [/embed\.js/, /^<iframe /];
      const wanted = place === 'Plain HTML' ? loader : frame;
      const text = await page.until('the snippet', (source) => {
        const { textContent } = document.querySelector('.embed-panel pre');
        return new RegExp(source).test(textContent) && textContent;
      }, wanted.source);
      await show(text);
      if (place === 'Plain HTML') return fits(await ready());
      await page.driver.switchTo().frame(await page.driver.findElement({ css: 'iframe' }));
      await page.until('the card', () => document.querySelector('h1')?.innerText === 'Jitter');
      await page.driver.switchTo().defaultContent();
    });
  }
});

test('/embedding/ uses what it describes, also for who comes by a link and goes back and forth', async () => {
  await page.open('/');
  await page.click('footer a[href$="/embedding/"]');
  await page.until('the page', () => location.pathname === '/embedding/' && document.readyState === 'complete');
  await page.alive();
  await fits(await ready('field-guide-term'));
  await page.run(() => document.querySelector('field-guide-lab').scrollIntoView());
  await fits(await ready('field-guide-lab'));
  assert.deepEqual(await page.faults('main'), []);
  const link = await page.shown('a[data-field-guide]');
  await page.run((link) => link.scrollIntoView({ block: 'center' }), link);
  await page.driver.actions().move({ origin: link, duration: 20 }).perform();
  await page.until('a hover card', () => document.querySelector('field-guide-card[data-shown]'));
  await page.click('header nav a[href$="/labs/"]');
  await page.until('the labs', () => document.querySelector('h1')?.innerText === 'Labs');
  await page.driver.navigate().back();
  await page.until('the page again', () => document.querySelector('h1')?.innerText === 'Embedding');
  await fits(await ready('field-guide-term'));
});

describe('a guide under /guide/', { skip: existsSync(join(DIST_GUIDE, 'index.html')) ? false : `${DIST_GUIDE} is not built` }, () => {
  let below;
  before(async () => { below = await visit({ dir: DIST_GUIDE, base: '/guide/' }); });
  after(() => below?.stop());

  test('gives cards, labs and hover cards to others, and asks for nothing outside', async () => {
    const { page: there } = below;
    const lab = `<field-guide-lab lab="rate-limiting"><a href="${there.url('/labs/rate-limiting/')}">Rate limiting</a></field-guide-lab>`;
    await below.show(`<p>${below.link('token-bucket')}</p>${below.term()}${lab}${below.script()}`);
    await below.fits(await below.ready('field-guide-term'));
    await below.fits(await below.ready('field-guide-lab'));
    await there.driver.actions().move({ origin: await there.shown('a[data-field-guide]'), duration: 20 }).perform();
    await there.until('a hover card', () => document.querySelector('field-guide-card[data-shown]'));
    assert.deepEqual(there.server.asked.filter((path) => !path.startsWith('/guide/')), []);
    await below.leave();
  });
});
