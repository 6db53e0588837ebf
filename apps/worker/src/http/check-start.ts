import { CompozyError, isJsonObject, type Json, type ProjectSource } from '@compozy/core';
import { checkRunStart, type SchemaValidator } from '@compozy/core/schema';
import { ApiProblem } from './problem.js';

/**
 * Refuses what the engine would refuse, before anything is started. The run gets the input as it was sent; it puts the
 * defaults in itself.
 *
 * @throws `Config.UnknownWorkflow`, `Config.UnknownTask`, `Input.Invalid` with a JSON pointer for each mistake.
 */
export function checkStart(
  project: Pick<ProjectSource, 'name' | 'plan' | 'workflowIds'>,
  validator: SchemaValidator,
  { workflowId, taskId, input }: { readonly workflowId: string; readonly taskId?: string; readonly input: Json },
): void {
  try {
    checkRunStart(project, validator, { workflowId, input, initialTaskId: taskId });
  } catch (error) {
    if (!CompozyError.isInstance(error)) throw error;
    const { code, message, details } = error;
    if (code === 'Config.UnknownTask') {
      throw new ApiProblem(code, message, {
        errors: [{ pointer: '/task_id', in: 'body', detail: 'names no task of the workflow' }],
      });
    }
    if (code !== 'Input.Invalid') throw error;
    const problems = Array.isArray(details['problems']) ? details['problems'] : [];
    throw new ApiProblem(code, `The input of workflow "${workflowId}" does not match its schema`, {
      errors: problems.flatMap((problem: Json) =>
        isJsonObject(problem)
          ? [{ pointer: String(problem['pointer']), in: 'input', detail: String(problem['message']) } as const]
          : [],
      ),
    });
  }
}
