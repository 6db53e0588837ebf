import { CompozyError } from '@compozy/core';

const BUSY = 5;
const LOCKED = 6;

/** Of the file, the disk or the rights to it, not of the statement: PERM, NOMEM, READONLY, IOERR, CORRUPT, FULL, … */
const ABOUT_THE_FILE: ReadonlySet<number> = new Set([3, BUSY, LOCKED, 7, 8, 10, 11, 13, 14, 15, 22, 23, 26]);

function primaryCode(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: unknown };
  // The low byte is the kind of error, the rest says more of it.
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}

/** Another connection writes at this moment. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === BUSY || code === LOCKED;
}

/** Failures of the file as `Store.Unavailable`, anything else as it is. */
export function toSqliteError(error: unknown, path: string): unknown {
  if (CompozyError.isInstance(error) || !(error instanceof Error)) return error;
  const code = primaryCode(error);
  // mkdir fails with the code of the system, SQLite with its own.
  const fromSystem = 'syscall' in error;
  if (!fromSystem && (code === undefined || !ABOUT_THE_FILE.has(code))) return error;
  const reason = isBusy(error) ? 'other processes have kept it locked for too long' : error.message;
  return new CompozyError('Store.Unavailable', `The database file "${path}" cannot be used: ${reason}`, {
    details: { path },
    cause: error,
  });
}
