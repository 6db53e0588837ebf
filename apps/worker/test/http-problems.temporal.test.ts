import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createApiKey, createApiKeys } from '@compozy/worker';
import { callServer, type CallOptions } from './call-server.js';
import { startSampleServer, type SampleServer } from './sample-server.js';

const GREET = '/api/v0/workflows/greet/executions';
let temporal: DevServer;
let sample: SampleServer;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  temporal = await startDevServer();
  sample = await startSampleServer(temporal.address, { maxBodyBytes: 4_096 });
});

afterAll(async () => {
  await sample?.[Symbol.asyncDispose]();
  await temporal?.stop();
});

describe('problem documents', () => {
  const table: readonly [string, string, string, CallOptions, Record<string, unknown>][] = [
    [
      'an unknown route',
      'GET',
      '/api/v0/nothing',
      {},
      {
        status: 404,
        code: 'Api.NotFound',
        title: 'There is nothing here',
        detail: 'There is no route /api/v0/nothing; see /api/v0/openapi.json',
      },
    ],
    [
      'a wrong method',
      'PUT',
      '/api/v0/workflows',
      {},
      {
        status: 405,
        code: 'Api.MethodNotAllowed',
        title: 'The method is not allowed here',
        detail: 'PUT is not allowed here; these are: GET, HEAD',
      },
    ],
    [
      'bad JSON',
      'POST',
      GREET,
      { raw: '{"input":' },
      {
        status: 400,
        code: 'Api.Malformed',
        title: 'The request is malformed',
        detail: 'The body is not JSON: it ends before it is complete',
      },
    ],
    [
      'bad UTF-8',
      'POST',
      GREET,
      { raw: new Uint8Array([0x7b, 0xff, 0x7d]) },
      { status: 400, code: 'Api.Malformed', title: 'The request is malformed', detail: 'The body is not UTF-8' },
    ],
    [
      'a deep body',
      'POST',
      GREET,
      { raw: `${'['.repeat(500)}${']'.repeat(500)}` },
      {
        status: 400,
        code: 'Api.Malformed',
        title: 'The request is malformed',
        detail: 'The body is nested deeper than 200 levels',
      },
    ],
    [
      'a large body',
      'POST',
      GREET,
      { raw: JSON.stringify({ input: { name: 'x'.repeat(5_000) } }) },
      {
        status: 413,
        code: 'Api.TooLarge',
        title: 'The body is too large',
        detail: 'The body is larger than the 4096 bytes that are allowed',
      },
    ],
    [
      'another content type',
      'POST',
      GREET,
      { raw: 'name=Ada', headers: { 'content-type': 'text/plain' } },
      {
        status: 415,
        code: 'Api.UnsupportedType',
        title: 'The content type is not supported',
        detail: 'Send the body as application/json',
      },
    ],
    [
      'unknown members',
      'POST',
      GREET,
      { body: { inputs: {}, 'a/b': 1 } },
      {
        status: 400,
        code: 'Api.Malformed',
        title: 'The request is malformed',
        detail: 'The body of the request is not as the API describes it',
        errors: [
          { pointer: '/inputs', in: 'body', detail: 'is not known here; did you mean "input"?' },
          { pointer: '/a~1b', in: 'body', detail: 'is not known here; there are "input", "task_id", "correlation_id"' },
        ],
      },
    ],
    [
      'a bad query',
      'GET',
      '/api/v0/executions/workflows?limit=0',
      {},
      {
        status: 400,
        code: 'Api.Malformed',
        title: 'The request is malformed',
        detail: 'The query of the request is not as the API describes it',
        errors: [{ pointer: '/limit', in: 'query', detail: 'must be at least 1' }],
      },
    ],
    [
      'a foreign cursor',
      'GET',
      '/api/v0/executions/workflows?cursor=abc',
      {},
      {
        status: 400,
        code: 'Api.Malformed',
        title: 'The request is malformed',
        detail: 'The cursor is of no page of this list',
        errors: [{ pointer: '/cursor', in: 'query', detail: 'must be next_cursor of the page before' }],
      },
    ],
    [
      'an unknown workflow',
      'POST',
      '/api/v0/workflows/nope/executions',
      { body: {} },
      {
        status: 404,
        code: 'Config.UnknownWorkflow',
        title: 'There is no such workflow',
        detail: 'Project "shop" has no workflow "nope"; it has "greet", "hold", "break"',
      },
    ],
    [
      'an unknown first task',
      'POST',
      GREET,
      { body: { input: { name: 'x' }, task_id: 'zeta' } },
      {
        status: 422,
        code: 'Config.UnknownTask',
        title: 'The workflow has no such task',
        detail: 'Workflow "greet" has no task "zeta"; it has "first", "second"',
        errors: [{ pointer: '/task_id', in: 'body', detail: 'names no task of the workflow' }],
      },
    ],
    [
      'input that does not match',
      'POST',
      GREET,
      { body: { input: { name: 7, mood: [] } } },
      {
        status: 422,
        code: 'Input.Invalid',
        title: 'The input does not match its schema',
        detail: 'The input of workflow "greet" does not match its schema',
        errors: [
          { pointer: '/name', in: 'input', detail: 'must be string, but is number' },
          { pointer: '/mood', in: 'input', detail: 'must be string, but is array' },
        ],
      },
    ],
    [
      'an unknown execution',
      'GET',
      '/api/v0/executions/workflows/none',
      {},
      {
        status: 404,
        code: 'Api.NotFound',
        title: 'There is nothing here',
        detail: 'Project "shop" has no execution "none"',
      },
    ],
    [
      'a signal of the engine',
      'POST',
      '/api/v0/executions/workflows/none/signals',
      { body: { signal_name: 'run.pause' } },
      {
        status: 400,
        code: 'Api.Malformed',
        title: 'The request is malformed',
        detail: 'The body of the request is not as the API describes it',
        errors: [
          {
            pointer: '/signal_name',
            in: 'body',
            detail: 'must not begin with "run." or "__", which are names of the engine',
          },
        ],
      },
    ],
    [
      'no dispatcher',
      'POST',
      '/api/v0/events',
      { body: { name: 'x' } },
      {
        status: 501,
        code: 'Api.NotConfigured',
        title: 'This part of the server is not set up',
        detail: 'This server has no dispatcher, so it takes no events',
      },
    ],
    [
      'no scheduler',
      'GET',
      '/api/v0/schedules',
      {},
      {
        status: 501,
        code: 'Api.NotConfigured',
        title: 'This part of the server is not set up',
        detail: 'This server has no scheduler',
      },
    ],
  ];

  it.each(table)('tell of %s', async (_name, method, path, options, expected) => {
    const answer = await callServer(sample.url, method, path, {
      ...options,
      headers: { 'x-request-id': 'req-1', ...options.headers },
    });
    expect(answer.status).toBe(expected['status']);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('x-request-id')).toBe('req-1');
    expect(answer.body).toEqual({
      type: `urn:compozy:problem:${String(expected['code'])}`,
      instance: path.split('?')[0],
      request_id: 'req-1',
      ...expected,
    });
    if (answer.status === 405) expect(answer.headers.get('allow')).toBe('GET, HEAD');
  });
});

