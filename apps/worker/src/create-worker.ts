import path from 'node:path';
import type { Client } from '@temporalio/client';
import { createActivities, createProjectMask, type RunStore } from '@compozy/activities';
import {
  CompozyError,
  directRunId,
  getTaskQueue,
  PAUSE_SIGNAL,
  RESUME_SIGNAL,
  type BlobStore,
  type Json,
  type JsonObject,
  type MemoryOperations,
  type ProjectSource,
} from '@compozy/core';
import { createFileBlobStore } from '@compozy/core/blobs';
import { createProjectHost, type Project } from '@compozy/core/loader';
import { createDispatcherActivities, type OutgoingEvent, type SentEvent } from '@compozy/dispatcher';
import { createMemory, createSqliteStore as createMemoryStore } from '@compozy/memory';
import { createSqliteStore } from '@compozy/store';
import { workflowsPath } from '@compozy/workflows';
import { createClient } from './temporal/create-client.js';
import { createExecId } from './runs/exec-id.js';
import { HealthError, runHealthChecks, type HealthCheck } from './health/health-check.js';
import { createWorkerChecks } from './health/worker-checks.js';
import { listMemories, refuseMemoriesOfOneHost } from './project/project-memories.js';
import { createProjectTools } from './project/project-tools.js';
import { atMost } from './host/at-most.js';
import { createLifecycle } from './host/lifecycle.js';
import { createRetention } from './runs/create-retention.js';
import { createRunReconciler } from './runs/reconcile-runs.js';
import { createRunGateway, temporalWorkflowId } from './runs/run-gateway.js';
import { createRunHandle, type RunHandle } from './runs/run-handle.js';
import { createRunStarter } from './runs/create-run-starter.js';
import { keepReconciled } from './schedules/keep-reconciled.js';
import { createScheduleManager, type ScheduleManager } from './schedules/schedule-manager.js';
import { findSearchAttributes } from './temporal/search-attributes.js';
import { createWorkerEvents } from './events/worker-events.js';
import type { DirectOptions, TriggerOptions, WorkerConfig, WorkerOptions, WorkerStore } from './worker-options.js';
import { createSignalSender, type SignalRequest } from './events/worker-signals.js';
import { bundleWorkflows } from './temporal/workflow-bundle.js';
import { withOwnActivities } from './temporal/own-activities.js';

