import { CompozyError } from '../errors/compozy-error.js';

export type Unavailable = 'Store.Unavailable' | 'Memory.Unavailable';

/**
 * SQLSTATE classes and codes that are about the server and not about the statement: connection, resources, operator
 * intervention, system, log-in, the database or the schema that is not there, no right, read only, too long idle, a lock
 * that somebody holds for too long.
 */
const ABOUT_THE_SERVER = /^(08|53|57|58|XX|28|3D|3F|42501$|25006$|25P03$|55P03$|40)/;

/** Serialization failure, and deadlock. */
const LOST_RACES: readonly string[] = ['40001', '40P01'];

function sqlState(error: Error): string | undefined {
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  // Errors of the network have a code too, such as ECONNREFUSED, but no severity.
  return typeof code === 'string' && severity !== undefined ? code : undefined;
}

/** Lost against another transaction; the same statement works when it is sent again. */
export function isLostRace(error: unknown, more: readonly string[]): boolean {
  const state = error instanceof Error ? sqlState(error) : undefined;
  return state !== undefined && (LOST_RACES.includes(state) || more.includes(state));
}

/** Failures of the server or of the way to it with the given code, anything else as it is. */
export function toPostgresError(error: unknown, code: Unavailable): unknown {
  // A TypeError is a mistake in code; the network has no such errors.
  if (CompozyError.isInstance(error) || !(error instanceof Error) || error instanceof TypeError) return error;
  const state = sqlState(error);
  if (state !== undefined && !ABOUT_THE_SERVER.test(state)) return error;
  // Node gives one error for all addresses that it tried; its own message is empty.
  const reason = error.message || (error as { code?: string }).code || 'no answer';
  return new CompozyError(code, `PostgreSQL cannot be used: ${reason}`, {
    details: state === undefined ? {} : { sqlState: state },
    cause: error,
  });
}
