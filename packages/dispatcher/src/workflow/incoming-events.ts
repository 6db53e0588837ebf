import { isJsonObject, type Json, type JsonObject } from '@compozy/core';
import type { AcceptedEvent } from '../common/protocol.js';

const TEXTS = ['name', 'event_id', 'correlation_id', 'source', 'workflow_id'] as const;
const MAX_TEXT = 10_000;

export interface IncomingEvents {
  readonly events: readonly AcceptedEvent[];
  /** Things in the signal that are no events, or whose names are too long to be any. */
  readonly malformed: number;
}

/**
 * The argument of an event signal as events. Anybody may send one; nothing at all is a way to start a dispatcher.
 * `nextId` names events that came without an id, the same in every replay.
 */
export function toIncomingEvents(argument: unknown, acceptedAt: number, nextId: () => string): IncomingEvents {
  const items: readonly unknown[] = Array.isArray(argument) ? argument : [argument ?? []].flat();
  const events: AcceptedEvent[] = [];
  for (const item of items) {
    if (!isJsonObject(item) || !isText(item['name']) || !isShort(item)) continue;
    const { name, payload, event_id, correlation_id, source, workflow_id } = item;
    const id = isText(event_id) ? event_id : nextId();
    events.push({
      name,
      payload: (payload ?? null) as Json,
      event_id: id,
      correlation_id: isText(correlation_id) ? correlation_id : id,
      source: isText(source) ? source : 'event',
      accepted_at: acceptedAt,
      ...(isText(workflow_id) ? { workflow_id } : {}),
    });
  }
  return { events, malformed: items.length - events.length };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** What cannot be put into the blob store has to stay small: it stands in the history again with each call. */
function isShort(event: JsonObject): boolean {
  return TEXTS.every((field) => {
    const value = event[field];
    return typeof value !== 'string' || value.length <= MAX_TEXT;
  });
}
