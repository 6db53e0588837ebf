import type { FailureRecord } from '../errors/failure.js';
import { isJsonObject, type Json } from '../model/json.js';
import type { Plan } from '../model/plan.js';
import type { Task } from '../model/task.js';
import { behaviorOf } from '../tasks/behaviors.js';

/**
 * D-22: an output that says that it is a failure. A field that the output's schema declares is an ordinary result.
 * `error` counts when it is a text that is not empty, a map, or anything else but null; `success` when it is false.
 */
export function detectOutputError(output: Json, declared: ReadonlySet<string>): FailureRecord | undefined {
  if (!isJsonObject(output)) return undefined;
  const error = declared.has('error') ? null : (output['error'] ?? null);
  const message = errorText(error);
  if (message !== undefined) return failure(message);
  const success = declared.has('success') ? undefined : output['success'];
  if (success === false || success === 'false') return failure('The output says success: false');
  return undefined;
}

const NOTHING_DECLARED: ReadonlySet<string> = new Set();

/** The fields that the schemas of a task's output declare. */
export function declaredOutputs(plan: Pick<Plan, 'tools'>, task: Task): ReadonlySet<string> {
  const ofType = behaviorOf(task).outputSchemas;
  if (task.output === undefined && ofType === undefined) return NOTHING_DECLARED;
  const schemas = [task.output, ...(ofType?.(task, plan) ?? [])];
  return new Set(
    schemas.flatMap((schema) => {
      const properties = schema?.['properties'];
      return isJsonObject(properties) ? Object.keys(properties) : [];
    }),
  );
}

function errorText(error: Json): string | undefined {
  if (error === null || error === '') return undefined;
  if (typeof error === 'string') return error;
  if (isJsonObject(error) && typeof error['message'] === 'string') return error['message'];
  return JSON.stringify(error);
}

function failure(message: string): FailureRecord {
  return { code: 'Task.OutputError', message, retryable: false };
}