export interface CompozyWorker {
  readonly client: Client;
  readonly taskQueue: string;
  /** What it serves, after `reload` too. */
  readonly project: ProjectSource;
  readonly blobs: BlobStore;
  readonly memory: MemoryOperations;
  /** The schedules of the project, as Temporal has them. */
  readonly schedules: ScheduleManager;
  /** The Workflow Id of the dispatcher that this worker's events go to. */
  readonly dispatcherId: string;
  /** What `healthCheck` looks at. */
  readonly checks: readonly HealthCheck[];
  /**
   * Resolves when the worker polls, its dispatcher runs, and it has brought its schedules to Temporal, or warned that it
   * could not. After a failure it may be called again.
   *
   * @throws `Worker.Ended`, `Server.Unreachable`.
   */
  setup(): Promise<void>;
  /**
   * Retires the dispatcher, stops polling, lets running activities finish within the grace time, then closes. Waits for
   * a `setup` that goes on. All who call it get the same end.
   */
  stop(): Promise<void>;
  /** Settles when the worker ended: by `stop`, or by a failure that it could not survive. */
  readonly ended: Promise<void>;
  /**
   * Starts a run. Its input is checked before anything is stored or started.
   *
   * @throws `Config.UnknownWorkflow`, `Config.UnknownTask`, `Input.Invalid`; `Run.Exists` where the execution id is
   * taken.
   */
  triggerWorkflow(workflowId: string, input?: Json, options?: TriggerOptions): Promise<RunHandle>;
  /**
   * Runs one task that stands in a file of its own, alone: a durable run like any other, whose `workflow_id` is
   * `task:<taskId>` and whose output is that of the task. `given` is laid over the `with` of the task.
   *
   * @throws `Config.UnknownTask`, `Input.Invalid`; `Run.Exists` where the execution id is taken.
   */
  triggerTask(taskId: string, given?: JsonObject, options?: DirectOptions): Promise<RunHandle>;
  run(workflowId: string, workflowExecId: string): RunHandle;
  cancelWorkflow(workflowId: string, workflowExecId: string): Promise<void>;
  /** Durable: no new task is begun until `resumeWorkflow`. */
  pauseWorkflow(workflowId: string, workflowExecId: string): Promise<void>;
  resumeWorkflow(workflowId: string, workflowExecId: string): Promise<void>;
  /**
   * With `workflowExecId`, a signal to that open run: a wait task may take it now or later. With `workflowId`, to the
   * runs of that workflow that wait for it, or, when there is none, an event that only this workflow's triggers hear.
   * Else an event that starts every workflow with a trigger of that name.
   *
   * @throws `Signal.NoSuchRun`, `Event.NotAccepted`, `Input.Invalid`.
   */
  sendSignal(signal: SignalRequest): Promise<SentEvent>;
  /**
   * Starts every workflow that has a trigger of this name. Resolves when Temporal has the event; repeat it with the
   * same `eventId` when it does not.
   *
   * @throws `Event.NotAccepted`.
   */
  sendEvent(event: OutgoingEvent): Promise<SentEvent>;
  /** Resolves when everything that the worker needs answers. @throws HealthError (`Worker.Unhealthy`) naming what does not. */
  healthCheck(): Promise<void>;
  /**
   * Serves `project` from now on; running executions keep the plan they started with. After a failure the one before is
   * served.
   *
   * @throws `Config.WrongProject` for a project of another name; the codes of the tool runtime.
   */
  reload(project: Project): Promise<void>;
}

/**
 * Connects to Temporal and prepares a worker for one project. It polls after `setup`.
 *
 * @throws `Server.Unreachable`; DiagnosticsError (`Config.Invalid`) for `resources`; `Config.Invalid` for `activities`
 * whose names are taken, and for a project with memories beside a store that hosts share, without `memory`; the codes of
 * the tool runtime.
 */
