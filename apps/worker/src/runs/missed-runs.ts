import { toWorkflowRecord } from '@compozy/activities';
import type { RunRecording, Store, WorkflowRecord } from '@compozy/core';
import { isAway } from './is-away.js';

export interface MissedRunsOptions {
  readonly store: Pick<Store, 'workflows'>;
  /** Writes the row of a run by what Temporal says of it; false when nobody can tell now. */
  readonly settle: (row: WorkflowRecord) => Promise<boolean>;
  /** How soon a store that was down is tried again; 2,000 ms by default. */
  readonly retryMs?: number;
}

/** Notes the runs whose rows could not be written, and writes them when the store is back. */
export interface MissedRuns {
  /** Runs whose rows are not right. */
  readonly size: number;
  note(recording: RunRecording): void;
  stop(): Promise<void>;
}

/** Runs that cannot be asked although the store is there, such as those that no worker can go on with, are not urgent. */
const NOT_NOW_TIMES = 15;
/** Of more, the oldest are dropped. */
const MAX_NOTED = 50_000;
const AT_ONCE = 10;

export function createMissedRuns({ store, settle, retryMs = 2_000 }: MissedRunsOptions): MissedRuns {
  const noted = new Map<string, WorkflowRecord>();
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let catchingUp: Promise<unknown> = Promise.resolve();

  function note(recording: RunRecording): void {
    const row = toRow(recording);
    // Not the execution id, which a client of Temporal's may have given to another run too.
    const id = row.temporalWorkflowId;
    if ((noted.get(id)?.version ?? -1) > row.version) return;
    noted.delete(id);
    noted.set(id, row);
    if (noted.size > MAX_NOTED) noted.delete(noted.keys().next().value!);
    later();
  }

  function later(delayMs = retryMs): void {
    if (noted.size === 0 || stopping.signal.aborted) return;
    timer ??= setTimeout(() => {
      catchingUp = catchUp().then((isDown) => {
        timer = undefined;
        later(isDown ? retryMs : retryMs * NOT_NOW_TIMES);
      });
    }, delayMs).unref();
  }

  /** Whether it is the store, or Temporal, that does not answer. */
  async function catchUp(): Promise<boolean> {
    let isDown = false;
    const rest = [...noted].values();
    const lane = async () => {
      for (const [id, row] of rest) {
        if (isDown || stopping.signal.aborted) return;
        const settled = await settleOne(row).catch((error: unknown) => {
          // One that cannot be written does not hold up the others.
          isDown ||= isAway(error);
          return false;
        });
        // What was noted meanwhile is a newer miss.
        if (settled === true && noted.get(id) === row) noted.delete(id);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    return isDown;
  }

  async function settleOne(row: WorkflowRecord): Promise<boolean> {
    // Before Temporal is asked for anything: is the store there?
    const known = await store.workflows.get(row.workflowExecId);
    if (known !== undefined && known.version > row.version) return true;
    // Whoever came first has the row.
    if (known !== undefined && known.temporalWorkflowId !== row.temporalWorkflowId) return true;
    return await settle(row);
  }

  return {
    get size() {
      return noted.size;
    },
    note,
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await catchingUp;
    },
  };
}

/** Without values: Temporal has them, and there may be many of these. */
function toRow(recording: RunRecording): WorkflowRecord {
  return { ...toWorkflowRecord(recording), input: null, output: null, error: null, usage: {} };
}
