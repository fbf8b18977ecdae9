// Lighthouse, mobile and desktop, over the pages that stand for the others: the median of three runs, one at a time.
//
// Accessibility, best practices and search are facts of a page: below 100 they break a hard limit. Performance is a time on
// this machine, whatever else it does: below 98 it is said, and breaks nothing.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { breach } from './report.mjs';

export const title = 'Lighthouse';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const SERVE = join(ROOT, 'target/debug/serve');
const RUNS = Number(process.env.LIGHTHOUSE_RUNS ?? 3);
const PATIENCE = 20_000;

const PAGES = [
  ['home', '/'],
  ['beginner entry', '/terms/client/'],
  ['advanced entry', '/terms/token-bucket/'],
  ['status entry', '/terms/429-too-many-requests/'],
  ['rate-limiting lab', '/labs/rate-limiting/'],
  ['load-balancing lab', '/labs/load-balancing/'],
  ['HTTP status lab', '/labs/http-status/'],
  ['embed card', '/embed/terms/429-too-many-requests/'],
];
/// LIGHTHOUSE_PAGES=/labs/ reads only addresses with that in them.
const WANTED = PAGES.filter(([, path]) => path.includes(process.env.LIGHTHOUSE_PAGES ?? ''));
const LEAST = { performance: 0.98, accessibility: 1, 'best-practices': 1, seo: 1 };
const CATEGORIES = Object.keys(LEAST);

/// What Lighthouse takes for a fault and is none: by audit, where, and why.
const MEANT = [
  { audit: 'is-crawlable', fits: ({ path }) => path.startsWith('/embed/'), why: 'A card for other people’s pages says noindex, so that the entry is found and not its card.' },
  { audit: 'robots-txt', fits: ({ path }) => path.startsWith('/embed/'), why: 'Lighthouse fetches it from within the page, whose policy allows no request; from every other page it reads the same file.' },
  {
    audit: 'link-text', why: 'Lighthouse takes “Go” for a word that says nothing. It is the name of the language, and of the entry.',
    fits: ({ details }) => details.items.every(({ href, text }) => text.trim() === 'Go' && new URL(href).pathname.endsWith('/terms/go/')),
  },
];
const meant = (path, { id, details }) => MEANT.some(({ audit, fits }) => audit === id && fits({ path, details }));

async function library() {
  // LIGHTHOUSE=… is a folder with node_modules in it.
  const require = createRequire(process.env.LIGHTHOUSE ? pathToFileURL(join(process.env.LIGHTHOUSE, '/')) : new URL('../../.tools/node/', import.meta.url));
  let path;
  try {
    path = require.resolve('lighthouse');
  } catch {
    throw new Error('Lighthouse is not installed: `tools/setup test` brings it once tools/package.json names it, or LIGHTHOUSE=… names a folder where `npm install lighthouse` ran');
  }
  const { default: lighthouse, desktopConfig } = await import(pathToFileURL(path).href);
  return { lighthouse, desktopConfig };
}

