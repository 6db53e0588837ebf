import { CompozyError } from '@compozy/core';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LEVELS)[number];

export interface LogLine extends Record<string, unknown> {
  readonly level: string;
  readonly message: string;
}

/** Writes what the host program has to say: one JSON object on each line of stdout. */
export interface HostLog {
  print(line: LogLine): void;
  /** For what fails in the background. */
  warn(component: string): (error: unknown) => void;
}

/** Lines below `level` are not written; those of a level that is not known are. */
export function createHostLog(level: LogLevel): HostLog {
  const least = LEVELS.indexOf(level);
  const print = (line: LogLine): void => {
    const rank = LEVELS.indexOf(line.level as LogLevel);
    if (rank !== -1 && rank < least) return;
    process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
  };
  return {
    print,
    warn: (component) => (error) => print({ level: 'warn', message: describeError(error), component }),
  };
}

export function describeError(error: unknown): string {
  if (CompozyError.isInstance(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
