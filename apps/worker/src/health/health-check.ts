import { CompozyError } from '@compozy/core';

/** One thing that a worker needs; the check throws while it is not there. */
export interface HealthCheck {
  readonly name: string;
  check(): Promise<void>;
}

/** Something that works worse than it should; what needs it goes on all the same. */
export interface HealthWarning {
  readonly name: string;
  /** ISO 8601. */
  readonly since: string;
  readonly message: string;
}

/** Why each check failed; `undefined` for one that did not. */
export type HealthReport = ReadonlyMap<string, Error | undefined>;

/** A check that takes longer has failed. */
const TIMEOUT_MS = 3_000;

/** Runs all checks side by side; never throws. */
export async function runHealthChecks(checks: readonly HealthCheck[], timeoutMs = TIMEOUT_MS): Promise<HealthReport> {
  const found = await Promise.all(
    checks.map(async ({ name, check }): Promise<readonly [string, Error | undefined]> => {
      try {
        await within(check(), timeoutMs);
        return [name, undefined];
      } catch (error) {
        return [name, error instanceof Error ? error : new Error(String(error))];
      }
    }),
  );
  return new Map(found);
}

/** `Worker.Unhealthy`: names what is down. */
export class HealthError extends CompozyError {
  /** By the name of the check. */
  readonly down: Readonly<Record<string, Error>>;

  constructor(report: HealthReport) {
    const failed = [...report].flatMap(([name, error]) => (error === undefined ? [] : [[name, error] as const]));
    const list = failed.map(([name, { message }]) => `${name}: ${message}`).join('; ');
    super('Worker.Unhealthy', `The worker is not healthy: ${list}`, {
      details: { down: failed.map(([name]) => name) },
    });
    this.name = 'HealthError';
    this.down = Object.fromEntries(failed);
  }
}

async function within(work: Promise<void>, timeoutMs: number): Promise<void> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new Error(`No answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    await Promise.race([work, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
