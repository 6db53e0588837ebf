import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { callServer, type Answer, type Call } from './call-server.js';
import { startSampleServer, type SampleServer } from './sample-server.js';

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

const call: Call = (method, path, options) => callServer(sample.url, method, path, options);

const start = (workflow: string, input?: unknown, headers?: Record<string, string>) =>
  call('POST', `/api/v0/workflows/${workflow}/executions`, {
    body: { input },
    ...(headers === undefined ? {} : { headers }),
  });

const GREET = '/api/v0/workflows/greet/executions';

async function untilStatus(execId: string, status: string): Promise<Answer> {
  for (;;) {
    const answer = await call('GET', `/api/v0/executions/workflows/${execId}`);
    if (answer.body['status'] === status) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function idsOfHold(): Promise<readonly string[]> {
  const { body } = await call('GET', '/api/v0/workflows/hold/executions?limit=500');
  return (body['executions'] as { workflow_exec_id: string }[]).map((one) => one.workflow_exec_id);
}

describe('workflows', () => {
  it('are listed, and each shows the schema of its input', async () => {
    const list = await call('GET', '/api/v0/workflows');
    expect((list.body['workflows'] as { workflow_id: string }[]).map((one) => one.workflow_id)).toEqual([
      'greet',
      'hold',
      'break',
    ]);
    const one = await call('GET', '/api/v0/workflows/greet');
    expect(one.body).toMatchObject({
      workflow_id: 'greet',
      description: 'Says hello',
      tasks: [
        { id: 'first', type: 'aggregate' },
        { id: 'second', type: 'aggregate' },
      ],
      input_schema: { required: ['name'] },
    });
  });
});

describe('executions', () => {
  it('start with 202 and a Location that shows them', async () => {
    const started = await start('greet', { name: 'Ada' });
    expect(started.status).toBe(202);
    const id = started.body['exec_id'] as string;
    expect(started.body).toEqual({
      workflow_id: 'greet',
      workflow_exec_id: id,
      exec_id: id,
      exec_url: `/api/v0/executions/workflows/${id}`,
    });
    expect(started.headers.get('location')).toBe(`/api/v0/executions/workflows/${id}`);
    const ended = await untilStatus(id, 'SUCCESS');
    expect(ended.body).toMatchObject({
      output: { text: 'Hello Ada', mood: 'glad' },
      tasks: { first: { status: 'SUCCESS' }, second: { status: 'SUCCESS' } },
      started_at: expect.stringMatching(/Z$/),
      ended_at: expect.stringMatching(/Z$/),
    });
    const tasks = await call('GET', `/api/v0/executions/workflows/${id}/tasks?limit=1`);
    const next = await call('GET', /<(.*)>/.exec(tasks.headers.get('link')!)![1]!);
    const paths = [tasks, next].flatMap(({ body }) => (body['tasks'] as { path: string }[]).map((task) => task.path));
    expect(paths).toEqual(['first', 'second']);
    expect(next.headers.get('link')).toBeNull();
  });

  it('are waited for, and one that fails is an answer with that status', async () => {
    const good = await call('POST', `${GREET}/sync`, { body: { input: { name: 'Bo' }, timeout: 30 } });
    expect(good).toMatchObject({
      status: 200,
      body: { output: { text: 'Hello Bo' }, workflow: { status: 'SUCCESS' } },
    });
    const bad = await call('POST', '/api/v0/workflows/break/executions/sync', { body: { timeout: 30 } });
    expect(bad).toMatchObject({
      status: 200,
      body: { output: null, workflow: { status: 'FAILED', tasks: { fail: { status: 'FAILED' } } } },
    });
  });

  it('go on when waiting took too long, and the answer has their ids', async () => {
    const wait = () =>
      call('POST', '/api/v0/workflows/hold/executions/sync', {
        body: { timeout: 1 },
        headers: { 'idempotency-key': 'late-1' },
      });
    const late = await wait();
    expect(late).toMatchObject({ status: 408, body: { code: 'Api.TimedOut', workflow_id: 'hold' } });
    const id = late.body['exec_id'] as string;
    await untilStatus(id, 'WAITING');
    expect(await wait()).toMatchObject({ status: 408, body: { exec_id: id, workflow: { status: 'WAITING' } } });
    expect(late.headers.get('location')).toBe(`/api/v0/executions/workflows/${id}`);
    const signal = { signal_name: 'approval', payload: { by: 'Cy' } };
    const sent = await call('POST', `/api/v0/executions/workflows/${id}/signals`, { body: signal });
    expect(sent).toMatchObject({ status: 200, body: { requested: 'signal approval' } });
    expect((await untilStatus(id, 'SUCCESS')).body).toMatchObject({ output: { by: 'Cy' } });
    const again = await call('POST', `/api/v0/executions/workflows/${id}/signals`, { body: signal });
    expect(again).toMatchObject({ status: 409, body: { code: 'Api.Conflict' } });
  });

  it('are paused, resumed and cancelled', async () => {
    const id = (await start('hold')).body['exec_id'] as string;
    const url = `/api/v0/executions/workflows/${id}`;
    await untilStatus(id, 'WAITING');
    expect(await call('POST', `${url}/pause`)).toMatchObject({ status: 200, body: { requested: 'pause' } });
    await untilStatus(id, 'PAUSED');
    expect((await call('POST', `${url}/resume`)).status).toBe(200);
    await untilStatus(id, 'WAITING');
    expect((await call('POST', `${url}/cancel`)).status).toBe(200);
    await untilStatus(id, 'CANCELED');
    expect(await call('POST', `${url}/cancel`)).toMatchObject({ status: 409, body: { code: 'Api.Conflict' } });
  });

  it('are listed newest first, page by page, of one workflow or of all', async () => {
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      ids.unshift((await start('greet', { name })).body['exec_id'] as string);
      // The order is by time of start, in milliseconds.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const seen: string[] = [];
    let next: string | undefined = `${GREET}?limit=2`;
    for (let page = 0; page < 2; page += 1) {
      const answer: Answer = await call('GET', next!);
      expect(answer.status).toBe(200);
      seen.push(...(answer.body['executions'] as { workflow_exec_id: string }[]).map((one) => one.workflow_exec_id));
      next = /<(.*)>/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(seen.slice(0, 3)).toEqual(ids);
    const none = await call(
      'GET',
      '/api/v0/executions/workflows?status=TIMED_OUT,FAILED&started_before=2020-01-01T00:00:00Z',
    );
    expect(none.body).toEqual({ executions: [], page: { limit: 50 } });
    const named = await call('GET', '/api/v0/executions/workflows?workflow_id=greet&limit=3');
    expect((named.body['executions'] as { workflow_exec_id: string }[]).map((one) => one.workflow_exec_id)).toEqual(
      ids,
    );
    expect((await call('GET', '/api/v0/executions/workflows?workflow_id=nobody')).body['executions']).toEqual([]);
  });
});

describe('Idempotency-Key', () => {
  it('gives the same answer for the same body, starts once, and refuses another body', async () => {
    const key = { 'idempotency-key': 'order-1' };
    const first = await start('greet', { name: 'Di' }, key);
    const second = await start('greet', { name: 'Di' }, key);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(await start('greet', { name: 'Ed' }, key)).toMatchObject({ status: 422, body: { code: 'Api.Rejected' } });
  });

  it('is refused while the first request goes on', async () => {
    const headers = { 'idempotency-key': 'slow-1' };
    const path = '/api/v0/workflows/hold/executions/sync';
    const before = await idsOfHold();
    const first = call('POST', path, { body: { timeout: 200 }, headers });
    while ((await idsOfHold()).length === before.length) await new Promise((resolve) => setTimeout(resolve, 20));
    const second = await call('POST', path, { body: { timeout: 200 }, headers });
    expect(second).toMatchObject({ status: 409, body: { code: 'Api.Conflict' } });
    expect(second.headers.get('retry-after')).toBe('1');
    const [id] = (await idsOfHold()).filter((one) => !before.includes(one));
    await untilStatus(id!, 'WAITING');
    const signal = { signal_name: 'approval', payload: { by: 'Gil' } };
    await call('POST', `/api/v0/executions/workflows/${id}/signals`, { body: signal });
    expect(await first).toMatchObject({ status: 200, body: { exec_id: id } });
  });

  it('finds the same execution after a timeout', async () => {
    const headers = { 'idempotency-key': 'slow-2' };
    const path = '/api/v0/workflows/hold/executions/sync';
    const before = await idsOfHold();
    const { status, body } = await call('POST', path, { body: { timeout: 1 }, headers });
    expect(status).toBe(408);
    const again = await call('POST', path, { body: { timeout: 1 }, headers });
    expect(again).toMatchObject({ status: 408, body: { exec_id: body['exec_id'] } });
    expect(await idsOfHold()).toHaveLength(before.length + 1);
  });

  it('is free again after a start that was refused', async () => {
    const key = { 'idempotency-key': 'again-1' };
    expect((await start('greet', {}, key)).status).toBe(422);
    expect((await start('greet', { name: 'Fay' }, key)).status).toBe(202);
  });
});

describe('the OpenAPI document', () => {
  it('describes every route', async () => {
    const { body } = await call('GET', '/api/v0/openapi.json');
    expect(body['openapi']).toBe('3.1.0');
    const paths = body['paths'] as Record<string, Record<string, unknown>>;
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(routes).toHaveLength(49);
    expect(routes).toContain('post /api/v0/workflows/{workflow_id}/executions/sync');
    expect(paths['/api/v0/workflows/{workflow_id}/executions']!['post']).toMatchObject({
      responses: { 202: { description: 'Started' }, 422: { content: { 'application/problem+json': {} } } },
    });
  });
});

describe('health', () => {
  it('tells that the process lives, and what it needs', async () => {
    expect(await (await fetch(`${sample.healthUrl}/health`)).json()).toEqual({ status: 'up' });
    const ready = await fetch(`${sample.healthUrl}/ready`);
    expect(await ready.json()).toEqual({
      status: 'ready',
      phase: 'serving',
      checks: { temporal: 'up', polling: 'up', store: 'up' },
    });
    expect(ready.status).toBe(200);
  });
});
