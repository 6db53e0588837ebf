import path from 'node:path';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompozyError, type Json } from '@compozy/core';
import { DiagnosticsError } from '@compozy/core/loader';
import { buildSignalRoutingMap, processEventSignal } from '@compozy/dispatcher';
import { createSqliteStore } from '@compozy/store';
import { createTestServer, createTestWorker, type TestServer, type TestWorker } from '@compozy/testing';
import {
  createClient,
  createResourceRegistry,
  createWorker,
  getTaskQueue,
  HealthError,
  type HealthCheck,
} from '@compozy/worker';
import { FILES, named } from './library-project.js';

let server: TestServer;
let test: TestWorker;
let isDown = false;
const check: HealthCheck = {
  name: 'gateway',
  check: async () => {
    if (isDown) throw new Error('no answer from the gateway');
  },
};
const open = { now: 0, most: 0, together: 1 };
/** Takes a while, and ends no sooner than so many were open together. */
const nap = async (): Promise<Json> => {
  open.now += 1;
  open.most = Math.max(open.most, open.now);
  do await new Promise((resolve) => setTimeout(resolve, 50));
  while (open.most < open.together);
  open.now -= 1;
  return {};
};
const kept = createSqliteStore({ path: ':memory:' });
const all = { project: 'my-project', limit: 500 };

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  server = await createTestServer();
  test = await createTestWorker({ project: FILES, server, checks: [check], tools: { nap }, store: kept });
});

afterAll(async () => {
  await test?.stop();
  await server?.stop();
  await kept.close();
});

/** A second worker, on a task queue of its own. */
function another(options: Partial<Parameters<typeof createTestWorker>[0]>) {
  // One bundle of the workflow code for all.
  const cacheDir = path.join(test.project.dir, '.compozy', 'cache');
  return createTestWorker({ project: FILES, server, cacheDir, tools: { nap }, ...options });
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: unknown) => (CompozyError.isInstance(error) ? error.code : String(error)),
  );

describe('loadProject', () => {
  it('throws every problem with its place', async () => {
    const files = { ...FILES, 'slow.yaml': 'id: slow\ntasks: [{ id: a, tool: nap, retires: 1 }]\n' };
    const error: unknown = await another({ project: files }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DiagnosticsError);
    expect((error as DiagnosticsError).diagnostics[0]).toMatchObject({ file: 'slow.yaml', line: 2, column: 29 });
  });
});

describe('createWorker', () => {
  it('starts nothing before setup', async () => {
    const temporal = { hostPort: server.address, taskQueue: 'not-yet' };
    const worker = await createWorker({ project: test.project, temporal, store: false });
    await expect(server.client.workflow.getHandle(worker.dispatcherId).describe()).rejects.toThrow();
    const { pollers } = await server.client.workflowService.describeTaskQueue({
      namespace: 'default',
      taskQueue: { name: 'not-yet' },
    });
    expect(pollers ?? []).toEqual([]);
    await worker.stop();
  });

  it('has a store of its own by default, and takes repositories instead', async () => {
    await using own = createSqliteStore({ path: ':memory:' });
    let made = 0;
    const workflowRepo = () => {
      made += 1;
      return own.workflows;
    };
    await using second = await another({
      project: named('repo-project'),
      workflowRepo,
      taskRepo: () => own.tasks,
    });
    const { workflow_exec_id: execId } = await second.run('greet', { name: 'Ada' });
    expect(await own.workflows.get(execId)).toMatchObject({ status: 'SUCCESS', workflowId: 'greet' });
    expect(made).toBe(1);
  });

  it('is watched by the interceptors of monitoring', async () => {
    const seen: string[] = [];
    const inbound: ActivityInboundCallsInterceptor = {
      async execute(input, next) {
        seen.push('activity');
        return await next(input);
      },
    };
    await using second = await another({
      project: named('watched-project'),
      monitoring: { interceptors: { activity: [() => ({ inbound })] } },
    });
    await second.run('slow');
    expect(seen.length).toBeGreaterThanOrEqual(3);
  });

  it('runs workflows that were defined in code', async () => {
    const resources = createResourceRegistry([
      { resource: 'tool', id: 'twice' },
      {
        resource: 'workflow',
        id: 'coded',
        tasks: [{ id: 'a', tool: 'twice', with: { n: '{{ .workflow.input.n }}' } }],
      },
    ]);
    await using second = await another({
      project: named('coded-project'),
      resources,
      tools: { twice: ({ n }: { n: number }) => ({ n: 2 * n }) },
    });
    expect(await second.run('coded', { n: 21 })).toMatchObject({ output: { a: { output: { n: 42 } } } });
  });

  it('does at once what its config allows', async () => {
    open.most = 0;
    await using second = await another({
      project: named('narrow-project'),
      config: { maxConcurrentActivities: 1 },
    });
    await second.run('slow');
    expect(open.most).toBe(1);
    open.together = 3;
    await test.run('slow');
    expect(open.most).toBe(3);
  });
});

