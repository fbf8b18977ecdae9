// The few questions that the checks ask of parse5's tree.
import { tool } from './tools.mjs';

const { parse, parseFragment } = await tool('parse5');

/** The tree of a document or of a fragment, and what HTML's own parsing rules call errors in it. */
export function read(html, { fragment }) {
  const errors = [];
  const onParseError = ({ code, startLine, startCol, startOffset, endOffset }) => {
    const around = html.slice(Math.max(0, startOffset - 30), endOffset + 15).replaceAll('\n', ' ');
    errors.push({ code, at: `${startLine}:${startCol}`, around });
  };
  const options = { sourceCodeLocationInfo: true, onParseError };
  return { tree: fragment ? parseFragment(html, options) : parse(html, options), errors };
}

/** All elements below `node`, in document order; with `name`, only those. */
export function* elements(node, name) {
  for (const child of node.childNodes ?? []) {
    if (child.tagName && (!name || child.tagName === name)) yield child;
    yield* elements(child, name);
  }
}

export function attribute(element, name) {
  return element.attrs.find((each) => (each.prefix ? `${each.prefix}:${each.name}` : each.name) === name)?.value;
}

export function* ancestors(element) {
  for (let at = element.parentNode; at?.tagName; at = at.parentNode) yield at;
}

export function text(node) {
  if (node.nodeName === '#text') return node.value;
  return (node.childNodes ?? []).map(text).join('');
}

/** `<meta>` by its name or property: its content, of the first one. */
export function meta(tree, name) {
  for (const each of elements(tree, 'meta')) {
    if (attribute(each, 'name') === name || attribute(each, 'property') === name || attribute(each, 'http-equiv') === name) {
      return attribute(each, 'content');
    }
  }
  return undefined;
}

/** `<link rel=…>`: all of its addresses. */
export function linked(tree, rel) {
  return [...elements(tree, 'link')].filter((each) => attribute(each, 'rel') === rel).map((each) => attribute(each, 'href'));
}
