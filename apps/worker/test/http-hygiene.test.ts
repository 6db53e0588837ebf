import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '@compozy/core';
import { createSchemaValidator } from '@compozy/core/schema';
import { serveHttp } from '../src/http/serve-http.js';
import { callServer, type CallOptions } from './call-server.js';
import { startPlainServer, type PlainServer } from './plain-server.js';
import { sendRaw } from './send-raw.js';

const MAIN = '/api/v0/workflows/main/executions';
let plain: PlainServer;

beforeAll(async () => {
  plain = await startPlainServer({ maxBodyBytes: 4 * 1024 * 1024 });
});

afterAll(async () => {
  await plain?.[Symbol.asyncDispose]();
});

const call = (method: string, path: string, options?: CallOptions) => callServer(plain.url, method, path, options);
const raw = (...lines: readonly string[]) =>
  sendRaw(plain.port, `${[...lines, 'Host: x', 'Connection: close', '', ''].join('\r\n')}`);

describe('what is no request', () => {
  it.each([
    ['no HTTP at all', ['hello'], 400, 'Api.Malformed'],
    ['a path with a backslash', ['GET /api\\v0 HTTP/1.1'], 400, 'Api.Malformed'],
    ['another scheme', ['GET ftp://x/api/v0/workflows HTTP/1.1'], 400, 'Api.Malformed'],
    ['two lengths', ['POST / HTTP/1.1', 'Content-Length: 1', 'Content-Length: 2'], 400, 'Api.Malformed'],
    [
      'a length and chunks',
      ['POST / HTTP/1.1', 'Content-Length: 1', 'Transfer-Encoding: chunked'],
      400,
      'Api.Malformed',
    ],
    ['headers without end', ['GET / HTTP/1.1', `X-Long: ${'a'.repeat(20_000)}`], 431, 'Api.HeadersTooLarge'],
  ] as const)('%s is answered with a problem document', async (_, lines, status, code) => {
    const answer = await raw(...lines);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body['request_id']).toMatch(/./);
  });

  it('is what an old client sends without a host, too', async () => {
    const answer = await sendRaw(plain.port, 'GET /api/v0/workflows HTTP/1.0\r\n\r\n');
    expect([answer.status, answer.body['code']]).toEqual([400, 'Api.Malformed']);
  });

  it('is not waited for: who sends its headers or its body slowly is cut off', async () => {
    const fetch = async (request: Request) => new Response(String((await request.text()).length));
    const timeouts = { headersMs: 200, requestMs: 400, idleMs: 5_000 };
    const server = await serveHttp({ fetch, host: '127.0.0.1', port: 0, timeouts });
    try {
      const answers = [
        await sendRaw(server.port, 'GET / HTTP/1.1\r\nHost: x\r\n'),
        await sendRaw(server.port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc'),
      ];
      expect(answers.map(({ status, body }) => [status, body['code']])).toEqual([
        [408, 'Api.TooSlow'],
        [408, 'Api.TooSlow'],
      ]);
    } finally {
      await server.close(0);
    }
  });
});

