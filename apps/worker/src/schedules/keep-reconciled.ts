import { reconcileSchedules, type ReconcileOptions, type ReconcileResult } from './reconcile-schedules.js';

/** A change that was made in Temporal, or a failure that is tried again. */
export interface ScheduleLogEntry {
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly error?: unknown;
}

export type ScheduleLog = (entry: ScheduleLogEntry) => void;

/** Reconciles now; what fails is told to the log, and tried again until it succeeds or `stop` is called. */
export interface ScheduleKeeper {
  /** Resolves after the first attempt, whatever came of it. */
  reconcile(): Promise<void>;
  stop(): void;
}

const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 60_000;

export function keepReconciled(options: () => ReconcileOptions, log: ScheduleLog): ScheduleKeeper {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  // One after the other: an attempt that began with older files must not end after a newer one.
  let last = Promise.resolve();

  const attempt = async (retryMs: number): Promise<void> => {
    if (isStopped) return;
    let problem: ScheduleLogEntry | undefined;
    try {
      const result = await reconcileSchedules(options());
      const [failed] = result.failed;
      if (failed === undefined) return tell(result);
      problem = {
        level: 'warn',
        message: `The schedule of workflow "${failed.workflowId}" could not be set: ${textOf(failed.error)}`,
        error: failed.error,
      };
    } catch (error) {
      problem = { level: 'warn', message: `The schedules could not be reconciled: ${textOf(error)}`, error };
    }
    if (isStopped) return;
    log({ ...problem, message: `${problem.message}; tried again in ${retryMs / 1_000} s` });
    timer = setTimeout(() => enqueue(Math.min(retryMs * 2, LAST_RETRY_MS)), retryMs);
    timer.unref();
  };

  const tell = ({ created, updated, deleted }: ReconcileResult): void => {
    const parts = Object.entries({ created, updated, deleted }).filter(([, ids]) => ids.length > 0);
    if (parts.length === 0) return;
    const message = parts.map(([what, ids]) => `${what} ${ids.join(', ')}`).join('; ');
    log({ level: 'info', message: `schedules: ${message}` });
  };

  const enqueue = (retryMs: number): Promise<void> => {
    clearTimeout(timer);
    last = last.then(() => attempt(retryMs));
    return last;
  };

  return {
    reconcile: () => enqueue(FIRST_RETRY_MS),
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  // Errors of ours say it themselves; those of the Temporal client leave it to their cause.
  return cause instanceof Error && !message.includes(cause.message) ? `${message} (${cause.message})` : message;
}
