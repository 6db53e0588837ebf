import { CompozyError } from '../errors/compozy-error.js';
import { toFailureRecord, type FailureRecord } from '../errors/failure.js';
import { isJsonObject, type Json, type JsonObject } from '../model/json.js';
import { jsonBytes } from '../model/json-size.js';
import { isTerminal, type Task, type Transition } from '../model/task.js';
import { INLINE_LIMIT_BYTES } from '../ports/blob-store.js';
import { taskAt } from '../tasks/behaviors.js';
import type { LateValue } from '../protocol/late-value.js';
import type { Draft } from './draft.js';
import { evaluateCommand, storeCommand } from './engine-command.js';
import { evaluateLate } from './evaluate.js';
import { placed, placedInRun } from './failure-place.js';
import type { NextTask, TaskNode } from './state.js';
import { toPlain } from './template-context.js';

/** Activities of the run itself, which no task owns. */
export const RUN_OUTPUTS = 'run/outputs';
export const RUN_STORE = 'run/store';

/** The order of top-level tasks (D-21) and the end of the run (D-24). */
export function enterTopLevel(draft: Draft, { id, given }: NextTask): void {
  const index = draft.plan.tasks.findIndex((task) => task.id === id);
  if (index === -1) {
    const ids = draft.plan.tasks.map((task) => `"${task.id}"`).join(', ');
    throw new CompozyError('Config.UnknownTask', `There is no task "${id}"; the workflow has ${ids}`, {
      details: { id },
    });
  }
  const passes = (draft.passes[id] ?? 0) + 1;
  const { maxIterations } = draft.plan.tasks[index]!;
  if (passes > maxIterations) {
    throw new CompozyError('Task.TooManyIterations', `Task "${id}" was reached more than ${maxIterations} times`, {
      details: { id, max_iterations: maxIterations },
    });
  }
  draft.passes[id] = passes;
  const { lastTask } = draft.fields;
  draft.work.push({
    kind: 'enter',
    ref: String(index),
    key: passes === 1 ? `root/${id}` : `root/${id}#${passes}`,
    id,
    parent: null,
    iteration: passes,
    siblings: 1,
    ...(given === undefined ? {} : { given }),
    ...(lastTask === undefined ? {} : { previous: lastTask }),
  });
}

export function topLevelSettled(draft: Draft, node: TaskNode): void {
  draft.fields.lastTask = node.key;
  const task = taskAt(draft.plan.tasks, node.ref);
  try {
    const next = nextAfter(draft, node, task);
    const isAlone = draft.context.single !== undefined;
    if (isAlone && next !== undefined) draft.fields.next = next;
    if (next !== undefined && !isAlone) enterTopLevel(draft, next);
    else if (node.status === 'SUCCESS') finishRun(draft);
    else failRun(draft, runFailure(node));
  } catch (error) {
    if (!CompozyError.isInstance(error)) throw error;
    failRun(draft, placed(task, toFailureRecord(error)));
  }
}

/** `undefined` where the run ends. */
function nextAfter(draft: Draft, node: TaskNode, task: Task): NextTask | undefined {
  if (node.goesTo?.status === node.status && task.final !== true) return { id: node.goesTo.id };
  if (node.status !== 'SUCCESS')
    return task.onError?.next === undefined ? undefined : follow(draft, node, task.onError);
  if (task.final === true) return undefined;
  if (task.onSuccess?.next !== undefined) return follow(draft, node, task.onSuccess);
  const following = draft.plan.inListOrder ? draft.plan.tasks[Number(node.ref) + 1] : undefined;
  return following === undefined ? undefined : { id: following.id };
}

function follow(draft: Draft, node: TaskNode, transition: Transition): NextTask {
  const output = { output: node.output ?? null, ...(node.error === undefined ? {} : { error: errorOf(node) }) };
  const field = node.status === 'SUCCESS' ? '/on_success' : '/on_error';
  const next = evaluateLate(draft, node, transition.next ?? '', output, `${field}/next`);
  const given = evaluateLate(draft, node, transition.with ?? {}, output, `${field}/with`);
  if (next.late !== undefined || typeof next.value !== 'string') {
    throw new CompozyError(
      'Config.UnknownTask',
      `"next" of task "${node.id}" gives no task id: ${JSON.stringify(next.value)}`,
    );
  }
  if (given.late !== undefined) {
    throw new CompozyError(
      'Template.BadArgument',
      `"with" after task "${node.id}" reads inside a value in the blob store; pass the whole value on, and read it in the next task`,
      { details: { task: node.id, pointers: [...given.late] } },
    );
  }
  return { id: next.value, given: isJsonObject(given.value) ? given.value : {} };
}

