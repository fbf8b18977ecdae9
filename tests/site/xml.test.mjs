// The reader that judges sitemap and feed is ours, so it is judged too.
import assert from 'node:assert/strict';
import test from 'node:test';
import { childText, parseXml } from './xml.mjs';

test('well-formed XML is read with its text, attributes and entities', () => {
  const root = parseXml('<?xml version="1.0"?>\n<!-- a --><a x="1 &amp; 2"><b>&lt;&#8230;&#x2026;</b><c/><![CDATA[<&]]></a>\n');
  assert.equal(root.name, 'a');
  assert.deepEqual(root.attributes, { x: '1 & 2' });
  assert.equal(childText(root, 'b'), '<……');
  assert.equal(root.text, '<&');
});

for (const [what, source, sentence] of [
  ['an open element', '<a><b></a>', '</a> closes <b>'],
  ['an end that never comes', '<a>', '<a> is not closed'],
  ['a bare ampersand', '<a>this & that</a>', 'ampersand'],
  ['an HTML entity', '<a>&nbsp;</a>', 'ampersand'],
  ['an unquoted value', '<a x=1/>', 'not quoted'],
  ['an attribute twice', '<a x="1" x="2"/>', 'twice'],
  ['attributes run together', '<a x="1"y="2"/>', 'white space expected'],
  ['“<” in a value', '<a x="<"/>', '“<” in the value'],
  ['two roots', '<a/><b/>', 'after the root'],
  ['text after the root', '<a/>b', 'after the root'],
  ['a late declaration', '\n<?xml version="1.0"?><a/>', 'very start'],
  ['a control character', '<a>\u0001</a>', 'does not allow'],
  ['nothing', '', 'expected'],
]) {
  test(`${what} is refused`, () => {
    assert.throws(() => parseXml(source), (error) => error.message.includes(sentence) || assert.fail(error.message));
  });
}
