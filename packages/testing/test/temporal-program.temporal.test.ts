import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '@compozy/core';
import { createTestServer, createTestWorker, type TestServer, type TestWorker } from '@compozy/testing';
import { FILES } from './library-project.js';

let server: TestServer;
let test: TestWorker;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  server = await createTestServer();
  test = await createTestWorker({ project: FILES, server });
});

afterAll(async () => {
  await test?.stop();
  await server?.stop();
});

describe("a stranger's client: the temporal program", () => {
  const run = promisify(execFile);
  const temporal = async (...args: readonly string[]) => {
    const { stdout } = await run(server.program!, [...args, '--address', server.address, '--output', 'json']);
    return JSON.parse(stdout) as JsonObject;
  };
  const start = (id: string, input: object) =>
    temporal(
      'workflow',
      'start',
      '--type',
      'CompozyWorkflow',
      '--task-queue',
      'compozy-my-project',
      '--workflow-id',
      id,
      '--input',
      JSON.stringify(input),
    );

  it('starts, describes and signals a run', async () => {
    await start('by-cli', { workflow_id: 'hold' });
    const described = async () =>
      ((await temporal('workflow', 'describe', '--workflow-id', 'by-cli')) as { workflowExecutionInfo: JsonObject })
        .workflowExecutionInfo;
    expect(await described()).toMatchObject({
      type: { name: 'CompozyWorkflow' },
      status: 'WORKFLOW_EXECUTION_STATUS_RUNNING',
    });
    await run(server.program!, [
      'workflow',
      'signal',
      '--workflow-id',
      'by-cli',
      '--name',
      'approval',
      '--input',
      '{"by":"cli"}',
      '--address',
      server.address,
    ]);
    expect(await server.client.workflow.getHandle('by-cli').result()).toMatchObject({
      workflow_id: 'hold',
      workflow_exec_id: expect.stringMatching(/^[0-9A-Za-z]{27}$/),
      status: 'SUCCESS',
      output: { by: 'cli' },
    });
  });

  it('cancels a run, and its input is checked', async () => {
    await start('to-cancel', { workflow_id: 'hold' });
    await run(server.program!, ['workflow', 'cancel', '--workflow-id', 'to-cancel', '--address', server.address]);
    await expect(server.client.workflow.getHandle('to-cancel').result()).rejects.toMatchObject({
      cause: { name: 'CancelledFailure' },
    });
    await start('bad-input', { workflow_id: 'greet', input: { name: 7 } });
    await expect(server.client.workflow.getHandle('bad-input').result()).rejects.toMatchObject({
      cause: { type: 'Input.Invalid' },
    });
  });
});
