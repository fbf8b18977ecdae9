// Builds the sites of tests/embeds/sites/ with the real tools, into .tools/embeds/<tool>/site. Installs nothing: what is
// missing is named. `node tests/embeds/build.mjs [tool…]`
// Only what changed is built again: a stamp keeps the hash of a site's sources, of its tool's versions and of this file.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '../..');
const TOOLS = join(ROOT, '.tools');
const EMBEDS = join(TOOLS, 'embeds');
const text = (...parts) => readFileSync(join(ROOT, ...parts), 'utf8');
/// The versions that tools/setup installs, each said in one place.
const PINNED = {
  ...JSON.parse(text('tests/embeds/package.json')).devDependencies,
  ...Object.fromEntries([...text('tests/embeds/requirements.txt').matchAll(/^([\w.-]+)==(\S+)/gm)].map(([, pack, version]) => [pack, version])),
  mdbook: /^mdbook_version=(\S+)/m.exec(text('tools/setup'))[1],
};
const PLACEHOLDER = 'GUIDE_URL';
/// Where the built sites expect the guide. No such host exists; host.mjs puts the address in that the guide has in a test.
export const GUIDE = 'http://field-guide.invalid/';

const npm = (name) => ({
  path: join(EMBEDS, 'node_modules/.bin', name),
  has: (pack, version) => {
    const file = join(EMBEDS, 'node_modules', pack, 'package.json');
    return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version === version;
  },
});
const python = (name) => ({
  path: join(EMBEDS, 'venv/bin', name),
  has: (pack, version) => {
    const lib = join(EMBEDS, 'venv/lib');
    const wanted = `${pack.replaceAll('-', '_')}-${version}.dist-info`.toLowerCase();
    return existsSync(lib) && readdirSync(lib).some((python) => {
      const packages = join(lib, python, 'site-packages');
      return existsSync(packages) && readdirSync(packages).some((found) => found.toLowerCase() === wanted);
    });
  },
});
const crate = (name) => ({
  path: join(TOOLS, 'bin', name),
  // The stamp of tools/setup.
  has: (pack, version) => existsSync(join(TOOLS, `${pack}-${version}`)),
});

/// Per site: its tool, the packages it is made of, how the tool builds `source` into `made`, and its two pages with what stands in them.
export const SITES = {
  plain: { build: ({ source, made }) => cpSync(source, made, { recursive: true }), pages: ['index.html', 'second.html'] },
  mdbook: {
    tool: crate('mdbook'),
    packages: ['mdbook'],
    build: ({ run, source, made }) => run(['build', source, '--dest-dir', made]),
    pages: ['index.html', 'second.html'],
  },
  mkdocs: {
    tool: python('mkdocs'),
    packages: ['mkdocs', 'mkdocs-material'],
    build: ({ run, source, made }) => run(['build', '--quiet', '--config-file', join(source, 'mkdocs.yml'), '--site-dir', made]),
    pages: ['index.html', 'second.html'],
  },
  docusaurus: {
    tool: npm('docusaurus'),
    packages: ['@docusaurus/core', '@docusaurus/preset-classic', '@mdx-js/react', 'react', 'react-dom'],
    build: ({ run, source, made }) => run(['build', source, '--out-dir', made], { NO_UPDATE_NOTIFIER: '1', CI: 'true', NODE_ENV: 'production' }),
    pages: ['index.html', 'second/index.html'],
  },
  vitepress: {
    tool: npm('vitepress'),
    packages: ['vitepress'],
    build: ({ run, source, made }) => run(['build', source, '--outDir', made]),
    pages: ['index.html', 'second.html'],
  },
  sphinx: {
    tool: python('sphinx-build'),
    packages: ['sphinx', 'furo'],
    build: ({ run, source, made, work }) => run(['-q', '-b', 'html', '-d', join(work, 'doctrees'), source, made]),
    pages: ['index.html', 'second.html'],
  },
  rustdoc: {
    // rustdoc comes with the toolchain that builds the guide.
    tool: { path: process.env.CARGO ?? 'cargo', has: () => true },
    build: ({ run, made, work }) => {
      const target = join(work, 'target');
      run(['doc', '--no-deps', '--offline', '--quiet'], { CARGO_TARGET_DIR: target, RUSTDOCFLAGS: '--html-in-header field-guide.html', CARGO_BUILD_TARGET: undefined });
      cpSync(join(target, 'doc'), made, { recursive: true });
    },
    pages: ['host_docs/index.html', 'host_docs/second/index.html'],
  },
};

const versions = (name) => (SITES[name].packages ?? []).map((pack) => [pack, PINNED[pack]]);

