import path from 'node:path';
import { Client } from '@temporalio/client';
import { Worker, type NativeConnection } from '@temporalio/worker';
import { createActivities, createProjectMask, type RunStore, type ToolLog } from '@compozy/activities';
import {
  CompozyError,
  getTaskQueue,
  PAUSE_SIGNAL,
  RESUME_SIGNAL,
  type BlobStore,
  type Json,
  type MemoryOperations,
  type ScheduleOverrideRepository,
  type Trigger,
} from '@compozy/core';
import { createFileBlobStore } from '@compozy/core/blobs';
import type { Project } from '@compozy/core/loader';
import {
  createDispatcherActivities,
  type DispatcherStore,
  type OutgoingEvent,
  type SentEvent,
} from '@compozy/dispatcher';
import { createMemory, createSqliteStore } from '@compozy/memory';
import { workflowsPath } from '@compozy/workflows';
import { connect, type TemporalSettings } from './connection.js';
import { createExecId } from './exec-id.js';
import { createProjectHost } from './project-host.js';
import { createProjectTools, type ToolFunctions } from './project-tools.js';
import { createRunReconciler } from './reconcile-runs.js';
import { createRunGateway, temporalWorkflowId } from './run-gateway.js';
import { createRunHandle, type RunHandle } from './run-handle.js';
import { keepReconciled, type ScheduleLog } from './schedules/keep-reconciled.js';
import { createScheduleManager, type ScheduleManager } from './schedules/schedule-manager.js';
import { findSearchAttributes } from './search-attributes.js';
import { createWorkerEvents } from './worker-events.js';
import { bundleWorkflows } from './workflow-bundle.js';

/** The parts of a `Store` that a worker writes to; runs are written where there is room for them. */
export type WorkerStore = DispatcherStore & Partial<Pick<RunStore, 'workflows' | 'tasks'>>;

export interface WorkerOptions {
  readonly project: Project;
  readonly temporal: TemporalSettings;
  /** Functions beside, or instead of, those of the project's entrypoint; they win. */
  readonly tools?: ToolFunctions;
  /** Large values; by default files in `<project>/.compozy/blobs`. */
  readonly blobs?: BlobStore;
  /** For memory tasks; by default a SQLite file `<project>/.compozy/memory.db`, which the first of them creates. */
  readonly memory?: MemoryOperations;
  /** Caches that may be deleted at any time; by default `<project>/.compozy/cache`. */
  readonly cacheDir?: string;
  readonly onToolLog?: ToolLog;
  /** How long running activities may go on after `stop`; 30,000 ms by default. */
  readonly shutdownGraceMs?: number;
  /** Workflow code of your own that re-exports `@compozy/workflows/workflow`. */
  readonly workflowsPath?: string;
  readonly maxConcurrentActivities?: number;
  /**
   * Where runs, events and dead letters are shown, and signs of life are kept. Without it everything runs, nothing is
   * listed, and nobody retires what dead workers leave.
   */
  readonly store?: WorkerStore;
  /** Names this worker and its dispatcher: letters, digits, "_" and "."; a new one at each start by default. */
  readonly instanceId?: string;
  /** `on-demand`: the dispatcher is started by the first event that is sent, and not by `setup`. */
  readonly dispatcher?: 'on-demand';
  /** `false`: the schedules of the workflows are not brought to Temporal, and those that are there are left alone. */
  readonly schedules?: false | WorkerSchedules;
}

export interface WorkerSchedules {
  /** A second place for changes by hand; Temporal has them too. */
  readonly overrides?: ScheduleOverrideRepository;
  /** What changed, and warnings; by default warnings become warnings of the process. */
  readonly log?: ScheduleLog;
}

export interface TriggerOptions {
  readonly initialTaskId?: string;
  readonly workflowExecId?: string;
  readonly trigger?: Trigger;
  /** What to do where there is an execution of that id already: `refuse` it, or `join` it. Default: `refuse`. */
  readonly existing?: 'refuse' | 'join';
}