export async function createWorker(options: WorkerOptions): Promise<CompozyWorker> {
  await using opening = new AsyncDisposableStack();
  const { temporal, resources, config = {}, versioning } = options;
  const serve = (given: Project) => (resources === undefined ? given : given.extend(resources));
  const project = serve(options.project);
  const state = path.join(project.dir, '.compozy');
  const taskQueue = temporal.taskQueue ?? getTaskQueue(project.name);
  const host = createProjectHost(project);
  const tools = createProjectTools(project, options.tools);
  const blobs = options.blobs ?? createFileBlobStore({ dir: path.join(state, 'blobs') });
  const memory = options.memory ?? createMemory({ store: createMemoryStore({ file: path.join(state, 'memory.db') }) });
  const ownStore = options.store === undefined ? createSqliteStore({ path: path.join(state, 'state.db') }) : undefined;
  const store = ownStore ?? (options.store === false ? undefined : options.store);
  const withStore = store === undefined ? {} : { store };
  const checkMemories = (served: Project) => {
    if (options.memory === undefined && store?.blobs?.shared === true)
      refuseMemoriesOfOneHost(createProjectHost(served));
  };
  checkMemories(project);
  const runStore = findRunStore(store, options);
  const failed = (component: 'store' | 'retention' | 'dispatcher') => (error: unknown) =>
    options.onError?.(component, error);
  const instanceId = options.instanceId ?? createExecId();
  const { interceptors, sinks } = options.monitoring ?? {};
  const bundling = bundleWorkflows(
    options.workflowsPath ?? workflowsPath,
    options.cacheDir ?? path.join(state, 'cache'),
    { interceptorModules: interceptors?.workflowModules ?? [], isVersioned: versioning !== undefined },
  );
  bundling.catch(() => undefined);
  const connected = opening.adopt(await createClient(temporal), (each) => each.close());
  if (ownStore !== undefined) opening.defer(() => ownStore.close());
  if (options.memory === undefined) opening.defer(() => memory.close());
  opening.defer(() => tools.close());
  const codePath = await bundling;
  const { client, connection } = connected;
  const searchAttributes = await findSearchAttributes(connection, connected.config.namespace);
  const runs = createRunGateway({ client, taskQueue, project: host, searchAttributes, blobs });
  const events = createWorkerEvents({
    client,
    project: project.name,
    instanceId,
    taskQueue,
    blobs,
    ...withStore,
    onError: failed('dispatcher'),
    ...(config.heartbeatIntervalMs === undefined ? {} : { intervalMs: config.heartbeatIntervalMs }),
    ...(config.heartbeatTtlMs === undefined ? {} : { ttlMs: config.heartbeatTtlMs }),
  });
  const reconciler =
    runStore === undefined || store === undefined
      ? undefined
      : createRunReconciler({
          client,
          project: project.name,
          taskQueue,
          instance: instanceId,
          store: { ...runStore, events: store.events, leases: store.leases, heartbeats: store.heartbeats },
          mask: createProjectMask(host),
          onError: failed('store'),
        });
  const prune = store?.prune?.bind(store);
  const retention =
    prune === undefined || config.retentionMs === undefined
      ? undefined
      : createRetention({
          project: project.name,
          instance: instanceId,
          store: { prune, leases: store!.leases },
          keepMs: config.retentionMs,
          onError: failed('retention'),
        });
  const toolTimeoutMs = config.toolExecutionTimeoutMs ?? project.config.toolExecutionTimeoutMs;
  const graceMs = config.shutdownGraceMs ?? 30_000;
  const worker = await connected.newWorker(taskQueue, {
    workflowBundle: { codePath },
    activities: withOwnActivities(
      {
        ...createActivities({
          project: host,
          tools,
          blobs,
          runs,
          memory,
          toolTimeoutMs,
          ...(runStore === undefined
            ? {}
            : { store: { ...runStore, ...(reconciler === undefined ? {} : { onMissed: reconciler.noteMissed }) } }),
          ...(options.onToolLog === undefined ? {} : { onToolLog: options.onToolLog }),
        }),
        ...createDispatcherActivities({ project: host, runs, blobs, ...withStore }),
      },
      options.activities,
    ),
    maxConcurrentActivityTaskExecutions: config.maxConcurrentActivities ?? 100,
    ...limits(config),
    shutdownGraceTime: graceMs,
    shutdownForceTime: graceMs + 10_000,
    ...(interceptors === undefined ? {} : { interceptors }),
    ...(sinks === undefined ? {} : { sinks }),
    ...(versioning === undefined
      ? {}
      : {
          workerDeploymentOptions: {
            useWorkerVersioning: true,
            version: versioning,
            defaultVersioningBehavior: 'PINNED',
          },
        }),
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
  const runOf = (workflowId: string, workflowExecId: string, runId?: string) =>
    createRunHandle(handleOf(workflowId, workflowExecId), { workflowId, workflowExecId, runId }, blobs);
  const start = createRunStarter({ project: host, runs });
  const startRun = async (workflowId: string, input: Json, settings: TriggerOptions): Promise<RunHandle> => {
    lifecycle.checkOpen();
    const started = await start(workflowId, input, settings);
    return runOf(workflowId, started.workflowExecId, started.runId);
  };
  const sendEvent = (event: OutgoingEvent) => events.send(event);
  const sendSignal = createSignalSender({ client, taskQueue, runs, sendEvent });
  const ping = store?.ping?.bind(store);
  const checks: readonly HealthCheck[] = [
    ...createWorkerChecks({ client, taskQueue, ended: ended.promise }),
    { name: 'dispatcher', check: () => events.check() },
    ...(ping === undefined ? [] : [{ name: 'store', check: ping }]),
    // A project without memories needs none, and no file for them.
    { name: 'memory', check: async () => (listMemories(host).length === 0 ? undefined : await memory.check()) },
    ...(options.checks ?? []),
  ];

  const opened = opening.move();
  const lifecycle = createLifecycle({
    async begin() {
      running ??= worker.run().then(ended.resolve, ended.reject);
      while (worker.getState() === 'INITIALIZED') await new Promise((resolve) => setImmediate(resolve));
      if (options.dispatcher !== 'on-demand') await events.open();
      await keeper?.reconcile();
      reconciler?.start();
      retention?.start();
    },

    async end() {
      await using _closing = opened;
      keeper?.stop();
      await atMost(STORE_STOP_MS, Promise.all([reconciler?.stop(), retention?.stop()]));
      await events.close();
      // A worker that never polled has to run to give its connection back.
      running ??= worker.run().then(ended.resolve, ended.reject);
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
    },
  });

  return {
    client,
    taskQueue,
    project: host,
    blobs,
    memory,
    checks,
    schedules: createScheduleManager({ client, project: project.name, ...overrides }),
    get dispatcherId() {
      return events.dispatcherId;
    },
    ended: ended.promise,

    setup: () => lifecycle.setup(),
    stop: () => lifecycle.stop(),

    triggerWorkflow: (workflowId, input = {}, settings = {}) => startRun(workflowId, input, settings),
    triggerTask: (taskId, given = {}, settings = {}) => startRun(directRunId('task', taskId), given, settings),
    run: (workflowId, workflowExecId) => runOf(workflowId, workflowExecId),
    cancelWorkflow: async (workflowId, execId) => void (await handleOf(workflowId, execId).cancel()),
    pauseWorkflow: (workflowId, execId) => handleOf(workflowId, execId).signal(PAUSE_SIGNAL),
    resumeWorkflow: (workflowId, execId) => handleOf(workflowId, execId).signal(RESUME_SIGNAL),
    async sendSignal(signal) {
      lifecycle.checkOpen();
      return await sendSignal(signal);
    },
    async sendEvent(event) {
      lifecycle.checkOpen();
      return await sendEvent(event);
    },

    async healthCheck() {
      const report = await runHealthChecks(checks);
      if ([...report.values()].some((error) => error !== undefined)) throw new HealthError(report);
    },

    async reload(next) {
      const served = serve(next);
      if (served.name !== host.name) {
        const message = `This worker serves project "${host.name}", not "${served.name}": start another one for it`;
        throw new CompozyError('Config.WrongProject', message);
      }
      // First what can fail: then the project that was served before goes on as a whole.
      checkMemories(served);
      await tools.reload(served);
      host.replace(served);
      await keeper?.reconcile();
    },
  };
}

/** For what only makes up for what is missing. */
const STORE_STOP_MS = 5_000;

/** Where runs can be written to, if anywhere. */
function findRunStore(
  store: WorkerStore | undefined,
  { workflowRepo, taskRepo }: Pick<WorkerOptions, 'workflowRepo' | 'taskRepo'>,
): RunStore | undefined {
  const workflows = workflowRepo?.() ?? store?.workflows;
  const tasks = taskRepo?.() ?? store?.tasks;
  return workflows === undefined || tasks === undefined ? undefined : { workflows, tasks };
}

function limits({ maxConcurrentLocalActivities, maxConcurrentWorkflowTasks }: WorkerConfig) {
  return {
    ...(maxConcurrentLocalActivities === undefined
      ? {}
      : { maxConcurrentLocalActivityExecutions: maxConcurrentLocalActivities }),
    ...(maxConcurrentWorkflowTasks === undefined
      ? {}
      : { maxConcurrentWorkflowTaskExecutions: maxConcurrentWorkflowTasks }),
  };
}
