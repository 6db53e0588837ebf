import type { Json, ProjectSource } from '@compozy/core';
import type { SchemaValidator } from '@compozy/core/schema';
import { ApiProblem } from './problem.js';

/**
 * Refuses what the engine would refuse, before anything is started: an unknown workflow or first task, and input that
 * does not match the schema once its defaults are in. The run gets the input as it was sent; it puts the defaults in
 * itself.
 *
 * @throws `Config.UnknownWorkflow`, `Config.UnknownTask`, `Input.Invalid` with a JSON pointer for each mistake.
 */
export function checkStart(
  project: Pick<ProjectSource, 'name' | 'plan'>,
  validator: SchemaValidator,
  { workflowId, taskId, input }: { readonly workflowId: string; readonly taskId?: string; readonly input: Json },
): void {
  const plan = project.plan(workflowId);
  if (plan === undefined) throw unknownWorkflow(project.name, workflowId);
  if (taskId !== undefined && !plan.tasks.some(({ id }) => id === taskId)) {
    throw new ApiProblem('Config.UnknownTask', `Workflow "${workflowId}" has no task "${taskId}"`, {
      errors: [{ pointer: '/task_id', in: 'body', detail: 'names no task of the workflow' }],
    });
  }
  if (plan.input === undefined) return;
  const result = validator.validate(plan.input, validator.applyDefaults(plan.input, input));
  if (result.ok) return;
  throw new ApiProblem('Input.Invalid', `The input of workflow "${workflowId}" does not match its schema`, {
    errors: result.problems.map(({ pointer, message }) => ({ pointer, in: 'input', detail: message })),
  });
}

export function unknownWorkflow(project: string, workflowId: string): ApiProblem {
  return new ApiProblem('Config.UnknownWorkflow', `Project "${project}" has no workflow "${workflowId}"`);
}
