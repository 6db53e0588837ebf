import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDispatcherHistories, replayHistories, silenceTemporal } from '@compozy/testing/corpus';
import { bundleWorkflows } from '@compozy/worker';
import { workflowsPath } from '@compozy/workflows';

const histories = await readDispatcherHistories(path.resolve(import.meta.dirname, '../dispatcher-corpus'));
const kinds = histories.flatMap(({ history }) =>
  (history as { readonly events: readonly { readonly eventType: string }[] }).events.map(({ eventType }) => eventType),
);

let cache: string;
let codePath: string;

beforeAll(async () => {
  silenceTemporal();
  cache = await mkdtemp(path.join(tmpdir(), 'compozy-bundle-'));
  codePath = await bundleWorkflows(workflowsPath, cache);
});

afterAll(async () => {
  await rm(cache, { recursive: true, force: true });
});

const errorsOf = async (code: string) =>
  Object.fromEntries(
    [...(await replayHistories(histories, { codePath: code }))].map(([name, { error }]) => [name, error?.name]),
  );

/** Replays with workflow code in which the one match of `pattern` is replaced. */
async function planted(pattern: RegExp, replacement: string) {
  const code = await readFile(codePath, 'utf8');
  expect(code.match(pattern), 'the place of the planted change').toHaveLength(1);
  const file = path.join(await mkdtemp(path.join(cache, 'planted-')), 'workflows.js');
  await writeFile(file, code.replace(pattern, replacement));
  return await errorsOf(file);
}

describe('recorded histories of dispatchers', () => {
  it('replay with the code of today', async () => {
    const expected = Object.fromEntries(histories.map(({ name }) => [name, undefined]));
    expect(await errorsOf(codePath)).toEqual(expected);
  });

  it.each([
    'ACTIVITY_TASK_COMPLETED',
    'MARKER_RECORDED',
    'TIMER_FIRED',
    'WORKFLOW_EXECUTION_CANCEL_REQUESTED',
    'WORKFLOW_EXECUTION_COMPLETED',
    'WORKFLOW_EXECUTION_CONTINUED_AS_NEW',
    'WORKFLOW_PROPERTIES_MODIFIED',
  ])('have an event %s', (kind) => {
    expect(kinds).toContain(`EVENT_TYPE_${kind}`);
  });

  it('do not replay with other commands', async () => {
    const violated = 'DeterminismViolationError';
    // No timer for what waits; another activity.
    expect(await planted(/function setAlarm\(\)\s*\{/g, '$& return;')).toMatchObject({ 'waiting-1': violated });
    const other = await planted(/\{\s*startTriggered\s*\}\s*=/g, '{dispatcherHeartbeat:startTriggered}=');
    expect(other).toMatchObject({ 'events-1': violated, 'continued-2': violated });
  });
});
