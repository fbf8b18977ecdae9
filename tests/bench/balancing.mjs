// The load-balancing lab in Chromium, from the release build: what a frame costs the main thread while a run plays, and
// customers of an M/M/1 a second. `node tests/bench/balancing.mjs`; wants dist/ (make build).
import { start } from '../browser/harness.mjs';

const RUNS = 5;
const middle = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const page = await start({ motion: true });
try {
  // Sixteen servers at 97 %, chosen at random: some thousand requests wait, and all that can be drawn are drawn.
  await page.open('/labs/load-balancing/?preset=two-choices&lanes=random,choices&servers=64&traffic=poisson:627&length=60s&work=100ms');
  await page.until('a lab that plays', () => document.querySelector('.play').textContent.includes('Pause'));
  const frames = await page.driver.executeScript(async () => {
    const ask = window.requestAnimationFrame.bind(window);
    const costs = [];
    let drawn = 0;
    const arc = CanvasRenderingContext2D.prototype.arc;
    CanvasRenderingContext2D.prototype.arc = function (...rest) { drawn += 1; return arc.apply(this, rest); };
    let dots = 0;
    window.requestAnimationFrame = (callback) => ask((now) => {
      drawn = 0;
      const began = performance.now();
      callback(now);
      // What follows from the moment is done in microtasks after it.
      let after = Promise.resolve();
      for (let turn = 0; turn < 50; turn += 1) after = after.then(() => {});
      after.then(() => {
        costs.push(performance.now() - began);
        dots = Math.max(dots, drawn);
      });
    });
    document.querySelector('.transport select').value = '3';
    document.querySelector('.transport select').dispatchEvent(new Event('change', { bubbles: true }));
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    costs.sort((a, b) => a - b);
    return { frames: costs.length, dots, median: costs[costs.length >> 1], p95: costs[Math.floor(costs.length * 0.95)], worst: costs.at(-1) };
  });
  console.log(`a frame: median ${frames.median.toFixed(2)} ms, 95 % ${frames.p95.toFixed(2)} ms, worst ${frames.worst.toFixed(1)} ms of ${frames.frames}, up to ${frames.dots} requests drawn (budget 4 ms with 1,000)`);

  const scenario = 'preset=load80&lanes=random&servers=1&traffic=poisson:8&work=100ms&network=0s';
  const speeds = [];
  for (let run = 0; run < RUNS; run += 1) {
    speeds.push(await page.driver.executeScript(async (scenario, seed) => {
      const lab = await globalThis.fieldGuide.lab('load-balancing');
      const job = { scenario, lane: 0, parameter: 'None', value: 0, seed, requests: 200_000 };
      const began = performance.now();
      const answer = JSON.parse(lab.work(JSON.stringify(job)));
      if (answer.error) throw new Error(answer.error);
      return answer.requests / (performance.now() - began) * 1000;
    }, scenario, run + 1));
  }
  console.log(`M/M/1 in wasm: ${(middle(speeds) / 1e6).toFixed(2)} million customers a second, median of ${RUNS} runs of 200,000 (budget 2.5)`);
} finally {
  await page.stop();
}
