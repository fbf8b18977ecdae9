// axe on every kind of page, in light and dark, at 320 and 1280 px, with labs running and everything open.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { BROWSER, start } from '../browser/harness.mjs';
import { breach } from './report.mjs';

export const title = 'Accessibility, by axe';

const require = createRequire(new URL('../../.tools/node/', import.meta.url));
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const WIDTHS = [320, 1280];
/// AXE_PAGES=/labs/ looks only at addresses with that in them: for the one who mends.
const WANTED = process.env.AXE_PAGES ?? '';
const THEMES = ['light', 'dark'];

/// A page of each kind, and of each lab.
const LABS = ['rate-limiting', 'load-balancing', 'http-status'];
const PAGES = [
  ['home', '/', { states: [['a search and a filter', filter]] }],
  ['beginner entry', '/terms/client/', { states: [['the search open', search], ['“Embed this” open', embedThis]] }],
  ['entry with a card shown', '/terms/caching/', { states: [['a card shown', card]] }],
  ['entry with the rate-limiting lab', '/terms/token-bucket/', { lab: true }],
  ['entry with the load-balancing lab', '/terms/load-balancing/', { lab: true }],
  ['status entry', '/terms/429-too-many-requests/', { lab: true }],
  ...LABS.map((lab) => [`${lab} lab`, `/labs/${lab}/`, { lab: true, presets: true }]),
  ['labs', '/labs/', {}],
  ['paths', '/paths/', {}],
  ['path', '/paths/traffic/', {}],
  ['conformance', '/conformance/', {}],
  ['embedding', '/embedding/', {}],
  ['not found', '/404.html', {}],
  ['embed card', '/embed/terms/429-too-many-requests/', { frame: true }],
  ...LABS.map((lab) => [`embed of the ${lab} lab`, `/embed/labs/${lab}/`, { lab: true, frame: true }]),
].filter(([, path]) => path.includes(WANTED));

async function filter(page) {
  await page.click('#search');
  await page.press(...'rate');
  await page.click('.chip');
  await page.shown('.chip[aria-pressed="true"]');
}

async function search(page) {
  await page.click('#site-search');
  await page.press(...'rate');
  await page.shown('.search-list [role=option]');
}

async function embedThis(page) {
  await page.click('.embed-this');
  await page.shown('dialog.embed-panel');
}

async function card(page) {
  await page.run(() => {
    const link = document.querySelector('.prose a[data-term]');
    link.scrollIntoView({ block: 'center' });
    link.dispatchEvent(new PointerEvent('pointerover', { bubbles: true, pointerType: 'mouse' }));
    link.focus();
  });
  await page.shown('#card');
}

const width = async (page, wide) => {
  await page.driver.manage().window().setRect({ width: Math.max(wide, 500), height: 900 });
  // Chromium's window has a least width; its device has none.
  if (BROWSER === 'chromium') await page.driver.sendAndGetDevToolsCommand('Emulation.setDeviceMetricsOverride', { width: wide, height: 900, deviceScaleFactor: 1, mobile: false });
  await page.until(`a window of ${wide} px`, (wide) => innerWidth === wide, wide);
};

const theme = (page, name) => page.run((name) => { document.documentElement.dataset.theme = name; }, name);

