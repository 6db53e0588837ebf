import { startDevServer, type DevServer, type DevServerOptions } from '@compozy/dev-server';
import type { Project } from '@compozy/core/loader';
import {
  createApiKeys,
  createWorker,
  openStore,
  startWorkerServer,
  type CompozyWorker,
  type OpenStore,
  type Server,
  type TemporalSettings,
} from '@compozy/worker';
import {
  toApiOptions,
  toServerOptions,
  toWorkerOptions,
  type SettingKey,
  type Settings,
} from '@compozy/worker/settings';
import { CompozyError } from '@compozy/core';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import path from 'node:path';
import type { Environment } from './env.js';

const API_HOST = '127.0.0.1';
/** For what is being answered. */
const API_DRAIN_MS = 2_000;

export interface SessionOptions {
  readonly env: Environment;
  /** As a compozy-worker would have them. */
  readonly settings: Settings;
  /** `host:port` from the command line; wins over the settings. */
  readonly address?: string;
  /** Starts a Temporal server also where the settings name one. */
  readonly local?: boolean;
  readonly log: (line: string) => void;
  /** Whether the project is served, schedules and events too, and not just asked for a run. */
  readonly serves: boolean;
  /** Serves the HTTP API, on this port, else on that of the settings, else on 5001 or a free one. */
  readonly api?: { readonly port?: number };
  readonly server?: Pick<DevServerOptions, 'ui' | 'uiPort' | 'port' | 'dbFilename'>;
}

/** A Temporal server, found or started, and a worker for one project that polls it. */
export interface Session {
  readonly server: Pick<DevServer, 'address' | 'namespace' | 'uiUrl'>;
  readonly worker: CompozyWorker;
  /** Of the API, when it is served. */
  readonly apiUrl: string | undefined;
  /** Milliseconds until the server answered and until the worker polled. */
  readonly startup: { readonly serverMs: number; readonly workerMs: number };
  close(): Promise<void>;
}

export async function openSession(project: Project, options: SessionOptions): Promise<Session> {
  const { env, log, settings } = options;
  const begin = performance.now();
  const opened: (() => Promise<void>)[] = [];
  const close = async () => {
    const failures: unknown[] = [];
    // What fails to close must not keep the rest open.
    for (const end of opened.splice(0).toReversed()) await end().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  try {
    const { server, temporal } = await findServer(options);
    opened.push(() => server.stop());
    const serverReady = performance.now();
    installRuntime(log);
    const state = openStore(settings, project.dir);
    opened.push(() => state.close());
    const worker = await createWorker({
      ...toWorkerOptions(settings.values),
      project,
      store: state.store,
      memory: state.memory,
      checks: state.checks,
      temporal,
      cacheDir: path.join(env.cacheDir, 'bundles'),
      // A command that runs one workflow takes no events.
      ...(options.serves ? {} : { dispatcher: 'on-demand' as const }),
      schedules: options.serves
        ? { log: ({ level, message }) => log(level === 'warn' ? `warning: ${message}` : message) }
        : false,
      onNotice: ({ level, message }) => log(level === 'warn' ? `warning: ${message}` : message),
      onToolLog: ({ toolId, text }) => log(`[${toolId}] ${text}`),
    });
    opened.push(() => worker.stop());
    const api = options.api === undefined ? undefined : await serveApi(worker, state, options);
    if (api !== undefined) {
      opened.push(async () => {
        await api.drain(API_DRAIN_MS);
        await api.close();
      });
    }
    await worker.setup();
    api?.open();
    return {
      server,
      worker,
      apiUrl: api === undefined ? undefined : `http://${hostOf(settings)}:${api.port}/api/v0`,
      startup: { serverMs: Math.round(serverReady - begin), workerMs: Math.round(performance.now() - serverReady) },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The Temporal server that was named, or one of this session's own, which needs no keys. */
async function findServer({ address, local, settings, env, log, server }: SessionOptions): Promise<{
  readonly server: Pick<DevServer, 'address' | 'namespace' | 'uiUrl' | 'stop'>;
  readonly temporal: TemporalSettings;
}> {
  const { taskQueue, namespace = 'default' } = settings.temporal;
  const source = address === undefined ? sourceOf(settings, 'temporal.host_port') : '--address';
  if (source !== 'default' && local !== true) {
    const hostPort = address ?? settings.temporal.hostPort;
    log(`Temporal server on ${hostPort}: named by ${source}`);
    return {
      server: { address: hostPort, namespace, stop: async () => undefined },
      temporal: { ...settings.temporal, hostPort },
    };
  }
  const own = await startDevServer({
    namespace,
    searchPath: env.searchPath,
    cacheDir: env.cacheDir,
    log,
    ...(env.temporalPath === undefined ? {} : { path: env.temporalPath }),
    ...server,
  });
  return {
    server: own,
    temporal: { hostPort: own.address, namespace, ...(taskQueue === undefined ? {} : { taskQueue }) },
  };
}

async function serveApi(
  worker: CompozyWorker,
  { store, limiter }: OpenStore,
  { settings, api, log }: SessionOptions,
): Promise<Server> {
  const { values } = settings;
  const listening = toServerOptions(values);
  const needsKey = values['server.auth.enabled'];
  const serve = (port: number) =>
    startWorkerServer({
      ...listening,
      worker,
      store,
      host: hostOf(settings),
      port,
      healthPort: isGiven(settings, 'server.health_port') ? listening.healthPort : 0,
      drainDelayMs: 0,
      api: {
        ...toApiOptions(values),
        ...(limiter === undefined ? {} : { limiter }),
        ...(needsKey ? { apiKeys: createApiKeys(values['server.auth.key_hashes'], store.apiKeys) } : {}),
        onError: (error, { path: route }) => log(`${route}: ${error instanceof Error ? error.message : String(error)}`),
      },
    });
  const port = api?.port ?? (isGiven(settings, 'server.port') ? listening.port : undefined);
  if (port !== undefined) return await serve(port);
  return await serve(listening.port).catch((error: unknown) => {
    if (!CompozyError.isInstance(error) || error.code !== 'Server.StartFailed') throw error;
    return serve(0);
  });
}

/** A developer's API is for this machine, also when keys are needed, unless somebody says so. */
function hostOf({ values }: Settings): string {
  return values['server.host'] ?? API_HOST;
}

function isGiven(settings: Settings, key: SettingKey): boolean {
  return sourceOf(settings, key) !== 'default';
}

function sourceOf({ entries }: Settings, key: SettingKey): string {
  return entries.find((entry) => entry.key === key)!.source;
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
