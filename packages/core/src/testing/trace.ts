import type { Command } from '../interpreter/command.js';
import type { RunEvent } from '../interpreter/event.js';
import type { Json } from '../model/json.js';

/** What happened and what the machine asked for, without what differs between two runs of the same story. */
export interface TraceEntry {
  readonly event: string;
  readonly commands: readonly Json[];
}

/** One line of a trace: times, seeds and ids of the run are replaced by fixed words. */
export function toTraceEntry(event: RunEvent | { readonly kind: 'start' }, commands: readonly Command[]): TraceEntry {
  const key = 'key' in event ? ` ${event.key}` : event.kind === 'signal-received' ? ` ${event.name}` : '';
  return {
    event: `${event.kind}${key}`,
    commands: commands.map((command) => withoutRunValues(command as unknown as Json)),
  };
}

/** The value with times, seeds and ids of a run replaced by fixed words. */
export function withoutRunValues(value: Json, name = ''): Json {
  if (name === 'at') return 0;
  if (name === 'received_at_utc') return '1970-01-01T00:00:00.000Z';
  if (name === 'seed') return 'seed';
  if (name === 'execId' || name === 'exec_id') return 'exec';
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((element: Json) => withoutRunValues(element));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutRunValues(part, key)]));
}
