import type { Json, JsonObject } from '../model/json.js';
import { jsonBytes } from '../model/json-size.js';
import { behaviorOf, taskAt } from '../tasks/behaviors.js';
import type { Draft } from './draft.js';
import type { RunEvent } from './event.js';
import { stableId } from '../model/stable-id.js';
import type { HeldSignal, RunState, SignalState } from './state.js';

/** What a run holds of signals that nothing has waited for yet. */
const MAX_SIGNALS = 1_000;
const MAX_SIGNAL_BYTES = 1024 * 1024;
const REMEMBERED_IDS = 1_000;

export const NO_SIGNALS: SignalState = { held: [], waits: {}, ids: [], received: 0, refused: 0 };

type SignalReceived = Extract<RunEvent, { kind: 'signal-received' }>;

/** Whether a run has room for one more signal. */
export function hasRoomFor(state: RunState, payload: Json): boolean {
  const { held } = state.signals;
  if (held.length >= MAX_SIGNALS) return false;
  const bytes = held.reduce((sum, signal) => sum + signal.bytes, jsonBytes(payload));
  return bytes <= MAX_SIGNAL_BYTES;
}

/** Whether the sender of `event` tries again what was heard. */
export function isRepeated(state: RunState, event: SignalReceived): boolean {
  return event.id !== undefined && state.signals.ids.includes(event.id);
}

/** What a run makes of a signal: some task waits for its name, it has heard that id, or neither. */
export type Listening = 'waits' | 'heard' | 'no';

export function listensTo(state: RunState, name: string, id: string): Listening {
  if (state.signals.ids.includes(id)) return 'heard';
  return !state.ended && Object.values(state.signals.waits).includes(name) ? 'waits' : 'no';
}

/** Keeps a signal for the tasks that wait for it, or for one that will. */
export function receiveSignal(draft: Draft, event: SignalReceived): void {
  const { signals } = draft.fields;
  const ids = event.id === undefined ? signals.ids : [...signals.ids, event.id].slice(-REMEMBERED_IDS);
  if (!hasRoomFor(draft.fields, event.payload)) {
    draft.fields.signals = { ...signals, refused: signals.refused + 1 };
    return;
  }
  const waiting = Object.keys(signals.waits).filter((key) => signals.waits[key] === event.name);
  const signal: HeldSignal = {
    id: event.id ?? stableId(`${draft.context.execId}/signal/${signals.received}`),
    name: event.name,
    payload: event.payload,
    source: event.source ?? 'temporal',
    at: draft.at,
    bytes: jsonBytes(event.payload),
    for: waiting,
    taken: false,
  };
  draft.fields.signals = { ...signals, held: [...signals.held, signal], ids, received: signals.received + 1 };
  for (const key of waiting) draft.work.push({ kind: 'signal', key });
}

/**
 * From now on the task is told of signals called `name`; it finds those that came before and that no task has taken.
 * Tasks that begin to wait side by side, in the same turn, all see a signal; the next task in a row does not see it
 * again: one answer would answer two questions.
 */
export function openWait(draft: Draft, key: string, name: string): void {
  const { signals } = draft.fields;
  const sees = (signal: HeldSignal) =>
    signal.name === name &&
    (!signal.taken || draft.takenNow.get(signal.id)?.every((taker) => areSideBySide(draft, taker, key)) === true);
  draft.fields.signals = {
    ...signals,
    waits: { ...signals.waits, [key]: name },
    held: signals.held.map((signal) => (sees(signal) ? { ...signal, for: [...signal.for, key] } : signal)),
  };
}

/** What the task did not look at is kept for the next one. */
export function closeWait(draft: Draft, key: string): void {
  const { signals } = draft.fields;
  if (signals.waits[key] === undefined) return;
  const { [key]: _closed, ...waits } = signals.waits;
  draft.fields.signals = { ...signals, waits, held: signals.held.map((signal) => without(signal, key)) };
}

/** The oldest signal that the task has not looked at yet, as templates see it. */
export function takeSignal(draft: Draft, key: string): JsonObject | undefined {
  const { signals } = draft.fields;
  const index = signals.held.findIndex((signal) => signal.for.includes(key));
  const signal = signals.held[index];
  if (signal === undefined) return undefined;
  draft.takenNow.set(signal.id, [...(draft.takenNow.get(signal.id) ?? []), key]);
  const held = signals.held.with(index, { ...without(signal, key), taken: true });
  draft.fields.signals = { ...signals, held };
  return {
    name: signal.name,
    payload: signal.payload,
    metadata: {
      signal_id: signal.id,
      received_at_utc: new Date(signal.at).toISOString(),
      workflow_id: draft.context.workflowId,
      source: signal.source,
    },
  };
}

/** At the end of a turn: a signal that was taken, and that nobody else is to see, is gone. */
export function sweepSignals(draft: Draft): void {
  const { signals } = draft.fields;
  const held = signals.held.filter((signal) => !signal.taken || signal.for.length > 0);
  if (held.length < signals.held.length) draft.fields.signals = { ...signals, held };
}

/** Whether two tasks run in different branches of one container. */
function areSideBySide(draft: Draft, a: string, b: string): boolean {
  const above = new Set(ancestors(draft, a));
  const common = ancestors(draft, b).find((key) => above.has(key));
  if (common === undefined) return false;
  const task = taskAt(draft.plan.tasks, draft.node(common).ref);
  return behaviorOf(task).runsSideBySide?.(task) === true;
}

/** Keys of the containers of a task, the nearest first. */
function ancestors(draft: Draft, key: string): readonly string[] {
  const { parent } = draft.node(key);
  return parent === null ? [] : [parent, ...ancestors(draft, parent)];
}

function without(signal: HeldSignal, key: string): HeldSignal {
  return { ...signal, for: signal.for.filter((owner) => owner !== key) };
}
