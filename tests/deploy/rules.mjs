// What any server with a recipe of ours has to do, asked of the running server.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { BASE, NAMES, ask, expected, fileOf, some } from './expected.mjs';

const PAGES = [BASE, some('terms', /^etag\/index\.html$/), some('labs', /^[^/]+\/index\.html$/), some('paths', /^[^/]+\/index\.html$/), `${BASE}conformance/`, `${BASE}embedding/`];
const EMBEDS = [some('embed/terms', /^etag\/index\.html$/), some('embed/labs', /index\.html$/)];
const ASSETS = [/^boot-.*\.js$/, /^worker-.*\.js$/, /^style-.*\.css$/, /\.wasm$/, /\.bin$/, /\.woff2$/].map((pattern) => some('assets', pattern));
const LOADER = `${BASE}embed.js`;
const READ = [`${BASE}glossary.json`, `${BASE}feed.xml`, some('oembed/terms', /\.json$/)];
const OTHERS = [some('terms', /^etag\/article\.html$/), `${BASE}404.html`, `${BASE}robots.txt`, `${BASE}icon.svg`, `${BASE}manifest.webmanifest`, `${BASE}sitemap.xml`, `${BASE}opensearch.xml`];
const WORKER = [`${BASE}sw.js`].filter((path) => fileOf(path));
const ALL = [...PAGES, ...EMBEDS, ...ASSETS, LOADER, ...READ, ...OTHERS, ...WORKER];

/// By the end of the address; Go and nginx call XML and icons by different names, all of which are right.
const TYPES = [
  [/(\/|\.html)$/, /^text\/html; charset=utf-8$/], [/\.js$/, /^text\/javascript; charset=utf-8$/], [/\.css$/, /^text\/css; charset=utf-8$/],
  [/\.wasm$/, /^application\/wasm$/], [/\.json$/, /^application\/json(; charset=utf-8)?$/], [/\.woff2$/, /^font\/woff2$/],
  [/\.svg$/, /^image\/svg\+xml(; charset=utf-8)?$/], [/\.xml$/, /^(application|text)\/xml(; charset=utf-8)?$/], [/\.txt$/, /^text\/plain; charset=utf-8$/],
  [/\.webmanifest$/, /^application\/manifest\+json$/], [/\.bin$/, /^application\/octet-stream$/],
];
const UNPACK = { br: brotliDecompressSync, gzip: gunzipSync };

