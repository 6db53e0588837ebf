import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMemory, createSqliteStore } from '@compozy/memory';
import type { MemoryOperations } from '@compozy/core';
import { callServer } from './call-server.js';
import { startPlainServer, type PlainServer } from './plain-server.js';

let dir: string;
let memory: MemoryOperations;
let server: PlainServer;
let key = '';
let count = 0;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-memory-'));
  memory = createMemory({ store: createSqliteStore({ file: path.join(dir, 'memory.db') }) });
  server = await startPlainServer({ memory });
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await memory?.close();
  await rm(dir, { recursive: true, force: true });
});

beforeEach(() => {
  key = `user-${(count += 1)}`;
});

const get = (operation: string, query: Record<string, string> = {}, ref = 'chats') =>
  callServer(
    server.url,
    'GET',
    `/api/v0/memory/${ref}/${operation}?${new URLSearchParams({ key, ...query }).toString()}`,
  );
const post = (operation: string, body: object = {}, headers: Record<string, string> = {}, ref = 'chats') =>
  callServer(server.url, 'POST', `/api/v0/memory/${ref}/${operation}`, { body: { key, ...body }, headers });
const says = (...contents: string[]) => ({ messages: contents.map((content) => ({ role: 'user', content })) });

describe('the routes of a memory', () => {
  it('write, add, show page by page, count and remove a conversation', async () => {
    expect(await post('write', says('a'))).toMatchObject({ status: 200, body: { success: true, count: 1, key } });
    const added = await post('append', { messages: [{ role: 'assistant', content: 'b' }, { content: 'c' }] });
    expect(added.body).toEqual({ success: true, appended: 2, total_count: 3, key });
    expect((await get('read', { limit: '1', offset: '1' })).body).toEqual({
      messages: [{ role: 'assistant', content: 'b' }],
      count: 3,
      key,
    });
    expect((await get('stats', { include_content: 'true', group_by: 'role' })).body).toMatchObject({
      message_count: 3,
      messages: [{ content: 'a' }, { content: 'b' }, { content: 'c' }],
      groups: { user: { message_count: 2 }, assistant: { message_count: 1 } },
    });
    expect((await get('health', { include_stats: 'true', check_connectivity: 'true' })).body).toMatchObject({
      healthy: true,
      message_count: 3,
    });
    expect((await post('clear', { confirm: true, backup: true })).body).toMatchObject({
      messages_cleared: 3,
      backup_created: true,
    });
    expect((await get('read', { key: `${key}:backup` })).body).toMatchObject({ count: 3 });
    expect((await post('delete')).body).toEqual({ success: true, key });
    expect((await get('read')).body).toEqual({ messages: [], count: 0, key });
  });

  it('keep the limits of the memory, and make room when asked', async () => {
    await post('append', says('a', 'b', 'c', 'd', 'e'));
    expect((await get('read')).body).toMatchObject({
      count: 4,
      messages: [{ content: 'b' }, {}, {}, { content: 'e' }],
    });
    expect((await post('flush', { dry_run: true })).body).toMatchObject({ dry_run: true, would_flush: true });
    expect((await post('flush', { force: true, strategy: 'lru' })).body).toMatchObject({ message_count: 2 });
  });

  it('know the memories of a workflow too, and each by itself', async () => {
    await post('append', says('x'), {}, 'own');
    expect((await get('read', {}, 'own')).body).toMatchObject({ count: 1 });
    expect((await get('read')).body).toMatchObject({ count: 0 });
  });

  it('do a change once for an Idempotency-Key', async () => {
    const once = { 'idempotency-key': `once-${key}` };
    const first = await post('append', says('a'), once);
    const again = await post('append', says('a'), once);
    expect([again.body, again.headers.get('idempotent-replayed')]).toEqual([first.body, 'true']);
    expect((await get('read')).body).toMatchObject({ count: 1 });
    expect(await post('append', says('b'), once)).toMatchObject({ status: 422, body: { code: 'Api.Rejected' } });
    await post('append', says('a'));
    await post('append', says('a'));
    expect((await get('read')).body).toMatchObject({ count: 3 });
  });

  it.each([
    ['an unknown memory', () => get('read', {}, 'nobody'), 404, 'Memory.NotFound'],
    ['a name of every object', () => get('read', {}, '__proto__'), 404, 'Memory.NotFound'],
    ['an unknown operation', () => get('forget'), 404, 'Api.NotFound'],
    ['another method', () => get('append'), 405, 'Api.MethodNotAllowed'],
    ['an empty key', () => get('read', { key: '' }), 400, 'Api.Malformed'],
    ['a blank key', () => get('read', { key: '  ' }), 400, 'Api.Malformed'],
    ['a control character in a key', () => get('read', { key: 'a\nb' }), 400, 'Api.Malformed'],
    ['a role that is none', () => post('append', { messages: [{ role: 'boss', content: 'x' }] }), 400, 'Api.Malformed'],
    ['no messages', () => post('append', { messages: [] }), 400, 'Api.Malformed'],
    ['a clearing that nobody confirmed', () => post('clear'), 400, 'Api.Malformed'],
    ['a strategy that is none', () => post('flush', { strategy: 'newest' }), 400, 'Api.Malformed'],
  ])('refuse %s', async (_, call, status, code) => {
    const answer = await call();
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });

  it('tell of all memories, and of one, whether they can be reached', async () => {
    const health = (url: string, id = '') => callServer(url, 'GET', `/api/v0/memory/health${id}`);
    const [chats, own] = [
      { id: 'chats', type: 'message_count_based', healthy: true },
      { id: 'own', type: 'buffer', healthy: true },
    ];
    expect(await health(server.url)).toMatchObject({ status: 200, body: { healthy: true, memories: [chats, own] } });
    expect((await health(server.url, '/own')).body).toEqual(own);
    expect(await health(server.url, '/nobody')).toMatchObject({ status: 404, body: { code: 'Memory.NotFound' } });
    // Of a memory called "health", what it holds: without a key there is nothing to read.
    expect(await health(server.url, '/read')).toMatchObject({ status: 400, body: { code: 'Api.Malformed' } });
    await using bare = await startPlainServer();
    expect(await health(bare.url)).toMatchObject({ status: 501, body: { code: 'Api.NotConfigured' } });
    expect(await health(bare.url, '/own')).toMatchObject({ status: 501 });
    const away = createMemory({ store: createSqliteStore({ file: dir }) });
    const errors: unknown[] = [];
    await using broken = await startPlainServer({ memory: away, onError: (error) => void errors.push(error) });
    const answer = await health(broken.url);
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        healthy: false,
        memories: [
          { ...chats, healthy: false },
          { ...own, healthy: false },
        ],
      },
    ]);
    expect(await health(broken.url, '/chats')).toMatchObject({ status: 200, body: { healthy: false } });
    expect(errors).toMatchObject([{ code: 'Memory.Unavailable' }, { code: 'Memory.Unavailable' }]);
    await away.close();
  });

  it('say so where the server was given no memory, and where its store is away', async () => {
    await using bare = await startPlainServer();
    const route = '/api/v0/memory/chats/read?key=a';
    expect(await callServer(bare.url, 'GET', route)).toMatchObject({
      status: 501,
      body: { code: 'Api.NotConfigured' },
    });
    const away = createMemory({ store: createSqliteStore({ file: dir }) });
    await using broken = await startPlainServer({ memory: away });
    const answer = await callServer(broken.url, 'GET', route);
    expect(answer).toMatchObject({ status: 503, body: { code: 'Memory.Unavailable' } });
    expect(JSON.stringify(answer.body)).not.toContain(dir);
    await away.close();
  });
});
