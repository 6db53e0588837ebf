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
