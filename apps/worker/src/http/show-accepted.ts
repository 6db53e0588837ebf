import { setTimeout as sleep } from 'node:timers/promises';
import { INLINE_LIMIT_BYTES, type EventRecord } from '@compozy/core';
import { eventRowId } from '@compozy/dispatcher';
import type { ApiDependencies, ApiEvent } from './api-dependencies.js';

/** A store that does not answer keeps nobody waiting: the event is taken, and is shown when something became of it. */
const SHOW_TIMEOUT_MS = 1_000;

/** So that an event can be asked for as soon as its sender knows of it. */
export async function showAccepted({ store, project }: ApiDependencies, event: ApiEvent): Promise<void> {
  // What is large is kept once, by the dispatcher's sender.
  if (store === undefined || JSON.stringify(event.payload).length > INLINE_LIMIT_BYTES) return;
  const now = new Date().toISOString();
  const { name, payload, correlationId, source } = event;
  const record: EventRecord = {
    eventId: eventRowId(event.eventId),
    project: project.name,
    name,
    payload,
    correlationId,
    source,
    status: 'accepted',
    started: [],
    error: null,
    acceptedAt: now,
    updatedAt: now,
  };
  const written = store.events.upsertAll([record]).catch(() => undefined);
  await Promise.race([written, sleep(SHOW_TIMEOUT_MS, undefined, { ref: false })]);
}
