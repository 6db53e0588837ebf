import { proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import {
  GENERIC_WORKFLOW_TYPE,
  INLINE_LIMIT_BYTES,
  isBlobRef,
  LOCAL_POLICY,
  type BlobRef,
  type EngineActivities,
  type FailureRecord,
  type Json,
  type JsonObject,
  type Plan,
  type RunInput,
} from '@compozy/core';
import { stableId, type RunContext, type RunState } from '@compozy/core/interpreter';
import { toActivityEnding } from '../common/wire-failure.js';

export type OpenedRun =
  | { readonly plan: Plan; readonly context: RunContext; readonly state?: undefined }
  | { readonly plan: Plan; readonly state: RunState }
  | { readonly failure: FailureRecord };

/** The plan that this run is pinned to, and where it stands: fresh from the worker, or as continue-as-new left it. */
export async function openRun(input: RunInput): Promise<OpenedRun> {
  const engine = proxyLocalActivities<EngineActivities>({
    startToCloseTimeout: LOCAL_POLICY.startToCloseMs,
    retry: {
      maximumAttempts: LOCAL_POLICY.retry.maximumAttempts,
      initialInterval: LOCAL_POLICY.retry.initialIntervalMs,
      maximumInterval: LOCAL_POLICY.retry.maximumIntervalMs,
    },
  });
  try {
    if (input.resume !== undefined) {
      const { snapshot } = input.resume;
      const value = isBlobRef(snapshot) ? await engine.loadValue({ ref: snapshot }) : snapshot;
      const { plan, state } = value as unknown as { plan: Plan; state: RunState };
      return { plan, state };
    }
    const info = workflowInfo();
    const workflowId = input.workflow_id ?? info.workflowType;
    if (workflowId === GENERIC_WORKFLOW_TYPE) {
      const message = `A run of type "${GENERIC_WORKFLOW_TYPE}" needs "workflow_id" in its input`;
      return { failure: { code: 'Config.UnknownWorkflow', message, retryable: false } };
    }
    const data = await engine.getWorkflowData({
      workflowId,
      input: input.input ?? null,
      ...(input.project === undefined ? {} : { project: input.project }),
      ...(input.initial_task_id === undefined ? {} : { initialTaskId: input.initial_task_id }),
    });
    const context: RunContext = {
      execId: input.workflow_exec_id ?? stableId(`${info.workflowId}/${info.firstExecutionRunId}`),
      workflowId,
      project: data.plan.project.name,
      at: Date.now(),
      seed: info.firstExecutionRunId,
      input: data.input as Json,
      trigger: input.trigger ?? { type: 'api' },
      ...(input.initial_task_id === undefined ? {} : { initialTaskId: input.initial_task_id }),
    };
    return { plan: data.plan, context };
  } catch (error) {
    return { failure: toActivityEnding(error).failure };
  }
}

/** What continue-as-new hands on: inline while it is small. */
export async function toSnapshot(plan: Plan, state: RunState): Promise<JsonObject | BlobRef> {
  const snapshot = { plan, state } as unknown as JsonObject;
  if (JSON.stringify(snapshot).length <= INLINE_LIMIT_BYTES) return snapshot;
  const { storeValue } = proxyLocalActivities<EngineActivities>({ startToCloseTimeout: LOCAL_POLICY.startToCloseMs });
  return await storeValue({ value: snapshot });
}
