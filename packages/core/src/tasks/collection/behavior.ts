import { CompozyError } from '../../errors/compozy-error.js';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import { jsonBytes } from '../../model/json-size.js';
import { LOCAL_POLICY } from '../../model/policy.js';
import { isTerminal, type CollectionTask } from '../../model/task.js';
import { isBlobRef, type BlobRef } from '../../ports/blob-store.js';
import type { ItemManifest, ItemsResult } from '../../protocol/activities.js';
import { childrenFailure, countChild, progressInfo, settlesEarly, succeeds } from '../container-outcome.js';
import type { ChildOutcome, TaskBehavior, TaskScope } from '../task-behavior.js';
import { wholeNumber } from '../whole-number.js';
import { batchEnded, issueBatches, openBatches, runsInBatches, withdrawBatches, workStored } from './batches.js';
import {
  childCount,
  childId,
  childLocals,
  childValue,
  duplicateChild,
  ID_FIELD,
  itemLocals,
  keptItems,
} from './item-source.js';
import { isKept, isRange, listOf, toItems } from './items.js';
import { BUFFERED_BYTES, BUFFERED_OUTPUTS, KEPT_FAILURES, LARGE_COLLECTION } from './state.js';
import type { CollectionData } from './state.js';

/**
 * D-33. Items come from the state, from a range, or from a manifest in the blob store. Children run in a window; plain
 * ones of a large collection run in batches, each an activity.
 */
export const collection: TaskBehavior<CollectionTask> = {
  detectsErrorsIn: 'nothing',
  executionType: 'collection',
  timeoutKeptBy: 'machine',
  runsSideBySide: ({ mode }) => mode === 'parallel',
  children: (task) => ({ task: task.task }),

  enter(task, scope) {
    const batchSize = wholeNumber(scope, task.batchSize, 'batch_size', 0);
    const workers = task.mode === 'sequential' ? 1 : wholeNumber(scope, task.maxWorkers, 'max_workers', 1);
    const base: CollectionData = { ...NOTHING_DONE, batchSize, workers };
    const items =
      task.items === undefined
        ? { value: previousList(scope) }
        : scope.evaluateLate(task.items, withKeys(scope), '/items');
    if (items.late !== undefined || isBlobRef(items.value)) {
      expandInActivity(task, scope, base, items);
      return;
    }
    const list = toItems(items.value);
    if (isRange(list) && task.filter === undefined) {
      run(task, scope, { ...base, source: { kind: 'range', ...list }, itemCount: list.count });
      return;
    }
    const itemCount = isRange(list) ? list.count : list.length;
    if (task.filter !== undefined && itemCount > LARGE_COLLECTION) {
      expandInActivity(task, scope, base, items);
      return;
    }
    const all = listOf(list);
    const kept = task.filter === undefined ? all : all.filter((item, index) => keeps(task, scope, item, index));
    run(task, scope, { ...base, source: { kind: 'inline', items: kept }, itemCount });
  },

  on(task, scope, event) {
    const data = scope.data() as unknown as CollectionData;
    if (event.kind === 'child-settled') childSettled(task, scope, data, event.child);
    else if (event.kind === 'activity-failed') scope.fail(event.failure);
    else if (event.kind === 'activity-completed' && event.name === 'items') {
      const manifest = event.result as unknown as ItemManifest;
      run(task, scope, { ...data, source: { kind: 'manifest', ...manifest }, itemCount: manifest.itemCount });
    } else if (event.kind === 'activity-completed' && event.name === 'outputs') {
      finish(scope, task, data, event.result);
    } else if (event.kind === 'activity-completed' && event.name === 'work') {
      save(scope, workStored(data, event.result as unknown as BlobRef));
      scope.unlessPaused(NEXT_BATCHES);
    } else if (event.kind === 'activity-completed' && event.name.startsWith('batch-')) {
      batchSettled(task, scope, batchEnded(scope, data, event.name, event.result as unknown as ItemsResult));
    } else if (event.kind === 'deadline-reached') {
      if (data.phase === 'running') save(scope, issueBatches(task, scope, data));
    } else if (event.kind === 'activity-completed') {
      const at = Number(event.name.slice('outputs-'.length));
      const chunks = data.chunks.map((chunk, index) => (index === at ? (event.result as unknown as BlobRef) : chunk));
      save(scope, { ...data, chunks });
      assembleWhenStored(scope, task, { ...data, chunks });
    }
  },
};

