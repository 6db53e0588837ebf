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
import { findWrongInput } from './find-wrong-input.js';

/** What continue-as-new hands on. */
export interface Snapshot {
  readonly plan: Plan;
  readonly state: RunState;
  /** The worker that opened the run has a store. */
  readonly records: boolean;
}

export type OpenedRun =
  | { readonly plan: Plan; readonly context: RunContext; readonly state?: undefined; readonly records: boolean }
  | Snapshot
  | { readonly failure: FailureRecord };

/** The plan that this run is pinned to, and where it stands: fresh from the worker, or as continue-as-new left it. */
export async function openRun(input: RunInput): Promise<OpenedRun> {
  // Without a limit of attempts: a run that cannot be opened now has nothing to lose by waiting, and one that goes on
  // would lose all that it has done.
  const engine = proxyLocalActivities<EngineActivities>({
    startToCloseTimeout: LOCAL_POLICY.startToCloseMs,
    retry: {
      initialInterval: LOCAL_POLICY.retry.initialIntervalMs,
      maximumInterval: LOCAL_POLICY.retry.maximumIntervalMs,
    },
  });
  const info = workflowInfo();
  const failure = findWrongInput(input, info.continuedFromExecutionRunId !== undefined);
  if (failure !== undefined) return { failure };
  try {
    if (input.resume !== undefined) {
      const { snapshot } = input.resume;
      const value = isBlobRef(snapshot) ? await engine.loadValue({ ref: snapshot }) : snapshot;
      return value as unknown as Snapshot;
    }
    const workflowId = input.workflow_id ?? info.workflowType;
    if (workflowId === GENERIC_WORKFLOW_TYPE) {
      const message = `A run of type "${GENERIC_WORKFLOW_TYPE}" needs "workflow_id" in its input`;
      return { failure: { code: 'Config.UnknownWorkflow', message, retryable: false } };
    }
    const execId = input.workflow_exec_id ?? stableId(`${info.workflowId}/${info.firstExecutionRunId}`);
    const trigger = input.trigger ?? { type: 'api' };
    const data = await engine.getWorkflowData({
      run: { execId, temporalWorkflowId: info.workflowId, trigger, at: Date.now() },
      workflowId,
      input: input.input ?? null,
      ...(input.project === undefined ? {} : { project: input.project }),
      ...(input.initial_task_id === undefined ? {} : { initialTaskId: input.initial_task_id }),
    });
    const context: RunContext = {
      execId,
      workflowId,
      project: data.plan.project.name,
      at: Date.now(),
      seed: info.firstExecutionRunId,
      input: data.input as Json,
      trigger,
      ...(input.initial_task_id === undefined ? {} : { initialTaskId: input.initial_task_id }),
      ...(data.plan.direct === undefined ? {} : { single: { with: data.with ?? (data.input as JsonObject) } }),
    };
    return { plan: data.plan, context, records: data.records === true };
  } catch (error) {
    return { failure: toActivityEnding(error).failure };
  }
}

/** What continue-as-new hands on: inline while it is small. */
export async function toSnapshot(parts: Snapshot): Promise<JsonObject | BlobRef> {
  const snapshot = parts as unknown as JsonObject;
  if (JSON.stringify(snapshot).length <= INLINE_LIMIT_BYTES) return snapshot;
  const { storeValue } = proxyLocalActivities<EngineActivities>({ startToCloseTimeout: LOCAL_POLICY.startToCloseMs });
  return await storeValue({ value: snapshot });
}
