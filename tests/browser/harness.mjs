// One browser for a test file: started, watched and stopped. BROWSER=chromium|firefox chooses which; SITE=… tests a
// server that runs already instead of dist/ (DIST=… for another folder).

import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from './server.mjs';

// The tools are set up inside the checkout; ES modules do not look there by themselves.
const require = createRequire(new URL('../../.tools/node/', import.meta.url));
const { Builder, Capabilities, Key, By, logging } = require('selenium-webdriver');
const chrome = require('selenium-webdriver/chrome.js');
const firefox = require('selenium-webdriver/firefox.js');
const { WebSocket } = require('ws');
const { Pointer } = require('selenium-webdriver/lib/input.js');
export { Key, By };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const AXE = readFileSync(join(ROOT, '.tools/node/node_modules/axe-core/axe.min.js'), 'utf8');
export const BROWSER = process.env.BROWSER ?? 'chromium';
export const DIST = process.env.DIST ?? join(ROOT, 'dist');
/// On two busy cores a first start of the program takes seconds; a condition that holds is seen at once.
const PATIENCE = 15_000;

const PATHS = {
  chromium: process.env.CHROMIUM ?? '/usr/bin/chromium',
  chromedriver: process.env.CHROMEDRIVER ?? '/usr/bin/chromedriver',
  firefox: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
  geckodriver: process.env.GECKODRIVER ?? join(ROOT, '.tools/bin/geckodriver'),
};

function chromium({ javascript, storage, motion, downloads }, profile) {
  const options = new chrome.Options();
  options.setChromeBinaryPath(PATHS.chromium);
  options.addArguments(
    '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage',
    '--disable-background-networking', '--disable-component-update', '--disable-sync', '--window-size=1280,900',
    `--user-data-dir=${profile}`,
  );
  if (!motion) options.addArguments('--force-prefers-reduced-motion');
  const preferences = downloads ? { 'download.default_directory': downloads, 'download.prompt_for_download': false } : {};
  if (!javascript) preferences['profile.managed_default_content_settings.javascript'] = 2;
  // Blocked cookies are blocked storage: asking for localStorage throws.
  if (!storage) preferences['profile.default_content_setting_values.cookies'] = 2;
  options.setUserPreferences(preferences);
  const logs = new logging.Preferences();
  logs.setLevel(logging.Type.BROWSER, logging.Level.ALL);
  options.setLoggingPrefs(logs);
  options.enableBidi();
  return new Builder(Capabilities.chrome()).forBrowser('chrome').setChromeOptions(options)
    .setChromeService(new chrome.ServiceBuilder(PATHS.chromedriver)).build();
}

function gecko({ javascript, storage, motion, downloads }) {
  const options = new firefox.Options();
  options.setBinary(PATHS.firefox);
  options.addArguments('-headless', '--width=1280', '--height=900');
  options.setPreference('ui.prefersReducedMotion', motion ? 0 : 1);
  if (downloads) {
    options.setPreference('browser.download.folderList', 2);
    options.setPreference('browser.download.dir', downloads);
    options.setPreference('browser.helperApps.neverAsk.saveToDisk', 'text/csv,application/json');
    options.setPreference('browser.download.alwaysOpenPanel', false);
  }
  if (!javascript) options.setPreference('javascript.enabled', false);
  if (!storage) options.setPreference('network.cookie.cookieBehavior', 2);
  options.enableBidi();
  return new Builder().forBrowser('firefox').setFirefoxOptions(options)
    .setFirefoxService(new firefox.ServiceBuilder(PATHS.geckodriver)).build();
}

/// Starts a browser, and a server for `dir` where SITE names none. With `own` the server is always ours: a test that
/// needs faults cannot have them from a stranger. `downloads`: the folder that files are put into without asking.
export async function start({ javascript = true, storage = true, motion = false, own = false, downloads = null, dir = DIST, base = '/' } = {}) {
  const needed = BROWSER === 'firefox' ? ['firefox', 'geckodriver'] : ['chromium', 'chromedriver'];
  for (const name of needed) {
    if (!existsSync(PATHS[name])) throw new Error(`${name} is not at ${PATHS[name]}; ${name.toUpperCase()}=… says where it is`);
  }
  const server = process.env.SITE && !own ? null : await serve(dir, base);
  const profile = BROWSER === 'firefox' ? null : await mkdtemp(join(tmpdir(), 'field-guide-chromium-'));
  const wishes = { javascript, storage, motion, downloads };
  const driver = await (BROWSER === 'firefox' ? gecko(wishes) : chromium(wishes, profile));
  const page = new Page(driver, server, server?.address ?? process.env.SITE);
  page.profile = profile;
  await page.watch();
  return page;
}

