// What programs read from the site: public data, site map, feed, search description, manifest, and the assets’ names.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { attribute, elements, linked, text } from './dom.mjs';
import { BASE, SITE, byName, documents, files, follow, glossary, ofKind, pages, terms, textOf } from './dist.mjs';
import { none, repeated, same } from './report.mjs';
import { childText, children, parseXml } from './xml.mjs';

const FIELDS = ['slug', 'title', 'aliases', 'level', 'topics', 'summary', 'url', 'related'];
const LEVELS = ['beginner', 'intermediate', 'advanced'];
const TODAY = new Date(Date.now() + 24 * 3600 * 1000).toISOString();

const listOfText = (value) => Array.isArray(value) && value.every((each) => typeof each === 'string' && each.trim() !== '');
/** The file of a full address of the site. */
const fileOf = (url) => (url?.startsWith(SITE) ? follow(url, BASE).file : undefined);

test('glossary.json is a list of entries with exactly the fields that it promises', () => {
  assert.ok(Array.isArray(glossary) && glossary.length > 0, 'glossary.json holds no list');
  const problems = [];
  for (const entry of glossary) {
    const say = (what) => problems.push(`${entry.slug}: ${what}`);
    const fields = Object.keys(entry);
    if (fields.length !== FIELDS.length || FIELDS.some((field) => !(field in entry))) say(`its fields are ${fields.join(', ')}`);
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(entry.slug)) say('its slug is not lower case, digits and hyphens');
    for (const field of ['title', 'summary', 'url']) if (!listOfText([entry[field]])) say(`${field} is no text`);
    for (const field of ['aliases', 'topics', 'related']) if (!listOfText(entry[field])) say(`${field} is no list of text`);
    if (!LEVELS.includes(entry.level)) say(`its level is ${entry.level}`);
    if (!entry.topics?.length) say('it has no topic');
    if (entry.url !== `${SITE}terms/${entry.slug}/`) say(`its url is ${entry.url}`);
    for (const field of ['aliases', 'topics', 'related']) for (const twice of repeated(entry[field])) say(`${twice} twice in ${field}`);
  }
  for (const field of ['slug', 'title', 'url']) {
    for (const twice of repeated(glossary.map((entry) => entry[field].toLowerCase()))) problems.push(`${field} ${twice} belongs to two entries`);
  }
  none(problems, 'an entry of glossary.json keeps its promise');
});

test('every entry has its page and its fragment, and no page of a term is without an entry', () => {
  const slugs = glossary.map((entry) => entry.slug);
  const found = terms.map((page) => page.name.split('/')[1]);
  same(found, slugs, 'pages of terms are those of the entries');
  const problems = [];
  for (const { slug, title } of glossary) {
    const fragment = byName.get(`terms/${slug}/article.html`);
    const page = byName.get(`terms/${slug}/index.html`);
    if (!fragment) problems.push(`terms/${slug}/article.html is missing`);
    for (const document of [page, fragment].filter(Boolean)) {
      const [article] = elements(document.tree, 'article');
      if (article && attribute(article, 'data-slug') !== slug) problems.push(`${document.name}: data-slug is ${attribute(article, 'data-slug')}`);
      if (article && attribute(article, 'data-title') !== title) problems.push(`${document.name}: data-title is ${attribute(article, 'data-title')}`);
      const heading = [...elements(document.tree, 'h1')].map(text)[0];
      if (heading !== title) problems.push(`${document.name}: its h1 is “${heading}”, the entry’s title “${title}”`);
    }
  }
  // The others are articles of no entry: the labs, the reading paths, what the algorithms were held against.
  for (const { name } of ofKind('fragment').filter(({ name }) => name.startsWith('terms/'))) {
    if (!slugs.includes(name.split('/')[1])) problems.push(`${name} belongs to no entry`);
  }
  none(problems, 'entry, page and fragment agree');
});

test('related entries exist and are others', () => {
  const slugs = new Set(glossary.map((entry) => entry.slug));
  none(
    glossary.flatMap(({ slug, related }) =>
      related.filter((other) => !slugs.has(other) || other === slug).map((other) => `${slug} is related to ${other}`),
    ),
    'a related entry exists',
  );
});

test('the site map lists exactly the pages whose address counts', () => {
  const root = parseXml(textOf('sitemap.xml'));
  assert.equal(root.name, 'urlset');
  assert.equal(root.attributes.xmlns, 'http://www.sitemaps.org/schemas/sitemap/0.9');
  const urls = children(root, 'url');
  const listed = urls.map((url) => childText(url, 'loc'));
  same(listed, pages.flatMap(({ tree }) => linked(tree, 'canonical')), 'the site map lists every canonical address, once');
  const problems = [];
  for (const url of urls) {
    for (const { text: day } of children(url, 'lastmod')) {
      if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(Date.parse(day)) || day > TODAY) problems.push(`${childText(url, 'loc')}: lastmod ${day}`);
    }
  }
  none(problems, 'lastmod is a day that was');
});

