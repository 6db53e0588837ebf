import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan, PlanSchedule, ScheduleOverride, ScheduleOverrideRepository } from '@compozy/core';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createScheduleManager, reconcileSchedules, type ReconcileOptions } from '@compozy/worker';

let server: DevServer;
let connection: Connection;
let client: Client;

beforeAll(async () => {
  server = await startDevServer();
  connection = await Connection.connect({ address: server.address });
  client = new Client({ connection });
});

afterAll(async () => {
  await connection?.close();
  await server?.stop();
});

const SELDOM: PlanSchedule = {
  cron: '0 0 1 1 *',
  timezone: 'UTC',
  enabled: true,
  overlap: 'skip',
  input: { n: 1 },
};

/** As the loader makes them; only what has to do with schedules counts here. */
function plan(id: string, schedule?: PlanSchedule): Plan {
  return {
    semantics: 1,
    project: { name: '' },
    workflow: { id },
    file: `${id}.yaml`,
    tasks: [],
    inListOrder: true,
    env: {},
    publicEnv: {},
    tools: {},
    triggers: [],
    ...(schedule === undefined ? {} : { schedule }),
  };
}

const reconcile = (project: string, plans: readonly Plan[], more: Partial<ReconcileOptions> = {}) =>
  reconcileSchedules({ client, project, taskQueue: `compozy-${project}`, plans, ...more });

const nothing = { created: [], updated: [], deleted: [], left: [], failed: [] };

