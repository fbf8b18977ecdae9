// npm's libraries lie in .tools/node, outside of where Node looks for modules by itself.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(new URL('../../.tools/node/', import.meta.url));

/** A library of tools/package.json, whether it is CommonJS or a module. */
export async function tool(name) {
  return import(pathToFileURL(require.resolve(name)).href);
}
