import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RunView } from '@compozy/core';
import { loadProject } from '@compozy/core/loader';
import { checkRunStart, createSchemaValidator } from '@compozy/core/schema';
import { createSqliteStore } from '@compozy/store';
import { createProjectHost, startServer, type ApiDependencies, type StartRequest } from '@compozy/worker';

const FILES = {
  'compozy.yaml': `name: plain
workflows: [{ source: ./main.yaml }, { source: ./schedules.yaml }]
memories: [{ id: chats, type: message_count_based, max_messages: 4 }]
`,
  'main.yaml': `id: main
config: { input: { type: object, required: [name], properties: { name: { type: string } } } }
tasks: [{ id: a, type: aggregate, outputs: { x: 1 } }]
`,
  'schedules.yaml': `id: schedules
memories: [{ id: own, type: buffer }]
tasks: [{ id: a, type: aggregate, outputs: { x: 1 } }]
`,
};

export interface PlainServer extends AsyncDisposable {
  readonly port: number;
  readonly healthPort: number;
  readonly url: string;
  /** What was asked to start. */
  readonly started: readonly StartRequest[];
  /** How often a run was read. */
  readonly reads: () => number;
  /** From now on no run can be read. */
  breakReads(): void;
}

/** The HTTP server over runs that only note what was asked; run "open" never ends. No Temporal server is needed. */
export async function startPlainServer({
  checks = [],
  ...settings
}: Partial<ApiDependencies> = {}): Promise<PlainServer> {
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-plain-'));
  await Promise.all(Object.entries(FILES).map(([name, text]) => writeFile(path.join(dir, name), text)));
  const store = createSqliteStore({ path: ':memory:' });
  const started: StartRequest[] = [];
  let reads = 0;
  let isBroken = false;
  const reference = (workflowExecId: string, workflowId = 'main') => ({
    workflowId,
    workflowExecId,
    temporalWorkflowId: `${workflowId}-${workflowExecId}`,
    open: true,
    startedAt: null,
    endedAt: null,
  });
  const nothing = async () => undefined;
  const project = createProjectHost(await loadProject(dir));
  const validator = createSchemaValidator();
  const server = await startServer({
    api: {
      project,
      store,
      runs: {
        async start(request) {
          // As a worker does before it starts anything.
          checkRunStart(project, validator, request);
          started.push(request);
          return reference(request.workflowExecId, request.workflowId);
        },
        find: async (execId) => (execId === 'open' ? reference(execId) : undefined),
        async read({ workflowId, workflowExecId }): Promise<RunView> {
          reads += 1;
          if (isBroken) throw new Error('the password of the database is swordfish');
          return {
            workflow_id: workflowId,
            workflow_exec_id: workflowExecId,
            status: 'RUNNING',
            input: {},
            output: null,
            error: null,
            tasks: {},
            usage: {},
            started_at: null,
            ended_at: null,
          };
        },
        whole: async (view) => view,
        wait: nothing,
        cancel: nothing,
        pause: nothing,
        resume: nothing,
        signal: nothing,
      },
      ...settings,
    },
    checks,
    host: '127.0.0.1',
    port: 0,
    healthPort: 0,
    drainDelayMs: 0,
  });
  return {
    port: server.port,
    healthPort: server.healthPort,
    url: `http://127.0.0.1:${server.port}`,
    started,
    reads: () => reads,
    breakReads() {
      isBroken = true;
    },
    async [Symbol.asyncDispose]() {
      await server.drain(1_000);
      await server.close();
      await store.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
