import type { Client, WorkflowExecutionStatusName } from '@temporalio/client';
import { CompozyError, type BlobStore } from '@compozy/core';
import {
  createDispatcherWatch,
  createEventSender,
  STATUS_QUERY,
  type DispatcherStatus,
  type DispatcherStore,
  type OutgoingEvent,
  type SentEvent,
} from '@compozy/dispatcher';
import { describeRun } from '../runs/describe-run.js';

export interface WorkerEventsOptions {
  readonly client: Client;
  readonly project: string;
  readonly instanceId: string;
  readonly taskQueue: string;
  readonly blobs: BlobStore;
  readonly store?: DispatcherStore;
  /** Of the signs of life. */
  readonly intervalMs?: number;
  readonly ttlMs?: number;
  /** Hears of a store or a server that does not answer the watch, which goes on. */
  readonly onError?: (error: unknown) => void;
}

/** The part of a worker that takes events: its own dispatcher, and the watch over those of others. */
export interface WorkerEvents {
  readonly dispatcherId: string;
  /** Resolves when the dispatcher is open and, unless the task queue has a long backlog, has run. @throws `Server.Unreachable` */
  open(): Promise<void>;
  send(event: OutgoingEvent): Promise<SentEvent>;
  /** Throws when the dispatcher should be open and is not. */
  check(): Promise<void>;
  /** Retires the dispatcher and waits a while for its last events. What is left then, other workers finish. */
  close(): Promise<void>;
}

const OPEN_TIMEOUT_MS = 20_000;
const CLOSE_TIMEOUT_MS = 5_000;
/** How often the dispatcher is looked at. */
const KEEP_OPEN_MS = 10_000;

export function createWorkerEvents(options: WorkerEventsOptions): WorkerEvents {
  const { client, project, instanceId: instance, taskQueue, blobs, store, intervalMs, ttlMs, onError } = options;
  const beat = {
    ...(onError === undefined ? {} : { onError }),
    ...(intervalMs === undefined ? {} : { intervalMs }),
    ...(ttlMs === undefined ? {} : { ttlMs }),
  };
  const sender = createEventSender({ client, project, instance, taskQueue, blobs });
  const watch =
    store === undefined ? undefined : createDispatcherWatch({ client, project, instance, taskQueue, store, ...beat });
  const keepOpenMs = intervalMs ?? KEEP_OPEN_MS;
  let isOpen = false;
  let mayBeOpen = false;
  let timer: NodeJS.Timeout | undefined;
  let reopening: Promise<void> = Promise.resolve();

  async function untilItRuns(): Promise<void> {
    const handle = client.workflow.getHandle(sender.dispatcherId);
    try {
      await client.withDeadline(Date.now() + OPEN_TIMEOUT_MS, () => handle.query<DispatcherStatus>(STATUS_QUERY));
    } catch (error) {
      // Behind a long backlog its turn comes later. It is open and takes events; a worker that gave up would not help.
      const { status } = await handle.describe();
      if (status.name === 'RUNNING') return;
      const message = `The dispatcher "${sender.dispatcherId}" is ${status.name.toLowerCase()} instead of running`;
      throw new CompozyError('Server.Unreachable', message, { cause: error });
    }
  }

  /** `MISSING` when Temporal knows of none. */
  async function statusOf(): Promise<WorkflowExecutionStatusName | 'MISSING'> {
    return (await describeRun(client, sender.dispatcherId))?.status.name ?? 'MISSING';
  }

  /**
   * Another worker may have taken this one for dead, somebody has terminated or deleted it, or Temporal has begun anew;
   * nobody else opens it again.
   */
  async function openAgain(): Promise<void> {
    if ((await statusOf()) !== 'RUNNING') await sender.open();
  }

  function keepOpen(): void {
    timer = setTimeout(() => {
      reopening = openAgain()
        .catch(() => undefined)
        .finally(() => isOpen && keepOpen());
    }, keepOpenMs).unref();
  }

  return {
    get dispatcherId() {
      return sender.dispatcherId;
    },

    async open() {
      if (isOpen) return;
      mayBeOpen = true;
      // A dispatcher without a sign of life could be taken for an orphan.
      await watch?.start();
      await sender.open();
      await untilItRuns();
      isOpen = true;
      keepOpen();
    },

    async send(event) {
      // Sending starts it, so that there is something to retire.
      mayBeOpen = true;
      const [sent] = await sender.send([event]);
      return sent!;
    },

    async check() {
      if (!isOpen) return;
      const status = await statusOf();
      if (status !== 'RUNNING') throw new Error(`${sender.dispatcherId} is ${status.toLowerCase()}`);
    },

    async close() {
      if (!mayBeOpen) return;
      isOpen = false;
      clearTimeout(timer);
      await watch?.stop();
      const { dispatcherId } = sender;
      await client
        .withDeadline(Date.now() + CLOSE_TIMEOUT_MS, async () => {
          await reopening;
          await sender.retire();
          await client.workflow.getHandle(dispatcherId).result();
        })
        // It is open still, and any worker carries on with it.
        .catch(() => undefined);
    },
  };
}
