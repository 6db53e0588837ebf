import type { Store } from '@compozy/core';
import type { CompozyWorker } from '../create-worker.js';
import { createQueueBacklog } from '../temporal/queue-backlog.js';
import type { ApiDependencies } from './api-dependencies.js';
import { createWorkerEventPort } from './ports/worker-event-port.js';
import { createWorkerRuns } from './ports/worker-runs.js';
import { createWorkerSchedulePort } from './ports/worker-schedule-port.js';
import { startServer, type Server, type ServerOptions } from './start-server.js';

export interface WorkerServerOptions extends Omit<ServerOptions, 'api' | 'checks'> {
  readonly worker: CompozyWorker;
  /** The one that the worker writes to. Without it, what needs one is answered with 501. */
  readonly store?: Store;
  readonly api?: Omit<
    ApiDependencies,
    'project' | 'runs' | 'store' | 'events' | 'schedules' | 'memory' | 'checks' | 'closing'
  >;
  /** Hears of a store that fails; nothing else fails with it. */
  readonly onStoreError?: (error: unknown) => void;
}

/** Serves the API of a worker: its runs, events, schedules and memories. @throws `Server.StartFailed` */
export function startWorkerServer(options: WorkerServerOptions): Promise<Server> {
  const { worker, store, api, onStoreError, ...listening } = options;
  const { project, blobs, memory } = worker;
  const withStore = store === undefined ? {} : { store };
  return startServer({
    ...listening,
    checks: worker.checks,
    api: {
      backlog: createQueueBacklog({ client: worker.client, taskQueue: worker.taskQueue }),
      ...api,
      ...withStore,
      project,
      memory,
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
    },
  });
}
