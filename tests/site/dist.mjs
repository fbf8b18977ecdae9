// The finished site in memory: its files, its pages, and where an address leads.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { attribute, elements, linked, meta, read } from './dom.mjs';

export const DIST = process.env.DIST ?? 'dist';
/** The path under which the site lies. */
export const BASE = process.env.BASE ?? '/';

/** Path inside the site → bytes. Trunk replaces the folder as a whole; a file that went meanwhile means: read again. */
async function snapshot() {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const names = readdirSync(DIST, { recursive: true }).map(String);
      const files = names.filter((name) => !/\.(br|gz)$/.test(name) && statSync(join(DIST, name)).isFile());
      return new Map(files.sort().map((name) => [name.split(sep).join('/'), readFileSync(join(DIST, name))]));
    } catch (error) {
      if (error.code !== 'ENOENT' || attempt === 20) throw error;
      await pause(500);
    }
  }
}

export const files = await snapshot();

export const textOf = (name) => {
  const bytes = files.get(name);
  if (!bytes) throw new Error(`${DIST} has no file ${name}`);
  return bytes.toString('utf8');
};

/**
 * Every HTML file. `kind` is "fragment" for an article.html, "alias" for a page that sends the reader on, "missing" for
 * the 404 page, "embed" for a page that stands in frames of others, and "page" for the rest, each of which has an address
 * that counts.
 */
export const documents = [...files.keys()].filter((name) => name.endsWith('.html')).map((name) => {
  const html = textOf(name);
  const fragment = name.endsWith('/article.html');
  const { tree, errors } = read(html, { fragment });
  const embed = name.startsWith('embed/');
  const kind = fragment ? 'fragment' : embed ? 'embed' : name === '404.html' ? 'missing' : meta(tree, 'refresh') !== undefined ? 'alias' : 'page';
  const path = BASE + name.replace(/(^|\/)index\.html$/, '$1');
  return { name, html, tree, errors, kind, path };
});

export const ofKind = (...kinds) => documents.filter((each) => kinds.includes(each.kind));
export const pages = ofKind('page');
export const terms = pages.filter((page) => page.name.startsWith('terms/'));
export const home = pages.find((page) => page.name === 'index.html');
if (!home) throw new Error(`${DIST}/index.html is missing or is no page`);

/** The site's full address, as its home says; `BASE` has to be the path of it. */
export const SITE = linked(home.tree, 'canonical')[0] ?? '';

/**
 * Where an address on the page at `path` leads: `{ outside: true }`, or a file and an anchor of the site. `file` is
 * undefined where there is none, and `exact` says that a host need not redirect to find it.
 */
export function follow(address, path) {
  const origin = new URL(SITE).origin;
  const url = new URL(address, origin + path);
  if (url.origin !== origin) return { outside: true };
  const anchor = decodeURIComponent(url.hash.slice(1));
  // Another path of our own host is not part of this site: nobody put anything there.
  if (!url.pathname.startsWith(BASE)) return { anchor, exact: true };
  const name = decodeURIComponent(url.pathname.slice(BASE.length));
  if (name === '' || name.endsWith('/')) {
    return { file: files.has(`${name}index.html`) ? `${name}index.html` : undefined, anchor, exact: true };
  }
  if (files.has(name)) return { file: name, anchor, exact: true };
  return { file: files.has(`${name}/index.html`) ? `${name}/index.html` : undefined, anchor, exact: false };
}

export const byName = new Map(documents.map((each) => [each.name, each]));

/** Values of `id`, in document order. */
export const ids = (document) => [...elements(document.tree)].map((each) => attribute(each, 'id')).filter((id) => id !== undefined);

export const glossary = JSON.parse(textOf('glossary.json'));
