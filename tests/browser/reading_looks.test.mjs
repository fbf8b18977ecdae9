// Pages for readers who want no motion, colours of their own, larger text, a thumb to hit with, or paper.

import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';
import test, { after, afterEach, before, describe } from 'node:test';
import { BROWSER, start } from './harness.mjs';

const LABS = ['/labs/rate-limiting/', '/labs/load-balancing/', '/labs/http-status/'];
/// One page of each kind.
const PAGES = ['/', '/terms/token-bucket/', '/terms/429-too-many-requests/', ...LABS, '/paths/traffic/', '/embedding/', '/conformance/', '/no/such-page/'];
const onlyChromium = BROWSER === 'chromium' ? false : 'only Chromium shows this on command';
let page;
before(async () => { page = await start(); });
after(() => page?.stop());
afterEach(async () => assert.deepEqual((await page.troubles()).filter((trouble) => !trouble.includes('/no/such-page/')), [], 'nothing failed on the way'));

const media = (parameters) => page.driver.sendAndGetDevToolsCommand('Emulation.setEmulatedMedia', parameters);

/// Opens a page with all that can be folded out folded out.
async function unfold(path) {
  await page.open(path);
  await page.run(() => { for (const details of document.querySelectorAll('main details')) details.open = true; });
  await page.driver.executeAsyncScript((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}

test('where no motion is wanted nothing moves, on any page, opened or used', async () => {
  assert.ok(await page.run(() => matchMedia('(prefers-reduced-motion: reduce)').matches), 'the browser says that its reader wants none');
  for (const path of PAGES) {
    await page.open(path);
    const moving = () => page.run(() => document.getAnimations().map((animation) => animation.effect?.target?.outerHTML.slice(0, 80) ?? 'an animation'));
    assert.deepEqual(await moving(), [], path);
    assert.deepEqual(await page.run(() => [...document.querySelectorAll('.play')].map((play) => play.textContent.includes('Pause'))).then((playing) => playing.filter(Boolean)), [], `${path}: no run plays`);
    if (await page.run(() => Boolean(document.querySelector('.preset:not([aria-pressed=true])')))) {
      await page.run(() => document.querySelector('.preset:not([aria-pressed=true])').click());
      assert.match(await page.text('.play'), /Play/, `${path}: nor does another scenario`);
      assert.deepEqual(await moving(), [], path);
    }
    assert.equal(await page.run(() => getComputedStyle(document.documentElement).scrollBehavior), 'auto', `${path} jumps rather than glides`);
  }
});

/// Inside the page: how two colours stand out from one another (WCAG 2), from 1 to 21.
const CONTRAST = `
  const channels = (colour) => { const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number); return { rgb: [r, g, b], a }; };
  const light = ({ rgb }) => rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (one, other) => { const [a, b] = [light(channels(one)), light(channels(other))].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) { const colour = getComputedStyle(at).backgroundColor; if (channels(colour).a > 0.9) return colour; }
    return getComputedStyle(document.documentElement).colorScheme.includes('dark') ? 'rgb(0, 0, 0)' : 'rgb(255, 255, 255)';
  };`;

describe('in colours that the reader has forced', { skip: onlyChromium }, () => {
  const PALETTES = [['dark', null], ['dark', 'light'], ['light', 'dark']];
  const force = (scheme) => media({ features: [{ name: 'forced-colors', value: 'active' }, { name: 'prefers-color-scheme', value: scheme }] });
  after(async () => {
    if (onlyChromium) return;
    await media({ features: [] });
    await page.open('/labs/');
    await page.run(() => localStorage.clear());
  });

  /// Inside the page: what is to be seen of each mark, against what is behind it.
  const faint = (selectors) => page.run(`${CONTRAST}
    const found = [];
    for (const selector of arguments[0]) {
      for (const mark of [...document.querySelectorAll(selector)].filter((mark) => mark.checkVisibility()).slice(0, 3)) {
        const style = getComputedStyle(mark);
        const back = behind(mark.closest('svg') ?? mark);
        const paints = [style.fill, style.stroke].filter((paint) => paint.startsWith('rgb') && channels(paint).a > 0.5);
        const best = Math.max(1, ...paints.map((paint) => contrast(paint, back)));
        if (best < 3) found.push(selector + ': ' + paints.join(' and ') + ' on ' + back + ' is ' + best.toFixed(2) + ' : 1');
      }
    }
    return [...new Set(found)];`, selectors);

  for (const [scheme, theme] of PALETTES) {
    const name = `${scheme} ones${theme ? `, with the ${theme} theme chosen` : ''}`;
    test(`${name}: every mark of a picture stands out from what is behind it`, async () => {
      await force(scheme);
      await page.open('/labs/');
      await page.run((theme) => (theme ? localStorage.setItem('field-guide.theme', theme) : localStorage.removeItem('field-guide.theme')), theme);
      const found = [];
      const MARKS = {
        '/labs/rate-limiting/?preset=nodelay': ['.lane circle.pass', '.lane use.stop', '.lane use.wait', '.arrivals .tick'],
        '/labs/load-balancing/?preset=slow&at=20s': ['.ways.wide .source', '.bar', '.bars-scale .tick'],
        '/labs/http-status/': ['.rl-passed circle', '.rl-decided circle', '.rl-decided path', '.rl-ridden', '.rl-exit text', '.rl text.rl-station', '.ladder-arrow', '.ladder text', '.ladder-tip'],
        '/': ['.home-plate circle.pass', '.home-plate use.stop'],
      };
      for (const [path, marks] of Object.entries(MARKS)) {
        await page.open(path);
        assert.ok(await page.run(() => matchMedia('(forced-colors: active)').matches), 'colours are forced');
        for (const fault of await faint(marks)) found.push(`${path} ${fault}`);
        // The canvas is painted by the program: its colours are pixels.
        const dots = await page.driver.executeAsyncScript(`const done = arguments[0]; ${CONTRAST}
          const canvas = document.querySelector('.fan canvas');
          if (!canvas) return done(null);
          dispatchEvent(new Event('resize'));
          requestAnimationFrame(() => requestAnimationFrame(() => {
            const back = behind(canvas);
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            const colours = new Set();
            for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) colours.add('rgb(' + data[at] + ', ' + data[at + 1] + ', ' + data[at + 2] + ')');
            done([...colours].filter((colour) => contrast(colour, back) < 3).map((colour) => colour + ' on ' + back + ' is ' + contrast(colour, back).toFixed(2) + ' : 1').slice(0, 4));
          }));`);
        for (const fault of dots ?? []) found.push(`${path} canvas: ${fault}`);
      }
      assert.deepEqual(found, []);
    });
  }

  test('what is chosen looks other than what is not, and levels are told apart', async () => {
    await force('light');
    const looks = (one, other) => page.run(`${CONTRAST}
      const look = (selector) => {
        const element = document.querySelector(selector);
        if (!element) return 'there is no ' + selector;
        const style = getComputedStyle(element);
        // A ground in the colour of the page's is none, whatever it is called.
        const ground = channels(style.backgroundColor).a > 0.5 && contrast(style.backgroundColor, behind(element.parentElement)) > 1.2 ? style.backgroundColor : 'no ground';
        const rest = ['color', 'backgroundImage', 'borderTopColor', 'borderTopWidth', 'borderTopStyle', 'borderLeftWidth', 'outlineStyle', 'outlineWidth', 'textDecorationLine', 'fontWeight', 'fill'];
        return [ground, ...rest.map((key) => style[key]), getComputedStyle(element, '::before').content].join(';');
      };
      const [one, other] = arguments;
      const [a, b] = [look(one), look(other)];
      return a === b ? one + ' looks as ' + other + ' does' : [a, b].find((look) => look.startsWith('there is no')) ?? null;`, one, other);
    const found = [];
    const differ = async (path, one, other) => { const same = await looks(one, other); if (same) found.push(`${path}: ${same}`); };
    await page.open('/');
    await differ('/', '.row .moon.beginner', '.row .moon.advanced');
    await differ('/', '.row .moon.beginner', '.row .moon.intermediate');
    await page.run(() => document.querySelector('.chip').click());
    await page.until('a chosen filter', () => document.querySelector('.chip[aria-pressed=true]'));
    await differ('/', '.chip[aria-pressed=true]', '.chip[aria-pressed=false]');
    await page.open('/terms/token-bucket/');
    await page.press('/', ...'cache');
    await page.shown('#site-search-list [role=option]');
    await page.press('\uE015');
    await page.until('a chosen match', () => document.querySelector('#site-search-list [aria-selected=true]'));
    await differ('/terms/token-bucket/', '#site-search-list [aria-selected=true]', '#site-search-list [aria-selected=false]');
    await page.open('/labs/rate-limiting/?preset=boundary&traffic=drawn:0-0-10-0');
    await differ('/labs/rate-limiting/', '.preset[aria-pressed=true]', '.preset[aria-pressed=false]');
    await page.run(() => document.querySelector('.tool-bar button').click());
    await differ('/labs/rate-limiting/', '.tool-bar button[aria-expanded=true]', '.tool-bar button[aria-expanded=false]');
    await page.click('.events summary');
    await page.until('the list', () => document.querySelector('.events tr[aria-current]'));
    await differ('/labs/rate-limiting/', '.events tr[aria-current] > th', '.events tbody tr:not([aria-current]) > th');
    const bars = await page.run(`${CONTRAST} const bar = document.querySelector('.drawn i'); return contrast(getComputedStyle(bar).backgroundColor, behind(bar.parentElement));`);
    if (bars < 3) found.push(`/labs/rate-limiting/: .drawn i is ${bars.toFixed(2)} : 1 on its ground`);
    await page.open('/labs/load-balancing/?preset=slow');
    await differ('/labs/load-balancing/', '.bar-name[aria-pressed=true]', '.bar-name[aria-pressed=false]');
    assert.deepEqual(found, []);
  });
});

describe('larger text', () => {
  /// Inside the page: text that is cut off, and texts that stand on one another.
  const cutOrOver = () => {
    const found = [];
    const own = (element) => [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    const scrolls = (style) => /auto|scroll/.test(style.overflowX + style.overflowY);
    const placed = [];
    for (const element of document.querySelectorAll('body *')) {
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || element.closest('svg, .sr, option, [aria-hidden=true], dialog, .overlay')) continue;
      const style = getComputedStyle(element);
      if (/hidden|clip/.test(style.overflowX + style.overflowY) && !scrolls(style) && element.innerText?.trim()
        && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 2)) {
        found.push(`cut: ${element.outerHTML.slice(0, 90)} (${element.scrollWidth}×${element.scrollHeight} px in ${element.clientWidth}×${element.clientHeight})`);
      }
      // What sticks to the screen's edge stands over the page by design, and what a box scrolls away is not there.
      if (element.closest('.transport-main, .trouble-bar, .presets, .filters, .events, .table, .http-steps ol, pre, textarea, .alarm')) continue;
      for (const node of own(element)) {
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const box of range.getClientRects()) if (box.width > 2 && box.height > 2) placed.push({ element, box, text: node.data.trim() });
      }
    }
    placed.sort((one, other) => one.box.top - other.box.top);
    for (let one = 0; one < placed.length; one++) {
      const a = placed[one];
      for (let other = one + 1; other < placed.length && placed[other].box.top < a.box.bottom - 4; other++) {
        const b = placed[other];
        if (a.element === b.element || a.element.contains(b.element) || b.element.contains(a.element)) continue;
        const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        // Lines have air above and below: only what is deep in one another is on top of it.
        if (across > 3 && down > Math.min(a.box.height, b.box.height) * 0.4) {
          found.push(`over one another: “${a.text.slice(0, 40)}” (.${a.element.className || a.element.tagName}) and “${b.text.slice(0, 40)}” (.${b.element.className || b.element.tagName})`);
        }
      }
    }
    return [...new Set(found)].slice(0, 6);
  };
  after(() => page.resize(1280));

  test('at 200 %, or in a page zoomed to 200 %, is neither cut, nor over other text, nor wider than the page', async () => {
    const found = [];
    const look = async (path, how) => {
      await page.driver.executeAsyncScript((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      for (const fault of [...await page.run(cutOrOver), ...await page.tooWide()]) found.push(`${path} ${how}: ${fault}`);
    };
    for (const path of PAGES) {
      await page.resize(640);
      await page.open(path);
      await look(path, 'at 640 px');
      await page.resize(1280);
      await page.run(() => document.documentElement.style.setProperty('font-size', '200%'));
      await look(path, 'at 200 %');
    }
    assert.deepEqual(found, []);
  });
});

test('a thumb hits what it means: targets are 24 px or have the room (WCAG 2.5.8), on a telephone', async () => {
  await page.resize(360);
  try {
    const found = [];
    for (const path of [...PAGES, '/embed/terms/token-bucket/', '/embed/labs/rate-limiting/']) {
      if (path.startsWith('/embed/')) {
        await page.open(path, { alive: false });
        await page.until('the page', () => document.readyState === 'complete');
      } else {
        await unfold(path);
      }
      const small = await page.run(() => {
        const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [role=option], .rl-point[data-at], .http:not(.http-inline) .rl-exit[data-code]')]
          .filter((target) => target.checkVisibility({ visibilityProperty: true }) && !target.disabled && !target.closest('.sr, .skip'))
          // The exception “equivalent”: the list of steps has a button for each point, the index one for each code.
          .filter((target) => !(target.matches('.rl-point') && document.querySelectorAll('.http-steps li button').length >= document.querySelectorAll('.rl-wide .rl-point[data-at]').length)
            && !(target.matches('.rl-exit') && [...document.querySelectorAll('.tool-bar button')].some((button) => button.textContent === 'How do I get…')));
        const boxes = all.map((target) => {
          // A label is part of what it names, and an SVG group is as large as what of it reacts.
          const label = target.closest('label');
          const box = (target.querySelector('.rl-hit, .rl-reach') ?? (label && /checkbox|radio|file/.test(target.type) ? label : target)).getBoundingClientRect();
          return { target, box, x: box.x + box.width / 2, y: box.y + box.height / 2, small: box.width < 23.5 || box.height < 23.5 };
        }).filter(({ box }) => box.width > 0 && box.height > 0);
        // In a sentence a link is as high as its line.
        const inline = (target) => {
          if (getComputedStyle(target).display !== 'inline') return false;
          const around = target.closest('p, li, td, th, dd, figcaption, h1, h2, h3');
          return Boolean(around) && around.innerText.trim().length > target.innerText.trim().length + 3;
        };
        const distance = ({ x, y }, box) => Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
        return boxes.filter((one) => one.small && !inline(one.target)).flatMap((one) => {
          // What sticks to the edge of the screen lies over something else at every moment of a scroll.
          const stuck = (target) => target.closest('.transport-main');
          const near = boxes.find((other) => other !== one && stuck(one.target) === stuck(other.target) && !other.target.contains(one.target) && !one.target.contains(other.target)
            && (other.small ? Math.hypot(one.x - other.x, one.y - other.y) < 23.5 : distance(one, other.box) < 11.75));
          return near ? [`${one.target.outerHTML.replace(/\s+/g, ' ').slice(0, 110)}: ${one.box.width.toFixed(0)}×${one.box.height.toFixed(0)} px, too near to ${near.target.outerHTML.replace(/\s+/g, ' ').slice(0, 60)}`] : [];
        });
      });
      for (const fault of small.slice(0, 4)) found.push(`${path} ${fault} (${small.length} in all)`);
    }
    assert.deepEqual(found, []);
  } finally {
    await page.resize(1280);
  }
});

describe('on paper', () => {
  /// How many glyphs a PDF shows: the text of its pages, in whatever way its fonts are numbered.
  function glyphs(pdf) {
    let count = 0;
    for (let at = pdf.indexOf('stream'); at >= 0; at = pdf.indexOf('stream', at + 6)) {
      if (pdf.subarray(at - 3, at).toString() === 'end') continue;
      const from = at + (pdf[at + 6] === 13 ? 8 : 7);
      let text;
      try {
        text = inflateSync(pdf.subarray(from, pdf.indexOf('endstream', from)), { finishFlush: 2 }).toString('latin1');
      } catch {
        continue;
      }
      for (const [, shown] of text.matchAll(/(\[[^\]]*\]|<[0-9A-Fa-f]*>|\((?:[^()\\]|\\.)*\))\s*T[jJ]/g)) {
        for (const [, hex, plain] of shown.matchAll(/<([0-9A-Fa-f]*)>|\(((?:[^()\\]|\\.)*)\)/g)) count += hex === undefined ? plain.length : hex.length / 4;
      }
    }
    return count;
  }

  for (const path of ['/terms/token-bucket/', '/terms/429-too-many-requests/', '/paths/traffic/']) {
    test(`${path} has its text`, async () => {
      await page.open(path);
      const letters = await page.run(() => (document.querySelector('#article') ?? document.querySelector('main')).innerText.replace(/\s/g, '').length);
      const pdf = Buffer.from(await page.driver.printPage({}), 'base64');
      assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
      const shown = glyphs(pdf);
      assert.ok(shown > letters * 0.5, `${shown} glyphs are printed of ${letters} letters on screen`);
    });
  }

  test('is ink on white, without what one can only press, and with where links lead', { skip: onlyChromium }, async () => {
    try {
      const found = [];
      for (const path of PAGES.filter((path) => path !== '/no/such-page/')) {
        await page.open(path);
        await page.run(() => { document.documentElement.dataset.theme = 'dark'; });
        await media({ media: 'print' });
        assert.ok(await page.run(() => matchMedia('print').matches), 'the page is set for paper');
        const told = await page.run(`${CONTRAST}
          const faults = [];
          const body = getComputedStyle(document.body);
          if (body.backgroundColor !== 'rgb(255, 255, 255)') faults.push('the page is ' + body.backgroundColor);
          // A box to tick is of use on paper too.
          for (const control of document.querySelectorAll('nav, button, input:not([type=checkbox]), select, textarea, .search-box, .skip')) {
            if (control.checkVisibility({ visibilityProperty: true }) && control.getBoundingClientRect().width > 0) faults.push('is printed: ' + control.outerHTML.slice(0, 100));
          }
          for (const text of document.querySelectorAll('main :is(p, li, h1, h2, h3, td, th, pre)')) {
            if (!text.checkVisibility() || !text.innerText?.trim()) continue;
            const style = getComputedStyle(text);
            if (contrast(style.color, 'rgb(255, 255, 255)') < 4.5) faults.push('is pale: ' + style.color + ' ' + text.outerHTML.slice(0, 80));
            const back = behind(text);
            if (contrast(back, 'rgb(255, 255, 255)') > 1.6) faults.push('is on ' + back + ': ' + text.outerHTML.slice(0, 80));
          }
          for (const part of document.querySelectorAll('#article [data-part]')) if (part.innerText !== undefined && part.textContent.trim() && !part.checkVisibility()) faults.push('is left out: ' + part.dataset.part);
          for (const box of document.querySelectorAll('pre, .table')) if (box.checkVisibility() && box.scrollHeight > box.clientHeight + 2 && getComputedStyle(box).maxHeight !== 'none') faults.push('is cut: ' + box.outerHTML.slice(0, 80));
          for (const link of document.querySelectorAll('.margin section li a[href^="https"]')) if (!getComputedStyle(link, '::after').content.includes(link.getAttribute('href'))) faults.push('does not say where it leads: ' + link.outerHTML.slice(0, 80));
          return [...new Set(faults)];`);
        await media({ media: '' });
        for (const fault of told.slice(0, 5)) found.push(`${path} ${fault} (${told.length} in all)`);
      }
      assert.deepEqual(found, []);
    } finally {
      await media({ media: '' });
    }
  });
});
