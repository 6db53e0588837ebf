import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { CompozyError, getTaskQueue, type MemoryOperations, type RunView } from '@compozy/core';
import { loadProject } from '@compozy/core/loader';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createMemory, createSqliteStore } from '@compozy/memory';
import { createWorker } from '@compozy/worker';
import { startWorkerProcess } from './worker-process.js';

/** Of a run; half of them before it is told to go on. */
const MESSAGES = 150;

let server: DevServer;
let dir: string;

beforeAll(async () => {
  // Attempts that fail are what the second test is about.
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  server = await startDevServer();
});

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-memory-'));
  await writeProject(dir);
});

afterEach(() => rm(dir, { recursive: true, force: true }));

afterAll(() => server.stop());

it('keeps every message of two runs once, though their worker is killed, and a third run reads them', async () => {
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection });
  const start = (workflow: string, workflowId: string, input: object) =>
    client.workflow.start(workflow, { taskQueue: getTaskQueue('remember'), workflowId, args: [{ input }] });
  let worker: ChildProcess | undefined;
  try {
    worker = await startWorkerProcess(dir, server.address);
    const runs = await Promise.all(['ada', 'bob'].map((who) => start('tell', `tell-${who}`, { who })));
    await until(() => storedMessages(dir) > MESSAGES / 2);
    worker.kill('SIGKILL');
    await once(worker, 'exit');
    const storedBefore = storedMessages(dir);
    expect(storedBefore).toBeLessThanOrEqual(MESSAGES);
    for (const run of runs) await run.signal('go_on', {});

    worker = await startWorkerProcess(dir, server.address);
    for (const run of runs) expect(((await run.result()) as RunView).status).toBe('SUCCESS');
    worker.kill('SIGTERM');
    await once(worker, 'exit');

    worker = await startWorkerProcess(dir, server.address);
    const recalled = (await (await start('recall', 'recall-1', {})).result()) as RunView;
    const { said, stats } = recalled.output as unknown as { said: string; stats: { message_count: number } };
    const expected = ['ada', 'bob'].flatMap((who) => Array.from({ length: MESSAGES }, (_, i) => `${who} ${i + 1}`));
    expect(said.split(',').toSorted()).toEqual(expected.toSorted());
    expect(stats.message_count).toBe(2 * MESSAGES);
    // The key holds a secret, which reached the file and nothing else.
    expect(recalled.tasks['stats']?.output).toMatchObject({ key: 'team:[secret TEAM]' });
    console.log(`killed after ${storedBefore} of ${2 * MESSAGES} messages`);
  } finally {
    if (worker?.exitCode === null && worker.signalCode === null) {
      worker.kill('SIGTERM');
      await once(worker, 'exit');
    }
    await connection.close();
  }
});

it('appends once when the answer of an append is lost and the append is tried again', async () => {
  const kept = createMemory({ store: createSqliteStore({ file: path.join(dir, 'kept.db') }) });
  const lost = new Set<string>();
  const memory: MemoryOperations = {
    async execute(call) {
      const result = await kept.execute(call);
      if (call.operation !== 'append' || lost.has(call.idempotencyKey)) return result;
      lost.add(call.idempotencyKey);
      throw new CompozyError('Memory.Unavailable', 'the answer was lost');
    },
    check: () => kept.check(),
    close: () => kept.close(),
  };
  const worker = await createWorker({
    project: await loadProject(dir),
    temporal: { hostPort: server.address, taskQueue: 'answers-lost' },
    memory,
  });
  try {
    await worker.setup();
    const said = await (await worker.triggerWorkflow('say', { who: 'ada', last: 20 })).result();
    expect(said.status).toBe('SUCCESS');
    expect(said.tasks['all[0]']).toMatchObject({ attempts: 2 });
    expect(lost.size).toBe(20);
    const recalled = await (await worker.triggerWorkflow('recall')).result();
    expect(recalled.output).toMatchObject({ stats: { message_count: 20 } });
  } finally {
    await worker.stop();
    await memory.close();
  }
});

/** Read beside the worker, as any process of the host may. */
function storedMessages(projectDir: string): number {
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(path.join(projectDir, '.compozy', 'memory.db'), { readOnly: true });
  } catch {
    return 0;
  }
  try {
    return Number(database.prepare('SELECT count(*) AS n FROM messages').get()?.['n']);
  } catch {
    // The worker is about to make the tables.
    return 0;
  } finally {
    database.close();
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function writeProject(projectDir: string): Promise<void> {
  const key = "memory_ref: chat, key_template: 'team:{{ .env.TEAM }}'";
  const one = `task: { id: 'one-{{ .index }}', type: memory, operation: append, ${key}, payload: '{{ .workflow.input.who }} {{ .item }}' }`;
  await writeFile(path.join(projectDir, '.env'), 'TEAM=hidden-team-7\n');
  await writeFile(
    path.join(projectDir, 'compozy.yaml'),
    `name: remember
workflows: [{ source: ./say.yaml }, { source: ./tell.yaml }, { source: ./recall.yaml }]
memories: [{ id: chat, type: buffer, persistence: { type: redis, ttl: 24h } }]
`,
  );
  await writeFile(
    path.join(projectDir, 'say.yaml'),
    `id: say
config: { retry_policy: { initial_interval: 20ms } }
tasks:
  - id: all
    type: collection
    items: '1..{{ .workflow.input.last }}'
    max_workers: 10
    ${one}
`,
  );
  await writeFile(
    path.join(projectDir, 'tell.yaml'),
    `id: tell
config: { retry_policy: { initial_interval: 20ms } }
tasks:
  - { id: first, type: collection, items: '1..${MESSAGES / 2}', max_workers: 10, ${one} }
  - { id: gate, type: wait, wait_for: go_on }
  - { id: rest, type: collection, items: '${MESSAGES / 2 + 1}..${MESSAGES}', max_workers: 10, ${one} }
`,
  );
  await writeFile(
    path.join(projectDir, 'recall.yaml'),
    `id: recall
tasks:
  - id: read
    type: memory
    operation: read
    ${key.replace(', ', '\n    ')}
    outputs: '{{ range $i, $m := .output.messages }}{{ if $i }},{{ end }}{{ $m.content }}{{ end }}'
  - { id: stats, type: memory, operation: stats, ${key} }
outputs: { said: '{{ .tasks.read.output }}', stats: '{{ .tasks.stats.output }}' }
`,
  );
}
