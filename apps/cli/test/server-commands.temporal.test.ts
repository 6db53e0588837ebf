import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunView } from '@compozy/core';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { compozy, createFolder, startCompozy, type CliResult } from './cli-session.js';
import { shop } from './shop-project.js';
import { startLossyProxy, startWorker, type WorkerSession } from './worker-session.js';

interface Summary extends RunView {
  readonly trigger: { readonly correlation_id?: string };
}

interface Page {
  readonly executions: readonly Summary[];
  readonly page: { readonly next_cursor?: string };
}

let folder: Awaited<ReturnType<typeof createFolder>>;
let temporal: DevServer;
let worker: WorkerSession;
/** All keys that there are, so that each output can be searched for them. */
const keys: Record<'all' | 'looks' | 'starts', string> = { all: '', looks: '', starts: '' };
const env: NodeJS.ProcessEnv = { DATABASE_URL: '', COMPOZY_API_KEY: '', TEMPORAL_HOST_PORT: '', TEMPORAL_ADDRESS: '' };

const createKey = async (name: string, scopes: string) => {
  const made = await compozy(['api-keys', 'create', name, '--scopes', scopes, '-p', folder.dir], { env });
  expect(made.stdout).toMatch(/^cpzy_[\w-]{43}\n$/);
  return made.stdout.trim();
};

beforeAll(async () => {
  folder = await createFolder(shop);
  temporal = await startDevServer();
  keys.all = await createKey('all', 'admin');
  keys.looks = await createKey('looks', 'read');
  keys.starts = await createKey('starts', 'run');
  worker = await startWorker(folder.dir, temporal.address);
  Object.assign(env, { COMPOZY_BASE_URL: worker.url, COMPOZY_API_KEY: keys.all });
});

afterAll(async () => {
  await worker?.stop();
  await temporal?.stop();
  await folder?.[Symbol.asyncDispose]();
});

async function run(args: readonly string[], more: NodeJS.ProcessEnv = {}, input?: string): Promise<CliResult> {
  const result = await compozy(args, { env: { ...env, ...more }, ...(input === undefined ? {} : { input }) });
  const said = result.stdout + result.stderr;
  for (const key of Object.values(keys)) expect(said).not.toContain(key);
  expect(said).not.toMatch(/\n {4}at /);
  return result;
}