describe('setup and stop', () => {
  it('have the dispatcher running, and completed', async () => {
    // Goes on with what the other one leaves, should the server be slow.
    await using _beside = await another({ project: named('short-project') });
    const second = await another({ project: named('short-project') });
    const { dispatcherId } = second.worker;
    const status = async () => (await server.client.workflow.getHandle(dispatcherId).describe()).status.name;
    expect(await status()).toBe('RUNNING');
    await second.worker.healthCheck();
    await second.stop();
    await expect.poll(status).toBe('COMPLETED');
  });
});

describe('triggerWorkflow', () => {
  it('gives the ids of the run, with defaults in its input', async () => {
    const run = await test.worker.triggerWorkflow('greet', { name: 'Ada' });
    expect(run).toMatchObject({
      workflowId: 'greet',
      workflowExecId: expect.stringMatching(/^[0-9A-Za-z]{27}$/),
      temporalWorkflowId: `greet-${run.workflowExecId}`,
      runId: expect.any(String),
    });
    expect(await run.result()).toMatchObject({
      status: 'SUCCESS',
      input: { name: 'Ada', mood: 'glad' },
      output: { text: 'Hello Ada, glad', from: 'api' },
    });
  });

  it('starts at another task', async () => {
    const run = await test.worker.triggerWorkflow('hold', {}, { initialTaskId: 'gate', workflowExecId: 'mine' });
    expect(run.workflowExecId).toBe('mine');
    await expect.poll(async () => (await run.view())?.status).toBe('WAITING');
    expect(await codeOf(test.worker.triggerWorkflow('hold', {}, { workflowExecId: 'mine' }))).toBe('Run.Exists');
    await test.worker.cancelWorkflow('hold', 'mine');
  });

  it('tells apart what is wrong, and stores nothing', async () => {
    const { worker } = test;
    const before = (await kept.workflows.list(all)).items.length;
    expect(await codeOf(worker.triggerWorkflow('gret'))).toBe('Config.UnknownWorkflow');
    expect(await codeOf(worker.triggerWorkflow('greet', { name: 'x' }, { initialTaskId: 'fist' }))).toBe(
      'Config.UnknownTask',
    );
    expect(await codeOf(worker.triggerWorkflow('greet', { name: 1 }))).toBe('Input.Invalid');
    expect((await kept.workflows.list(all)).items).toHaveLength(before);
  });

  it.each(['', 'two words', 'a\nb', 'x'.repeat(201)])('refuses the execution id %j', async (workflowExecId) => {
    const start = test.worker.triggerWorkflow('greet', { name: 'Ada' }, { workflowExecId });
    expect(await codeOf(start)).toBe('Input.Invalid');
  });

  it('takes an input that is larger than any event of a history', async () => {
    const name = 'x'.repeat(3_000_000);
    const run = await test.worker.triggerWorkflow('greet', { name });
    const { status, input } = await run.result();
    expect({ status, name: (input as { name: string }).name.length }).toEqual({ status: 'SUCCESS', name: name.length });
  });

  it('starts one run for one idempotency key', async () => {
    const start = () => test.worker.triggerWorkflow('greet', { name: 'Ada' }, { idempotencyKey: 'order-1' });
    const [first, second] = [await start(), await start()];
    expect(second.workflowExecId).toBe(first.workflowExecId);
    expect([first.runId, second.runId]).toEqual([expect.any(String), undefined]);
  });
});

