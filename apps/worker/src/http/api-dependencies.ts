import type {
  DeadLetterRepository,
  EventRepository,
  IdempotencyRepository,
  Json,
  JsonObject,
  MemoryOperations,
  ProjectSource,
  RateLimit,
  RateLimiter,
  RunView,
  TaskRepository,
  Trigger,
  WorkflowRecord,
  WorkflowRepository,
} from '@compozy/core';
import type { HealthCheck, HealthWarning } from '../health/health-check.js';
import type { Backlog } from '../temporal/queue-backlog.js';
import type { ApiKeys } from './api-key.js';

/** Which run an execution id belongs to, and whether it goes on. */
export interface RunReference {
  readonly workflowId: string;
  readonly workflowExecId: string;
  readonly temporalWorkflowId: string;
  /** The Temporal run that it ended with, where that is known: its Workflow Id may be another's by now. */
  readonly runId?: string;
  readonly open: boolean;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** The row of the store, when there is one. */
  readonly record?: WorkflowRecord;
}

/** A run to be started; its ids are chosen by the API, so that a repeated request has the same. */
export interface StartRequest {
  readonly workflowId: string;
  readonly workflowExecId: string;
  readonly input: Json;
  readonly initialTaskId?: string;
  readonly trigger: Trigger;
}

/** The runs of the project, as the API needs them. */
export interface ApiRuns {
  /**
   * Checks the request, then starts. Where there is a run of these ids already, open or ended, nothing is started.
   *
   * @throws `Config.UnknownWorkflow`, `Config.UnknownTask`, `Input.Invalid` before anything is stored.
   */
  start(request: StartRequest): Promise<RunReference>;
  find(workflowExecId: string): Promise<RunReference | undefined>;
  /** The run as it stands; large values are references. */
  read(run: RunReference): Promise<RunView>;
  /** With the run's own large values in place of their references. One that cannot be had now stays a reference. */
  whole<T extends Pick<RunView, 'input' | 'output'>>(view: T): Promise<T>;
  /** The end of the run, or `undefined` when it did not come within the time or the signal aborted. */
  wait(run: RunReference, timeoutMs: number, signal: AbortSignal): Promise<RunView | undefined>;
  cancel(run: RunReference): Promise<void>;
  pause(run: RunReference): Promise<void>;
  resume(run: RunReference): Promise<void>;
  signal(run: RunReference, name: string, payload: Json): Promise<void>;
}

/** An event as the API and webhooks send it. */
export interface ApiEvent {
  readonly eventId: string;
  readonly name: string;
  readonly payload: Json;
  readonly correlationId: string;
  readonly source: string;
  readonly workflowId?: string;
}

/** The dispatcher, as the API needs it. */
export interface ApiEvents {
  /** Resolves when the event cannot be lost any more. */
  send(event: ApiEvent): Promise<void>;
  /** Sends the event of a dead letter again; `undefined` when there is no such letter. */
  replay(deadLetterId: string): Promise<{ readonly eventId: string } | undefined>;
}

/** A schedule as it is in Temporal now. */
export interface ApiSchedule {
  readonly workflowId: string;
  readonly cron: string;
  readonly timezone: string;
  readonly enabled: boolean;
  /** Whether somebody changed it beside the YAML. */
  readonly isOverride: boolean;
  readonly yamlConfig: JsonObject;
  readonly nextRunTime: string | null;
  readonly lastRunTime: string | null;
}

/** The schedules of the project, by workflow id, as the API needs them. */
export interface ApiSchedules {
  list(): Promise<readonly ApiSchedule[]>;
  get(workflowId: string): Promise<ApiSchedule | undefined>;
  /** @throws `Config.Invalid` for a cron expression that is none. */
  update(workflowId: string, change: { readonly enabled?: boolean; readonly cron?: string }): Promise<ApiSchedule>;
  /** Forgets what was changed beside the YAML. */
  reset(workflowId: string): Promise<void>;
  /** Fires once, now. */
  trigger(workflowId: string): Promise<void>;
}

/** The parts of the store that the API reads and writes. */
export interface ApiStore {
  readonly workflows: WorkflowRepository;
  readonly tasks: TaskRepository;
  readonly events: EventRepository;
  readonly deadLetters: DeadLetterRepository;
  readonly idempotency: IdempotencyRepository;
}

export type RateLimitOptions = RateLimit;

/** What the API works on, and its limits. */
export interface ApiDependencies {
  readonly project: ProjectSource;
  readonly runs: ApiRuns;
  /** Without it, lists and `Idempotency-Key` are answered with 501. */
  readonly store?: ApiStore;
  /** Without it, the routes of events are answered with 501. */
  readonly events?: ApiEvents;
  /** Without it, the routes of memories are answered with 501. */
  readonly memory?: Pick<MemoryOperations, 'execute' | 'check'>;
  /** What the route of health looks at. */
  readonly checks?: readonly HealthCheck[];
  /** What works worse than it should; callers are told the names and times only. */
  readonly warnings?: () => Promise<readonly HealthWarning[]>;
  /** Without it, the routes of schedules are answered with 501. */
  readonly schedules?: ApiSchedules;
  /** When given, every request needs a key. */
  readonly apiKeys?: ApiKeys;
  readonly rateLimit?: RateLimitOptions;
  /** Wrong API keys that one address may send: 20 at once and 20 a minute by default. */
  readonly wrongKeys?: RateLimitOptions;
  /** Addresses and subnets of proxies whose `X-Forwarded-For` is believed; none by default. */
  readonly trustedProxies?: readonly string[];
  /** Origins whose scripts may read answers in a browser, such as `https://app.example.com`; none by default. */
  readonly corsOrigins?: readonly string[];
  /** For callers that are known by their address only; `rateLimit` by default. */
  readonly addressRateLimit?: RateLimitOptions | 'none';
  /** Counts for several servers; each counts alone without it, and while it does not answer. */
  readonly limiter?: RateLimiter;
  /** What waits for a worker. */
  readonly backlog?: () => Promise<Backlog>;
  /** While more tasks wait, new executions, events and webhooks are answered with 429; no limit by default. */
  readonly maxBacklog?: number;
  /** Streams that one API key, or one address without a key, may have open: 250 by default; 0 is no limit. */
  readonly maxStreams?: number;
  /** 1 MiB by default. */
  readonly maxBodyBytes?: number;
  readonly closing?: {
    /** Aborted when the server begins to drain: listeners come back elsewhere. */
    readonly streams: AbortSignal;
    /** Aborted when there is no time left: who waits for the end of an execution is told to ask for it later. */
    readonly waits: AbortSignal;
  };
  /** Hears of every failure of the server, with what was thrown. */
  readonly onError?: (error: unknown, context: { readonly requestId: string; readonly path: string }) => void;
}
