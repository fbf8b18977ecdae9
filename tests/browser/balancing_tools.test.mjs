// What an engineer does with a run of the load-balancing lab: sweeps, theory, keys, files; and whether all of it can be read.

import assert from 'node:assert/strict';
import test, { after, afterEach, before, describe } from 'node:test';
import { start, visibleControls } from './harness.mjs';

const LAB = '/labs/load-balancing/';
const POLICIES = ['Round robin', 'Least connections', 'Power of choices, d = 2', 'Peak EWMA'];
const TOOLS = ['Sweep a parameter', 'Theory beside it', 'Where keys go', 'Take it home'];
let page;
before(async () => { page = await start(); });
after(() => page?.stop());
afterEach(async () => assert.deepEqual(await page.troubles(), [], 'nothing failed on the way'));

const press = async (label) => {
  const found = await page.until(`the button “${label}”`, (label) =>
    [...document.querySelectorAll('.plate button:enabled')].find((button) => button.textContent.includes(label) && button.checkVisibility()), label);
  await page.run((found) => found.scrollIntoView({ block: 'center' }), found);
  await found.click();
};

/// Gives a field of the open tool a value, as its reader would: by the beginning of its label.
const set = (label, value) => page.run((label, value) => {
  const labels = [...document.querySelectorAll('.tool label')];
  const field = labels.find((field) => field.textContent.trim().startsWith(label)).querySelector('input, select');
  field.value = value;
  field.dispatchEvent(new Event('change', { bubbles: true }));
}, label, String(value));

