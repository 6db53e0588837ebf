/*
 * The Temporal shell of a dispatcher: one loop, one batch of starts at a time. What it accepted is in the queue until
 * the starts were acknowledged, and crosses continue-as-new. Any worker of the project's task queue carries on with it.
 *
 * A signal that Temporal took is never refused: a dispatcher that is told to retire says so in its memo, so that
 * senders move on, and still handles what reaches it. It cannot complete over an unhandled signal: the server makes it
 * look again.
 */
import {
  ApplicationFailure,
  CancellationScope,
  defineQuery,
  defineSignal,
  makeContinueAsNewFunc,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import {
  INLINE_LIMIT_BYTES,
  isJsonObject,
  LOCAL_POLICY,
  type EngineActivities,
  type ErrorCode,
  type Json,
} from '@compozy/core';
import {
  EVENT_SIGNAL,
  MAX_BATCH_LENGTH,
  RETIRE_SIGNAL,
  RETIRING_MEMO,
  STATUS_QUERY,
  type DeadEvent,
  type DispatcherActivities,
  type DispatcherInput,
  type DispatcherStatus,
  type EventOutcome,
  type QueuedEvent,
  type StoredEvents,
} from '../common/protocol.js';
import { createEventQueue } from './event-queue.js';
import { toIncomingEvents } from './incoming-events.js';

/** The server takes 10,000 signals in one run, and a longer history is slower to pick up. */
const MAX_SIGNALS = 2_000;
const MAX_HISTORY_EVENTS = 20_000;
/** From here on a call is not waited for: its events go along, and starting them again starts nothing twice. */
const MAX_HISTORY_BYTES = 16 * 1024 * 1024;
const RECENT_DEAD = 20;
/** UTF-16 units of JSON text. */
const STORED_LENGTH = 192 * 1024;

/** Starts the runs of the events that it is signalled. */
export async function DispatcherWorkflow(input: DispatcherInput): Promise<DispatcherStatus> {
  const info = workflowInfo();
  checkInput(input, info.continuedFromExecutionRunId !== undefined);
  const { project, instance, epoch = 0, resume } = input;
  let queue = createEventQueue();
  let stored: readonly StoredEvents[] = resume?.stored ?? [];
  let newest: QueuedEvent[] = [...(resume?.newest ?? [])];
  /** On their way into the blob store. */
  let moving: readonly QueuedEvent[] = [];
  let { accepted, handled, dead, unnamed } = resume?.counters ?? { accepted: 0, handled: 0, dead: 0, unnamed: 0 };
  let recentDead: readonly DeadEvent[] = resume?.recent_dead ?? [];
  let retiring = resume?.retiring ?? false;
  let signals = 0;
  let received: { readonly argument: unknown; readonly at: number }[] = [];
  let wake: (() => void) | undefined;
  const wakeUp = (): void => wake?.();

  const status = (): DispatcherStatus => ({
    project,
    instance,
    epoch,
    retiring,
    pending: stored.reduce(
      (sum, { count }) => sum + count,
      queue.size + newest.length + moving.length + received.length,
    ),
    oldest_pending_at: oldestPending(),
    accepted,
    handled,
    dead,
    recent_dead: recentDead,
  });
  const oldestPending = (): number | null => {
    const oldest = Math.min(
      oldestOf([...queue.entries(), ...newest, ...moving]),
      ...received.map(({ at }) => at),
      ...stored.map(({ oldest_at = 0 }) => oldest_at),
    );
    return oldest === Infinity ? null : oldest;
  };
  const retire = (): void => {
    if (retiring) return;
    retiring = true;
    upsertMemo({ [RETIRING_MEMO]: true });
    wakeUp();
  };

  setHandler(defineQuery<DispatcherStatus>(STATUS_QUERY), status);
  setHandler(defineSignal(RETIRE_SIGNAL), retire);
  setHandler(defineSignal<[unknown]>(EVENT_SIGNAL), (argument) => {
    signals += 1;
    received.push({ argument, at: Date.now() });
    wakeUp();
  });
  CancellationScope.current().cancelRequested.catch(retire);

  return await CancellationScope.nonCancellable(async () => {
    const engine = proxyLocalActivities<EngineActivities>({
      startToCloseTimeout: LOCAL_POLICY.startToCloseMs,
      retry: { initialInterval: 1_000, maximumInterval: 30_000 },
    });
    // Others need not wait for one large event while the blob store is down.
    const tries = proxyLocalActivities<EngineActivities>({
      startToCloseTimeout: LOCAL_POLICY.startToCloseMs,
      retry: { initialInterval: 200, maximumAttempts: 3 },
    });
    const { startTriggered } = proxyActivities<DispatcherActivities>({
      startToCloseTimeout: 120_000,
      heartbeatTimeout: 10_000,
      retry: { initialInterval: 200, backoffCoefficient: 2, maximumInterval: 10_000 },
    });
    for (const entry of resume?.queued ?? []) queue.add(entry);
    let inFlight = false;
    let isGoingOn = false;
    let alarmAt: number | undefined;
    for (;;) {
      take();
      if (inFlight && workflowInfo().historySize > MAX_HISTORY_BYTES) await goOn();
      if (!inFlight) {
        if (signals >= MAX_SIGNALS || historyIsLong()) await goOn();
        let batch = queue.due(Date.now());
        while (batch.length === 0 && (await loadMore())) batch = queue.due(Date.now());
        if (batch.length > 0) dispatch(batch);
        else if (received.length === 0) {
          if (retiring && queue.size === 0) return status();
          setAlarm();
        }
      }
      if (received.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    }

    function take(): void {
      const arrived = received;
      received = [];
      for (const { argument, at } of arrived) {
        const incoming = toIncomingEvents(argument, at, () => `${info.firstExecutionRunId}/${(unnamed += 1)}`);
        dead += incoming.malformed;
        for (const event of incoming.events) {
          const entry: QueuedEvent = { event, attempts: 0, due_at: at };
          if (stored.length > 0) newest.push(entry);
          else if (!queue.add(entry)) continue;
          accepted += 1;
        }
      }
    }

    /** Takes the oldest events that are not in the queue into it; false when there are none. */
    async function loadMore(): Promise<boolean> {
      const [first, ...rest] = stored;
      if (first === undefined) return false;
      const entries = (await kept(engine.loadValue({ ref: first.ref }))) as unknown as readonly QueuedEvent[];
      stored = rest;
      for (const entry of entries) queue.add(entry);
      if (rest.length > 0) return true;
      for (const entry of newest) queue.add(entry);
      newest = [];
      return true;
    }

    function dispatch(batch: readonly QueuedEvent[]): void {
      inFlight = true;
      const { pending } = status();
      Promise.all(batch.map(lighten))
        .then((events) => startTriggered({ project, dispatcher_id: info.workflowId, events, pending }))
        .then(({ outcomes }) => settle(batch, outcomes))
        // It is retried without end, so this is a failure that says that trying again at once is of no use.
        .catch(() => settle(batch, []));
    }

    /** An event as it fits into the history once more: a signal may have been as large as one event of it. */
    async function lighten(entry: QueuedEvent): Promise<QueuedEvent> {
      if (lengthOf(entry) <= MAX_BATCH_LENGTH) return entry;
      const payload = await tries.storeValue({ value: entry.event.payload as Json });
      return { ...entry, event: { ...entry.event, payload } };
    }

    function settle(batch: readonly QueuedEvent[], outcomes: readonly EventOutcome[]): void {
      inFlight = false;
      if (isGoingOn) return;
      queue.settle(batch, outcomes, Date.now());
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome.kind === 'started') handled += 1;
        if (outcome.kind !== 'dead') continue;
        dead += 1;
        const { event_id, name } = batch[index]!.event;
        const { code, message } = outcome;
        recentDead = [...recentDead, { event_id, name, code, message: message.slice(0, 500) }].slice(-RECENT_DEAD);
      }
      wakeUp();
    }

    /** One timer for the earliest event that has to wait; one that fires for nothing does no harm. */
    function setAlarm(): void {
      const next = queue.nextDueAt(Date.now());
      if (next === undefined || (alarmAt !== undefined && alarmAt <= next)) return;
      alarmAt = next;
      void sleep(Math.max(1, next - Date.now())).then(() => {
        if (alarmAt === next) alarmAt = undefined;
        wakeUp();
      });
    }

    async function goOn(): Promise<void> {
      isGoingOn = true;
      if (lengthOf(queue.entries()) > INLINE_LIMIT_BYTES) {
        stored = [...(await store(queue.entries())), ...stored];
        queue = createEventQueue();
      }
      take();
      while (lengthOf(newest) > INLINE_LIMIT_BYTES) {
        moving = newest;
        newest = [];
        stored = [...stored, ...(await store(moving))];
        moving = [];
        take();
      }
      // No await from `take` on: what came in has to be part of what is handed over. So has the memo as it is now: by
      // itself the next run would have the one that the first began with.
      await makeContinueAsNewFunc<typeof DispatcherWorkflow>({ memo: workflowInfo().memo ?? {} })({
        project,
        instance,
        epoch,
        resume: {
          version: 1,
          counters: { accepted, handled, dead, unnamed },
          retiring,
          queued: queue.entries(),
          stored,
          newest,
          recent_dead: recentDead,
        },
      });
    }

    /** In pieces, because each stands in the history of the run that reads it. */
    async function store(entries: readonly QueuedEvent[]): Promise<readonly StoredEvents[]> {
      const pieces: StoredEvents[] = [];
      let piece: QueuedEvent[] = [];
      let length = 0;
      for (const [index, given] of entries.entries()) {
        const entry = await kept(lighten(given));
        piece.push(entry);
        length += lengthOf(entry);
        if (length < STORED_LENGTH && index < entries.length - 1) continue;
        const ref = await kept(engine.storeValue({ value: piece as unknown as Json }));
        pieces.push({ ref, count: piece.length, oldest_at: oldestOf(piece) });
        piece = [];
        length = 0;
      }
      return pieces;
    }
  });
}

