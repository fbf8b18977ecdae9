// Every lab for a reader without a pointer and for one who does not see the picture: Tab reaches everything and shows where
// it is, keys do all that there is to do, and table, list and picture tell one story. (The transport's own keys, and the
// lists' moments: lab, balancing, http_status.)

import assert from 'node:assert/strict';
import test, { after, afterEach, before, describe } from 'node:test';
import { Key, start } from './harness.mjs';

const LABS = {
  'rate-limiting': { preset: 'Burst or rate', first: 'boundary', tools: ['Your access log', 'Find the worst case', 'What limit do I need?', 'Take it home'] },
  'load-balancing': { preset: 'Two choices', first: 'slow', tools: ['Sweep a parameter', 'Theory beside it', 'Where keys go', 'Take it home'] },
  'http-status': { preset: '401 or 403', first: '', tools: ['How do I get…', 'Paste a request…', 'Side by side', 'Take it home'] },
};
let page;
before(async () => { page = await start(); });
after(() => page?.stop());
afterEach(async () => assert.deepEqual(await page.troubles(), [], 'nothing failed on the way'));

const open = (lab) => page.open(`/labs/${lab}/${LABS[lab].first && `?preset=${LABS[lab].first}`}`);

/// Inside the page: an element in a few words.
const NAME = `const name = (element) => \`\${element.tagName.toLowerCase()}\${element.id && '#' + element.id}\${element.className && '.' + String(element.className.baseVal ?? element.className).trim().replaceAll(' ', '.')} “\${(element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 30)}”\`;`;

/// Notes every element that gets the focus, and whether one sees that it has it.
const note = () => page.run(`${NAME}
  window.stops = [];
  const seen = new Set();
  addEventListener('focusin', ({ target }) => {
    const style = getComputedStyle(target);
    const ring = style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2;
    const box = target.getBoundingClientRect();
    stops.push({ name: name(target), ring, sized: box.width > 0 && box.height > 0, again: seen.has(target) });
    seen.add(target);
  });
  window.reached = seen;`);

/// What a keyboard should reach inside \`within\` and did not.
const missed = (within) => page.run(`${NAME}
  const wanted = [...document.querySelectorAll('${within} :is(a[href], button, input, select, textarea, summary, [tabindex])')];
  return wanted.filter((element) => element.tabIndex >= 0 && !element.disabled && element.type !== 'hidden'
    && element.checkVisibility({ visibilityProperty: true }) && !reached.has(element)).map(name);`);

/// Tab until the walk is through: it has come back to where it began, or has left the page.
async function walk() {
  await page.run(() => { scrollTo(0, 0); document.activeElement.blur(); });
  let before = -1;
  for (let presses = 0; presses < 1_200; presses += 60) {
    await page.press(...Array(60).fill(Key.TAB));
    const { count, again } = await page.run(() => ({ count: window.reached.size, again: window.stops.filter(({ again }) => again).length }));
    if (again > 2 || count === before) break;
    before = count;
  }
  return page.run(() => window.stops);
}