/// What axe finds inside `selector`: `{ violations, checked }`.
async function look(page, selector) {
  await page.run(`if (!window.axe) { ${AXE} }`);
  const answer = await page.driver.executeAsyncScript((selector, tags, done) => {
    // The rule on the size of targets is switched off unless it is asked for by name.
    axe.run(selector, { runOnly: { type: 'tag', values: tags }, rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'], preload: false }).then(
      ({ violations, passes, incomplete }) => done({
        checked: [...passes, ...violations, ...incomplete].map(({ id }) => id),
        violations: violations.flatMap(({ id, impact, help, nodes }) => nodes.map(({ html, failureSummary }) => (
          { id, impact, help, html: html.slice(0, 200), why: failureSummary.split('\n').slice(1, 3).map((line) => line.trim()).join(' ') }))),
      }),
      (error) => done({ failed: String(error) }),
    );
  }, selector, TAGS);
  if (answer.failed) throw new Error(`axe fails on ${selector}: ${answer.failed}`);
  return answer;
}

/// Everything that opens, opened; the run started.
async function running(page) {
  await page.run(() => {
    for (const details of document.querySelectorAll('.plate details')) details.open = true;
    [...document.querySelectorAll('.plate button')].find((button) => button.textContent.includes('Play'))?.click();
  });
  await page.until('a lab that runs', () => [...document.querySelectorAll('.plate .play')].some((button) => /Pause/.test(button.textContent)));
}

/// Presses the button in `selector` whose place is `index`; false where there is none.
const pressAt = (page, selector, index) => page.run((selector, index) => {
  const button = document.querySelectorAll(selector)[index];
  button?.click();
  return Boolean(button);
}, selector, index);

async function visit(page, [kind, path, { lab, presets, frame, states = [] }], wide, note) {
  await width(page, wide);
  await page.open(path, { alive: !frame });
  if (frame) await page.labs();
  // A page keeps its theme over everything that is done with it: once for each.
  const both = async (state, selector = 'html') => {
    for (const name of THEMES) {
      await theme(page, name);
      note({ kind, path, wide, theme: name, state }, await look(page, selector));
    }
  };
  await both('as it comes');
  for (const [state, act] of states) {
    await act(page);
    await both(state);
  }
  if (!lab) return;
  await running(page);
  await both('running, everything open');
  for (let tool = 0; await pressAt(page, '.plate .tool-bar button[aria-expanded]', tool); tool++) await both(`tool ${tool + 1} open`, '.plate .tools');
  if (!presets || wide !== WIDTHS.at(-1)) return;
  for (let preset = 0; await pressAt(page, '.plate .preset', preset); preset++) {
    await page.run(() => { for (const details of document.querySelectorAll('.plate details')) details.open = true; });
    // The colours are the same in every scenario, what is shown is not: one look at each, half of them in the dark.
    const name = THEMES[preset % 2];
    await theme(page, name);
    note({ kind, path, wide, theme: name, state: `scenario ${preset + 1}` }, await look(page, '.plate'));
  }
}

const SHOWN = 4;

export async function measure() {
  const page = await start();
  const looks = [];
  const found = new Map();
  const rules = new Set();
  const troubles = [];
  const note = (where, { violations, checked }) => {
    looks.push(where);
    checked.forEach((id) => rules.add(id));
    for (const violation of violations) {
      // The same element in another state or width is the same fault; numbers and ids in it change.
      const key = `${violation.id} ${violation.html.replace(/[\d.]+/g, '0')}`;
      if (!found.has(key)) found.set(key, { ...violation, where: [] });
      found.get(key).where.push(where);
    }
  };
  try {
    await page.driver.manage().setTimeouts({ script: 120_000 });
    for (const wide of WIDTHS) {
      for (const each of PAGES) {
        try {
          await visit(page, each, wide, note);
        } catch (error) {
          troubles.push(`${each[0]} (${each[1]}) at ${wide} px could not be looked at to the end: ${error.message}`);
        }
        console.error(`[axe] ${looks.length} looks, ${found.size} faults: ${each[1]} at ${wide} px`);
        troubles.push(...(await page.troubles()).map((text) => `${each[0]} (${each[1]}) at ${wide} px: ${text}`));
      }
    }
  } finally {
    await page.stop();
  }
  for (const rule of ['color-contrast', 'target-size', 'region']) if (PAGES.length > 0 && !rules.has(rule)) troubles.push(`axe never checked ${rule}: its tags are not what this audit believes`);
  const places = (where) => {
    const said = [...new Set(where.map(({ path, wide, theme, state }) => `${path} (${theme}, ${wide} px, ${state})`))];
    return `${said.slice(0, SHOWN).join(', ')}${said.length > SHOWN ? ` and ${said.length - SHOWN} more` : ''}`;
  };
  const breaches = [
    ...[...found.values()].map(({ id, impact, help, html, why, where }) => breach(`${id} (${impact}), ${help}: \`${html.replace(/\s+/g, ' ')}\`; ${why} On ${places(where)}`)),
    ...troubles.map((text) => breach(text)),
  ];
  const kinds = PAGES.map(([kind, path]) => {
    const of = looks.filter((each) => each.path === path);
    const count = [...found.values()].filter(({ where }) => where.some((each) => each.path === path)).length;
    return [kind, path, of.length, count];
  });
  return {
    rows: [
      { what: `faults on ${PAGES.length} pages, ${THEMES.join(' and ')}, ${WIDTHS.join(' and ')} px`, measured: `${found.size} in ${looks.length} looks, by ${rules.size} rules`, limit: '0', hard: true, held: found.size === 0 },
      { what: 'pages that could not be looked at, errors on the way', measured: troubles.length, limit: '0', hard: true, held: troubles.length === 0 },
    ],
    breaches,
    tables: [{ caption: `axe with ${TAGS.join(', ')}, in ${BROWSER}`, head: ['page', 'address', 'looks', 'faults'], rows: kinds }],
    notes: [], data: { looks: looks.length, rules: [...rules].sort(), found: [...found.values()], troubles },
  };
}
