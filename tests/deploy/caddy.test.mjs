// The recipe of deploy/Caddyfile in a real Caddy: Debian's, or the one that `CADDY` names. Without one, only the words of the recipe are held to
// those of src/prerender/headers.rs, by the test there.

import test from 'node:test';
import { BASE, DIST } from './expected.mjs';
import { rules } from './rules.mjs';
import { CADDY, startCaddy } from './servers.mjs';

if (CADDY) rules('Caddy', () => startCaddy(DIST, BASE), { counted: false });
else test('Caddy', { skip: 'CADDY names no program; Debian has one in its package caddy' }, () => {});