/** `undefined` after failing the run. */
function evaluateRunOutputs(draft: Draft): LateValue | undefined {
  const { plan } = draft;
  if (plan.direct !== undefined) return { value: draft.node(draft.fields.lastTask!).output ?? null };
  if (plan.outputs === undefined) return { value: defaultOutputs(draft) };
  try {
    return evaluateLate(draft, undefined, plan.outputs, undefined, '/outputs');
  } catch (error) {
    if (!CompozyError.isInstance(error)) throw error;
    failRun(draft, placedInRun(plan, toFailureRecord(error)));
    return undefined;
  }
}

function finishRun(draft: Draft): void {
  const value = evaluateRunOutputs(draft);
  if (value === undefined) return;
  if (value.late === undefined) {
    storeRunOutput(draft, value.value);
    return;
  }
  const command = evaluateCommand(draft, {
    key: RUN_OUTPUTS,
    taskKey: 'run',
    value,
    seed: 'outputs',
    summary: 'outputs of the workflow',
  });
  draft.issue(null, RUN_OUTPUTS, command);
}

export function storeRunOutput(draft: Draft, output: Json): void {
  if (jsonBytes(output) <= INLINE_LIMIT_BYTES) {
    completeRun(draft, output);
    return;
  }
  draft.issue(null, RUN_STORE, storeCommand(RUN_STORE, output, 'output of the workflow'));
}

export function completeRun(draft: Draft, output: Json): void {
  end(draft, { status: 'SUCCESS', output });
  draft.commands.push({ kind: 'complete-run', output });
}

export function failRun(draft: Draft, failure: FailureRecord, timedOut = false): void {
  if (draft.fields.ended) return;
  abandon(draft);
  end(draft, { status: timedOut ? 'TIMED_OUT' : 'FAILED', failure });
  draft.commands.push({ kind: 'fail-run', failure, ...(timedOut ? { timedOut: true as const } : {}) });
}

export function cancelRun(draft: Draft): void {
  abandon(draft);
  end(draft, { status: 'CANCELED' });
  draft.commands.push({ kind: 'cancel-run' });
}

/** I7: nothing stays open behind a run that ends. */
function abandon(draft: Draft): void {
  for (const key of Object.keys(draft.issued)) draft.withdraw(key);
  for (const key of Object.keys(draft.deadlines)) draft.clearDeadline(key);
  for (const node of Object.values(draft.nodes)) {
    if (!isTerminal(node.status)) draft.update(node.key, { status: 'CANCELED', endedAt: draft.at });
  }
  draft.fields.signals = { ...draft.fields.signals, held: [], waits: {} };
  draft.work.length = 0;
  draft.heldWork = [];
}

function end(draft: Draft, result: Pick<Partial<Draft['fields']>, 'status' | 'output' | 'failure'>): void {
  Object.assign(draft.fields, result, { ended: true, paused: false, draining: false });
}

function runFailure(node: TaskNode): FailureRecord {
  const failure = node.error ?? {
    code: 'Task.Failed',
    message: `Task "${node.id}" ended ${node.status}`,
    retryable: false,
  };
  return { ...failure, details: { ...failure.details, task: node.id, task_path: node.key.replace(/^root\//, '') } };
}

function errorOf(node: TaskNode): JsonObject {
  return { code: node.error!.code, message: node.error!.message };
}

/** D-24: `{<taskId>: {output}}` for the tasks at the top level that ran. */
function defaultOutputs(draft: Draft): Json {
  const outputs: Record<string, Json> = {};
  for (const [id, key] of Object.entries(draft.latest[''] ?? {}))
    outputs[id] = { output: draft.node(key).output ?? null };
  return toPlain(outputs);
}
