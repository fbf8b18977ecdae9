// The contrast of every pair of colours that meet, in light, in dark and on paper, from the tokens themselves.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PAIRS } from './pairs.mjs';
import { breach } from './report.mjs';

export const title = 'Contrast';

const STYLE = fileURLToPath(new URL('../../style/', import.meta.url));

/// `#rgb`, `#rrggbb`, either with an alpha → red, green, blue from 0 to 255 and alpha from 0 to 1.
export function colour(text) {
  const digits = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(text)?.[1];
  if (!digits) throw new Error(`“${text}” is no colour in hexadecimal digits`);
  const pairs = digits.length < 6 ? [...digits].map((digit) => digit + digit) : digits.match(/../g);
  const [red, green, blue, alpha = 255] = pairs.map((pair) => parseInt(pair, 16));
  return [red, green, blue, alpha / 255];
}

/// A colour over an opaque one.
export const over = (front, back) => [...[0, 1, 2].map((at) => front[at] * front[3] + back[at] * (1 - front[3])), 1];

/// WCAG 2.2, “relative luminance”.
function luminance(rgb) {
  const [red, green, blue] = rgb.slice(0, 3).map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/// WCAG 2.2, “contrast ratio”, from 1 to 21.
export function contrast(one, other) {
  const [less, more] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (more + 0.05) / (less + 0.05);
}

/// The colours among the declarations of the first rule whose selector is `selector`, after `from`.
function declared(css, selector, from = 0) {
  const begin = css.indexOf(`${selector} {`, from);
  if (begin < 0) throw new Error(`there is no rule ${selector}`);
  const body = css.slice(css.indexOf('{', begin) + 1, css.indexOf('}', begin));
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*(#[0-9a-fA-F]+)/g)].map(([, name, value]) => [name, value]));
}

const sheets = () => readdirSync(STYLE, { recursive: true }).map(String).filter((name) => name.endsWith('.css')).sort()
  .map((name) => ({ name, css: readFileSync(join(STYLE, name), 'utf8').replace(/\/\*.*?\*\//gs, '') }));

function themes(all) {
  const css = (name) => all.find((sheet) => sheet.name === name).css;
  const light = declared(css('tokens.css'), ':root');
  const dark = declared(css('tokens.css'), ':root[data-theme="dark"]');
  const system = declared(css('tokens.css'), ':root:not([data-theme="light"])');
  const print = declared(css('print.css'), ':root, :root:not([data-theme="light"]), :root[data-theme="dark"]');
  return { system, themes: { light, dark: { ...light, ...dark }, print: { ...light, ...print } } };
}

/// A token of a theme, `token@0.5`, or `a+b@0.5`.
function resolve(name, theme) {
  const [tokens, share] = name.split('@');
  const [first, second] = tokens.split('+').map((token) => {
    if (!theme[token]) throw new Error(`there is no colour --${token}, which tests/audit/pairs.mjs names`);
    return colour(theme[token]);
  });
  if (second) return [...[0, 1, 2].map((at) => first[at] * share + second[at] * (1 - share)), 1];
  return share ? [...first.slice(0, 3), first[3] * Number(share)] : first;
}

/// The names of tokens, in what place of the style: as the colour of something, or behind it.
function used(all, tokens) {
  const found = { front: new Map(), behind: new Map() };
  for (const { name, css } of all) {
    for (const [, property, value] of css.matchAll(/([\w-]+)\s*:\s*([^;{}]*var\(--[^;{}]*)/g)) {
      const side = /^background/.test(property) ? 'behind' : /^(color|fill|stroke|border|outline|box-shadow|text-decoration|accent-color|--)/.test(property) ? 'front' : null;
      for (const [, token] of value.matchAll(/var\(--([\w-]+)/g)) if (side && tokens.has(token)) found[side].set(token, name);
    }
  }
  return found;
}

export async function measure() {
  const all = sheets();
  const { system, themes: colours } = themes(all);
  const breaches = [];
  const dark = Object.keys(colours.dark).filter((token) => system[token] !== undefined || colours.dark[token] !== colours.light[token]);
  for (const token of dark) {
    if (system[token] !== colours.dark[token]) breaches.push(breach(`--${token} is ${system[token]} where the system is dark, and ${colours.dark[token]} where the reader chose it`));
  }
  // A colour that comes into use comes into the list, on the side on which it is used.
  const tokens = new Set(Object.keys(colours.light));
  const listed = { front: new Set(PAIRS.flatMap(([front]) => front.split('@')[0].split('+'))), behind: new Set(PAIRS.flatMap(([front, behind]) => [behind].flat().concat(front))) };
  const { front, behind } = used(all, tokens);
  for (const [token, name] of front) if (!listed.front.has(token)) breaches.push(breach(`--${token} is drawn with in style/${name}, and no pair of tests/audit/pairs.mjs has it in front`));
  for (const [token, name] of behind) if (!listed.behind.has(token)) breaches.push(breach(`--${token} is a ground in style/${name}, and no pair of tests/audit/pairs.mjs has it`));

  const measured = PAIRS.flatMap(([front, behind, least, why, only], pair) => Object.entries(colours).filter(([theme]) => !only || only.includes(theme)).map(([theme, values]) => {
    const ground = [behind].flat().map((name) => resolve(name, values)).reduce((below, above) => over(above, below));
    return { pair, front, behind: [behind].flat().join(' + '), theme, least, why, ratio: contrast(over(resolve(front, values), ground), ground) };
  }));
  // 4.496 is no 4.5, however it is rounded for the table.
  const short = measured.filter(({ ratio, least }) => ratio < least);
  const two = (ratio) => (Math.floor(ratio * 100) / 100).toFixed(2);
  for (const { front, behind, theme, least, why, ratio } of short) breaches.push(breach(`${front} on ${behind}, ${theme}: ${two(ratio)}, and ${least} are needed (${why})`));
  const rows = [[4.5, 'text'], [3, 'pictures and controls']].map(([least, what]) => {
    const of = measured.filter((each) => each.least === least);
    const lowest = of.reduce((a, b) => (b.ratio < a.ratio ? b : a));
    return { what: `${what}, ${new Set(of.map(({ pair }) => pair)).size} pairs of tokens`, measured: `lowest ${two(lowest.ratio)}: ${lowest.front} on ${lowest.behind}, ${lowest.theme}; ${of.filter((each) => each.ratio < least).length} too low`,
      limit: `≥ ${least}`, hard: true, held: lowest.ratio >= least };
  });
  const names = Object.keys(colours);
  const ratioOf = (pair, theme) => {
    const found = measured.find((each) => each.pair === pair && each.theme === theme);
    return found ? two(found.ratio) : '–';
  };
  return {
    rows, breaches,
    tables: [{
      caption: 'Pairs of tokens', head: ['front', 'behind', ...names, 'least', 'for'],
      rows: PAIRS.map(([front, behind, least, why], index) => [front, [behind].flat().join(' + '), ...names.map((theme) => ratioOf(index, theme)), least || '–', why]),
    }],
    notes: [], data: measured,
  };
}
