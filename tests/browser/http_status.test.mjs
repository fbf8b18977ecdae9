// The HTTP status lab in a browser: edit, ask why, compare, paste, take home; by keyboard, on a phone, without scripts.

import assert from 'node:assert/strict';
import test, { after, afterEach, before, describe } from 'node:test';
import { Key, start, visibleControls } from './harness.mjs';

const LAB = '/labs/http-status/';
const TOOLS = ['How do I get…', 'Paste a request…', 'Side by side', 'Take it home'];
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

/// Types into a field, as its reader would.
const type = (selector, value, event = 'input') => page.run((selector, value, event) => {
  const field = document.querySelector(selector);
  const own = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value');
  own.set.call(field, value);
  field.dispatchEvent(new Event(event, { bubbles: true }));
}, selector, value, event);
const request = (text) => type('.http-text', text);

/// The status of the answer on the wire.
const status = () => page.run(() => [...document.querySelectorAll('.http-wire .wire-line.status')].at(-1)?.textContent.trim() ?? null);
const answers = (wanted) => page.until(`the answer ${wanted}`, (wanted) =>
  [...document.querySelectorAll('.http-wire .wire-line.status')].at(-1)?.textContent.includes(` ${wanted} `), String(wanted));
const clock = () => page.text('.clocks');
/// The lit exit of the picture that can be seen.
const lit = () => page.run(() => {
  const seen = [...document.querySelectorAll('.line-view svg[role=img]')].filter((svg) => svg.checkVisibility() && svg.getBoundingClientRect().width > 0);
  return seen.map((svg) => svg.getAttribute('aria-label'));
});

describe('a request and its answer', () => {
  test('opens on an update that would be lost, and says at which question it leaves', async () => {
    await page.open(LAB);
    assert.match(await status(), /^HTTP\/1\.1 412 Precondition Failed$/);
    const [label, ...others] = await lit();
    assert.match(label, /412/);
    assert.deepEqual(others, [], 'one picture is on screen');
    assert.match(await page.text('.http-why'), /Why 412.*RFC 9110 §13\.1\.1 MUST/);
    const decisive = await page.texts('.wire-line.decisive');
    assert.ok(decisive.some((line) => line.includes('If-Match: "v1"')), decisive.join());
  });

  test('follows what is typed, keeps it in the address, and gives it back', async () => {
    await page.open(LAB);
    await request('PUT /articles/7 HTTP/1.1\nHost: example.org\nIf-Match: "v2"\nContent-Length: 2\n\n{}');
    await answers(204);
    await page.until('the address', () => location.search.includes('request='));
    // The address as it stands: its line ends are percent signs, and a URL drops bare ones.
    await page.open(`${LAB}${await page.run(() => location.search)}`);
    await answers(204);
    assert.match(await page.run(() => document.querySelector('.http-text').value), /If-Match: "v2"/);
  });

  test('a step back and forth asks one question less and more; keys do the same', async () => {
    await page.open(LAB);
    await page.run(() => document.querySelector('.plate').focus());
    await page.press(Key.HOME);
    assert.match(await clock(), /^message 1 of 2/);
    await page.press(Key.ARROW_RIGHT);
    await page.press(Key.ARROW_RIGHT);
    assert.match(await clock(), /^question 2 of \d+$/);
    assert.match(await page.text('.http-why'), /Is there one valid Host\?/);
    assert.equal(await status(), null, 'no answer yet');
    await page.press(Key.ARROW_LEFT);
    assert.match(await clock(), /^question 1 of/);
    await page.press(Key.END);
    assert.match(await status(), /412/);
  });

  test('plays from the first question to the last', async () => {
    await page.run(() => { document.querySelector('.speed select').value = '5'; document.querySelector('.speed select').dispatchEvent(new Event('change', { bubbles: true })); });
    await press('Play');
    await page.until('a question', () => /^question/.test(document.querySelector('.clocks').textContent));
    await page.until('the end', () => /^message 2 of 2/.test(document.querySelector('.clocks').textContent));
  });

  test('the smallest change leads where it says', async () => {
    await page.open(LAB);
    const changes = await page.texts('.http-change');
    const first = changes.find((text) => text.startsWith('to 204'));
    assert.ok(first?.includes('If-Match: "v2"'), changes.join(' | '));
    await press('to 204');
    await answers(204);
  });

  test('the list of steps goes to a moment', async () => {
    await page.open(LAB);
    await page.click('.http-steps summary');
    await page.until('the list', () => document.querySelectorAll('.http-steps li').length > 20);
    await page.run(() => document.querySelectorAll('.http-steps li button')[3].click());
    assert.match(await clock(), /^question 3 of/);
    assert.equal(await page.run(() => [...document.querySelectorAll('.http-steps li')].findIndex((li) => li.getAttribute('aria-current') === 'step')), 3);
  });
});