describe('the port of health', () => {
  it('answers with problem documents too', async () => {
    const answer = await callServer(`http://127.0.0.1:${plain.healthPort}`, 'GET', '/metrics');
    expect(answer).toMatchObject({ status: 404, body: { code: 'Api.NotFound', instance: '/metrics' } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });
});

describe('routes', () => {
  it.each([
    ['a path out of the hooks', 'GET', '/api/v0/hooks/../workflows', 200],
    ['the same, encoded', 'GET', '/api/v0/hooks/%2e%2e/workflows', 200],
    ['a slash in an id', 'GET', '/api/v0/workflows/a%2Fb', 404],
    ['half a percent code', 'GET', '/api/v0/workflows/%zz', 404],
    ['half a character', 'GET', '/api/v0/workflows/%c3', 404],
    ['a zero character', 'GET', '/api/v0/workflows/%00', 404],
    ['a name of every object', 'GET', '/api/v0/workflows/__proto__', 404],
    ['another', 'GET', '/api/v0/executions/workflows/constructor', 404],
    ['an id in another script', 'GET', '/api/v0/executions/workflows/%F0%9F%98%80', 404],
    ['a trailing slash', 'GET', '/api/v0/workflows/', 404],
    ['TRACE', 'TRACE', '/api/v0/workflows', 405],
    ['OPTIONS', 'OPTIONS', '/api/v0/workflows', 405],
    ['a method that nobody knows', 'PROPFIND', '/api/v0/workflows', 405],
    ['PUT', 'PUT', MAIN, 405],
  ])('answer %s with a status of its own', async (_, method, path, status) => {
    const answer = await raw(`${method} ${path} HTTP/1.1`);
    expect(answer.status).toBe(status);
    if (status === 200) return;
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    if (status === 405) expect(answer.headers.get('allow')).toMatch(/GET, HEAD/);
  });

  it('answer HEAD like GET, without a body, also where GET is a stream', async () => {
    const [list, stream] = await Promise.all(
      ['workflows', 'executions/workflows/open/stream'].map((path) =>
        fetch(`${plain.url}/api/v0/${path}`, { method: 'HEAD' }),
      ),
    );
    expect([list!.status, await list!.text()]).toEqual([200, '']);
    expect([stream!.status, stream!.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    const before = plain.reads();
    await sleep(700);
    expect(plain.reads()).toBe(before);
  });

  it('come before bodies: what has no route is 404, what has another method 405, whatever is sent along', async () => {
    const body = { raw: '{"broken":' };
    expect((await call('POST', '/api/v0/nothing', body)).status).toBe(404);
    expect((await call('POST', '/api/v0/workflows', body)).status).toBe(405);
    expect((await call('DELETE', MAIN, body)).status).toBe(405);
    const headers = { 'content-type': 'application/json' };
    expect((await call('GET', `${MAIN}/sync`, { headers })).status).toBe(405);
  });

  it('bear a content type without a body, which some clients always send', async () => {
    const headers = { 'content-type': 'application/json' };
    expect((await call('GET', '/api/v0/workflows', { headers })).status).toBe(200);
    expect((await call('POST', '/api/v0/executions/workflows/open/pause', { headers })).status).toBe(200);
    const start = await call('POST', MAIN, { headers });
    expect(start).toMatchObject({ status: 400, body: { detail: expect.stringContaining('The body is empty') } });
  });
});

describe('bodies', () => {
  it.each([
    ['a million brackets', '['.repeat(1_000_000) + ']'.repeat(1_000_000), 400],
    ['a million names', `{"input":{"name":"x",${Array.from({ length: 100_000 }, (_, i) => `"k${i}":1`).join()}}}`, 202],
    ['a prototype in place of a member', '{"input":{"__proto__":{"name":"x"}}}', 422],
    ['a prototype at the root', '{"__proto__":{"input":{"name":"x"}}}', 400],
    ['a member twice', '{"input":{"name":1},"input":{"name":"x"}}', 400],
    ['half a character', '{"input":{"name":"\\ud800"}}', 202],
    ['a zero character', '{"input":{"name":"\\u0000"}}', 202],
    ['a byte order mark', '\ufeff{"input":{"name":"x"}}', 202],
    ['a number beyond all numbers', '{"input":{"name":1e999}}', 422],
  ])('%s', async (_, text, status) => {
    const answer = await call('POST', MAIN, { raw: text });
    expect([answer.status, answer.body['detail']]).toEqual([status, status === 202 ? undefined : expect.any(String)]);
  });

  it('that are compressed are refused, and said so', async () => {
    const headers = { 'content-encoding': 'gzip' };
    const answer = await call('POST', MAIN, { raw: '{}', headers });
    expect(answer).toMatchObject({ status: 415, body: { code: 'Api.UnsupportedType' } });
    expect(answer.headers.get('accept-encoding')).toBe('identity');
  });

  it('that are too large are refused without being kept, with or without a length', async () => {
    const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
    const head = `POST ${MAIN} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n`;
    const chunked = await sendRaw(plain.port, `${head}Transfer-Encoding: chunked\r\n\r\n`, ...Array(80).fill(chunk));
    expect([chunked.status, chunked.body['code']]).toEqual([413, 'Api.TooLarge']);
    const announced = await sendRaw(plain.port, `${head}Content-Length: 99999999999\r\n\r\n`);
    expect([announced.status, announced.body['code']]).toEqual([413, 'Api.TooLarge']);
  });
});

describe('queries and headers', () => {
  it.each([
    ['a parameter twice', '/api/v0/executions/workflows?limit=1&limit=2', 400],
    ['a parameter that nobody knows', '/api/v0/executions/workflows?constructor=1', 400],
    ['a prototype', '/api/v0/executions/workflows?__proto__=1', 400],
    ['a number in words', '/api/v0/executions/workflows?limit=ten', 400],
    ['an empty number', '/api/v0/executions/workflows?limit=', 400],
    ['a number in another notation', '/api/v0/executions/workflows?limit=0x10', 400],
    ['a cursor of another list', '/api/v0/events?cursor=MTIz', 400],
    ['a time that is none', '/api/v0/executions/workflows?started_from=2026-02-30T00:00:00Z', 400],
  ])('%s', async (_, path, status) => {
    expect((await call('GET', path)).status).toBe(status);
  });

  it('give a request the id that it asks for, unless that could be mistaken for something else', async () => {
    const idOf = async (id: string) =>
      (await call('GET', '/api/v0/workflows', { headers: { 'x-request-id': id } })).headers.get('x-request-id');
    expect(await idOf('req-1_A=')).toBe('req-1_A=');
    for (const id of ['a b', 'a"b', 'a<b>', 'a'.repeat(256), 'ü']) expect(await idOf(id)).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('keep answers out of caches, and browsers from guessing what they are', async () => {
    for (const path of ['/api/v0/workflows', '/api/v0/nothing']) {
      const { headers } = await call('GET', path);
      expect([headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual(['no-store', 'nosniff']);
    }
  });
});

describe('the OpenAPI document', () => {
  it('describes the answers as they are, also where something is null', async () => {
    const { body } = await call('GET', '/api/v0/openapi.json');
    const { schemas } = body['components'] as { schemas: Record<string, Json> };
    const { validate } = createSchemaValidator();
    const check = (name: string, value: Json) =>
      validate({ $defs: schemas, ...(schemas[name] as object) } as never, value);
    const replaced = JSON.parse(
      JSON.stringify(schemas).replaceAll('#/components/schemas/', '#/$defs/'),
    ) as typeof schemas;
    Object.assign(schemas, replaced);
    const run = (await call('GET', '/api/v0/executions/workflows/open')).body;
    expect(check('Execution', run as Json)).toEqual({ ok: true });
    const { workflows } = (await call('GET', '/api/v0/workflows')).body as { workflows: Json[] };
    for (const workflow of workflows) expect(check('Workflow', workflow)).toEqual({ ok: true });
    expect(Object.keys((body['paths'] as Record<string, object>)['/api/v0/hooks/{slug}']!)).toEqual([
      'post',
      'put',
      'patch',
    ]);
  });
});
