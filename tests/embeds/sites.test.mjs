// The embeds in seven real sites, made by the tools that people write documentation with: what the tool's own scripts, styles
// and router do to them. `node tests/embeds/build.mjs` makes the sites; EMBED_SITES=mdbook,plain picks some.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { after, afterEach, before, describe } from 'node:test';
import { becomes, settled } from '../browser/embed_host.mjs';
import { Key, start } from '../browser/harness.mjs';
import { SITES, folder, isBuilt } from './build.mjs';
import { serveSite } from './host.mjs';

const AXE = readFileSync(new URL('../../.tools/node/node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const picked = process.env.EMBED_SITES?.split(',') ?? Object.keys(SITES);
for (const name of picked) assert.ok(name in SITES, `EMBED_SITES: there is no site ${name}`);

/// Each tool's own switch: what is pressed, one after the other; a menu that is open already is not pressed again.
const SWITCH = {
  plain: { dark: ['#dark'], light: ['#light'] },
  mdbook: { dark: ['#mdbook-theme-toggle', '#mdbook-theme-coal'], light: ['#mdbook-theme-toggle', '#mdbook-theme-light'] },
  mkdocs: { dark: ['[data-md-component=palette] label'], light: ['[data-md-component=palette] label'] },
  docusaurus: { dark: ['[class*=colorModeToggle] button'], light: ['[class*=colorModeToggle] button'] },
  vitepress: { dark: ['.VPSwitchAppearance'], light: ['.VPSwitchAppearance'] },
  sphinx: { dark: ['.theme-toggle'], light: ['.theme-toggle'] },
  rustdoc: { dark: ['.settings-menu > a', 'label[for="theme-dark"]'], light: ['.settings-menu > a', 'label[for="theme-light"]'] },
};
/// What else a tool puts into frames: mdBook's table of contents where no script runs.
const FRAMES = { mdbook: "'self'" };

let page;
let bare;
const hosts = {};
before(async () => {
  page = await start({ own: true });
  bare = await start({ own: true, javascript: false });
  for (const name of picked.filter(isBuilt)) {
    hosts[name] = {
      page: await serveSite(folder(name), page.site, FRAMES[name]),
      bare: await serveSite(folder(name), bare.site, FRAMES[name]),
    };
  }
});
after(async () => {
  for (const { page, bare } of Object.values(hosts)) await Promise.all([page.close(), bare.close()]);
  await bare?.stop();
  await page?.stop();
});

/// What the guide or its embeds have to do with; what a tool does to itself under a strict policy is its own affair. A refusal
/// quotes the whole policy, which names the guide in any case.
const troubles = async (of = page) => (await of.troubles()).filter((trouble) => {
  const said = trouble.replace(/directive:? ["“'].*?["”](?=[\s.;]|$)/g, '');
  return said.includes(new URL(of.site).host) || /field-?guide-(term|lab|card)|embed\.js/.test(said);
});

/// The frame of the element, once it has answered; it is scrolled to, as a reader would.
const selectors = new Map();
const ready = async (selector) => {
  const frame = await page.until(`a frame that is ready in ${selector}`, (selector) => {
    const element = document.querySelector(selector);
    const frame = element?.shadowRoot?.querySelector('iframe:not(.waiting)');
    if (!frame) element?.scrollIntoView({ block: 'center' });
    return frame;
  }, selector);
  selectors.set(frame, selector);
  return frame;
};
/// A site's own router may put its page together again: then the frame is the one that came in its place.
const fresh = (frame, use) => use(frame).catch(async (error) => {
  await page.driver.switchTo().defaultContent();
  if (!/^(StaleElementReference|NoSuch)/.test(error.name)) throw error;
  return use(await ready(selectors.get(frame)));
});
const within = (frame, inside, ...args) => fresh(frame, async (frame) => {
  await page.driver.switchTo().frame(frame);
  try {
    return await page.run(inside, ...args);
  } finally {
    await page.driver.switchTo().defaultContent();
  }
});
const height = (frame) => fresh(frame, (frame) => page.run((frame) => frame.getBoundingClientRect().height, frame));
const fits = (frame) => becomes('the frame is as high as its document', async () => {
  const [inner, outer] = [await within(frame, () => Math.ceil(document.documentElement.getBoundingClientRect().height)), await height(frame)];
  return Math.abs(Math.min(2000, inner) - outer) <= 1 || `${outer} px for ${inner} px`;
});
const width = (wide) => page.driver.manage().window().setRect({ width: wide, height: 900 });
/// The first that is visible, pressed by its centre.
const press = async (selector) => page.driver.actions().move({ origin: await page.shown(selector) }).click().perform();
const visible = (selector, of = page) => of.run((selector) => [...document.querySelectorAll(selector)].some((element) => element.checkVisibility({ visibilityProperty: true })), selector);
const fallback = 'field-guide-term > a, field-guide-lab > a';
const LINK = 'a[data-field-guide]';

for (const name of picked) {
  describe(`in ${name}`, () => {
    let host;
    const [first, second] = SITES[name].pages;
    // By the address that a reader has: Docusaurus's router takes an index.html for another page, and puts all of it together anew.
    const open = (path, of = page) => of.driver.get(host[of === page ? 'page' : 'bare'].address + path.replace(/index\.html$/, ''));
    const loaded = () => page.until('the loader', () => Boolean(customElements.get('field-guide-term')));
    const choose = async (theme) => {
      const steps = SWITCH[name][theme];
      for (const [at, selector] of steps.entries()) {
        if (at < steps.length - 1 && await visible(steps.at(-1))) continue;
        await press(selector);
      }
      // furo's button goes round: from light it comes to dark by way of “as the system”.
      const now = () => page.run(() => document.body.dataset.theme);
      while (name === 'sphinx' && await now() !== theme) await press(steps[0]);
    };
    const themed = (frame, wanted) => becomes(`the frame is ${wanted}`, async () => {
      const [theme, shade] = await within(frame, () => [
        document.documentElement.dataset.theme,
        // Of the page itself: what a reader sees behind the words. A frame without a background of its own has none here.
        [document.body, document.documentElement].map((place) => getComputedStyle(place).backgroundColor.match(/[\d.]+/g).map(Number))
          .find(([, , , alpha = 1]) => alpha > 0.5)?.slice(0, 3).reduce((sum, part) => sum + part, 0) ?? null,
      ]);
      const right = theme === wanted && (shade === null || shade < 384 === (wanted === 'dark'));
      return right || `${theme}, brightness ${shade} of 765`;
    });

    before(() => {
      assert.ok(isBuilt(name), `the site of ${name} is missing or old: node tests/embeds/build.mjs ${name}`);
      host = hosts[name];
    });
    afterEach(async () => {
      await page.driver.switchTo().defaultContent();
      page.server.fault = () => undefined;
      if (host) host.page.mode = 'tool';
      await width(1280);
      assert.deepEqual(await troubles(), [], 'nothing failed on the way');
    });

    test('a card shows in place of its link, and fits its height after a resize', async () => {
      await open(first);
      const frame = await ready('field-guide-term');
      assert.equal(await visible(fallback), false, 'the fallback has made room');
      assert.match(await within(frame, () => document.body.innerText), /idempoten/i);
      await fits(frame);
      const across = () => fresh(frame, (frame) => page.run((frame) => frame.getBoundingClientRect().width, frame));
      const before = await across();
      await width(520);
      await becomes('narrower', async () => await across() < before || `${await across()} px`);
      await fits(frame);
      await width(1280);
      await becomes('as wide as before', async () => Math.abs(await across() - before) <= 1 || `${await across()} px`);
      await fits(frame);
      assert.equal(await page.run(() => document.querySelectorAll('field-guide-term').length), 1);
    });

    test('the next page, reached as the site does it, has its own embeds', async () => {
      await open(first);
      await ready('field-guide-term');
      await page.run(() => [...document.querySelectorAll('a')].find((link) => link.textContent.trim() === 'Try the limits').click());
      const frame = await ready('field-guide-term[slug=rate-limiting]');
      await fits(frame);
      await ready('field-guide-lab');
      assert.equal(await visible(fallback), false);
      // And back: what the router kept or threw away makes no second frame.
      await page.driver.navigate().back();
      await fits(await ready('field-guide-term[slug=idempotency]'));
      assert.deepEqual(await page.run(() => [...document.querySelectorAll('field-guide-term')].map((term) => term.shadowRoot.querySelectorAll('iframe').length)), [1]);
    });

    describe('a hover card', () => {
      const card = () => page.until('a card', () => {
        const card = document.querySelector('field-guide-card[data-shown]');
        return card?.checkVisibility({ visibilityProperty: true }) && card.shadowRoot.querySelector('field-guide-term').shadowRoot.querySelector('iframe');
      });
      const gone = () => becomes('the card is gone', async () => !(await visible('field-guide-card')));
      const inWindow = () => page.run(() => {
        const { left, top, right, bottom } = document.querySelector('field-guide-card').getBoundingClientRect();
        return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
      });
      const onTop = () => page.run(() => {
        const { left, top, width, height } = document.querySelector('field-guide-card').getBoundingClientRect();
        return document.elementFromPoint(left + width / 2, top + height / 2)?.localName;
      });
      /// Somewhere in the margin, below the text and far from every link.
      const away = () => page.driver.actions().move({ x: 1200, y: 700, duration: 20 }).perform();
      const toLink = async () => {
        await open(first);
        await loaded();
        await away();
        await page.run((selector) => document.querySelector(selector).scrollIntoView({ block: 'center' }), LINK);
        return page.shown(LINK);
      };

      test('comes for the mouse, above all that the site has, and goes with it', async () => {
        const link = await toLink();
        await page.driver.actions().move({ origin: link, duration: 20 }).perform();
        await fits(await card());
        assert.ok(await inWindow());
        assert.equal(await onTop(), 'field-guide-card', 'nothing of the site lies above it');
        await away();
        await gone();
      });

      test('comes for the focus, and goes with Escape', async () => {
        await toLink();
        await page.run(() => document.querySelector('#before').focus());
        await page.press(Key.TAB);
        assert.ok(await page.run((selector) => document.activeElement.matches(selector), LINK), 'the link is the next stop');
        await card();
        await page.press(Key.ESCAPE);
        await gone();
        assert.ok(await page.run((selector) => document.activeElement.matches(selector), LINK), 'the focus stays');
      });

      test('comes at the first tap; the second follows the link', async () => {
        const link = await toLink();
        const address = await page.driver.getCurrentUrl();
        await page.tap(link);
        await card();
        assert.equal(await page.driver.getCurrentUrl(), address, 'the first tap stays');
        await page.tap(link);
        await page.until('the entry', () => location.pathname === '/terms/token-bucket/');
        await page.alive();
      });
    });

    test('a lab runs, and its link replays the same run', async () => {
      const figures = () => ({
        preset: document.querySelector('.preset[aria-pressed=true]').textContent.trim(),
        numbers: [...document.querySelectorAll('.numbers tbody tr')].map((row) => row.innerText.replace(/\s+/g, ' ').trim()),
      });
      await open(second);
      const frame = await ready('field-guide-lab');
      await fits(frame);
      await page.driver.switchTo().frame(frame);
      await page.until('the lab is open', () => document.querySelector('.lab-host')?.open);
      assert.equal((await page.run(figures)).preset, 'Boundary burst');
      await page.run(() => [...document.querySelectorAll('.preset')].find((button) => /Burst or rate/.test(button.textContent)).click());
      await page.until('the other scenario', () => /Burst or rate/.test(document.querySelector('.preset[aria-pressed=true]').textContent));
      const here = await page.run(figures);
      await page.run(() => document.querySelector('button.share').click());
      const link = await page.until('the link', () => document.querySelector('.said input')?.value);
      await page.driver.switchTo().defaultContent();
      assert.ok(link.startsWith(page.url('/labs/rate-limiting/?')), link);
      // As high as the new scenario needs, and the host's page has stayed where it is.
      await fits(frame);
      assert.ok((await page.driver.getCurrentUrl()).startsWith(host.page.address));
      await page.driver.get(link);
      await page.alive();
      await page.until('the same run', (wanted) => {
        const numbers = [...document.querySelectorAll('.numbers tbody tr')].map((row) => row.innerText.replace(/\s+/g, ' ').trim());
        return document.querySelector('.preset[aria-pressed=true]')?.textContent.trim() === wanted.preset && numbers.join() === wanted.numbers.join();
      }, here);
    });

    test('follows the switch of the site, there and back', async () => {
      await open(first);
      const frame = await ready('field-guide-term');
      await page.run(() => scrollTo(0, 0));
      await themed(frame, 'light');
      await choose('dark');
      await themed(frame, 'dark');
      // Also when the page comes dark from the start. Ours keeps no choice.
      if (name !== 'plain') {
        await open(first);
        await themed(await ready('field-guide-term'), 'dark');
        await page.run(() => scrollTo(0, 0));
      }
      await choose('light');
      await themed(await ready('field-guide-term'), 'light');
    });

    describe('under a content policy', () => {
      test('that allows no inline style, card and lab come all the same', async () => {
        host.page.mode = 'strict';
        await open(second);
        await fits(await ready('field-guide-term'));
        await fits(await ready('field-guide-lab'));
      });

      for (const [mode, words] of [['no-script', 'script-src'], ['no-frame', 'frame-src']]) {
        test(`without the guide in ${words}, the link stays: the documented policy is not wider than it must be`, async () => {
          host.page.mode = mode;
          await open(first);
          await settled();
          assert.equal(await visible(fallback), true);
          assert.equal(await page.run(() => document.querySelector('field-guide-term').shadowRoot?.querySelector('iframe:not(.waiting)') ?? null), null);
          const found = await troubles();
          assert.ok(found.every((trouble) => new RegExp(`${words}|Content.Security.Policy|blocked|/embed[./][^ ]*: $`, 'i').test(trouble)), found.join('\n'));
        });
      }
    });

    test('with scripts off, the links are there', async () => {
      for (const path of [first, second]) {
        await open(path, bare);
        assert.equal(await visible(fallback, bare), true, path);
        assert.ok((await bare.run((selector) => document.querySelector(selector).href, fallback)).startsWith(bare.site));
      }
      assert.deepEqual(await troubles(bare), []);
    });

    test('with the guide out of reach, the links are there and the page is whole', async () => {
      page.server.fault = () => 'drop';
      for (const path of [first, second]) {
        await open(path);
        await settled();
        assert.equal(await visible(fallback), true, path);
        assert.ok(await visible('h1'));
      }
      const found = await troubles();
      assert.ok(found.every((trouble) => trouble.includes('embed.js')), found.join('\n'));
    });

    test('axe finds nothing in the embeds, light and dark', async () => {
      const faults = async (context) => {
        await page.run(`if (!window.axe) { ${AXE} }`);
        return page.driver.executeAsyncScript((context, done) => axe.run(context ?? document, { resultTypes: ['violations'], iframes: false }).then(
          ({ violations }) => done(violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)}`))),
          (error) => done([String(error)]),
        ), context);
      };
      const found = [];
      await open(second);
      for (const theme of ['light', 'dark']) {
        if (theme === 'dark') {
          await page.run(() => scrollTo(0, 0));
          await choose('dark');
        }
        for (const element of ['field-guide-term', 'field-guide-lab']) {
          const frame = await ready(element);
          await themed(frame, theme);
          for (const fault of await faults({ include: [[element]] })) found.push(`${theme}, ${element} in its page: ${fault}`);
          await page.driver.switchTo().frame(frame);
          if (element.endsWith('lab')) await page.until('the lab is open', () => document.querySelector('.lab-host')?.open);
          for (const fault of await faults(null)) found.push(`${theme}, inside ${element}: ${fault}`);
          await page.driver.switchTo().defaultContent();
        }
      }
      await page.run(() => scrollTo(0, 0));
      await choose('light');
      assert.deepEqual(found, []);
    });
  });
}
