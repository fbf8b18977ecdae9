// Reads XML as strictly as "well-formed" asks, without DTDs, which none of our files has. Node has no XML of its own.

const NAME = /[\p{L}_:][\p{L}\p{N}_:.\u00B7-]*/uy;
const ENTITY = /&(?:(amp|lt|gt|quot|apos)|#(\d+)|#x([0-9a-fA-F]+));/g;
const PLAIN = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
// Characters that XML 1.0 knows in no form.
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/;

/** The root element: `{ name, attributes, children, text }`. Throws a sentence with line and column otherwise. */
export function parseXml(source) {
  let at = source.startsWith('\uFEFF') ? 1 : 0;

  function fail(what) {
    const before = source.slice(0, at).split('\n');
    throw new Error(`line ${before.length}, column ${before.at(-1).length + 1}: ${what}`);
  }
  const looking = (mark) => source.startsWith(mark, at);
  function expect(mark) {
    if (!looking(mark)) fail(`“${mark}” expected, “${source.slice(at, at + 12)}” found`);
    at += mark.length;
  }
  function upTo(mark, what) {
    const end = source.indexOf(mark, at);
    if (end < 0) fail(`${what} does not end`);
    const inner = source.slice(at, end);
    at = end + mark.length;
    return inner;
  }
  const space = () => {
    const start = at;
    while (/[ \t\r\n]/.test(source[at] ?? '')) at += 1;
    return at > start;
  };
  function name() {
    NAME.lastIndex = at;
    const found = NAME.exec(source)?.[0];
    if (!found) fail('a name expected');
    at += found.length;
    return found;
  }
  function decoded(raw) {
    if (/&/.test(raw.replace(ENTITY, ''))) fail('an ampersand that begins no known entity');
    return raw.replace(ENTITY, (_, plain, decimal, hex) => PLAIN[plain] ?? String.fromCodePoint(decimal ?? Number.parseInt(hex, 16)));
  }
  /** Comments, processing instructions and white space, which may stand around the root. */
  function misc() {
    for (;;) {
      space();
      if (looking('<!--')) comment();
      else if (looking('<?')) instruction();
      else return;
    }
  }
  function comment() {
    expect('<!--');
    if (upTo('-->', 'a comment').includes('--')) fail('“--” inside a comment');
  }
  function instruction() {
    expect('<?');
    if (name().toLowerCase() === 'xml') fail('the XML declaration stands at the very start or nowhere');
    upTo('?>', 'a processing instruction');
  }
  function attributes() {
    const found = {};
    for (;;) {
      const spaced = space();
      if (looking('>') || looking('/>')) return found;
      if (!spaced) fail('white space expected before an attribute');
      const key = name();
      if (key in found) fail(`the attribute ${key} twice`);
      space();
      expect('=');
      space();
      const quote = source[at];
      if (quote !== '"' && quote !== "'") fail(`the value of ${key} is not quoted`);
      at += 1;
      const raw = upTo(quote, `the value of ${key}`);
      if (raw.includes('<')) fail(`“<” in the value of ${key}`);
      found[key] = decoded(raw);
    }
  }
  function element() {
    expect('<');
    const node = { name: name(), attributes: attributes(), children: [], text: '' };
    if (looking('/>')) {
      at += 2;
      return node;
    }
    expect('>');
    for (;;) {
      if (at >= source.length) fail(`<${node.name}> is not closed`);
      if (looking('</')) {
        at += 2;
        const closing = name();
        if (closing !== node.name) fail(`</${closing}> closes <${node.name}>`);
        space();
        expect('>');
        return node;
      }
      if (looking('<!--')) comment();
      else if (looking('<![CDATA[')) {
        at += 9;
        node.text += upTo(']]>', 'a CDATA section');
      } else if (looking('<?')) instruction();
      else if (looking('<')) node.children.push(element());
      else {
        const end = source.indexOf('<', at);
        const raw = source.slice(at, end < 0 ? source.length : end);
        if (raw.includes(']]>')) fail('“]]>” in text');
        node.text += decoded(raw);
        at += raw.length;
      }
    }
  }

  if (FORBIDDEN.test(source)) {
    at = source.search(FORBIDDEN);
    fail('a character that XML does not allow');
  }
  if (/^<\?xml[ \t\r\n]/.test(source.slice(at))) upTo('?>', 'the XML declaration');
  misc();
  const root = element();
  misc();
  if (at < source.length) fail('something after the root element');
  return root;
}

export const children = (node, name) => node.children.filter((child) => child.name === name);
/** The text of the one child of that name; undefined where there is none or more than one. */
export const childText = (node, name) => (children(node, name).length === 1 ? children(node, name)[0].text : undefined);
