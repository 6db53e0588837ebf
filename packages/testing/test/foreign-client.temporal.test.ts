import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WorkflowFailedError, type ApplicationFailure } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunView } from '@compozy/core';
import { loadProject } from '@compozy/core/loader';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createWorker, type CompozyWorker } from '@compozy/worker';

let dir: string;
let server: DevServer;
let worker: CompozyWorker;
let started = 0;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-foreign-'));
  await writeFile(path.join(dir, 'compozy.yaml'), 'name: foreign\nworkflows: [{ source: ./workflow.yaml }]\n');
  await writeFile(
    path.join(dir, 'workflow.yaml'),
    `id: echo
config: { input: { type: object, properties: { n: { type: integer, default: 5 } } } }
tasks: [{ id: all, type: aggregate, outputs: { n: "{{ .workflow.input.n }}" } }]
`,
  );
  server = await startDevServer();
  worker = await createWorker({ project: await loadProject(dir), temporal: { hostPort: server.address } });
  await worker.setup();
});

afterAll(async () => {
  await worker?.stop();
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** As any Temporal client would: a type, an id, a JSON argument. */
async function execute(type: string, argument?: unknown): Promise<RunView> {
  return (await worker.client.workflow.execute(type, {
    taskQueue: worker.taskQueue,
    workflowId: `foreign-${(started += 1)}`,
    workflowExecutionTimeout: '4 minutes',
    args: argument === undefined ? [] : [argument],
  })) as RunView;
}

async function failureOf(run: Promise<unknown>): Promise<ApplicationFailure> {
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(WorkflowFailedError);
  return (error as WorkflowFailedError).cause as ApplicationFailure;
}

describe('a client that is not ours', () => {
  it('starts a workflow by its id as the type, without any argument', async () => {
    expect(await execute('echo')).toMatchObject({
      workflow_id: 'echo',
      status: 'SUCCESS',
      output: { all: { output: { n: 5 } } },
    });
  });

  it('starts a workflow by CompozyWorkflow and its id in the input', async () => {
    const view = await execute('CompozyWorkflow', { workflow_id: 'echo', input: { n: 7 } });
    expect(view).toMatchObject({ workflow_id: 'echo', status: 'SUCCESS', output: { all: { output: { n: 7 } } } });
    expect(view.workflow_exec_id).toMatch(/^[0-9A-Za-z]{27}$/);
  });

  it.each([
    'nobody',
    'toString',
    'constructor',
    '__proto__',
    'hasOwnProperty',
    'valueOf',
    'defineEngineWorkflow',
    'default',
  ])('learns that there is no workflow "%s"', async (type) =>
    expect(await failureOf(execute(type))).toMatchObject({ type: 'Config.UnknownWorkflow' }),
  );

  it.each([
    ['input that does not fit', 'echo', { input: { n: 'seven' } }, 'Input.Invalid'],
    ['another project', 'echo', { project: 'somebody-else' }, 'Config.WrongProject'],
    ['a task that is not there', 'echo', { initial_task_id: 'nothing' }, 'Config.UnknownTask'],
    ['no workflow id', 'CompozyWorkflow', {}, 'Config.UnknownWorkflow'],
    ['a text instead of an object', 'echo', 'seven', 'Input.Invalid'],
    ['a list instead of an object', 'echo', [7], 'Input.Invalid'],
    ['an execution id that is no text', 'echo', { workflow_exec_id: { a: 1 } }, 'Input.Invalid'],
    ['an execution id that is empty', 'echo', { workflow_exec_id: '' }, 'Input.Invalid'],
    ['an execution id that no index takes', 'echo', { workflow_exec_id: 'x'.repeat(201) }, 'Input.Invalid'],
    ['an execution id of two lines', 'echo', { workflow_exec_id: 'a\nb' }, 'Input.Invalid'],
    ['a trigger that is no object', 'echo', { trigger: 'by hand' }, 'Input.Invalid'],
    ['a state that no run handed on', 'echo', { resume: { snapshot: { plan: {} } } }, 'Input.Invalid'],
    ['a state that is none', 'echo', { resume: 'here' }, 'Input.Invalid'],
    ['a dispatcher of no project', 'DispatcherWorkflow', undefined, 'Input.Invalid'],
    ['a dispatcher of nobody', 'DispatcherWorkflow', { project: 'foreign' }, 'Input.Invalid'],
    [
      'a dispatcher with a past',
      'DispatcherWorkflow',
      { project: 'foreign', instance: 'x', resume: { queued: 4 } },
      'Input.Invalid',
    ],
  ])('is refused for %s', async (_name, type, argument, code) => {
    expect(await failureOf(execute(type, argument))).toMatchObject({ type: code, nonRetryable: true });
  });
});
