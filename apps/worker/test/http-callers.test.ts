import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey, createApiKeys } from '@compozy/worker';
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

describe('browsers', () => {
  const ORIGIN = 'https://app.example.com';
  const preflight = (server: PlainServer, origin: string) =>
    callServer(server.url, 'OPTIONS', MAIN, {
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type, x-api-key',
      },
    });

  it('are told nothing unless somebody says so', async () => {
    const answer = await preflight(plain, ORIGIN);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([405, null]);
  });

  it('let scripts of the named origins read answers, errors too, and of no other', async () => {
    const { record, key } = createApiKey('browser', ['admin']);
    await using guarded = await startPlainServer({
      corsOrigins: [ORIGIN],
      apiKeys: createApiKeys([record.hash]),
    });
    const allowed = await preflight(guarded, ORIGIN);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(allowed.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(allowed.headers.get('access-control-allow-headers')).toContain('X-API-Key');
    expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
    const get = (headers: Record<string, string>) => callServer(guarded.url, 'GET', '/api/v0/workflows', { headers });
    for (const [headers, status] of [
      [{ origin: ORIGIN, 'x-api-key': key }, 200],
      [{ origin: ORIGIN }, 401],
    ] as const) {
      const answer = await get(headers);
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([status, ORIGIN]);
      expect(answer.headers.get('vary')).toContain('Origin');
    }
    for (const origin of [`${ORIGIN}.evil.example`, 'http://app.example.com', `${ORIGIN}:444`, 'null', '*']) {
      expect((await preflight(guarded, origin)).headers.get('access-control-allow-origin')).toBeNull();
      const answer = await get({ origin, 'x-api-key': key });
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, null]);
      expect(answer.headers.get('vary')).toContain('Origin');
    }
  });
});

describe('wrong API keys', () => {
  it('are counted by address: who sends too many has to wait, also with the right one; others do not', async () => {
    const [guessed, known] = [createApiKey('guessed', ['admin']), createApiKey('known', ['admin'])];
    await using guarded = await startPlainServer({
      apiKeys: createApiKeys([guessed.record.hash, known.record.hash]),
      wrongKeys: { burst: 5, perMinute: 1 },
      trustedProxies: ['127.0.0.0/8'],
    });
    const get = async (key: string, from = '203.0.113.7') => {
      const headers = { 'x-api-key': key, 'x-forwarded-for': `198.51.100.1, ${from}` };
      return await callServer(guarded.url, 'GET', '/api/v0/workflows', { headers });
    };
    expect((await get(known.key)).status).toBe(200);
    const statuses: number[] = [];
    for (let i = 0; i < 7; i += 1) statuses.push((await get(`cpzy_${randomBytes(32).toString('base64url')}`)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    const waits = await get(guessed.key);
    expect(waits).toMatchObject({ status: 429, body: { code: 'Api.TooManyRequests' } });
    expect(Number(waits.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await get(known.key)).status).toBe(200);
    expect((await get(guessed.key, '203.0.113.8')).status).toBe(200);
  });

  it('are counted for the connection, where the address in a header was written by nobody who is trusted', async () => {
    const { key, record } = createApiKey('one', ['admin']);
    await using guarded = await startPlainServer({
      apiKeys: createApiKeys([record.hash]),
      wrongKeys: { burst: 1, perMinute: 1 },
    });
    const get = async (value: string, from: string) =>
      (
        await callServer(guarded.url, 'GET', '/api/v0/workflows', {
          headers: { 'x-api-key': value, 'x-forwarded-for': from },
        })
      ).status;
    expect([await get('wrong', '203.0.113.1'), await get(key, '203.0.113.2')]).toEqual([401, 429]);
  });
});

describe('scopes', () => {
  it('go by what a path is, not by what it is called', async () => {
    const { key, record } = createApiKey('runner', ['run']);
    const apiKeys = {
      findByHash: async (hash: string) => (hash === record.hash ? record : undefined),
      touch: async () => undefined,
    };
    await using guarded = await startPlainServer({ apiKeys });
    const post = (path: string) => callServer(guarded.url, 'POST', path, { body: {}, headers: { 'x-api-key': key } });
    expect((await post('/api/v0/workflows/schedules/executions')).status).toBe(202);
    expect((await post('/api/v0/schedules/main/trigger')).status).toBe(403);
    expect((await post('/api/v0/sche%64ules/main/trigger')).status).toBe(403);
  });
});