describe('what is no request', () => {
  test('is answered as a server would, with the byte marked and the text kept', async () => {
    await page.open(LAB);
    const text = 'GET / HTTP/1.1\nHost: a\nBad name: x\n';
    await request(text);
    await answers(400);
    assert.match(await page.text('.http-editor .field-wrong:not([hidden])'), /A server answers 400 at byte \d+ \(line 3, column 4\)/);
    assert.equal(await page.run(() => document.querySelector('.wire-line.offends mark').textContent), ' ');
    assert.equal(await page.run(() => document.querySelector('.http-text').value), text);
    assert.match((await lit())[0], /400/);
  });

  test('a version that nobody speaks, a target and fields that are too long', async () => {
    await page.open(LAB);
    for (const [text, code] of [
      ['GET / HTTP/9.1\nHost: a\n\n', 505],
      [`GET /${'a'.repeat(9000)} HTTP/1.1\nHost: a\n\n`, 414],
      [`GET / HTTP/1.1\nHost: a\nX: ${'a'.repeat(40000)}\n\n`, 431],
      ['POST / HTTP/1.1\nHost: a\nTransfer-Encoding: pigeon, chunked\n\n0\n\n', 501],
    ]) {
      await request(text);
      await answers(code);
    }
  });

  test('megabytes are refused with a sentence, and stay in the box', async () => {
    await page.open(LAB);
    await page.run(() => {
      const area = document.querySelector('.http-text');
      area.value = `POST / HTTP/1.1\nHost: a\nContent-Length: 2000000\n\n${'a'.repeat(2_000_000)}`;
      area.dispatchEvent(new Event('input', { bubbles: true }));
    });
    assert.match(await page.text('.http-editor .field-wrong:not([hidden])'), /bytes; the lab reads up to 65536/);
    assert.ok(await page.run(() => document.querySelector('.http-text').value.length > 2_000_000));
  });
});