describe('pauseWorkflow, resumeWorkflow, cancelWorkflow', () => {
  it('do so durably', async () => {
    const { worker } = test;
    const run = await worker.triggerWorkflow('hold');
    await worker.pauseWorkflow('hold', run.workflowExecId);
    await expect.poll(async () => (await run.view())?.status).toBe('PAUSED');
    await worker.resumeWorkflow('hold', run.workflowExecId);
    await expect.poll(async () => (await run.view())?.status).toBe('WAITING');
    await worker.cancelWorkflow('hold', run.workflowExecId);
    expect(await run.result()).toMatchObject({ status: 'CANCELED' });
  });
});

describe('sendSignal', () => {
  it('takes a workflow id that nobody could have for one that nobody has', async () => {
    const sent = await test.worker.sendSignal({ workflowId: 'a" OR "b', eventType: 'approval', eventId: 'odd' });
    expect(sent).toEqual({ eventId: 'odd', accepted: true });
    await expect
      .poll(async () => (await kept.deadLetters.get('my-project', 'odd/a" OR "b'))?.reason['code'])
      .toBe('Event.Unknown');
  });

  const runsOf = async (workflowId: string) => (await kept.workflows.list({ ...all, workflowId })).items.length;
  const waiting = async () => {
    const run = await test.worker.triggerWorkflow('hold');
    await expect.poll(async () => (await run.view())?.status).toBe('WAITING');
    return run;
  };

  it.each(['__temporal_x', 'run.pause'])(
    'keeps the name %s from a run, which could not go on with it',
    async (name) => {
      const run = await waiting();
      const { workflowExecId } = run;
      expect(await codeOf(test.worker.sendSignal({ workflowExecId, eventType: name }))).toBe('Input.Invalid');
      await test.worker.sendSignal({ workflowExecId, eventType: 'approval', data: { by: 'Ada' } });
      expect(await run.result()).toMatchObject({ status: 'SUCCESS' });
    },
  );

  it('speaks to one run', async () => {
    const run = await waiting();
    const { workflowExecId } = run;
    const sent = await test.worker.sendSignal({ workflowExecId, eventType: 'approval', data: { by: 'Ada' } });
    expect(sent).toMatchObject({ accepted: true, eventId: expect.any(String) });
    expect(await run.result()).toMatchObject({ output: { by: 'Ada' } });
    const late = test.worker.sendSignal({ workflowExecId, eventType: 'approval' });
    expect(await codeOf(late)).toBe('Signal.NoSuchRun');
  });

  it('speaks to all runs of a workflow that wait for it, once for an event id', async () => {
    const runs = [await waiting(), await waiting()];
    // It asks those that a list of Temporal shows, which lags behind.
    const ids = runs.map(({ temporalWorkflowId }) => `"${temporalWorkflowId}"`);
    const listed = () => server.client.workflow.count(`WorkflowId IN (${ids.join()}) AND ExecutionStatus = "Running"`);
    await expect.poll(async () => (await listed()).count).toBe(2);
    const before = await runsOf('hold');
    const send = () =>
      test.worker.sendSignal({
        workflowId: 'hold',
        eventType: 'approval',
        data: { by: 'Bob' },
        eventId: 'approve-all',
      });
    await send();
    for (const run of runs) expect(await run.result()).toMatchObject({ output: { by: 'Bob' } });
    // Those that heard it have ended; the sender tries again, and nothing is started instead.
    await send();
    expect(await runsOf('hold')).toBe(before);
  });

  it('starts the workflow that it names when none of its runs waits', async () => {
    await test.worker.sendSignal({ workflowId: 'greet', eventType: 'visited', data: { name: 'Cid' }, eventId: 'v1' });
    const found = async () =>
      (await kept.workflows.list({ ...all, workflowId: 'greet' })).items.map(({ trigger }) => trigger.event_id);
    await expect.poll(found).toContain('v1');
  });

  it('starts whoever listens, in the shape of the original too', async () => {
    const sent = await test.worker.sendSignal({
      name: 'visited',
      payload: { name: 'Dan' },
      correlation_id: 'c-1',
      eventId: 'v2',
    });
    expect(sent).toEqual({ eventId: 'v2', accepted: true });
    const found = async () =>
      (await kept.workflows.list({ ...all, workflowId: 'greet' })).items.map(({ trigger }) => trigger.correlation_id);
    await expect.poll(found).toContain('c-1');
  });

  it('needs a name', async () => {
    expect(await codeOf(test.worker.sendSignal({ eventType: '' }))).toBe('Input.Invalid');
  });
});

