// No link leads nowhere: inside the site every address names a file, and every anchor an element.
import assert from 'node:assert/strict';
import test from 'node:test';
import { attribute, elements, linked, meta } from './dom.mjs';
import { BASE, SITE, byName, documents, files, follow, glossary, home, ids, ofKind, pages, textOf } from './dist.mjs';
import { none, repeated } from './report.mjs';

// What holds an address, besides href and src.
const ADDRESSES = ['href', 'src', 'xlink:href', 'action', 'poster', 'data-js', 'data-wasm', 'data-worker', ...['rate-limiting', 'load-balancing', 'http-status'].flatMap((lab) => [`data-${lab}`, `data-${lab}-wasm`, `data-${lab}-style`])];

/** A fragment is set into the page of its folder; its links are read from there. */
const placeOf = (document) => (document.kind === 'fragment' ? document.path.replace(/article\.html$/, '') : document.path);

/** Each address of a document, with its element. */
function* addresses(document) {
  for (const element of elements(document.tree)) {
    for (const name of ADDRESSES) {
      const address = attribute(element, name);
      if (address !== undefined) yield { element, address };
    }
    if (attribute(element, 'data-search') !== undefined) yield { element, address: BASE + attribute(element, 'data-search') };
    if (attribute(element, 'http-equiv') === 'refresh') yield { element, address: attribute(element, 'content').replace(/^.*?url=/i, '') };
  }
}

