// What dist/_headers says of an address, and what a server sends.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const DIST = process.env.DIST ?? fileURLToPath(new URL('../../dist', import.meta.url));
/// The path under which the site lies.
export const BASE = process.env.BASE ?? '/';

const blocks = [];
for (const line of readFileSync(join(DIST, '_headers'), 'utf8').split('\n')) {
  if (/^\//.test(line)) blocks.push({ address: line, headers: [] });
  else if (line) {
    const [, name, value] = /^ {2}([A-Za-z-]+): (.+)$/.exec(line) ?? [];
    if (!name || blocks.length === 0) throw new Error(`${DIST}/_headers has a line that is neither address nor header: “${line}”`);
    blocks.at(-1).headers.push([name.toLowerCase(), value]);
  }
}
/// Every header that some file of the site is sent with.
export const NAMES = [...new Set(blocks.flatMap(({ headers }) => headers.map(([name]) => name)))];

/// Name → value for the file at `path`, which begins with the base.
export function expected(path) {
  const found = new Map();
  for (const { address, headers } of blocks) {
    if (!(address.endsWith('*') ? path.startsWith(address.slice(0, -1)) : path === address)) continue;
    for (const [name, value] of headers) {
      if (found.has(name)) throw new Error(`two blocks of _headers say ${name} of ${path}`);
      found.set(name, value);
    }
  }
  return found;
}

/// The bytes behind an address, as they lie in dist/; undefined without such a file.
export function fileOf(path, packer = '') {
  const inside = path.slice(BASE.length);
  const file = join(DIST, `${inside}${inside === '' || inside.endsWith('/') ? 'index.html' : ''}${packer}`);
  return existsSync(file) ? readFileSync(file) : undefined;
}

/// The first file below `folder` whose name matches, as an address.
export function some(folder, pattern) {
  const name = readdirSync(join(DIST, folder), { recursive: true }).map(String).sort().find((each) => pattern.test(each));
  if (!name) throw new Error(`${DIST}/${folder} has no file like ${pattern}: the recipe cannot be tested on one`);
  return `${BASE}${folder ? `${folder}/` : ''}${name}`.replace(/(^|\/)index\.html$/, '$1');
}

/// Sends a request as it is written. `all(name)` lists every line of a header.
export function ask(port, path, { method = 'GET', ...headers } = {}) {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, agent: false, headers }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part)).once('error', reject).once('end', () => resolve({
        status: response.statusCode,
        headers: response.headers,
        all: (name) => response.rawHeaders.filter((_, index, raw) => index % 2 === 1 && raw[index - 1].toLowerCase() === name),
        body: Buffer.concat(parts),
      }));
    });
    asked.once('error', reject).end();
  });
}
