// Reading on: from the list to an entry, from entry to entry, and the cards of linked terms on the way.

import assert from 'node:assert/strict';
import test, { after, afterEach, before, describe } from 'node:test';
import { Key, start } from './harness.mjs';

let page;
before(async () => { page = await start(); });
after(() => page?.stop());
afterEach(async () => assert.deepEqual(await page.troubles(), [], 'nothing failed on the way'));

/// The entry with this heading is on screen.
const entry = (title) => page.until(`the entry “${title}”`, (title) =>
  document.querySelector('#article h1')?.innerText === title && document.getElementById('article').checkVisibility(), title);

/// Opens a page and leaves a mark in it that a new load would wipe out.
async function openMarked(path) {
  await page.open(path);
  await page.run(() => { window.neverLoadedAnew = true; });
}
const stillTheSame = () => page.run(() => window.neverLoadedAnew === true);
/// The first of the related entries; a list of warnings may stand before them and link as well.
const RELATED = '[data-part=margin] section:not(.watch-out) a[data-term]';
const title = () => page.driver.getTitle();

describe('navigation without a page load', () => {
  test('goes from the list to an entry and on to a related one, and back', async () => {
    await openMarked('/');
    const home = await title();
    await page.click('a.row-title[href$="/terms/token-bucket/"]');
    await entry('Token bucket');
    assert.equal(await page.address(), '/terms/token-bucket/');
    await page.until('the title of the entry', () => document.title === 'Token bucket · Backend Field Guide');
    await page.until('the focus on the new page’s beginning', () => document.activeElement.id === 'main');
    assert.equal(await page.run(() => window.scrollY), 0, 'the new page stands at its top');

    const related = await page.run((selector) => {
      const link = document.querySelector(selector);
      return { title: link.textContent, href: new URL(link.href).pathname };
    }, RELATED);
    await page.click(RELATED);
    await entry(related.title);
    assert.equal(new URL(await page.driver.getCurrentUrl()).pathname, related.href);
    await page.until('the title of the related entry', (title) => document.title === `${title} · Backend Field Guide`, related.title);

    await page.driver.navigate().back();
    await entry('Token bucket');
    await page.until('the title of the first entry again', () => document.title === 'Token bucket · Backend Field Guide');
    await page.driver.navigate().back();
    await page.shown('a.row-title[href$="/terms/token-bucket/"]');
    assert.equal(await page.run(() => document.getElementById('article')), null, 'no article is left on the home page');
    assert.ok((await title()).includes('Backend Field Guide'), `home has its title, like “${home}”, not “${await title()}”`);
    assert.ok(await stillTheSame(), 'all of it happened in one page');
  });

  test('from an entry to the home page lists the whole glossary', async () => {
    const glossary = await (await fetch(page.url('/glossary.json'))).json();
    await openMarked('/terms/etag/');
    await page.click('.brand');
    await page.until('a row for every entry', (count) =>
      [...document.querySelectorAll('.row')].filter((row) => row.checkVisibility()).length === count, glossary.length);
    assert.ok(await stillTheSame());
  });

  test('shows the same article as the page that is loaded', async () => {
    // Without comments: an element that Leptos makes ends with an empty one as its marker, and readers never see it.
    const parts = () => page.run(() => Object.fromEntries(
      [...document.querySelectorAll('#article [data-part]')].map((part) => [part.dataset.part, part.innerHTML.replaceAll('<!---->', '')])));
    await openMarked('/');
    await page.click('a.row-title[href$="/terms/token-bucket/"]');
    await entry('Token bucket');
    const navigated = await parts();
    assert.ok(await stillTheSame());
    await page.open('/terms/token-bucket/');
    assert.deepEqual(navigated, await parts());
    assert.deepEqual(Object.keys(navigated).sort(), ['after', 'before', 'head', 'margin']);
  });

  test('brings the inline lab along, and it runs', async () => {
    await openMarked('/');
    await page.click('a.row-title[href$="/terms/token-bucket/"]');
    await entry('Token bucket');
    assert.ok(await stillTheSame());
    await page.shown('.plate-inline .picture');
    assert.match(await page.text('.plate .why'), /Request 32 of 32/, 'with reduced motion it stands at the end of its run');
    await page.click('.plate .play');
    await page.until('the run at its beginning, playing', () =>
      document.querySelector('.plate .play').textContent.includes('Pause') && !document.querySelector('.plate .why').textContent.includes('32 of'));
    await page.until('a later request', () => /Request ([2-9]|\d\d) of/.test(document.querySelector('.plate .why').textContent));
    await page.click('.plate .play');
    await page.until('the run paused', () => document.querySelector('.plate .play').textContent.includes('Play'));
    assert.equal(await page.address(), '/terms/token-bucket/', 'inside an entry the lab leaves the address alone');
  });
});

