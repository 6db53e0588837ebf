import type { JsonObject } from '../model/json.js';
import { ERROR_CODES, type ErrorCode } from './codes.js';

const BRAND = Symbol.for('compozy.error');

export interface CompozyErrorOptions {
  readonly details?: JsonObject;
  readonly cause?: unknown;
}

/** The one error class of Compozy. `code` is a key of {@link ERROR_CODES}; `details` is JSON and holds no secret. */
export class CompozyError extends Error {
  readonly code: ErrorCode;
  readonly details: JsonObject;

  constructor(code: ErrorCode, message: string, options: CompozyErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CompozyError';
    this.code = code;
    this.details = options.details ?? {};
    Object.defineProperty(this, BRAND, { value: true });
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }

  /** True for errors of any copy of this package, and of the workflow sandbox. */
  static isInstance(value: unknown): value is CompozyError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
  }
}
