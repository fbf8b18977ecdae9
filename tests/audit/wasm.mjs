// What the programs are made of, crate by crate. The shipped wasm has no names any more; cargo's own output, before
// wasm-bindgen and wasm-opt, has them all. So the shares are of that, and the shipped bytes stand beside them.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { files } from '../site/dist.mjs';
import { breach, kb } from './report.mjs';

export const title = 'Wasm by crate';

const BUILT = process.env.WASM ?? fileURLToPath(new URL('../../target/wasm32-unknown-unknown/release/', import.meta.url));
const SHOWN = 10;
const STD = new Set(['core', 'alloc', 'std', 'compiler_builtins', 'panic_abort']);
/// wasm-bindgen runs these once, at build time, and takes them out.
const DESCRIBES = '(taken out by wasm-bindgen)';
const NAMELESS = '(names no crate)';

/// Reads a wasm file from front to back.
class Reader {
  constructor(bytes, at = 0) {
    Object.assign(this, { bytes, at });
  }

  number() {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new Error('the wasm ends in the middle of a number');
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  text() {
    const length = this.number();
    return this.bytes.toString('utf8', this.at, this.at += length);
  }

  /// Limits of a memory or a table: a flag, the least, and the most where the flag says so.
  limits() {
    if (this.number() & 1) this.number();
    this.number();
  }
}

/// `{ bodies: [bytes], names: Map(index → symbol), imported, data, code }` of a module.
export function read(bytes) {
  if (bytes.toString('latin1', 0, 4) !== '\0asm') throw new Error('this is no wasm');
  const found = { bodies: [], names: new Map(), imported: 0, data: 0, code: 0 };
  for (const reader = new Reader(bytes, 8); reader.at < bytes.length;) {
    const [id, size] = [reader.number(), reader.number()];
    const end = reader.at + size;
    if (id === 2) found.imported = imports(reader);
    if (id === 10) {
      found.code = size;
      for (let left = reader.number(); left > 0; left--) {
        const body = reader.number();
        found.bodies.push(body);
        reader.at += body;
      }
    }
    if (id === 11) found.data = size;
    if (id === 0 && reader.text() === 'name') names(reader, end, found.names);
    reader.at = end;
  }
  return found;
}

/// How many functions are imported: they come first in the order of functions.
function imports(reader) {
  let functions = 0;
  for (let left = reader.number(); left > 0; left--) {
    reader.text();
    reader.text();
    const kind = reader.number();
    if (kind === 0) { reader.number(); functions++; }
    else if (kind === 1) { reader.number(); reader.limits(); }
    else if (kind === 2) reader.limits();
    else if (kind === 3) { reader.number(); reader.number(); }
    else throw new Error(`an import of kind ${kind} is not known here`);
  }
  return functions;
}

function names(reader, end, into) {
  while (reader.at < end) {
    const [part, size] = [reader.number(), reader.number()];
    const after = reader.at + size;
    if (part === 1) for (let left = reader.number(); left > 0; left--) into.set(reader.number(), reader.text());
    reader.at = after;
  }
}

/// The parts of a symbol in Rust's legacy mangling: `_ZN`, each with its length before it, `E`.
function legacy(symbol) {
  const parts = [];
  for (let at = 3; symbol[at] !== 'E';) {
    const length = /^\d+/.exec(symbol.slice(at));
    if (!length) return null;
    at += length[0].length;
    parts.push(symbol.slice(at, at += Number(length[0])));
  }
  return parts.map((part) => part.replaceAll('$LT$', '<').replaceAll('$GT$', '>').replaceAll('$RF$', '&').replaceAll('$u20$', ' ')
    .replaceAll('$u7b$', '{').replaceAll('$u7d$', '}').replaceAll('$C$', ',').replaceAll('$LP$', '(').replaceAll('$RP$', ')').replaceAll('..', '::').replace(/^_</, '<'));
}

/// Crates of a symbol, in the order in which it names them.
function named(symbol) {
  if (symbol.startsWith('_R')) {
    return [...symbol.matchAll(/C(?:s[0-9a-zA-Z]*_)?(\d+)_?/g)].map((found) => symbol.substr(found.index + found[0].length, Number(found[1])))
      .filter((name) => /^[a-z_][a-z0-9_]*$/.test(name));
  }
  const parts = legacy(symbol);
  if (!parts) return [];
  return parts.flatMap((part, index) => (index === 0 && !/[<&(]/.test(part) ? [part] : [...part.matchAll(/(?<![\w:])([a-z_][a-z0-9_]*)::/g)].map((found) => found[1])));
}

/// Whose a function is: the first crate that it names and that is not Rust's own, so that `drop_in_place` of a lab's type
/// is the lab's and the `Display` of serde's error is serde's. Else Rust's own.
export function crateOf(symbol) {
  if (/^__wbindgen_describe|WasmDescribe|wasm_bindgen8describe/.test(symbol)) return DESCRIBES;
  if (!/^_(ZN|R)/.test(symbol)) return /^(mem(cpy|set|move|cmp)|__(mul|div|udiv|rem|lshr|ashl|ashr|float|fix)\w*)$/.test(symbol) ? 'compiler_builtins' : NAMELESS;
  const crates = named(symbol);
  return crates.find((name) => !STD.has(name)) ?? crates[0] ?? NAMELESS;
}

/// `{ code, data, crates: [{ crate, bytes, functions }] }`, greatest first.
export function attribute(bytes) {
  const { bodies, names, imported, data, code } = read(bytes);
  if (names.size === 0) throw new Error('the wasm has no names: is `strip` set in Cargo.toml’s release profile?');
  const crates = new Map();
  bodies.forEach((size, index) => {
    const crate = crateOf(names.get(imported + index) ?? '');
    const sum = crates.get(crate) ?? { crate, bytes: 0, functions: 0 };
    crates.set(crate, { crate, bytes: sum.bytes + size, functions: sum.functions + 1 });
  });
  return { code, data, crates: [...crates.values()].sort((a, b) => b.bytes - a.bytes) };
}

export async function measure() {
  const shipped = [...files].map(([name, bytes]) => [/^assets\/(.+)_bg-[0-9a-f]+\.wasm$/.exec(name)?.[1], bytes.length]).filter(([name]) => name);
  if (shipped.length === 0) throw new Error('the site has no assets/…_bg-….wasm');
  const [rows, breaches, tables, data] = [[], [], [], {}];
  for (const [name, size] of shipped) {
    const path = join(BUILT, `${name}.wasm`);
    if (!existsSync(path)) throw new Error(`${path} is missing: \`make build\` writes it, WASM=… names another folder`);
    const { code, data: constants, crates } = attribute(readFileSync(path));
    const ours = crates.filter(({ crate }) => crate !== DESCRIBES);
    const all = ours.reduce((sum, { bytes }) => sum + bytes, 0);
    const share = (bytes) => `${((bytes / all) * 100).toFixed(1)} %`;
    const nameless = crates.find(({ crate }) => crate === NAMELESS)?.bytes ?? 0;
    // The table means something only as long as nearly everything has an owner.
    if (nameless > all / 50) breaches.push(breach(`${share(nameless)} of ${name}.wasm have no crate: the names are in a form that tests/audit/wasm.mjs does not know`));
    rows.push({ what: `${name}: greatest crates`, measured: ours.slice(0, 3).map(({ crate, bytes }) => `${crate} ${share(bytes)}`).join(', '), limit: '' });
    tables.push({
      caption: `${name}: ${kb(size)} shipped; ${kb(all)} of functions and ${kb(constants)} of data before wasm-bindgen and wasm-opt, of which ${SHOWN} greatest:`,
      head: ['crate', 'bytes', 'share of functions', 'functions'],
      rows: ours.slice(0, SHOWN).map(({ crate, bytes, functions }) => [crate, bytes, share(bytes), functions]),
    });
    data[name] = { shipped: size, code, data: constants, crates };
  }
  return { rows, breaches, tables, notes: ['A function that was inlined counts where it went. Data (strings, tables) has no owner.'], data };
}
