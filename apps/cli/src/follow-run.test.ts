import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import type { RunView } from '@compozy/core';
import type { RunHandle } from '@compozy/worker';
import { followRun } from './follow-run.js';

const ended: RunView = {
  workflow_id: 'nap',
  workflow_exec_id: 'one',
  status: 'CANCELED',
  input: null,
  output: null,
  error: null,
  tasks: {},
  usage: {},
  started_at: null,
  ended_at: null,
};

it('gives the end of a run though a question on its way gets no answer', async () => {
  const asked = Promise.withResolvers<void>();
  const run: RunHandle = {
    workflowId: 'nap',
    workflowExecId: 'one',
    temporalWorkflowId: 'nap-one',
    runId: undefined,
    view: () => {
      asked.resolve();
      return new Promise<never>(() => undefined);
    },
    result: () => asked.promise.then(() => ended),
  };
  const stream = Object.assign(new PassThrough(), { isTTY: false }) as unknown as NodeJS.WriteStream;
  expect(await followRun(run, { live: false, stream })).toBe(ended);
  stream.end();
  expect(await text(stream)).toBe('');
});