export interface CompozyWorker {
  readonly client: Client;
  readonly taskQueue: string;
  /** The schedules of the project, as Temporal has them. */
  readonly schedules: ScheduleManager;
  /** The Workflow Id of the dispatcher that this worker's events go to. */
  readonly dispatcherId: string;
  /**
   * Resolves when the worker polls, its dispatcher runs, and it has brought its schedules to Temporal, or warned that it
   * could not.
   */
  setup(): Promise<void>;
  /** Retires the dispatcher, stops polling, lets running activities finish within the grace time, then closes. */
  stop(): Promise<void>;
  /** Settles when the worker ended: by `stop`, or by a failure that it could not survive. */
  readonly ended: Promise<void>;
  triggerWorkflow(workflowId: string, input?: Json, options?: TriggerOptions): Promise<RunHandle>;
  run(workflowId: string, workflowExecId: string): RunHandle;
  cancelWorkflow(workflowId: string, workflowExecId: string): Promise<void>;
  pauseWorkflow(workflowId: string, workflowExecId: string): Promise<void>;
  resumeWorkflow(workflowId: string, workflowExecId: string): Promise<void>;
  /**
   * Hands a signal to an open run; a wait task may take it now or later. A repeated `id` is heard once.
   *
   * @throws `Signal.NoSuchRun`.
   */
  sendSignal(workflowExecId: string, name: string, payload?: Json, options?: { readonly id?: string }): Promise<void>;
  /**
   * Starts every workflow that has a trigger of this name. Resolves when Temporal has the event; repeat it with the
   * same `eventId` when it does not.
   *
   * @throws `Event.NotAccepted`.
   */
  sendEvent(event: OutgoingEvent): Promise<SentEvent>;
  /** Serves `project` from now on; running executions keep the plan they started with. */
  reload(project: Project): Promise<void>;
}

/**
 * Connects to Temporal and prepares a worker for one project. It polls after `setup`.
 *
 * @throws `Server.Unreachable`, and the codes of the tool runtime's options.
 */