/** The one object on stdout of a command that does what it should. */
async function json<T = Record<string, unknown>>(...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await run([...args, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(stdout) as T;
}

async function until<T>(read: () => Promise<T>, isReached: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read();
    if (isReached(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const startHold = async () => (await run(['start', 'hold'])).stdout.trim();
const reachStatus = (execId: string, status: string) =>
  until(
    () => json<RunView>('executions', 'get', execId),
    (view) => view.status === status,
  );

describe('compozy start', () => {
  it('prints the id of the execution, which is then there', async () => {
    const { code, stdout, stderr } = await run(['start', 'greet', '--input', '{"name":"Ada"}']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const view = await reachStatus(stdout.trim(), 'SUCCESS');
    expect(view).toMatchObject({ workflow_id: 'greet', input: { name: 'Ada' }, output: { text: 'Hello Ada' } });
  });

  it('prints the output with --wait and with --follow, and the whole run with --json', async () => {
    const waited = await run(['start', 'greet', '-i', '-', '--wait'], {}, '{"name":"Bo"}');
    expect(waited).toEqual({ code: 0, stdout: '{\n  "text": "Hello Bo"\n}\n', stderr: '' });
    const followed = await run(['start', 'greet', '-i', '{"name":"Cy"}', '--follow']);
    expect(followed).toMatchObject({ code: 0, stdout: '{\n  "text": "Hello Cy"\n}\n' });
    expect(followed.stderr).toMatch(
      /^greet: started \w{27}\n(?:text RUNNING .*\n)?text SUCCESS .*\n(?:end RUNNING .*\n)?end SUCCESS .*\n$/,
    );
    const view = await json<RunView>('start', 'greet', '-i', '{"name":"Di"}', '--wait');
    expect(view).toMatchObject({ status: 'SUCCESS', output: { text: 'Hello Di' }, tasks: { text: { attempts: 0 } } });
  });

  it('runs one task alone', async () => {
    const waited = await run(['start', 'task:label', '-i', '{"name":"Bo"}', '--wait']);
    expect(waited).toEqual({ code: 0, stdout: '{\n  "text": "For Bo"\n}\n', stderr: '' });
    const { executions } = await json<Page>('executions', 'list', '--workflow', 'task:label');
    expect(executions).toMatchObject([
      { workflow_id: 'task:label', input: { name: 'Bo' }, output: { text: 'For Bo' } },
    ]);
  });

  it('exits with 1 when the run fails, from the task on that was named', async () => {
    const failed = await run(['start', 'greet', '-t', 'break', '-i', '{"name":"x"}', '--wait']);
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toMatch(
      /^FAILED: Tool\.Threw out of paper \(greet\.yaml:5:5\)\n {2}at \S*fail \(tools\.ts:1:\d+\)\n$/,
    );
  });

  it('says after --wait how far it is, and that it goes on', async () => {
    const { code, stdout, stderr } = await run(['start', 'hold', '--wait', '0.5', '--json']);
    const view = JSON.parse(stdout) as RunView;
    expect({ code, end: view.ended_at }).toEqual({ code: 1, end: null });
    expect(stderr).toBe(
      `No end within 0.5 s; the execution goes on: compozy executions follow ${view.workflow_exec_id}\n`,
    );
  });

  it('starts one execution for one key', async () => {
    const start = () => run(['start', 'greet', '-i', '{"name":"once"}', '--idempotency-key', 'only-one']);
    const [first, second] = [await start(), await start()];
    expect(second.stdout).toBe(first.stdout);
    expect(second.stderr).toBe('greet: this key started it before\n');
    const other = await run(['start', 'greet', '-i', '{"name":"other"}', '--idempotency-key', 'only-one']);
    expect(other).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Api.Rejected: ') as string });
  });

  it('starts once when the answer is lost and the request is sent again', async () => {
    await using proxy = await startLossyProxy(worker.port);
    const name = 'lost-answer';
    const { code, stdout } = await run(['start', 'greet', '-i', JSON.stringify({ name }), '--server', proxy.url]);
    expect({ code, lost: proxy.lost() }).toEqual({ code: 0, lost: 1 });
    const { executions } = await json<Page>('executions', 'list', '--workflow', 'greet', '--all');
    const started = executions.filter(({ input }) => (input as { name?: string }).name === name);
    expect(started.map((execution) => execution.workflow_exec_id)).toEqual([stdout.trim()]);
  });

  it.each([
    [['start'], 2, 'has "greet", "hold", "heard", "timed", "task:label"', '"compozy-worker"'],
    [['start', 'task:lable'], 2, 'has no workflow "task:lable"; it has', 'Did you mean "task:label"?'],
    [['start', 'task:label', '-i', '{"name":1}'], 2, 'Input.Invalid: The input of task "label"', 'input /name: '],
    [['start', 'task:label', '-t', 'label'], 2, '"task:label" is a task', ''],
    [['start', 'gret'], 2, 'has no workflow "gret"; it has "greet"', 'Did you mean "greet"?'],
    [['start', 'greet', '-i', '{"name":1}'], 2, 'Input.Invalid: ', 'input /name: must be string'],
    [['start', 'greet', '-i', '[]'], 2, 'Api.Malformed: ', 'body /input: '],
    [['start', 'greet', '-i', '{'], 2, '--input is not JSON', ''],
    [['start', 'greet', '-t', 'nix', '-i', '{"name":"x"}'], 2, 'Config.UnknownTask: ', 'body /task_id: '],
    [['start', 'greet', '--wait', 'greet'], 2, 'It takes seconds', ''],
    [['start', 'greet', '--wait', '--follow'], 2, 'cannot be used with', ''],
  ])('refuses %j', async (args, code, first, second) => {
    const result = await run(args);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(first);
    expect(result.stderr).toContain(second);
  });
});

describe('compozy executions', () => {
  it('lists what there is, by workflow and status, page by page', async () => {
    for (const name of ['p1', 'p2', 'p3']) await json('start', 'greet', '-i', JSON.stringify({ name }), '--wait');
    // Those of the tests before have ended, so that all lists show the same.
    await until(
      () => json<Page>('executions', 'list', '--workflow', 'greet', '--status', 'pending,running'),
      ({ executions }) => executions.length === 0,
    );
    const list = (...args: readonly string[]) =>
      json<Page>('executions', 'list', '--workflow', 'greet', '--status', 'success,failed', ...args);
    const whole = await list('--all', '--limit', '2');
    const statuses = new Set(whole.executions.map(({ status }) => status));
    expect([...statuses].toSorted()).toEqual(['FAILED', 'SUCCESS']);
    const ids = whole.executions.map((execution) => execution.workflow_exec_id);
    expect(new Set(ids).size).toBe(ids.length);
    const first = await list('--limit', '2');
    const second = await list('--limit', '2', '--cursor', first.page.next_cursor!);
    const paged = [...first.executions, ...second.executions].map((execution) => execution.workflow_exec_id);
    expect(paged).toEqual(ids.slice(0, 4));

    const table = await run(['executions', 'list', '-w', 'greet', '-s', 'FAILED', '--limit', '1']);
    const [head, row] = table.stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(head).toEqual(['EXECUTION', 'WORKFLOW', 'STATUS', 'STARTED', 'ENDED', 'ERROR']);
    expect(row).toMatchObject({ 1: 'greet', 2: 'FAILED', 5: 'Tool.Threw out of paper' });
    const more = await run(['executions', 'list', '--limit', '1']);
    expect(more.stderr).toMatch(/^There is more: --cursor \S+, or --all\n$/);
  });

  it('pauses, resumes and signals a run, and shows it meanwhile', async () => {
    const execId = await startHold();
    await reachStatus(execId, 'WAITING');
    expect(await json('executions', 'pause', execId)).toMatchObject({ workflow_exec_id: execId, requested: 'pause' });
    await reachStatus(execId, 'PAUSED');
    const shown = await run(['executions', 'get', execId]);
    expect(shown.stdout).toMatch(/^‖ hold \w{27}\n {2}✓ before .*\n {2}◦ gate .*\nPAUSED\n$/);
    expect((await run(['executions', 'resume', execId])).stderr).toBe(`${execId}: resume is asked for\n`);
    await reachStatus(execId, 'WAITING');
    const payload = '{"by":"Ada"}';
    expect((await run(['executions', 'signal', execId, 'approval', '--payload', payload])).code).toBe(0);
    expect((await run(['executions', 'follow', execId])).stdout).toBe('{\n  "by": "Ada"\n}\n');
  });

  it('cancels a run once', async () => {
    const execId = await startHold();
    expect((await run(['executions', 'cancel', execId])).code).toBe(0);
    const followed = await run(['executions', 'follow', execId, '--json']);
    expect(followed.code).toBe(1);
    expect(JSON.parse(followed.stdout)).toMatchObject({ status: 'CANCELED', workflow_exec_id: execId });
    const again = await run(['executions', 'cancel', execId]);
    expect(again).toEqual({ code: 1, stdout: '', stderr: `Api.Conflict: Execution "${execId}" has ended\n` });
  });

  it('leaves the run alone when following it is interrupted', async () => {
    const execId = await startHold();
    const follow = startCompozy(['executions', 'follow', execId], env);
    let said = '';
    follow.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      if (!said.includes('gate WAITING') && (said + chunk).includes('gate WAITING')) follow.kill('SIGINT');
      said += chunk;
    });
    expect(await once(follow, 'close')).toEqual([130, null]);
    expect(said).toContain(`The execution goes on: compozy executions follow ${execId}`);
    expect((await json<RunView>('executions', 'get', execId)).status).toBe('WAITING');
  });

  it.each([
    [['executions', 'get', 'nobody'], 1, 'Api.NotFound: Project "shop" has no execution "nobody"\n'],
    [['executions', 'follow', 'nobody'], 1, 'Api.NotFound: '],
    [['executions', 'signal', 'nobody', 'run.pause'], 2, 'body /signal_name: must not begin'],
    [['executions', 'list', '--status', 'sucess'], 2, 'Did you mean "SUCCESS"?'],
    [['executions', 'list', '--cursor', 'nix'], 2, 'query /cursor: must be next_cursor'],
    [['executions', 'list', '--limit', '0'], 2, 'It takes a number from 1 to 500'],
  ])('refuses %j', async (args, code, message) => {
    const result = await run(args);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(message);
  });
});

describe('compozy events', () => {
  it('sends an event once, though its answer is lost, and tells what it started', async () => {
    await using proxy = await startLossyProxy(worker.port);
    const sent = await run(['events', 'send', 'order.made', '--payload', '{"id":7}', '--server', proxy.url]);
    expect({ ...sent, lost: proxy.lost() }).toMatchObject({ code: 0, stderr: '', lost: 1 });
    const eventId = sent.stdout.trim();
    const event = await until(
      () => json<{ status: string; started: { workflow_exec_id: string }[] }>('events', 'status', eventId),
      ({ status }) => status === 'processed',
    );
    expect(event).toMatchObject({ event_id: eventId, started: [{ workflow_id: 'heard' }] });
    const { executions } = await json<Page>('executions', 'list', '-w', 'heard', '--all');
    expect(executions.map((execution) => execution.workflow_exec_id)).toEqual([event.started[0]!.workflow_exec_id]);
    expect((await run(['events', 'status', eventId])).stdout).toMatch(/^started +heard \w{27}$/m);
  });

  it('lists dead letters, and sends one again', async () => {
    const eventId = (await run(['events', 'send', 'order.made', '--event-id', 'e-1'])).stdout.trim();
    expect(eventId).toBe('e-1');
    interface Letters {
      readonly dead_letters: readonly { readonly id: string; readonly event_id: string }[];
    }
    const { dead_letters: letters } = await until(
      () => json<Letters>('events', 'dead-letters', '--replayed', 'false'),
      (page) => page.dead_letters.length > 0,
    );
    expect(letters).toMatchObject([{ event_id: 'e-1', workflow_id: 'heard', reason: { code: 'Input.Invalid' } }]);
    const { id } = letters[0]!;
    const [first, second] = [await run(['events', 'replay', id]), await run(['events', 'replay', id])];
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(second.stdout).toBe(first.stdout);
    const table = await run(['events', 'dead-letters', '--replayed', 'true']);
    expect(table.stdout).toMatch(new RegExp(`^${id} +order.made +heard +.*Input.Invalid`, 'm'));
  });

  it('says what is wrong', async () => {
    const unknown = await run(['events', 'status', 'nix']);
    expect(unknown).toEqual({ code: 1, stdout: '', stderr: 'Api.NotFound: Project "shop" has no event "nix"\n' });
    expect((await run(['events', 'replay', 'nix'])).stderr).toContain('has no dead letter "nix"');
    expect((await run(['events', 'send', 'x', '--workflow', 'nix'])).stderr).toContain('Config.UnknownWorkflow');
    expect((await run(['events', 'send', 'x', '--payload', '{'])).stderr).toContain('--payload is not JSON');
  });
});

describe('compozy schedules on a compozy-worker', () => {
  it('lists, pauses, resumes, resets and triggers', async () => {
    const table = await run(['schedules', 'list']);
    expect(table.stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['WORKFLOW', 'CRON', 'ZONE', 'STATE', 'NEXT RUN', 'LAST RUN'],
      ['timed', '0 30 6 1 1 *', 'UTC', 'active', '2031-01-01T06:30:00Z', '-'],
      [''],
    ]);
    expect(await json('schedules', 'pause', 'timed')).toMatchObject({ enabled: false, is_override: true });
    expect(await json('schedules', 'resume', 'timed')).toMatchObject({ enabled: true, is_override: true });
    expect(await json('schedules', 'reset', 'timed')).toMatchObject({ enabled: true, is_override: false });
    expect((await run(['schedules', 'trigger', 'timed'])).stderr).toBe('timed: triggered\n');
    await until(
      () => json<Page>('executions', 'list', '-w', 'timed', '-s', 'SUCCESS'),
      ({ executions }) => executions.length === 1,
    );
  });

  it('asks Temporal itself with --address, whatever the environment names', async () => {
    const { schedules } = await json<{ schedules: object[] }>(
      'schedules',
      'list',
      '--address',
      temporal.address,
      '--name',
      'shop',
    );
    expect(schedules).toMatchObject([{ workflow_id: 'timed', schedule_id: 'schedule-shop-timed' }]);
    const both = await run(['schedules', 'list', '--address', temporal.address, '--server', worker.url]);
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('not both') as string });
    const name = await run(['schedules', 'list', '--name', 'shop']);
    expect(name).toMatchObject({ code: 2, stderr: expect.stringContaining('--name goes with --address') as string });
    expect((await run(['schedules', 'pause', 'nix'])).stderr).toContain('Api.NotFound: Workflow "nix"');
  });
});

describe('the way to the server', () => {
  const bad = { COMPOZY_API_KEY: `cpzy_${'x'.repeat(43)}` };

  it('needs a key that is known, and allowed to do this', async () => {
    const unknown = await run(['executions', 'list'], bad);
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toContain('Api.Unauthorized: The API key is not known, or it was revoked');
    expect(unknown.stderr).not.toContain(bad.COMPOZY_API_KEY);
    expect((await run(['executions', 'list'], { COMPOZY_API_KEY: '' })).stderr).toContain('COMPOZY_API_KEY');
    expect((await run(['executions', 'list', '--api-key', keys.looks], bad)).code).toBe(0);
    const looks = await run(['start', 'hold'], { COMPOZY_API_KEY: keys.looks });
    expect(looks).toMatchObject({ code: 1, stderr: 'Api.Forbidden: The API key needs the scope "run"\n' });
    const starts = await run(['start', 'hold', '--wait'], { COMPOZY_API_KEY: keys.starts });
    expect(starts).toMatchObject({ code: 1, stdout: '' });
    expect(starts.stderr).toMatch(/needs the scope "read"\nThe execution was started, and goes on: \w{27}\n$/);
  });

  it('is closed for a key from the moment on that it is revoked', async () => {
    const key = await createKey('for a while', 'read');
    expect((await run(['executions', 'list'], { COMPOZY_API_KEY: key })).code).toBe(0);
    const listed = await run(['api-keys', 'list', '-p', folder.dir, '--json']);
    const { api_keys: all } = JSON.parse(listed.stdout) as { api_keys: { id: string; name: string }[] };
    const { id } = all.find(({ name }) => name === 'for a while')!;
    expect((await run(['api-keys', 'revoke', id, '-p', folder.dir])).stderr).toBe(`${id}: revoked\n`);
    expect((await run(['executions', 'list'], { COMPOZY_API_KEY: key })).stderr).toContain('Api.Unauthorized');
  });

  it('says in one line that nobody is there, and how to start somebody', async () => {
    const nobody = await startLossyProxy(1);
    await nobody[Symbol.asyncDispose]();
    const { code, stdout, stderr } = await run(['start', 'greet', '--server', nobody.url]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^Server\.Unreachable: .*"compozy-worker".*COMPOZY_BASE_URL\n$/);
    expect(stderr).toContain(nobody.url);
  });

  it('may be with or without the path of the API', async () => {
    expect((await run(['executions', 'list', '--server', `${worker.url}/api/v0/`])).code).toBe(0);
  });

  it.each(['stop', 'kill'] as const)(
    'may break: runs are followed to their end over a %s of the server',
    async (how) => {
      const execId = await startHold();
      await reachStatus(execId, 'WAITING');
      const args = ['--timeout', '250', '--json'];
      const follow = startCompozy(['executions', 'follow', execId, ...args], env);
      const wait = startCompozy(['start', 'hold', '--wait', '600', '--correlation-id', `over-${how}`, ...args], env);
      const outputs = Promise.all([follow, wait].map((child) => text(child.stdout!)));
      const ended = once(follow, 'close');
      const news = Promise.withResolvers<void>();
      let said = '';
      follow.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
        said += chunk;
        if (said.includes('gate WAITING')) news.resolve();
      });
      await news.promise;
      const isWaitedFor = ({ trigger }: Summary) => trigger.correlation_id === `over-${how}`;
      const { executions } = await until(
        () => json<Page>('executions', 'list', '-w', 'hold', '-s', 'WAITING', '--limit', '500'),
        (page) => page.executions.some(isWaitedFor),
      );
      await worker[how]();
      worker = await startWorker(folder.dir, temporal.address, worker.port);
      for (const id of [execId, executions.find(isWaitedFor)!.workflow_exec_id]) {
        const signal = await run(['executions', 'signal', id, 'approval', '--payload', '{"by":"Zoe"}']);
        expect(signal.code).toBe(0);
      }
      for (const output of await outputs) {
        expect(JSON.parse(output)).toMatchObject({ status: 'SUCCESS', output: { by: 'Zoe' } });
      }
      await ended;
      // Nothing is told twice, and nothing is left out.
      expect(said.match(/^\w+ SUCCESS/gm)).toEqual(['before SUCCESS', 'gate SUCCESS', 'after SUCCESS']);
      expect(said).toContain('the connection ended; connecting again');
    },
  );
});
