// Bytes of every page by kind, and of every asset: as they lie there, and as brotli at its highest quality.

import { brotliCompressSync, constants } from 'node:zlib';
import { attribute, elements, linked } from '../site/dom.mjs';
import { documents, files, follow } from '../site/dist.mjs';
import { breach, kb } from './report.mjs';

export const title = 'Weights';

const KB = 1000;
// The budgets of the design. tests/site/budget.test.mjs has the tighter ratchets of the programs.
const TERM_PAGE = 25 * KB;
const PROGRAM = 250 * KB;
const FONTS = 70 * KB;

/// The kinds of pages, by where they lie; the first that fits.
const KINDS = [
  ['home', /^index\.html$/],
  ['term', /^terms\//],
  ['lab', /^labs\/[^/]+\//],
  ['path', /^paths\/[^/]+\//],
  ['index', /^(labs|paths|topics)\//],
  ['conformance', /^conformance\//],
  ['embedding', /^embedding\//],
  ['embed card', /^embed\/terms\//],
  ['embed lab', /^embed\/labs\//],
  ['not found', /^404\.html$/],
];

const weights = new Map();
/// What a file weighs, `{ raw, packed }`. Fonts are compressed by themselves.
function weigh(name) {
  if (!weights.has(name)) {
    const bytes = files.get(name);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    weights.set(name, { raw: bytes.length, packed: name.endsWith('.woff2') ? bytes.length : brotliCompressSync(bytes, { params }).length });
  }
  return weights.get(name);
}

const total = (names) => [...new Set(names)].map(weigh).reduce((sum, each) => ({ raw: sum.raw + each.raw, packed: sum.packed + each.packed }), { raw: 0, packed: 0 });

/// Files that a reader of this page fetches besides it, by what they are for.
function fetched(page) {
  const file = (address) => {
    const { file } = follow(address, page.path);
    if (!file) throw new Error(`${page.name} names ${address}, where there is no file`);
    return file;
  };
  const styles = linked(page.tree, 'stylesheet').map(file);
  const fonts = linked(page.tree, 'preload').filter((address) => address.endsWith('.woff2')).map(file);
  const scripts = [...elements(page.tree, 'script')].filter((script) => attribute(script, 'src'));
  const of = (script, names) => names.map((name) => attribute(script, name)).filter(Boolean).map(file);
  // In a frame the lab is the program: its ratchet is the lab's, in tests/site/budget.test.mjs.
  const alone = scripts.find((script) => attribute(script, 'id') === 'embed-start');
  const program = scripts.flatMap((script) => of(script, script === alone ? ['src'] : ['src', 'data-js', 'data-wasm']));
  if (alone) return { styles, fonts, program, lab: of(alone, ['data-js', 'data-wasm']) };
  const boot = scripts.find((script) => attribute(script, 'id') === 'boot');
  // A page has a lab if it has the place for one; its style says which.
  const host = [...elements(page.tree)].some((element) => (attribute(element, 'class') ?? '').split(' ').includes('lab-host'));
  const lab = !host || !boot ? [] : boot.attrs.filter(({ name, value }) => /^data-.+-style$/.test(name) && styles.includes(file(value)))
    .flatMap(({ name }) => [name.replace(/-style$/, ''), name.replace(/-style$/, '-wasm')]).map((name) => file(attribute(boot, name)));
  if (host && lab.length === 0) throw new Error(`${page.name} has a place for a lab and the style of none`);
  return { styles, fonts, program, lab };
}

const middle = (sorted) => sorted[Math.floor(sorted.length / 2)];

export async function measure() {
  const breaches = [];
  const rows = [];
  const kinds = [];
  const own = documents.filter(({ kind }) => kind !== 'fragment' && kind !== 'alias');
  const strange = own.filter(({ name }) => !KINDS.some(([, place]) => place.test(name)));
  for (const { name } of strange) breaches.push(breach(`${name} is a page of no known kind: give it one in tests/audit/weights.mjs`));
  for (const [kind, place] of KINDS) {
    const of = own.filter(({ name }) => KINDS.find(([, place]) => place.test(name))?.[1] === place);
    if (of.length === 0) continue;
    const pages = of.map((page) => {
      const { styles, fonts, program, lab } = fetched(page);
      const read = total([page.name, ...styles]);
      return { name: page.name, html: weigh(page.name), read, program: total(program), lab: total(lab), all: total([page.name, ...styles, ...fonts, ...program, ...lab]) };
    }).sort((a, b) => a.read.packed - b.read.packed);
    const [heaviest, median] = [pages.at(-1), middle(pages)];
    const whole = middle(pages.map(({ all }) => all).sort((a, b) => a.packed - b.packed));
    kinds.push({ kind, count: pages.length, median, heaviest, whole });
    const limit = kind === 'term' ? TERM_PAGE : undefined;
    rows.push({
      what: `HTML + CSS of ${kind} (${pages.length}), brotli`, measured: `median ${kb(median.read.packed)}, heaviest ${kb(heaviest.read.packed)} (${heaviest.name})`,
      limit: limit && kb(limit), hard: true, held: limit && heaviest.read.packed <= limit,
    });
    for (const page of pages) {
      if (limit && page.read.packed > limit) breaches.push(breach(`${page.name} has ${kb(page.read.packed)} of HTML and CSS, and at most ${kb(limit)} are allowed`));
      if (page.program.packed > PROGRAM) breaches.push(breach(`${page.name} fetches ${kb(page.program.packed)} of program, and at most ${kb(PROGRAM)} are allowed`));
    }
  }
  const home = kinds.find(({ kind }) => kind === 'home').heaviest;
  rows.push({ what: 'JS + wasm of a page, brotli', measured: kb(home.program.packed), limit: `${kb(PROGRAM)}, the goal is 180.0 KB`, hard: true, held: home.program.packed <= PROGRAM });
  const fonts = total([...files.keys()].filter((name) => name.endsWith('.woff2')));
  rows.push({ what: 'fonts, all', measured: kb(fonts.raw), limit: kb(FONTS), hard: true, held: fonts.raw <= FONTS });
  if (fonts.raw > FONTS) breaches.push(breach(`the fonts have ${kb(fonts.raw)}, and at most ${kb(FONTS)} are allowed`));

  const assets = [...files.keys()].filter((name) => !name.endsWith('.html') && !name.startsWith('oembed/'))
    .map((name) => ({ name, ...weigh(name) })).sort((a, b) => b.packed - a.packed);
  const site = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  const both = ({ raw, packed }) => `${kb(raw)} / ${kb(packed)}`;
  return {
    rows, breaches,
    tables: [
      {
        caption: 'Pages by kind, raw / brotli. “Whole” is the median of all that is fetched before a reader does anything: HTML, CSS, preloaded fonts, program and lab.',
        head: ['kind', 'pages', 'HTML, median', 'HTML + CSS, median', 'HTML + CSS, heaviest', 'which', 'program', 'lab', 'whole, median'],
        rows: kinds.map(({ kind, count, median, heaviest, whole }) => [kind, count, both(median.html), both(median.read), both(heaviest.read), heaviest.name,
          both(heaviest.program), both(heaviest.lab), both(whole)]),
      },
      { caption: 'Assets', head: ['file', 'raw', 'brotli'], rows: assets.map(({ name, raw, packed }) => [name, kb(raw), kb(packed)]) },
    ],
    notes: [`The whole site: ${files.size} files, ${kb(site)}; ${documents.filter(({ kind }) => kind === 'alias').length} of its pages only send the reader on.`],
    data: { kinds, assets },
  };
}
