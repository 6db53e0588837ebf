import type { BlobRef, Json } from '@compozy/core';

/** Names on the Temporal wire. Changing one breaks open dispatchers and foreign clients. */
export const DISPATCHER_WORKFLOW_TYPE = 'DispatcherWorkflow';
/** One event, or a list of them. */
export const EVENT_SIGNAL = 'event_channel';
/** No new events go here; what is pending is finished, then the dispatcher completes. */
export const RETIRE_SIGNAL = 'dispatcher.retire';
/** The query that gives a `DispatcherStatus`. */
export const STATUS_QUERY = 'dispatcher.status';
/** In the memo of a dispatcher that was told to retire: senders can read it when no worker runs. */
export const RETIRING_MEMO = 'compozy_retiring';

/** At most so many events in one signal, and in one call of `startTriggered`. */
export const MAX_BATCH_EVENTS = 100;
/** UTF-16 units of JSON text in one signal or call; at three bytes each it stays below the server's 2 MB. */
export const MAX_BATCH_LENGTH = 512 * 1024;

/** An event as any Temporal client may send it. */
export interface EventSignal {
  readonly name: string;
  /** A value of more than 64 KiB is a reference into the blob store. */
  readonly payload?: Json | BlobRef;
  /** The same id starts the same runs, once. Without one, every signal is an event of its own. */
  readonly event_id?: string;
  readonly correlation_id?: string;
  readonly source?: string;
  /** Only this workflow is considered. */
  readonly workflow_id?: string;
}

/** An event as the dispatcher keeps it until the start of every run was acknowledged. */
export interface AcceptedEvent extends EventSignal {
  readonly payload: Json | BlobRef;
  readonly event_id: string;
  readonly correlation_id: string;
  readonly source: string;
  /** Milliseconds since 1970, of the workflow's clock. */
  readonly accepted_at: number;
}

/** An accepted event with what is known of earlier attempts. */
export interface QueuedEvent {
  readonly event: AcceptedEvent;
  readonly attempts: number;
  /** Not tried again before this time. */
  readonly due_at: number;
}

/** What became of one event. `retry` keeps it; the others let it go. */
export type EventOutcome =
  | { readonly kind: 'started'; readonly runs: number; readonly rejected: number }
  | { readonly kind: 'dead'; readonly code: string; readonly message: string }
  | { readonly kind: 'retry'; readonly code: string; readonly message: string };

/** Events whose workflows are to be started. */
export interface StartTriggeredInput {
  readonly project: string;
  readonly dispatcher_id: string;
  readonly events: readonly QueuedEvent[];
  /** How many the dispatcher has, these among them. */
  readonly pending?: number;
}

/** What became of them. */
export interface StartTriggeredResult {
  /** One for each event, in their order. */
  readonly outcomes: readonly EventOutcome[];
}

/** A sign of life of a dispatcher, which holds for `ttlMs` milliseconds. */
export interface HeartbeatInput {
  readonly dispatcherId: string;
  readonly projectName: string;
  readonly serverId: string;
  readonly ttlMs: number;
}

/** The activities that a worker with dispatchers has to have. */
export interface DispatcherActivities {
  startTriggered(input: StartTriggeredInput): Promise<StartTriggeredResult>;
  /** For workflows of users; our own dispatcher never calls it, because it would fill its history. */
  dispatcherHeartbeat(input: HeartbeatInput): Promise<{ readonly recordedAt: string }>;
}

/** An event that reached nobody, for the status. */
export interface DeadEvent {
  readonly event_id: string;
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** What a dispatcher has to do, and what it has done since its first run. */
export interface DispatcherStatus {
  readonly project: string;
  readonly instance: string;
  readonly epoch: number;
  readonly retiring: boolean;
  /** Accepted, and not yet let go. */
  readonly pending: number;
  /** When the oldest of them was accepted, in milliseconds since 1970; null when there are none. */
  readonly oldest_pending_at: number | null;
  /** Different events that came in. */
  readonly accepted: number;
  /** Events that started their runs. */
  readonly handled: number;
  readonly dead: number;
  /** The last ones, oldest first. */
  readonly recent_dead: readonly DeadEvent[];
}

/** The input of `DispatcherWorkflow`. */
export interface DispatcherInput {
  readonly project: string;
  readonly instance: string;
  readonly epoch?: number;
  /** Set by continue-as-new only. */
  readonly resume?: DispatcherResume;
}

export interface DispatcherResume {
  readonly version: 1;
  readonly counters: DispatcherCounters;
  readonly retiring: boolean;
  /** Pending events in order of arrival: those in work, those in the blob store, the newest. */
  readonly queued: readonly QueuedEvent[];
  readonly stored: readonly StoredEvents[];
  readonly newest: readonly QueuedEvent[];
  readonly recent_dead: readonly DeadEvent[];
}

/** A list of pending events in the blob store. */
export interface StoredEvents {
  readonly ref: BlobRef;
  readonly count: number;
  /** When the oldest of them was accepted; earlier releases did not say. */
  readonly oldest_at?: number;
}

export interface DispatcherCounters {
  readonly accepted: number;
  readonly handled: number;
  readonly dead: number;
  /** Events that came without an id, and got one by this number. */
  readonly unnamed: number;
}
