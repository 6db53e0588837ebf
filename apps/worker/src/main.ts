import path from 'node:path';
import { DiagnosticsError, formatDiagnostics, loadProject } from '@compozy/core/loader';
import { createFileBlobStore } from '@compozy/core/blobs';
import { CompozyError } from '@compozy/core';
import { createMemory, createSqliteStore as createMemoryStore } from '@compozy/memory';
import { createPostgresStore, createSqliteStore } from '@compozy/store';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { createWorker } from './create-worker.js';
import { readWorkerEnvironment } from './env.js';
import { createApiKeys } from './http/api-key.js';
import { startServer } from './http/start-server.js';
import { createWorkerEventPort } from './http/worker-event-port.js';
import { createWorkerRuns } from './http/worker-runs.js';
import { createWorkerSchedulePort } from './http/worker-schedule-port.js';
import { createProjectHost } from './project-host.js';

/** An installed SDK runtime would keep a process that failed to start from ending. */
const EXIT_GRACE_MS = 1_000;

try {
  const env = readWorkerEnvironment();
  const settings = env.server;
  const project = await loadProject(env.projectDir);
  const source = createProjectHost(project);
  const state = path.join(project.dir, '.compozy');
  const store =
    env.databaseUrl === undefined
      ? createSqliteStore({ path: path.join(state, 'state.db') })
      : createPostgresStore({ url: env.databaseUrl });
  const memory = createMemory({ store: createMemoryStore({ file: path.join(state, 'memory.db') }) });
  const blobs = createFileBlobStore({ dir: path.join(state, 'blobs') });
  // `stop` is the ordered end; the SDK's own handlers would end the worker before it.
  Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('WARN', log('temporal')) });
  const worker = await createWorker({
    project,
    blobs,
    store,
    memory,
    temporal: {
      hostPort: env.hostPort,
      namespace: env.namespace,
      ...(env.taskQueue === undefined ? {} : { taskQueue: env.taskQueue }),
      ...(env.apiKey === undefined ? {} : { apiKey: env.apiKey, tls: true }),
    },
    schedules: {
      overrides: store.schedules,
      log: ({ level, message }) => print({ level, message, component: 'schedules' }),
    },
    config: { shutdownGraceMs: settings.shutdownTimeoutMs },
    onToolLog: ({ toolId, taskKey, text }) => print({ level: 'info', message: text, tool: toolId, task: taskKey }),
  });
  const perMinute = settings.requestsPerMinute;
  const server = await startServer({
    api: {
      project: source,
      store,
      runs: createWorkerRuns({ worker, project: source, blobs, store, onStoreError: warn('store') }),
      events: createWorkerEventPort({ worker, project: project.name, deadLetters: store.deadLetters }),
      schedules: createWorkerSchedulePort(worker.schedules),
      memory,
      maxBodyBytes: settings.maxBodyBytes,
      ...(settings.needsKey ? { apiKeys: createApiKeys(settings.keyHashes, store.apiKeys) } : {}),
      wrongKeys: { perMinute: settings.wrongKeysPerMinute, burst: settings.wrongKeysPerMinute },
      trustedProxies: settings.trustedProxies,
      ...(settings.corsOrigins === undefined ? {} : { corsOrigins: settings.corsOrigins }),
      ...(perMinute === 0 ? {} : { rateLimit: { perMinute, burst: perMinute } }),
      onError: (error, context) => print({ level: 'error', message: describe(error), ...context }),
    },
    checks: worker.checks,
    onUnready: (check, error) => warn(check)(error),
    host: settings.host,
    port: settings.port,
    healthPort: settings.healthPort,
    drainDelayMs: settings.drainDelayMs,
  }).catch(async (error: unknown) => {
    await worker.stop();
    throw error;
  });
  await worker.setup();
  server.open();
  const { port, healthPort } = server;
  print({
    level: 'info',
    message: 'worker ready',
    project: project.name,
    taskQueue: worker.taskQueue,
    port,
    healthPort,
  });
  if (!settings.needsKey) print({ level: 'warn', message: `the API on ${settings.host}:${port} needs no API key` });
  const stopped = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // The second one forces.
    process.once(signal, () => {
      stopped.resolve();
      process.once(signal, () => process.exit(1));
    });
  }
  await Promise.race([stopped.promise, worker.ended]);
  print({ level: 'info', message: 'worker stopping' });
  await server.drain(settings.shutdownTimeoutMs);
  await worker.stop();
  await server.close();
  await Promise.all([store.close(), memory.close()]);
} catch (error) {
  const text = error instanceof DiagnosticsError ? formatDiagnostics(error.diagnostics) : describe(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = error instanceof DiagnosticsError ? 2 : 1;
  setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
}

function describe(error: unknown): string {
  if (CompozyError.isInstance(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function warn(component: string) {
  return (error: unknown) => print({ level: 'warn', message: describe(error), component });
}

function log(component: string) {
  return ({ level, message }: { level: string; message: string }) =>
    print({ level: level.toLowerCase(), message, component });
}

function print(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
}
