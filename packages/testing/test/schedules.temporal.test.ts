import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunView } from '@compozy/core';
import { loadProject } from '@compozy/core/loader';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createWorker, type CompozyWorker, type ScheduleLogEntry } from '@compozy/worker';

const EVERY_SECOND = '* * * * * *';
/** Fires so seldom that no test sees it. */
const SELDOM = '0 0 1 1 *';

let root: string;
let server: DevServer;
let connection: Connection;
let client: Client;
const log: ScheduleLogEntry[] = [];

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  root = await mkdtemp(path.join(tmpdir(), 'compozy-schedules-'));
  server = await startDevServer();
  connection = await Connection.connect({ address: server.address });
  client = new Client({ connection });
});

afterAll(async () => {
  await connection?.close();
  await server?.stop();
  await rm(root, { recursive: true, force: true });
});

/** A project with one workflow for each entry: its `schedule`, and its tasks. */
async function project(name: string, workflows: Readonly<Record<string, { schedule?: string; tasks?: string }>>) {
  const dir = await mkdtemp(path.join(root, 'project-'));
  const ids = Object.keys(workflows);
  const sources = ids.map((id) => `{ source: ./${id}.yaml }`).join(', ');
  await writeFile(path.join(dir, 'compozy.yaml'), `name: ${name}\nworkflows: [${sources}]\n`);
  for (const [id, { schedule, tasks }] of Object.entries(workflows)) {
    const lines = [
      `id: ${id}`,
      'config: { input: { type: object, properties: { city: { type: string, default: Ulm }, unit: { type: string, default: c } } } }',
      ...(schedule === undefined ? [] : [`schedule: ${schedule}`]),
      `tasks: [${tasks ?? '{ id: a, type: aggregate, outputs: { city: "{{ .workflow.input.city }}" } }'}]`,
      'outputs: { trigger: "{{ .trigger.type }}/{{ .trigger.name }}", city: "{{ .workflow.input.city }}" }',
    ];
    await writeFile(path.join(dir, `${id}.yaml`), lines.join('\n'));
  }
  return await loadProject(dir);
}

