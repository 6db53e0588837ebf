import { CompozyError, isJsonObject, runnableName, type Json } from '@compozy/core';
import { ApiProblem } from './problem.js';

/** What a start was refused for, with a JSON pointer for each mistake; any other error is what it is. */
export function toStartProblem(error: unknown, workflowId: string): unknown {
  if (!CompozyError.isInstance(error)) return error;
  const { code, message, details } = error;
  if (code === 'Config.UnknownTask' && details['task_id'] === undefined) {
    return new ApiProblem(code, message, {
      errors: [{ pointer: '/task_id', in: 'body', detail: 'names no task of the workflow' }],
    });
  }
  if (code !== 'Input.Invalid') return error;
  const problems = Array.isArray(details['problems']) ? details['problems'] : [];
  return new ApiProblem(code, `The input of ${runnableName(workflowId)} does not match its schema`, {
    errors: problems.flatMap((problem: Json) =>
      isJsonObject(problem)
        ? [{ pointer: String(problem['pointer']), in: 'input', detail: String(problem['message']) } as const]
        : [],
    ),
  });
}
