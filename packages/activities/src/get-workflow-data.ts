import {
  CompozyError,
  isBlobRef,
  type BlobStore,
  type GetWorkflowDataInput,
  type Json,
  type JsonObject,
  type ProjectSource,
  type WorkflowData,
} from '@compozy/core';
import { inlineOrBlob, loadJson, touchBlobs } from '@compozy/core/blobs';
import { splitIntoBlobs } from './split-into-blobs.js';
import { checkRunStart, findPlan, type SchemaValidator } from '@compozy/core/schema';

/** A larger plan would not fit into one event of the history together with what goes with it. */
const PLAN_LIMIT_BYTES = 256 * 1024;

export interface WorkflowDataOptions {
  readonly project: ProjectSource;
  readonly blobs: BlobStore;
  readonly validator: SchemaValidator;
}

/**
 * The plan that a new run is pinned to, and its input after defaults and schema.
 *
 * @throws `Config.UnknownWorkflow`, `Config.WrongProject`, `Config.UnknownTask`, `Config.PlanTooLarge`, `Input.Invalid`.
 */
export async function getWorkflowData(
  input: GetWorkflowDataInput,
  options: WorkflowDataOptions,
): Promise<WorkflowData> {
  const { project, blobs, validator } = options;
  if (input.project !== undefined && input.project !== project.name) {
    throw new CompozyError(
      'Config.WrongProject',
      `This worker serves project "${project.name}", not "${input.project}"`,
    );
  }
  const plan = findPlan(project, input.workflowId);
  const size = Buffer.byteLength(JSON.stringify(plan));
  if (size > PLAN_LIMIT_BYTES) {
    throw new CompozyError(
      'Config.PlanTooLarge',
      `Workflow "${input.workflowId}" compiles to ${size} bytes; ${PLAN_LIMIT_BYTES} are allowed`,
    );
  }
  const isRun = input.run !== undefined;
  // Somebody else has put these, maybe long ago; from here on they are kept as long as this run.
  await touchBlobs(blobs, [input.input ?? null, input.run?.trigger.payload ?? null] as Json);
  // An event with a large payload hands on where it is stored.
  const given = isBlobRef(input.input) ? await loadJson(blobs, input.input) : (input.input ?? {});
  const { workflowId, initialTaskId } = input;
  const value =
    isRun || input.input !== undefined
      ? checkRunStart(project, validator, { workflowId, initialTaskId, input: given }).input
      : given;
  // How runs are started is none of a run's business: what verifies webhooks stays out of the history.
  const { webhooks: _webhooks, schedule: _schedule, ...pinned } = plan;
  const kept = await inlineOrBlob(blobs, value);
  const isSplit = isRun && plan.direct !== undefined && isBlobRef(kept);
  return {
    plan: pinned,
    input: kept,
    ...(isSplit ? { with: await splitIntoBlobs(blobs, value as JsonObject) } : {}),
    ...(isRun ? {} : { project: plan.project }),
  };
}
