import { isGrpcServiceError } from '@temporalio/client';
import {
  CompozyError,
  isBlobRef,
  toErrorView,
  toFailureRecord,
  type BlobStore,
  type DeadLetter,
  type EventRecord,
  type Json,
  type JsonObject,
  type RunGateway,
} from '@compozy/core';
import { loadJson, touchBlobs } from '@compozy/core/blobs';
import type { EventRoutes } from '@compozy/core/schema';
import type { AcceptedEvent, EventOutcome, QueuedEvent, StartTriggeredInput } from './common/protocol.js';
import type { EventRecorder, EventRows } from './event-recorder.js';
import { eventRowId } from './event-row-id.js';
import { processEventSignal } from './process-event-signal.js';
import type { CompiledTrigger } from './routing-map.js';

const CONCURRENT_EVENTS = 20;
/**
 * A dead letter is the only trace of its event, so the event stays while the store is down: for ever beside this many
 * others, for so many attempts where there are more.
 */
const HELD_EVENTS = 1_000;
const STORE_ATTEMPTS = 10;
const INVALID_ARGUMENT = 3;

export interface StartTriggeredOptions {
  readonly projectName: string;
  readonly map: ReadonlyMap<string, readonly CompiledTrigger[]>;
  readonly runs: Pick<RunGateway, 'startRun'>;
  readonly blobs: BlobStore;
  readonly recorder?: EventRecorder;
}

/** What is known of one event after an attempt, for the dispatcher and for the store. */
interface Dispatched {
  readonly outcome: EventOutcome;
  readonly started: EventRecord['started'];
  readonly letters: readonly DeadLetter[];
}

/**
 * Starts the runs of a batch of events. A run that exists already counts as started. One event's failure does not
 * touch the others.
 */
export async function startTriggered(
  input: StartTriggeredInput,
  options: StartTriggeredOptions,
): Promise<readonly EventOutcome[]> {
  const { projectName, recorder } = options;
  if (input.project !== projectName) {
    throw new CompozyError(
      'Config.WrongProject',
      `This worker serves project "${projectName}", not "${input.project}": give each project a task queue of its own`,
    );
  }
  const results = await mapConcurrently(input.events, (entry) => dispatchEvent(entry, options));
  if (recorder === undefined) return results.map(({ outcome }) => outcome);
  if (await recorder.write(toRows(input.events, results, projectName))) return results.map(({ outcome }) => outcome);
  const isCalm = (input.pending ?? Infinity) <= HELD_EVENTS;
  const held = results.map(({ outcome, letters, started }, index): Dispatched => {
    const mayWait = input.events[index]!.attempts + 1 < STORE_ATTEMPTS || isCalm;
    if (letters.length === 0 || outcome.kind === 'retry' || !mayWait) return { outcome, letters, started };
    const message = 'The dead letter could not be stored';
    return { outcome: { kind: 'retry', code: 'Store.Unavailable', message }, letters: [], started: [] };
  });
  recorder.keep(toRows(input.events, held, projectName));
  return held.map(({ outcome }) => outcome);
}

