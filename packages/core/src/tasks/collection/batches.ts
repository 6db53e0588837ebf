import { isJsonObject, type Json } from '../../model/json.js';
import type { ActivityPolicy } from '../../model/policy.js';
import { LOCAL_POLICY } from '../../model/policy.js';
import type { AggregateTask, BasicTask, CollectionTask, Task } from '../../model/task.js';
import type { Plan } from '../../model/plan.js';
import type { ItemsResult, ItemWork } from '../../protocol/activities.js';
import type { BlobRef } from '../../ports/blob-store.js';
import type { TaskScope } from '../task-behavior.js';
import { findTemplates } from './find-templates.js';
import { partOf } from './item-source.js';
import { KEPT_FAILURES, type BatchSettings, type CollectionData } from './state.js';

/** Few enough batches for one history, few enough children for one activity. */
const AIMED_BATCHES = 400;
const FEWEST_CHILDREN = 100;
const MOST_CHILDREN = 2_500;
/** Children of one batch that run at the same time. */
const MOST_AT_ONCE = 10;
/** A larger output of a child is a blob of its own. */
const ITEM_INLINE_BYTES = 4_096;

/** Limits hold for each child inside, and heartbeats guard the whole; many attempts, because each goes on where the last one stood. */
const BATCH_POLICY: ActivityPolicy = {
  startToCloseMs: 30 * 24 * 3_600_000,
  retry: { ...LOCAL_POLICY.retry, maximumAttempts: 100, initialIntervalMs: 1_000, maximumIntervalMs: 60_000 },
};

/**
 * Whether an activity can do for a child all that the machine would do. A call that may not be made twice runs alone:
 * only the history knows for sure that it was begun.
 */
export function runsInBatches(child: Task, plan: Plan): child is BasicTask | AggregateTask {
  if (child.sleepMs !== undefined && child.sleepMs > 0) return false;
  if (child.type === 'aggregate') return child.timeoutMs === undefined;
  if (child.type !== 'basic') return false;
  const tool = plan.tools[child.tool];
  return tool !== undefined && tool.idempotent !== false;
}

/** Puts what all batches need into the blob store, once. */
export function openBatches(
  task: CollectionTask,
  child: BasicTask | AggregateTask,
  scope: TaskScope,
  data: CollectionData,
): CollectionData {
  const parallel = Math.ceil(data.workers / MOST_AT_ONCE);
  const aimed = Math.ceil(data.total / AIMED_BATCHES);
  const batches: BatchSettings = {
    size: Math.min(MOST_CHILDREN, Math.max(FEWEST_CHILDREN, aimed)),
    parallel,
    concurrency: Math.floor(data.workers / parallel),
  };
  const value = itemWork(task, child, scope) as unknown as Json;
  scope.runActivity('work', 'storeValue', { value }, { policy: LOCAL_POLICY, summary: `${task.id}: work` });
  return { ...data, batches };
}

export function workStored(data: CollectionData, work: BlobRef): CollectionData {
  return { ...data, batches: { ...data.batches!, work } };
}

/** Starts batches until as many run as may. */
export function issueBatches(task: CollectionTask, scope: TaskScope, data: CollectionData): CollectionData {
  const { size, parallel, concurrency, work } = data.batches!;
  if (work === undefined) return data;
  const active = [...data.active];
  let { next } = data;
  while (next < data.total && active.length < parallel) {
    const [from, to] = [next, Math.min(data.total, next + size)];
    const name = `batch-${from / size}`;
    scope.runActivity(
      name,
      'runItems',
      {
        origin: scope.origin,
        work,
        from,
        to,
        part: partOf(data.source!, data.batchSize, from, to),
        concurrency,
        keptFailures: KEPT_FAILURES - data.failures.length,
        inlineLimitBytes: ITEM_INLINE_BYTES,
        at: scope.at,
        seed: scope.seed,
      },
      { policy: BATCH_POLICY, summary: `${task.id}: children ${from} to ${to - 1}` },
    );
    active.push(name);
    next = to;
  }
  return { ...data, active, next };
}

export function batchEnded(scope: TaskScope, data: CollectionData, name: string, result: ItemsResult): CollectionData {
  const failures = result.failures.slice(0, KEPT_FAILURES - data.failures.length);
  for (const { index, id, status, failure, attempts, output } of failures) {
    const given = output === undefined ? {} : { output: output as Json };
    scope.recordChild({ ref: 'task', suffix: `[${index}]`, id, status, attempts, error: failure, ...given });
  }
  return {
    ...data,
    active: data.active.filter((open) => open !== name),
    success: data.success + result.success,
    failed: data.failed + result.failed,
    timedOut: data.timedOut + result.timedOut,
    canceled: data.canceled + result.canceled,
    failures: [...data.failures, ...failures.map(({ index, id, failure }) => ({ index, id, failure }))],
    chunks: [...data.chunks, result.outputs],
  };
}

/** The other batches are of no use any more; their children count as cancelled. */
export function withdrawBatches(scope: TaskScope, data: CollectionData): CollectionData {
  const { size } = data.batches!;
  let { canceled } = data;
  for (const name of data.active) {
    scope.withdrawActivity(name);
    const from = Number(name.slice('batch-'.length)) * size;
    canceled += Math.min(data.total, from + size) - from;
  }
  return { ...data, active: [], canceled };
}

function itemWork(task: CollectionTask, child: BasicTask | AggregateTask, scope: TaskScope): ItemWork {
  const tool = child.type === 'basic' ? scope.plan.tools[child.tool] : undefined;
  const env = tool === undefined ? {} : { ...scope.plan.env, ...child.env, ...tool.env };
  const templates = findTemplates([child.with ?? {}, env, child.outputs ?? null]);
  const { itemVar, indexVar, strategy, mode } = task;
  return {
    task: child,
    ...(tool === undefined ? {} : { tool }),
    env,
    context: scope.childContext('task', [...templates.values()]),
    idContext: { ...scope.contextFor(child.id), ...(isJsonObject(scope.input) ? scope.input : {}) },
    ...(itemVar === undefined ? {} : { itemVar }),
    ...(indexVar === undefined ? {} : { indexVar }),
    strategy,
    inOrder: mode === 'sequential',
  };
}