/// The browser with the page that it shows.
export class Page {
  constructor(driver, server, site) {
    Object.assign(this, { driver, server, site, errors: [], warnings: [], failed: [], sent: 1 });
  }

  /// Listens for what goes wrong: console errors, uncaught exceptions, requests without a good answer.
  async watch() {
    this.socket = new WebSocket((await this.driver.getCapabilities()).get('webSocketUrl'));
    await new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject));
    const subscribed = new Promise((resolve, reject) => {
      this.socket.on('message', (data) => {
        const { id, type, method, params, message } = JSON.parse(data);
        if (id === 1) return type === 'error' ? reject(new Error(message)) : resolve();
        // Firefox says so of a request, without an address, whose page was left before the service worker had answered.
        const unasked = /^Failed to load ‘’\. A ServiceWorker/.test(params?.text);
        if (method === 'log.entryAdded' && params.level === 'error' && !unasked) this.errors.push(params.text);
        if (method === 'log.entryAdded' && params.level === 'warn') this.warnings.push(params.text);
        // What was under way when its page or frame was left has not failed; Firefox has words of its own where a service worker
        // was to answer. Broken connections have other names (NS_ERROR_NET_…).
        const left = /ABORTED|^(NS_ERROR_FAILURE|NS_BASE_STREAM_CLOSED)$/.test(params?.errorText);
        if (method === 'network.fetchError' && !left) this.failed.push(`${params.request.url}: ${params.errorText}`);
        if (method === 'network.responseCompleted' && params.response.status >= 400) {
          this.failed.push(`${params.request.url}: ${params.response.status}`);
        }
      });
    });
    const events = ['log.entryAdded', 'network.fetchError', 'network.responseCompleted'];
    this.socket.send(JSON.stringify({ id: 1, method: 'session.subscribe', params: { events } }));
    await subscribed;
  }

  /// What has gone wrong since the last call, as sentences.
  async troubles() {
    // Chromium's own log also has what never reaches the page's console: a broken content security policy. And what the
    // driver's own tab says, which stumbles over frames that are taken away.
    const log = BROWSER === 'firefox' ? [] : await this.driver.manage().logs().get(logging.Type.BROWSER);
    const logged = log.filter((entry) => entry.level.value >= logging.Level.SEVERE.value).map((entry) => entry.message)
      .filter((message) => !message.includes('MapperCdpClient'));
    const errors = this.errors.splice(0).filter((text) => !logged.some((message) => message.includes(text)));
    return [...logged, ...errors, ...this.failed.splice(0)];
  }

  url(path) {
    return new URL(path.replace(/^\//, ''), this.site).href;
  }

  /// Opens an address of the site; with `alive` waits until the program has taken the page over.
  async open(path, { alive = true } = {}) {
    await this.driver.get(this.url(path));
    if (alive) await this.alive();
  }

  async alive() {
    await this.until('the program has started (<html data-alive>)', () => document.documentElement?.hasAttribute('data-alive'));
    await this.labs();
  }

  /// Waits for the labs of the page: their program comes when their place is near the screen.
  async labs() {
    const there = await this.run(() => {
      const host = [...document.querySelectorAll('.lab-host')].find((host) => !host.open);
      if (host && host.getBoundingClientRect().top > innerHeight) host.scrollIntoView();
      return Boolean(host);
    });
    if (!there) return;
    await this.until('the lab is open', () => [...document.querySelectorAll('.lab-host')].every((host) => host.open));
    await this.run(() => scrollTo(0, 0));
  }

  /// Runs a function inside the page.
  run(inside, ...args) {
    return this.driver.executeScript(inside, ...args);
  }

  /// Waits until a function inside the page gives something true, and returns that. `what` completes “waited for: …”.
  async until(what, inside, ...args) {
    const end = Date.now() + PATIENCE;
    let last;
    do {
      // A page that is being replaced cannot answer; the next one can.
      last = await this.run(inside, ...args).catch((error) => {
        if (!/context|navigat|reload|unload|detached|aborted|stale|no longer attached/i.test(String(error))) throw error;
      });
      if (last) return last;
      await new Promise((resolve) => setTimeout(resolve, 20));
    } while (Date.now() < end);
    const at = (await this.driver.getCurrentUrl()).slice(0, 200);
    throw new Error(`Waited ${PATIENCE / 1000} s for: ${what}. It did not come on ${at} (last answer: ${JSON.stringify(last)})`);
  }

  /// Waits for an element that is on screen.
  async shown(selector) {
    return this.until(`a visible ${selector}`, (selector) =>
      [...document.querySelectorAll(selector)].find((element) => element.checkVisibility({ visibilityProperty: true })), selector);
  }

  /// Text as a reader sees it, of the first element that matches; null where none does.
  text(selector) {
    return this.run((selector) => document.querySelector(selector)?.innerText?.replace(/\s+/g, ' ').trim() ?? null, selector);
  }

  /// Texts of all that match and are visible.
  texts(selector) {
    return this.run((selector) => [...document.querySelectorAll(selector)]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }))
      .map((element) => element.innerText.replace(/\s+/g, ' ').trim()), selector);
  }

  /// Keys, one after the other, to whatever has the focus. An array is a chord: [Key.CONTROL, 'k'].
  async press(...keys) {
    const actions = this.driver.actions();
    for (const key of keys) {
      if (!Array.isArray(key)) {
        actions.sendKeys(key);
        continue;
      }
      for (const part of key) actions.keyDown(part);
      for (const part of key.toReversed()) actions.keyUp(part);
    }
    await actions.perform();
  }

  /// What axe finds inside `selector`, as sentences.
  async faults(selector) {
    await this.run(`if (!window.axe) { ${AXE} }`);
    return this.driver.executeAsyncScript((selector, done) => axe.run(selector, { resultTypes: ['violations'] }).then(
      ({ violations }) => done(violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)}`))),
      (error) => done([String(error)]),
    ), selector);
  }

  /// What reaches over the right edge of the page, unless it is in something that scrolls by itself.
  tooWide() {
    return this.run(() => {
      const root = document.documentElement;
      if (root.scrollWidth <= root.clientWidth) return [];
      const scrolls = (element) => element && (getComputedStyle(element).overflowX !== 'visible' || scrolls(element.parentElement));
      const over = (element) => element.getBoundingClientRect().right > root.clientWidth + 1;
      return [...document.querySelectorAll('main *')].filter((element) => over(element) && !scrolls(element.parentElement))
        .map((element) => element.outerHTML.slice(0, 120)).concat(`${root.scrollWidth} px of ${root.clientWidth}`);
    });
  }

  /// Sets the size of the page itself: windows do not become as small as a telephone.
  async resize(width, height = 900) {
    const id = this.sent += 1;
    const context = await this.driver.getWindowHandle();
    const answered = new Promise((resolve, reject) => {
      const hear = (data) => {
        const message = JSON.parse(data);
        if (message.id !== id) return;
        this.socket.off('message', hear);
        message.type === 'error' ? reject(new Error(message.message)) : resolve();
      };
      this.socket.on('message', hear);
    });
    this.socket.send(JSON.stringify({ id, method: 'browsingContext.setViewport', params: { context, viewport: { width, height } } }));
    await answered;
    await this.until(`a page ${width} px wide`, (width) => innerWidth === width, width);
  }

  /// A finger on an element, in the middle of its first line: a link may break over two.
  async tap(element) {
    const { x, y } = await this.run((element) => {
      const [box] = element.getClientRects();
      return { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) };
    }, element);
    await this.tapAt(x, y);
  }

  async tapAt(x, y) {
    const finger = new Pointer('finger', Pointer.Type.TOUCH);
    const actions = this.driver.actions();
    actions.insert(finger, finger.move({ x, y, duration: 0 }), finger.press(), finger.release());
    await actions.perform();
  }

  async click(selector) {
    const element = await this.shown(selector);
    await this.run((element) => element.scrollIntoView({ block: 'center' }), element);
    await element.click();
  }

  /// The address after the site's own: '/?q=cdn'.
  async address() {
    const url = new URL(await this.driver.getCurrentUrl());
    return `/${decodeURIComponent(url.href).slice(decodeURIComponent(this.site).length)}`;
  }

  async stop() {
    this.socket?.terminate();
    await this.driver.quit();
    await this.server?.close();
    if (this.profile) await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/// Controls that do nothing without the program and are visible all the same: empty on a page that is honest.
export const visibleControls = () =>
  [...document.querySelectorAll('button, input, select, textarea, summary, [role=button], [role=combobox], [contenteditable]')]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .map((element) => element.outerHTML.slice(0, 120));
