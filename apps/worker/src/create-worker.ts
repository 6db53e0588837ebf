import path from 'node:path';
import { createActivities, createProjectMask } from '@compozy/activities';
import { CompozyError, directRunId, getTaskQueue, PAUSE_SIGNAL, RESUME_SIGNAL, type Json } from '@compozy/core';
import { createProjectHost, type Project } from '@compozy/core/loader';
import { createDispatcherActivities, type OutgoingEvent } from '@compozy/dispatcher';
import { workflowsPath } from '@compozy/workflows';
import type { CompozyWorker } from './compozy-worker.js';
import { createWorkerEvents } from './events/worker-events.js';
import { createSignalSender } from './events/worker-signals.js';
import { HealthError, runHealthChecks, type HealthCheck } from './health/health-check.js';
import { createWorkerChecks } from './health/worker-checks.js';
import { closeInReverse } from './host/close-in-reverse.js';
import { createLifecycle } from './host/lifecycle.js';
import { listMemories } from './project/project-memories.js';
import { createProjectTools } from './project/project-tools.js';
import { createRunStarter } from './runs/create-run-starter.js';
import { createExecId } from './runs/exec-id.js';
import { createRowKeeper } from './runs/keep-rows.js';
import { createNamespaceGuard } from './runs/namespace-guard.js';
import { createOwnRuns } from './runs/own-runs.js';
import { createRunGateway, temporalWorkflowId } from './runs/run-gateway.js';
import { createRunHandle, type RunHandle } from './runs/run-handle.js';
import { keepReconciled } from './schedules/keep-reconciled.js';
import { createScheduleManager } from './schedules/schedule-manager.js';
import { openWorkerState } from './state/open-worker-state.js';
import { createClient } from './temporal/create-client.js';
import { createTemporalWorker } from './temporal/create-temporal-worker.js';
import { withOwnActivities } from './temporal/own-activities.js';
import { findSearchAttributes } from './temporal/search-attributes.js';
import { bundleWorkflows } from './temporal/workflow-bundle.js';
import type { TriggerOptions, WorkerOptions } from './worker-options.js';

/**
 * Connects to Temporal and prepares a worker for one project. It polls after `setup`.
 *
 * @throws `Server.Unreachable`; DiagnosticsError (`Config.Invalid`) for `resources`; `Config.Invalid` for `activities`
 * whose names are taken, and for a project with memories beside a store that hosts share, without `memory`; the codes of
 * the tool runtime.
 */
export async function createWorker(options: WorkerOptions): Promise<CompozyWorker> {
  const opened: (() => Promise<unknown>)[] = [];
  try {
    return await assemble(options, opened);
  } catch (error) {
    await closeInReverse(opened).catch(() => undefined);
    throw error;
  }
}

