import { isBlobRef } from '@compozy/core';
import { routeEvent, type EventRoutes } from '@compozy/core/schema';
import type { AcceptedEvent } from './common/protocol.js';
import type { CompiledTrigger } from './routing-map.js';

/** An event as its sender wrote it. Without an id, nothing may be started by what is found for it. */
export type EventToRoute = Pick<AcceptedEvent, 'name'> & Partial<Omit<AcceptedEvent, 'accepted_at'>>;

/**
 * Whether somebody listens to the event. `found` gets the runs that it starts, and the workflows that refuse its
 * payload. Starts nothing by itself. A payload in the blob store has to be read before.
 */
export function processEventSignal(
  signal: EventToRoute,
  map: ReadonlyMap<string, readonly CompiledTrigger[]>,
  found?: (routes: EventRoutes) => void,
): boolean {
  const { name, payload = null, event_id = '', correlation_id = event_id, source = 'api', workflow_id } = signal;
  const listening = map.get(name) ?? [];
  const triggers = listening.filter(({ workflowId }) => workflow_id === undefined || workflowId === workflow_id);
  const [first] = triggers;
  if (first === undefined) return false;
  const event = {
    name,
    payload: isBlobRef(payload) ? null : payload,
    eventId: event_id,
    correlationId: correlation_id,
  };
  const plans = new Set(triggers.map(({ plan }) => plan));
  found?.(routeEvent({ ...event, source }, plans, first.validator));
  return true;
}
