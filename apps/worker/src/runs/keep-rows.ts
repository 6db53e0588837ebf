import type { Client } from '@temporalio/client';
import { createPatience, type SecretMask } from '@compozy/activities';
import type { RunRecording } from '@compozy/core';
import type { WorkerState } from '../state/open-worker-state.js';
import type { HealthWarning } from '../health/health-check.js';
import type { WorkerNotice, WorkerOptions } from '../worker-options.js';
import { createBlobSweep, type BlobSweep } from './create-blob-sweep.js';
import { createRetention } from './create-retention.js';
import { describeSweepHolders, readSweepHolders, type SweepHolder } from './held-up-sweep.js';
import { createRunReconciler } from './reconcile-runs.js';

export interface RowKeeperOptions {
  readonly client: Client;
  readonly project: string;
  readonly taskQueue: string;
  /** Names this process, for the leases that one of many has. */
  readonly instance: string;
  readonly state: Pick<WorkerState, 'store' | 'runStore' | 'sweptBlobs'>;
  readonly mask: () => SecretMask;
  /** Throws where the rows are not of this Temporal. */
  readonly checkNamespace?: () => Promise<void>;
  /** How long rows of what is over and their large values are kept; for ever when missing. */
  readonly retentionMs: number | undefined;
  readonly onError: WorkerOptions['onError'];
  readonly onNotice: WorkerOptions['onNotice'];
}

/** Keeps the rows of the store true, and only as long as they are wanted. Without a store it does nothing. */
export interface RowKeeper {
  /** A row that this process could not write; undefined where runs are written nowhere. */
  readonly noteMissed: ((recording: RunRecording) => void) | undefined;
  /** What works worse than it should. @throws `Store.Unavailable` */
  warnings(): Promise<readonly HealthWarning[]>;
  start(): void;
  /** Within 5 s, also of a store that hangs. */
  stop(): Promise<void>;
}

/** A store that hangs must not hold up the end of a worker: what is missing is made up by another one. */
const STOP_MS = 5_000;

export function createRowKeeper(options: RowKeeperOptions): RowKeeper {
  const { project, instance, retentionMs, onError } = options;
  const { store, runStore } = options.state;
  const reconciler =
    runStore === undefined || store === undefined
      ? undefined
      : createRunReconciler({
          ...options,
          store: { ...runStore, events: store.events, leases: store.leases, heartbeats: store.heartbeats },
          ...(retentionMs === undefined ? {} : { keepMs: retentionMs }),
          onError: (error) => onError?.('store', error),
        });
  const prune = store?.prune?.bind(store);
  const retention =
    prune === undefined || retentionMs === undefined
      ? undefined
      : createRetention({
          project,
          instance,
          store: { prune, leases: store!.leases },
          ...withSweep(options, retentionMs),
          keepMs: retentionMs,
          onError: (error) => onError?.('retention', error),
        });
  return {
    noteMissed: reconciler?.noteMissed,
    async warnings() {
      const holders = store === undefined ? [] : await readSweepHolders(project, store.heartbeats);
      if (holders.length === 0) return [];
      const since = holders.map((holder) => holder.since).toSorted()[0]!;
      return [{ name: 'retention', since, message: describeSweepHolders(holders) }];
    },
    start() {
      reconciler?.start();
      retention?.start();
    },
    async stop() {
      await createPatience({ longMs: STOP_MS }).wait(Promise.all([reconciler?.stop(), retention?.stop()]));
    },
  };
}

function withSweep(options: RowKeeperOptions, keepMs: number): { readonly sweepBlobs?: BlobSweep } {
  const { store, runStore, sweptBlobs: blobs } = options.state;
  const oldestRow = store?.oldestRow?.bind(store);
  if (oldestRow === undefined || runStore === undefined || blobs === undefined) return {};
  const { client, project, taskQueue } = options;
  const known = { workflows: runStore.workflows, heartbeats: store!.heartbeats, oldestRow };
  const { onNotice = warnOfNotice } = options;
  const onHeldUp = (holders: readonly SweepHolder[]) =>
    onNotice({
      component: 'retention',
      level: holders.length === 0 ? 'info' : 'warn',
      message: describeSweepHolders(holders),
      details: { heldUpBy: holders.map((holder) => ({ ...holder })) },
    });
  return { sweepBlobs: createBlobSweep({ client, project, taskQueue, store: known, blobs, keepMs, onHeldUp }) };
}

function warnOfNotice({ level, message }: WorkerNotice): void {
  if (level === 'warn') process.emitWarning(message);
}