/// The rows of a table, as their cells' texts.
const rows = (label) => page.until(`the table “${label}”`, (label) => {
  const table = [...document.querySelectorAll('.tool [role=region]')].find((region) => region.getAttribute('aria-label').startsWith(label));
  return table && [...table.querySelectorAll('tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent.replace(/\s+/g, ' ').trim()));
}, label);

describe('a sweep', () => {
  const status = () => page.text('.tool [role=status]');
  before(async () => {
    await page.open(`${LAB}?preset=slow`);
    // Keeps the workers that the site makes, to see that they end.
    await page.run(() => {
      window.workers = [];
      const make = window.fieldGuide.worker;
      window.fieldGuide.worker = (slug) => {
        const worker = make.call(window.fieldGuide, slug);
        const terminate = worker.terminate;
        worker.terminate = () => { worker.ended = true; terminate.call(worker); };
        window.workers.push(worker);
        return worker;
      };
    });
    await press('Sweep a parameter');
    await set('Seeds', 2);
    await set('Requests', 200);
  });

  test('runs to its end beside a page that stays smooth, and gives a picture and a table', async () => {
    await page.run(() => {
      window.gaps = [];
      let last = performance.now();
      const next = (now) => { window.gaps.push(now - last); last = now; window.watching = requestAnimationFrame(next); };
      window.watching = requestAnimationFrame((now) => { last = now; next(now); });
    });
    await press('Run the sweep');
    await page.until('all runs done', () => /(\d+) of \1 runs done/.test(document.querySelector('.tool [role=status]')?.innerText));
    const gaps = await page.run(() => { cancelAnimationFrame(window.watching); return window.gaps; });
    assert.match(await status(), /^88 of 88 runs done\.$/, 'eleven loads, four policies, two seeds; and no run without an answer');
    assert.ok(gaps.length > 5 && Math.max(...gaps) < 100, `frames come ${Math.round(Math.max(...gaps))} ms apart at most`);
    assert.deepEqual(await page.run(() => { const bar = document.querySelector('.tool progress'); return [bar.value, bar.max]; }), [88, 88]);
    const picture = await page.run(() => {
      const svg = document.querySelector('.sweep-picture svg');
      const box = svg.getBoundingClientRect();
      return { size: box.width > 200 && box.height > 100, words: svg.textContent, wrong: /NaN|inf/.test(svg.outerHTML) };
    });
    assert.deepEqual([picture.size, picture.wrong], [true, false]);
    for (const lane of POLICIES) assert.ok(picture.words.includes(lane), `${lane} is in the picture: ${picture.words}`);
    await page.click('.tool details summary');
    const table = await rows('The sweep as a table');
    assert.equal(table.length, 11, 'a row for each load');
    assert.ok(table.every((row) => row.every((cell) => cell !== '' && !/NaN|undefined/.test(cell))), table.join(' | '));
    assert.deepEqual([table[0][0], table.at(-1)[0]], ['10 %', '99 %']);
    assert.ok((await page.run(() => window.workers.length > 0 && window.workers.every((worker) => worker.ended))), 'its workers are gone');
  });

  const stale = () => page.run(() => /The scenario has changed since/.test(document.querySelector('.tool [role=status]').innerText));

  test('stays what it is when another of its policies is drawn', async () => {
    await page.run(() => document.querySelectorAll('.bar-name')[1].click());
    await page.until('the other policy', () => document.querySelectorAll('.bar-name')[1].getAttribute('aria-pressed') === 'true');
    assert.equal(await stale(), false, 'the sweep was of all of them');
  });

  test('says when the scenario has changed since', async () => {
    await press('Run the sweep');
    await page.until('all runs done', () => /^88 of 88 runs done\.$/.test(document.querySelector('.tool [role=status]').innerText.trim()));
    await page.run(() => {
      const seed = [...document.querySelectorAll('.settings .field')].find((field) => field.textContent.startsWith('Seed')).querySelector('input');
      seed.value = '8';
      seed.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await page.until('a word about it', () => /The scenario has changed since/.test(document.querySelector('.tool [role=status]').innerText));
  });

  test('stops when it is told to, and shows what was measured so far', async () => {
    await set('Seeds', 100);
    await set('Requests', 2_000);
    await press('Run the sweep');
    await page.until('some runs done', () => /^[1-9]\d* of 4400 runs/.test(document.querySelector('.tool [role=status]').innerText));
    await press('Stop');
    await page.until('a word about it', () =>
      /Stopped\. What was measured so far is shown\./.test(document.querySelector('.tool [role=status]').innerText));
    const shown = await page.run(() => document.querySelector('.tool').innerHTML);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(await page.run(() => document.querySelector('.tool').innerHTML), shown, 'nothing comes after that');
    assert.ok(await page.run(() => window.workers.every((worker) => worker.ended)), 'its workers are gone');
    const again = () => [...document.querySelectorAll('.tool button:enabled')].some((button) => button.textContent === 'Run the sweep');
    assert.ok(await page.run(again), 'it can be run again');
  });

  test('ends with its panel', async () => {
    await press('Run the sweep');
    await page.until('a worker', () => window.workers.some((worker) => !worker.ended));
    await press('Sweep a parameter');
    await page.until('no worker any more', () => !document.querySelector('.tool') && window.workers.every((worker) => worker.ended));
  });
});

describe('theory', () => {
  test('stands beside what was measured where a formula applies', async () => {
    await page.open(`${LAB}?preset=slow&lanes=random&servers=1&traffic=poisson:8&work=100ms&queue=fifo&network=0s&length=600s`);
    assert.deepEqual(await page.texts('.plate .notes-bar li'), []);
    await press('Theory beside it');
    assert.match(await page.text('.theory'), /Random – M\/M\/1\. /);
    const table = await rows('Random: theory and measurement');
    // Eight a second for one who does ten: 1/(10-8) s in the system, a tenth of a second of it work, and idle a fifth of the time.
    assert.deepEqual(table.map(([what, theory]) => [what, theory]),
      [['mean wait', '400 ms'], ['mean time in the system', '500 ms'], ['99th percentile', '2.3 s'], ['share that waits', '80.0 %']]);
    for (const [what, , measured, verdict] of table) {
      assert.match(measured, /^[\d.]+ (m?s|%) ± [\d.]+ (ms|s|µs|%)$/, what);
      assert.match(verdict, /^(● within it|◐ below it|◐ above it)$/, what);
    }
  });

  test('says why there is none where none applies', async () => {
    await page.open(`${LAB}?preset=load80&lanes=rr,random`);
    await press('Theory beside it');
    const told = await page.text('.theory');
    assert.match(told, /Round robin – no formula applies\. Round robin: arrivals at each server are not Poisson: .*\./);
    assert.match(told, /Random – M\/M\/1\. /, 'and the other lane has one');
  });
});

describe('where keys go', () => {
  before(async () => {
    await page.open(`${LAB}?preset=losing`);
    await press('Where keys go');
  });

  test('is a table for hash modulo, which moves keys that need not move', async () => {
    await page.until('a table’s slots', () => document.querySelectorAll('.tool svg.slots rect').length >= 4);
    const [[at, what, servers, moved, least]] = await rows('Keys that moved');
    assert.deepEqual([at, what, servers], ['15 s', 's3 was taken out', '5 → 4']);
    assert.ok(Number.parseInt(moved) > 2 * Number(least), `${moved} moved, ${least} had to`);
  });

  test('is a ring for the hash ring, which moves only those', async () => {
    await set('Policy', 1);
    const [width, arcs] = await page.until('a ring', () => {
      const ring = document.querySelector('.tool svg.ring');
      return ring && [ring.getBoundingClientRect().width, ring.querySelectorAll('path').length];
    });
    assert.ok(width > 100 && arcs >= 4, `${width} px, ${arcs} servers’ arcs`);
    const spread = await rows('Keys of each server');
    assert.deepEqual(spread.map(([server]) => server), ['s1', 's2', 's4', 's5'], 's3 is gone at the end of the run');
    assert.equal(spread.reduce((sum, [, keys]) => sum + Number(keys), 0), 500, 'every client is somewhere');
    const [[, , , moved, least]] = await rows('Keys that moved');
    assert.match(moved, /^\d+ \([\d.]+ %\)$/);
    assert.equal(Number.parseInt(moved), Number(least));
    assert.ok(Number(least) > 0 && Number(least) < 250, `${least} of 500 were at s3`);
  });

  test('and the change is led to', async () => {
    await page.click('.tool [aria-label="Keys that moved"] button');
    await page.until('second 15', () => document.querySelector('.clocks').textContent.startsWith('15 s of 30 s'));
  });

  test('says what to do where no policy hashes', async () => {
    await page.open(`${LAB}?preset=load80`);
    await press('Where keys go');
    assert.match(await page.text('.tool'), /Add one that hashes, under Settings/);
  });
});

describe('what a reader takes home', () => {
  /// Inside the page: keeps what is handed out as a file, for a policy does not let the page itself read it back.
  const keepFiles = () => {
    window.files = [];
    const blobs = new Map();
    const create = URL.createObjectURL;
    URL.createObjectURL = (blob) => { const address = create(blob); blobs.set(address, blob); return address; };
    HTMLAnchorElement.prototype.click = function () {
      window.files.push(blobs.get(this.href).text().then((text) => ({ name: this.download, text })));
    };
  };
  const exported = (what, pattern) => page.until(what, (source) => {
    const text = document.querySelector('.tool .export')?.innerText ?? document.querySelector('.tool p[role=status]')?.innerText;
    return text && new RegExp(source).test(text) && text;
  }, pattern);

  test('is the policy with its weights, for each product', async () => {
    await page.open(`${LAB}?preset=unequal`);
    await press('Take it home');
    await set('Policy', 1);
    const text = await exported('nginx', 'upstream app \\{');
    assert.match(text, /weight=2[^]*weight=4/, 'as smooth weighted round robin has them');
    assert.doesNotMatch(text, /least_conn|random/);
    for (const [product, pattern] of [['haproxy', 'balance roundrobin'], ['envoy', 'ROUND_ROBIN'], ['caddy', 'lb_policy']]) {
      await set('as', product);
      await exported(product, pattern);
    }
    await set('as', 'nginx');
    await set('Policy', 2);
    await exported('least connections', 'least_conn;');
  });

  test('or a sentence where a product cannot', async () => {
    await page.open(`${LAB}?preset=slow&watch=4`);
    await press('Take it home');
    assert.match(await exported('a sentence', 'nginx has no peak EWMA; the nearest are'), /\.$/);
    assert.equal(await page.run(() => document.querySelector('.tool .export')), null);
  });

  test('and the run itself, as files', async () => {
    await page.run(keepFiles);
    await press('Its attempts as CSV');
    await press('All of it as JSON');
    const files = await page.driver.executeAsyncScript((done) => Promise.all(window.files).then(done));
    assert.deepEqual(files.map(({ name }) => name), ['ewma-attempts.csv', 'load-balancing-run.json']);
    const lines = files[0].text.trim().split('\n');
    assert.equal(lines[0], 'time_s,request,attempt,hedge,server,started_s,finished_s,over_s,end,reason');
    const run = JSON.parse(files[1].text);
    assert.deepEqual([run.lab, run.address, run.lanes.length], ['load-balancing', 'preset=slow&watch=4', 4]);
    const all = Number((await page.text('.plate-sub')).match(/^[\d,]+/)[0].replaceAll(',', ''));
    assert.deepEqual([lines.length, run.arrivals.length, run.lanes[3].policy], [1 + all, all, 'ewma'], 'an attempt for each request');
    assert.match(lines[1], /^[\d.]+,1,1,no,s[1-5],[\d.]+,[\d.]+,[\d.]+,answered,best of \d alike$/);
  });
});

test('a run is followed as a table, whose moments lead there', async () => {
  await page.open(`${LAB}?preset=slow`);
  await page.click('.events summary');
  await page.until('the first rows', () => document.querySelectorAll('.events tbody tr').length === 200);
  const ninth = await page.text('.events tbody tr:nth-child(9)');
  assert.match(ninth, /^9 [\d.]+ m?s \d+ (● answered|◐|✕)/);
  await press('Show 200 more of');
  await page.until('more rows', () => document.querySelectorAll('.events tbody tr').length === 400);
  await page.click('.events tbody tr:nth-child(9) button');
  await page.until('the ninth request', () => /Request 9 of /.test(document.querySelector('.why').innerText));
  assert.equal(await page.run(() => document.querySelector('.events [aria-current=true] th').textContent), '9');
});

describe('on screens of every width', () => {
  const theme = async (name) => {
    const now = () => page.run(() => document.documentElement.dataset.theme);
    for (let turns = 0; turns < 3 && (await now()) !== name; turns++) await page.click('button.theme');
    assert.equal(await now(), name);
  };
  /// Opens a tool, and lets it show what it can.
  const use = async (tool) => {
    await press(tool);
    if (tool !== TOOLS[0]) return;
    await set('Seeds', 2);
    await set('Requests', 100);
    await press('Run the sweep');
    await page.until('all runs done', () => /(\d+) of \1 runs done/.test(document.querySelector('.tool [role=status]')?.innerText));
    await page.click('.tool details summary');
  };
  before(async () => {
    // With policies that have long names, and one that hashes.
    await page.open(`${LAB}?preset=losing&lanes=choices,ewma,bounded,ring&servers=4,1:s0.25&queue=fifo:5&traffic=poisson:10&length=2s`
      + '&do=1s:remove:s3&at=1.5s');
    await page.run(() => { for (const details of document.querySelectorAll('.plate details')) details.open = true; });
    await page.until('the table of requests', () => document.querySelector('.events tbody tr') && document.querySelector('.each-server tbody tr'));
  });

  test('nothing is wider than the screen, whichever tool is open', async () => {
    const found = [];
    const look = async (what) => { for (const fault of await page.tooWide()) found.push(`${what}: ${fault}`); };
    for (const wide of [320, 360, 768, 1280]) {
      await page.resize(wide);
      await look(`at ${wide} px`);
      for (const tool of TOOLS) {
        await use(tool);
        await look(`${tool} at ${wide} px`);
      }
      await press(TOOLS.at(-1));
    }
    assert.deepEqual(found, []);
  });

  for (const name of ['light', 'dark']) {
    for (const wide of [320, 1280]) {
      test(`axe finds nothing in the ${name} at ${wide} px, whichever tool is open`, async () => {
        await page.resize(wide);
        await theme(name);
        assert.deepEqual(await page.faults('main'), []);
        for (const tool of TOOLS) {
          await use(tool);
          assert.deepEqual(await page.faults('.tools'), [], tool);
        }
        await press(TOOLS.at(-1));
      });
    }
  }
});

test('without scripts the page has the picture, the numbers and the bars, and nothing that only pretends', async () => {
  const bare = await start({ javascript: false });
  try {
    await bare.open(LAB, { alive: false });
    assert.equal(await bare.run(() => document.documentElement.hasAttribute('data-js')), false, 'scripts of the page do not run');
    const picture = await bare.run(() => {
      const still = [...document.querySelectorAll('.fan-area > .still')].filter((still) => still.checkVisibility());
      const seen = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.getBoundingClientRect().width > 1).length;
      const marks = still[0]?.querySelectorAll('circle, path').length;
      return { stills: still.length, marks, ways: seen('.fan-area > .ways'), rows: seen('.server-row'), bars: seen('.bar-row rect') };
    });
    assert.deepEqual({ ...picture, marks: picture.marks > 4 }, { stills: 1, marks: true, ways: 1, rows: 5, bars: 4 }, `${picture.marks} marks`);
    const [table] = await bare.texts('.numbers table');
    for (const policy of POLICIES) assert.match(table, new RegExp(`${policy}.*? ● [\\d,]+ ◐ \\d+ ✕ \\d+`), `numbers of ${policy} are on screen`);
    assert.equal((await bare.texts('.bar-value')).every((value) => /^[\d.]+ (ms|s)(, ✕ [\d<]+ ?\d* %)?$/.test(value)), true);
    assert.match(await bare.text('.why'), /Request (\d+) of \1,/);
    assert.deepEqual(await bare.run(visibleControls), [], 'no control is visible that needs the program');
    assert.deepEqual(await bare.troubles(), []);
  } finally {
    await bare.stop();
  }
});
