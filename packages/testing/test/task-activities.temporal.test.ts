import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, JsonObject, TaskResult, TriggeredWorkflow } from '@compozy/core';
import { createTestWorker, type TestWorker } from '@compozy/testing';

const FILES = {
  'compozy.yaml': `name: own
workflows: [{ source: ./order.yaml }, { source: ./noted.yaml }]
tools: [{ id: add, input: { type: object, required: [a, b], properties: { b: { type: integer } } } }, { id: flaky }, { id: sleepy }]
memories: [{ id: chat, type: buffer, default_key_template: "user-{{ .workflow.input.user }}" }]
`,
  '.env': 'TOKEN=hidden-token-77\n',
  'order.yaml': `id: order
config: { input: { type: object, required: [n], properties: { n: { type: integer } } } }
tools: [{ id: pack }]
tasks: [{ id: only, type: aggregate, outputs: { n: "{{ .workflow.input.n }}" } }]
`,
  'noted.yaml': `id: noted
triggers: [{ type: signal, name: note }]
tasks: [{ id: a, type: aggregate, outputs: { text: "{{ .workflow.input.text }}" } }]
`,
};

let test: TestWorker;
let attempts = 0;
let workflows = 0;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  test = await createTestWorker({
    project: FILES,
    workflowsPath: fileURLToPath(new URL('./__fixtures__/own-workflows.mjs', import.meta.url)),
    tools: {
      add: ({ a, b }: { a: number; b: number }) => ({ sum: a + b }),
      pack: (input: JsonObject) => input,
      flaky: () => {
        attempts += 1;
        if (attempts < 3) throw new Error(`attempt ${attempts}`);
        return { attempts };
      },
      sleepy: (_input: unknown, _config: unknown, { signal }: { signal: AbortSignal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    },
  });
});

afterAll(() => test?.stop());

async function call<T extends Json | object>(...calls: readonly (readonly [string, object])[]): Promise<readonly T[]> {
  const { client, taskQueue } = test.worker;
  const workflowId = `call-${(workflows += 1)}`;
  const handle = await client.workflow.start('callAll', { taskQueue, workflowId, args: [calls] });
  return (await handle.result()) as readonly T[];
}

async function execute(name: string, input: object): Promise<TaskResult> {
  const [result] = await call<TaskResult>([name, input]);
  return result!;
}

describe('executeBasicTask', () => {
  it('calls a tool with templates, defaults and a schema, and says where the task leads', async () => {
    const result = await execute('executeBasicTask', {
      taskConfig: {
        id: 'sum',
        use: 'tool(add)',
        with: { a: '{{ .workflow.input.a }}', b: 1 },
        outputs: { total: '{{ .output.sum }}' },
        on_success: { next: 'report', with: { total: '{{ .output.total }}' } },
      },
      taskInput: { a: 40, b: 2 },
    });
    expect(result).toEqual({
      taskId: 'sum',
      status: 'SUCCESS',
      output: { total: 42 },
      error: null,
      nextTaskId: 'report',
      onSuccess: { next: 'report', with: { total: 42 } },
    });
  });

  it('tells of a failure after the retries of the task, and takes its on_error', async () => {
    const taskConfig = { id: 'try', tool: 'flaky', retries: 2, config: { retry_policy: { initial_interval: '10ms' } } };
    expect(await execute('executeBasicTask', { taskConfig })).toMatchObject({
      status: 'SUCCESS',
      output: { attempts: 3 },
    });
    const invalid = { id: 'sum', tool: 'add', with: { a: 1, b: 'x' }, on_error: { next: 'repair' } };
    expect(await execute('executeBasicTask', { taskConfig: invalid })).toMatchObject({
      status: 'FAILED',
      output: null,
      error: { code: 'Input.Invalid' },
      nextTaskId: 'repair',
      onError: { next: 'repair' },
    });
  });

  it('keeps the limit of the task', async () => {
    const taskConfig = { id: 'slow', tool: 'sleepy', timeout: '100ms' };
    expect(await execute('executeBasicTask', { taskConfig })).toMatchObject({
      status: 'TIMED_OUT',
      error: { code: 'Task.TimedOut' },
    });
  });

  it('may use what a workflow defines, and hides secrets in what comes back', async () => {
    const result = await execute('executeBasicTask', {
      taskConfig: { id: 'p', tool: 'pack', with: { text: '{{ .env.TOKEN }}', of: '{{ .workflow.exec_id }}' } },
      workflowId: 'order',
      workflowExecId: 'exec-1',
    });
    expect(result.output).toEqual({ text: expect.not.stringContaining('hidden-token-77'), of: 'exec-1' });
  });

  it.each([
    ['a task that is none', { id: 'x', tool: 'ad' }, 'There is no tool "ad"'],
    ['a task of another type', { id: 'x', type: 'router', condition: "'a'", routes: { a: 'b' } }, 'not "router"'],
  ])('refuses %s', async (_what, taskConfig, message) => {
    await expect(execute('executeBasicTask', { taskConfig })).rejects.toMatchObject({
      cause: { cause: { type: 'Config.Invalid', message: expect.stringContaining(message) } },
    });
  });
});

