// A stranger's page that embeds the guide: another site, a strict content policy, no help from its own scripts.

import { createServer } from 'node:http';
import assert from 'node:assert/strict';
import { start } from './harness.mjs';

/// Pages by path; each is the body of a document. `policy` is what the documentation of the embeds asks a host for; `frames`
/// is what else a test allows in frames.
async function hosts(guide) {
  const { origin } = new URL(guide);
  const host = { frames: '' };
  const policy = () => `default-src 'none'; script-src ${origin}; frame-src ${origin} ${host.frames}; style-src 'none'`;
  const pages = new Map();
  const server = createServer((request, response) => {
    const body = pages.get(new URL(request.url, 'http://host').pathname);
    if (body === undefined) return response.writeHead(204).end();
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy() });
    response.end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A host</title></head><body><main><h1>Host</h1>${body}</main></body></html>`);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  // By name: another site than the guide's, not only another port.
  const address = `http://localhost:${server.address().port}/`;
  return Object.assign(host, {
    add: (name, body) => { pages.set(`/${name}`, body); return address + name; },
    close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  });
}

export const SPACE = '<br>'.repeat(120);
export const settled = () => new Promise((resolve) => setTimeout(resolve, 600));
/// Asks until it is so: what crosses a frame's border takes its time.
export const becomes = async (what, ask) => {
  const end = Date.now() + 15_000;
  for (let last; ; await new Promise((resolve) => setTimeout(resolve, 30))) {
    last = await ask();
    if (last === true) return;
    if (Date.now() > end) assert.fail(`${what}: ${last}`);
  }
};

/// A browser, a guide, a host, and what tests do with them.
export async function visit(options = {}) {
  const page = await start({ own: true, ...options });
  const host = await hosts(page.site);
  /// Firefox asks every page for its icon, and this policy refuses it: the host's own affair.
  const troubles = async (of = page) => (await of.troubles()).filter((trouble) => !/img-src.*\/favicon\.ico/.test(trouble));

  const script = (more = '', of = page) => `<script src="${of.url('/embed.js')}" async${more}></script>`;
  const term = (slug = 'idempotency', more = '') =>
    `<field-guide-term slug="${slug}"${more}><a href="${page.url(`/terms/${slug}/`)}">Fallback ${slug}</a></field-guide-term>`;
  const link = (slug, more = '') => `<a href="${page.url(`/terms/${slug}/`)}" data-field-guide${more}>${slug}</a>`;

  let count = 0;
  const show = async (body, of = page) => of.driver.get(host.add(`page-${count += 1}`, body));

  /// The frame of the element, once it has answered.
  const ready = (selector = 'field-guide-term, field-guide-lab') => page.until(`a frame that is ready in ${selector}`, (selector) =>
    document.querySelector(selector)?.shadowRoot?.querySelector('iframe:not(.waiting)'), selector);
  /// Runs a function inside a frame.
  const within = async (frame, inside, ...args) => {
    await page.driver.switchTo().frame(frame);
    try {
      return await page.run(inside, ...args);
    } finally {
      await page.driver.switchTo().defaultContent();
    }
  };
  const needed = () => Math.ceil(document.documentElement.getBoundingClientRect().height);
  const height = (frame) => page.run((frame) => frame.getBoundingClientRect().height, frame);
  /// Up to the 2000 px that no frame may exceed.
  const fits = (frame) => becomes('the frame is as high as its document', async () => {
    const [inner, outer] = [Math.min(2000, await within(frame, needed)), await height(frame)];
    return Math.abs(inner - outer) <= 1 || `${outer} px for ${inner} px`;
  });
  const fallback = (of = page, selector = 'field-guide-term > a, field-guide-lab > a') =>
    of.run((selector) => document.querySelector(selector)?.checkVisibility() ?? null, selector);
  /// An element made by a script of the page, with its events on record in `window.seen`.
  const make = (tag, attributes) => page.run((tag, attributes) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.innerHTML = '<a href="/elsewhere">Fallback</a>';
    window.seen = [];
    for (const type of ['ready', 'resize', 'error']) element.addEventListener(type, (event) => window.seen.push({ type, ...event.detail }));
    document.body.append(element);
  }, tag, attributes);
  const event = (type) => page.until(`the event ${type}`, (type) => window.seen.find((event) => event.type === type), type);
  /// After every test: what it expected to fail, it has taken out of the list itself.
  const leave = async () => {
    await page.driver.switchTo().defaultContent();
    page.server.fault = () => undefined;
    host.frames = '';
    assert.deepEqual(await troubles(), [], 'nothing failed on the way');
  };
  const stop = async () => {
    await host.close();
    await page.stop();
  };
  return { page, host, troubles, script, term, link, show, ready, within, height, fits, fallback, make, event, leave, stop };
}