async function dispatchEvent({ event }: QueuedEvent, options: StartTriggeredOptions): Promise<Dispatched> {
  const { map, runs, blobs } = options;
  try {
    let routes: EventRoutes | undefined;
    // Kept from now on as long as its dead letter, or until the run that it starts is opened.
    await touchBlobs(blobs, event.payload as Json);
    const payload = isBlobRef(event.payload) ? await loadJson(blobs, event.payload) : event.payload;
    if (!processEventSignal({ ...event, payload }, map, (found) => (routes = found)) || routes === undefined) {
      return dead(event, options, unknownEvent(event, map));
    }
    for (const run of routes.starts) {
      // What is large stays in the blob store.
      const kept = event.payload as Json;
      await runs.startRun({ ...run, input: kept, trigger: { ...run.trigger, payload: kept } });
    }
    const [refused] = routes.rejected;
    if (routes.starts.length === 0 && refused !== undefined && routes.rejected.length === 1)
      return dead(event, options, refused.error, refused.workflowId);
    const letters = routes.rejected.map(({ workflowId, error }) => toLetter(event, options, error, workflowId));
    const started = routes.starts.map(({ workflowId, workflowExecId }) => ({ workflowId, workflowExecId }));
    const outcome: EventOutcome =
      started.length === 0 && refused !== undefined
        ? { kind: 'dead', code: refused.error.code, message: refused.error.message }
        : { kind: 'started', runs: started.length, rejected: letters.length };
    return { outcome, started, letters };
  } catch (error) {
    const { code, message } = toFailureRecord(error, 'Task.Failed');
    if (isFinal(error)) return dead(event, options, error);
    return { outcome: { kind: 'retry', code, message: message.slice(0, 500) }, started: [], letters: [] };
  }
}

function unknownEvent(event: AcceptedEvent, map: ReadonlyMap<string, unknown>): CompozyError {
  const { name, workflow_id } = event;
  const known = [...map.keys()].toSorted();
  const listened = known.length === 0 ? 'none' : known.map((each) => `"${each}"`).join(', ');
  const what =
    workflow_id === undefined
      ? `No workflow has a trigger "${name}"`
      : `Workflow "${workflow_id}" is not there, or has no trigger "${name}"`;
  return new CompozyError('Event.Unknown', `${what}; there are ${listened}`, {
    details: { name, known },
  });
}

function dead(event: AcceptedEvent, options: StartTriggeredOptions, error: unknown, workflowId?: string): Dispatched {
  const { code, message } = toFailureRecord(error, 'Task.Failed');
  return {
    outcome: { kind: 'dead', code, message: message.slice(0, 500) },
    started: [],
    letters: [toLetter(event, options, error, workflowId)],
  };
}

function toLetter(
  event: AcceptedEvent,
  { projectName }: StartTriggeredOptions,
  error: unknown,
  workflowId: string | undefined = event.workflow_id,
): DeadLetter {
  return {
    id: eventRowId(workflowId === undefined ? event.event_id : `${event.event_id}/${workflowId}`),
    project: projectName,
    event: {
      eventId: eventRowId(event.event_id),
      name: event.name,
      payload: event.payload as Json,
      correlationId: event.correlation_id,
      source: event.source,
    },
    workflowId: workflowId ?? null,
    reason: toReason(error),
    at: new Date().toISOString(),
    replayedAt: null,
  };
}

function toReason(error: unknown): JsonObject {
  return toErrorView(toFailureRecord(error, 'Task.Failed'));
}

/** Whether the same would come of another attempt. */
function isFinal(error: unknown): boolean {
  if (CompozyError.isInstance(error)) return !error.retryable;
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  return isGrpcServiceError(cause) && Number(cause.code) === INVALID_ARGUMENT;
}

function toRows(entries: readonly QueuedEvent[], results: readonly Dispatched[], project: string): EventRows {
  const now = new Date().toISOString();
  const rows = results.flatMap(({ outcome, started, letters }, index): EventRecord[] => {
    if (outcome.kind === 'retry') return [];
    const { event } = entries[index]!;
    return [
      {
        eventId: eventRowId(event.event_id),
        project,
        name: event.name,
        payload: event.payload as Json,
        correlationId: event.correlation_id,
        source: event.source,
        status: outcome.kind === 'dead' ? 'dead' : 'processed',
        started,
        error: letters[0]?.reason ?? null,
        acceptedAt: new Date(event.accepted_at).toISOString(),
        updatedAt: now,
      },
    ];
  });
  return { rows, letters: results.flatMap((result) => result.letters) };
}

async function mapConcurrently<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results = Array.from<R>({ length: items.length });
  const rest = items.entries();
  const lane = async () => {
    for (const [index, item] of rest) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENT_EVENTS, items.length) }, lane));
  return results;
}