describe('the card of a linked term', () => {
  const link = () => page.shown('[data-part=before] a[data-term], [data-part=after] a[data-term]');
  const card = () => page.shown('#card');
  const gone = () => page.until('no card', () => !document.getElementById('card').checkVisibility());
  const point = (element) => page.driver.actions().move({ origin: element, duration: 30 }).perform();
  const away = () => page.driver.actions().move({ x: 4, y: 4, duration: 30 }).perform();
  /// Longer than the card waits before it goes: only then does “still there” say something.
  const longerThanItWaits = () => new Promise((resolve) => setTimeout(resolve, 600));

  async function pointAtLink() {
    await away();
    const target = await link();
    await page.run((target) => target.scrollIntoView({ block: 'center' }), target);
    await point(target);
    return { slug: await target.getAttribute('data-term'), shown: await card() };
  }

  test('shows level, name and meaning under the pointer', async () => {
    await page.open('/terms/token-bucket/');
    const { slug } = await pointAtLink();
    const glossary = await (await fetch(page.url('/glossary.json'))).json();
    const expected = glossary.find((entry) => entry.slug === slug);
    assert.equal(await page.text('#card .card-title'), expected.title);
    assert.equal(await page.text('#card .card-lead'), expected.summary);
    assert.equal((await page.text('#card .card-level')).toLowerCase(), expected.level);
    const inside = await page.run(() => {
      const box = document.getElementById('card').getBoundingClientRect();
      return box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
    });
    assert.ok(inside, 'the card is wholly inside the window');
  });

  test('is dismissed by Escape, with the pointer where it was', async () => {
    await page.open('/terms/token-bucket/');
    await pointAtLink();
    await page.press(Key.ESCAPE);
    await gone();
  });

  test('lets the pointer travel into it, and goes when the pointer leaves', async () => {
    await page.open('/terms/token-bucket/');
    const { shown } = await pointAtLink();
    await point(shown);
    await longerThanItWaits();
    assert.ok(await page.run(() => document.getElementById('card').checkVisibility()), 'the card stays under the pointer');
    await away();
    await gone();
  });

  test('shows for the keyboard’s focus, and Escape leaves the focus on the link', async () => {
    await page.open('/terms/token-bucket/');
    await away();
    const wanted = await link();
    // The pointer is elsewhere: only the keyboard can have shown it.
    for (let presses = 0; presses < 40 && !(await page.run((wanted) => document.activeElement === wanted, wanted)); presses++) {
      await page.press(Key.TAB);
    }
    assert.ok(await page.run((wanted) => document.activeElement === wanted, wanted), 'Tab reaches the first linked term');
    await card();
    await page.press(Key.ESCAPE);
    await gone();
    assert.ok(await page.run((wanted) => document.activeElement === wanted, wanted), 'the focus stays');
  });

  test('shows at the first tap of a finger, and the second follows the link', async () => {
    await openMarked('/terms/token-bucket/');
    const target = await link();
    await page.run((target) => target.scrollIntoView({ block: 'center' }), target);
    const name = await page.run((target) => target.getAttribute('data-term'), target);
    await page.tap(target);
    await card();
    assert.equal(await page.address(), '/terms/token-bucket/', 'the first tap stays');
    await page.tap(target);
    await page.until('the linked entry', (name) => location.pathname.endsWith(`/terms/${name}/`), name);
    assert.ok(await stillTheSame());
  });

  test('links to the entry', async () => {
    await openMarked('/terms/token-bucket/');
    await pointAtLink();
    const name = await page.text('#card .card-title');
    await page.driver.findElement({ css: '#card a' }).click();
    await entry(name);
    await gone();
    assert.ok(await stillTheSame());
  });
});
