import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { expect, it } from 'vitest';
import { getTaskQueue, type RunView } from '@compozy/core';
import { startDevServer } from '@compozy/dev-server';
import { startWorkerProcess } from './worker-process.js';

const ITEMS = 120;

interface Call {
  readonly item: number;
  readonly pid: number;
}

it('repeats no recorded item when a worker is killed, and the next worker finishes the run', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-killed-'));
  const log = path.join(dir, 'calls.log');
  await writeProject(dir, log);
  const server = await startDevServer();
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection });
  let second: ChildProcess | undefined;
  try {
    const first = await startWorkerProcess(dir, server.address);
    const handle = await client.workflow.start('each', {
      taskQueue: getTaskQueue('killed'),
      workflowId: 'each-1',
      args: [{ input: { last: ITEMS } }],
    });
    await until(async () => (await calls(log)).length >= ITEMS / 3);
    first.kill('SIGKILL');
    await once(first, 'exit');
    await writeFile(path.join(dir, 'killed'), 'yes');
    const killedAt = Date.now();
    const recorded = await recordedItems(handle);
    const before = await calls(log);

    second = await startWorkerProcess(dir, server.address);
    await until(async () => (await calls(log)).length > before.length);
    const takenOver = Date.now() - killedAt;
    const result = (await handle.result()) as RunView;
    const after = (await calls(log)).slice(before.length).map(({ item }) => item);

    expect(result.status).toBe('SUCCESS');
    expect(recorded.length).toBeGreaterThan(0);
    expect(after.filter((item) => recorded.includes(item))).toEqual([]);
    const all = new Set([...before.map(({ item }) => item), ...after]);
    expect(all.size).toBe(ITEMS);
    console.log(
      `killed after ${before.length} calls, ${recorded.length} of them recorded; the next worker made its first call ` +
        `${(takenOver / 1000).toFixed(1)} s later; ${before.length + after.length - ITEMS} unrecorded calls were made again`,
    );
  } finally {
    second?.kill('SIGTERM');
    if (second !== undefined) await once(second, 'exit');
    await connection.close();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
});

/** Items whose result stands in the history. */
async function recordedItems(handle: { fetchHistory(): Promise<{ events?: unknown }> }): Promise<number[]> {
  const { events } = (await handle.fetchHistory()) as {
    events: readonly {
      eventId: { toString(): string };
      activityTaskScheduledEventAttributes?: { activityId: string };
      activityTaskCompletedEventAttributes?: { scheduledEventId: { toString(): string } };
    }[];
  };
  const ids = new Map(
    events.flatMap((event) => {
      const scheduled = event.activityTaskScheduledEventAttributes;
      return scheduled == null ? [] : [[event.eventId.toString(), scheduled.activityId] as const];
    }),
  );
  return events.flatMap((event) => {
    const completed = event.activityTaskCompletedEventAttributes;
    const found =
      completed == null ? null : /\[(\d+)\]\/tool/.exec(ids.get(completed.scheduledEventId.toString()) ?? '');
    return found === null ? [] : [Number(found[1]) + 1];
  });
}

async function calls(log: string): Promise<readonly Call[]> {
  const text = await readFile(log, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Call);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function writeProject(dir: string, log: string): Promise<void> {
  // A tool may read what was there when its process started.
  await writeFile(path.join(dir, 'killed'), 'no');
  await writeFile(
    path.join(dir, 'compozy.yaml'),
    `name: killed
workflows: [{ source: ./workflow.yaml }]
runtime: { type: node, entrypoint: ./tools.ts, permissions: [--allow-read, "--allow-write=${dir}"] }
tools: [{ id: work }]
`,
  );
  await writeFile(
    path.join(dir, 'workflow.yaml'),
    `id: each
tasks:
  - id: all
    type: collection
    items: "1..{{ .workflow.input.last }}"
    max_workers: 10
    task: { id: one, type: basic, tool: work, with: { item: "{{ .item }}" } }
`,
  );
  await writeFile(
    path.join(dir, 'tools.ts'),
    `import { appendFileSync, readFileSync } from 'node:fs';
export default {
  async work({ item }: { item: number }) {
    appendFileSync(${JSON.stringify(log)}, JSON.stringify({ item, pid: process.pid }) + '\\n');
    // The last third ends after the kill, so that it comes in the middle of the run.
    do await new Promise((resolve) => setTimeout(resolve, 300));
    while (item > ${(ITEMS * 2) / 3} && readFileSync(${JSON.stringify(path.join(dir, 'killed'))}, 'utf8') !== 'yes');
    return { item };
  },
};
`,
  );
}
