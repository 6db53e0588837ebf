import { CompozyError } from '@compozy/core';
import { grpcCode } from '../http/problem.js';

/** Codes of gRPC: too late, exhausted, away. */
const AWAY = new Set([4, 8, 14]);

/** Whether the store or Temporal does not answer now, so that asking for something else would not help either. */
export function isAway(error: unknown): boolean {
  if (CompozyError.isInstance(error)) return error.retryable;
  return AWAY.has(grpcCode(error) ?? -1);
}
