// `make audit`: the site's figures in one table. DIST=… and BASE=… name another build.
//
//   node tests/audit/run.mjs [--only weights,contrast] [--hard]
//
// Prints the table and every breach; target/audit/audit.md has the details and audit.json the figures. With --hard a
// breach of a hard limit, or a part that could not run, ends it with 1.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { breach, full, summary } from './report.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PARTS = ['weights', 'wasm', 'contrast', 'links', 'nu', 'axe', 'lighthouse'];

const stop = (message) => {
  console.error(message);
  process.exit(2);
};

let values;
try {
  ({ values } = parseArgs({ options: { only: { type: 'string' }, hard: { type: 'boolean', default: false } } }));
} catch (error) {
  stop(`${error.message}. Usage: node tests/audit/run.mjs [--only ${PARTS.join(',')}] [--hard]`);
}
const wanted = values.only?.split(',') ?? PARTS;
const unknown = wanted.filter((name) => !PARTS.includes(name));
if (unknown.length > 0) stop(`There is no part ${unknown.join(', ')}; the parts are ${PARTS.join(', ')}.`);

const dist = resolve(process.env.DIST ?? join(ROOT, 'dist'));
if (!existsSync(join(dist, 'index.html'))) stop(`${dist} holds no index.html: run \`make build\` first, or name the folder with DIST=….`);
if (readFileSync(join(dist, 'index.html'), 'utf8').includes('.well-known/trunk')) {
  stop(`${dist} is a development build (\`make dev\` wrote it): its figures mean nothing. Run \`make build\` first.`);
}
// The parts read the site when they are imported: it has to be named before.
process.env.DIST = dist;

const parts = [];
for (const name of PARTS.filter((name) => wanted.includes(name))) {
  const began = Date.now();
  let part;
  try {
    const { title, measure } = await import(`./${name}.mjs`);
    part = { name, title, ...await measure() };
  } catch (error) {
    // An instrument that is not there has measured nothing: that is no pass.
    const rows = [{ what: 'did not run', measured: error.message, hard: true, held: false }];
    part = { name, title: name, rows, breaches: [breach(`did not run: ${error.message}`)], tables: [], notes: [], data: null, trouble: String(error.stack) };
  }
  part.seconds = Math.round((Date.now() - began) / 100) / 10;
  console.error(`[audit] ${name}: ${part.breaches.length} breaches, ${part.seconds} s`);
  parts.push(part);
}

const date = new Date().toISOString();
const [{ model }] = cpus();
const out = join(ROOT, 'target/audit');
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'audit.json'), `${JSON.stringify({ date, dist, node: process.version, processor: model, processors: cpus().length, parts }, null, 2)}\n`);
writeFileSync(join(out, 'audit.md'), full(parts, `${date}, ${dist}, ${model} × ${cpus().length}, Node ${process.version}.`));
console.log(summary(parts));
if (values.hard && parts.some(({ breaches }) => breaches.some(({ hard }) => hard))) process.exitCode = 1;