/** Asks for more batches; a paused run starts none. */
const NEXT_BATCHES = 'batches';

const NOTHING_DONE: Omit<CollectionData, 'batchSize' | 'workers'> = {
  phase: 'expanding',
  itemCount: 0,
  total: 0,
  next: 0,
  active: [],
  success: 0,
  failed: 0,
  canceled: 0,
  timedOut: 0,
  failures: [],
  buffer: [],
  bufferBytes: 0,
  chunks: [],
};

function run(task: CollectionTask, scope: TaskScope, data: CollectionData): void {
  const total = childCount(data.source!, data.batchSize);
  if (total > LARGE_COLLECTION && runsInBatches(task.task, scope.plan)) {
    save(scope, openBatches(task, task.task, scope, { ...data, phase: 'running', total }));
    return;
  }
  const ids = total > LARGE_COLLECTION ? undefined : childIds(task, scope, data, total);
  fill(task, scope, { ...data, phase: 'running', total, ...(ids === undefined ? {} : { ids }) });
}

/** Starts children until the window is full; ends the task when there is nothing left to do. */
function fill(task: CollectionTask, scope: TaskScope, data: CollectionData): void {
  let { next } = data;
  const active = [...data.active];
  const key = (index: number) => `${scope.key}[${index}]`;
  const first = next;
  while (next < data.total && active.length < data.workers) {
    active.push(key(next));
    next += 1;
  }
  save(scope, { ...data, next, active });
  for (let index = first; index < next; index += 1) {
    const locals = localsOf(task, data, index);
    scope.enterChild({
      ref: 'task',
      suffix: `[${index}]`,
      id: data.ids?.[index] ?? idOf(task, scope, locals, index),
      locals,
      given: locals,
      siblings: data.total,
    });
  }
  if (active.length === 0 && next >= data.total) complete(task, scope, { ...data, next, active });
}

function childSettled(task: CollectionTask, scope: TaskScope, data: CollectionData, child: ChildOutcome): void {
  // A child that was cancelled because the task is over has nothing left to say.
  if (data.phase !== 'running' || !data.active.includes(child.key)) return;
  const index = Number(child.key.slice(child.key.lastIndexOf('[') + 1, -1));
  const active = data.active.filter((key) => key !== child.key);
  const failed = child.status === 'FAILED' || child.status === 'TIMED_OUT';
  let after: CollectionData = {
    ...data,
    active,
    ...countChild(data, child.status),
    failures:
      failed && child.error !== undefined && data.failures.length < KEPT_FAILURES
        ? [...data.failures, { index, id: child.id, failure: child.error }]
        : data.failures,
  };
  if (data.ids === undefined) {
    if (child.status === 'SUCCESS') after = buffered(scope, after, index, child);
    if (!failed || data.failures.length >= KEPT_FAILURES) scope.forgetChild(child.key);
  }
  save(scope, after);
  if (settlesEarly(task.strategy, after)) {
    for (const key of active) scope.cancelChild(key);
    complete(task, scope, { ...after, active: [], canceled: after.canceled + active.length });
    return;
  }
  fill(task, scope, after);
}

function batchSettled(task: CollectionTask, scope: TaskScope, data: CollectionData): void {
  save(scope, data);
  if (settlesEarly(task.strategy, data)) complete(task, scope, withdrawBatches(scope, data));
  else if (data.next < data.total) scope.unlessPaused(NEXT_BATCHES);
  else if (data.active.length === 0) complete(task, scope, data);
}

function buffered(scope: TaskScope, data: CollectionData, index: number, child: ChildOutcome): CollectionData {
  const buffer = [...data.buffer, [index, child.id, child.output] as const];
  const bufferBytes = data.bufferBytes + child.id.length + jsonBytes(child.output);
  const after = { ...data, buffer, bufferBytes };
  return buffer.length >= BUFFERED_OUTPUTS || bufferBytes >= BUFFERED_BYTES ? storeBuffer(scope, after) : after;
}

function storeBuffer(scope: TaskScope, data: CollectionData): CollectionData {
  const value = data.buffer as unknown as Json;
  scope.runActivity(
    `outputs-${data.chunks.length}`,
    'storeValue',
    { value },
    { policy: LOCAL_POLICY, summary: 'outputs' },
  );
  return { ...data, buffer: [], bufferBytes: 0, chunks: [...data.chunks, null] };
}

