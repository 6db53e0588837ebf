import { toApiDependencies, type WorkerApiOptions } from './create-worker-api.js';
import { startServer, type Server, type ServerOptions } from './start-server.js';

export interface WorkerServerOptions extends Omit<ServerOptions, 'api' | 'checks'>, WorkerApiOptions {}

/** Serves the API of a worker: its runs, events, schedules and memories. @throws `Server.StartFailed` */
export function startWorkerServer(options: WorkerServerOptions): Promise<Server> {
  const { worker, store: _store, api: _api, onStoreError: _onStoreError, ...listening } = options;
  return startServer({ ...listening, checks: worker.checks, api: toApiDependencies(options) });
}
