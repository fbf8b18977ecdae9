// Every prerendered page, taken over by the program, is still the page that was prerendered: same nodes, same
// attributes, nothing on the console, no request without a good answer.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { BROWSER, start } from './harness.mjs';

let page;
before(async () => { page = await start(); });
after(() => page?.stop());

/// The paths that the sitemap lists, without the site's own.
async function paths() {
  const sitemap = await (await fetch(page.url('/sitemap.xml'))).text();
  const found = [...sitemap.matchAll(/<loc>([^<]+)<\/loc>/g)].map(([, url]) => new URL(url).pathname);
  const home = found.reduce((shortest, path) => (path.length < shortest.length ? path : shortest));
  return found.map((path) => `/${path.slice(home.length)}`);
}

/// Inside the page: the first difference between #app as it was sent and as it stands, or null.
/// Nothing is normalised but two things. A canvas has the size of its place, and takes over from the picture that stands in
/// for it; a browser alone can do that. And a lab ticks off the tasks that its run shows. What is ticked is the reader's
/// progress, known only in the browser, and with reduced motion the run stands at its end from the start.
function difference(raw) {
  const sent = new DOMParser().parseFromString(raw, 'text/html').getElementById('app');
  const stands = document.getElementById('app').cloneNode(true);
  for (const app of [sent, stands]) {
    for (const canvas of app.querySelectorAll('canvas')) {
      canvas.removeAttribute('width');
      canvas.removeAttribute('height');
      canvas.parentElement.classList.remove('moving');
    }
    for (const task of app.querySelectorAll('ul.tasks > li')) {
      task.classList.remove('done');
      if (!task.className) task.removeAttribute('class');
      const [box, said] = [task.firstElementChild, task.lastElementChild];
      box.textContent = box.textContent.replace('☑', '☐').trim();
      said.textContent = said.textContent.replace(', done', '').trim();
    }
  }
  if (sent.isEqualNode(stands)) return null;
  const name = (node) => {
    if (!node) return 'nothing';
    if (node.nodeType === Node.ELEMENT_NODE) return node.cloneNode(false).outerHTML;
    return `${node.nodeName} ${JSON.stringify(node.data.slice(0, 160))}`;
  };
  // Down to the deepest pair that differs.
  const descend = (a, b, way) => {
    const count = Math.max(a.childNodes.length, b.childNodes.length);
    for (let index = 0; index < count; index++) {
      const [left, right] = [a.childNodes[index], b.childNodes[index]];
      if (left && right && left.isEqualNode(right)) continue;
      const here = `${way} > ${left?.nodeName.toLowerCase() ?? 'nothing'}[${index}]`;
      const same = left && right && left.cloneNode(false).isEqualNode(right.cloneNode(false));
      return same ? descend(left, right, here) : `${here}: prerendered ${name(left)}, after hydration ${name(right)}`;
    }
    return `${way}: prerendered ${name(a)}, after hydration ${name(b)}`;
  };
  return descend(sent, stands, '#app');
}

/// Inside the page: effects that hydration set off have run, and what they fetch is here.
function settled(done) {
  requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(() => setTimeout(done, 0)), 0));
}

test('hydration changes no prerendered page', async (t) => {
  const all = await paths();
  assert.ok(all.length > 50, `the sitemap lists the whole glossary, but only ${all.length} pages`);
  // What hydration compares is the same in every engine: of the entries one looks at every second, the other at every fourth of
  // those between. HYDRATION=all looks at each.
  const mine = (index) => process.env.HYDRATION === 'all' || (BROWSER === 'firefox' ? index % 4 === 1 : index % 2 === 0);
  const looked = all.filter((path, index) => !path.startsWith('/terms/') || mine(index));
  for (const path of looked) {
    await t.test(path, async () => {
      const answer = await fetch(page.url(path));
      assert.equal(answer.status, 200, `${path} is in the sitemap and should be there`);
      const raw = await answer.text();
      await page.open(path);
      await page.driver.executeAsyncScript(settled);
      assert.equal(await page.run(difference, raw), null, `${path} differs after hydration`);
      assert.equal(await page.run(() => document.documentElement.dataset.trouble ?? null), null, `${path} says it is in trouble`);
      assert.deepEqual(await page.troubles(), [], `${path} loads without an error`);
    });
  }
});

test('a difference is found where there is one', async () => {
  // A comparison that cannot fail proves nothing: a single attribute that went missing must be named.
  const raw = await (await fetch(page.url('/'))).text();
  await page.open('/');
  await page.run(() => document.querySelector('footer a[rel]').removeAttribute('rel'));
  assert.match(await page.run(difference, raw), /footer.*rel="external".*after hydration/s);
});
