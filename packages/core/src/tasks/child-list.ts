import type { FailureRecord } from '../errors/failure.js';
import type { Json } from '../model/json.js';
import type { Strategy, Task } from '../model/task.js';
import { childrenFailure, countChild, progressInfo, settlesEarly, succeeds } from './container-outcome.js';
import type { TaskEvent, TaskScope } from './task-behavior.js';

/** A container whose children stand in the file. */
export interface ChildList {
  readonly tasks: readonly Task[];
  readonly strategy: Strategy;
  /** Children that run at the same time. */
  readonly workers: number;
  /** The first failure leaves the rest unstarted (D-35). */
  readonly stopsAtFailure: boolean;
  readonly metadata: Json;
  readonly metadataName: string;
}

interface ChildListData {
  readonly workers: number;
  readonly total: number;
  readonly next: number;
  readonly active: readonly string[];
  readonly success: number;
  readonly failed: number;
  readonly canceled: number;
  readonly timedOut: number;
  readonly failures: readonly { readonly id: string; readonly failure: FailureRecord }[];
}

export function childRefs(tasks: readonly Task[]): Readonly<Record<string, Task>> {
  return Object.fromEntries(tasks.map((task, index) => [`tasks/${index}`, task]));
}

export function enterChildList(list: ChildList, scope: TaskScope): void {
  const nothing = { next: 0, active: [], success: 0, failed: 0, canceled: 0, timedOut: 0, failures: [] };
  fill(list, scope, { ...nothing, workers: list.workers, total: list.tasks.length });
}

/** How many children run at the same time, as it was when the container was entered. */
export function childListWorkers(scope: TaskScope): number {
  return (scope.data() as unknown as ChildListData).workers;
}

export function childListEvent(list: ChildList, scope: TaskScope, event: TaskEvent): void {
  const data = scope.data() as unknown as ChildListData;
  if (event.kind !== 'child-settled' || !data.active.includes(event.child.key)) return;
  const { key, id, status, error } = event.child;
  const after: ChildListData = {
    ...data,
    active: data.active.filter((open) => open !== key),
    ...countChild(data, status),
    failures: error === undefined ? data.failures : [...data.failures, { id, failure: error }],
  };
  const stopped = list.stopsAtFailure && status !== 'SUCCESS';
  if (!stopped && !settlesEarly(list.strategy, after)) {
    fill(list, scope, after);
    return;
  }
  for (const open of after.active) scope.cancelChild(open);
  finish(list, scope, { ...after, active: [], canceled: after.canceled + after.active.length });
}

function fill(list: ChildList, scope: TaskScope, data: ChildListData): void {
  const free = Math.max(0, list.workers - data.active.length);
  const entering = list.tasks.slice(data.next, data.next + free);
  const active = [...data.active, ...entering.map(({ id }) => `${scope.key}/${id}`)];
  const after = { ...data, next: data.next + entering.length, active };
  scope.setData(after as unknown as Json);
  for (const [offset, task] of entering.entries()) {
    const previous = list.workers === 1 ? list.tasks[data.next + offset - 1] : undefined;
    scope.enterChild({
      ref: `tasks/${data.next + offset}`,
      suffix: `/${task.id}`,
      id: task.id,
      siblings: list.tasks.length,
      ...(previous === undefined ? {} : { previous: `${scope.key}/${previous.id}` }),
    });
  }
  if (active.length === 0 && after.next >= data.total) finish(list, scope, after);
}

function finish(list: ChildList, scope: TaskScope, data: ChildListData): void {
  scope.setData(data as unknown as Json);
  const outputs: Record<string, Json> = {};
  for (const { id } of list.tasks) {
    const child = scope.childOutcome(`${scope.key}/${id}`);
    if (child !== undefined) outputs[id] = child.output;
  }
  const ok = succeeds(list.strategy, data);
  const result = {
    [list.metadataName]: list.metadata,
    progress_info: progressInfo(data, ok ? 'SUCCESS' : 'FAILED'),
    outputs,
  };
  if (ok) scope.succeed(result, { output: outputs });
  else scope.fail(childrenFailure(data, data.failures), 'FAILED', result);
}
