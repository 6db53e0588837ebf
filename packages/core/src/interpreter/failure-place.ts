import type { FailureRecord } from '../errors/failure.js';
import type { Plan } from '../model/plan.js';
import type { Task } from '../model/task.js';

/** The failure with `details.position`, `file:line:column`: of the expression that failed, or else of its task. */
export function placed({ position, expressions }: Task, failure: FailureRecord): FailureRecord {
  const at = placeOf(expressions, failure) ?? `${position.line}:${position.column}`;
  return withPosition(failure, `${position.file}:${at}`);
}

/** As {@link placed}, for an expression of the workflow itself. */
export function placedInRun({ file, expressions }: Plan, failure: FailureRecord): FailureRecord {
  const at = placeOf(expressions, failure);
  return at === undefined ? failure : withPosition(failure, `${file}:${at}`);
}

function placeOf(expressions: Plan['expressions'], { details }: FailureRecord): string | undefined {
  const pointer = details?.['pointer'];
  return typeof pointer === 'string' && expressions !== undefined && Object.hasOwn(expressions, pointer)
    ? expressions[pointer]
    : undefined;
}

function withPosition(failure: FailureRecord, position: string): FailureRecord {
  return failure.details?.['position'] === undefined
    ? { ...failure, details: { ...failure.details, position } }
    : failure;
}
