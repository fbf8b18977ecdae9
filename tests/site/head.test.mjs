// What the head of a page says to search engines, to those who share it, and to the browser about what may run.
import assert from 'node:assert/strict';
import test from 'node:test';
import { attribute, elements, linked, meta, text } from './dom.mjs';
import { SITE, byName, documents, glossary, home, ofKind, pages } from './dist.mjs';
import { none, repeated, same } from './report.mjs';

const titleOf = (tree) => [...elements(tree, 'title')].map(text)[0];
const scripts = (tree) => [...elements(tree, 'script')];
const isData = (script) => attribute(script, 'type') === 'application/ld+json';
const jsonLd = (tree) => scripts(tree).filter(isData).map((script) => JSON.parse(text(script)));

test('home is a DefinedTermSet of all entries', () => {
  const [set, ...more] = jsonLd(home.tree);
  assert.equal(more.length, 0, 'home has more than one JSON-LD');
  assert.equal(set?.['@context'], 'https://schema.org');
  assert.equal(set['@type'], 'DefinedTermSet');
  assert.equal(set.url, SITE);
  for (const key of ['name', 'description', '@id']) assert.ok(set[key]?.trim(), `${key} is missing`);
  const named = set.hasDefinedTerm.map((term) => `${term['@type']} ${term['@id']} ${term.name}`);
  same(named, glossary.map(({ url, title }) => `DefinedTerm ${url} ${title}`), 'the set holds every entry');
});

test('a term’s page is a DefinedTerm with the entry’s name and address', () => {
  const set = jsonLd(home.tree)[0]['@id'];
  const problems = [];
  for (const { slug, title, url, summary, aliases } of glossary) {
    const found = jsonLd(byName.get(`terms/${slug}/index.html`).tree);
    const expected = {
      '@context': 'https://schema.org',
      '@type': 'DefinedTerm',
      '@id': url,
      url,
      name: title,
      description: summary,
      termCode: slug,
      inDefinedTermSet: set,
    };
    if (found.length !== 1) problems.push(`${slug} has ${found.length} JSON-LDs`);
    for (const [key, value] of Object.entries(expected)) {
      if (found[0]?.[key] !== value) problems.push({ group: key, text: `${slug}: ${JSON.stringify(found[0]?.[key])} instead of ${JSON.stringify(value)}` });
    }
    if (JSON.stringify(found[0]?.alternateName) !== JSON.stringify(aliases)) problems.push(`${slug}: alternateName is not its aliases`);
  }
  none(problems, 'a term says what it is');
});

test('a page says to others what it says of itself', () => {
  const problems = [];
  for (const { name, tree } of pages) {
    const expected = {
      'og:title': titleOf(tree),
      'og:description': meta(tree, 'description'),
      'og:url': linked(tree, 'canonical')[0],
      'og:type': name.startsWith('terms/') ? 'article' : 'website',
    };
    for (const [property, value] of Object.entries(expected)) {
      if (!value || meta(tree, property) !== value) problems.push({ group: property, text: `${name}: “${meta(tree, property)}” instead of “${value}”` });
    }
    if (!meta(tree, 'og:site_name')) problems.push({ group: 'og:site_name', text: `${name} has none` });
  }
  none(problems, 'Open Graph agrees with the page');
});

test('titles and descriptions are each one page’s own', () => {
  const problems = [];
  for (const [what, of] of [['title', titleOf], ['description', (tree) => meta(tree, 'description')]]) {
    const values = pages.map(({ tree }) => of(tree));
    for (const twice of repeated(values)) {
      problems.push({ group: what, text: `“${twice}” on ${pages.filter(({ tree }) => of(tree) === twice).map((page) => page.name).join(' and ')}` });
    }
    for (const { name, tree } of pages) if (!of(tree)?.trim()) problems.push({ group: what, text: `${name} has none` });
  }
  none(problems, 'a page has its own title and description');
});

test('a term’s description is the entry’s summary', () => {
  none(
    glossary
      .filter(({ slug, summary }) => meta(byName.get(`terms/${slug}/index.html`).tree, 'description') !== summary)
      .map(({ slug }) => `${slug} says otherwise`),
    'description and summary agree',
  );
});

test('the 404 page asks to be left out of search engines and has no address of its own', () => {
  const page = byName.get('404.html');
  assert.ok(page, '404.html is missing');
  assert.match(meta(page.tree, 'robots') ?? '', /noindex/);
  assert.deepEqual(linked(page.tree, 'canonical'), []);
});

test('a page runs only what its policy names', () => {
  const problems = [];
  for (const { name, html, tree } of ofKind('page', 'missing')) {
    const policy = meta(tree, 'content-security-policy') ?? '';
    const rules = new Map(policy.split(';').map((rule) => rule.trim().split(/\s+/)).map(([key, ...sources]) => [key, sources]));
    const allowed = rules.get('script-src') ?? [];
    const inline = scripts(tree).filter((script) => !isData(script) && attribute(script, 'src') === undefined);
    if (inline.length > 0) problems.push(`${name} has ${inline.length} inline scripts, which its policy refuses`);
    if (allowed.join(' ') !== "'self' 'wasm-unsafe-eval'") problems.push(`${name}: script-src is ${allowed.join(' ')}`);
    for (const [rule, sources] of [['default-src', "'self'"], ['object-src', "'none'"], ['base-uri', "'none'"]]) {
      if (rules.get(rule)?.join(' ') !== sources) problems.push(`${name}: ${rule} is ${rules.get(rule)?.join(' ')}`);
    }
    // A policy in a page holds only for what follows it.
    if (html.indexOf('http-equiv="content-security-policy"') > html.indexOf('<script src=')) problems.push(`${name}: the policy comes after a script`);
  }
  for (const { name, tree } of documents) {
    for (const element of elements(tree)) {
      for (const { name: key } of element.attrs) if (/^on[a-z]+$/.test(key)) problems.push(`${name}: <${element.tagName} ${key}> is a script`);
    }
  }
  none(problems, 'the policy and the page agree');
});
