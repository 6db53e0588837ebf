import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { RunView } from '@compozy/core';
import { drop, json, problem, startScriptedServer, type Reply } from '../../test/scripted-server.js';
import { followExecution } from './follow-execution.js';
import { createServerClient } from './server-client.js';

const run = (status: string, output: string | null = null) => ({
  workflow_id: 'w',
  workflow_exec_id: 'e',
  status,
  input: {},
  output,
  error: null,
  usage: {},
  started_at: null,
  ended_at: null,
});
const task = (path: string, status: string) => ({ path, task_id: path, status, attempts: 1, error: null });
const whole = json({ ...run('SUCCESS', 'all of it'), tasks: {} });

const frame = (event: string, id: string, data: object) =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\nid: ${id}\n\n`;

/** A stream of these texts; then `end` decides what becomes of the connection. */
const stream =
  (texts: readonly (string | Uint8Array)[], end: (response: ServerResponse) => void): Reply =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    void (async () => {
      for (const text of texts) {
        await new Promise((resolve) => response.write(text, resolve));
        await new Promise(setImmediate);
      }
      end(response);
    })();
  };
const close = (response: ServerResponse) => void response.end();
const cut = (response: ServerResponse) => void response.socket?.destroy();
const stay = () => undefined;

async function follow(url: string, options: { silenceMs?: number; signal?: AbortSignal; timeoutMs?: number } = {}) {
  const { timeoutMs = 20_000, ...rest } = options;
  const notes: string[] = [];
  let last: RunView | undefined;
  const told: Record<string, string> = {};
  const update = (view: RunView) => {
    last = view;
    for (const [path, { status }] of Object.entries(view.tasks)) told[path] = status;
  };
  const show = { update, note: (line: string) => void notes.push(line), done: () => undefined };
  const view = await followExecution(createServerClient({ url, timeoutMs }), 'e', { show, ...rest });
  return { view, last, notes, told };
}

const begin = [frame('workflow_status', '0-0', run('RUNNING')), frame('task_status', '5-1', task('a', 'SUCCESS'))];
const rest = [frame('task_status', '6-1', task('b', 'FAILED')), frame('complete', '6-1', run('SUCCESS'))];

describe('followExecution', () => {
  it('shows what the events tell, and gives the whole run in the end', async () => {
    await using server = await startScriptedServer(stream([...begin, ...rest], close), whole);
    const { view, last, notes, told } = await follow(server.url);
    expect(told).toEqual({ a: 'SUCCESS', b: 'FAILED' });
    expect(view).toMatchObject({ status: 'SUCCESS', output: 'all of it' });
    expect({ last, notes }).toEqual({ last: view, notes: [] });
    expect(server.seen.map(({ path }) => path)).toEqual([
      '/api/v0/executions/workflows/e/stream',
      '/api/v0/executions/workflows/e',
    ]);
  });

  it('reads events however they are cut into pieces', async () => {
    const bytes = Buffer.from([': ping\n\n', ...begin, ...rest].join('').replaceAll('"a"', '"名"'));
    const pieces = Array.from({ length: Math.ceil(bytes.length / 5) }, (_, i) => bytes.subarray(5 * i, 5 * i + 5));
    await using server = await startScriptedServer(stream(pieces, close), whole);
    expect((await follow(server.url)).told).toEqual({ 名: 'SUCCESS', b: 'FAILED' });
  });

  it.each([
    ['the server ends the stream', close],
    ['the connection breaks', cut],
  ])('goes on behind the last event when %s', async (_name, end) => {
    await using server = await startScriptedServer(stream(begin, end), stream(rest, close), whole);
    const { told, notes } = await follow(server.url);
    expect(told).toEqual({ a: 'SUCCESS', b: 'FAILED' });
    expect(notes).toEqual(['e: the connection ended; connecting again']);
    expect(server.seen.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '5-1', undefined]);
  });

  it('goes on when the server refuses for a while, drops connections, or says nothing', async () => {
    const unavailable = problem(503, 'Api.Unavailable');
    const replies = [stream(begin, stay), drop, unavailable, stream([], close), stream(rest, close), whole];
    await using server = await startScriptedServer(...replies);
    const { told, notes } = await follow(server.url, { silenceMs: 100 });
    expect(told).toEqual({ a: 'SUCCESS', b: 'FAILED' });
    expect(notes).toHaveLength(1);
    expect(server.seen.slice(1, -1).map(({ headers }) => headers['last-event-id'])).toEqual(Array(4).fill('5-1'));
  });

  it('ends with the execution as it is when its time is over', async () => {
    const waiting = json({ ...run('WAITING'), tasks: {} });
    await using server = await startScriptedServer(stream(begin, stay), waiting);
    const { view } = await follow(server.url, { signal: AbortSignal.timeout(200) });
    expect(view.status).toBe('WAITING');
  });

  it.each([
    [404, 'Api.NotFound'],
    [401, 'Api.Unauthorized'],
  ])('ends at once for %i, in the middle too', async (status, code) => {
    await using first = await startScriptedServer(problem(status, code));
    await expect(follow(first.url)).rejects.toMatchObject({ status });
    expect(first.seen).toHaveLength(1);
    await using middle = await startScriptedServer(stream(begin, cut), problem(status, code));
    await expect(follow(middle.url)).rejects.toMatchObject({ status });
    expect(middle.seen).toHaveLength(2);
  });

  it('gives up when nobody comes back for as long as an answer may take', async () => {
    await using server = await startScriptedServer(stream(begin, cut), drop);
    await expect(follow(server.url, { timeoutMs: 500 })).rejects.toMatchObject({ reason: 'dropped' });
    expect(server.seen.length).toBeGreaterThan(1);
  });
});
