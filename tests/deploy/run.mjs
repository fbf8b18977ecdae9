// The recipes of deploy/ in the real servers: node tests/deploy/run.mjs [--dir dist] [--base /] [part of a file's name…]
// `CADDY=/path/to/caddy` names another Caddy than Debian's. The load test takes half a minute and wants a quiet machine.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { dir: { type: 'string', default: resolve(here, '../../dist') }, base: { type: 'string', default: '/' } },
});
const dir = resolve(values.dir);
for (const [file, remedy] of [['index.html', 'run `make build` first, or name the folder with --dir'], ['_headers', 'this is no release build: run `make build`'], ['index.html.br', 'this is no release build: run `make build`']]) {
  if (existsSync(resolve(dir, file))) continue;
  console.error(`${dir} holds no ${file}: ${remedy}.`);
  process.exit(2);
}
if (!/^\/(.*\/)?$/.test(values.base)) {
  console.error(`--base is a path that begins and ends with a slash, such as /guide/; “${values.base}” does not.`);
  process.exit(2);
}
const tests = readdirSync(here).filter((name) => name.endsWith('.test.mjs') && (wanted.length === 0 || wanted.some((part) => name.includes(part))));
if (tests.length === 0) {
  console.error(`No test of the recipes has ${wanted.join(' or ')} in its name.`);
  process.exit(2);
}
// One after the other: the load test measures.
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=spec', ...tests.map((name) => resolve(here, name))], {
  stdio: 'inherit',
  env: { ...process.env, DIST: dir, BASE: values.base },
});
process.exit(status ?? 1);
