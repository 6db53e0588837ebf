import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getTaskQueue, type RunView } from '@compozy/core';
import { eventExecId } from '@compozy/core/schema';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { STATUS_QUERY, type DispatcherStatus } from '@compozy/dispatcher';
import { startWorkerHost, type WorkerHost } from './worker-process.js';

const PROJECT = 'pair';
const runOf = (eventId: string) =>
  `note-${eventExecId({ project: PROJECT, workflowId: 'note', event: 'noted', eventId })}`;
const RUNS = 30;
const EVENTS = 60;
const STEPS = 40;

let dir: string;
let server: DevServer;
let connection: Connection;
let client: Client;
let first: WorkerHost;
let second: WorkerHost;
/** The runs of the events of the first test. */
let sharedRuns: ReadonlySet<string>;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'compozy-pair-'));
  await writeProject(dir);
  server = await startDevServer();
  connection = await Connection.connect({ address: server.address });
  client = new Client({ connection });
  first = await startWorkerHost(dir, server.address);
  second = await startWorkerHost(dir, server.address);
});

afterAll(async () => {
  for (const { child } of [first, second]) {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await connection?.close();
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function start(workflowId: string, id: string, input: object = {}): Promise<WorkflowHandle> {
  const taskQueue = getTaskQueue(PROJECT);
  return await client.workflow.start(workflowId, { taskQueue, workflowId: id, args: [{ input }] });
}

/** 202, or undefined when there was no answer. */
async function sendEvent(worker: WorkerHost, eventId: string, name = 'noted'): Promise<number | undefined> {
  return await fetch(`${worker.url}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, event_id: eventId }),
  }).then(
    ({ status }) => status,
    () => undefined,
  );
}

async function answerOf(worker: WorkerHost, route: string): Promise<Record<string, unknown>> {
  return (await (await fetch(`${worker.url}${route}`)).json()) as Record<string, unknown>;
}

async function dispatchers(): Promise<readonly string[]> {
  const ids: string[] = [];
  const query = 'WorkflowType = "DispatcherWorkflow" AND ExecutionStatus = "Running"';
  for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
  return ids;
}

/** By the process that did them. */
interface Work {
  readonly workflowTasks: Map<string, number>;
  readonly activities: Map<string, number>;
}

async function addWork(work: Work, handle: WorkflowHandle): Promise<void> {
  const { events } = await handle.fetchHistory();
  const count = (counts: Map<string, number>, identity: string | null | undefined) => {
    const pid = (identity ?? '').split('@')[0]!;
    counts.set(pid, (counts.get(pid) ?? 0) + 1);
  };
  for (const event of events ?? []) {
    const task = event.workflowTaskStartedEventAttributes;
    const activity = event.activityTaskStartedEventAttributes;
    if (task != null) count(work.workflowTasks, task.identity);
    if (activity != null) count(work.activities, activity.identity);
  }
}

const pids = () => [String(first.child.pid), String(second.child.pid)].toSorted();
const isOfBoth = (counts: Map<string, number>) => pids().every((pid) => counts.has(pid));
const noWork = (): Work => ({ workflowTasks: new Map(), activities: new Map() });
const toText = (counts: Map<string, number>) => [...counts.values()].join(' and ');

/** The run of an event, when it has ended: accepted is not yet started. */
async function endOf(eventId: string): Promise<WorkflowHandle> {
  const handle = client.workflow.getHandle(runOf(eventId));
  const ends = () =>
    handle.result().then(
      () => true,
      () => false,
    );
  await expect.poll(ends).toBe(true);
  return handle;
}

describe('two workers of one project', () => {
  it('share its runs and its events', async () => {
    const handles = await Promise.all(Array.from({ length: RUNS }, (_, n) => start('steps', `steps-${n}`)));
    const ids = Array.from({ length: EVENTS }, (_, n) => `shared-${n}`);
    const accepted = await Promise.all(ids.map((id, n) => sendEvent(n % 2 === 0 ? first : second, id)));
    expect(new Set(accepted)).toEqual(new Set([202]));
    const work = noWork();
    for (const handle of handles) {
      expect(((await handle.result()) as RunView).status).toBe('SUCCESS');
      await addWork(work, handle);
    }
    // One of them may be too slow for its share of a few; of all that come, it is not.
    for (let more = 0; !isOfBoth(work.workflowTasks) || !isOfBoth(work.activities); more += 1) {
      const handle = await start('steps', `more-${more}`);
      await handle.result();
      await addWork(work, handle);
    }

    const noted = noWork();
    for (const id of ids) await addWork(noted, await endOf(id));
    for (let more = 0; !isOfBoth(noted.workflowTasks); more += 1) {
      const id = `shared-${EVENTS + more}`;
      expect(await sendEvent(first, id)).toBe(202);
      ids.push(id);
      await addWork(noted, await endOf(id));
    }
    sharedRuns = new Set(ids.map(runOf));
    const dispatched = noWork();
    for (const id of await dispatchers()) await addWork(dispatched, client.workflow.getHandle(id));
    // Each dispatcher is with one of the workers at a time; both may be with the same.
    expect(dispatched.activities.size).toBeGreaterThan(0);
    console.log(
      `${RUNS} runs: ${toText(work.workflowTasks)} workflow tasks, ${toText(work.activities)} activities; ${EVENTS} events: ` +
        `${toText(dispatched.activities)} batches, ${toText(noted.workflowTasks)} workflow tasks of their runs`,
    );
  });

  it('lose nothing when one is killed: the other goes on with its run, its events and its dispatcher', async () => {
    const before = await dispatchers();
    const handle = await start('long', 'long-1', {
      log: path.join(dir, 'calls.log'),
      // No call ends before the kill, so that it comes in the middle of the run.
      until: path.join(dir, 'killed'),
      last: STEPS,
    });
    await until(async () => (await callers()).length >= 4);
    const busy = (await callers())[0];
    const [victim, survivor] = String(first.child.pid) === busy ? [first, second] : [second, first];

    const nameOf = new Map(Array.from({ length: 200 }, (_, n) => [`kill-${n}`, n % 10 === 0 ? 'unheard' : 'noted']));
    const answered = new Map<string, number | undefined>();
    const sending = [...nameOf].map(async ([id, name]) => void answered.set(id, await sendEvent(victim, id, name)));
    // The first that is accepted travels alone, so that most are on their way now.
    await Promise.race(sending);
    victim.child.kill('SIGKILL');
    await writeFile(path.join(dir, 'killed'), 'yes');
    const killedAt = Date.now();
    const callsBefore = (await callers()).length;
    await Promise.all([once(victim.child, 'exit'), ...sending]);
    // As a sender has to that got no answer.
    const again = [...nameOf].filter(([id]) => answered.get(id) !== 202);
    for (const [id, name] of again) expect(await sendEvent(survivor, id, name)).toBe(202);

    await until(async () => (await callers()).slice(callsBefore).includes(String(survivor.child.pid)));
    const takenOverMs = Date.now() - killedAt;
    expect(((await handle.result()) as RunView).status).toBe('SUCCESS');

    const heard = [...nameOf].filter(([, name]) => name === 'noted').map(([id]) => id);
    const unheard = [...nameOf.keys()].filter((id) => !heard.includes(id));
    const expected = heard.map((id) => runOf(id)).toSorted();
    await expect.poll(runsOfKilled, { interval: 500 }).toEqual(expected);
    for (const [id, name] of nameOf) {
      const status = async () => (await answerOf(survivor, `/events/${id}`))['status'];
      await expect.poll(status).toBe(name === 'noted' ? 'processed' : 'dead');
    }
    const letters = (await answerOf(survivor, '/dead-letters?limit=100'))['dead_letters'] as { event_id: string }[];
    expect(letters.map((letter) => letter.event_id).toSorted()).toEqual(unheard.toSorted());

    const open = async () => (await dispatchers()).length;
    await expect.poll(open, { interval: 500 }).toBe(1);
    const [left] = await dispatchers();
    const orphan = client.workflow.getHandle(before.find((id) => id !== left)!);
    expect(await orphan.result()).toMatchObject({ retiring: true, pending: 0 });
    expect((await client.workflow.getHandle(left!).query<DispatcherStatus>(STATUS_QUERY)).retiring).toBe(false);
    console.log(
      `killed in the middle of a run: the other worker made its first call ${(takenOverMs / 1000).toFixed(1)} s later; ` +
        `${again.length} of ${nameOf.size} events had no answer and were sent again, each started once; ` +
        `the dispatcher was retired ${((Date.now() - killedAt) / 1000).toFixed(0)} s after the death`,
    );
  });
});

/** The workers that called the tool, by pid, in order. */
async function callers(): Promise<readonly string[]> {
  const text = await readFile(path.join(dir, 'calls.log'), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

async function runsOfKilled(): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query: 'WorkflowType = "note"' })) {
    if (!sharedRuns.has(workflowId)) ids.push(workflowId);
  }
  return ids.toSorted();
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function writeProject(at: string): Promise<void> {
  const files = {
    'compozy.yaml': `name: ${PROJECT}
workflows: [{ source: ./steps.yaml }, { source: ./long.yaml }, { source: ./note.yaml }]
runtime: { type: node, entrypoint: ./tools.ts, permissions: [--allow-read, "--allow-write=${at}"] }
tools: [{ id: work }]
`,
    // A tool may read what was there when its process started.
    killed: 'no',
    'note.yaml': `id: note
triggers: [{ type: signal, name: noted }]
tasks: [{ id: one, type: aggregate, outputs: { n: 1 } }]
`,
    'steps.yaml': `id: steps
tasks:
  - { id: a, type: basic, use: tool(work), with: { ms: 50 }, on_success: { next: b } }
  - { id: b, type: basic, use: tool(work), with: { ms: 50 } }
`,
    'long.yaml': `id: long
tasks:
  - id: all
    type: collection
    items: "1..{{ .workflow.input.last }}"
    max_workers: 4
    task: { id: one, type: basic, use: tool(work), with: { ms: 250, log: "{{ .workflow.input.log }}", until: "{{ .workflow.input.until }}" } }
`,
    'tools.ts': `import { appendFileSync, readFileSync } from 'node:fs';
export default {
  async work({ ms, log, until }: { ms: number; log?: string; until?: string }) {
    if (log !== undefined) appendFileSync(log, process.ppid + '\\n');
    do await new Promise((resolve) => setTimeout(resolve, ms));
    while (until !== undefined && readFileSync(until, 'utf8') !== 'yes');
    return { ms };
  },
};
`,
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(path.join(at, name), text)));
}
