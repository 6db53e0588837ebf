import type { WorkerInterceptors, InjectedSinks } from '@temporalio/worker';
import type { RunStore, ToolLog } from '@compozy/activities';
import type {
  BlobStore,
  JsonObject,
  MemoryOperations,
  ScheduleOverrideRepository,
  Store,
  TaskRepository,
  Trigger,
  WorkflowRepository,
} from '@compozy/core';
import type { Project, ResourceList } from '@compozy/core/loader';
import type { DispatcherStore } from '@compozy/dispatcher';
import type { TemporalSettings } from './temporal/connection.js';
import type { HealthCheck } from './health/health-check.js';
import type { ToolFunctions } from './project/project-tools.js';
import type { ScheduleLog } from './schedules/keep-reconciled.js';

/** The parts of a `Store` that a worker uses; runs are written where there is room for them. */
export type WorkerStore = DispatcherStore &
  Partial<RunStore> &
  Partial<Pick<Store, 'ping' | 'blobs' | 'prune' | 'oldestRow'>>;

/** What a worker is made of. `project` and `temporal` are needed; everything else has a default. */
export interface WorkerOptions {
  readonly project: Project;
  readonly temporal: TemporalSettings;
  /** Functions beside, or instead of, those of the project's entrypoint; they win. */
  readonly tools?: ToolFunctions;
  /** Definitions made in code, beside those of the project's files. */
  readonly resources?: ResourceList;
  /**
   * Large values; by default in a store that hosts share, else in files in `<project>/.compozy/blobs`. Those of the
   * default and of `store` go with `retentionMs`; any others stay, because somebody else may refer to them.
   */
  readonly blobs?: BlobStore;
  /**
   * For memory tasks; by default a SQLite file `<project>/.compozy/memory.db`, which is for one host. So there is no
   * default beside a store that hosts share: a project with memories needs it then.
   */
  readonly memory?: MemoryOperations;
  /**
   * Where runs, events and dead letters are shown, and signs of life are kept; by default a SQLite file
   * `<project>/.compozy/state.db`, which is for one host. With `false` everything runs, nothing is listed, and nobody
   * retires what dead workers leave.
   */
  readonly store?: WorkerStore | false;
  /** Instead of the ones of `store`. */
  readonly workflowRepo?: () => WorkflowRepository;
  readonly taskRepo?: () => TaskRepository;
  readonly monitoring?: WorkerMonitoring;
  /** More of what `healthCheck` looks at. */
  readonly checks?: readonly HealthCheck[];
  /**
   * Hears of what fails in the background and is tried again: the reconciler of `store`, its `retention`, and the watch
   * over the `dispatcher`s of dead workers.
   */
  readonly onError?: (component: 'store' | 'retention' | 'dispatcher', error: unknown) => void;
  /** Hears what needs somebody's attention, once for each change; by default warnings become warnings of the process. */
  readonly onNotice?: (notice: WorkerNotice) => void;
  /** Caches that may be deleted at any time; by default `<project>/.compozy/cache`. */
  readonly cacheDir?: string;
  readonly onToolLog?: ToolLog;
  /** Workflow code of your own that re-exports `@compozy/workflows/workflow`; it may be TypeScript. */
  readonly workflowsPath?: string;
  /** For workflows of your own, beside the engine's. A name that the engine has is refused. */
  readonly activities?: Readonly<Record<string, (...args: never[]) => unknown>>;
  readonly config?: WorkerConfig;
  /** Names this worker and its dispatcher: letters, digits, "_" and "."; a new one at each start by default. */
  readonly instanceId?: string;
  /** `on-demand`: the dispatcher is started by the first event that is sent, and not by `setup`. */
  readonly dispatcher?: 'on-demand';
  /** `false`: the schedules of the workflows are not brought to Temporal, and those that are there are left alone. */
  readonly schedules?: false | WorkerSchedules;
  /** Temporal's worker versioning; without it every worker takes every run. */
  readonly versioning?: WorkerVersioning;
}

/** Nothing fails because of it now. */
export interface WorkerNotice {
  readonly component: 'retention';
  /** `info`: it is mended. */
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly details: JsonObject;
}

/** How much a worker does at once, and how long it may take to end. What is left out has Temporal's default. */
export interface WorkerConfig {
  /** 100 by default. */
  readonly maxConcurrentActivities?: number;
  readonly maxConcurrentLocalActivities?: number;
  readonly maxConcurrentWorkflowTasks?: number;
  /** How often this worker says that its dispatcher lives; 10,000 ms by default. */
  readonly heartbeatIntervalMs?: number;
  /** How long that holds; 30,000 ms by default. */
  readonly heartbeatTtlMs?: number;
  /**
   * How long the store keeps executions that have ended, events and dead letters, and the large values of these; for
   * ever by default. Longer than Temporal keeps runs, or what Temporal still has may be shown again for a while.
   */
  readonly retentionMs?: number;
  /**
   * The id of the namespace of Temporal that the rows of a store that hosts share belong to from now on. A worker that
   * is connected to another one than before leaves them alone without it, and is not healthy.
   */
  readonly adoptNamespace?: string;
  /** How long running activities may go on after `stop`; 30,000 ms by default. */
  readonly shutdownGraceMs?: number;
  /** For tools that set no `timeout`; by default that of the project file, else 60,000 ms. */
  readonly toolExecutionTimeoutMs?: number;
}

/** What watches a worker: Temporal's interceptors, and sinks that those of workflow code write to. */
export interface WorkerMonitoring {
  /** Modules under `workflowModules` are bundled with the engine's workflow code. */
  readonly interceptors?: WorkerInterceptors;
  // oxlint-disable-next-line no-explicit-any -- as Temporal declares it
  readonly sinks?: InjectedSinks<any>;
}

/**
 * Runs are pinned to the build that they began on, and move to the current one when they continue as new; dispatchers
 * always move. The deployment's current version is set with Temporal: `temporal worker deployment set-current-version`.
 */
export interface WorkerVersioning {
  readonly deploymentName: string;
  readonly buildId: string;
}

/** How the schedules of the project are kept the same in Temporal as in its files. */
export interface WorkerSchedules {
  /** A second place for changes by hand; Temporal has them too. */
  readonly overrides?: ScheduleOverrideRepository;
  /** What changed, and warnings; by default warnings become warnings of the process. */
  readonly log?: ScheduleLog;
}

/** Of a run of one workflow. */
export interface TriggerOptions extends DirectOptions {
  readonly initialTaskId?: string;
}

/** Of every run. */
export interface DirectOptions {
  readonly workflowExecId?: string;
  /** The same key starts one run, and gives that run again. */
  readonly idempotencyKey?: string;
  readonly trigger?: Trigger;
  /** What to do where there is an execution of that id already: `refuse` it, or `join` it. Default: `refuse`. */
  readonly existing?: 'refuse' | 'join';
}
