import type { Json, JsonObject } from '../../model/json.js';
import type { Page } from './run-records.js';

export type EventStatus = 'accepted' | 'processed' | 'dead';

/** An event from outside, and what became of it. A projection: the dispatcher's own state is the truth. */
export interface EventRecord {
  readonly eventId: string;
  readonly project: string;
  readonly name: string;
  readonly payload: Json;
  readonly correlationId: string;
  readonly source: string;
  readonly status: EventStatus;
  /** Runs that it started. */
  readonly started: readonly { readonly workflowId: string; readonly workflowExecId: string }[];
  readonly error: JsonObject | null;
  readonly acceptedAt: string;
  readonly updatedAt: string;
}

export interface EventRepository {
  /** `accepted` never overwrites a later status. Events of one id and different names are different events. */
  upsertAll(records: readonly EventRecord[]): Promise<void>;
  /** Without a name, of the events with this id the one that was accepted last. */
  get(project: string, eventId: string, name?: string): Promise<EventRecord | undefined>;
  /** Newest first. */
  list(filter: {
    readonly project: string;
    readonly status?: EventStatus;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<Page<EventRecord>>;
}

/** Why an event reached nobody, and the event itself, to be sent again. */
export interface DeadLetter {
  /** Of this entry; a replayed event that dies again makes a new one. */
  readonly id: string;
  readonly project: string;
  readonly event: {
    readonly eventId: string;
    readonly name: string;
    readonly payload: Json;
    readonly correlationId: string;
    readonly source: string;
  };
  readonly workflowId: string | null;
  readonly reason: JsonObject;
  readonly at: string;
  readonly replayedAt: string | null;
}

export interface DeadLetterRepository {
  /** The same id is stored once. */
  addAll(letters: readonly DeadLetter[]): Promise<void>;
  get(project: string, id: string): Promise<DeadLetter | undefined>;
  list(filter: {
    readonly project: string;
    readonly replayed?: boolean;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<Page<DeadLetter>>;
  markReplayed(project: string, id: string, at: string): Promise<boolean>;
  remove(project: string, id: string): Promise<boolean>;
}