describe('the tools', () => {
  test('every code in use can be asked for, and the way to it works', async () => {
    for (const code of [429, 304, 103, 508]) {
      await page.open(LAB);
      await press(TOOLS[0]);
      assert.equal((await page.texts('.http-codes button')).length, 64);
      await page.run((code) => [...document.querySelectorAll('.http-codes button')].find((button) => button.textContent.startsWith(code)).click(), String(code));
      await page.until(`ways to ${code}`, () => document.querySelector('.http-ways li button'));
      await page.run(() => document.querySelector('.http-ways li button').click());
      await page.until(`${code} to be given`, (code) => new RegExp(`${code}[^:]*: ● the run gives it now`).test(document.querySelector('.http-index [role=status]').textContent), String(code));
    }
    await page.run(() => [...document.querySelectorAll('.http-codes button')].find((button) => button.textContent.startsWith('418')).click());
    assert.match(await page.text('.http-index [role=status]'), /418/);
    assert.equal(await page.run(() => document.querySelector('.http-ways li')), null);
  });

  test('a curl command, a surprising exchange, and what is neither', async () => {
    await page.open(LAB);
    await press(TOOLS[1]);
    await type('.http-import textarea', "curl -X DELETE -H 'If-None-Match: \"v0\"' https://api.example.org/notes/1");
    await page.until('what it is', () => document.querySelector('.http-import')?.innerText.includes('DELETE https://api.example.org/notes/1'));
    await press('Open it in the lab');
    await answers(412);
    await type('.http-import textarea', 'PUT /a HTTP/1.1\nHost: a\nIf-Match: "x"\n\nHTTP/1.1 405 Method Not Allowed\nDate: Tue, 24 Nov 2026 12:00:00 GMT\n\n');
    await press('Explain it');
    await page.until('a verdict', () => document.querySelector('.http-import .verdict'));
    assert.match(await page.text('.http-import .verdict'), /MUST 405 without Allow/);
    await type('.http-import textarea', 'GET / HTTP/1.1\nHost: a\nBad name: x\n\n');
    await page.until('the byte', () => document.querySelector('.http-import .offending mark'));
    assert.match(await page.text('.http-import .field-wrong'), /Line 3, column 4/);
    await press(TOOLS[1]);
    await press(TOOLS[1]);
    assert.match(await page.run(() => document.querySelector('.http-import textarea').value), /Bad name/, 'what was pasted is still there');
  });

  test('two servers part, and it is marked where', async () => {
    await page.open(`${LAB}?preset=where-servers-part`);
    await press(TOOLS[2]);
    assert.match(await page.text('.http-compare [role=status]'), /404.*412|412.*404/);
    assert.match(await page.run(() => [...document.querySelectorAll('.line-view svg[role=img]')].find((svg) => svg.checkVisibility()).textContent), /here they part.*here they part/s);
    await press('nginx');
    await page.until('nginx beside it', () => document.querySelector('.plate-sub').textContent.includes('nginx'));
    assert.match(await page.text('.http-compare [role=status]'), /do not part/);
  });

  test('every file to take home is what it says', async () => {
    await page.open(`${LAB}?preset=429-right`);
    await press(TOOLS[3]);
    const text = () => page.run(() => document.querySelector('.tool .export').textContent);
    const choose = async (format) => {
      await type('.tool select', format, 'change');
      await page.until(`the ${format}`, (format) => document.querySelector('.tool .export')?.getAttribute('aria-label').endsWith(`.${format}`), format === 'curl' ? 'sh' : format);
    };
    await choose('har');
    assert.deepEqual(JSON.parse(await text()).log.entries.map((entry) => entry.response.status), [429, 200]);
    await choose('hurl');
    assert.match(await text(), /HTTP 429[\s\S]*HTTP 200/);
    await choose('curl');
    assert.match(await text(), /^curl /);
    await choose('csv');
    assert.match(await text(), /429/);
    await choose('json');
    assert.equal(typeof JSON.parse(await text()), 'object');
  });
});

describe('over time', () => {
  const messages = () => page.run(() => document.querySelectorAll('.ladder.wide .ladder-row').length);

  test('a POST that is redirected arrives as GET, and the change is named', async () => {
    await page.open(`${LAB}?preset=post-301`);
    assert.match(await page.text('.http-ladder'), /301|GET/);
    await page.click('.http-steps summary');
    await page.until('the list', () => document.querySelectorAll('.http-steps li').length > 20);
    assert.match(await page.text('.http-steps'), /POST .*301 Moved Permanently.*GET .*200 OK/);
  });

  test('the cache’s clock foretells, and asking then does as foretold', async () => {
    await page.open(`${LAB}?preset=cache-life`);
    const before = await messages();
    await type('.cache-clock input[type=number]', '170', 'change');
    await page.until('the forecast', () => document.querySelector('.cache-forecast').textContent.startsWith('At 170 s'));
    assert.match(await page.text('.cache-forecast'), /answer by itself/);
    await press('Ask again');
    await page.until('a request and its answer more', (count) => document.querySelectorAll('.ladder.wide .ladder-row').length === count + 2, before);
    await press('Undo the last act');
    await page.until('as before', (count) => document.querySelectorAll('.ladder.wide .ladder-row').length === count, before);
    await type('.cache-clock input[type=number]', '9999999', 'change');
    assert.match(await page.text('.cache-time .field-wrong:not([hidden])'), /The clock goes from 0 to \d+ whole seconds/);
  });

  test('Back and Forward go from scenario to scenario', async () => {
    await page.open(LAB);
    await press('401 or 403');
    await page.until('the address', () => location.search === '?preset=401-403');
    await press('Early hints');
    await page.until('the address', () => location.search === '?preset=early-hints');
    await page.driver.navigate().back();
    await page.until('the scenario before', () => document.querySelector('.preset[aria-pressed=true]').textContent === '401 or 403');
  });
});

