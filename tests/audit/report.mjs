// What every part of the audit hands back, and how it is said in Markdown.
//
// A part gives `{ rows, breaches, tables, notes, data }`. A row of the one table is `{ what, measured, limit, hard, held }`:
// `held` is undefined where nothing is promised. A breach is a sentence and says whether it is a hard one.

const KB = 1000;

export const kb = (bytes) => `${(bytes / KB).toFixed(1)} KB`;

export const breach = (text, hard = true) => ({ text, hard });

/// Cells may hold what a table would take for its own: a bar, a line's end, an element of HTML.
const cell = (value) => String(value ?? '').replaceAll('|', '\\|').replaceAll('<', '&lt;').replace(/\s+/g, ' ');

export function markdownTable(head, rows) {
  const line = (cells) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const verdict = ({ held, hard }) => (held === undefined ? '' : held ? 'held' : hard ? '**broken**' : 'missed');

/// The one table, and what it has to complain of.
export function summary(parts) {
  const rows = parts.flatMap(({ name, rows }) => rows.map((row) => [name, row.what, row.measured, row.limit ?? '', verdict(row)]));
  const breaches = parts.flatMap(({ name, breaches }) => breaches.map(({ text, hard }) => `- ${name}${hard ? '' : ' (not a hard limit)'}: ${text}`));
  const hard = parts.flatMap(({ breaches }) => breaches).filter((each) => each.hard).length;
  const said = breaches.length === 0 ? 'No breach.' : `${breaches.length} breaches, ${hard} of them of hard limits:\n\n${breaches.join('\n')}`;
  return `${markdownTable(['part', 'what', 'measured', 'limit', ''], rows)}\n\n${said}\n`;
}

/// The whole report: the one table, then every part's own.
export function full(parts, heading) {
  const own = parts.filter(({ tables, notes }) => tables.length + notes.length > 0).map(({ title, tables, notes }) => [
    `## ${title}`,
    ...tables.map(({ caption, head, rows }) => `${caption}\n\n${markdownTable(head, rows)}`),
    ...(notes.length > 0 ? [notes.map((note) => `- ${note}`).join('\n')] : []),
  ].join('\n\n'));
  return `# Audit\n\n${heading}\n\n${summary(parts)}\n${own.join('\n\n')}\n`;
}
