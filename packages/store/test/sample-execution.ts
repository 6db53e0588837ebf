import type { WorkflowRecord } from '@compozy/core';

export function executionRecord(id: string, changes: Partial<WorkflowRecord> = {}): WorkflowRecord {
  return {
    workflowExecId: id,
    workflowId: 'greet',
    project: 'shop',
    temporalWorkflowId: `greet-${id}`,
    status: 'RUNNING',
    version: 1,
    input: { name: 'Ada' },
    output: null,
    error: null,
    trigger: { type: 'api' },
    usage: {},
    startedAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    endedAt: null,
    ...changes,
  };
}
