// What a reader has to fetch, as a host sends it: brotli at its highest quality. Fonts are compressed by themselves.
import assert from 'node:assert/strict';
import test from 'node:test';
import { brotliCompressSync, constants } from 'node:zlib';
import { attribute, elements, linked } from './dom.mjs';
import { files, follow, home, terms } from './dist.mjs';
import { none } from './report.mjs';

const KB = 1000;
const TERM_PAGE = 25 * KB;
const FONTS = 70 * KB;
// Ratchets: the design's budget for a page is 250 KB and its goal 180. These stand a little above what the programs are today,
// so that they can only shrink: lower them when a program does, and never raise them. Every lab is a program of its
// own, fetched when it comes near the screen; a page without it does not pay for it. A lab's worker is a few lines.
const PROGRAM = 230 * KB;
const LABS = { 'rate-limiting': 340 * KB, 'load-balancing': 415 * KB, 'http-status': 475 * KB };

const packed = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
const say = (bytes) => `${(bytes / KB).toFixed(1)} KB`;
const within = (bytes, most, what) => none(bytes <= most ? [] : [`${say(bytes)}, and at most ${say(most)} are allowed`], what);

/** The bytes behind an address of home. */
function behind(address) {
  const { file } = follow(address ?? '', home.path);
  assert.ok(file, `home names ${address}, where there is no file`);
  return files.get(file);
}

test('the program of a page stays under its ratchet', (t) => {
  const [boot] = [...elements(home.tree, 'script')].filter((script) => attribute(script, 'id') === 'boot');
  assert.ok(boot, 'home has no script #boot');
  // The theme before the first paint, the boot script, and offline reading.
  const start = [...elements(home.tree, 'script')].map((script) => attribute(script, 'src')).filter(Boolean).reduce((sum, address) => sum + packed(behind(address)), 0);
  const js = packed(behind(attribute(boot, 'data-js')));
  const wasm = packed(behind(attribute(boot, 'data-wasm')));
  const all = start + js + wasm;
  t.diagnostic(`JS + wasm ${say(all)} (scripts in the page ${say(start)}, JS ${say(js)}, wasm ${say(wasm)}); ratchet ${say(PROGRAM)}, budget 250 KB, goal 180 KB`);
  within(all, PROGRAM, 'JS + wasm stay in the budget');
  // What no page names by itself would be fetched beside the above, uncounted.
  const scripts = [...files.keys()].filter((name) => /\.(m?js|wasm)$/.test(name));
  // Three are for other people's pages, and embed.test.mjs weighs them: embed.js, embed-frame and embed-lab. One is the service worker.
  const worker = packed(files.get('sw.js'));
  t.diagnostic(`service worker ${say(worker)}`);
  within(worker, 4 * KB, 'the service worker is small');
  assert.equal(scripts.length, 16, `programs of the site are ${scripts.join(', ')}: count what is new above`);
});

for (const [lab, ratchet] of Object.entries(LABS)) {
  test(`the program of the ${lab} lab stays under its ratchet`, (t) => {
    const [boot] = [...elements(home.tree, 'script')].filter((script) => attribute(script, 'id') === 'boot');
    const [js, wasm] = [`data-${lab}`, `data-${lab}-wasm`].map((name) => packed(behind(attribute(boot, name))));
    t.diagnostic(`JS + wasm of ${lab} ${say(js + wasm)} (JS ${say(js)}, wasm ${say(wasm)}); ratchet ${say(ratchet)}`);
    within(js + wasm, ratchet, `JS + wasm of ${lab} stay in the budget`);
  });
}

test('HTML and CSS of every term page stay within the budget', (t) => {
  // A page with a lab has that lab's style besides.
  const sheets = new Map();
  const weight = (address) => sheets.get(address) ?? sheets.set(address, packed(behind(address))).get(address);
  const styles = (page) => linked(page.tree, 'stylesheet').reduce((sum, address) => sum + weight(address), 0);
  const sizes = terms.map((page) => ({ name: page.name, html: packed(files.get(page.name)), css: styles(page) }));
  const both = ({ html, css }) => html + css;
  sizes.sort((a, b) => both(b) - both(a));
  const [heaviest] = sizes;
  const middle = sizes[Math.floor(sizes.length / 2)];
  t.diagnostic(`heaviest term page ${say(both(heaviest))} of ${say(TERM_PAGE)}: ${heaviest.name} ${say(heaviest.html)} + CSS ${say(heaviest.css)}`);
  t.diagnostic(`median term page ${say(both(middle))}; home ${say(packed(files.get('index.html')) + styles(home))} with CSS`);
  const least = styles(home);
  assert.ok(least > 0 && sizes.every((page) => page.css >= least), 'every term page has the style of the site');
  within(both(heaviest), TERM_PAGE, `HTML + CSS of ${heaviest.name} stay in the budget`);
});

test('the fonts stay within the budget', (t) => {
  const fonts = [...files].filter(([name]) => /\.(woff2?|ttf|otf)$/.test(name));
  assert.ok(fonts.length > 0, 'there are no fonts');
  const all = fonts.reduce((sum, [, bytes]) => sum + bytes.length, 0);
  t.diagnostic(`fonts ${say(all)} of ${say(FONTS)}: ${fonts.map(([name, bytes]) => `${name.split('/').at(-1)} ${say(bytes.length)}`).join(', ')}`);
  within(all, FONTS, 'fonts stay in the budget');
});

test('the search data is there and is told', (t) => {
  const [html] = elements(home.tree, 'html');
  const data = behind(attribute(html, 'data-search') && new URL(attribute(html, 'data-search'), `https://host${home.path}`).pathname);
  t.diagnostic(`search data ${say(packed(data))} (${say(data.length)} before compression)`);
  assert.ok(data.length > 0, 'the search data is empty');
});