describe('by keyboard alone', () => {
  for (const lab of Object.keys(LABS)) {
    test(`Tab goes through all of the ${lab} lab, shows where it is, and comes out again`, async () => {
      await open(lab);
      await page.run(() => { for (const details of document.querySelectorAll('.plate details')) details.open = true; });
      await page.until('the list', () => document.querySelector('.plate :is(.events tbody tr, .http-steps li)'));
      // Of two hundred rows' buttons one is as good as all: the others would only take time.
      await page.run(() => { for (const row of document.querySelectorAll('.plate :is(.events tbody tr, .http-steps li):nth-child(n+4)')) row.remove(); });
      await note();
      const stops = await walk();
      assert.ok(stops.length > 20, `${stops.length} stops`);
      assert.deepEqual(await missed('.plate'), [], 'every control is reached');
      assert.deepEqual(await missed('footer.site'), [], 'and the page’s end: the lab is no trap');
      assert.deepEqual([...new Set(stops.filter(({ ring }) => !ring).map(({ name }) => name))], [], 'each shows a ring of 2 px or more');
      assert.deepEqual([...new Set(stops.filter(({ sized }) => !sized).map(({ name }) => name))], [], 'and none is invisible');
    });

    test(`keys do what there is to do in the ${lab} lab, and the focus stays where it was`, async () => {
      await open(lab);
      const { preset, tools } = LABS[lab];
      const focus = (label) => page.run((label) => {
        const found = [...document.querySelectorAll('.plate button')].find((button) => button.textContent.includes(label) && button.checkVisibility());
        found.focus();
        window.held = found;
        return document.activeElement === found;
      }, label);
      const held = async (what) => assert.ok(await page.run(() => document.activeElement === window.held && window.held.isConnected), `${what}: the focus is still on what was pressed`);
      const clocks = () => page.text('.clocks');

      assert.ok(await focus('Play'), 'Play can have the focus');
      await page.press(Key.ENTER);
      await page.until('a run that plays', () => document.querySelector('.play').textContent.includes('Pause'));
      await held('Play');
      await page.press(Key.SPACE);
      await page.until('a run that stands', () => document.querySelector('.play').textContent.includes('Play'));
      await held('Pause');

      await page.run(() => document.querySelector('.scrubber').focus());
      await page.press(Key.HOME);
      const home = await clocks();
      await focus('Step ›');
      await page.press(Key.ENTER, Key.SPACE);
      await page.until('two steps on', (home) => document.querySelector('.clocks').innerText.replace(/\s+/g, ' ').trim() !== home, home);
      await held('Step');

      await page.run(() => { window.held = document.querySelector('.speed select'); window.held.focus(); });
      const speed = await page.run(() => document.querySelector('.speed select').value);
      await page.press(speed === '0' ? Key.ARROW_DOWN : Key.ARROW_UP);
      await page.until('another speed', (speed) => document.querySelector('.speed select').value !== speed, speed);
      await held('the speed');

      await focus(preset);
      await page.press(Key.ENTER);
      await page.until('the other scenario', (preset) => document.querySelector('.preset[aria-pressed=true]').textContent === preset, preset);
      await held('a scenario');

      for (const tool of tools) {
        await focus(tool);
        await page.press(Key.ENTER);
        await page.until(`the tool “${tool}”`, () => document.querySelector('.tools > :not(.tool-bar)')?.checkVisibility());
        await held(tool);
        assert.equal(await page.run(() => window.held.getAttribute('aria-expanded')), 'true', `${tool} says that it is open`);
      }
      // The last button of the row: what comes next is the panel.
      await page.press(Key.TAB);
      assert.ok(await page.run(() => document.activeElement.closest('.tools') && !document.activeElement.closest('.tool-bar')), 'Tab leads into the open panel');

      await focus('Share this run');
      await page.press(Key.ENTER);
      await page.until('the link', () => document.querySelector('.said input')?.value.includes('?preset='));
      await held('Share');
      await focus('Embed this');
      await page.press(Key.ENTER);
      await page.until('the panel of the embed', () => document.activeElement.closest('dialog[open]'));
      await page.press(Key.ESCAPE);
      await page.until('no panel', () => !document.querySelector('dialog[open]'));
      await held('Embed');
    });
  }
});