describe('healthCheck', () => {
  it('names what is down', async () => {
    const { worker } = test;
    await worker.healthCheck();
    expect(worker.checks.map(({ name }) => name)).toEqual([
      'temporal',
      'polling',
      'dispatcher',
      'store',
      'memory',
      'gateway',
    ]);
    isDown = true;
    const error: unknown = await worker.healthCheck().catch((thrown: unknown) => thrown);
    isDown = false;
    expect(error).toBeInstanceOf(HealthError);
    expect(error).toMatchObject({
      code: 'Worker.Unhealthy',
      details: { down: ['gateway'] },
      message: 'The worker is not healthy: gateway: no answer from the gateway',
    });
  });
});

describe('what a worker is called', () => {
  it('is the same for every worker of the project, but for its dispatcher', () => {
    expect(getTaskQueue('my-project')).toBe('compozy-my-project');
    expect(test.worker.taskQueue).toBe('compozy-my-project');
    expect(test.worker.dispatcherId).toMatch(/^dispatcher-my-project-/);
    expect(test.worker.client.options.namespace).toBe('default');
  });
});

describe('createClient', () => {
  it('wraps the client of Temporal, and makes workers', async () => {
    const temporal = await createClient({ hostPort: server.address, apiKey: 'secret-key', tls: false });
    expect(temporal.config).toEqual({ hostPort: server.address, namespace: 'default', tls: false });
    expect(JSON.stringify(temporal.config)).not.toContain('secret-key');
    const activities = { hello: async (name: string) => `Hello ${name}` };
    const worker = await temporal.newWorker('by-hand', { activities });
    expect(worker.options.taskQueue).toBe('by-hand');
    await worker.runUntil(async () => undefined);
    await temporal.close();
  });
});

describe('buildSignalRoutingMap and processEventSignal', () => {
  it('are pure: several workflows may listen to one event', () => {
    const map = buildSignalRoutingMap(test.project);
    expect(map.get('visited')).toMatchObject([{ workflowId: 'greet', type: 'signal', name: 'visited' }]);
    expect(() => map.get('visited')![0]!.validate({ nick: 'x' })).toThrow('must have the property "name"');
    const found: string[] = [];
    const signal = { name: 'visited', payload: { name: 'Eve' } };
    const isRouted = processEventSignal(signal, map, ({ starts }) => {
      found.push(...starts.map(({ workflowId }) => workflowId));
    });
    expect([isRouted, found]).toEqual([true, ['greet']]);
    expect(processEventSignal({ name: 'unheard' }, map)).toBe(false);
  });
});
