import type { Json, JsonObject } from '../model/json.js';
import { isJsonObject } from '../model/json.js';
import { pointerTokens } from '../model/json-pointer.js';
import { behaviorOf, taskAt } from '../tasks/behaviors.js';
import type { Draft } from './draft.js';
import { evaluateLate } from './evaluate.js';
import { createScope } from './scope.js';
import { guarded } from './settle.js';
import type { TaskNode, Work } from './state.js';

export const SLEEP_DEADLINE = '$sleep';
export const TIMEOUT_DEADLINE = '$timeout';

/** Makes the node of a task and starts it, after its `sleep`. */
export function enter(draft: Draft, work: Extract<Work, { kind: 'enter' }>): void {
  const { kind: _kind, ...fields } = work;
  const task = taskAt(draft.plan.tasks, work.ref);
  const node: TaskNode = { ...fields, status: 'PENDING', input: null, attempts: 0, startedAt: draft.at };
  draft.nodes[work.key] = node;
  if (work.iteration === 1) draft.setLatest(work.parent ?? '', work.id, work.key);
  if (work.parent === null && work.iteration > 2) draft.forget(passKey(work.id, work.iteration - 2));
  const isFirst = work.parent === null && work.previous === undefined;
  if (task.sleepMs !== undefined && task.sleepMs > 0 && !isFirst) {
    draft.setDeadline(`${work.key}/sleep`, { node: work.key, name: SLEEP_DEADLINE, at: draft.at + task.sleepMs });
    return;
  }
  begin(draft, work.key);
}

export function begin(draft: Draft, key: string): void {
  const node = draft.node(key);
  const task = taskAt(draft.plan.tasks, node.ref);
  guarded(draft, key, () => {
    const { value, late } = evaluateLate(draft, node, task.with ?? {}, undefined, '/with');
    const given = node.given ?? {};
    const left = late?.filter((pointer) => !overlaid(pointer, given));
    draft.update(key, {
      status: 'RUNNING',
      input: overlay(value, given),
      ...(left === undefined || left.length === 0 ? {} : { late: left }),
    });
    if (task.timeoutMs !== undefined && behaviorOf(task).timeoutKeptBy === 'machine') {
      draft.setDeadline(`${key}/timeout`, { node: key, name: TIMEOUT_DEADLINE, at: draft.at + task.timeoutMs });
    }
    behaviorOf(task).enter(task, createScope(draft, key));
  });
  // D-21: what a later pass starts from may be what the pass before it gave.
  if (node.iteration > 1) draft.setLatest(node.parent ?? '', node.id, key);
}

function passKey(id: string, pass: number): string {
  return pass === 1 ? `root/${id}` : `root/${id}#${pass}`;
}

function overlay(value: Json, given: JsonObject): Json {
  return isJsonObject(value) ? { ...value, ...given } : value;
}

function overlaid(pointer: string, given: JsonObject): boolean {
  const [name] = pointerTokens(pointer);
  return name !== undefined && Object.hasOwn(given, name);
}
