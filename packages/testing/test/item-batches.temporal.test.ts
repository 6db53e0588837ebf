import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getTaskQueue, RUN_QUERY, type BlobRef, type RunView } from '@compozy/core';
import { createFileBlobStore, loadJson } from '@compozy/core/blobs';
import { loadProject } from '@compozy/core/loader';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createWorker } from '@compozy/worker';
import { startWorkerProcess } from './worker-process.js';

let server: DevServer;
let dir: string;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  server = await startDevServer();
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-batches-'));
});

afterAll(async () => {
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function writeProject(name: string, collection: string, rest = ''): Promise<string> {
  const project = path.join(dir, name);
  await mkdir(project);
  await writeFile(
    path.join(project, 'compozy.yaml'),
    `name: ${name}\nworkflows: [{ source: ./workflow.yaml }]\ntools: [{ id: work }]\n${rest}`,
  );
  await writeFile(
    path.join(project, 'workflow.yaml'),
    `id: each\ntasks:\n  - id: all\n    type: collection\n    items: "1..{{ .workflow.input.last }}"\n    ${collection}
outputs:
  progress: "{{ .tasks.all.output.progress_info }}"
  last: '{{ index .tasks.all.output.outputs (printf "c%d" .workflow.input.last) | toJson }}'
`,
  );
  return project;
}

describe('a collection of 3,000 plain tasks on a server', () => {
  it('evaluates expressions with a few events for each hundred of them', async () => {
    const project = await writeProject(
      'expressions',
      `task: { id: "c{{ .item }}", type: aggregate, outputs: { square: "{{ mul .item .item }}" } }`,
    );
    const worker = await createWorker({
      project: await loadProject(project),
      temporal: { hostPort: server.address },
      tools: { work: () => ({}) },
    });
    await worker.setup();
    try {
      const run = await worker.triggerWorkflow('each', { last: 3_000 });
      const view = await run.result();
      expect(view.output).toMatchObject({ progress: { success_count: 3_000 }, last: { square: '9000000' } });
      const { historyLength } = await worker.client.workflow.getHandle(run.temporalWorkflowId).describe();
      expect(historyLength).toBeLessThan(400);
    } finally {
      await worker.stop();
    }
  });

  it('repeats calls that fail, reports those that go on failing, and shows how far it is', async () => {
    const project = await writeProject(
      'calls',
      `strategy: best_effort
    max_workers: 20
    task:
      id: "c{{ .item }}"
      type: basic
      tool: work
      with: { n: "{{ .item }}" }
      config: { retry_policy: { initial_interval: 10ms, maximum_attempts: 3 } }`,
    );
    const attempts = new Map<number, number>();
    let half: RunView | undefined;
    const work = async ({ n }: { n: number }) => {
      attempts.set(n, (attempts.get(n) ?? 0) + 1);
      if (n === 2_500) half = (await handle.query(RUN_QUERY)) as RunView;
      if (n % 500 === 0) throw new Error(`never ${n}`);
      if (n % 100 === 1 && attempts.get(n)! < 3) throw new Error('not yet');
      return { n };
    };
    const worker = await createWorker({
      project: await loadProject(project),
      temporal: { hostPort: server.address },
      tools: { work: work as never },
    });
    await worker.setup();
    const run = await worker.triggerWorkflow('each', { last: 2_999 });
    const handle = worker.client.workflow.getHandle(run.temporalWorkflowId);
    try {
      const view = await run.result();
      expect(view.output).toMatchObject({ progress: { success_count: 2_994, failed_count: 5 }, last: { n: 2_999 } });
      expect([attempts.get(1), attempts.get(2), attempts.get(500)]).toEqual([3, 1, 3]);
      expect(view.tasks['all[499]'] ?? (await run.view())!.tasks['all[499]']).toMatchObject({
        status: 'FAILED',
        attempts: 3,
      });
      const { settled, failed, total } = half!.tasks['all']!.progress!;
      expect(total).toBe(2_999);
      expect(settled).toBeGreaterThan(1_000);
      expect(failed).toBeGreaterThan(0);
    } finally {
      await worker.stop();
    }
  });
});

describe('a worker that is killed in the middle of a batch', () => {
  it('leaves to the next one what was not noted, and no more', async () => {
    const log = path.join(dir, 'calls.log');
    const project = await writeProject(
      'killed-batch',
      `max_workers: 20\n    task: { id: "c{{ .item }}", type: basic, tool: work, with: { n: "{{ .item }}" } }`,
      `runtime: { type: node, entrypoint: ./tools.ts, permissions: [--allow-read, "--allow-write=${dir}"] }\n`,
    );
    // A tool may read what was there, in its project, when its process started.
    const killed = path.join(project, 'killed');
    await writeFile(killed, 'no');
    await writeFile(
      path.join(project, 'tools.ts'),
      `import { appendFileSync, readFileSync } from 'node:fs';
export default {
  async work({ n }: { n: number }) {
    appendFileSync(${JSON.stringify(log)}, n + '\\n');
    // The last ones end after the kill, so that it comes in the middle of the run.
    do await new Promise((resolve) => setTimeout(resolve, 250));
    while (n > 700 && readFileSync(${JSON.stringify(killed)}, 'utf8') !== 'yes');
    return { n };
  },
};
`,
    );
    const connection = await Connection.connect({ address: server.address });
    const client = new Client({ connection });
    let second: ChildProcess | undefined;
    try {
      const first = await startWorkerProcess(project, server.address);
      const handle = await client.workflow.start('each', {
        taskQueue: getTaskQueue('killed-batch'),
        workflowId: 'killed-batch-1',
        args: [{ input: { last: 1_010 } }],
      });
      const keptNow = async () => new Set([...(await completed(handle)), ...(await noted(handle, project))]);
      await until(async () => (await calls(log)).length >= 340 && (await keptNow()).size > 200);
      first.kill('SIGKILL');
      await once(first, 'exit');
      await writeFile(killed, 'yes');
      const before = await calls(log);
      const kept = await keptNow();

      second = await startWorkerProcess(project, server.address);
      const view = (await handle.result()) as RunView;
      const after = (await calls(log)).slice(before.length);
      expect(view.output).toMatchObject({ progress: { success_count: 1_010 }, last: { n: 1_010 } });
      expect(after.filter((n) => kept.has(n))).toEqual([]);
      expect(new Set([...before, ...after]).size).toBe(1_010);
      console.log(
        `killed after ${before.length} calls; ${kept.size} of them were kept, ` +
          `${before.length + after.length - 1_010} were made again`,
      );
    } finally {
      second?.kill('SIGTERM');
      if (second !== undefined) await once(second, 'exit');
      await connection.close();
    }
  });
});

type Handle = ReturnType<Client['workflow']['getHandle']>;

/** Items of the batches whose result stands in the history. */
async function completed(handle: Handle): Promise<readonly number[]> {
  const { events } = await handle.fetchHistory();
  const batches = new Map<string, number>();
  const items: number[] = [];
  for (const event of events ?? []) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    const batch = /\/batch-(\d+)$/.exec(scheduled?.activityId ?? '');
    if (batch !== null) batches.set(String(event.eventId), Number(batch[1]));
    const of = batches.get(String(event.activityTaskCompletedEventAttributes?.scheduledEventId));
    if (of !== undefined) items.push(...Array.from({ length: 100 }, (_, n) => of * 100 + n + 1));
  }
  return items;
}

/** Items that the open batches noted with their heartbeats. */
async function noted(handle: Handle, project: string): Promise<readonly number[]> {
  const { raw } = await handle.describe();
  const blobs = createFileBlobStore({ dir: path.join(project, '.compozy', 'blobs') });
  const items: number[] = [];
  for (const { heartbeatDetails } of raw.pendingActivities ?? []) {
    const data = heartbeatDetails?.payloads?.[0]?.data;
    if (data == null) continue;
    const { pieces } = JSON.parse(new TextDecoder().decode(data)) as { pieces: readonly BlobRef[] };
    for (const piece of pieces)
      for (const { index } of (await loadJson(blobs, piece)) as unknown as readonly { index: number }[])
        items.push(index + 1);
  }
  return items;
}

async function calls(log: string): Promise<readonly number[]> {
  const text = await readFile(log, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}
