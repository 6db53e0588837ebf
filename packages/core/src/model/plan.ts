import type { Json, JsonObject } from './json.js';
import type { MemoryDefinition } from './memory.js';
import type { Task } from './task.js';

export interface ToolDefinition {
  readonly id: string;
  readonly description?: string;
  readonly input?: JsonObject;
  readonly output?: JsonObject;
  readonly with?: JsonObject;
  readonly config?: JsonObject;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** `false`: a call that was lost with its worker is not repeated. */
  readonly idempotent?: false;
}

/** A name that starts the workflow. Signals and the events of webhooks share one name space. */
export interface PlanTrigger {
  readonly type: 'signal' | 'webhook';
  readonly name: string;
  /** JSON Schema of the payload. */
  readonly schema?: JsonObject;
}

/** How a sender shows that it knows the secret. */
export type WebhookStrategy = 'none' | 'hmac' | 'stripe' | 'github' | 'standard';

/** What a request to a webhook may mean, if `filter` holds. */
export interface PlanWebhookEvent {
  readonly name: string;
  /** CEL over `payload`, `headers` and `query`. */
  readonly filter: string;
  /** Templates over `.payload`. */
  readonly input: JsonObject;
  /** JSON Schema of what `input` gives. */
  readonly schema?: JsonObject;
}

/** A path of the HTTP API that starts the workflow. */
export interface PlanWebhook {
  /** In lower case; unique in the project. */
  readonly slug: string;
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly verify: {
    readonly strategy: WebhookStrategy;
    /** With the signature; in lower case. */
    readonly header?: string;
    /** As it was written: a template over `.env`, rendered when a request comes. */
    readonly secret?: string;
    /** How far the time of a signature may be off. */
    readonly skewMs: number;
  };
  readonly dedupe: {
    readonly enabled: boolean;
    readonly ttlMs: number;
    /** Dot path into the body. */
    readonly key?: string;
    /** Somebody asked for it: where nothing else that is signed names a delivery, all that is signed does. */
    readonly isAskedFor?: true;
  };
  readonly events: readonly PlanWebhookEvent[];
}

/** What happens when the schedule fires while a run that it started goes on. */
export type ScheduleOverlap = 'skip' | 'allow' | 'buffer_one' | 'buffer_all' | 'cancel_other' | 'terminate_other';

/** When a workflow starts by itself, with every default in it. */
export interface PlanSchedule {
  /** Checked; 5, 6 or 7 fields, `@every` or a macro, as it was written. */
  readonly cron: string;
  /** IANA name. */
  readonly timezone: string;
  readonly enabled: boolean;
  readonly overlap: ScheduleOverlap;
  readonly jitterMs?: number;
  /** ISO 8601 in UTC; so is `endAt`. */
  readonly startAt?: string;
  readonly endAt?: string;
  /** As it was written: defaults of the input schema are put in when it fires. */
  readonly input: JsonObject;
}

/** What can run alone, as a run of its own. */
export type DirectKind = 'task';

/**
 * One workflow of one project, checked and normalised: what a run is pinned to. JSON, without secrets.
 * Templates stand in it as source; parsed forms are caches of a process.
 */
export interface Plan {
  /** Meaning of this plan; a later engine keeps what an older one promised. */
  readonly semantics: 1;
  readonly project: { readonly name: string; readonly version?: string; readonly description?: string };
  readonly workflow: { readonly id: string; readonly version?: string; readonly description?: string };
  /** What runs alone, without a workflow round it: the run ends with its first task. Missing for a workflow. */
  readonly direct?: DirectKind;
  /** The file of the workflow, or of what runs alone, relative to the project. */
  readonly file: string;
  readonly input?: JsonObject;
  readonly tasks: readonly Task[];
  /** D-21: no task has a transition, so they run in the order of the file. */
  readonly inListOrder: boolean;
  readonly outputs?: Json;
  /** `line:column` of each expression in `outputs`, by JSON pointer into the workflow file. */
  readonly expressions?: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly publicEnv: Readonly<Record<string, string>>;
  readonly tools: Readonly<Record<string, ToolDefinition>>;
  readonly triggers: readonly PlanTrigger[];
  /** Missing when there are none. */
  readonly webhooks?: readonly PlanWebhook[];
  /** By id; missing when there are none. */
  readonly memories?: Readonly<Record<string, MemoryDefinition>>;
  readonly schedule?: PlanSchedule;
}
