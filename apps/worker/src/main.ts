import { DiagnosticsError, formatDiagnostics, loadProject } from '@compozy/core/loader';
import { CompozyError } from '@compozy/core';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { createWorker } from './create-worker.js';
import { readWorkerEnvironment } from './env.js';

/** An installed SDK runtime would keep a process that failed to start from ending. */
const EXIT_GRACE_MS = 1_000;

try {
  const env = readWorkerEnvironment();
  const project = await loadProject(env.projectDir);
  // `stop` is the ordered end; the SDK's own handlers would end the worker before it.
  Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('WARN', log('temporal')) });
  const worker = await createWorker({
    project,
    temporal: {
      hostPort: env.hostPort,
      namespace: env.namespace,
      ...(env.taskQueue === undefined ? {} : { taskQueue: env.taskQueue }),
      ...(env.apiKey === undefined ? {} : { apiKey: env.apiKey, tls: true }),
    },
    schedules: { log: ({ level, message }) => print({ level, message, component: 'schedules' }) },
    onToolLog: ({ toolId, taskKey, text }) => print({ level: 'info', message: text, tool: toolId, task: taskKey }),
  });
  await worker.setup();
  print({ level: 'info', message: 'worker ready', project: project.name, taskQueue: worker.taskQueue });
  const stopped = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stopped.resolve);
  await Promise.race([stopped.promise, worker.ended]);
  print({ level: 'info', message: 'worker stopping' });
  await worker.stop();
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

function log(component: string) {
  return ({ level, message }: { level: string; message: string }) =>
    print({ level: level.toLowerCase(), message, component });
}

function print(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
}
