import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { Json, RunView } from '@compozy/core';
import { loadProject } from '@compozy/core/loader';
import { startDevServer } from '@compozy/dev-server';
import { createWorker, type CompozyWorker } from '@compozy/worker';

/** A project on disk with a worker on a server of its own. */
export interface ServerProject {
  readonly dir: string;
  readonly worker: CompozyWorker;
  /** Everything that worker, SDK and tools logged so far. */
  readonly logged: readonly string[];
  /** Runs a workflow to its end. */
  run(workflowId: string, input?: Json): Promise<RunView>;
  /** What tools wrote to the file `calls.log` of the project, one JSON object a line, in order. */
  calls<T>(): Promise<readonly T[]>;
  stop(): Promise<void>;
}

/** `files` gets the folder of the project, because permissions and paths in the files have to name it. */
export async function startServerProject(
  files: (dir: string) => Readonly<Record<string, string>>,
): Promise<ServerProject> {
  const logged: string[] = [];
  Runtime.install({
    logger: new DefaultLogger('DEBUG', (entry) => logged.push(printed(entry))),
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'DEBUG', other: 'WARN' }) } },
  });
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-server-'));
  // A tool may read what was there when its process started.
  const all = { 'calls.log': '', ...files(dir) };
  for (const [name, text] of Object.entries(all)) await writeFile(path.join(dir, name), text);
  const project = await loadProject(dir);
  const server = await startDevServer();
  const worker = await createWorker({
    project,
    temporal: { hostPort: server.address },
    onToolLog: (line) => logged.push(JSON.stringify(line)),
  });
  await worker.setup();
  return {
    dir,
    worker,
    logged,
    run: async (workflowId, input) => await (await worker.triggerWorkflow(workflowId, input)).result(),
    async calls<T>() {
      const text = await readFile(path.join(dir, 'calls.log'), 'utf8');
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as T);
    },
    async stop() {
      await worker.stop();
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Waits for something that is sure to come, or for the time limit of the test. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Errors have no fields that JSON shows, so they are spelled out. */
function printed(entry: { readonly level: string; readonly message: string; readonly meta?: unknown }): string {
  return JSON.stringify(entry, (_key, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    if (!(value instanceof Error)) return value;
    return { ...value, name: value.name, message: value.message, stack: value.stack, cause: value.cause };
  });
}
