import path from 'node:path';
import { startDevServer, type DevServer, type DevServerOptions } from '@compozy/dev-server';
import type { Project } from '@compozy/core/loader';
import { createWorker, type CompozyWorker } from '@compozy/worker';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Environment } from './env.js';

export interface SessionOptions {
  readonly env: Environment;
  /** `host:port` from the command line; wins over the environment. */
  readonly address?: string;
  readonly log: (line: string) => void;
  /** Whether the project is served, schedules and events too, and not just asked for a run. */
  readonly serves: boolean;
  readonly server?: Pick<DevServerOptions, 'ui' | 'uiPort' | 'port' | 'dbFilename'>;
}

/** A Temporal server, found or started, and a worker for one project that polls it. */
export interface Session {
  readonly server: DevServer;
  readonly worker: CompozyWorker;
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
  try {
    const worker = await createWorker({
      project,
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
    });
    await worker.setup();
    return {
      server,
      worker,
      startup: { serverMs: Math.round(serverReady - begin), workerMs: Math.round(performance.now() - serverReady) },
      async close() {
        await worker.stop();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
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
