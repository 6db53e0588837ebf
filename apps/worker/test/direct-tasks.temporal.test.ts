import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { callServer, type Answer, type Call } from './call-server.js';
import { readEvents, type ServerEvent } from './read-events.js';
import { startSampleServer, type SampleServer } from './sample-server.js';

let temporal: DevServer;
let sample: SampleServer;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  temporal = await startDevServer();
  sample = await startSampleServer(temporal.address);
});

afterAll(async () => {
  await sample?.[Symbol.asyncDispose]();
  await temporal?.stop();
});

const call: Call = (method, path, options) => callServer(sample.url, method, path, options);
const TASKS = '/api/v0/tasks';
const RUNS = '/api/v0/executions/tasks';

const start = (task: string, given?: unknown, headers: Record<string, string> = {}) =>
  call('POST', `${TASKS}/${task}/executions`, { body: { with: given }, headers });
const sync = (task: string, given?: unknown, timeout = 200) =>
  call('POST', `${TASKS}/${task}/executions/sync`, { body: { with: given, timeout } });

async function untilStatus(execId: string, status: string): Promise<Answer> {
  for (;;) {
    const answer = await call('GET', `${RUNS}/${execId}`);
    if (answer.body['status'] === status) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function allEvents(response: Response): Promise<readonly ServerEvent[]> {
  const events: ServerEvent[] = [];
  for await (const event of readEvents(response)) events.push(event);
  return events;
}

const executionsOf = async (task: string) =>
  (await call('GET', `${TASKS}/${task}/executions`)).body['executions'] as Record<string, unknown>[];

describe('the API of tasks', () => {
  it('lists those in files of their own, with their schemas', async () => {
    const { body } = await call('GET', TASKS);
    expect((body['tasks'] as { task_id: string }[]).map((task) => task.task_id)).toEqual([
      'count',
      'fail',
      'gate',
      'greet',
      'triage',
    ]);
    expect((await call('GET', `${TASKS}/greet`)).body).toEqual({
      task_id: 'greet',
      type: 'basic',
      description: 'Greets',
      file: 'alone-greet.yaml',
      with: { mood: 'glad' },
      input_schema: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string', maxLength: 20 }, mood: { type: 'string' } },
      },
      output_schema: { type: 'object', required: ['text'] },
    });
  });

  it('runs one with its retries, apart from the workflow of the same id', async () => {
    const started = await start('greet', { name: 'Ada' });
    const id = started.body['exec_id'] as string;
    expect(started).toMatchObject({ status: 202 });
    expect(started.body).toEqual({
      task_id: 'greet',
      workflow_id: 'task:greet',
      workflow_exec_id: id,
      exec_id: id,
      exec_url: `${RUNS}/${id}`,
    });
    expect(started.headers.get('location')).toBe(`${RUNS}/${id}`);
    expect((await untilStatus(id, 'SUCCESS')).body).toMatchObject({
      workflow_id: 'task:greet',
      input: { name: 'Ada' },
      output: { text: 'Hello Ada', mood: 'glad' },
      tasks: { greet: { status: 'SUCCESS', attempts: 3, input: { name: 'Ada', mood: 'glad' } } },
    });
    expect((await call('GET', `/api/v0/executions/workflows/${id}`)).body).toMatchObject({ workflow_id: 'task:greet' });
    expect((await call('GET', `${RUNS}/${id}/tasks`)).body).toMatchObject({ tasks: [{ path: 'greet' }] });
    expect(await executionsOf('greet')).toContainEqual(
      expect.objectContaining({ workflow_exec_id: id, workflow_id: 'task:greet', trigger: expect.anything() }),
    );
    const all = await call('GET', '/api/v0/executions/workflows?workflow_id=task:greet');
    expect(JSON.stringify(all.body)).toContain(id);
    expect(JSON.stringify((await call('GET', '/api/v0/workflows/greet/executions')).body)).not.toContain(id);
    const { type, memo } = await sample.worker.client.workflow.getHandle(`task:greet-${id}`).describe();
    expect({ type, memo }).toMatchObject({ type: 'CompozyWorkflow', memo: { compozy_exec_id: id } });
  });

  it('waits for the end, and one that fails is an answer with that status', async () => {
    expect(await sync('greet', { name: 'Bo', mood: 'sad' })).toMatchObject({
      status: 200,
      body: { task_id: 'greet', output: { text: 'Hello Bo', mood: 'sad' }, usage: {}, state: { status: 'SUCCESS' } },
    });
    expect(await sync('fail')).toMatchObject({
      status: 200,
      body: { output: null, state: { status: 'FAILED', error: { code: 'Tool.Threw', message: 'the tool is broken' } } },
    });
  });

  it.each([
    ['triage', { amount: 12 }, { condition: 'large', route_taken: 'approve' }],
    ['count', { names: ['Ada', 'Bo'] }, { text: '2 names, the first has 3' }],
  ])('runs a task that calls no tool: %s', async (task, given, output) => {
    expect((await sync(task, given)).body).toMatchObject({ output, state: { status: 'SUCCESS' } });
  });

  it('steers one that waits', async () => {
    const wait = () =>
      call('POST', `${TASKS}/gate/executions/sync`, {
        body: { with: {}, timeout: 1 },
        headers: { 'idempotency-key': 'late' },
      });
    const late = await wait();
    expect(late).toMatchObject({ status: 408, body: { task_id: 'gate' } });
    const id = late.body['exec_id'] as string;
    await untilStatus(id, 'WAITING');
    expect(await wait()).toMatchObject({ status: 408, body: { exec_id: id, state: { status: 'WAITING' } } });
    expect(late.headers.get('location')).toBe(`${RUNS}/${id}`);
    expect(await call('POST', `${RUNS}/${id}/pause`)).toMatchObject({ status: 200 });
    await untilStatus(id, 'PAUSED');
    expect(await call('POST', `${RUNS}/${id}/resume`)).toMatchObject({ status: 200 });
    await untilStatus(id, 'WAITING');
    const signal = { signal_name: 'approval', payload: { by: 'Cy' } };
    expect(await call('POST', `${RUNS}/${id}/signals`, { body: signal })).toMatchObject({ status: 200 });
    expect((await untilStatus(id, 'SUCCESS')).body).toMatchObject({ output: { by: 'Cy' } });
    const other = (await start('gate')).body['exec_id'] as string;
    expect(await call('POST', `${RUNS}/${other}/cancel`)).toMatchObject({ status: 200 });
    expect((await untilStatus(other, 'CANCELED')).body).toMatchObject({ tasks: { gate: { status: 'CANCELED' } } });
    const events = await allEvents(await fetch(`${sample.url}${RUNS}/${id}/stream`));
    expect(events.at(-1)).toMatchObject({ event: 'complete', data: { workflow_id: 'task:gate' } });
  });

  it('starts one execution for one key', async () => {
    const headers = { 'idempotency-key': 'once' };
    const [first, again] = [await start('gate', {}, headers), await start('gate', {}, headers)];
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const other = await start('gate', { x: 1 }, headers);
    expect(other).toMatchObject({ status: 422, body: { code: 'Api.Rejected' } });
    await call('POST', `${RUNS}/${String(first.body['exec_id'])}/cancel`);
  });

  it.each(['POST', 'GET'])('knows no task that there is not: %s', async (method) => {
    const path = method === 'POST' ? `${TASKS}/gret/executions` : `${TASKS}/gret`;
    expect(await call(method, path, method === 'POST' ? { body: {} } : {})).toMatchObject({
      status: 404,
      body: {
        code: 'Api.NotFound',
        detail: expect.stringMatching(/has no task "gret".*did you mean "greet"\?$/),
      },
    });
  });

  it('refuses input that does not fit before anything is stored', async () => {
    const before = await executionsOf('greet');
    expect(await start('greet', { name: 12 })).toMatchObject({
      status: 422,
      body: {
        code: 'Input.Invalid',
        detail: 'The input of task "greet" does not match its schema',
        errors: [{ pointer: '/name', in: 'input' }],
      },
    });
    expect(await start('greet', { mood: 'sad' })).toMatchObject({ status: 422 });
    expect(await start('greet', 'text')).toMatchObject({ status: 400, body: { errors: [{ pointer: '/with' }] } });
    expect(await executionsOf('greet')).toEqual(before);
  });

  it('shows executions of workflows nowhere below the tasks', async () => {
    const { body } = await call('POST', '/api/v0/workflows/greet/executions', { body: { input: { name: 'Ada' } } });
    const id = String(body['exec_id']);
    expect(await call('GET', `${RUNS}/${id}`)).toMatchObject({ status: 404 });
    expect(await call('POST', `${RUNS}/${id}/cancel`)).toMatchObject({ status: 404 });
  });
});

describe('worker.triggerTask', () => {
  it('gives a run, with the options and the errors of triggerWorkflow', async () => {
    const { worker } = sample;
    const run = await worker.triggerTask('triage', { amount: 1 }, { workflowExecId: 'triage-1' });
    expect(run).toMatchObject({ workflowId: 'task:triage', temporalWorkflowId: 'task:triage-triage-1' });
    expect(await run.result()).toMatchObject({ status: 'SUCCESS', output: { route_taken: 'pay' } });
    await expect(worker.triggerTask('triage', {}, { workflowExecId: 'triage-1' })).rejects.toMatchObject({
      code: 'Run.Exists',
      message: 'Execution "triage-1" of task "triage" exists already',
    });
    const key = { idempotencyKey: 'one' };
    const [first, second] = [await worker.triggerTask('gate', {}, key), await worker.triggerTask('gate', {}, key)];
    expect(second.workflowExecId).toBe(first.workflowExecId);
    await worker.sendSignal({ workflowExecId: first.workflowExecId, eventType: 'approval', data: { by: 'Di' } });
    expect(await first.result()).toMatchObject({ output: { by: 'Di' } });
    await expect(worker.triggerTask('traige')).rejects.toMatchObject({
      code: 'Config.UnknownTask',
      message: expect.stringContaining('did you mean "triage"?'),
    });
    await expect(worker.triggerTask('greet', { mood: 'sad' })).rejects.toMatchObject({ code: 'Input.Invalid' });
  });

  it('takes large values, which the history does not hold', async () => {
    const names = Array.from({ length: 300 }, () => 'n'.repeat(300));
    const run = await sample.worker.triggerTask('count', { names, note: 'x'.repeat(100_000) });
    expect(await run.result()).toMatchObject({
      error: null,
      output: { text: '300 names, the first has 300' },
      input: { names },
    });
    const { events = [] } = await sample.worker.client.workflow.getHandle(run.temporalWorkflowId).fetchHistory();
    // The first event is what the client sent.
    expect(JSON.stringify(events!.slice(1)).length).toBeLessThan(300_000);
  });

  it('can be started by any Temporal client', async () => {
    const { client, taskQueue } = sample.worker;
    const input = { workflow_id: 'task:triage', input: { amount: 99 } };
    const options = { taskQueue, workflowId: 'from-elsewhere', args: [input] };
    expect(await client.workflow.execute('CompozyWorkflow', options)).toMatchObject({
      workflow_id: 'task:triage',
      output: { route_taken: 'approve' },
    });
    const unknown = { ...options, workflowId: 'from-elsewhere-2', args: [{ workflow_id: 'task:traige' }] };
    await expect(client.workflow.execute('CompozyWorkflow', unknown)).rejects.toMatchObject({
      cause: { type: 'Config.UnknownTask' },
    });
  });
});
