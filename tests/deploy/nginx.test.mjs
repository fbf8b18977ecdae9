// The recipe of deploy/nginx-site.conf in a real nginx.

import assert from 'node:assert/strict';
import test from 'node:test';
import { BASE, DIST, ask } from './expected.mjs';
import { rules } from './rules.mjs';
import { startNginx, withoutNginx } from './servers.mjs';

const problem = withoutNginx();
// An nginx that is set up for something else: the recipe has to hold in it all the same.
const AROUND = 'gzip on; gzip_types *; gzip_min_length 1; gzip_vary on; etag on; default_type text/x-wrong; add_header X-Around there;';

if (problem) {
  test('nginx', { skip: problem }, () => {});
} else {
  rules('nginx', () => startNginx(DIST, BASE, AROUND), {
    accepts: [['BR', 'br'], ['br;q=0.5', 'br'], ['gzip, br ; q=1', 'br'], ['br;q=0.001', 'br'], ['br;q=0.000', undefined], ['xbr, brx', undefined], ['*', undefined]],
  });

  test('nginx tells the packings of a page apart by their ETags, and says no packing where it sends nothing', async () => {
    const host = await startNginx(DIST, BASE);
    try {
      const path = `${BASE}terms/etag/`;
      const tags = [];
      for (const encoding of ['identity', 'gzip', 'br']) {
        const { headers: { etag } } = await ask(host.port, path, { 'accept-encoding': encoding });
        tags.push(etag);
        const { status, all } = await ask(host.port, path, { 'accept-encoding': encoding, 'if-none-match': etag });
        assert.deepEqual([status, all('content-encoding')], [304, []], encoding);
      }
      assert.equal(new Set(tags).size, 3, `${tags}: a cache would take one packing for another`);
      assert.deepEqual(tags.filter((tag) => !/^"[^"]+"$/.test(tag)), [], 'each is a strong one');
    } finally {
      await host.stop();
    }
  });
}
