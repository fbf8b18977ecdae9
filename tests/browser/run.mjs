// Runs every browser test, one file after the other: two browsers at once would disturb each other's timing.
// `BROWSER=firefox node tests/browser/run.mjs [part of a file's name…]`

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const dist = process.env.DIST ?? join(here, '../../dist');
if (!process.env.SITE && !existsSync(join(dist, 'index.html'))) {
  console.error(`${dist}/index.html is missing: run \`make build\` first.`);
  process.exit(1);
}
// Trunk's debug build asks for a reload server that is not there: every page would fail for that alone.
if (!process.env.SITE && readFileSync(join(dist, 'index.html'), 'utf8').includes('__TRUNK_ADDRESS__')) {
  console.error(`${dist} is a debug build: run \`make build\` first.`);
  process.exit(1);
}
const browser = process.env.BROWSER ?? 'chromium';
if (!['chromium', 'firefox'].includes(browser)) {
  console.error(`BROWSER is chromium or firefox; “${browser}” is neither.`);
  process.exit(1);
}
const wanted = process.argv.slice(2);
const files = readdirSync(here).filter((name) => name.endsWith('.test.mjs'))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (files.length === 0) {
  console.error(`No browser test has ${wanted.join(' or ')} in its name.`);
  process.exit(1);
}
const node = spawn(
  process.execPath,
  ['--test', '--test-concurrency=1', '--test-reporter=spec', ...files.map((name) => join(here, name))],
  { stdio: 'inherit', env: { ...process.env, BROWSER: browser } },
);
node.on('close', (code) => { process.exitCode = code ?? 1; });
