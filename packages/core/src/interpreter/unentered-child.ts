import type { JsonObject } from '../model/json.js';
import { taskAt } from '../tasks/behaviors.js';
import type { RecordedChild } from '../tasks/task-behavior.js';
import type { Draft } from './draft.js';
import { contextFor } from './evaluate.js';
import { placed } from './failure-place.js';
import type { TaskNode } from './state.js';

/** What the template context of a task says of the task itself. */
const OWN_NAMES: ReadonlySet<string> = new Set(['task', 'input', 'with', 'output', 'children']);

/** What the templates of a child refer to that an activity runs: all but what belongs to the child alone. */
export function childContext(draft: Draft, parent: string, ref: string, templates: readonly string[]): JsonObject {
  const inherited = localNames(draft, parent);
  const context = contextFor(draft, unentered(draft, parent, ref), templates);
  return Object.fromEntries(Object.entries(context).filter(([name]) => !OWN_NAMES.has(name) || inherited.has(name)));
}

/** Puts a child that an activity ran into the state, settled. */
export function recordChild(draft: Draft, parent: string, { ref, suffix, error, ...outcome }: RecordedChild): void {
  const child = unentered(draft, parent, ref);
  const key = `${parent}${suffix}`;
  const failure = error === undefined ? {} : { error: placed(taskAt(draft.plan.tasks, child.ref), error) };
  draft.nodes[key] = { ...child, ...outcome, ...failure, key, endedAt: draft.at };
  draft.setLatest(parent, outcome.id, key);
}

function unentered(draft: Draft, parent: string, ref: string): TaskNode {
  return {
    key: `${parent}/`,
    ref: `${draft.node(parent).ref}/${ref}`,
    id: '',
    siblings: 1,
    parent,
    status: 'RUNNING',
    iteration: 1,
    input: null,
    attempts: 0,
    startedAt: draft.at,
  };
}

function localNames(draft: Draft, key: string): ReadonlySet<string> {
  const { locals, parent } = draft.node(key);
  const above = parent === null ? [] : localNames(draft, parent);
  return new Set([...above, ...Object.keys(locals ?? {})]);
}
