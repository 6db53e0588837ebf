import { randomInt, randomUUID } from 'node:crypto';
import { isGrpcServiceError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { CompozyError, getTaskQueue, type BlobStore, type Json } from '@compozy/core';
import { inlineOrBlob, touchBlobs } from '@compozy/core/blobs';
import { INLINE_LIMIT_BYTES } from '@compozy/core';
import { checkInstance, dispatcherId } from './common/dispatcher-id.js';
import {
  DISPATCHER_WORKFLOW_TYPE,
  EVENT_SIGNAL,
  MAX_BATCH_EVENTS,
  MAX_BATCH_LENGTH,
  RETIRE_SIGNAL,
  RETIRING_MEMO,
  type DispatcherInput,
  type EventSignal,
} from './common/protocol.js';

/** Dispatchers that senders outside workers share. */
const INGRESS_DISPATCHERS = 4;
const DEFAULT_MAX_SIGNALS = 5_000;
const LOOK_INTERVAL_MS = 10_000;
/**
 * The server ends a workflow with a history of 50 MiB, and what it had accepted is lost with it. Senders share a
 * dispatcher and each looks after so much of its own, so that there is room for several.
 */
const MAX_HISTORY_BYTES = 16 * 1024 * 1024;
const LOOK_AFTER_LENGTH = 3 * 1024 * 1024;
const ATTEMPTS = 4;
const FIRST_DELAY_MS = 200;
/** The connection tries again by itself for some seconds; whoever waits for the answer should have it before it gives up. */
const GIVE_UP_AFTER_MS = 5_000;
const INVALID_ARGUMENT = 3;
/** Characters of a name or an id; indexes of databases take only so much. */
const MAX_TEXT = 1_000;

/** An event to be sent. */
export interface OutgoingEvent {
  readonly name: string;
  readonly payload?: Json;
  /** The same id starts the same runs, once. A random one by default. */
  readonly eventId?: string;
  /** The event id by default. */
  readonly correlationId?: string;
  /** Where it comes from, for `.trigger.source`; `api` by default. */
  readonly source?: string;
  /** Only this workflow is considered. */
  readonly workflowId?: string;
}

/** The answer to an event that was accepted. */
export interface SentEvent {
  readonly eventId: string;
  /** Temporal has it: it is not lost from here on. */
  readonly accepted: true;
}

/** Of a sender. Only `client` and `project` are needed. */
export interface EventSenderOptions {
  readonly client: Client;
  readonly project: string;
  /** Of the worker that sends. Without it, one of the dispatchers that senders outside workers share. */
  readonly instance?: string;
  /** `compozy-<project>` by default. */
  readonly taskQueue?: string;
  /** For payloads over 64 KiB; the workers of the project have to read it. */
  readonly blobs?: BlobStore;
  /** A sender goes on to the next dispatcher after this many signals; 5,000 by default. */
  readonly maxSignalsPerEpoch?: number;
}

/** Hands events to the dispatcher of its instance. */
export interface EventSender {
  /** The dispatcher that the next event goes to. */
  readonly dispatcherId: string;
  /**
   * Resolves when Temporal has all of them, in this order. Events of calls at the same time travel together.
   *
   * @throws `Event.NotAccepted` with the event ids, `Event.TooLarge`, `Config.Invalid`, `Input.Invalid` for a name or an
   * id of more than 1,000 characters, `Blob.Unavailable`.
   */
  send(events: readonly OutgoingEvent[]): Promise<readonly SentEvent[]>;
  /** Makes sure that the dispatcher is open. */
  open(): Promise<void>;
  /** Tells the dispatcher that no more events come: it finishes what it has, and completes. */
  retire(): Promise<void>;
}

interface Waiting {
  readonly signal: EventSignal;
  readonly length: number;
  readonly since: number;
  readonly accepted: () => void;
  readonly refused: (error: unknown) => void;
}

/** @throws `Config.Invalid` when the instance id cannot be one. */
export function createEventSender(options: EventSenderOptions): EventSender {
  const { client, project, blobs, maxSignalsPerEpoch = DEFAULT_MAX_SIGNALS } = options;
  const { instance = `ingress-${randomInt(INGRESS_DISPATCHERS)}`, taskQueue = getTaskQueue(project) } = options;
  checkInstance(instance);
  let epoch = 0;
  let signals = 0;
  let lookedAt = -Infinity;
  /** UTF-16 units of JSON text since then. */
  let sentSince = 0;
  let pumping = false;
  const waiting: Waiting[] = [];

  const currentId = () => dispatcherId(project, { instance, epoch });
  const start = () => ({
    taskQueue,
    workflowId: currentId(),
    args: [{ project, instance, epoch } satisfies DispatcherInput],
    memo: { compozy_project: project },
    // Before the runs that it starts: their backlog must not keep events waiting. Servers without priorities ignore it.
    priority: { priorityKey: 1 },
  });

  function moveOn(): void {
    const old = client.workflow.getHandle(currentId());
    epoch += 1;
    signals = 0;
    // When this fails, the old one is retired with its instance.
    old.signal(RETIRE_SIGNAL).catch(() => undefined);
  }

  /** A dispatcher that retires says so where no worker is needed to read it; one that is full is left as well. */
  async function look(): Promise<void> {
    if (performance.now() - lookedAt < LOOK_INTERVAL_MS && sentSince < LOOK_AFTER_LENGTH) return;
    for (;;) {
      const found = await client.workflow
        .getHandle(currentId())
        .describe()
        .catch((error: unknown) => {
          if (error instanceof WorkflowNotFoundError) return undefined;
          throw error;
        });
      if (found?.status.name !== 'RUNNING') break;
      if (found.memo?.[RETIRING_MEMO] === true) {
        epoch += 1;
        signals = 0;
      } else if ((found.historySize ?? 0) > MAX_HISTORY_BYTES) moveOn();
      else break;
    }
    lookedAt = performance.now();
    sentSince = 0;
  }

  async function signalBatch(batch: readonly EventSignal[], length: number): Promise<void> {
    const begin = performance.now();
    for (let attempt = 1; ; attempt += 1) {
      try {
        await look();
        if (signals >= maxSignalsPerEpoch) moveOn();
        await client.workflow.signalWithStart(DISPATCHER_WORKFLOW_TYPE, {
          ...start(),
          signal: EVENT_SIGNAL,
          signalArgs: [batch],
        });
        signals += 1;
        sentSince += length;
        return;
      } catch (error) {
        const isLate = performance.now() - begin > GIVE_UP_AFTER_MS;
        if (isLate || attempt === ATTEMPTS || !isWorthAnother(error)) throw error;
        if (isFull(error)) moveOn();
        else await new Promise((resolve) => setTimeout(resolve, FIRST_DELAY_MS * 2 ** (attempt - 1)));
      }
    }
  }

  async function pump(): Promise<void> {
    if (pumping) return;
    pumping = true;
    while (waiting.length > 0) {
      const batch: Waiting[] = [];
      let length = 0;
      while (waiting.length > 0 && batch.length < MAX_BATCH_EVENTS) {
        const next = length + waiting[0]!.length;
        if (batch.length > 0 && next > MAX_BATCH_LENGTH) break;
        length = next;
        batch.push(waiting.shift()!);
      }
      const sent = signalBatch(
        batch.map(({ signal }) => signal),
        length,
      );
      await sent.then(
        () => batch.forEach(({ accepted }) => accepted()),
        (error: unknown) => {
          // Batch after batch, the last of those behind it would hear of it in minutes.
          const late = isWorthAnother(error) ? waiting.findIndex(isPatient) : 0;
          for (const { refused } of [...batch, ...waiting.splice(0, late === -1 ? waiting.length : late)])
            refused(error);
        },
      );
    }
    pumping = false;
  }

  return {
    get dispatcherId() {
      return currentId();
    },

    async send(events) {
      const signalsOf = await Promise.all(events.map((event) => toSignal(event, blobs)));
      const sent = signalsOf.map(
        (signal) =>
          new Promise<void>((accepted, refused) => {
            const { length } = JSON.stringify(signal);
            waiting.push({ signal, length, since: performance.now(), accepted, refused });
          }),
      );
      void pump();
      const eventIds = signalsOf.map(({ event_id }) => event_id);
      const failed = (await Promise.allSettled(sent)).find((result) => result.status === 'rejected');
      if (failed !== undefined) {
        const message = `Temporal did not take the events for "${currentId()}"; send them again with the same event ids`;
        throw new CompozyError('Event.NotAccepted', message, {
          details: { event_ids: eventIds },
          cause: failed.reason,
        });
      }
      return eventIds.map((eventId) => ({ eventId, accepted: true }));
    },

    async open() {
      lookedAt = -Infinity;
      await look();
      await client.workflow.start(DISPATCHER_WORKFLOW_TYPE, { ...start(), workflowIdConflictPolicy: 'USE_EXISTING' });
    },

    async retire() {
      try {
        await client.workflow.getHandle(currentId()).signal(RETIRE_SIGNAL);
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },
  };
}

async function toSignal(
  event: OutgoingEvent,
  blobs: BlobStore | undefined,
): Promise<EventSignal & { event_id: string }> {
  const { name, payload = null, eventId = randomUUID(), correlationId = eventId, source = 'api', workflowId } = event;
  if (name === '') throw new CompozyError('Config.Invalid', 'An event needs a name: that of the trigger it is for');
  for (const [field, text] of Object.entries({ name, eventId, correlationId, source, workflowId })) {
    if ((text ?? '').length <= MAX_TEXT) continue;
    const message = `"${field}" of an event has ${text!.length} characters; ${MAX_TEXT} are allowed`;
    throw new CompozyError('Input.Invalid', message, { details: { field } });
  }
  if (blobs === undefined && Buffer.byteLength(JSON.stringify(payload)) > INLINE_LIMIT_BYTES) {
    const message = `The payload of "${name}" has more than ${INLINE_LIMIT_BYTES} bytes: give the sender a blob store`;
    throw new CompozyError('Event.TooLarge', message, { details: { event_id: eventId } });
  }
  // That of a dead letter may have been stored long ago.
  if (blobs !== undefined) await touchBlobs(blobs, payload);
  return {
    name,
    payload: blobs === undefined ? payload : await inlineOrBlob(blobs, payload),
    event_id: eventId,
    correlation_id: correlationId,
    source,
    ...(workflowId === undefined ? {} : { workflow_id: workflowId }),
  };
}

/** Has not waited as long yet as anybody should. */
function isPatient({ since }: Waiting): boolean {
  return performance.now() - since <= GIVE_UP_AFTER_MS;
}

function grpcErrorOf(error: unknown) {
  if (isGrpcServiceError(error)) return error;
  return error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : undefined;
}

/** The server takes 10,000 signals in one Temporal run. */
function isFull(error: unknown): boolean {
  return grpcErrorOf(error)?.details.includes('signal events') ?? false;
}

function isWorthAnother(error: unknown): boolean {
  return isFull(error) || Number(grpcErrorOf(error)?.code) !== INVALID_ARGUMENT;
}
