// Serves a built site as a plain static host would, and can be told to fail. Knows nothing of browsers.

import { createServer } from 'node:http';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.xml': 'application/xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
  '.bin': 'application/octet-stream',
};

/// The file for a path, `index.html` for a folder; null where there is none.
async function find(dir, path) {
  // An address that is no text, or that climbs out of the folder, names no file.
  let file;
  try {
    file = join(dir, normalize(decodeURIComponent(path)));
  } catch {
    return null;
  }
  if (!join(file, '/').startsWith(join(dir, '/'))) return null;
  const found = await stat(file).catch(() => null);
  if (!found) return null;
  if (found.isFile()) return file;
  const index = join(file, 'index.html');
  return (await stat(index).catch(() => null))?.isFile() ? index : null;
}

/// Serves `dir` under `base` on a free port.
/// The answer: `address` (ends with a slash), `close()`, and `fault(path)`, which may be set at any time: it returns
/// nothing for an honest answer, a status for that status with an empty body, 'drop' to cut the connection, or 'hold' never to answer.
export async function serve(dir, base = '/') {
  const host = { fault: () => undefined, asked: [] };
  // Addresses may be longer than Node allows by itself: what the page does with them is to be seen, not a 431.
  const server = createServer({ maxHeaderSize: 65_536 }, async (request, response) => {
    const path = new URL(request.url, 'http://host').pathname;
    host.asked.push(path);
    const fault = host.fault(path);
    if (fault === 'drop') return request.socket.destroy();
    if (fault === 'hold') return;
    if (fault) return response.writeHead(fault).end();
    if (!path.startsWith(base)) return response.writeHead(404).end('Outside of the site.');
    const inside = path.slice(base.length);
    const file = await find(dir, inside);
    // As every static host does: a folder's address ends with a slash, otherwise its relative links would miss.
    if (file?.endsWith('index.html') && !inside.endsWith('index.html') && !path.endsWith('/')) {
      return response.writeHead(301, { location: `${path}/` }).end();
    }
    const served = file ?? join(dir, '404.html');
    const body = await readFile(served);
    // Under a hashed name the content never changes; with a fault in place nothing may come from a cache.
    const lasting = inside.startsWith('assets/') && file;
    response.writeHead(file ? 200 : 404, {
      'content-type': TYPES[extname(served)] ?? 'application/octet-stream',
      'content-length': body.length,
      'cache-control': lasting ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    response.end(body);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  host.address = `http://127.0.0.1:${server.address().port}${base}`;
  host.close = () => new Promise((resolve) => {
    server.close(resolve);
    // Browsers keep connections open; nobody waits for them.
    server.closeAllConnections();
  });
  return host;
}
