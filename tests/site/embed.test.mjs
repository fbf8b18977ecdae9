// What stands in frames of other people's pages: cards of terms, labs alone, the loader, and the oEmbed documents.
import assert from 'node:assert/strict';
import test from 'node:test';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { attribute, elements, linked, meta, read, text } from './dom.mjs';
import { BASE, SITE, byName, files, follow, glossary, ofKind, pages, textOf } from './dist.mjs';
import { none, same } from './report.mjs';

const CARD = 12_000;
const LOADER = 4_000;

const packed = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
const spaced = (words) => words.replace(/\s+/g, ' ').trim();
const all = (document, name) => [...elements(document.tree, name)];
const withClass = (document, name) => [...elements(document.tree)].find((each) => (attribute(each, 'class') ?? '').split(' ').includes(name));

const labs = pages.filter(({ name }) => /^labs\/[^/]+\/index\.html$/.test(name)).map(({ name }) => name.split('/')[1]);
const places = [...glossary.map(({ slug }) => `terms/${slug}`), ...labs.map((slug) => `labs/${slug}`)];
const embeds = ofKind('embed');
/** Each embed with the page of the site that it stands for. */
const pairs = embeds.map((embed) => ({ embed, page: byName.get(embed.name.replace(/^embed\//, '')) }));
const cards = embeds.filter(({ name }) => name.startsWith('embed/terms/'));

const file = (address, from) => follow(address, from.path).file;
const policyOf = (document) =>
  new Map((meta(document.tree, 'content-security-policy') ?? '').split(';').map((rule) => rule.trim().split(/\s+/)).map(([key, ...sources]) => [key, sources.join(' ')]));

test('every term and every lab can be embedded, and nothing else', () => {
  assert.ok(labs.length >= 3, `labs are ${labs.join(', ')}`);
  same(embeds.map(({ name }) => name), places.map((place) => `embed/${place}/index.html`), 'pages for frames are those of terms and labs');
  same([...files.keys()].filter((name) => name.startsWith('oembed/')), places.map((place) => `oembed/${place}.json`), 'every one has its oEmbed document');
});

test('a page for frames is left out of search engines, and says which page counts', () => {
  const problems = [];
  for (const { embed, page } of pairs) {
    const say = (what) => problems.push(`${embed.name}: ${what}`);
    const [canonical, ...more] = linked(embed.tree, 'canonical');
    if (more.length || canonical !== linked(page.tree, 'canonical')[0]) say(`its canonical address is ${canonical}`);
    if (meta(embed.tree, 'robots') !== 'noindex') say('it does not ask to be left out');
    if (text(all(embed, 'title')[0]) !== text(all(page, 'title')[0])) say('its title is not the page’s');
    if (text(all(embed, 'h1')[0]) !== spaced(text(all(page, 'h1')[0]))) say('its h1 is not the page’s');
    if (all(embed, 'main').length !== 1) say('it has not one main');
  }
  none(problems, 'a page for frames stands for a page of the site');
});

test('a link in a frame leads out of it, and only a click follows it', () => {
  const problems = [];
  for (const embed of embeds) {
    const [base, ...more] = all(embed, 'base');
    if (more.length || attribute(base, 'target') !== '_top' || attribute(base, 'href') !== undefined) problems.push(`${embed.name} has no <base target="_top">`);
    for (const link of all(embed, 'a')) {
      const target = attribute(link, 'target') ?? '_top';
      if (!['_top', '_blank'].includes(target)) problems.push(`${embed.name}: ${attribute(link, 'href')} opens in ${target}`);
    }
    if (meta(embed.tree, 'refresh') !== undefined) problems.push(`${embed.name} goes elsewhere by itself`);
  }
  none(problems, 'a link leaves the frame');
});

test('a card has the entry in short', () => {
  const problems = [];
  for (const { slug, title, summary, level } of glossary) {
    const card = byName.get(`embed/terms/${slug}/index.html`);
    const say = (what) => problems.push(`${slug}: ${what}`);
    const [heading] = all(card, 'h1').flatMap((h1) => [...elements(h1, 'a')]);
    if (spaced(text(heading)) !== title || attribute(heading, 'href') !== `${BASE}terms/${slug}/`) say('its title does not lead to the page');
    if (spaced(text(withClass(card, 'lead'))) !== summary) say(`its lead is “${text(withClass(card, 'lead'))}”`);
    if (spaced(text(withClass(card, 'level'))).toLowerCase() !== level || !withClass(card, level)) say('its level is another, or has no moon');
    const related = [...elements(withClass(card, 'related') ?? card, 'a')];
    if (related.length < 1 || related.length > 3) say(`it names ${related.length} related terms`);
    const home = [...elements(withClass(card, 'source') ?? card, 'a')][0];
    if (attribute(home, 'href') !== BASE || text(home) !== 'Backend Field Guide') say('it does not say where it is from');
  }
  none(problems, 'a card shows its entry');
});

test('a card runs the frame’s script and nothing else', () => {
  const problems = [];
  for (const card of cards) {
    const scripts = all(card, 'script').map((script) => `${attribute(script, 'type')} ${file(attribute(script, 'src') ?? '', card)}`);
    if (scripts.length !== 1 || !/^module assets\/embed-frame-[0-9a-f]+\.js$/.test(scripts[0])) problems.push(`${card.name}: its scripts are ${scripts.join(', ')}`);
    const expected = { 'default-src': "'none'", 'style-src': "'self'", 'script-src': "'self'", 'img-src': "'self'", 'base-uri': "'none'", 'form-action': "'none'" };
    if (JSON.stringify(Object.fromEntries(policyOf(card))) !== JSON.stringify(expected)) problems.push(`${card.name}: its policy is ${meta(card.tree, 'content-security-policy')}`);
    for (const element of elements(card.tree)) {
      if (attribute(element, 'style') !== undefined) problems.push(`${card.name}: <${element.tagName} style>, which its policy refuses`);
    }
  }
  none(problems, 'a card is text');
});

test('a card stays within its budget, all told', (t) => {
  const sizes = new Map();
  const weight = (name) => sizes.get(name) ?? sizes.set(name, packed(files.get(name))).get(name);
  const told = cards.map((card) => {
    const fetched = [...linked(card.tree, 'stylesheet'), ...all(card, 'script').map((script) => attribute(script, 'src'))].map((address) => file(address, card));
    return { name: card.name, size: packed(files.get(card.name)) + fetched.reduce((sum, name) => sum + weight(name), 0) };
  });
  const heaviest = told.sort((a, b) => b.size - a.size)[0];
  t.diagnostic(`heaviest card ${heaviest.size} bytes of ${CARD}: ${heaviest.name}`);
  none(told.filter(({ size }) => size > CARD).map(({ name, size }) => `${name}: ${size} bytes`), 'a card is small');
  for (const [name] of sizes) if (name.endsWith('.css')) assert.doesNotMatch(textOf(name), /@font-face|url\(|@import/, `${name} fetches more`);
});

test('a lab in a frame has its picture, its program and a way home', () => {
  const problems = [];
  for (const lab of labs) {
    const document = byName.get(`embed/labs/${lab}/index.html`);
    const say = (what) => problems.push(`${lab}: ${what}`);
    const host = withClass(document, 'lab-host');
    if (attribute(host, 'id') !== 'embed-lab' || attribute(host, 'data-lab') !== lab) say('its place is not marked');
    const plate = [...elements(host)].find((each) => (attribute(each, 'class') ?? '').split(' ').includes('plate'));
    if (!plate) say('its picture is not prerendered');
    const start = all(document, 'script').find((script) => attribute(script, 'id') === 'embed-start');
    for (const [name, form] of [['src', /^assets\/embed-lab-/], ['data-js', /^assets\/.*\.js$/], ['data-wasm', /^assets\/.*\.wasm$/], ['data-worker', /^assets\/worker-/]]) {
      if (!form.test(file(attribute(start, name) ?? '', document) ?? '')) say(`${name} is ${attribute(start, name)}`);
    }
    // The same program that the lab's own page fetches.
    const boot = [...elements(byName.get(`labs/${lab}/index.html`).tree, 'script')].find((script) => attribute(script, 'id') === 'boot');
    for (const [own, theirs] of [['data-js', `data-${lab}`], ['data-wasm', `data-${lab}-wasm`]]) {
      if (attribute(start, own) !== attribute(boot, theirs)) say(`${own} is another program than the page’s`);
    }
    const home = all(document, 'a').filter((link) => attribute(link, 'data-home') !== undefined);
    if (home.length === 0 || home.some((link) => attribute(link, 'href') !== `${BASE}labs/${lab}/`)) say('a way home leads elsewhere');
    if (!home.some((link) => text(link) === 'Open in the Backend Field Guide')) say('no way home is always there');
    const rules = policyOf(document);
    if (rules.get('script-src') !== "'self' 'wasm-unsafe-eval'" || rules.get('default-src') !== "'self'" || rules.get('object-src') !== "'none'") say('its policy is another');
    if (rules.has('frame-ancestors')) say('it forbids frames');
    if (all(document, 'script').some((script) => attribute(script, 'src') === undefined)) say('it has a script in place, which its policy refuses');
    const [html] = all(document, 'html');
    if (attribute(html, 'data-base') !== BASE) say(`data-base is ${attribute(html, 'data-base')}`);
  }
  none(problems, 'a lab stands alone');
});

test('the loader is small, and asks for nothing that a strict policy refuses', (t) => {
  const loader = textOf('embed.js');
  const size = gzipSync(loader, { level: 9 }).length;
  t.diagnostic(`embed.js ${size} bytes gzip of ${LOADER}`);
  assert.ok(size <= LOADER, `embed.js has ${size} bytes gzip, and at most ${LOADER} are allowed`);
  for (const refused of [/\beval\s*\(/, /\bnew Function\b/, /setAttribute\(\s*["']style/, /\.innerHTML\b/, /document\.write/, /\bimport\s*\(/, /cssText/, /createElement\(\s*["']style/]) {
    assert.doesNotMatch(loader, refused);
  }
});

test('an oEmbed document says how its page is embedded, and the page says where it is', () => {
  const problems = [];
  const titles = new Map(glossary.map(({ slug, title }) => [`terms/${slug}`, title]));
  for (const place of places) {
    const say = (what) => problems.push(`${place}: ${what}`);
    const told = JSON.parse(textOf(`oembed/${place}.json`));
    const title = titles.get(place) ?? spaced(text([...elements(byName.get(`${place}/index.html`).tree, 'h1')][0]));
    const expected = { version: '1.0', type: 'rich', provider_name: 'Backend Field Guide', provider_url: SITE, title };
    for (const [key, value] of Object.entries(expected)) if (told[key] !== value) say(`${key} is ${JSON.stringify(told[key])}`);
    for (const key of ['width', 'height', 'cache_age']) if (!Number.isInteger(told[key]) || told[key] <= 0) say(`${key} is ${told[key]}`);
    const { tree, errors } = read(told.html, { fragment: true });
    const [frame, ...more] = elements(tree);
    if (errors.length || more.length || frame?.tagName !== 'iframe') say(`its html is ${told.html}`);
    else {
      if (attribute(frame, 'src') !== `${SITE}embed/${place}/`) say(`its frame shows ${attribute(frame, 'src')}`);
      for (const key of ['width', 'height']) if (attribute(frame, key) !== `${told[key]}`) say(`its frame’s ${key} is another`);
      if (!attribute(frame, 'title')?.includes(title)) say(`its frame is called ${attribute(frame, 'title')}`);
      if (attribute(frame, 'loading') !== 'lazy') say('its frame is fetched at once');
    }
    const links = [...elements(byName.get(`${place}/index.html`).tree, 'link')].filter((link) => attribute(link, 'type') === 'application/json+oembed');
    if (links.length !== 1 || attribute(links[0], 'rel') !== 'alternate' || attribute(links[0], 'href') !== `${SITE}oembed/${place}.json`) say('its page does not lead to it');
  }
  const named = pages.filter(({ html }) => html.includes('json+oembed')).map(({ name }) => name);
  same(named, places.map((place) => `${place}/index.html`), 'no other page names an oEmbed document');
  none(problems, 'an oEmbed document is right');
});
