import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { WorkflowRecord } from '@compozy/core';
import { stableId } from '@compozy/core/interpreter';
import { describeRun } from './describe-run.js';
import { readRunInput } from './read-run-input.js';

/**
 * What Temporal says of an execution; `undefined` when it knows nothing of it any more. Clients of Temporal may give one
 * Workflow Id to many runs, one after the other: what the newest of them does is not what became of the others.
 */
export async function describeExecution(
  client: Client,
  { temporalWorkflowId, workflowExecId }: Pick<WorkflowRecord, 'temporalWorkflowId' | 'workflowExecId'>,
): Promise<WorkflowExecutionDescription | undefined> {
  const newest = await describeRun(client, temporalWorkflowId);
  if (newest === undefined || (await isExecution(client, newest, workflowExecId))) return newest;
  // Runs of ours have an id of their own; whatever quotes mean in a query, nobody else's id is asked for.
  if (/["\\]/.test(temporalWorkflowId)) return undefined;
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = "${temporalWorkflowId}"` })) {
    const earlier = runId === newest.runId ? undefined : await describeRun(client, temporalWorkflowId, runId);
    if (earlier !== undefined && (await isExecution(client, earlier, workflowExecId))) return earlier;
  }
  return undefined;
}

async function isExecution(
  client: Client,
  { workflowId, runId, memo, raw }: WorkflowExecutionDescription,
  execId: string,
): Promise<boolean> {
  const given = memo?.['compozy_exec_id'];
  if (typeof given === 'string') return given === execId;
  const firstRunId = raw.workflowExecutionInfo?.firstRunId ?? '';
  // An older server does not say it.
  if (firstRunId === '' || stableId(`${workflowId}/${firstRunId}`) === execId) return true;
  return (await readRunInput(client, workflowId, runId))?.workflow_exec_id === execId;
}
