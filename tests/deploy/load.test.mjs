// What the recipe's rules cost: requests a second for a term's page, beside an nginx that serves the same bytes as one file
// with no rule at all. Both run at once, each as one process, and are asked by turns.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Worker } from 'node:worker_threads';
import { BASE, DIST, ask } from './expected.mjs';
import { startNginx, startPlainNginx, withoutNginx } from './servers.mjs';

const PAGE = 'terms/etag/';
const ROUNDS = 5;
const SECONDS = 2;
const CONNECTIONS = 32;
/// Requests on their way on a connection: nginx answers many in one turn, so the client is no slower than it.
const AHEAD = 4;
const LEAST = 0.9;
/// From this share of a core on, it is nginx that limits.
const BUSY = 0.8;
// So that nothing else is measured: no connection is closed after the thousandth request.
const AROUND = 'keepalive_requests 100000000;';

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/// Seconds of processor time that a process has had: Linux counts in hundredths.
const spent = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

const problem = withoutNginx();

test('the recipe answers as many requests as an nginx with one file and no rule', { skip: problem ?? false, timeout: 120_000 }, async (t) => {
  const file = join(DIST, `${PAGE}index.html.br`);
  const servers = [
    { name: 'recipe', host: await startNginx(DIST, BASE, AROUND), path: `${BASE}${PAGE}` },
    { name: 'one file', host: await startPlainNginx(file, 'text/html', AROUND), path: '/file' },
  ];
  const worker = new Worker(new URL('load_worker.mjs', import.meta.url), { workerData: { connections: CONNECTIONS, ahead: AHEAD } });
  const load = (message) => new Promise((resolve, reject) => {
    worker.once('error', reject).once('message', (figures) => {
      worker.off('error', reject);
      resolve(figures);
    });
    worker.postMessage(message);
  });
  try {
    const headers = { 'Accept-Encoding': 'gzip, deflate, br' };
    for (const { host, path, name } of servers) {
      const { body } = await ask(host.port, path, { 'accept-encoding': headers['Accept-Encoding'] });
      assert.ok(body.equals(readFileSync(file)), `${name} sends other bytes than lie beside the page`);
      await load({ port: host.port, path, headers, seconds: 0.5 });
    }
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const figures = {};
      // Whoever comes first may find the machine in another state.
      for (const { name, host, path } of round % 2 ? [...servers].reverse() : servers) {
        const before = spent(host.pid);
        const { answers, errors, seconds } = await load({ port: host.port, path, headers, seconds: SECONDS });
        const busy = spent(host.pid) - before;
        assert.deepEqual(errors, [], `${name}, round ${round + 1}`);
        assert.ok(answers > 0, `${name} answered nothing in round ${round + 1}`);
        figures[name] = { rate: answers / seconds, cost: (busy / answers) * 1e6, busy: busy / seconds };
      }
      const [own, plain] = [figures.recipe, figures['one file']];
      rounds.push({ ...figures, rate: own.rate / plain.rate, cost: own.cost / plain.cost });
      const say = ({ rate, cost, busy }) => `${Math.round(rate)} requests/s, ${cost.toFixed(1)} µs of processor each, ${Math.round(busy * 100)} % busy`;
      t.diagnostic(`round ${round + 1}: recipe ${say(own)}; one file ${say(plain)}; ratio ${rounds.at(-1).rate.toFixed(3)}`);
    }
    const [rate, cost] = [median(rounds.map((round) => round.rate)), median(rounds.map((round) => round.cost))];
    const busy = median(rounds.flatMap((round) => [round.recipe.busy, round['one file'].busy]));
    t.diagnostic(`median ratio ${rate.toFixed(2)} in requests/s; the recipe's page costs nginx ${cost.toFixed(2)} times the processor time of the one file`);
    // Where the client or other programs held nginx up, requests/s tell of them; what it can do in a second of its own still holds.
    const own = busy > BUSY ? rate : 1 / cost;
    t.diagnostic(`nginx was busy for ${Math.round(busy * 100)} % of the time, so what counts is ${busy > BUSY ? 'requests a second' : 'requests a second of its processor time'}: ${own.toFixed(2)} (at least ${LEAST})`);
    assert.ok(own >= LEAST, `the recipe answers ${own.toFixed(3)} times as many requests as the one file, and ${LEAST} is wanted`);
  } finally {
    await worker.terminate();
    await Promise.all(servers.map(({ host }) => host.stop()));
  }
});
