import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callServer } from './call-server.js';
import { startPlainServer, type PlainServer } from './plain-server.js';

const MAIN = '/api/v0/workflows/main/executions';
let plain: PlainServer;

beforeAll(async () => {
  plain = await startPlainServer();
});

afterAll(async () => {
  await plain?.[Symbol.asyncDispose]();
});

describe('listeners of an execution', () => {
  it('cost nothing any more once they are gone', async () => {
    const gone = new AbortController();
    const url = `${plain.url}/api/v0/executions/workflows/open/stream?poll_ms=250`;
    const listeners = await Promise.all(Array.from({ length: 50 }, () => fetch(url, { signal: gone.signal })));
    expect(listeners.map(({ status }) => status)).toEqual(Array(50).fill(200));
    const before = plain.reads();
    await expect.poll(() => plain.reads()).toBeGreaterThan(before);
    gone.abort();
    const readsInAWhile = async () => {
      const from = plain.reads();
      await sleep(700);
      return plain.reads() - from;
    };
    await expect.poll(readsInAWhile).toBe(0);
  });
});

describe('an execution that cannot be read any more', () => {
  it('ends its streams, and only the log says why', async () => {
    const errors: unknown[] = [];
    await using server = await startPlainServer({ onError: (error) => void errors.push(error) });
    const stream = await fetch(`${server.url}/api/v0/executions/workflows/open/stream?poll_ms=250`);
    server.breakReads();
    expect(await stream.text()).not.toContain('swordfish');
    expect(errors).toMatchObject([{ message: expect.stringContaining('swordfish') }]);
    const answer = await callServer(server.url, 'GET', '/api/v0/executions/workflows/open');
    expect(answer).toMatchObject({ status: 500, body: { code: 'Api.Internal' } });
    expect(JSON.stringify(answer.body)).not.toContain('swordfish');
  });
});

describe('a server with as many listeners as it may have', () => {
  it('tells the next one to come back, until one is gone', async () => {
    await using full = await startPlainServer({ maxStreams: 0 });
    const gone = new AbortController();
    const url = `${full.url}/api/v0/executions/workflows/open/stream?poll_ms=2000`;
    const listen = (signal?: AbortSignal) => fetch(url, signal === undefined ? {} : { signal });
    const answers = await Promise.all(Array.from({ length: 1_003 }, () => listen(gone.signal)));
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual([
      [503, '5'],
      [503, '5'],
      [503, '5'],
    ]);
    gone.abort();
    await expect.poll(async () => (await fetch(url, { method: 'HEAD' })).status).toBe(200);
  });
});

describe('a caller with as many streams as it may have', () => {
  it('is told so, while others may listen, until one of its own is gone', async () => {
    await using server = await startPlainServer({ maxStreams: 2, trustedProxies: ['127.0.0.0/8'] });
    const gone = new AbortController();
    const url = `${server.url}/api/v0/executions/workflows/open/stream?poll_ms=250`;
    const listen = (address: string, signal = gone.signal) =>
      fetch(url, { headers: { 'x-forwarded-for': address }, signal });
    const one = new AbortController();
    expect((await listen('10.0.0.1', one.signal)).status).toBe(200);
    expect((await listen('10.0.0.1')).status).toBe(200);
    const refused = await listen('10.0.0.1');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await refused.json()).toMatchObject({ code: 'Api.TooManyRequests', detail: expect.stringMatching(/^2 /) });
    expect((await listen('10.0.0.2')).status).toBe(200);
    one.abort();
    await expect.poll(async () => (await listen('10.0.0.1')).status).toBe(200);
    gone.abort();
  });
});

describe('a client that goes away', () => {
  it('in the middle of its body is no failure of the server', async () => {
    const errors: unknown[] = [];
    await using server = await startPlainServer({ onError: (error) => void errors.push(error) });
    const ways = [
      'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n',
      'Content-Type: text/plain\r\nContent-Length: 100\r\n\r\n',
      'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n',
    ];
    for (const way of ways) {
      const socket = connect(server.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(`POST ${MAIN} HTTP/1.1\r\nHost: x\r\n${way}{"input"`);
      await sleep(100);
      socket.destroy();
      await sleep(100);
    }
    expect((await callServer(server.url, 'GET', '/api/v0/workflows')).status).toBe(200);
    expect(errors).toEqual([]);
  });
});
