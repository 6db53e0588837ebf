import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { expect, it } from 'vitest';
import { eventExecId } from '@compozy/core/schema';
import { startDevServer } from '@compozy/dev-server';
import { startWorkerHost, type WorkerHost } from './worker-process.js';

/** Longer than anybody waits for the answer to an event. */
const DOWN_MS = 12_000;

it('a worker outlives a kill of Temporal: runs go on, and an event is accepted once or refused', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'compozy-restart-'));
  await writeProject(dir);
  const dbFilename = path.join(dir, 'temporal.db');
  let server = await startDevServer({ dbFilename });
  const port = Number(server.address.split(':')[1]);
  const host = await startWorkerHost(dir, server.address);
  try {
    const long = await start(host, 'long');
    const ask = await start(host, 'ask');
    await expect.poll(() => statusOf(host, ask)).toBe('WAITING');

    const answers = new Map<string, number>();
    const over = new AbortController();
    let next = 0;
    const sending = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!over.signal.aborted) {
          const id = `event-${(next += 1)}`;
          answers.set(id, await send(host, id));
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }),
    );
    await expect.poll(() => answers.size).toBeGreaterThan(20);
    kill(dbFilename);
    const killedAt = Date.now();
    await expect.poll(() => readiness(host)).toMatchObject([503, { temporal: 'down' }]);
    await new Promise((resolve) => setTimeout(resolve, DOWN_MS));
    await server.stop();
    server = await startDevServer({ dbFilename, port });
    await expect.poll(() => readiness(host), { interval: 250 }).toMatchObject([200, {}]);
    const readyMs = Date.now() - killedAt;
    const enough = answers.size + 20;
    await expect.poll(() => answers.size).toBeGreaterThan(enough);
    over.abort();
    await sending;

    const refused = [...answers].filter(([, status]) => status !== 202).map(([id]) => id);
    expect([...new Set(answers.values())].toSorted()).toEqual([202, 503]);
    // Half of those that were refused are sent again, as the answer says; the others may or may not have come through.
    const [again, left] = [refused.filter((_, n) => n % 2 === 0), refused.filter((_, n) => n % 2 === 1)];
    for (const id of again) expect(await send(host, id)).toBe(202);
    const due = [...answers.keys()].filter((id) => !left.includes(id));

    const connection = await Connection.connect({ address: server.address });
    const client = new Client({ connection });
    const started = async () => {
      const ids: string[] = [];
      for await (const { workflowId } of client.workflow.list({ query: 'WorkflowType = "note"' })) ids.push(workflowId);
      return ids;
    };
    const missing = async () => {
      const ids = new Set(await started());
      return due.filter((id) => !ids.has(runOf(id)));
    };
    await expect.poll(missing, { interval: 500 }).toEqual([]);
    const runs = await started();
    expect(new Set(runs).size).toBe(runs.length);
    const known = new Set([...answers.keys()].map(runOf));
    expect(runs.filter((id) => !known.has(id))).toEqual([]);

    await fetch(`${host.url}/executions/workflows/${ask}/signals`, post({ signal_name: 'answer' }));
    await expect.poll(() => statusOf(host, ask)).toBe('SUCCESS');
    await expect.poll(() => statusOf(host, long)).toBe('SUCCESS');
    await connection.close();
    console.log(
      `ready again ${(readyMs / 1000).toFixed(1)} s after the kill (${DOWN_MS / 1000} s of it down on purpose); ${answers.size} events, ` +
        `${refused.length} refused with 503, ${again.length} of them sent again; ${runs.length} runs, none twice`,
    );
  } finally {
    host.child.kill('SIGTERM');
    if (host.child.exitCode === null) await once(host.child, 'exit');
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
});

const runOf = (eventId: string) =>
  `note-${eventExecId({ project: 'restart', workflowId: 'note', event: 'noted', eventId })}`;

const post = (body: object) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

async function start(host: WorkerHost, workflowId: string): Promise<string> {
  const response = await fetch(`${host.url}/workflows/${workflowId}/executions`, post({}));
  return ((await response.json()) as { exec_id: string }).exec_id;
}

async function send(host: WorkerHost, eventId: string): Promise<number> {
  return (await fetch(`${host.url}/events`, post({ name: 'noted', event_id: eventId }))).status;
}

async function statusOf(host: WorkerHost, execId: string): Promise<unknown> {
  const response = await fetch(`${host.url}/executions/workflows/${execId}`);
  return ((await response.json()) as { status?: unknown }).status;
}

async function readiness(host: WorkerHost): Promise<readonly [number, unknown]> {
  const response = await fetch(`${host.healthUrl}/ready`);
  return [response.status, ((await response.json()) as { checks: unknown }).checks];
}

/** The processes of the server that has this file; its arguments name it. */
function kill(dbFilename: string): void {
  const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  const pids = lines.filter((line) => line.includes(dbFilename)).map((line) => Number.parseInt(line, 10));
  expect(pids.length).toBeGreaterThan(0);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}

async function writeProject(dir: string): Promise<void> {
  const files = {
    'compozy.yaml': `name: restart
workflows: [{ source: ./long.yaml }, { source: ./ask.yaml }, { source: ./note.yaml }]
runtime: { type: node, entrypoint: ./tools.ts, permissions: [--allow-read] }
tools: [{ id: work }]
`,
    'long.yaml': `id: long
tasks:
  - id: all
    type: collection
    items: "1..40"
    max_workers: 2
    task: { id: one, type: basic, tool: work, with: { ms: 500 } }
`,
    'ask.yaml': 'id: ask\ntasks: [{ id: gate, type: wait, wait_for: answer }]\n',
    'note.yaml': `id: note
triggers: [{ type: signal, name: noted }]
tasks: [{ id: one, type: aggregate, outputs: { n: 1 } }]
`,
    'tools.ts': `export default {
  async work({ ms }: { ms: number }) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return { ms };
  },
};
`,
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(path.join(dir, name), text)));
}
