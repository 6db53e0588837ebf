import { isJsonObject, type Json, type JsonObject } from '../model/json.js';
import { CompozyError } from './compozy-error.js';
import { ERROR_CODES, isErrorCode } from './codes.js';

/** How a failure crosses a boundary: Temporal, a process, HTTP. Plain JSON, never an `Error`. */
export interface FailureRecord {
  /** A key of `ERROR_CODES`, or the name that a user's own code gave its failure. */
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly details?: JsonObject;
}

/** Never throws; an error that is not ours becomes `fallback` with its message. */
export function toFailureRecord(error: unknown, fallback: keyof typeof ERROR_CODES = 'Internal.Bug'): FailureRecord {
  if (CompozyError.isInstance(error)) {
    const record = { code: error.code, message: error.message, retryable: ERROR_CODES[error.code].retryable };
    return Object.keys(error.details).length === 0 ? record : { ...record, details: error.details };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: fallback, message, retryable: ERROR_CODES[fallback].retryable };
}

/** The inverse of {@link toFailureRecord} for our own codes; a foreign code comes back as `Task.Failed` that names it. */
export function fromFailureRecord(record: FailureRecord): CompozyError {
  if (isErrorCode(record.code)) return new CompozyError(record.code, record.message, { details: record.details ?? {} });
  return new CompozyError('Task.Failed', record.message, { details: { ...record.details, type: record.code } });
}

export function isFailureRecord(value: unknown): value is FailureRecord {
  return (
    isJsonObject(value) &&
    typeof value['code'] === 'string' &&
    typeof value['message'] === 'string' &&
    typeof value['retryable'] === 'boolean'
  );
}

/** A failure as users see it in `error` of a task or run. */
export function toErrorView(failure: FailureRecord): JsonObject {
  const view: Record<string, Json> = { code: failure.code, message: failure.message };
  if (failure.details !== undefined) view['details'] = failure.details;
  return view;
}