export const folder = (name) => join(EMBEDS, name, 'site');

/// Every file of a folder, as paths inside of it, always in the same order.
const files = (dir) => readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort();

function hashOf(name) {
  const hash = createHash('sha256');
  const add = (text) => hash.update(text).update('\0');
  add(JSON.stringify(versions(name)));
  add(GUIDE);
  add(readFileSync(fileURLToPath(import.meta.url)));
  const source = join(HERE, 'sites', name);
  for (const file of files(source)) {
    add(file.slice(source.length));
    add(readFileSync(file));
  }
  return hash.digest('hex');
}

/// What keeps a site from being built; undefined where nothing does.
function missing(name) {
  const { tool } = SITES[name];
  if (!tool) return undefined;
  const absent = versions(name).filter(([pack, version]) => !tool.has(pack, version)).map(([pack, version]) => `${pack} ${version}`);
  const program = tool.path.includes('/') && !existsSync(tool.path) ? [tool.path] : [];
  const what = absent.length ? absent : program;
  return what.length ? `${name}: ${what.join(', ')} missing: tools/setup test brings it` : undefined;
}

/// True of a site that is built from what is there now.
export const isBuilt = (name) => {
  const stamp = join(EMBEDS, name, 'hash');
  return existsSync(stamp) && existsSync(folder(name)) && readFileSync(stamp, 'utf8') === hashOf(name);
};

function build(name) {
  const work = join(EMBEDS, name);
  const [source, made, log] = [join(work, 'source'), join(work, 'made'), join(work, 'log')];
  rmSync(join(work, 'hash'), { force: true });
  for (const old of [source, made, folder(name)]) rmSync(old, { recursive: true, force: true });
  const from = join(HERE, 'sites', name);
  for (const file of files(from)) {
    const to = join(source, file.slice(from.length));
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, readFileSync(file, 'utf8').replaceAll(PLACEHOLDER, GUIDE));
  }
  const run = (args, env = {}) => {
    const { path } = SITES[name].tool;
    const { status, error, stdout, stderr } = spawnSync(path, args, { cwd: source, env: { ...process.env, ...env }, encoding: 'utf8', timeout: 300_000, maxBuffer: 64 * 1024 * 1024 });
    const said = `${stdout ?? ''}${stderr ?? ''}`;
    writeFileSync(log, said);
    if (error || status !== 0) {
      throw new Error(`${name} did not build (${error?.message ?? `exit ${status}`}); the whole log is ${log}\n${said.trim().split('\n').slice(-15).join('\n')}`);
    }
  };
  SITES[name].build({ run, source, made, work });
  check(name, made);
  renameSync(made, folder(name));
  writeFileSync(join(work, 'hash'), hashOf(name));
}

/// That the tool let everything through: a site without the embeds would prove nothing.
function check(name, made) {
  const [first, second] = SITES[name].pages;
  const wanted = {
    [first]: ['<field-guide-term', 'slug="idempotency"', `${GUIDE}terms/idempotency/`, `${GUIDE}terms/token-bucket/`, 'data-field-guide', `${GUIDE}embed.js`],
    [second]: ['<field-guide-lab', 'lab="rate-limiting"', 'scenario="preset=boundary"', `${GUIDE}labs/rate-limiting/?preset=boundary`, '<field-guide-term', `${GUIDE}embed.js`],
  };
  for (const [page, parts] of Object.entries(wanted)) {
    const file = join(made, page);
    if (!existsSync(file)) throw new Error(`${name} made no ${page}`);
    // Minifiers take quotes away.
    const bare = (text) => text.replaceAll('"', '');
    const html = bare(readFileSync(file, 'utf8'));
    const lost = parts.filter((part) => !html.includes(bare(part)));
    if (lost.length) throw new Error(`${name}: ${page} lost ${lost.join(', ')}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !(name in SITES));
  const names = asked.length ? asked : Object.keys(SITES);
  const wrong = unknown.map((name) => `There is no site ${name}; there are ${Object.keys(SITES).join(', ')}.`);
  for (const name of wrong.length ? [] : names) {
    if (isBuilt(name)) {
      console.log(`${name} is as it was`);
      continue;
    }
    const lacks = missing(name);
    if (lacks) {
      wrong.push(lacks);
      continue;
    }
    const began = Date.now();
    try {
      build(name);
      console.log(`${name} is built (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    } catch (error) {
      wrong.push(error.message);
    }
  }
  for (const line of wrong) console.error(line);
  process.exitCode = wrong.length ? 1 : 0;
}