describe('the other kinds of task', () => {
  it('executeRouterTask chooses a route', async () => {
    const taskConfig = {
      id: 'size',
      condition: "input.n > 5 ? 'big' : 'small'",
      routes: { big: 'pallet', small: 'box' },
    };
    expect(await execute('executeRouterTask', { taskConfig, taskInput: { n: 9 } })).toMatchObject({
      status: 'SUCCESS',
      route: 'big',
      nextTaskId: 'pallet',
      output: { condition: 'big', route_taken: 'pallet', router_type: 'conditional' },
    });
  });

  it('executeAggregateTask shapes values, and checks them', async () => {
    const taskConfig = {
      id: 'shape',
      outputs: { names: '{{ .input.users | toJson }}' },
      output: { type: 'object', properties: { names: { type: 'array', maxItems: 1 } } },
    };
    const run = (users: readonly string[]) => execute('executeAggregateTask', { taskConfig, taskInput: { users } });
    expect(await run(['Ada'])).toMatchObject({ status: 'SUCCESS', output: { names: ['Ada'] } });
    expect(await run(['Ada', 'Bob'])).toMatchObject({ status: 'FAILED', error: { code: 'Output.Invalid' } });
  });

  it('executeSignalTask starts who listens, once for each activity', async () => {
    const taskConfig = { id: 'tell', signal: { id: 'note', payload: { text: '{{ .input.text }}' } } };
    const input = { taskConfig, taskInput: { text: 'hello' } };
    const results = await call<TaskResult>(['executeSignalTask', input], ['executeSignalTask', input]);
    const started = results.flatMap(({ output }) => (output as { started: { workflow_exec_id: string }[] }).started);
    expect(new Set(started.map((run) => run.workflow_exec_id)).size).toBe(2);
    for (const { workflow_exec_id: execId } of started) {
      expect(await test.worker.run('noted', execId).result()).toMatchObject({ input: { text: 'hello' } });
    }
  });

  it('executeMemoryTask changes a memory once for each activity, and shows what it was given', async () => {
    const append = {
      taskConfig: { id: 'say', operation: 'append', memory_ref: 'chat', payload: { role: 'user', content: 'hi' } },
      taskInput: { user: 'ada' },
    };
    const read = { ...append, taskConfig: { id: 'look', operation: 'read', memory_ref: 'chat' } };
    const results = await call<TaskResult>(
      ['executeMemoryTask', append],
      ['executeMemoryTask', append],
      ['executeMemoryTask', read],
    );
    expect(results[0]).toMatchObject({ status: 'SUCCESS', mergedInput: { user: 'ada' } });
    expect(results[2]).toMatchObject({ output: { key: 'user-ada', count: 2 } });
  });
});

describe('activities about workflows', () => {
  it('getWorkflowData gives the plan and the project', async () => {
    const [data] = await call<JsonObject>(['getWorkflowData', { workflowId: 'order' }]);
    expect(data).toMatchObject({ plan: { workflow: { id: 'order' } }, project: { name: 'own' } });
  });

  it('triggerWorkflow starts a run after checking its input', async () => {
    const [started] = await call<TriggeredWorkflow>(['triggerWorkflow', { workflowId: 'order', input: { n: 7 } }]);
    expect(started).toMatchObject({ workflowId: 'order', runId: expect.any(String) });
    expect(await test.worker.run('order', started!.workflowExecId).result()).toMatchObject({ status: 'SUCCESS' });
    const refused = call(['triggerWorkflow', { workflowId: 'order', input: { n: 'x' } }]);
    await expect(refused).rejects.toMatchObject({ cause: { cause: { type: 'Input.Invalid' } } });
  });

  it('dispatcherHeartbeat notes a sign of life', async () => {
    const beat = { dispatcherId: 'dispatcher-own-x', projectName: 'own', serverId: 'x', ttlMs: 1_000 };
    const [noted] = await call<{ recordedAt: string }>(['dispatcherHeartbeat', beat]);
    expect(Date.parse(noted!.recordedAt)).toBeGreaterThan(0);
  });
});
