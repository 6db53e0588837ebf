import type { Store } from '@compozy/core';
import type { CompozyWorker } from '../compozy-worker.js';
import { createQueueBacklog } from '../temporal/queue-backlog.js';
import type { ApiDependencies } from './api-dependencies.js';
import type { ApiApp } from './api-environment.js';
import { createApi } from './create-api.js';
import { createWorkerEventPort } from './ports/worker-event-port.js';
import { createWorkerRuns } from './ports/worker-runs.js';
import { createWorkerSchedulePort } from './ports/worker-schedule-port.js';

/** What the worker itself does not bring: keys, limits, origins. */
export type ApiSettings = Omit<
  ApiDependencies,
  'project' | 'runs' | 'store' | 'events' | 'schedules' | 'memory' | 'checks' | 'warnings' | 'closing'
>;

export interface WorkerApiOptions {
  readonly worker: CompozyWorker;
  /** The one that the worker writes to. Without it, what needs one is answered with 501. */
  readonly store?: Store;
  readonly api?: ApiSettings;
  /** Hears of a store that fails; nothing else fails with it. */
  readonly onStoreError?: (error: unknown) => void;
}

/**
 * The API of a worker as a Hono application, for a server of your own. Its routes are below `/api/v0`; hand it whole
 * requests, so that its middleware stays with its own routes:
 * `app.all('/api/v0/*', (context) => api.fetch(context.req.raw, context.env))`.
 */
export function createWorkerApi(options: WorkerApiOptions & Pick<ApiDependencies, 'closing'>): ApiApp {
  const { closing } = options;
  return createApi({ ...toApiDependencies(options), ...(closing === undefined ? {} : { closing }) });
}

/** What the API works on: the runs, events, schedules and memories of the worker. */
export function toApiDependencies(options: WorkerApiOptions): Omit<ApiDependencies, 'closing'> {
  const { worker, store, api, onStoreError } = options;
  const { project, blobs, memory } = worker;
  const withStore = store === undefined ? {} : { store };
  return {
    backlog: createQueueBacklog({ client: worker.client, taskQueue: worker.taskQueue }),
    ...api,
    ...withStore,
    project,
    memory,
    checks: worker.checks,
    warnings: () => worker.healthWarnings(),
    runs: createWorkerRuns({
      worker,
      project,
      blobs,
      ...withStore,
      ...(onStoreError === undefined ? {} : { onStoreError }),
    }),
    ...(store === undefined
      ? {}
      : { events: createWorkerEventPort({ worker, project: project.name, deadLetters: store.deadLetters }) }),
    schedules: createWorkerSchedulePort(worker.schedules),
  };
}
