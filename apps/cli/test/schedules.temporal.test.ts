import { tmpdir } from 'node:os';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadProject } from '@compozy/core/loader';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { createWorker, type CompozyWorker } from '@compozy/worker';
import { compozy, createFolder } from './cli-session.js';

const files = {
  'compozy.yaml': 'name: my-reports\nworkflows: [{ source: ./daily.yaml }, { source: ./never.yaml }]\n',
  'daily.yaml': `id: daily
schedule: { cron: '0 30 6 1 1 *', timezone: Europe/Berlin, start_at: '2031-01-01T00:00:00Z' }
tasks: [{ id: a, type: aggregate, outputs: { x: 1 } }]
`,
  'never.yaml': `id: never
schedule: { cron: '@every 1h', enabled: false }
tasks: [{ id: a, type: aggregate, outputs: { x: 1 } }]
`,
};

let folder: Awaited<ReturnType<typeof createFolder>>;
let server: DevServer;
let worker: CompozyWorker;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  folder = await createFolder(files);
  server = await startDevServer();
  worker = await createWorker({ project: await loadProject(folder.dir), temporal: { hostPort: server.address } });
  await worker.setup();
  while ((await worker.schedules.list()).length < 2) await new Promise((resolve) => setTimeout(resolve, 100));
});

afterAll(async () => {
  await worker?.stop();
  await server?.stop();
  await folder?.[Symbol.asyncDispose]();
});

const schedules = (...args: string[]) => compozy(['schedules', ...args, '--address', server.address]);

describe('compozy schedules', () => {
  it('lists the schedules of the project', async () => {
    const { code, stdout, stderr } = await schedules('list', '--project', folder.dir);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['WORKFLOW', 'CRON', 'ZONE', 'STATE', 'NEXT RUN', 'LAST RUN'],
      ['daily', '0 30 6 1 1 *', 'Europe/Berlin', 'active', '2031-01-01T05:30:00Z', '-'],
      ['never', '@every 1h', 'UTC', 'paused', '-', '-'],
      [''],
    ]);
    const json = await schedules('list', '--name', 'my-reports', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      schedules: [
        {
          workflow_id: 'daily',
          schedule_id: 'schedule-my%2Dreports-daily',
          enabled: true,
          is_override: false,
          overlap_policy: 'skip',
          yaml_config: { cron: '0 30 6 1 1 *', enabled: true },
          next_run_time: '2031-01-01T05:30:00.000Z',
          last_run_time: null,
        },
        { workflow_id: 'never', enabled: false, next_run_time: null },
      ],
    });
    expect(JSON.parse((await schedules('list', '--name', 'my', '--json')).stdout)).toEqual({ schedules: [] });
  });

  it('pauses, resumes, triggers and goes back to the file', async () => {
    const change = async (action: string) => {
      const { code, stdout, stderr } = await schedules(action, 'daily', '--name', 'my-reports', '--json');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(stdout) as object;
    };
    expect(await change('pause')).toMatchObject({ enabled: false, is_override: true, next_run_time: null });
    expect(await change('resume')).toMatchObject({ enabled: true, is_override: true });
    expect(await change('reset')).toMatchObject({ enabled: true, is_override: false, overridden_at: null });
    await change('trigger');
    for (;;) {
      const { lastRun } = await worker.schedules.get('daily');
      if (lastRun?.status === 'SUCCESS') break;
      expect(lastRun?.status ?? 'RUNNING').toBe('RUNNING');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect((await schedules('list', '--name', 'my-reports')).stdout).toMatch(/^daily .+ SUCCESS$/m);
  });

  it('has nothing to list after a single run', async () => {
    await using other = await createFolder({ ...files, 'compozy.yaml': files['compozy.yaml'].replace('my-', 'your-') });
    const run = await compozy(['run', 'daily', '-p', other.dir, '--address', server.address]);
    expect(run.code).toBe(0);
    await expect(worker.client.schedule.getHandle('schedule-your%2Dreports-daily').describe()).rejects.toMatchObject({
      name: 'ScheduleNotFoundError',
    });
  });

  it('says what is wrong', async () => {
    const unknown = await schedules('pause', 'nobody', '--name', 'my-reports');
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toContain('Schedule.NotFound: Workflow "nobody" of project "my-reports" has no schedule');
    const env = { TEMPORAL_HOST_PORT: '', TEMPORAL_ADDRESS: '', COMPOZY_BASE_URL: '' };
    const nowhere = await compozy(['schedules', 'list', '--name', 'my-reports'], { env });
    expect(nowhere).toMatchObject({ code: 2, stdout: '' });
    expect(nowhere.stderr).toContain('--name goes with --address <host:port>, or TEMPORAL_HOST_PORT');
    const lost = await compozy(['schedules', 'list', '-p', tmpdir()], {
      env: { ...env, TEMPORAL_HOST_PORT: '127.0.0.1:1' },
    });
    expect(lost.stderr).toContain('TEMPORAL_HOST_PORT is set, so Temporal itself is asked');
    expect((await compozy(['schedules', 'list', '--name', 'x', '--address', '127.0.0.1:1'])).stderr).toContain(
      'Server.Unreachable',
    );
  });
});
