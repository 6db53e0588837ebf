import { isJsonObject, type Json, type SignalEnvelope } from '@compozy/core';
import type { RunEvent } from '@compozy/core/interpreter';

/**
 * A Temporal signal as an event of the machine. Anybody may send one: its argument is the payload, or an envelope
 * `{payload, metadata}` that says more of it.
 */
export function toSignalEvent(name: string, argument: unknown): RunEvent {
  const at = Date.now();
  if (!isEnvelope(argument)) return { kind: 'signal-received', name, payload: (argument ?? null) as Json, at };
  const { signal_id: id, source } = argument.metadata ?? {};
  return {
    kind: 'signal-received',
    name,
    payload: argument.payload,
    at,
    ...(typeof id === 'string' && id !== '' ? { id } : {}),
    ...(typeof source === 'string' && source !== '' ? { source } : {}),
  };
}

function isEnvelope(value: unknown): value is SignalEnvelope {
  if (!isJsonObject(value) || !Object.hasOwn(value, 'payload')) return false;
  if (Object.keys(value).some((key) => key !== 'payload' && key !== 'metadata')) return false;
  return value['metadata'] === undefined || isJsonObject(value['metadata']);
}