async function serve(served: Awaited<ReturnType<typeof project>>): Promise<CompozyWorker & AsyncDisposable> {
  const worker = await createWorker({
    project: served,
    temporal: { hostPort: server.address },
    schedules: { log: (entry) => void log.push(entry) },
  });
  await worker.setup();
  return { ...worker, [Symbol.asyncDispose]: () => worker.stop() };
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Workflow Ids of the runs that a schedule started, once there are that many. */
function firings(id: string, count: number): Promise<readonly string[]> {
  return until(async () => {
    const { info } = await client.schedule.getHandle(id).describe();
    const ids = info.recentActions.map(({ action }) => action.workflow.workflowId);
    return ids.length >= count ? ids : undefined;
  });
}

describe('a schedule', () => {
  it('of every second starts one run after the other, each with an execution id of its own and the input', async () => {
    await using worker = await serve(
      await project('ticking', { tick: { schedule: `{ cron: '${EVERY_SECOND}', input: { city: Bonn } }` } }),
    );
    const ids = await firings('schedule-ticking-tick', 3);
    const runs = await Promise.all(ids.map(async (id) => (await client.workflow.getHandle(id).result()) as RunView));
    expect(new Set(runs.map((run) => run.workflow_exec_id)).size).toBe(ids.length);
    for (const run of runs) {
      expect(run).toMatchObject({
        status: 'SUCCESS',
        input: { city: 'Bonn', unit: 'c' },
        output: { trigger: `schedule/${EVERY_SECOND}`, city: 'Bonn' },
      });
    }
    await worker.schedules.pause('tick');
    const { lastRun, ...info } = await worker.schedules.get('tick');
    expect(info).toMatchObject({
      workflowId: 'tick',
      cron: EVERY_SECOND,
      paused: true,
      isOverride: true,
      nextRuns: [],
    });
    const last = (await client.workflow.getHandle(lastRun!.temporalWorkflowId).result()) as RunView;
    expect(lastRun!.workflowExecId).toBe(last.workflow_exec_id);
  });

  it('follows its overlap policy', async () => {
    const tasks = '{ id: hold, type: wait, duration: 1h }';
    await using _worker = await serve(
      await project('overlaps', {
        skips: { schedule: `{ cron: '${EVERY_SECOND}' }`, tasks },
        allows: { schedule: `{ cron: '${EVERY_SECOND}', overlap_policy: allow }`, tasks },
      }),
    );
    // Temporal counts what runs for the policies only that have to know it.
    const allowed = await firings('schedule-overlaps-allows', 3);
    const statuses = await Promise.all(
      allowed.map(async (id) => (await client.workflow.getHandle(id).describe()).status.name),
    );
    expect(statuses).toEqual(allowed.map(() => 'RUNNING'));
    const skipped = await until(async () => {
      const { info } = await client.schedule.getHandle('schedule-overlaps-skips').describe();
      return info.numActionsSkippedOverlap >= 2 ? info : undefined;
    });
    expect(skipped).toMatchObject({ numActionsTaken: 1, runningActions: [{ type: 'startWorkflow' }] });
  });

  it('that is not enabled starts nothing but what is asked for', async () => {
    await using worker = await serve(
      await project('resting', { rest: { schedule: `{ cron: '${EVERY_SECOND}', enabled: false }` } }),
    );
    expect(await worker.schedules.get('rest')).toMatchObject({ paused: true, isOverride: false, lastRun: null });
    await worker.schedules.trigger('rest');
    const [id, ...more] = await firings('schedule-resting-rest', 1);
    expect(more).toEqual([]);
    expect(await client.workflow.getHandle(id!).result()).toMatchObject({ status: 'SUCCESS' });
    await worker.schedules.resume('rest');
    await firings('schedule-resting-rest', 2);
  });

  it('keeps the hour of its time zone when the clocks change', async () => {
    await using worker = await serve(
      await project('zoned', {
        daily: {
          schedule: "{ cron: '30 9 * * *', timezone: Europe/Berlin, start_at: '2031-03-28T12:00:00Z' }",
        },
      }),
    );
    const { nextRuns, timezone } = await worker.schedules.get('daily');
    expect(timezone).toBe('Europe/Berlin');
    expect(nextRuns.slice(0, 2)).toEqual(['2031-03-29T08:30:00.000Z', '2031-03-30T07:30:00.000Z']);
  });
});

describe('a worker that starts', () => {
  it('says what it changed, and warned of nothing so far', async () => {
    const before = log.length;
    const files = await project('telling', { one: { schedule: `{ cron: '${SELDOM}' }` } });
    await (await serve(files)).stop();
    await (await serve(files)).stop();
    expect(log.slice(before)).toEqual([{ level: 'info', message: 'schedules: created one' }]);
    expect(log.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('brings what was added, changed and removed in the files to Temporal', async () => {
    const first = await serve(
      await project('restarting', {
        stays: { schedule: `{ cron: '${SELDOM}' }` },
        changes: { schedule: `{ cron: '${SELDOM}', input: { city: Bonn } }` },
        goes: { schedule: `{ cron: '${SELDOM}' }` },
      }),
    );
    await until(async () => ((await first.schedules.list()).length === 3 ? true : undefined));
    await first.stop();
    await using second = await serve(
      await project('restarting', {
        stays: { schedule: `{ cron: '${SELDOM}' }` },
        changes: { schedule: "{ cron: '@every 1h', input: { city: Kiel }, overlap_policy: buffer_one }" },
        goes: {},
        comes: { schedule: `{ cron: '${SELDOM}' }` },
      }),
    );
    const listed = async () => (await second.schedules.list()).map(({ workflowId }) => workflowId);
    await expect.poll(listed).toEqual(['changes', 'comes', 'stays']);
    const { spec, action, policies } = await client.schedule.getHandle('schedule-restarting-changes').describe();
    expect(spec).toMatchObject({ calendars: [], intervals: [{ every: 3_600_000 }] });
    expect(action.args).toEqual([
      {
        workflow_id: 'changes',
        project: 'restarting',
        input: { city: 'Kiel' },
        trigger: { type: 'schedule', name: '@every 1h' },
      },
    ]);
    expect(policies.overlap).toBe('BUFFER_ONE');
    await expect(second.schedules.get('goes')).rejects.toMatchObject({ code: 'Schedule.NotFound' });
    await expect(second.schedules.pause('nobody')).rejects.toMatchObject({ code: 'Schedule.NotFound' });
  });

  it('takes up a reloaded project too', async () => {
    await using worker = await serve(await project('reloading', { one: { schedule: `{ cron: '${SELDOM}' }` } }));
    await worker.reload(await project('reloading', { one: { schedule: "{ cron: '@hourly' }" } }));
    expect(await worker.schedules.get('one')).toMatchObject({ cron: '@hourly', isOverride: false });
  });

  it('leaves schedules alone when it is told to', async () => {
    const files = await project('leaving', { one: { schedule: `{ cron: '${SELDOM}' }` } });
    const worker = await createWorker({ project: files, temporal: { hostPort: server.address }, schedules: false });
    await worker.setup();
    await expect(worker.schedules.get('one')).rejects.toMatchObject({ code: 'Schedule.NotFound' });
    await worker.stop();
  });
});
