// Asks one address as fast as it can, in a thread of its own. A client of http.Agent would be slower than nginx, and hide what
// is measured; so requests are written as bytes, several at a time on each connection, and answers are only counted. Every
// answer has to be as long as the first and to begin as it does.

import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const { connections, ahead } = workerData;
const MARK = 'HTTP/1.1 200 OK\r\n';

/// One answer, read to its end: how many bytes it has with its head.
function lengthOf(port, request) {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.once('error', reject).once('close', () => reject(new Error('the connection ended before the answer did')));
    socket.on('data', (bytes) => {
      seen = Buffer.concat([seen, bytes]);
      const end = seen.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = seen.subarray(0, end).toString('latin1');
      const [, length] = /\r\nContent-Length: (\d+)/i.exec(head) ?? [];
      if (!head.startsWith(MARK) || !length) {
        reject(new Error(`the answer begins with ${JSON.stringify(head.slice(0, 60))}`));
        socket.destroy();
      } else if (seen.length >= end + 4 + Number(length)) {
        resolve(end + 4 + Number(length));
        socket.destroy();
      }
    });
  });
}

/// One connection: `ahead` requests are on their way at any time, until `deadline`. Counts whole answers.
function run(port, request, length, deadline, tally) {
  return new Promise((resolve) => {
    const many = Buffer.from(request.repeat(ahead));
    const one = Buffer.from(request);
    let [inside, open] = [0, ahead];
    const socket = connect(port, '127.0.0.1', () => socket.write(many));
    socket.setNoDelay(true);
    const end = () => { socket.destroy(); resolve(); };
    const fail = (what) => { tally.errors.push(what); end(); };
    socket.once('error', ({ message }) => fail(message));
    socket.once('end', () => fail('the server hung up'));
    socket.on('data', (bytes) => {
      // Answers that end in these bytes, and where each next one begins.
      let at = (length - inside) % length;
      let finished = 0;
      for (; at < bytes.length; at += length) {
        const mark = bytes.latin1Slice(at, at + MARK.length);
        if (!MARK.startsWith(mark)) return fail(`an answer begins with ${JSON.stringify(mark)}`);
      }
      finished = Math.floor((inside + bytes.length) / length);
      inside = (inside + bytes.length) % length;
      tally.answers += finished;
      open -= finished;
      if (performance.now() >= deadline) {
        if (open === 0) end();
      } else if (finished > 0) {
        open += finished;
        socket.write(finished === 1 ? one : Buffer.from(request.repeat(finished)));
      }
    });
  });
}

parentPort.on('message', async ({ port, path, headers, seconds }) => {
  const request = `GET ${path} HTTP/1.1\r\nHost: guide\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  try {
    const length = await lengthOf(port, request);
    const tally = { answers: 0, errors: [] };
    const began = performance.now();
    await Promise.all(Array.from({ length: connections }, () => run(port, request, length, began + seconds * 1000, tally)));
    parentPort.postMessage({ ...tally, length, seconds: (performance.now() - began) / 1000 });
  } catch (error) {
    parentPort.postMessage({ answers: 0, errors: [error.message], length: 0, seconds });
  }
});