async function listed(project: string, count: number): Promise<readonly string[]> {
  const { list } = createScheduleManager({ client, project });
  for (;;) {
    const found = await list();
    if (found.length === count) return found.map(({ workflowId }) => workflowId);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Keeps overrides in memory, as a store does in its table. */
function overrideTable(): ScheduleOverrideRepository {
  const rows = new Map<string, ScheduleOverride>();
  const key = (project: string, workflowId: string) => JSON.stringify([project, workflowId]);
  return {
    put: async (project, workflowId, override) => void rows.set(key(project, workflowId), override),
    get: async (project, workflowId) => rows.get(key(project, workflowId)),
    remove: async (project, workflowId) => rows.delete(key(project, workflowId)),
    list: async (project) =>
      [...rows].flatMap(([name, override]) => {
        const [owner, workflowId] = JSON.parse(name) as [string, string];
        return owner === project ? [{ ...override, workflowId }] : [];
      }),
  };
}

describe('reconcileSchedules', () => {
  it.each<[string, Partial<PlanSchedule>, object]>([
    ['cron', { cron: '@every 90s' }, { spec: { intervals: [{ every: 90_000 }], calendars: [] } }],
    ['input', { input: { n: 2 } }, { action: { args: [{ input: { n: 2 } }] } }],
    ['overlap', { overlap: 'terminate_other' }, { policies: { overlap: 'TERMINATE_OTHER' } }],
    ['jitter', { jitterMs: 5_000 }, { spec: { jitter: 5_000 } }],
    ['timezone', { timezone: 'Asia/Tokyo' }, { spec: { timezone: 'Asia/Tokyo' } }],
    ['enabled', { enabled: false }, { state: { paused: true } }],
    ['startAt', { startAt: '2031-01-01T00:00:00.000Z' }, { spec: { startAt: new Date('2031-01-01T00:00:00Z') } }],
    ['endAt', { endAt: '2032-01-01T00:00:00.000Z' }, { spec: { endAt: new Date('2032-01-01T00:00:00Z') } }],
  ])('creates, leaves, updates when %s differs, and back', async (field, change, expected) => {
    const project = `changing-${field}`;
    const handle = client.schedule.getHandle(`schedule-changing%2D${field}-job`);
    expect(await reconcile(project, [plan('job', SELDOM)])).toEqual({ ...nothing, created: ['job'] });
    const before = await handle.describe();
    expect(await reconcile(project, [plan('job', SELDOM)])).toEqual({ ...nothing, left: ['job'] });
    expect(await reconcile(project, [plan('job', { ...SELDOM, ...change })])).toEqual({ ...nothing, updated: ['job'] });
    expect(await handle.describe()).toMatchObject(expected);
    expect(await reconcile(project, [plan('job', SELDOM)])).toEqual({ ...nothing, updated: ['job'] });
    const { spec, policies, state, action } = await handle.describe();
    expect({ spec, policies, state, args: action.args }).toEqual({
      spec: before.spec,
      policies: before.policies,
      state: before.state,
      args: before.action.args,
    });
  });

  it('follows the task queue', async () => {
    await reconcile('moving', [plan('job', SELDOM)]);
    expect(await reconcile('moving', [plan('job', SELDOM)], { taskQueue: 'elsewhere' })).toMatchObject({
      updated: ['job'],
    });
    const { action } = await client.schedule.getHandle('schedule-moving-job').describe();
    expect(action).toMatchObject({ workflowType: 'job', taskQueue: 'elsewhere', workflowId: 'schedule-moving-job' });
  });

  it('deletes what is in no file any more, and never what another project has', async () => {
    const long = [plan('c', SELDOM), plan('job', SELDOM)];
    expect(await reconcile('a-b', long)).toEqual({ ...nothing, created: ['c', 'job'] });
    expect(await reconcile('a', [plan('b-c', SELDOM), plan('job', SELDOM)])).toEqual({
      ...nothing,
      created: ['b-c', 'job'],
    });
    expect(await listed('a', 2)).toEqual(['b-c', 'job']);
    expect(await listed('a-b', 2)).toEqual(['c', 'job']);
    expect(await reconcile('a', [plan('job')])).toEqual({ ...nothing, deleted: ['b-c', 'job'] });
    expect(await reconcile('a-b', long)).toEqual({ ...nothing, left: ['c', 'job'] });
    expect(await listed('a', 0)).toEqual([]);
    expect(await reconcile('a', [plan('job', SELDOM)])).toEqual({ ...nothing, created: ['job'] });
  });

  it('is done by many workers at once without a failure', async () => {
    const ids = ['one', 'two', 'three'];
    const at = (schedule: PlanSchedule) => ids.map((id) => plan(id, schedule));
    const all = (schedule: PlanSchedule) =>
      Promise.all(Array.from({ length: 6 }, () => reconcile('crowd', at(schedule))));
    const first = await all(SELDOM);
    expect(first.flatMap(({ failed }) => failed)).toEqual([]);
    expect(first.flatMap(({ created }) => created).toSorted()).toEqual(ids.toSorted());
    const second = await all({ ...SELDOM, cron: '@daily' });
    expect(second.flatMap(({ failed }) => failed)).toEqual([]);
    expect(await reconcile('crowd', at({ ...SELDOM, cron: '@daily' }))).toMatchObject({ left: ids.toSorted() });
  });

  it('leaves a schedule alone that has its id and is not ours, and goes on with the others', async () => {
    await client.schedule.create({
      scheduleId: 'schedule-shared-job',
      spec: { intervals: [{ every: '1 day' }] },
      action: { type: 'startWorkflow', workflowType: 'other', taskQueue: 'other' },
    });
    const { created, failed } = await reconcile('shared', [plan('job', SELDOM), plan('next', SELDOM)]);
    expect(created).toEqual(['next']);
    expect(failed).toMatchObject([{ workflowId: 'job', error: { message: expect.stringContaining('not made by') } }]);
    const { action } = await client.schedule.getHandle('schedule-shared-job').describe();
    expect(action.workflowType).toBe('other');
  });
});

describe('a change by hand', () => {
  it('lasts until the YAML changes', async () => {
    const schedules = createScheduleManager({ client, project: 'hand' });
    await reconcile('hand', [plan('job', SELDOM)]);
    await schedules.override('job', { cron: '0 30 6 * * mon' });
    await schedules.pause('job');
    expect(await reconcile('hand', [plan('job', SELDOM)])).toMatchObject({ left: ['job'] });
    expect(await schedules.get('job')).toMatchObject({
      cron: '0 30 6 * * mon',
      paused: true,
      isOverride: true,
      yaml: { cron: SELDOM.cron, enabled: true },
    });
    // What is no part of the YAML of the schedule is followed, and takes the change along.
    expect(await reconcile('hand', [plan('job', SELDOM)], { taskQueue: 'moved' })).toMatchObject({ updated: ['job'] });
    const { spec, state, action } = await client.schedule.getHandle('schedule-hand-job').describe();
    expect(spec.calendars).toMatchObject([{ hour: [{ start: 6 }], minute: [{ start: 30 }] }]);
    expect(state.paused).toBe(true);
    expect(action).toMatchObject({ taskQueue: 'moved', args: [{ trigger: { name: '0 30 6 * * mon' } }] });

    expect(await reconcile('hand', [plan('job', { ...SELDOM, input: {} })])).toMatchObject({ updated: ['job'] });
    expect(await schedules.get('job')).toMatchObject({ cron: SELDOM.cron, paused: false, isOverride: false });
  });

  it('can be taken back', async () => {
    const schedules = createScheduleManager({ client, project: 'back' });
    await reconcile('back', [plan('job', SELDOM)]);
    const before = await client.schedule.getHandle('schedule-back-job').describe();
    await schedules.override('job', { cron: '@every 5m', enabled: false });
    expect(await schedules.removeOverride('job')).toBe(true);
    expect(await schedules.removeOverride('job')).toBe(false);
    const after = await client.schedule.getHandle('schedule-back-job').describe();
    expect(after).toMatchObject({ spec: before.spec, state: { paused: false }, action: { args: before.action.args } });
    expect(await reconcile('back', [plan('job', SELDOM)])).toMatchObject({ left: ['job'] });
  });

  it('is refused when its cron expression is none', async () => {
    const schedules = createScheduleManager({ client, project: 'wrong' });
    await reconcile('wrong', [plan('job', SELDOM)]);
    await expect(schedules.override('job', { cron: '61 * * * *' })).rejects.toMatchObject({ code: 'Config.Invalid' });
    expect(await schedules.get('job')).toMatchObject({ cron: SELDOM.cron, isOverride: false });
  });

  it('in a pause of Temporal itself is kept, and shown, until the YAML changes', async () => {
    const schedules = createScheduleManager({ client, project: 'outside' });
    await reconcile('outside', [plan('job', SELDOM)]);
    await client.schedule.getHandle('schedule-outside-job').pause('by somebody');
    await reconcile('outside', [plan('job', SELDOM)], { taskQueue: 'moved' });
    expect(await schedules.get('job')).toMatchObject({ paused: true, isOverride: true, note: 'by somebody' });
    await reconcile('outside', [plan('job', { ...SELDOM, cron: '@daily' })]);
    expect(await schedules.get('job')).toMatchObject({ paused: false, isOverride: false });
  });

  it('that is kept in a store outlives Temporal, and is forgotten there when the YAML changes', async () => {
    const overrides = overrideTable();
    const schedules = createScheduleManager({ client, project: 'stored', overrides });
    await reconcile('stored', [plan('job', SELDOM)], { overrides });
    await schedules.pause('job');
    expect(await overrides.get('stored', 'job')).toMatchObject({ enabled: false });
    await client.schedule.getHandle('schedule-stored-job').delete();
    expect(await reconcile('stored', [plan('job', SELDOM)], { overrides })).toMatchObject({ created: ['job'] });
    expect(await schedules.get('job')).toMatchObject({ paused: true, isOverride: true });

    await overrides.put('stored', 'job', { cron: '@hourly', updatedAt: new Date().toISOString() });
    expect(await reconcile('stored', [plan('job', SELDOM)], { overrides })).toMatchObject({ updated: ['job'] });
    expect(await schedules.get('job')).toMatchObject({ cron: '@hourly', paused: false });

    await reconcile('stored', [plan('job', { ...SELDOM, cron: '@daily' })], { overrides });
    expect(await schedules.get('job')).toMatchObject({ cron: '@daily', isOverride: false });
    expect(await overrides.list('stored')).toEqual([]);
  });
});

describe('cron expressions', () => {
  // Temporal compiles texts of seven fields itself; both have to fire at the same times.
  it.each([
    ['30 9 * * *', '0 30 9 * * * *'],
    ['15,45 30 9-17/2 * * 1-5', '15,45 30 9-17/2 * * 1-5 *'],
    ['0 0 12 1,15 jan,JUL *', '0 0 12 1,15 jan,JUL * *'],
    ['0 0 0 29 2 * 2032-2040', '0 0 0 29 2 * 2032-2040'],
    ['*/20 5/17 * * * sun', '*/20 5/17 * * * sun *'],
    ['0 0 8 1-7 * mon', '0 0 8 1-7 * mon *'],
    ['0 0 8 * * 5-7', '0 0 8 * * 0,5,6 *'],
    ['*/60 * * * *', '0 0 * * * * *'],
    ['* * * * * * 2100', '* * * * * * 2100'],
    ['0 0 0 1 1 * 1999-2031', '0 0 0 1 1 * 2031'],
    ['@weekly', '@weekly'],
    ['@yearly', '@yearly'],
    ['@every 1h30m', '@every 90m'],
  ])('"%s" fires when Temporal fires "%s"', async (ours, theirs) => {
    const startAt = '2031-01-01T00:00:00.000Z';
    const name = `cron-${Buffer.from(ours).toString('hex')}`;
    await reconcile(name, [plan('job', { ...SELDOM, cron: ours, startAt })]);
    const schedule = await createScheduleManager({ client, project: name }).get('job');
    const other = await client.schedule.create({
      scheduleId: `reference-${name}`,
      spec: { cronExpressions: [theirs], startAt: new Date(startAt) },
      action: { type: 'startWorkflow', workflowType: 'other', taskQueue: 'other' },
    });
    const { info } = await other.describe();
    expect(schedule.nextRuns.length).toBeGreaterThan(0);
    expect(schedule.nextRuns).toEqual(info.nextActionTimes.slice(0, 5).map((time) => time.toISOString()));
  });
});