export async function createWorker(options: WorkerOptions): Promise<CompozyWorker> {
  const { project, temporal } = options;
  const state = path.join(project.dir, '.compozy');
  const namespace = temporal.namespace ?? 'default';
  const taskQueue = temporal.taskQueue ?? getTaskQueue(project.name);
  const host = createProjectHost(project);
  const tools = createProjectTools(project, options.tools);
  const blobs = options.blobs ?? createFileBlobStore({ dir: path.join(state, 'blobs') });
  const memory = options.memory ?? createMemory({ store: createSqliteStore({ file: path.join(state, 'memory.db') }) });
  const store = options.store === undefined ? {} : { store: options.store };
  const runStore = findRunStore(options.store);
  const instanceId = options.instanceId ?? createExecId();
  const [connection, codePath] = await Promise.all([
    connect(temporal),
    bundleWorkflows(options.workflowsPath ?? workflowsPath, options.cacheDir ?? path.join(state, 'cache')),
  ]);
  const client = new Client({ connection, namespace });
  const searchAttributes = await findSearchAttributes(connection, namespace);
  const runs = createRunGateway({ client, taskQueue, project: host, searchAttributes });
  const events = createWorkerEvents({ client, project: project.name, instanceId, taskQueue, blobs, ...store });
  const reconciler =
    runStore === undefined
      ? undefined
      : createRunReconciler({
          client,
          project: project.name,
          taskQueue,
          instance: instanceId,
          store: runStore,
          mask: createProjectMask(host),
        });
  const worker = await createTemporalWorker(connection, {
    namespace,
    taskQueue,
    codePath,
    graceMs: options.shutdownGraceMs ?? 30_000,
    maxActivities: options.maxConcurrentActivities ?? 100,
    activities: {
      ...createActivities({
        project: host,
        tools,
        blobs,
        runs,
        memory,
        ...(runStore === undefined ? {} : { store: { ...runStore, onMissed: reconciler!.noteMissed } }),
        toolTimeoutMs: project.config.toolExecutionTimeoutMs,
        ...(options.onToolLog === undefined ? {} : { onToolLog: options.onToolLog }),
      }),
      ...createDispatcherActivities({ project: host, runs, blobs, ...store }),
    },
  });
  let running: Promise<void> | undefined;
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => undefined);

  const schedules = options.schedules === false ? undefined : (options.schedules ?? {});
  const overrides = schedules?.overrides === undefined ? {} : { overrides: schedules.overrides };
  const keeper =
    schedules === undefined
      ? undefined
      : keepReconciled(
          () => ({
            client,
            taskQueue,
            searchAttributes,
            project: host.name,
            plans: host.current.workflows.values(),
            ...overrides,
          }),
          schedules.log ?? (({ level, message }) => void (level === 'warn' && process.emitWarning(message))),
        );

  const handleOf = (workflowId: string, execId: string) =>
    client.workflow.getHandle(temporalWorkflowId(workflowId, execId));
  const runOf = (workflowId: string, workflowExecId: string) =>
    createRunHandle(handleOf(workflowId, workflowExecId), { workflowId, workflowExecId }, blobs);

  return {
    client,
    taskQueue,
    schedules: createScheduleManager({ client, project: project.name, ...overrides }),
    get dispatcherId() {
      return events.dispatcherId;
    },
    ended: ended.promise,

    async setup() {
      running ??= worker.run().then(ended.resolve, ended.reject);
      while (worker.getState() === 'INITIALIZED') await new Promise((resolve) => setImmediate(resolve));
      if (options.dispatcher !== 'on-demand') await events.open();
      await keeper?.reconcile();
      reconciler?.start();
    },

    async stop() {
      keeper?.stop();
      await reconciler?.stop();
      await events.close();
      // A worker that never polled has to run to give its connection back.
      running ??= worker.run().then(ended.resolve, ended.reject);
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
      await tools.close();
      if (options.memory === undefined) await memory.close();
      await connection.close();
    },

    async triggerWorkflow(workflowId, input = {}, settings = {}) {
      const { initialTaskId, workflowExecId = createExecId(), trigger, existing = 'refuse' } = settings;
      const isNew = await runs.startNew({
        workflowId,
        workflowExecId,
        input,
        trigger: trigger ?? { type: 'api' },
        ...(initialTaskId === undefined ? {} : { initialTaskId }),
      });
      if (isNew || existing === 'join') return runOf(workflowId, workflowExecId);
      const message = `Execution "${workflowExecId}" of workflow "${workflowId}" exists already`;
      throw new CompozyError('Config.Invalid', message);
    },

    run: runOf,
    cancelWorkflow: async (workflowId, execId) => void (await handleOf(workflowId, execId).cancel()),
    pauseWorkflow: (workflowId, execId) => handleOf(workflowId, execId).signal(PAUSE_SIGNAL),
    resumeWorkflow: (workflowId, execId) => handleOf(workflowId, execId).signal(RESUME_SIGNAL),

    sendSignal: (workflowExecId, name, payload = null, { id = createExecId() } = {}) =>
      runs.signalRun(workflowExecId, { id, name, payload, source: 'api' }),

    sendEvent: (event) => events.send(event),

    async reload(next) {
      host.replace(next);
      await tools.reload(next);
      await keeper?.reconcile();
    },
  };
}

/** The store, when runs can be written to it. */
function findRunStore(
  store: WorkerStore | undefined,
): (RunStore & Pick<WorkerStore, 'leases' | 'heartbeats'>) | undefined {
  if (store?.workflows === undefined || store.tasks === undefined) return undefined;
  const { workflows, tasks, leases, heartbeats } = store;
  return { workflows, tasks, leases, heartbeats };
}

interface TemporalWorkerSettings {
  readonly namespace: string;
  readonly taskQueue: string;
  readonly codePath: string;
  readonly graceMs: number;
  readonly maxActivities: number;
  readonly activities: object;
}

async function createTemporalWorker(connection: NativeConnection, settings: TemporalWorkerSettings): Promise<Worker> {
  return await Worker.create({
    connection,
    namespace: settings.namespace,
    taskQueue: settings.taskQueue,
    workflowBundle: { codePath: settings.codePath },
    activities: settings.activities,
    maxConcurrentActivityTaskExecutions: settings.maxActivities,
    shutdownGraceTime: settings.graceMs,
    shutdownForceTime: settings.graceMs + 10_000,
    // The wrapper beats each second, and a cancellation comes back on a beat.
    maxHeartbeatThrottleInterval: 1_000,
    defaultHeartbeatThrottleInterval: 1_000,
    // When a worker dies, the workflow tasks that wait for it go to another one after this time.
    stickyQueueScheduleToStartTimeout: 5_000,
  });
}