test('the site’s address is absolute, ends in a slash, and its path is the base', () => {
  assert.match(SITE, /^https?:\/\/[^/?#]+\/([^?#]*\/)?$/, `home’s canonical address is “${SITE}”`);
  assert.equal(new URL(SITE).pathname, BASE, 'the path of home’s canonical address is the base that --base names');
});

test('every address inside the site leads to a file', () => {
  const problems = [];
  for (const document of documents) {
    for (const { element, address } of addresses(document)) {
      const target = follow(address, placeOf(document));
      if (!target.outside && !target.file) {
        problems.push({ group: address, text: `${document.name} <${element.tagName}> leads to ${address}, where there is no file` });
      }
    }
  }
  none(problems, 'an address leads to a file');
});

test('an address inside the site ends in a slash or names a file, so no host has to redirect', () => {
  const problems = [];
  for (const document of documents) {
    for (const { address } of addresses(document)) {
      const target = follow(address, placeOf(document));
      if (target.file && !target.exact) problems.push(`${document.name}: ${address} lacks its slash`);
    }
  }
  none(problems, 'an address ends in a slash or names a file');
});

test('every anchor names an element of the page that it leads to', () => {
  const problems = [];
  const known = new Map(documents.map((document) => [document.name, new Set(ids(document))]));
  let followed = 0;
  for (const document of documents) {
    for (const { address } of addresses(document)) {
      const target = follow(address, placeOf(document));
      if (!target.anchor || !target.file?.endsWith('.html')) continue;
      followed += 1;
      // An anchor in a fragment stays in it.
      const name = document.kind === 'fragment' && address.startsWith('#') ? document.name : target.file;
      if (!known.get(name).has(target.anchor)) problems.push(`${document.name}: ${address} leads to no element of ${name}`);
    }
  }
  assert.ok(followed > glossary.length, `only ${followed} anchors were found`);
  none(problems, 'an anchor names an element');
});

test('an id is given once in a page', () => {
  none(
    documents.flatMap((document) => repeated(ids(document)).map((id) => `${document.name}: #${id} is there more than once`)),
    'an id is unique',
  );
});

test('a page’s canonical address is its own, in full', () => {
  const problems = [];
  for (const { name, tree } of pages) {
    const expected = SITE + name.replace(/(^|\/)index\.html$/, '$1');
    const found = linked(tree, 'canonical');
    if (found.length !== 1 || found[0] !== expected) problems.push(`${name}: ${JSON.stringify(found)} instead of ${expected}`);
    if (!expected.endsWith('/')) problems.push(`${name}: ${expected} does not end in a slash`);
    if (meta(tree, 'robots')?.includes('noindex')) problems.push(`${name} has an address that counts, and asks not to be indexed`);
  }
  none(problems, 'a canonical address is right');
});

test('a link that shows a term’s card leads to that term', () => {
  const problems = [];
  let seen = 0;
  const slugs = new Set(glossary.map((entry) => entry.slug));
  for (const document of documents) {
    for (const link of elements(document.tree)) {
      const slug = attribute(link, 'data-term');
      if (slug === undefined) continue;
      seen += 1;
      const href = (attribute(link, 'href') ?? '').replace(/#.*$/, '');
      if (href !== `${BASE}terms/${slug}/`) problems.push(`${document.name}: data-term is ${slug}, href ${href}`);
      if (!slugs.has(slug)) problems.push(`${document.name}: data-term ${slug} is no term`);
    }
  }
  assert.ok(seen > glossary.length, `only ${seen} links to terms were found`);
  none(problems, 'data-term and href agree');
});

test('no link leads to an alias page, which would only send the reader on', () => {
  const aliases = new Set(ofKind('alias').map((page) => page.name));
  const problems = [];
  for (const document of documents) {
    for (const link of elements(document.tree, 'a')) {
      const { file } = follow(attribute(link, 'href') ?? '', placeOf(document));
      if (aliases.has(file)) problems.push(`${document.name}: ${attribute(link, 'href')}`);
    }
  }
  none(problems, 'a link goes to where it means at once');
});

test('a text does not link to the page that it stands on', () => {
  const problems = [];
  for (const document of ofKind('page', 'fragment')) {
    // A lab on a term's page names its limiters by the same words on every page; what is written is not its matter.
    const written = [...elements(document.tree)].filter((each) => attribute(each, 'data-part') !== undefined);
    for (const link of written.flatMap((part) => [...elements(part, 'a')])) {
      const slug = attribute(link, 'data-term');
      if (slug !== undefined && `${BASE}terms/${slug}/` === placeOf(document)) problems.push(`${document.name}: ${attribute(link, 'href')}`);
    }
  }
  none(problems, 'a text links to others');
});

test('every page is reached from home by links', () => {
  const reached = new Set([home.name]);
  for (const name of reached) {
    const document = byName.get(name);
    for (const link of elements(document.tree, 'a')) {
      const { file } = follow(attribute(link, 'href') ?? '', document.path);
      if (byName.has(file)) reached.add(file);
    }
  }
  none(pages.filter((page) => !reached.has(page.name)).map((page) => `no way leads to ${page.name}`), 'a page is reached from home');
});

test('an alias page says where its entry is, goes there, and links there', () => {
  const problems = [];
  const aliases = ofKind('alias');
  assert.ok(aliases.length > 0, 'there is no alias page at all');
  const known = new Set(glossary.map((entry) => entry.url));
  for (const { name, tree } of aliases) {
    const [canonical] = linked(tree, 'canonical');
    if (!known.has(canonical)) problems.push(`${name}: its canonical address ${canonical} is no term’s`);
    const path = BASE + (canonical ?? '').slice(SITE.length);
    if (meta(tree, 'refresh') !== `0; url=${path}`) problems.push(`${name}: refresh is “${meta(tree, 'refresh')}”, not “0; url=${path}”`);
    const links = [...elements(tree, 'a')].map((link) => attribute(link, 'href'));
    if (links.length !== 1 || links[0] !== path) problems.push(`${name}: its links are ${JSON.stringify(links)}, not one to ${path}`);
    if (!meta(tree, 'robots')?.includes('noindex')) problems.push(`${name} does not ask to be left out of search engines`);
    if ([...elements(tree, 'script')].length > 0) problems.push(`${name} runs a script`);
  }
  none(problems, 'an alias page leads to its entry');
});

test('a style sheet’s addresses lead to files', () => {
  const problems = [];
  let seen = 0;
  for (const name of files.keys()) {
    if (!name.endsWith('.css')) continue;
    for (const [, address] of textOf(name).matchAll(/url\(\s*["']?([^"')]+)["']?\s*\)/g)) {
      if (address.startsWith('data:') || address.startsWith('#')) continue;
      seen += 1;
      const target = follow(address, BASE + name);
      if (!target.outside && !target.file) problems.push(`${name}: ${address} leads to no file`);
      if (target.outside) problems.push(`${name}: ${address} is fetched from elsewhere`);
    }
  }
  assert.ok(seen >= 3, `only ${seen} addresses in style sheets were found; the fonts alone are three`);
  none(problems, 'a style sheet’s address leads to a file');
});

test('a page fetches nothing from elsewhere', () => {
  const problems = [];
  for (const document of documents) {
    for (const { element, address } of addresses(document)) {
      const fetches = element.tagName !== 'a' && attribute(element, 'rel') !== 'canonical';
      if (fetches && follow(address, placeOf(document)).outside) problems.push(`${document.name}: <${element.tagName}> ${address}`);
    }
  }
  none(problems, 'everything that a page is made of lies in the site');
});