function complete(task: CollectionTask, scope: TaskScope, data: CollectionData): void {
  if (data.ids !== undefined) {
    const outputs: Record<string, Json> = {};
    for (const [index, id] of data.ids.entries()) {
      const child = scope.childOutcome(`${scope.key}[${index}]`);
      if (child !== undefined && isTerminal(child.status)) outputs[id] = child.output;
    }
    finish(scope, task, data, outputs);
    return;
  }
  const storing: CollectionData = { ...(data.buffer.length === 0 ? data : storeBuffer(scope, data)), phase: 'storing' };
  save(scope, storing);
  assembleWhenStored(scope, task, storing);
}

function assembleWhenStored(scope: TaskScope, task: CollectionTask, data: CollectionData): void {
  if (data.phase !== 'storing' || data.chunks.includes(null)) return;
  save(scope, { ...data, phase: 'assembling' });
  scope.runActivity(
    'outputs',
    'assembleOutputs',
    { origin: scope.origin, chunks: data.chunks as readonly BlobRef[] },
    { policy: task.policy, summary: `${task.id}: outputs` },
  );
}

function finish(scope: TaskScope, task: CollectionTask, data: CollectionData, outputs: Json): void {
  const ok = succeeds(task.strategy, data);
  const result: JsonObject = {
    collection_metadata: {
      item_count: data.itemCount,
      skipped_count: Math.max(0, data.itemCount - (data.source === undefined ? 0 : keptItems(data.source))),
      child_count: data.total,
    },
    progress_info: progressInfo(data, ok ? 'SUCCESS' : 'FAILED'),
    outputs,
  };
  if (ok) scope.succeed(result, { output: outputs });
  else scope.fail(childrenFailure(data, data.failures), 'FAILED', result);
}

function expandInActivity(
  task: CollectionTask,
  scope: TaskScope,
  data: CollectionData,
  items: ReturnType<TaskScope['evaluateLate']>,
): void {
  save(scope, data);
  scope.runActivity(
    'items',
    'expandItems',
    {
      origin: scope.origin,
      items,
      ...(task.filter === undefined
        ? {}
        : { filter: task.filter, filterContext: { ...scope.contextFor(task.filter), ...withKeys(scope) } }),
      ...(task.itemVar === undefined ? {} : { itemVar: task.itemVar }),
      ...(task.indexVar === undefined ? {} : { indexVar: task.indexVar }),
      batchSize: data.batchSize,
      at: scope.at,
      seed: scope.seed,
    },
    { policy: task.policy, summary: `${task.id}: items` },
  );
}

function keeps(task: CollectionTask, scope: TaskScope, item: Json, index: number): boolean {
  return isKept(scope.evaluate(task.filter!, { ...withKeys(scope), ...itemLocals(task, item, index) }, '/filter'));
}

function childIds(task: CollectionTask, scope: TaskScope, data: CollectionData, total: number): readonly string[] {
  const ids: string[] = [];
  const seen = new Map<string, number>();
  for (let index = 0; index < total; index += 1) {
    const id = idOf(task, scope, localsOf(task, data, index), index);
    const first = seen.get(id);
    if (first !== undefined) throw duplicateChild(id, first, index);
    seen.set(id, index);
    ids.push(id);
  }
  return ids;
}

function idOf(task: CollectionTask, scope: TaskScope, locals: JsonObject, index: number): string {
  return childId(task.task.id, index, (id) => scope.evaluate(id, { ...withKeys(scope), ...locals }, ID_FIELD));
}

function localsOf(task: CollectionTask, data: CollectionData, index: number): JsonObject {
  const { batchSize } = data;
  const value = childValue({ source: data.source!, batchSize, offset: 0 }, index);
  return childLocals(task, batchSize, value, index);
}

/** D-32: the output of the task before, if that is a list, or the only list in it. */
function previousList(scope: TaskScope): Json {
  const output = scope.previousOutput();
  if (Array.isArray(output) || isBlobRef(output)) return output as Json;
  const lists = isJsonObject(output) ? Object.values(output).filter((value) => Array.isArray(value)) : [];
  if (lists.length === 1) return lists[0]!;
  throw new CompozyError(
    'Task.BadItems',
    'There are no items: give `with.items`, or put a task before this one whose output is a list or holds exactly one',
    { details: { lists: lists.length } },
  );
}

function withKeys(scope: TaskScope): JsonObject {
  return isJsonObject(scope.input) ? scope.input : {};
}

function save(scope: TaskScope, data: CollectionData): void {
  scope.setData(data as unknown as Json);
}