/** Anybody may start one; a dispatcher that stumbled over its input would try its first step for ever. */
function checkInput(input: unknown, isContinued: boolean): void {
  const isComplete = isJsonObject(input) && isText(input['project']) && isText(input['instance']);
  if (isComplete && (isContinued || input['resume'] === undefined)) return;
  const message = isComplete
    ? '"resume" is for dispatchers that continue as new; leave it out'
    : 'A dispatcher needs {"project": …, "instance": …}';
  throw ApplicationFailure.create({ type: 'Input.Invalid' satisfies ErrorCode, message, nonRetryable: true });
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/**
 * A blob store that has lost its values must not end a dispatcher, which would lose events: a plain error fails the
 * workflow task, and that is tried again until the store is repaired.
 */
async function kept<T>(value: Promise<T>): Promise<T> {
  return await value.catch((error: unknown) => {
    throw new Error(`The blob store does not hold the pending events: ${String(error)}`);
  });
}

function oldestOf(entries: readonly QueuedEvent[]): number {
  return entries.reduce((oldest, { event }) => Math.min(oldest, event.accepted_at), Infinity);
}

function lengthOf(value: unknown): number {
  return JSON.stringify(value).length;
}

function historyIsLong(): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength > MAX_HISTORY_EVENTS;
}
