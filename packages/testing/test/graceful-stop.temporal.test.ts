import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { startWorkerHost, type WorkerHost } from './worker-process.js';

const PROJECT = 'drain';
const CLIENTS = 8;
/** So much later than it hears of it, a balancer may still send to a host. */
const DRAIN_DELAY_MS = 6_000;
const LOOK_MS = 500;
const DEADLINE_MS = 120_000;

let dir: string;
let server: DevServer;
let connection: Connection;
let client: Client;
const hosts: WorkerHost[] = [];

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-drain-'));
  await writeProject(dir);
  server = await startDevServer();
  connection = await Connection.connect({ address: server.address });
  client = new Client({ connection });
});

afterAll(async () => {
  for (const { child } of hosts) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await connection?.close();
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function startHost(): Promise<WorkerHost> {
  const host = await startWorkerHost(dir, server.address, {
    SERVER_DRAIN_DELAY_MS: String(DRAIN_DELAY_MS),
    SERVER_SHUTDOWN_TIMEOUT_MS: String(DEADLINE_MS),
  });
  hosts.push(host);
  return host;
}

const isReady = async ({ healthUrl }: WorkerHost) =>
  await fetch(`${healthUrl}/ready`).then(
    ({ ok }) => ok,
    () => false,
  );

interface Traffic {
  readonly requests: Map<string, number>;
  readonly failures: string[];
  readonly execIds: string[];
  readonly eventIds: string[];
}

/**
 * As a load balancer does: sends to those who were ready when it asked, half a second ago at most, however busy this
 * machine is.
 */
async function sendTraffic(traffic: Traffic, isOver: () => boolean): Promise<void> {
  let looked = { at: -Infinity, ready: Promise.resolve<readonly WorkerHost[]>([]) };
  const look = async () => {
    const states = await Promise.all(hosts.map(isReady));
    return hosts.filter((_, index) => states[index]);
  };
  const readyHosts = async () => {
    if (performance.now() - looked.at > LOOK_MS) looked = { at: performance.now(), ready: look() };
    return await looked.ready;
  };
  let next = 0;
  const one = async () => {
    while (!isOver()) {
      const n = (next += 1);
      const ready = await readyHosts();
      const host = ready[n % ready.length];
      if (host === undefined) {
        // All were too slow to say that they are ready.
        await new Promise((resolve) => setTimeout(resolve, 50));
        continue;
      }
      const [route, body] = [
        ['/workflows/quick/executions', {}],
        ['/workflows/work/executions/sync', { timeout: 100 }],
        ['/events', { name: 'noted', event_id: `event-${n}` }],
      ][n % 3] as [string, object];
      try {
        const response = await fetch(`${host.url}${route}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        const answer = (await response.json()) as { exec_id?: string; event_id?: string };
        traffic.requests.set(host.url, (traffic.requests.get(host.url) ?? 0) + 1);
        if (!response.ok) traffic.failures.push(`${route}: ${response.status} ${JSON.stringify(answer)}`);
        else if (answer.exec_id !== undefined) traffic.execIds.push(answer.exec_id);
        else traffic.eventIds.push(answer.event_id!);
      } catch (error) {
        traffic.failures.push(`${route}: ${String((error as Error).cause ?? error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, one));
}

async function statusOf(host: WorkerHost, execId: string): Promise<unknown> {
  const response = await fetch(`${host.url}/executions/workflows/${execId}`);
  return ((await response.json()) as { status?: unknown }).status;
}

describe('SIGTERM', () => {
  it('under load fails no request and loses no run, and the process ends with 0 within its deadline', async () => {
    const [going, staying] = [await startHost(), await startHost()];
    const traffic: Traffic = { requests: new Map(), failures: [], execIds: [], eventIds: [] };
    let isOver = false;
    const sending = sendTraffic(traffic, () => isOver);
    await expect.poll(() => traffic.requests.get(going.url) ?? 0).toBeGreaterThan(30);

    const exited = once(going.child, 'exit');
    going.child.kill('SIGTERM');
    const toldAt = Date.now();
    await expect.poll(() => isReady(going)).toBe(false);
    expect(await exited).toEqual([0, null]);
    const tookMs = Date.now() - toldAt;
    isOver = true;
    await sending;

    expect(traffic.failures).toEqual([]);
    for (const execId of traffic.execIds) {
      await expect.poll(() => statusOf(staying, execId)).toBe('SUCCESS');
    }
    const events = async () => {
      const { count } = await client.workflow.count('WorkflowType = "note" AND ExecutionStatus = "Completed"');
      return count;
    };
    await expect.poll(events).toBe(new Set(traffic.eventIds).size);
    console.log(
      `${[...traffic.requests.values()].join(' and ')} requests, ${traffic.failures.length} failed; ` +
        `${traffic.execIds.length} executions and ${traffic.eventIds.length} events, all ended; ` +
        `the process ended ${(tookMs / 1000).toFixed(1)} s after SIGTERM, ${DRAIN_DELAY_MS / 1000} s of it the drain delay`,
    );
  });

  it('a second time forces', async () => {
    const host = await startHost();
    const started = await fetch(`${host.url}/workflows/slow/executions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    const { exec_id: execId } = (await started.json()) as { exec_id: string };
    const handle = client.workflow.getHandle(`slow-${execId}`);
    const pending = async () => (await handle.describe()).raw.pendingActivities?.[0]?.state;
    await expect.poll(pending).toBeTruthy();
    const exited = once(host.child, 'exit');
    host.child.kill('SIGTERM');
    await expect.poll(() => isReady(host)).toBe(false);
    host.child.kill('SIGINT');
    expect(await exited).toEqual([1, null]);
    await handle.terminate();
  });
});

async function writeProject(at: string): Promise<void> {
  const files = {
    'compozy.yaml': `name: ${PROJECT}
workflows: [{ source: ./quick.yaml }, { source: ./work.yaml }, { source: ./slow.yaml }, { source: ./note.yaml }]
runtime: { type: node, entrypoint: ./tools.ts, permissions: [--allow-read] }
tools: [{ id: work }]
`,
    'quick.yaml': 'id: quick\ntasks: [{ id: one, type: aggregate, outputs: { n: 1 } }]\n',
    'note.yaml': `id: note
triggers: [{ type: signal, name: noted }]
tasks: [{ id: one, type: aggregate, outputs: { n: 1 } }]
`,
    'work.yaml': 'id: work\ntasks: [{ id: one, type: basic, use: tool(work), with: { ms: 300 } }]\n',
    'slow.yaml': 'id: slow\ntasks: [{ id: one, type: basic, use: tool(work), with: { ms: 60000 }, timeout: 2m }]\n',
    'tools.ts': `export default {
  async work({ ms }: { ms: number }) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return { ms };
  },
};
`,
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(path.join(at, name), text)));
}
