import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callServer } from './call-server.js';
import { startPlainServer, type PlainServer } from './plain-server.js';

let plain: PlainServer;

beforeAll(async () => {
  plain = await startPlainServer();
});

afterAll(async () => {
  await plain?.[Symbol.asyncDispose]();
});

const STATUSES = 'PENDING, RUNNING, WAITING, PAUSED, SUCCESS, FAILED, CANCELED, TIMED_OUT';

describe('a word in a query that is one of a few', () => {
  it.each([
    '/api/v0/executions/workflows?status=success',
    '/api/v0/executions/workflows?status=Running,%20timed_out',
    '/api/v0/workflows/main/executions?status=FAILED',
    '/api/v0/events?status=Processed',
    '/api/v0/dead-letters?replayed=TRUE',
    '/api/v0/memory/chats/health?key=a&include_stats=True',
    '/api/v0/memory/chats/stats?key=a&group_by=ROLE',
  ])('is taken in any case: %s', async (path) => {
    // 501 is this server's answer for memories: what was asked is right.
    expect([200, 501]).toContain((await callServer(plain.url, 'GET', path)).status);
  });

  it.each([
    ['/api/v0/executions/workflows?status=done', '/status', `with commas between: ${STATUSES}`],
    ['/api/v0/executions/workflows?status=', '/status', STATUSES],
    ['/api/v0/executions/workflows?status=FAILED,', '/status', STATUSES],
    ['/api/v0/events?status=done', '/status', 'must be one of: accepted, processed, dead'],
    ['/api/v0/dead-letters?replayed=yes', '/replayed', 'must be one of: true, false'],
    ['/api/v0/memory/chats/health?key=a&include_stats=1', '/include_stats', 'must be one of: true, false'],
    ['/api/v0/memory/chats/stats?key=a&group_by=day', '/group_by', 'must be one of: role'],
  ])('is refused with the words that there are: %s', async (path, pointer, words) => {
    expect(await callServer(plain.url, 'GET', path)).toMatchObject({
      status: 400,
      body: { code: 'Api.Malformed', errors: [{ in: 'query', pointer, detail: expect.stringContaining(words) }] },
    });
  });
});

describe('a part of a request that is wrong', () => {
  it.each([
    ['GET', 'executions/workflows?limt=1', undefined, 'query /limt: is not known here; did you mean "limit"?'],
    ['GET', 'executions/workflows?limit=1000', undefined, 'query /limit: must be at most 500'],
    ['POST', 'events', {}, 'body /name: is missing; it must be string'],
    ['POST', 'events', { name: 7 }, 'body /name: must be string, but is number'],
    ['POST', 'events', { name: 'a', payloads: 1 }, 'body /payloads: is not known here; did you mean "payload"?'],
    ['POST', 'workflows/main/executions/sync', { timeout: 301 }, 'body /timeout: must be at most 300'],
    ['POST', 'workflows/main/executions/sync', { timeout: 1.5 }, 'body /timeout: must be integer, but is number'],
    ['POST', 'memory/chats/clear', { key: 'a', confirm: false }, 'body /confirm: must be true'],
    [
      'POST',
      'memory/chats/append',
      { key: 'a', messages: [{ role: 'me', content: 'x' }] },
      'body /messages/0/role: must be one of "user", "assistant", "system", "tool"',
    ],
    ['POST', 'memory/chats/append', { key: 'a', messages: [] }, 'body /messages: must have at least 1 element'],
  ])('is told in plain words: %s %s', async (method, path, body, told) => {
    const answer = await callServer(plain.url, method, `/api/v0/${path}`, body === undefined ? {} : { body });
    expect(answer).toMatchObject({ status: 400, body: { code: 'Api.Malformed' } });
    const parts = answer.body['errors'] as { in: string; pointer: string; detail: string }[];
    expect(parts.map((part) => `${part.in} ${part.pointer}: ${part.detail}`)).toContain(told);
  });

  it('is a key that stands in one object twice', async () => {
    const raw = '{"input":{"name":"a","items":[{"id":1,"id":2}]}}';
    expect(await callServer(plain.url, 'POST', '/api/v0/workflows/main/executions', { raw })).toMatchObject({
      status: 400,
      body: {
        code: 'Api.Malformed',
        detail: 'The body has the key "id" twice in one object; leave one of them out',
        errors: [{ in: 'body', pointer: '/input/items/0/id', detail: 'stands in its object twice' }],
      },
    });
    expect(plain.started).toEqual([]);
  });

  it('is where the body ceases to be JSON', async () => {
    const answer = await callServer(plain.url, 'POST', '/api/v0/events', { raw: '{\n  "name": "a",,\n}' });
    expect(answer.body['detail']).toBe('The body is not JSON: look at line 2, column 15');
  });
});