/// `start` gives a server, whose name is `server`. `accepts`: further values of Accept-Encoding, each with what is sent for it.
/// `counted`: it says how long a packed file is; Go's file server, under Caddy, sends it in chunks.
export function rules(server, start, { accepts = [], counted = true } = {}) {
  let host;
  before(async () => { host = await start(); });
  after(() => host?.stop());
  const get = (path, options) => ask(host.port, path, options);

  test(`${server} sends with each kind of file what _headers says, once, and no other of those headers`, async () => {
    const unspoken = new Set();
    for (const path of ALL) {
      const wanted = expected(path);
      // Under the name of a packed file a rule may miss.
      for (const encoding of ['identity', 'gzip', 'br']) {
        const { status, all } = await get(path, { 'accept-encoding': encoding });
        const what = `${path} as ${encoding}`;
        assert.equal(status, 200, what);
        for (const name of NAMES) {
          const value = wanted.get(name);
          if (value) assert.deepEqual(all(name), [value], `${what}: ${name}`);
          // Files of which _headers says no policy or lifetime are safe with a page's; who may take them in is said by name.
          else if (['access-control-allow-origin', 'cross-origin-resource-policy'].includes(name)) assert.deepEqual(all(name), [], `${what}: ${name} is sent and not in _headers`);
          else unspoken.add(name);
        }
        assert.deepEqual(all('x-frame-options'), [], `${what}: X-Frame-Options would keep the embeds out of frames`);
      }
    }
    assert.deepEqual([...unspoken].sort(), ['cache-control', 'content-security-policy'], '_headers is silent on other headers than it was');
  });

  test(`${server}: anybody may frame an embed, and only the site its pages`, async () => {
    for (const [paths, wanted] of [[EMBEDS, []], [[...PAGES, `${BASE}404.html`], ["frame-ancestors 'self'"]]]) {
      for (const path of paths) {
        const [policy] = (await get(path)).all('content-security-policy');
        assert.deepEqual(policy.split('; ').filter((rule) => rule.startsWith('frame-ancestors')), wanted, path);
        // The page says the same for hosts without headers. All but who may frame it: that counts in a header only.
        const [, meta] = /<meta http-equiv="content-security-policy" content="([^"]+)">/.exec(fileOf(path).toString()) ?? [];
        assert.equal(policy.replace("; frame-ancestors 'self'", ''), meta, `${path}: header and head say different policies`);
      }
    }
  });

  test(`${server} lets only what is named by its hash be kept for ever`, async () => {
    const lifetimes = [[ASSETS, 'public, max-age=31536000, immutable'], [[LOADER], 'public, max-age=3600'], [[...PAGES, ...EMBEDS, ...READ, ...OTHERS, ...WORKER], 'no-cache']];
    for (const [paths, lifetime] of lifetimes) {
      for (const path of paths) assert.deepEqual((await get(path)).all('cache-control'), [lifetime], path);
    }
  });

  test(`${server} says what a file is, whichever way it is packed`, async () => {
    for (const path of ALL) {
      const [, type] = TYPES.find(([end]) => end.test(path)) ?? assert.fail(`${path}: nobody said what it is`);
      for (const encoding of ['identity', 'gzip', 'br']) {
        const { all } = await get(path, { 'accept-encoding': encoding });
        assert.equal(all('content-type').length, 1, `${path} as ${encoding}`);
        assert.match(all('content-type')[0], type, `${path} as ${encoding}`);
      }
    }
  });

  test(`${server} sends the packed file to whoever takes it, and says so`, async () => {
    const ways = [['br', 'br'], ['gzip', 'gzip'], ['gzip, deflate, br, zstd', 'br'], ['gzip;q=1.0, br;q=0', 'gzip'], ['identity', undefined], [undefined, undefined], ...accepts];
    let packed = 0;
    for (const path of ALL) {
      const plain = fileOf(path);
      for (const [accept, wanted] of ways) {
        const { status, all, body } = await get(path, accept === undefined ? {} : { 'accept-encoding': accept });
        const beside = wanted && fileOf(path, wanted === 'br' ? '.br' : '.gz');
        const what = `${path} for “${accept}”`;
        assert.equal(status, 200, what);
        assert.deepEqual(all('content-encoding'), beside ? [wanted] : [], what);
        if (counted || !beside) assert.deepEqual(all('content-length'), [String((beside ?? plain).length)], `${what}: a length`);
        assert.ok(body.equals(beside ?? plain), `${what}: other bytes came than lie in dist/`);
        if (beside) {
          assert.ok(UNPACK[wanted](body).equals(plain), `${what}: the file beside is not this file, packed`);
          packed += 1;
        }
        if (fileOf(path, '.br') && beside) assert.deepEqual(all('vary'), ['Accept-Encoding'], `${what}: a cache on the way would mix the two up`);
      }
    }
    assert.ok(packed > ALL.length, `only ${packed} packed files were sent: has dist/ any?`);
  });

  test(`${server} answers with the 404 page where nothing is, and lets nobody keep that`, async () => {
    const page = fileOf(`${BASE}404.html`);
    const gone = ['terms/no-such-term/', 'no-such-page', 'assets/boot-0000000000.js', 'embed/terms/no-such-term/', 'oembed/terms/no-such-term.json', 'embed/', 'embed.js/', '_headers', 'index.html.br', 'index.html.gz', 'embed.js.br'];
    const { headers: { 'content-security-policy': policy } } = await get(BASE);
    for (const path of gone) {
      for (const encoding of ['identity', 'br']) {
        const { status, all, body } = await get(`${BASE}${path}`, { 'accept-encoding': encoding });
        const what = `${path} as ${encoding}`;
        assert.equal(status, 404, what);
        const [packing] = all('content-encoding');
        assert.ok((packing ? UNPACK[packing](body) : body).equals(page), `${what} is not answered with 404.html`);
        assert.match(all('content-type').join(), /^text\/html; charset=utf-8$/, what);
        assert.deepEqual(all('content-security-policy'), [policy], what);
        assert.deepEqual(all('x-content-type-options'), ['nosniff'], what);
        assert.deepEqual(all('cache-control'), ['no-cache'], what);
        assert.deepEqual([...all('cross-origin-resource-policy'), ...all('access-control-allow-origin')], [], what);
      }
    }
  });

  test(`${server} adds the slash to a folder's address, keeps the query, and names no host`, async () => {
    for (const path of ['terms/etag', 'labs/rate-limiting', 'embed/terms/etag']) {
      const { status, all } = await get(`${BASE}${path}?preset=boundary&t=1`);
      assert.ok([301, 308].includes(status), `${path}: ${status}`);
      assert.deepEqual(all('location'), [`${BASE}${path}/?preset=boundary&t=1`], path);
    }
  });

  test(`${server} tells who has a file already, for each way of packing it`, async () => {
    const path = PAGES[1];
    for (const encoding of ['identity', 'gzip', 'br']) {
      const { all: first } = await get(path, { 'accept-encoding': encoding });
      const [tag] = first('etag');
      assert.ok(tag, `${path} as ${encoding} has no ETag`);
      const { status, all, body } = await get(path, { 'accept-encoding': encoding, 'if-none-match': tag });
      assert.equal(status, 304, `${path} as ${encoding}`);
      assert.equal(body.length, 0);
      assert.deepEqual(all('etag'), [tag]);
      assert.deepEqual(all('cache-control'), first('cache-control'), `${path}: a 304 that says another lifetime would change it`);
      assert.deepEqual(all('content-security-policy'), first('content-security-policy'), `${path}: a 304 replaces the policy that is kept`);
    }
  });

  test(`${server} sends HEAD what it sends GET, a part where one is asked for, and takes nothing`, async () => {
    const wasm = ASSETS.find((path) => path.endsWith('.wasm'));
    for (const path of [PAGES[1], wasm]) {
      const [one, other] = [await get(path, { 'accept-encoding': 'br' }), await get(path, { 'accept-encoding': 'br', method: 'HEAD' })];
      const told = ({ headers: { date, connection, 'keep-alive': alive, 'transfer-encoding': chunks, ...rest } }) => rest;
      assert.deepEqual(told(other), told(one), path);
      assert.equal(other.body.length, 0);
    }
    const { status, body } = await get(wasm, { range: 'bytes=0-3' });
    assert.equal(status, 206);
    assert.deepEqual([...body], [0, 0x61, 0x73, 0x6d], 'the first bytes of a wasm are its mark');
    assert.equal((await get(PAGES[1], { method: 'POST', 'content-length': '0' })).status, 405);
  });
}
