// A million-line access log through the rate-limiting lab in Chromium: how long it takes from the choice of the file to the
// last number of four limiters, and how long the page was held at most. `make bench` prints it; LINES= and RUNS= change it.

import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { start } from '../browser/harness.mjs';

const LINES = Number(process.env.LINES ?? 1_000_000);
const RUNS = Number(process.env.RUNS ?? 5);

/** The same file every time: 280 requests a second from clients of very unequal zeal. */
async function write(path) {
  let state = 42;
  const random = () => { state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; return (state + 1) / 4_294_967_297; };
  const out = createWriteStream(path);
  let at = Date.UTC(2026, 8, 21, 14, 13, 20);
  for (let line = 0; line < LINES; line++) {
    at += -Math.log(random()) * 1000 / 280;
    const key = Math.floor(random() ** -1.4) % 60_000;
    const date = new Date(at).toUTCString(); // Mon, 21 Sep 2026 14:13:20 GMT
    const clf = `${date.slice(5, 7)}/${date.slice(8, 11)}/${date.slice(12, 16)}:${date.slice(17, 25)} +0000`;
    const text = `10.0.${key >> 8}.${key & 255} - - [${clf}] "GET /v1/orders/${line % 977} HTTP/1.1" 200 ${line % 5000} "-" "Mozilla/5.0 (X11; Linux x86_64)"\n`;
    if (!out.write(text)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const folder = await mkdtemp(join(tmpdir(), 'field-guide-bench-'));
const path = join(folder, 'access.log');
await write(path);
const page = await start();
try {
  const [times, holds] = [[], []];
  for (let run = 0; run < RUNS; run++) {
    await page.open('/labs/rate-limiting/?preset=boundary&lanes=fixed,token,gcra,nginx(nodelay)&limit=10&burst=20');
    await page.run(() => {
      window.held = 0;
      new PerformanceObserver((list) => { for (const task of list.getEntries()) window.held = Math.max(window.held, task.duration); }).observe({ type: 'longtask' });
      [...document.querySelectorAll('.tool-bar button')].find((button) => button.textContent.includes('access log')).click();
    });
    const input = await page.until('the field for a file', () => document.querySelector('.log-tool input[type=file]'));
    await page.run((input) => {
      input.addEventListener('change', () => { window.began = performance.now(); });
      new MutationObserver(() => { if (document.querySelectorAll('.replay tbody tr').length === 4 && !window.ended) window.ended = performance.now(); })
        .observe(document.querySelector('.log-tool'), { childList: true, subtree: true });
    }, input);
    await input.sendKeys(path);
    const { took, held } = await page.until('the replay', () => window.ended && { took: window.ended - window.began, held: window.held });
    times.push(took);
    holds.push(held);
  }
  const size = (await stat(path)).size / 1e6;
  console.log(`${LINES} lines (${size.toFixed(0)} MB), parsed and through four limiters in the browser: median ${(median(times) / 1000).toFixed(2)} s of ${RUNS}`
    + ` (${times.map((time) => (time / 1000).toFixed(2)).join(', ')}); budget 3 s`);
  console.log(`longest the page was held: median ${median(holds).toFixed(0)} ms (${holds.map((held) => held.toFixed(0)).join(', ')}; tasks under 50 ms are not reported); budget 50 ms`);
} finally {
  await page.stop();
  await rm(folder, { recursive: true, force: true });
}
