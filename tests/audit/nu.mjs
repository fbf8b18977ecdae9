// The Nu HTML checker over every page, in one Java process. It knows rules that html-validate does not.

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { DIST, documents } from '../site/dist.mjs';
import { breach } from './report.mjs';

export const title = 'HTML, by the Nu checker';

const JAVA = process.env.JAVA ?? 'java';

/// Warnings that are no fault of ours, and why. Errors are never accepted.
const ACCEPTED = [
  {
    fits: ({ message }) => /^Resource violates Content Security Policy \(meta tag\): external (stylesheet|script) “\/(?!\/)/.test(message),
    why: '`\'self\'` allows files of the page’s own host; the checker reads the page from a disk, where there is no host. The browser tests see what a real policy blocks.',
  },
  {
    fits: ({ message, extract }) => /^Inline script violates Content Security Policy/.test(message) && /<script type="application\/ld\+json">/.test(extract ?? ''),
    why: 'Data for search machines: a script of that type is never run, and no policy is asked about it.',
  },
];

/// vnu.jar: NU_JAR=… or npm's vnu-jar.
function jar() {
  if (process.env.NU_JAR) return process.env.NU_JAR;
  const require = createRequire(new URL('../../.tools/node/', import.meta.url));
  try {
    return require.resolve('vnu-jar/build/dist/vnu.jar');
  } catch {
    throw new Error('the Nu checker is not installed: `tools/setup test` brings vnu-jar of tools/package.json, or NU_JAR=… names a vnu.jar');
  }
}

const SHOWN = 3;

export async function measure() {
  // Fragments (article.html) are no documents; what they hold stands in the page beside them too.
  const names = documents.filter(({ kind }) => kind !== 'fragment').map(({ name }) => name);
  const run = spawnSync(JAVA, ['-jar', jar(), '--format', 'json', '--exit-zero-always', ...names], { cwd: resolve(DIST), encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (run.error) throw new Error(`${JAVA} does not start (${run.error.message}): install a Java of 11 or later, Debian’s default-jre-headless, or name it with JAVA=…`);
  let report;
  try {
    report = JSON.parse(run.stderr);
  } catch {
    throw new Error(`the Nu checker gave no report (status ${run.status}): ${run.stderr.slice(0, 300)}`);
  }
  const folder = new RegExp(`^file:/*${resolve(DIST).replace(/^\//, '')}/`);
  const messages = report.messages.map((message) => ({ ...message, page: decodeURI(message.url ?? '').replace(folder, '') }));
  const accepted = ACCEPTED.map(({ fits, why }) => ({ why, count: messages.filter((message) => message.type === 'info' && fits(message)).length }));
  const left = messages.filter((message) => message.type !== 'info' || !ACCEPTED.some(({ fits }) => fits(message)));
  // One sentence each, with the pages where it is so.
  const groups = new Map();
  for (const message of left) {
    const key = `${message.type === 'info' ? 'warning' : message.type}: ${message.message}`;
    groups.set(key, [...(groups.get(key) ?? []), message]);
  }
  const breaches = [...groups].sort((a, b) => b[1].length - a[1].length).map(([what, of]) => {
    const where = [...new Set(of.map(({ page, lastLine }) => `${page}:${lastLine}`))];
    const around = (of[0].extract ?? '').replace(/\s+/g, ' ').trim();
    return breach(`${what} ${of.length} times: ${where.slice(0, SHOWN).join(', ')}${where.length > SHOWN ? ' …' : ''}; around \`${around.slice(0, 200)}\``);
  });
  const errors = left.filter(({ type }) => type !== 'info').length;
  return {
    rows: [{ what: `${names.length} pages are valid`, measured: `${errors} errors, ${left.length - errors} warnings (${messages.length - left.length} accepted)`, limit: '0', hard: true, held: left.length === 0 }],
    breaches, tables: [], notes: [`Version ${report.version}.`, ...accepted.map(({ why, count }) => `Accepted ${count} times: ${why}`)],
    data: { version: report.version, pages: names.length, accepted, messages: left },
  };
}
