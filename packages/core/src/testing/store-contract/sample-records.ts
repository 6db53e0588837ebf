import type { DeadLetter, EventRecord } from '../../ports/store/event-records.js';
import type { Page, TaskRecord, WorkflowRecord } from '../../ports/store/run-records.js';

/** 2026-01-01 and so many milliseconds. */
export function timeAt(millis: number): string {
  return new Date(Date.UTC(2026, 0, 1) + millis).toISOString();
}

export function executionRecord(id: string, changes: Partial<WorkflowRecord> = {}): WorkflowRecord {
  return {
    workflowExecId: id,
    workflowId: 'greet',
    project: 'shop',
    temporalWorkflowId: `greet-${id}`,
    status: 'RUNNING',
    version: 1,
    input: { z: 1, a: [null, true, 'ü\u0000"'] },
    output: null,
    error: null,
    trigger: { type: 'api' },
    usage: {},
    startedAt: timeAt(0),
    updatedAt: timeAt(0),
    endedAt: null,
    ...changes,
  };
}

export function taskRecord(id: string, changes: Partial<TaskRecord> = {}): TaskRecord {
  return {
    workflowExecId: 'run-1',
    path: `root/${id}`,
    version: 1,
    task_id: id,
    task_exec_id: id,
    type: 'basic',
    execution_type: 'basic',
    component: 'tool',
    status: 'RUNNING',
    input: { name: 'Ada' },
    output: null,
    error: null,
    attempts: 1,
    started_at: timeAt(0),
    ended_at: null,
    ...changes,
  };
}

export function eventRecord(id: string, changes: Partial<EventRecord> = {}): EventRecord {
  return {
    eventId: id,
    project: 'shop',
    name: 'order.created',
    payload: { order: 7 },
    correlationId: 'c-1',
    source: 'api',
    status: 'accepted',
    started: [],
    error: null,
    acceptedAt: timeAt(0),
    updatedAt: timeAt(0),
    ...changes,
  };
}

export function deadLetter(id: string, changes: Partial<DeadLetter> = {}): DeadLetter {
  return {
    id,
    project: 'shop',
    event: { eventId: 'e-1', name: 'order.created', payload: [1], correlationId: 'c-1', source: 'api' },
    workflowId: null,
    reason: { message: 'nobody listens' },
    at: timeAt(0),
    replayedAt: null,
    ...changes,
  };
}

/** Everything that a list has, page by page. */
export async function readAllPages<T>(
  list: (cursor: { readonly cursor?: string }) => Promise<Page<T>>,
): Promise<{ readonly items: readonly T[]; readonly pages: number }> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const page = await list(cursor === undefined ? {} : { cursor });
    items.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === undefined) return { items, pages };
  }
}