/** Adds what has to be closed to `opened` as it opens it. */
async function assemble(options: WorkerOptions, opened: (() => Promise<unknown>)[]): Promise<CompozyWorker> {
  const { temporal, resources, config = {} } = options;
  const serve = (given: Project) => (resources === undefined ? given : given.extend(resources));
  const project = serve(options.project);
  const dir = path.join(project.dir, '.compozy');
  const taskQueue = temporal.taskQueue ?? getTaskQueue(project.name);
  const host = createProjectHost(project);
  const tools = createProjectTools(project, options.tools);
  const state = openWorkerState(options, dir);
  const { blobs, memory, store, runStore } = state;
  const withStore = store === undefined ? {} : { store };
  state.checkProject(project);
  const instanceId = options.instanceId ?? createExecId();
  const bundling = bundleWorkflows(
    options.workflowsPath ?? workflowsPath,
    options.cacheDir ?? path.join(dir, 'cache'),
    {
      interceptorModules: options.monitoring?.interceptors?.workflowModules ?? [],
      isVersioned: options.versioning !== undefined,
    },
  );
  bundling.catch(() => undefined);
  const connected = await createClient(temporal);
  opened.push(
    () => connected.close(),
    () => state.close(),
    () => tools.close(),
  );
  const codePath = await bundling;
  const { client, connection } = connected;
  const searchAttributes = await findSearchAttributes(connection, connected.config.namespace);
  const ownRuns = createOwnRuns({ client, project: project.name, taskQueue });
  const runs = createRunGateway({ client, ownRuns, taskQueue, project: host, searchAttributes, blobs });
  const events = createWorkerEvents({
    client,
    project: project.name,
    instanceId,
    taskQueue,
    blobs,
    ...withStore,
    onError: (error) => options.onError?.('dispatcher', error),
    ...(config.heartbeatIntervalMs === undefined ? {} : { intervalMs: config.heartbeatIntervalMs }),
    ...(config.heartbeatTtlMs === undefined ? {} : { ttlMs: config.heartbeatTtlMs }),
  });
  // A file of one host is of a developer, whose servers begin anew all the time.
  const guard =
    store?.blobs?.shared === true && runStore !== undefined
      ? createNamespaceGuard({
          client,
          project: project.name,
          heartbeats: store.heartbeats,
          workflows: runStore.workflows,
          ...(config.adoptNamespace === undefined ? {} : { adopt: config.adoptNamespace }),
        })
      : undefined;
  const rows = createRowKeeper({
    client,
    project: project.name,
    taskQueue,
    instance: instanceId,
    state,
    mask: createProjectMask(host),
    ...(guard === undefined ? {} : { checkNamespace: guard.check }),
    retentionMs: config.retentionMs,
    onError: options.onError,
    onNotice: options.onNotice,
  });
  const engine = createActivities({
    project: host,
    tools,
    blobs,
    runs,
    memory,
    toolTimeoutMs: config.toolExecutionTimeoutMs ?? project.config.toolExecutionTimeoutMs,
    ...(runStore === undefined
      ? {}
      : { store: { ...runStore, ...(rows.noteMissed === undefined ? {} : { onMissed: rows.noteMissed }) } }),
    ...(options.onToolLog === undefined ? {} : { onToolLog: options.onToolLog }),
  });
  const dispatching = createDispatcherActivities({ project: host, runs, blobs, ...withStore });
  const worker = await createTemporalWorker({
    connected,
    taskQueue,
    codePath,
    activities: withOwnActivities({ ...engine, ...dispatching }, options.activities),
    options,
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
  const steer = (workflowId: string, execId: string) => ownRuns.handle(temporalWorkflowId(workflowId, execId));
  const runOf = (workflowId: string, workflowExecId: string, runId?: string) =>
    createRunHandle(handleOf(workflowId, workflowExecId), { workflowId, workflowExecId, runId }, blobs);
  const start = createRunStarter({ project: host, runs, store: runStore });
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
    ...(guard === undefined ? [] : [{ name: 'namespace', check: guard.checkHealth }]),
    // A project without memories needs none, and no file for them.
    { name: 'memory', check: async () => (listMemories(host).length === 0 ? undefined : await memory.check()) },
    ...(options.checks ?? []),
  ];

  const lifecycle = createLifecycle({
    async begin() {
      running ??= worker.run().then(ended.resolve, ended.reject);
      while (worker.getState() === 'INITIALIZED') await new Promise((resolve) => setImmediate(resolve));
      if (options.dispatcher !== 'on-demand') await events.open();
      await keeper?.reconcile();
      rows.start();
    },

    async end() {
      try {
        keeper?.stop();
        await rows.stop();
        await events.close();
        // A worker that never polled has to run to give its connection back.
        running ??= worker.run().then(ended.resolve, ended.reject);
        if (worker.getState() === 'RUNNING') worker.shutdown();
        await running;
      } finally {
        await closeInReverse(opened);
      }
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
    cancelWorkflow: async (workflowId, execId) => void (await (await steer(workflowId, execId)).cancel()),
    pauseWorkflow: async (workflowId, execId) => await (await steer(workflowId, execId)).signal(PAUSE_SIGNAL),
    resumeWorkflow: async (workflowId, execId) => await (await steer(workflowId, execId)).signal(RESUME_SIGNAL),
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

    healthWarnings: () => rows.warnings(),

    async reload(next) {
      const served = serve(next);
      if (served.name !== host.name) {
        const message = `This worker serves project "${host.name}", not "${served.name}": start another one for it`;
        throw new CompozyError('Config.WrongProject', message);
      }
      // First what can fail: then the project that was served before goes on as a whole.
      state.checkProject(served);
      await tools.reload(served);
      host.replace(served);
      await keeper?.reconcile();
    },
  };
}