/// Waits for a line that fits, and gives what was found in it.
function line(child, stream, pattern, what) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${what} did not start within ${PATIENCE / 1000} s`)), PATIENCE);
    const fail = (why) => { clearTimeout(late); reject(new Error(`${what} did not start: ${why}`)); };
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`it ended with ${code}`));
    createInterface({ input: child[stream] }).on('line', (text) => {
      const found = pattern.exec(text);
      if (found) { clearTimeout(late); resolve(found[1]); }
    });
  });
}

const ended = (child) => (child.exitCode !== null || child.signalCode ? null : new Promise((resolve) => { child.once('exit', resolve); child.kill(); }));

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const said = ({ id, displayValue }) => `${id}${displayValue ? ` ${displayValue.replace(/\s+/g, ' ')}` : ''}`;

/// What cost a run its points in a category: the audits that weigh there and are not perfect.
const failing = (lhr, category) => lhr.categories[category].auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => lhr.audits[id])
  .filter(({ score }) => score !== null && score < (category === 'performance' ? 0.95 : 1));

/// Audits without weight that would have saved something; they tell what to mend.
const savings = (lhr) => Object.values(lhr.audits).filter(({ metricSavings, score, id }) => metricSavings && score !== null && score < 0.9 && !/^(total-blocking|largest|first|speed|cumulative)/.test(id))
  .map(said);

async function runs(lighthouse, address, port, config) {
  const all = [];
  for (let run = 0; run < RUNS; run++) {
    const { lhr } = await lighthouse(address, { port, output: 'json', logLevel: 'error', onlyCategories: CATEGORIES }, config);
    if (lhr.runtimeError) throw new Error(`Lighthouse could not read ${address}: ${lhr.runtimeError.message}`);
    all.push(lhr);
  }
  // The run in the middle speaks for all of them; a fact of the page counts where any run saw it.
  const middle = all.find((lhr) => lhr.categories.performance.score === median(all.map(({ categories }) => categories.performance.score)));
  const scores = Object.fromEntries(CATEGORIES.map((category) => {
    const values = all.map(({ categories }) => categories[category].score ?? 0);
    return [category, category === 'performance' ? median(values) : Math.min(...values)];
  }));
  const least = (category) => (category === 'performance' ? middle : all.find((lhr) => (lhr.categories[category].score ?? 0) === scores[category]));
  return { scores, all, middle, least };
}

export async function measure() {
  const { lighthouse, desktopConfig } = await library();
  if (!existsSync(SERVE)) throw new Error(`${SERVE} is missing: \`cargo build --locked --bin serve\` builds it`);
  if (!existsSync(CHROMIUM)) throw new Error(`chromium is not at ${CHROMIUM}; CHROMIUM=… says where it is`);
  const profile = await mkdtemp(join(tmpdir(), 'field-guide-lighthouse-'));
  const server = spawn(SERVE, ['--dir', process.env.DIST], { env: { ...process.env, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const browser = spawn(CHROMIUM, ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [rows, breaches, measured] = [[], [], []];
  let version;
  const bench = [];
  try {
    const site = (await line(server, 'stdout', /(http:\S+)/, 'the server')).replace(/\/$/, '');
    const port = Number(await line(browser, 'stderr', /DevTools listening on ws:\/\/[^:]+:(\d+)\//, 'Chromium'));
    for (const [kind, path] of WANTED) {
      for (const [preset, config] of [['mobile', undefined], ['desktop', desktopConfig]]) {
        const { scores, all, middle, least } = await runs(lighthouse, site + path, port, config);
        version = middle.lighthouseVersion;
        bench.push(...all.map(({ environment }) => environment.benchmarkIndex));
        const short = CATEGORIES.map((category) => {
          const failed = failing(least(category), category);
          const audits = failed.filter((audit) => !meant(path, audit));
          // Points are lost and every one of them was meant to be: then it is as it should be.
          const held = scores[category] >= LEAST[category] || (failed.length > 0 && audits.length === 0);
          return { category, audits: audits.map(said), held };
        }).filter(({ held }) => !held);
        for (const { category, audits } of short) {
          const all = category === 'performance' ? [...audits, ...savings(middle)] : audits;
          breaches.push(breach(`${kind} (${path}), ${preset}: ${category} ${Math.round(scores[category] * 100)}, and ${LEAST[category] * 100} are asked for: ${all.join(', ')}`, category !== 'performance'));
        }
        console.error(`[lighthouse] ${path}, ${preset}: ${CATEGORIES.map((category) => Math.round(scores[category] * 100)).join(' · ')}`);
        const figures = CATEGORIES.map((category) => Math.round(scores[category] * 100));
        rows.push({ what: `${kind}, ${preset}`, measured: figures.join(' · '), limit: '98 · 100 · 100 · 100', hard: short.some(({ category }) => category !== 'performance'), held: short.length === 0 });
        const metric = (id) => middle.audits[id].displayValue;
        measured.push({ kind, path, preset, scores, metrics: ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift', 'speed-index'].map(metric), savings: savings(middle),
          performances: all.map(({ categories }) => categories.performance.score) });
      }
    }
  } finally {
    await Promise.all([ended(server), ended(browser)]);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  return {
    rows, breaches,
    tables: [{
      caption: `Lighthouse ${version}: performance · accessibility · best practices · search; the times of the median of ${RUNS} runs`,
      head: ['page', 'preset', 'performance, every run', 'first paint', 'largest paint', 'blocked', 'shift', 'speed index', 'what would save'],
      rows: measured.map(({ kind, preset, performances, metrics, savings }) => [kind, preset, performances.map((score) => Math.round(score * 100)).join(', '), ...metrics, savings.join(', ')]),
    }],
    notes: [...MEANT.map(({ audit, why }) => `${audit} is no fault where: ${why}`), `The machine’s own index, ${Math.round(Math.min(...bench))} to ${Math.round(Math.max(...bench))} (a laptop has 1,500 to 2,000): where it is low or wavers, performance says little.`],
    data: { version, runs: RUNS, bench, measured },
  };
}
