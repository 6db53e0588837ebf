import {
  CompozyError,
  isBlobRef,
  type BlobStore,
  type GetWorkflowDataInput,
  type ProjectSource,
  type WorkflowData,
} from '@compozy/core';
import { inlineOrBlob, loadJson } from '@compozy/core/blobs';
import { checkSchema, type SchemaValidator } from '@compozy/core/schema';

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
  const plan = project.plan(input.workflowId);
  if (plan === undefined) {
    const known = project.workflowIds();
    const list = known.length === 0 ? 'none' : known.map((id) => `"${id}"`).join(', ');
    throw new CompozyError(
      'Config.UnknownWorkflow',
      `Project "${project.name}" has no workflow "${input.workflowId}"; it has ${list}`,
      {
        details: { workflow_id: input.workflowId, known: [...known] },
      },
    );
  }
  const size = Buffer.byteLength(JSON.stringify(plan));
  if (size > PLAN_LIMIT_BYTES) {
    throw new CompozyError(
      'Config.PlanTooLarge',
      `Workflow "${input.workflowId}" compiles to ${size} bytes; ${PLAN_LIMIT_BYTES} are allowed`,
    );
  }
  if (input.initialTaskId !== undefined && !plan.tasks.some(({ id }) => id === input.initialTaskId)) {
    const ids = plan.tasks.map(({ id }) => `"${id}"`).join(', ');
    throw new CompozyError(
      'Config.UnknownTask',
      `Workflow "${input.workflowId}" has no task "${input.initialTaskId}"; it has ${ids}`,
    );
  }
  // An event with a large payload hands on where it is stored.
  const given = isBlobRef(input.input) ? await loadJson(blobs, input.input) : (input.input ?? {});
  const value = plan.input === undefined ? given : validator.applyDefaults(plan.input, given);
  checkSchema(validator, plan.input, value, 'Input.Invalid', `The input of workflow "${input.workflowId}"`);
  // How runs are started is none of a run's business: what verifies webhooks stays out of the history.
  const { webhooks: _webhooks, schedule: _schedule, ...pinned } = plan;
  return { plan: pinned, input: await inlineOrBlob(blobs, value) };
}
