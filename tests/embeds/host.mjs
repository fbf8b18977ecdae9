// Serves a built site as a stranger's host would: on another site than the guide's, with a content policy on every page.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { GUIDE } from './build.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8', '.json': 'application/json; charset=utf-8', '.svg': 'image/svg+xml', '.xml': 'application/xml; charset=utf-8',
  '.png': 'image/png', '.ico': 'image/x-icon', '.woff': 'font/woff', '.woff2': 'font/woff2', '.wasm': 'application/wasm',
};
const REWRITTEN = new Set(['.html', '.js', '.mjs', '.json']);

const hashes = (html, tag) => [...html.matchAll(new RegExp(`<${tag}(?![^>]*\\ssrc\\s*=)[^>]*>([\\s\\S]*?)</${tag}>`, 'gi'))]
  .map(([, text]) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);

/// What the documentation of the embeds asks for, origin and nothing more, beside what the tool itself needs. Scripts: the
/// tool's own inline ones by their hashes, never 'unsafe-inline'. `mode`:
///   tool          styles as the tool's own pages need them
///   strict        no inline styles either: the tool may suffer, the embed must not
///   no-script     without the guide in script-src
///   no-frame      without the guide in frame-src
export function policy(html, origin, { mode = 'tool', frames = '' } = {}) {
  const join = (...parts) => parts.filter(Boolean).join(' ');
  return [
    "default-src 'self'", "object-src 'none'", "base-uri 'self'", "img-src 'self' data:", "font-src 'self' data:",
    join("script-src 'self'", ...new Set(hashes(html, 'script')), mode !== 'no-script' && origin),
    mode === 'no-frame' ? join('frame-src', frames || "'none'") : join('frame-src', frames, origin),
    mode === 'strict' ? join("style-src 'self'", ...new Set(hashes(html, 'style'))) : "style-src 'self' 'unsafe-inline'",
  ].join('; ');
}

/// `guide` is the guide's address. By name: localhost is another site than 127.0.0.1, not only another port.
export async function serveSite(dir, guide, frames = '') {
  const { origin } = new URL(guide);
  const host = { mode: 'tool' };
  const find = async (path) => {
    for (const file of [join(dir, path), join(dir, path, 'index.html'), join(dir, `${path}.html`)]) {
      if (file.startsWith(dir) && (await stat(file).catch(() => null))?.isFile()) return file;
    }
    return null;
  };
  const server = createServer(async (request, response) => {
    try {
      const file = await find(decodeURIComponent(new URL(request.url, 'http://host').pathname));
      // No icon, no map: nobody's concern here.
      if (!file) return response.writeHead(/favicon|\.map$/.test(request.url) ? 204 : 404).end();
      const kind = extname(file);
      let body = await readFile(file);
      if (REWRITTEN.has(kind)) body = body.toString('utf8').replaceAll(GUIDE, guide);
      const headers = { 'content-type': TYPES[kind] ?? 'application/octet-stream', 'cache-control': 'no-store' };
      if (kind === '.html') headers['content-security-policy'] = policy(body, origin, { mode: host.mode, frames });
      response.writeHead(200, headers).end(body);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  host.address = `http://localhost:${server.address().port}/`;
  host.close = () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); });
  return host;
}