describe('API keys', () => {
  it('let in who has one with the scope, and nobody else', async () => {
    const all = createApiKey('all', ['admin']);
    const reader = createApiKey('reader', ['read']);
    const gone = createApiKey('gone', ['admin']);
    const records = [reader.record, { ...gone.record, revokedAt: new Date().toISOString() }];
    const apiKeys = createApiKeys([all.record.hash], {
      findByHash: async (hash) => records.find((record) => record.hash === hash),
      touch: async () => undefined,
    });
    await using guarded = await startSampleServer(temporal.address, { apiKeys });
    const get = (headers: Record<string, string>) => callServer(guarded.url, 'GET', '/api/v0/workflows', { headers });
    const start = (key: string) =>
      callServer(guarded.url, 'POST', GREET, { body: { input: { name: 'x' } }, headers: { 'x-api-key': key } });

    expect((await get({ authorization: `Bearer ${all.key}` })).status).toBe(200);
    expect((await get({ 'x-api-key': reader.key })).status).toBe(200);
    expect((await start(all.key)).status).toBe(202);
    const refused = await start(reader.key);
    expect(refused).toMatchObject({ status: 403, body: { code: 'Api.Forbidden' } });
    expect(refused.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope", scope="run"');
    const wrong = [
      {},
      { authorization: `Basic ${all.key}` },
      { 'x-api-key': gone.key },
      { 'x-api-key': `${all.key}x` },
    ];
    for (const headers of wrong) {
      const answer = await get(headers as Record<string, string>);
      expect(answer).toMatchObject({ status: 401, body: { code: 'Api.Unauthorized' } });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="compozy"');
      expect(JSON.stringify(answer.body)).not.toContain(all.key);
    }
    const unknown = await callServer(guarded.url, 'GET', '/api/v0/nothing');
    expect(unknown.status).toBe(401);
  });
});

describe('rate limits', () => {
  it('count each caller by its key, and say when to come back', async () => {
    const [one, two] = [createApiKey('one', ['admin']), createApiKey('two', ['admin'])];
    const apiKeys = createApiKeys([one.record.hash, two.record.hash]);
    await using limited = await startSampleServer(temporal.address, { apiKeys, rateLimit: { burst: 2, perMinute: 1 } });
    const get = (key: string) => callServer(limited.url, 'GET', '/api/v0/workflows', { headers: { 'x-api-key': key } });
    const first = await get(one.key);
    expect([first.headers.get('ratelimit-limit'), first.headers.get('ratelimit-remaining')]).toEqual(['2', '1']);
    expect((await get(one.key)).status).toBe(200);
    const third = await get(one.key);
    expect(third).toMatchObject({ status: 429, body: { code: 'Api.TooManyRequests' } });
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await get(two.key)).status).toBe(200);
  });
});

describe('a server without a store', () => {
  it('starts and shows executions, and says what it cannot do', async () => {
    await using bare = await startSampleServer(temporal.address, { withStore: false });
    const call = (method: string, path: string, options?: CallOptions) => callServer(bare.url, method, path, options);
    const { body } = await call('POST', `${GREET}/sync`, { body: { input: { name: 'Ada' } } });
    const shown = await call('GET', `/api/v0/executions/workflows/${String(body['exec_id'])}`);
    expect(shown).toMatchObject({ status: 200, body: { status: 'SUCCESS', output: { text: 'Hello Ada' } } });
    expect((await call('GET', '/api/v0/executions/workflows')).body).toMatchObject({ code: 'Api.NotConfigured' });
    const key = { body: { input: { name: 'x' } }, headers: { 'idempotency-key': 'k' } };
    expect(await call('POST', GREET, key)).toMatchObject({ status: 501, body: { code: 'Api.NotConfigured' } });
  });
});
