import path from 'node:path';
import { CompozyError, type Store } from '@compozy/core';
import { startDevServer, type DevServer, type DevServerOptions } from '@compozy/dev-server';
import type { Project } from '@compozy/core/loader';
import { createSqliteStore } from '@compozy/store';
import { createWorker, startWorkerServer, type CompozyWorker, type Server } from '@compozy/worker';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Environment } from './env.js';

const API_HOST = '127.0.0.1';
/** For what is being answered. */
const API_DRAIN_MS = 2_000;

export interface SessionOptions {
  readonly env: Environment;
  /** `host:port` from the command line; wins over the environment. */
  readonly address?: string;
  readonly log: (line: string) => void;
  /** Whether the project is served, schedules and events too, and not just asked for a run. */
  readonly serves: boolean;
  /** Serves the HTTP API on 127.0.0.1, on this port or, with `orAnother`, on a free one where that is taken. */
  readonly api?: { readonly port: number; readonly orAnother: boolean };
  readonly server?: Pick<DevServerOptions, 'ui' | 'uiPort' | 'port' | 'dbFilename'>;
}

/** A Temporal server, found or started, and a worker for one project that polls it. */
export interface Session {
  readonly server: DevServer;
  readonly worker: CompozyWorker;
  /** Of the API, when it is served. */
  readonly apiUrl: string | undefined;
  /** Milliseconds until the server answered and until the worker polled. */
  readonly startup: { readonly serverMs: number; readonly workerMs: number };
  close(): Promise<void>;
}

export async function openSession(project: Project, options: SessionOptions): Promise<Session> {
  const { env, log } = options;
  const address = options.address ?? env.address;
  const begin = performance.now();
  const server = await startDevServer({
    namespace: env.namespace,
    searchPath: env.searchPath,
    cacheDir: env.cacheDir,
    log,
    ...(address === undefined ? {} : { address }),
    ...(env.temporalPath === undefined ? {} : { path: env.temporalPath }),
    ...options.server,
  });
  const serverReady = performance.now();
  installRuntime(log);
  await using opening = new AsyncDisposableStack();
  opening.defer(() => server.stop());
  const store = opening.adopt(createSqliteStore({ path: path.join(project.dir, '.compozy', 'state.db') }), (own) =>
    own.close(),
  );
  const worker = opening.adopt(
    await createWorker({
      project,
      store,
      temporal: {
        hostPort: server.address,
        namespace: server.namespace,
        ...(env.taskQueue === undefined ? {} : { taskQueue: env.taskQueue }),
        ...(env.apiKey === undefined ? {} : { apiKey: env.apiKey, tls: true }),
      },
      cacheDir: path.join(env.cacheDir, 'bundles'),
      // A command that runs one workflow takes no events.
      ...(options.serves ? {} : { dispatcher: 'on-demand' as const }),
      schedules: options.serves
        ? { log: ({ level, message }) => log(level === 'warn' ? `warning: ${message}` : message) }
        : false,
      onToolLog: ({ toolId, text }) => log(`[${toolId}] ${text}`),
    }),
    (own) => own.stop(),
  );
  const api = options.api === undefined ? undefined : await serveApi(worker, store, options.api);
  if (api !== undefined) {
    opening.defer(async () => {
      await api.drain(API_DRAIN_MS);
      await api.close();
    });
  }
  await worker.setup();
  api?.open();
  const open = opening.move();
  return {
    server,
    worker,
    apiUrl: api === undefined ? undefined : `http://${API_HOST}:${api.port}/api/v0`,
    startup: { serverMs: Math.round(serverReady - begin), workerMs: Math.round(performance.now() - serverReady) },
    close: () => open.disposeAsync(),
  };
}

async function serveApi(
  worker: CompozyWorker,
  store: Store,
  { port, orAnother }: NonNullable<SessionOptions['api']>,
): Promise<Server> {
  const serve = (on: number) =>
    startWorkerServer({ worker, store, host: API_HOST, port: on, healthPort: 0, drainDelayMs: 0 });
  return await serve(port).catch((error: unknown) => {
    if (!orAnother || !CompozyError.isInstance(error) || error.code !== 'Server.StartFailed') throw error;
    return serve(0);
  });
}

/** Once for the process, and only when a worker is wanted: an installed runtime keeps a process from ending. */
export function installRuntime(log: (line: string) => void): void {
  Runtime.install({
    // The command ends the worker itself, in order; the SDK's own handlers would do it before.
    shutdownSignals: [],
    logger: new DefaultLogger('ERROR', ({ message }) => log(`temporal: ${message}`)),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
}
