import { isJsonObject, type Json } from '@compozy/core';
import type { AcceptedEvent } from '../common/protocol.js';

export interface IncomingEvents {
  readonly events: readonly AcceptedEvent[];
  /** Things in the signal that are no events. */
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
    if (!isJsonObject(item) || !isText(item['name'])) continue;
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
