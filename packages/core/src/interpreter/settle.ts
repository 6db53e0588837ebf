import { toFailureRecord, type FailureRecord } from '../errors/failure.js';
import { CompozyError } from '../errors/compozy-error.js';
import type { Json, JsonObject } from '../model/json.js';
import { jsonBytes } from '../model/json-size.js';
import { isTerminal, type Status } from '../model/task.js';
import { INLINE_LIMIT_BYTES } from '../ports/blob-store.js';
import { behaviorOf, taskAt } from '../tasks/behaviors.js';
import type { Draft } from './draft.js';
import { evaluateCommand, storeCommand } from './engine-command.js';
import { evaluateLate } from './evaluate.js';
import { placed } from './failure-place.js';
import { declaredOutputs, detectOutputError } from './output-error.js';
import { closeWait } from './signals.js';

/** Names of the activities that end a task; no behaviour may use them. */
export const OUTPUTS_ACTIVITY = '$outputs';
export const STORE_ACTIVITY = '$store';

/** Ends a task that did its work: error detection (D-22), `outputs` (D-24), then its place in state or blob store. */
export function succeedNode(draft: Draft, key: string, output: Json, extra: JsonObject = {}): void {
  const node = draft.node(key);
  const task = taskAt(draft.plan.tasks, node.ref);
  const { detectsErrorsIn } = behaviorOf(task);
  if (detectsErrorsIn === 'result') {
    const failure = detectOutputError(output, declaredOutputs(draft.plan, task));
    if (failure !== undefined) {
      failNode(draft, key, failure, 'FAILED', output);
      return;
    }
  }
  if (task.outputs === undefined) {
    storeOutput(draft, key, output);
    return;
  }
  const value = evaluateLate(draft, node, task.outputs, { output, ...extra }, '/outputs');
  const schema = detectsErrorsIn === 'outputs' ? task.output : undefined;
  if (value.late === undefined && schema === undefined) {
    outputsEvaluated(draft, key, value.value);
    return;
  }
  const command = evaluateCommand(draft, {
    key: `${key}/transform`,
    taskKey: key,
    value,
    outputSchema: schema,
    seed: `${key}/outputs`,
    summary: `${node.id}: outputs`,
  });
  draft.issue(key, OUTPUTS_ACTIVITY, command);
}

/** The result of `outputs` is known. */
export function outputsEvaluated(draft: Draft, key: string, output: Json): void {
  const task = taskAt(draft.plan.tasks, draft.node(key).ref);
  const detects = behaviorOf(task).detectsErrorsIn === 'outputs';
  const failure = detects ? detectOutputError(output, declaredOutputs(draft.plan, task)) : undefined;
  if (failure === undefined) storeOutput(draft, key, output);
  else failNode(draft, key, failure, 'FAILED', output);
}

function storeOutput(draft: Draft, key: string, output: Json): void {
  if (jsonBytes(output) <= INLINE_LIMIT_BYTES) {
    settleNode(draft, key, 'SUCCESS', { output });
    return;
  }
  draft.issue(key, STORE_ACTIVITY, storeCommand(`${key}/store`, output, `${draft.node(key).id}: store`));
}

export function failNode(
  draft: Draft,
  key: string,
  failure: FailureRecord,
  status: 'FAILED' | 'TIMED_OUT' = 'FAILED',
  output?: Json,
): void {
  withdrawAll(draft, key);
  const error = placed(taskAt(draft.plan.tasks, draft.node(key).ref), failure);
  settleNode(draft, key, status, { error, ...(output === undefined ? {} : { output }) });
}

export function settleNode(
  draft: Draft,
  key: string,
  status: Status,
  result: { readonly output?: Json; readonly error?: FailureRecord },
): void {
  if (isTerminal(draft.node(key).status)) return;
  for (const [deadline, { node }] of Object.entries(draft.deadlines)) if (node === key) draft.clearDeadline(deadline);
  closeWait(draft, key);
  draft.update(key, { status, endedAt: draft.at, ...result });
  draft.work.push({ kind: 'settled', key });
}

/** Cancels a task and everything in it, at once: nobody waits for what was withdrawn. Its container is not told. */
export function cancelNode(draft: Draft, key: string): void {
  const node = draft.nodes[key];
  if (node === undefined || isTerminal(node.status)) {
    // It may still be waiting to be entered.
    dropWork(draft, key);
    return;
  }
  withdrawAll(draft, key);
  for (const [deadline, { node: owner }] of Object.entries(draft.deadlines))
    if (owner === key) draft.clearDeadline(deadline);
  closeWait(draft, key);
  draft.update(key, { status: 'CANCELED', endedAt: draft.at });
}

/** Takes back one activity of a node that goes on. */
export function withdrawActivity(draft: Draft, key: string, name: string): void {
  for (const [activity, issued] of Object.entries(draft.issued))
    if (issued.node === key && issued.name === name) draft.withdraw(activity);
}

/** Takes back what a node and everything under it asked for. */
function withdrawAll(draft: Draft, key: string): void {
  for (const [activity, { node }] of Object.entries(draft.issued)) if (node === key) draft.withdraw(activity);
  for (const child of Object.values(draft.latest[key] ?? {})) cancelNode(draft, child);
  dropWork(draft, key);
}

function dropWork(draft: Draft, key: string): void {
  const keep = (work: (typeof draft.work)[number]) =>
    work.kind === 'deadline'
      ? work.deadline.node !== key
      : work.kind !== 'enter' || (work.parent !== key && work.key !== key);
  const kept = draft.work.filter(keep);
  draft.work.splice(0, draft.work.length, ...kept);
  draft.heldWork = draft.heldWork.filter(keep);
}

/** Runs a piece of a behaviour; a failure of the user's is the task's, anything else is our bug and goes up. */
export function guarded(draft: Draft, key: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!CompozyError.isInstance(error)) throw error;
    const failure = toFailureRecord(error);
    failNode(draft, key, { ...failure, details: { ...failure.details, task: draft.node(key).id } });
  }
}
