// The service worker, served as /sw.js: what was read can be read again without a network.
// - A page comes from the network if that answers in time, and from the cache otherwise.
// - An asset has its hash in its name: whatever cache has it has the right one, for ever.
// - Each build has a cache of its own, written only by its own worker and only with what carries its build id. A page and
//   everything that it names are therefore of one build, whichever worker is in charge.
// Where storage is refused or full, everything comes from the network as if this file were not there.

// Filled in by prerender::offline: build, base, and addresses below the base: ahead, pages, labs, assets, style.
const SITE = __SITE__;

const PREFIX = `field-guide:${SITE.base}:`;
const CACHE = PREFIX + SITE.build;
/// How long the network may take where the cache has an answer, in milliseconds.
const PATIENCE = 3000;
/// Pages and fragments that a build keeps; the oldest go first.
const MOST = 200;

const at = (path) => location.origin + SITE.base + path;
const ASSETS = at('assets/');
const OWN = new Set(SITE.assets.map(at));
const isFragment = (key) => /\/(article\.html|plate\.txt)$/.test(key);
/// Files at fixed names that have no place for a build id: a plate, the icon, the manifest. Any build can live with them.
const isUnmarked = (key) => /\.(txt|svg|webmanifest)$/.test(key);
const FIXED = new Set(SITE.pages.map(at).filter((key) => isUnmarked(key) && !isFragment(key)));
const isAsset = (key) => key.startsWith(ASSETS);
const quietly = (promise) => promise.catch(() => undefined);
const after = (time, value) => new Promise((resolve) => { setTimeout(resolve, time, value); });
/// The build that a page or fragment says it is of, near its beginning.
const buildIn = (text) => / data-build="(\w+)"/.exec(text.slice(0, 4000))?.[1];

/// Our caches, newest first: this build's, the one before it, and until they are deleted any others.
async function ours() {
  const names = (await quietly(caches.keys())) ?? [];
  return [CACHE, ...names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).reverse()];
}

/// Asked by address alone: a static host has one answer to every query and every header.
const inCache = (cacheName, key) => quietly(caches.match(key, { cacheName, ignoreVary: true }));

async function inAny(key) {
  for (const name of await ours()) {
    const kept = await inCache(name, key);
    if (kept) return kept;
  }
}

/// An error page under a hashed name, or a file that was cut short, would otherwise stay for ever.
async function isWhole(key, bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return key.includes(`-${[...digest.slice(0, 5)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}.`);
}

/// Keeps an answer, if it is a good one and of this build.
async function keep(key, answer) {
  if (answer.status !== 200 || !['basic', 'default'].includes(answer.type) || answer.redirected) return;
  const copy = answer.clone();
  if (isAsset(key)) {
    if (!OWN.has(key) || !(await isWhole(key, await copy.clone().arrayBuffer()))) return;
  } else if (!isUnmarked(key) && buildIn(await copy.clone().text()) !== SITE.build) {
    return;
  }
  // Made when the worker is installed and nowhere else: once the reader has deleted it, nothing comes back.
  if (!(await caches.has(CACHE))) return;
  const cache = await caches.open(CACHE);
  await cache.put(key, copy);
  if (isAsset(key)) return;
  const pages = (await cache.keys()).filter(({ url }) => !isAsset(url));
  for (const oldest of pages.slice(0, -MOST)) await cache.delete(oldest);
}

/// Fetches what is not kept yet, one after the other: nobody waits for it.
async function fetchAhead(keys) {
  for (const key of keys) {
    if (await inCache(CACHE, key)) continue;
    // What the build before has under the same name need not be fetched again. A page must not be the browser's old one.
    const there = isAsset(key) ? await inAny(key) : undefined;
    const answer = there ?? (await quietly(fetch(key, isAsset(key) ? {} : { cache: 'no-cache' })));
    if (answer) await quietly(keep(key, answer));
  }
}

/// The network's answer, which is kept even if it comes too late for the reader; undefined where there is none.
function fromNetwork(event, key) {
  const answer = fetch(event.request);
  event.waitUntil(quietly(answer.then((answer) => keep(key, answer))));
  return quietly(answer);
}

/// The network first, or what is kept where that is slow, gone or in trouble.
async function freshest(event, key, kept) {
  const network = fromNetwork(event, key);
  const answer = await (kept ? Promise.race([network, after(PATIENCE)]) : network);
  return kept && !(answer && answer.status < 500) ? kept : answer;
}

async function tell(client, build) {
  // A worker of a page's own fetches too, and has nobody to tell.
  if (client?.type === 'window') client.postMessage({ build });
}

async function asset(event, key) {
  const kept = await inAny(key);
  if (kept) return kept;
  const answer = await quietly(fetch(event.request));
  // After a deploy the files of an older page may be gone.
  if (answer?.status === 404) await tell(await clients.get(event.clientId), '');
  if (answer?.status !== 200) return answer ?? Response.error();
  // Whole or not at all: a body that breaks off on its way through here would leave the page waiting.
  const bytes = await quietly(answer.arrayBuffer());
  if (!bytes) return Response.error();
  const whole = new Response(bytes, { headers: { 'content-type': answer.headers.get('content-type') ?? '' } });
  event.waitUntil(quietly(keep(key, whole.clone())));
  return whole;
}

