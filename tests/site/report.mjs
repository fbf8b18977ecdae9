// How a check says what it found: every problem would drown the reader, so they are grouped and three of each are shown.

const SHOWN = 3;
// The line of the check says enough; below it lies only node:test.
Error.stackTraceLimit = 2;

/** Fails with a readable list where `problems` is not empty. Each is a sentence, or `{ group, text }`. */
export function none(problems, claim) {
  if (problems.length === 0) return;
  const groups = new Map();
  for (const problem of problems) {
    const { group, text } = typeof problem === 'string' ? { group: '', text: problem } : problem;
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(text);
  }
  const lines = [`${claim}: ${problems.length} times not so`];
  for (const [group, texts] of [...groups].sort((a, b) => b[1].length - a[1].length)) {
    if (group) lines.push(`${group} (${texts.length})`);
    lines.push(...texts.slice(0, SHOWN).map((text) => `  ${text}`));
    if (texts.length > SHOWN) lines.push(`  … and ${texts.length - SHOWN} more`);
  }
  const error = new Error(lines.join('\n'));
  // Where in this file it was thrown tells the reader nothing.
  error.stack = error.message;
  throw error;
}

/** Fails where two lists do not hold the same, in whatever order. */
export function same(found, expected, claim) {
  const [has, wants] = [new Set(found), new Set(expected)];
  none(
    [
      ...[...wants].filter((each) => !has.has(each)).map((text) => ({ group: 'missing', text })),
      ...[...has].filter((each) => !wants.has(each)).map((text) => ({ group: 'too much', text })),
      ...repeated(found).map((text) => ({ group: 'more than once', text })),
    ],
    claim,
  );
}

/** Those that occur more than once. */
export function repeated(values) {
  const seen = new Set();
  return [...new Set(values.filter((value) => seen.size === seen.add(value).size))];
}
