import { createSecretMask, runItems, runTool, type RunToolOptions } from '@compozy/activities';
import {
  CompozyError,
  DEFAULT_POLICY,
  isBlobRef,
  toFailureRecord,
  type CollectionTask,
  type FailureRecord,
  type Json,
  type JsonObject,
  type Plan,
  type Task,
  type ToolRunner,
} from '@compozy/core';
import { createMemoryBlobStore, inlineOrBlob, loadJson, storeJson } from '@compozy/core/blobs';
import { start, toRunView, transition, type RunActivityCommand, type RunEvent } from '@compozy/core/interpreter';
import { assembleOutputs, expandItems, renderLate } from '@compozy/core/late';
import { createSchemaValidator } from '@compozy/core/schema';

const position = { file: 'workflow.yaml', line: 1, column: 1 };
const policy = { ...DEFAULT_POLICY, retry: { ...DEFAULT_POLICY.retry, initialIntervalMs: 1, maximumIntervalMs: 1 } };

/** Fields of every task that a test need not say. */
export const taskBase = { position, policy, maxIterations: 10 };

export interface CollectionRun {
  readonly output: JsonObject;
  readonly outputs: JsonObject;
  readonly failed: JsonObject;
  readonly status: string;
  readonly error: JsonObject | null;
  readonly activities: readonly string[];
}

export function toolOptions(tools: ToolRunner, secrets: Readonly<Record<string, string>> = {}): RunToolOptions {
  const mask = createSecretMask(secrets);
  return {
    tools,
    blobs: createMemoryBlobStore(),
    validator: createSchemaValidator(),
    secrets: () => secrets,
    mask: () => mask,
    toolTimeoutMs: 5_000,
  };
}

export function collectionPlan(
  child: Partial<Task> & Pick<Task, 'id' | 'type'>,
  patch: Partial<CollectionTask>,
  tool: Plan['tools'][string] = { id: 'tool' },
): Plan {
  const task = {
    ...taskBase,
    id: 'all',
    type: 'collection',
    items: '1..1200',
    mode: 'parallel',
    batchSize: 0,
    maxWorkers: 20,
    strategy: 'best_effort',
    ...patch,
    task: { ...taskBase, ...child } as Task,
  } as CollectionTask;
  return {
    semantics: 1,
    project: { name: 'p' },
    workflow: { id: 'w' },
    file: 'workflow.yaml',
    tasks: [task],
    inListOrder: true,
    env: { TOKEN: '{{ .env.TOKEN }}' },
    publicEnv: {},
    tools: { [tool.id]: tool },
    triggers: [],
  };
}

/** Runs a workflow of one collection by the machine and the activities themselves, without a server between them. */
export async function runCollection(plan: Plan, options: RunToolOptions, input: Json = {}): Promise<CollectionRun> {
  const { blobs } = options;
  let at = 1_000;
  let step = start(
    { execId: 'e', workflowId: 'w', project: 'p', at, seed: 's', input, trigger: { type: 'api' } },
    plan,
  );
  const open: RunActivityCommand[] = [];
  const activities: string[] = [];
  while (!step.state.ended) {
    for (const command of step.commands) {
      if (command.kind === 'run-activity') open.push(command);
      const taken = command.kind === 'cancel' ? open.findIndex(({ key }) => key === command.key) : -1;
      if (taken !== -1) open.splice(taken, 1);
    }
    const command = open.shift()!;
    activities.push(command.activity);
    const event = await perform(command, options).then(
      (result) => ({ kind: 'activity-completed', result, attempts: 1 }) as const,
      (error: unknown) => ({ kind: 'activity-failed', failure: toFailureRecord(error), attempts: 1 }) as const,
    );
    step = transition(plan, step.state, { ...event, key: command.key, at: (at += 1) } as RunEvent);
  }
  const view = toRunView(plan, step.state);
  const output = (view.tasks['all']!.output ?? {}) as JsonObject;
  const given = output['outputs'] ?? {};
  const outputs = (isBlobRef(given) ? await loadJson(blobs, given) : given) as JsonObject;
  const failed: Record<string, Json> = {};
  for (const [key, { parent, status, error, output: of, task_id: id }] of Object.entries(view.tasks))
    if (parent === 'all' && status !== 'SUCCESS') failed[key] = { status, error: withoutStack(error), output: of, id };
  return { output, outputs, failed, status: view.status, error: view.error, activities };
}

/** Stacks show our own frames too, which differ. */
function withoutStack(error: JsonObject | null): JsonObject | null {
  if (error === null) return null;
  const { stack: _stack, ...details } = (error['details'] ?? {}) as JsonObject;
  return { ...error, details };
}

async function perform(command: RunActivityCommand, options: RunToolOptions): Promise<Json> {
  const { blobs, secrets } = options;
  const signal = new AbortController().signal;
  switch (command.activity) {
    case 'runTool': {
      // As Temporal repeats it.
      for (let attempt = 1; ; attempt += 1) {
        try {
          return (await runTool(command.input, { signal, attempt }, options)).output as Json;
        } catch (error) {
          if (!CompozyError.isInstance(error)) throw error;
          const mayRetry = error.retryable && error.details['retryable'] !== false;
          if (!mayRetry || attempt >= command.policy.retry.maximumAttempts) throw masked(error, options);
        }
      }
    }
    case 'runItems':
      return (await runItems(
        command.input,
        { signal, noted: undefined, note: () => undefined },
        options,
      )) as unknown as Json;
    case 'evaluateTemplates': {
      const { value, at, seed } = command.input;
      const rendered = await renderLate(value, { blobs, env: secrets(), at, seed });
      return (await inlineOrBlob(blobs, options.mask().json(rendered))) as Json;
    }
    case 'expandItems': {
      const { at, seed } = command.input;
      return (await expandItems(command.input, { blobs, env: {}, at, seed })) as unknown as Json;
    }
    case 'storeValue':
      return (await storeJson(blobs, command.input.value)) as unknown as Json;
    case 'assembleOutputs':
      return (await assembleOutputs(command.input, blobs)) as unknown as Json;
    default:
      throw new Error(`these tests do not run "${command.activity}"`);
  }
}

function masked(error: CompozyError, { mask }: RunToolOptions): CompozyError {
  const record: FailureRecord = mask().failure(toFailureRecord(error));
  return new CompozyError(error.code, record.message, { details: record.details ?? {} });
}
