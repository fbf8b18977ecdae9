// Checks the finished site, file by file: node tests/site/run.mjs [--dir dist] [--base /]
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

const { values } = parseArgs({
  options: {
    dir: { type: 'string', default: resolve(root, 'dist') },
    base: { type: 'string', default: '/' },
  },
});
const dir = resolve(values.dir);
if (!existsSync(resolve(dir, 'index.html'))) {
  console.error(`${dir} holds no index.html: run \`make build\` first, or name the folder with --dir.`);
  process.exit(2);
}
if (readFileSync(resolve(dir, 'index.html'), 'utf8').includes('.well-known/trunk')) {
  console.error(`${dir} is a development build (\`make dev\` wrote it): it has no policy and a large program. Run \`make build\` first.`);
  process.exit(2);
}
if (!/^\/(.*\/)?$/.test(values.base)) {
  console.error(`--base is a path that begins and ends with a slash, such as /guide/; “${values.base}” does not.`);
  process.exit(2);
}

// Under a sub-path a page differs by its addresses only: whether it is valid was asked at the root.
const parts = ['xml', 'html', 'head', 'links', 'data', 'embed', 'budget'].filter((name) => name !== 'html' || values.base === '/');
const tests = parts.map((name) => here(`${name}.test.mjs`));
const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', ...tests], {
  stdio: 'inherit',
  env: { ...process.env, DIST: dir, BASE: values.base },
});
process.exit(status ?? 1);
