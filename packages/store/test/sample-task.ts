import type { TaskRecord } from '@compozy/core';

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
    status: 'SUCCESS',
    input: {},
    output: null,
    error: null,
    attempts: 1,
    started_at: '2026-01-01T00:00:00.000Z',
    ended_at: null,
    ...changes,
  };
}