test('the feed is Atom, with everything that RFC 4287 requires', () => {
  const root = parseXml(textOf('feed.xml'));
  assert.equal(root.name, 'feed');
  assert.equal(root.attributes.xmlns, 'http://www.w3.org/2005/Atom');
  const entries = children(root, 'entry');
  assert.ok(entries.length > 0, 'the feed is empty');
  const problems = [];
  const required = (node, where) => {
    for (const name of ['id', 'title', 'updated']) if (!childText(node, name)?.trim()) problems.push(`${where} has not exactly one ${name}`);
    const moment = childText(node, 'updated') ?? '';
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(moment) || Number.isNaN(Date.parse(moment)) || moment > TODAY) {
      problems.push(`${where}: updated is “${moment}”`);
    }
  };
  required(root, 'feed');
  const authors = children(root, 'author');
  if (authors.length === 0 || !authors.every((author) => childText(author, 'name'))) problems.push('feed has no author with a name');
  const links = children(root, 'link').map((link) => `${link.attributes.rel ?? 'alternate'} ${link.attributes.href}`);
  for (const link of [`self ${SITE}feed.xml`, `alternate ${SITE}`]) if (!links.includes(link)) problems.push(`feed has no link ${link}`);
  for (const entry of entries) {
    const id = childText(entry, 'id');
    required(entry, id);
    const term = glossary.find(({ url }) => url === id);
    if (!term) problems.push(`${id} is no entry’s address`);
    if (term && childText(entry, 'title') !== term.title) problems.push(`${id}: its title is ${childText(entry, 'title')}`);
    if (term && childText(entry, 'summary') !== term.summary) problems.push(`${id}: its summary is not the entry’s`);
    if (children(entry, 'link').every((link) => link.attributes.href !== id)) problems.push(`${id} has no link to itself`);
  }
  const moments = entries.map((entry) => childText(entry, 'updated'));
  if (moments.some((moment, at) => at > 0 && moment > moments[at - 1])) problems.push('the newest entry is not the first');
  if (childText(root, 'updated') !== moments[0]) problems.push('feed was updated at another time than its newest entry');
  for (const id of repeated(entries.map((entry) => childText(entry, 'id')))) problems.push(`${id} twice`);
  none(problems, 'the feed is valid');
});

test('browsers can add the site’s search', () => {
  const root = parseXml(textOf('opensearch.xml'));
  assert.equal(root.name, 'OpenSearchDescription');
  assert.equal(root.attributes.xmlns, 'http://a9.com/-/spec/opensearch/1.1/');
  const name = childText(root, 'ShortName') ?? '';
  assert.ok(name.length > 0 && name.length <= 16, `ShortName “${name}” has 1 to 16 characters`);
  const description = childText(root, 'Description') ?? '';
  assert.ok(description.length > 0 && description.length <= 1024, 'Description has 1 to 1024 characters');
  const [url] = children(root, 'Url');
  assert.equal(url?.attributes.type, 'text/html');
  assert.equal(url.attributes.template, `${SITE}?q={searchTerms}`);
  for (const image of children(root, 'Image')) assert.ok(fileOf(image.text), `${image.text} is no file of the site`);
});

test('robots.txt lets everyone in and names the site map', () => {
  const lines = textOf('robots.txt').split('\n').map((line) => line.trim()).filter(Boolean);
  assert.deepEqual(lines, ['User-agent: *', 'Allow: /', `Sitemap: ${SITE}sitemap.xml`]);
});

test('the manifest is JSON and its addresses are the site’s', () => {
  const manifest = JSON.parse(textOf('manifest.webmanifest'));
  for (const field of ['name', 'short_name', 'description', 'display']) assert.ok(listOfText([manifest[field]]), `${field} is missing`);
  assert.equal(manifest.start_url, BASE);
  assert.equal(manifest.scope, BASE);
  for (const field of ['background_color', 'theme_color']) assert.match(manifest[field] ?? '', /^#[0-9a-f]{6}$/, field);
  assert.ok(manifest.icons?.length > 0, 'there is no icon');
  for (const icon of manifest.icons) assert.ok(follow(icon.src, BASE).file, `${icon.src} is no file of the site`);
  assert.equal(parseXml(textOf('icon.svg')).name, 'svg');
});

test('no address and no public data names the machine that the site was built on', () => {
  // Entries may write of localhost in their examples; nothing that a program follows may.
  const local = /\/\/(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?=[:/"'\s]|$)/i;
  const problems = [];
  for (const { name, tree } of documents) {
    for (const element of elements(tree)) {
      for (const { name: key, value } of element.attrs) {
        if (local.test(value)) problems.push(`${name}: <${element.tagName} ${key}="${value}">`);
      }
      if (element.tagName === 'script' && local.test(text(element))) problems.push(`${name}: a script names it`);
    }
  }
  for (const name of ['sitemap.xml', 'feed.xml', 'opensearch.xml', 'robots.txt', 'manifest.webmanifest', 'glossary.json']) {
    if (local.test(textOf(name))) problems.push(`${name} names it`);
  }
  none(problems, 'no address is the builder’s own');
});

test('a file that is kept for ever is named by what it holds', () => {
  const problems = [];
  const assets = [...files.keys()].filter((name) => name.startsWith('assets/'));
  assert.ok(assets.length > 0, 'there are no assets');
  for (const name of assets) {
    if (/^assets\/OFL-[a-z-]+\.txt$/.test(name)) continue;
    const hash = createHash('sha256').update(files.get(name)).digest('hex').slice(0, 10);
    if (!name.replace(/\.[a-z0-9]+$/, '').endsWith(`-${hash}`)) problems.push(`${name} has no or another hash than ${hash}`);
  }
  none(problems, 'an asset’s name holds its hash');
});