test('a status entry shows its status, and leads to the lab with that scenario', async () => {
  await page.open('/terms/429-too-many-requests/');
  assert.match(await status(), /429 Too Many Requests/);
  await page.click('.http-more a');
  await page.until('the lab', () => document.querySelector('h1').innerText === 'HTTP status lab');
  await page.labs();
  await answers(429);
  assert.match(await page.address(), /preset=429/);
});

describe('for everyone', () => {
  const width = (wide) => page.driver.manage().window().setRect({ width: wide, height: 900 }).then(() => (process.env.BROWSER === 'firefox'
    ? null
    : page.driver.sendAndGetDevToolsCommand('Emulation.setDeviceMetricsOverride', { width: wide, height: 900, deviceScaleFactor: 1, mobile: false })));
  const theme = (name) => page.run((name) => { document.documentElement.dataset.theme = name; }, name);
  const scenarios = [`${LAB}?preset=cache-life`, `${LAB}?preset=where-servers-part`];

  test('nothing is wider than the screen, whichever tool is open, and one picture is on it', async () => {
    const found = [];
    for (const scenario of scenarios) {
      await page.open(scenario);
      await page.run(() => { for (const details of document.querySelectorAll('.plate details')) details.open = true; });
      for (const wide of [320, 360, 768, 1280]) {
        await width(wide);
        for (const fault of await page.tooWide()) found.push(`${scenario} at ${wide} px: ${fault}`);
        const pictures = (await lit()).length;
        if (pictures !== 1) found.push(`${scenario} at ${wide} px: ${pictures} pictures of the line`);
        for (const tool of TOOLS) {
          await press(tool);
          for (const fault of await page.tooWide()) found.push(`${scenario}, ${tool} at ${wide} px: ${fault}`);
        }
        await press(TOOLS.at(-1));
      }
    }
    assert.deepEqual(found, []);
  });

  for (const [name, wide, scenario] of [['light', 1280, scenarios[0]], ['dark', 320, scenarios[0]], ['dark', 1280, scenarios[1]], ['light', 320, scenarios[1]]]) {
    test(`axe finds nothing in the ${name} at ${wide} px, whichever tool is open`, async () => {
      await page.open(scenario);
      await page.run(() => { for (const details of document.querySelectorAll('.plate details')) details.open = true; });
      await width(wide);
      await theme(name);
      assert.deepEqual(await page.faults('main'), []);
      for (const tool of TOOLS) {
        await press(tool);
        assert.deepEqual(await page.faults('.tools'), [], tool);
      }
      await width(1280);
    });
  }

  test('without scripts there is the line, the wire and the reason, and nothing that only pretends', async () => {
    const bare = await start({ javascript: false });
    try {
      for (const path of [LAB, '/terms/412-precondition-failed/']) {
        await bare.open(path, { alive: false });
        assert.equal(await bare.run(() => document.documentElement.hasAttribute('data-js')), false, 'scripts of the page do not run');
        assert.match(await bare.text('.http-wire'), /412 Precondition Failed/);
        assert.match(await bare.text('.http-why'), /Why 412/);
        assert.equal(await bare.run(() => [...document.querySelectorAll('.line-view svg[role=img]')].filter((svg) => svg.checkVisibility()).length), 1);
        assert.deepEqual(await bare.run(visibleControls), [], 'no control is visible that needs the program');
        assert.deepEqual(await bare.troubles(), []);
      }
    } finally {
      await bare.stop();
    }
  });
});
