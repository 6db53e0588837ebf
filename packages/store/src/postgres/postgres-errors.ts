import { CompozyError } from '@compozy/core';

/**
 * SQLSTATE classes and codes that are about the server and not about the statement: connection, resources, operator
 * intervention, system, log-in, the database or the schema that is not there, no right, read only.
 */
const ABOUT_THE_SERVER = /^(08|53|57|58|XX|28|3D|3F|42501$|25006$|40)/;

function sqlState(error: Error): string | undefined {
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  // Errors of the network have a code too, such as ECONNREFUSED, but no severity.
  return typeof code === 'string' && severity !== undefined ? code : undefined;
}

/** Lost against another transaction; the same statement works when it is sent again. */
export function isLostRace(error: unknown): boolean {
  return error instanceof Error && ['40001', '40P01'].includes(sqlState(error) ?? '');
}

/** Failures of the server or of the way to it as `Store.Unavailable`, anything else as it is. */
export function toPostgresError(error: unknown): unknown {
  // A TypeError is a mistake in code; the network has no such errors.
  if (CompozyError.isInstance(error) || !(error instanceof Error) || error instanceof TypeError) return error;
  const state = sqlState(error);
  if (state !== undefined && !ABOUT_THE_SERVER.test(state)) return error;
  // Node gives one error for all addresses that it tried; its own message is empty.
  const reason = error.message || (error as { code?: string }).code || 'no answer';
  return new CompozyError('Store.Unavailable', `PostgreSQL cannot be used: ${reason}`, {
    details: state === undefined ? {} : { sqlState: state },
    cause: error,
  });
}
