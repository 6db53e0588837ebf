import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunView } from '@compozy/core';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { callServer } from './call-server.js';
import { readEvents, type ServerEvent } from './read-events.js';
import { startSampleServer } from './sample-server.js';

let temporal: DevServer;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  temporal = await startDevServer();
});

afterAll(async () => {
  await temporal?.stop();
});

const HOLD = '/api/v0/workflows/hold/executions';
const short = ({ event, data }: ServerEvent) =>
  [event, data['path'], data['status']].filter((part) => part !== undefined).join(' ');

describe('the stream of an execution', () => {
  it('goes on after a reconnect where it was, without what was told, to the end', async () => {
    await using sample = await startSampleServer(temporal.address);
    const { body } = await callServer(sample.url, 'POST', HOLD, { body: {} });
    const url = `${sample.url}/api/v0/executions/workflows/${String(body['exec_id'])}/stream?poll_ms=250`;

    const first: ServerEvent[] = [];
    for await (const event of readEvents(await fetch(url))) {
      first.push(event);
      if (event.data['path'] === 'gate' && event.data['status'] === 'WAITING') break;
    }
    expect(first.map(short)).toContain('task_status before SUCCESS');

    const headers = { 'last-event-id': first.at(-1)!.id };
    const second: string[] = [];
    const answer = await fetch(url, { headers });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    for await (const event of readEvents(answer)) {
      second.push(short(event));
      if (second.at(-1) === 'task_status gate WAITING') {
        const signal = { signal_name: 'approval', payload: { by: 'Cy' } };
        await callServer(sample.url, 'POST', `${String(body['exec_url'])}/signals`, { body: signal });
      }
    }
    // What lasts for a moment only may be seen or not.
    expect(second.filter((line) => !line.endsWith(' RUNNING'))).toEqual([
      'workflow_status WAITING',
      'task_status gate WAITING',
      'task_status gate SUCCESS',
      'task_status after SUCCESS',
      'complete SUCCESS',
    ]);
    // Whoever comes when all is over, with or without an id, hears how it ended.
    const late: string[] = [];
    for await (const event of readEvents(await fetch(url, { headers }))) late.push(short(event));
    expect(late).toEqual(['task_status gate SUCCESS', 'task_status after SUCCESS', 'complete SUCCESS']);
    const whole: string[] = [];
    for await (const event of readEvents(await fetch(url))) whole.push(short(event));
    expect(whole).toEqual(['task_status before SUCCESS', ...late]);
  });

  it('is a problem document for an execution that does not exist', async () => {
    await using sample = await startSampleServer(temporal.address);
    const answer = await callServer(sample.url, 'GET', '/api/v0/executions/workflows/none/stream');
    expect(answer).toMatchObject({ status: 404, body: { code: 'Api.NotFound' } });
  });
});

describe('a drain', () => {
  it('fails no request of clients that heed readiness, ends streams, and lets waiting requests finish', async () => {
    await using sample = await startSampleServer(temporal.address, { drainDelayMs: 5_000 });
    const answers: number[] = [];
    const ids: string[] = [];
    const isReady = async () => (await fetch(`${sample.healthUrl}/ready`)).status === 200;
    expect(await isReady()).toBe(true);
    const unready = new AbortController();
    const watch = (async () => {
      while (await isReady()) await new Promise((resolve) => setTimeout(resolve, 20));
      unready.abort();
    })();
    const client = async () => {
      while (!unready.signal.aborted) {
        const { status, body } = await callServer(sample.url, 'POST', '/api/v0/workflows/greet/executions', {
          body: { input: { name: 'Ada' } },
        });
        answers.push(status);
        ids.push(String(body['exec_id']));
      }
    };
    const clients = Array.from({ length: 4 }, client);
    const held = await callServer(sample.url, 'POST', HOLD, { body: {} });
    const streamed = (async () => {
      const events: string[] = [];
      const answer = await fetch(`${sample.url}${String(held.body['exec_url'])}/stream`);
      for await (const event of readEvents(answer)) events.push(event.event);
      return events;
    })();
    const waiting = callServer(sample.url, 'POST', `${HOLD}/sync`, { body: { timeout: 60 } });
    while (answers.length < 50) await new Promise((resolve) => setTimeout(resolve, 10));

    await sample.server.drain(8_000);
    await Promise.all([watch, ...clients]);
    expect(new Set(answers)).toEqual(new Set([202]));
    expect(await streamed).not.toContain('complete');
    expect(await waiting).toMatchObject({
      status: 503,
      body: { code: 'Api.Unavailable', detail: expect.stringContaining('goes on'), exec_id: expect.any(String) },
    });
    await expect(fetch(`${sample.url}/api/v0/workflows`)).rejects.toThrow();
    expect((await (await fetch(`${sample.healthUrl}/ready`)).json()) as object).toMatchObject({ phase: 'draining' });
    const ends = await Promise.all(
      ids.map((id) => sample.worker.client.workflow.getHandle(`greet-${id}`).result() as Promise<RunView>),
    );
    expect(ends.filter(({ status }) => status !== 'SUCCESS')).toEqual([]);
    console.log(`${answers.length} requests were answered, ${ids.length} executions ended`);
  });

  it('sends a listener away that comes back over its kept connection', async () => {
    await using sample = await startSampleServer(temporal.address);
    const held = await callServer(sample.url, 'POST', HOLD, { body: {} });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const listen = async () => {
      const sent = request(`${sample.url}${String(held.body['exec_url'])}/stream`, { agent }).end();
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      return { answer, body: text(answer) };
    };
    const first = await listen();
    const drained = sample.server.drain(60_000);
    await first.body;
    const { answer, body } = await listen();
    expect({ status: answer.statusCode, connection: answer.headers.connection }).toEqual({
      status: 503,
      connection: 'close',
    });
    expect(JSON.parse(await body)).toMatchObject({ code: 'Api.Unavailable' });
    await drained;
    agent.destroy();
  });
});
