// The real nginx and Caddy with the recipes of deploy/, on free ports of loopback, in a folder of their own.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const recipes = fileURLToPath(new URL('../../deploy/', import.meta.url));
export const NGINX = process.env.NGINX ?? '/usr/sbin/nginx';
/// Debian's, or the one that is named.
export const CADDY = process.env.CADDY ?? ['/usr/bin/caddy'].find(existsSync);
const TRIES = 3;

export const recipe = (name) => readFileSync(join(recipes, name), 'utf8');

/// What is missing for nginx's tests; undefined if nothing is. Without a word of the reader it is a fault.
export function withoutNginx() {
  const { error, stderr } = spawnSync(NGINX, ['-V'], { encoding: 'utf8' });
  const problem = error ? `${NGINX} does not start: ${error.message}`
    : stderr.includes('--with-http_gzip_static_module') ? undefined : `${NGINX} was built without gzip_static; Debian's has it`;
  if (!problem) return undefined;
  if (process.env.FIELD_GUIDE_WITHOUT_SERVERS) return problem;
  throw new Error(`${problem}. Run \`make test\`, which sets up nginx; or name another in NGINX; or go without: FIELD_GUIDE_WITHOUT_SERVERS=1.`);
}

/// A line that a recipe tells the reader to set: it has to be there, once.
function set(text, line, value) {
  const parts = text.split(line);
  assert.equal(parts.length, 2, `the recipe has “${line}” ${parts.length - 1} times, and once is wanted`);
  return parts.join(value);
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const answers = (port) => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false)).once('close', () => resolve(false));
  socket.once('connect', () => socket.destroy());
});

// Whatever ends the tests ends what they started.
const running = new Set();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGPIPE']) process.once(signal, () => process.exit(1));

/// Starts what `prepare(folder, port)` tells: `{ program, args, env }`. Gives `{ port, pid, stop }`.
export async function start(prepare) {
  let said = '';
  // Somebody else may take the port between our letting go of it and the server's taking it.
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'field-guide-deploy-'));
    const port = await freePort();
    const { program, args, env = {} } = prepare(folder, port);
    const child = spawn(program, args, { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
    running.add(child);
    said = '';
    child.stderr.on('data', (bytes) => { said += bytes; });
    const gone = new Promise((resolve) => child.once('error', (error) => { said += error.message; resolve(); }).once('exit', resolve));
    const stop = async () => {
      child.kill('SIGKILL');
      await gone;
      running.delete(child);
      rmSync(folder, { recursive: true, force: true });
    };
    const ended = gone.then(() => 'ended');
    for (let waited = 0; waited < 10_000; waited += 50) {
      if ((await Promise.race([ended, pause(50)])) === 'ended') break;
      if (await answers(port)) return { port, pid: child.pid, stop };
    }
    await stop();
    if (!/address already in use/i.test(said)) break;
  }
  throw new Error(`the server does not start:\n${said}`);
}

/// The folder under which `dist` lies at `base`.
function rootOf(folder, dist, base) {
  if (base === '/') return dist;
  const place = join(folder, 'root', base.slice(1, -1));
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(dist, place);
  return join(folder, 'root');
}

// One process, so that it keeps the account it was started by and is gone when it is killed.
const nginx = (folder) => ({ program: NGINX, args: ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr', '-g', 'daemon off; master_process off;'] });

/// nginx with the recipe over `dist`. `around` stands in `http`, before the recipe.
export const startNginx = (dist, base = '/', around = '') => start((folder, port) => {
  let site = recipe('nginx-site.conf');
  site = set(site, 'listen 8080;', `listen 127.0.0.1:${port};`);
  site = set(site, 'root /srv/field-guide;', `root ${rootOf(folder, dist, base)};`);
  site = set(site, 'set $guide_base /;', `set $guide_base ${base};`);
  writeFileSync(join(folder, 'nginx-site.conf'), site);
  writeFileSync(join(folder, 'nginx.conf'), set(recipe('nginx.conf'), 'include nginx-site.conf;', `${around}\n  include nginx-site.conf;`));
  return nginx(folder);
});

/// nginx with one file and no rule, around which everything is as in the recipe.
export const startPlainNginx = (file, type, around = '') => start((folder, port) => {
  mkdirSync(join(folder, 'html'));
  writeFileSync(join(folder, 'html', 'file'), readFileSync(file));
  const server = `server { listen 127.0.0.1:${port}; root ${join(folder, 'html')}; default_type "${type}"; }`;
  writeFileSync(join(folder, 'nginx.conf'), set(recipe('nginx.conf'), 'include nginx-site.conf;', `${around}\n  ${server}`));
  return nginx(folder);
});

/// Caddy with the recipe as it is: everything is set by variables.
export const startCaddy = (dist, base = '/') => start((folder, port) => {
  assert.ok(existsSync(CADDY), `CADDY names ${CADDY}, where there is no file`);
  const env = { GUIDE_ADDRESS: `http://127.0.0.1:${port}`, GUIDE_ROOT: rootOf(folder, dist, base), GUIDE_BASE: base, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  return { program: CADDY, args: ['run', '--adapter', 'caddyfile', '--config', join(recipes, 'Caddyfile')], env };
});
