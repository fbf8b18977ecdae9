// Links, by the test that has them all: tests/site/links.test.mjs, run as it is.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { breach } from './report.mjs';

export const title = 'Links';

export async function measure() {
  const file = fileURLToPath(new URL('../site/links.test.mjs', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--test', '--test-reporter=tap', file], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  // Of TAP: one line a test, and what a failed one has to say stands indented after it.
  const tests = [...stdout.matchAll(/^ *(not ok|ok) \d+ - (.+)$/gm)].filter(([, , name]) => !name.endsWith('.mjs'));
  if (tests.length === 0) throw new Error(`links.test.mjs said nothing: ${stderr.slice(0, 300)}`);
  const failed = tests.filter(([, result]) => result === 'not ok');
  const why = (name) => stdout.slice(stdout.indexOf(`- ${name}`)).split('\n').map((line) => line.trim())
    .filter((line) => line && !/^(---|duration_ms|type|location|failureType|error: \|-|- )/.test(line)).slice(0, 4).join(' ');
  const breaches = failed.map(([, , name]) => breach(`${name}: ${why(name)}`));
  if (status !== 0 && breaches.length === 0) breaches.push(breach(`links.test.mjs ended with ${status}: ${stderr.slice(0, 300)}`));
  return {
    rows: [{ what: 'no link leads nowhere', measured: `${tests.length - failed.length} of ${tests.length} checks hold`, limit: 'all', hard: true, held: breaches.length === 0 }],
    breaches, tables: [], notes: [], data: tests.map(([, result, name]) => ({ name, held: result === 'ok' })),
  };
}