describe('the picture in words', () => {
  test('the rate-limiting lab: as many marks are drawn as the table and the list have', async () => {
    for (const preset of ['boundary', 'nodelay']) {
      await page.open(`/labs/rate-limiting/?preset=${preset}`);
      await page.click('.events summary');
      await page.until('the list', () => document.querySelector('.events tbody tr'));
      const told = await page.run(() => {
        const count = (cell) => Number(cell?.innerText.replace(/\D/g, '') ?? 0);
        const heads = [...document.querySelectorAll('.numbers thead th')].map((head) => head.innerText.trim());
        const column = (row, name) => count(row.cells[heads.indexOf(name)]);
        const arrivals = document.querySelectorAll('.arrivals .tick').length;
        const lanes = [...document.querySelectorAll('.picture .lane')].map((lane) => ({
          admitted: lane.querySelectorAll('circle.pass').length,
          delayed: lane.querySelectorAll('use.wait').length,
          refused: lane.querySelectorAll('use.stop').length,
        }));
        const table = [...document.querySelectorAll('.numbers tbody tr')].map((row) => ({
          admitted: column(row, 'Admitted'), delayed: heads.includes('Of them delayed') ? column(row, 'Of them delayed') : 0, refused: column(row, 'Refused'),
        }));
        const first = document.querySelectorAll('.events thead th').length - lanes.length;
        const list = lanes.map((_, lane) => {
          const words = [...document.querySelectorAll('.events tbody tr')].map((row) => row.cells[first + lane].innerText);
          return { refused: words.filter((text) => /✕ refused/.test(text)).length, all: words.length };
        });
        return { arrivals, lanes, table, list, words: document.querySelector('.picture').getAttribute('aria-label') };
      });
      assert.equal(told.lanes.length, told.table.length);
      for (const [index, drawn] of told.lanes.entries()) {
        const row = told.table[index];
        assert.deepEqual([drawn.admitted + drawn.delayed, drawn.delayed, drawn.refused], [row.admitted, row.delayed, row.refused], `${preset}, lane ${index + 1}: drawn and in the table`);
        assert.deepEqual(told.list[index], { refused: row.refused, all: told.arrivals }, `${preset}, lane ${index + 1}: in the list`);
        assert.ok(told.words.includes(`admits ${row.admitted}`) && told.words.includes(`refuses ${row.refused}`), `the picture’s name says it: ${told.words}`);
      }
      assert.match(told.words, new RegExp(`^${told.arrivals} requests in `));
    }
  });

  test('the load-balancing lab: what waits at each server is the same in rows, name and table', async () => {
    for (const at of ['20s', '45s']) {
      await page.open(`/labs/load-balancing/?preset=slow&at=${at}`);
      await page.click('.each-server summary');
      await page.until('the table', () => document.querySelector('.each-server tbody tr'));
      const told = await page.run(() => {
        const heads = [...document.querySelectorAll('.each-server thead th')].map((head) => head.innerText.trim());
        const digits = (text) => Number(text.match(/\d+/)?.[0]);
        return {
          drawn: [...document.querySelectorAll('.server-figures')].map((line) => digits(line.innerText.match(/\d+ waiting/)?.[0] ?? '')),
          words: [...document.querySelector('.fan').getAttribute('aria-label').matchAll(/(\d+) waiting/g)].map(([, count]) => Number(count)),
          table: [...document.querySelectorAll('.each-server tbody tr')].map((row) => digits(row.cells[heads.indexOf('Waiting')].innerText)),
          under: digits(document.querySelector('.numbers tbody tr').cells[2].innerText),
        };
      });
      assert.deepEqual(told.drawn, told.table, `at ${at}: the picture’s rows and the table`);
      assert.deepEqual(told.words, told.table, `at ${at}: the picture’s name and the table`);
      assert.ok(told.table.some((count) => count > 0), 'somewhere somebody waits: otherwise this says nothing');
      assert.ok(told.under >= told.table.reduce((sum, count) => sum + count), `${told.under} are under way, ${told.table} of them wait`);
    }
  });

  test('the HTTP status lab: questions ridden past are as many as the list has, and both end with one status', async () => {
    for (const preset of ['', '?preset=401-403']) {
      await page.open(`/labs/http-status/${preset}`);
      await page.click('.http-steps summary');
      await page.until('the list', () => document.querySelectorAll('.http-steps li').length > 3);
      const told = await page.run(() => {
        const picture = [...document.querySelectorAll('.line-view svg[role=img]')].find((svg) => svg.checkVisibility());
        const code = (text) => text.match(/\b[1-5]\d\d\b/)?.[0];
        // A step may begin with its time; a status has its reason after it.
        const answered = (text) => text.match(/\b([1-5]\d\d) [A-Z]/)?.[1];
        return {
          drawn: picture.querySelectorAll('.rl-point:is(.rl-passed, .rl-refused, .rl-decided, .rl-interim)').length,
          // Of the last request: the picture is of one message at a time.
          listed: [...document.querySelectorAll('.http-steps li')].reduce(({ last, run }, { className }) =>
            (className === 'http-asked' ? { last: run + 1, run: run + 1 } : { last, run: 0 }), { last: 0, run: 0 }).last,
          named: code(picture.getAttribute('aria-label')),
          taken: code(picture.querySelector('.rl-taken text')?.textContent ?? ''),
          wire: code([...document.querySelectorAll('.http-wire .wire-line.status')].at(-1).textContent.replace('HTTP/1.1', '')),
          last: answered([...document.querySelectorAll('.http-steps li.http-message')].at(-1).innerText),
        };
      });
      assert.equal(told.drawn, told.listed, `${preset}: questions drawn as ridden, and in the list`);
      assert.deepEqual([told.named, told.taken, told.last], [told.wire, told.wire, told.wire], `${preset}: name, exit, list and wire`);
    }
  });

  for (const lab of Object.keys(LABS)) {
    test(`a running ${lab} lab does not talk all the time`, async () => {
      await open(lab);
      const speaks = await page.driver.executeAsyncScript((done) => {
        const live = '[role=status], [role=alert], [role=log], output, [aria-live]:not([aria-live=off])';
        const spoken = [];
        const observer = new MutationObserver((changes) => {
          const regions = new Set(changes.map(({ target }) => (target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement)?.closest(live)));
          for (const region of regions) if (region?.innerText.trim()) spoken.push(region.innerText.trim().slice(0, 80));
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
        const select = document.querySelector('.speed select');
        select.value = '3';
        select.dispatchEvent(new Event('change', { bubbles: true }));
        document.querySelector('.play').click();
        const clocks = new Set();
        const looking = setInterval(() => clocks.add(document.querySelector('.clocks').innerText), 100);
        setTimeout(() => {
          clearInterval(looking);
          observer.disconnect();
          if (document.querySelector('.play').textContent.includes('Pause')) document.querySelector('.play').click();
          done({ spoken, moments: clocks.size });
        }, 1_500);
      });
      assert.ok(speaks.moments >= 3, `the run went on: ${speaks.moments} moments were seen`);
      assert.ok(speaks.spoken.length <= 2, `in 1.5 s of a run a screen reader is told ${speaks.spoken.length} times: ${speaks.spoken.slice(0, 5).join(' | ')}`);
    });
  }
});