async function page(event, key) {
  const kept = (await inAny(key)) ?? (await inAny(`${key}/`));
  const answer = await freshest(event, key, kept);
  if (answer) return answer;
  // In a frame of somebody's page a list of ours would be out of place.
  return event.request.destination === 'document' ? nothingRead() : Response.error();
}

/// The build of the page that asks. It is asked each time: a browser stops an idle worker, which forgets.
function buildOf(client) {
  if (!client) return SITE.build;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data); });
  client.postMessage({ ask: true }, [port2]);
  return Promise.race([answer, after(1000, SITE.build)]);
}

/// An article on its way into a page that is open: it must be of that page's build.
async function fragment(event, key) {
  const client = await clients.get(event.clientId);
  const build = await buildOf(client);
  const kept = await inCache(PREFIX + build, key);
  const answer = await freshest(event, key, kept);
  if (!answer || answer === kept) return answer ?? Response.error();
  // The 404 page tells its build too, so that a dead link is not taken for a deploy.
  const newer = buildIn(await answer.clone().text());
  if (!newer || newer === build) return answer;
  await tell(client, newer);
  if (newer !== SITE.build) event.waitUntil(quietly(self.registration.update()));
  return kept ?? (answer.ok ? new Response('', { status: 409, statusText: 'Of another build' }) : answer);
}

/// The page for a reader who is offline and asks for what was not read before: a list of what was.
async function nothingRead() {
  const read = new Map();
  for (const cacheName of await ours()) {
    if (!(await quietly(caches.has(cacheName)))) continue;
    for (const { url } of (await (await caches.open(cacheName)).keys()).reverse()) {
      if (isAsset(url) || isFragment(url) || read.has(url) || url.startsWith(at('embed/'))) continue;
      const html = await (await inCache(cacheName, url))?.text();
      // Not those that only lead on to another.
      if (html?.includes(' id="app"')) read.set(url, /<title>(.*?)(?: · [^<·]*)?<\/title>/.exec(html)?.[1] ?? url);
    }
  }
  // Titles come out of our own HTML, escaped as they stood there; addresses are percent-encoded.
  const list = [...read].map(([url, title]) => `<li><a href="${new URL(url).pathname}">${title}</a></li>`).join('\n');
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Offline · Backend Field Guide</title>
<meta name="robots" content="noindex">
<link rel="stylesheet" href="${SITE.base}${SITE.style}">
</head>
<body>
<main id="main">
<section class="trouble">
<h1>You are offline, and this page has not been read here before</h1>
<p><a href="">Try again</a> once you are online.${list && ' These pages are here:'}</p>
<ul>
${list}
</ul>
</section>
</main>
</body>
</html>
`;
  return new Response(html, {
    status: 503,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; style-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'",
    },
  });
}

/// A page tells where the reader is, since neither the first page nor one that is reached without a load came through
/// here; and what it had fetched by then.
async function visited({ address, assets }) {
  const { origin, pathname } = new URL(address);
  const key = origin + pathname;
  if (!key.startsWith(at(''))) return;
  await fetchAhead([...SITE.ahead.map(at), key, ...assets.filter((asset) => OWN.has(asset)), ...SITE.pages.map(at)]);
  // An article is reached in two ways, by its address and from another page, and kept for both.
  const page = await inCache(CACHE, key);
  if (page && / id="article"/.test(await page.text())) await fetchAhead([`${key}article.html`]);
  // Who opens one lab gets them all, for later; who only reads pays for none.
  if (key.startsWith(at('labs/')) && !navigator.connection?.saveData) await fetchAhead(SITE.labs.map(at));
}

addEventListener('install', (event) => {
  // What does not come now is fetched when it is used.
  const ahead = caches.open(CACHE).then(() => fetchAhead([...SITE.ahead, ...SITE.pages].map(at)));
  // There is nothing to wait for: pages of the build before go on with their own cache.
  event.waitUntil(quietly(ahead).then(() => skipWaiting()));
});

addEventListener('activate', (event) => {
  event.waitUntil(quietly((async () => {
    const [, , ...older] = await ours();
    for (const name of older) await quietly(caches.delete(name));
    await clients.claim();
    for (const client of await clients.matchAll({ type: 'window' })) await tell(client, SITE.build);
  })()));
});

addEventListener('message', (event) => {
  if (event.data?.address) event.waitUntil(quietly(visited(event.data)));
});

addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin || !pathname.startsWith(SITE.base) || request.headers.has('range')) return;
  const key = origin + pathname.replace(/\/index\.html$/, '/');
  const from = isAsset(key) ? asset
    : request.mode === 'navigate' || FIXED.has(key) ? page
    : isFragment(key) ? fragment
    : undefined;
  // Whatever goes wrong in here, the reader is no worse off than without it.
  if (from) event.respondWith(from(event, key).catch(() => fetch(request)));
});
