// The page's side of offline reading (worker.js is the other): starts the service worker once the page stands, tells it
// what the reader reads, and says when there is a newer version. Switched off by ?offline=off in any address of the site,
// on again by ?offline=on; the wish is kept in the browser. Nothing here can hurt the page: what fails is left out.
const root = document.documentElement;
const { base, build } = root.dataset;
const KEY = 'field-guide.offline';

/// Asking for it throws in a frame that may not store anything.
function workers() {
  try {
    return navigator.serviceWorker;
  } catch {
    return undefined;
  }
}
const container = workers();

/// What to do: 'on', 'off' if the reader has switched it off, here or before, and 'none' in a browser that stores nothing
/// for us: it would refuse a worker too, and complain.
function choice() {
  const address = new URL(location.href);
  const wish = address.searchParams.get('offline');
  if (wish !== null) {
    // Taken out: whoever is sent this address has a wish of their own.
    address.searchParams.delete('offline');
    history.replaceState(history.state, '', address);
  }
  try {
    if (wish === 'off') localStorage.setItem(KEY, wish);
    if (wish === 'on') localStorage.removeItem(KEY);
    return localStorage.getItem(KEY) === 'off' ? 'off' : 'on';
  } catch {
    return 'none';
  }
}

async function takeAway() {
  for (const registration of await container.getRegistrations()) {
    if (new URL(registration.scope).pathname === base) await registration.unregister();
  }
  // Neighbours on the same host have caches too.
  for (const name of await caches.keys()) {
    if (name.startsWith(`field-guide:${base}:`)) await caches.delete(name);
  }
}

function tellVisited() {
  // Where there is no page there is nothing to keep.
  if (!document.querySelector("#app[data-prerendered]")) return;
  const assets = performance.getEntriesByType('resource').map(({ name }) => name);
  container.controller?.postMessage({ address: location.href, assets });
}

/// Resolves when the page has loaded and the browser has nothing better to do.
async function settled() {
  if (document.readyState !== 'complete') await new Promise((resolve) => addEventListener('load', resolve, { once: true }));
  await new Promise((resolve) => (globalThis.requestIdleCallback ?? setTimeout)(resolve));
}

async function begin() {
  container.addEventListener('message', ({ data, ports }) => {
    if (data?.ask) ports[0]?.postMessage(build);
    // Something came, or is missing, that does not go with this page: nothing is taken from the reader, and the page says so.
    else if (typeof data?.build === 'string' && data.build !== build) root.dataset.update = '';
  });
  // Here and not in the program: it must work where that did not start. The address keeps a lab's state.
  for (const link of document.querySelectorAll('.trouble-update a')) {
    link.addEventListener('click', (event) => {
      event.preventDefault();
      location.reload();
    });
  }
  await settled();
  container.addEventListener('controllerchange', tellVisited);
  // The title changes with every page that is reached without a load.
  new MutationObserver(async () => {
    await settled();
    tellVisited();
  }).observe(document.querySelector('title'), { childList: true });
  await container.register(`${base}sw.js`, { scope: base });
  tellVisited();
}

const does = { on: begin, off: takeAway, none: async () => {} }[choice()];
if (container && base && parent === window) {
  // A host without sw.js, or a browser that refuses, is no trouble: the site works as it did.
  await does().catch(() => undefined);
}
